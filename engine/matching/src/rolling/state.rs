//! What a pool says about its state.

use super::children::LiveChild;
use super::deviation::{Deviation, EnvyAttribution, attribute_envy};
use super::event::SuggestedOffer;
use super::pool::Pool;
use crate::placements::{Place, PlacementRow};
use crate::round::{ApplicationRow, ProgrammeRow, Round};

impl Pool {
    /// The current matching: one row per child, bytewise. Children with a confirmed offer or a contract
    /// have left it.
    #[must_use]
    pub fn placements(&self) -> Vec<PlacementRow> {
        self.numbers
            .iter()
            .map(|(id, number)| PlacementRow {
                applicant_id: id.clone(),
                place: self.live.place_of(*number).map(|place| self.place(place)),
            })
            .collect()
    }

    /// The current state as a round: what `solve` has to be given for the same matching.
    #[must_use]
    pub fn round(&self) -> Round {
        self.round_with(|child| child.own())
    }

    /// Envy towards children to whom places were offered out of the suggested order, by deviation and
    /// reason. Places held by contract, offered as suggested or confirmed are nobody else's claim.
    #[must_use]
    pub fn envy(&self) -> EnvyAttribution {
        let deviates = |child: &LiveChild| {
            let offer = child.offer?;
            self.deviations.get(&(child.id.clone(), offer)).copied()
        };
        let round = self.round_with(|child| {
            if deviates(child).is_some() {
                child.enrolled
            } else {
                child.own()
            }
        });
        let children = self.children.iter().flatten();
        let deviations: Vec<Deviation> = children
            .filter_map(|child| {
                Some(Deviation {
                    applicant_id: child.id.clone(),
                    programme_id: self.places.programme_id(child.offer?).to_owned(),
                    reason: deviates(child)?,
                })
            })
            .collect();
        attribute_envy(&round, &self.placements(), &deviations)
    }

    /// To whom the free places of all programmes should be offered now, bytewise by programme and
    /// group, in the order of the line.
    #[must_use]
    pub fn suggested_offers(&self) -> Vec<SuggestedOffer> {
        (0..self.promised.len() as u32)
            .flat_map(|seat| self.suggested_at(seat))
            .collect()
    }

    /// Open offers: child and programme, bytewise by child.
    pub fn open_offers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.numbers.values().filter_map(|number| {
            let child = self.children[*number as usize].as_ref()?;
            Some((child.id.as_str(), self.places.programme_id(child.offer?)))
        })
    }

    /// Confirmed offers that wait for their contract: child and programme, bytewise by child.
    pub fn confirmed_offers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fixed.values().map(|fixed| {
            (
                fixed.child.id.as_str(),
                self.places.programme_id(fixed.programme),
            )
        })
    }

    /// Programmes for which a child of the matching has applied; `None` for any other child.
    #[must_use]
    pub fn applications_of(&self, applicant_id: &str) -> Option<impl Iterator<Item = &str>> {
        let number = self.numbers.get(applicant_id)?;
        let rows = self.child(*number).applications.iter();
        Some(rows.map(|row| self.places.programme_id(row.programme)))
    }

    /// Number of children in the matching.
    #[must_use]
    pub fn live_children(&self) -> usize {
        self.numbers.len()
    }

    /// Seats of a programme and group that are in the matching: free, offered, or held by live
    /// children; `None` where there is no such row.
    #[must_use]
    pub fn seats_of(&self, programme_id: &str, seat_group: &str) -> Option<u32> {
        let programme = self.places.programme(programme_id)?;
        let seat = self.places.seat(programme, seat_group)?;
        Some(self.live.capacity(seat))
    }

    fn round_with(&self, own: impl Fn(&LiveChild) -> Option<u32>) -> Round {
        let programmes: Vec<ProgrammeRow> = (0..self.promised.len() as u32)
            .map(|seat| {
                let (programme, group) = self.places.seat_name(seat);
                ProgrammeRow {
                    programme_id: programme.to_owned(),
                    seat_group: group.to_owned(),
                    capacity: self.live.capacity(seat),
                }
            })
            .collect();
        let mut applicants = Vec::new();
        let mut applications: Vec<ApplicationRow> = Vec::new();
        for child in self.children.iter().flatten() {
            let (mut row, own_applications) = self.places.rows(child);
            row.enrolled_programme_id =
                own(child).map(|own| self.places.programme_id(own).to_owned());
            applicants.push(row);
            applications.extend(own_applications);
        }
        Round::from_rows(&programmes, &applications, &applicants)
            .expect("every row was checked when it came in")
    }

    pub(super) fn suggested_at(&self, seat: u32) -> Vec<SuggestedOffer> {
        let free = self.live.capacity(seat) - self.promised[seat as usize];
        if free == 0 {
            return Vec::new();
        }
        let (programme_id, group) = self.places.seat_name(seat);
        let programme = self.places.programme(programme_id);
        let not_yet = self.live.held_by(seat).map(|number| self.child(number));
        (1..)
            .zip(
                not_yet
                    .filter(|child| child.own() != programme)
                    .take(free as usize),
            )
            .map(|(position, child)| SuggestedOffer {
                programme_id: programme_id.to_owned(),
                seat_group: group.to_owned(),
                position,
                applicant_id: child.id.clone(),
            })
            .collect()
    }

    pub(super) fn place(&self, (seat, rank): (u32, u32)) -> Place {
        Place {
            programme_id: self.places.seat_name(seat).0.to_owned(),
            rank,
        }
    }
}
