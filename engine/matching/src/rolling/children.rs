//! The children of a pool and how their rows become wishes.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::live_matching::{LiveWish, Standing};
use crate::lottery::{DrawnFor, draw};
use crate::round::{ApplicantRow, ApplicationRow, NONE, Round, Siblings};

/// One application of a child of the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LiveApplication {
    pub(super) programme: u32,
    pub(super) rank: u32,
    pub(super) points: i32,
    pub(super) lot: Option<u32>,
}

/// A child of the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LiveChild {
    pub(super) id: String,
    pub(super) group: String,
    pub(super) family: Option<String>,
    /// Lottery numbers.
    family_number: u64,
    child_number: u64,
    /// Programme where it holds a place by contract.
    pub(super) enrolled: Option<u32>,
    /// Programme of its open offer.
    pub(super) offer: Option<u32>,
    pub(super) applications: Vec<LiveApplication>,
}

impl LiveChild {
    pub(super) fn new(row: &ApplicantRow, enrolled: Option<u32>, seed: u64) -> Self {
        let id = row.applicant_id.clone();
        let family = row.family_id.as_deref().unwrap_or(&id);
        Self {
            family_number: draw(seed, DrawnFor::Family, family),
            child_number: draw(seed, DrawnFor::Applicant, &id),
            group: row.seat_group.clone(),
            family: row.family_id.clone(),
            enrolled,
            offer: None,
            applications: Vec::new(),
            id,
        }
    }

    /// The place that nobody can take from it: of the open offer, else of the contract.
    pub(super) fn own(&self) -> Option<u32> {
        self.offer.or(self.enrolled)
    }

    pub(super) fn application(&self, programme: u32) -> Option<&LiveApplication> {
        self.applications
            .iter()
            .find(|row| row.programme == programme)
    }

    /// Rank of a programme, that of the own place included.
    pub(super) fn rank_of(&self, programme: u32) -> Option<u32> {
        let applied = self.application(programme).map(|row| row.rank);
        applied.or_else(|| (self.own() == Some(programme)).then(|| self.rank_after_the_last()))
    }

    fn rank_after_the_last(&self) -> u32 {
        let ranks = self.applications.iter().map(|row| row.rank);
        ranks.max().unwrap_or(0) + 1
    }
}

/// The programmes and seats of a pool.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    /// Bytewise, with the lottery number of each.
    programmes: Vec<(String, u64)>,
    /// By programme, then group.
    seats: Vec<(u32, String)>,
}

impl Places {
    pub(super) fn new(round: &Round, seed: u64) -> Self {
        let number = |id: &str| (id.to_owned(), draw(seed, DrawnFor::Programme, id));
        let seats = round.seats.iter().map(|seat| {
            let group = round.groups.get(seat.group as usize).to_owned();
            (seat.programme, group)
        });
        let mut seats: Vec<_> = seats.collect();
        seats.sort_unstable();
        Self {
            programmes: round.programme_ids().map(number).collect(),
            seats,
        }
    }

    pub(super) fn seat_count(&self) -> usize {
        self.seats.len()
    }

    pub(super) fn programme(&self, id: &str) -> Option<u32> {
        let found = self
            .programmes
            .binary_search_by(|(other, _)| other.as_str().cmp(id));
        found.ok().map(|number| number as u32)
    }

    pub(super) fn programme_id(&self, programme: u32) -> &str {
        &self.programmes[programme as usize].0
    }

    pub(super) fn seat(&self, programme: u32, group: &str) -> Option<u32> {
        let found = self.seats.binary_search_by(|(other, seat_group)| {
            (*other, seat_group.as_str()).cmp(&(programme, group))
        });
        found.ok().map(|seat| seat as u32)
    }

    /// Groups for which a programme has seats.
    pub(super) fn groups_of(&self, programme: u32) -> impl Iterator<Item = &str> {
        let from = self.seats.partition_point(|(other, _)| *other < programme);
        let here = self.seats[from..]
            .iter()
            .take_while(move |(other, _)| *other == programme);
        here.map(|(_, group)| group.as_str())
    }

    /// Programme and group of a seat.
    pub(super) fn seat_name(&self, seat: u32) -> (&str, &str) {
        let (programme, group) = &self.seats[seat as usize];
        (self.programme_id(*programme), group)
    }

    /// The wishes of a child as a round would order them; `lots` as in [`Lots::range`].
    pub(super) fn wishes(&self, child: &LiveChild, lots: u64) -> Vec<LiveWish> {
        let own = child.own();
        let mut rows: Vec<(u32, u32, i32, Option<u32>)> = child
            .applications
            .iter()
            .map(|row| (row.rank, row.programme, row.points, row.lot))
            .collect();
        if let Some(own) = own.filter(|own| child.application(*own).is_none()) {
            rows.push((child.rank_after_the_last(), own, 0, None));
        }
        rows.sort_unstable_by_key(|(rank, programme, ..)| {
            let drawn = self.programmes[*programme as usize].1;
            (*rank, own != Some(*programme), drawn, *programme)
        });
        rows.into_iter()
            .map(|(rank, programme, points, lot)| {
                let is_own = own == Some(programme);
                // Fits 32 bits: smaller than `lots`, which is at most u32::MAX.
                let drawn = || ((u128::from(child.family_number) * u128::from(lots)) >> 64) as u32;
                LiveWish {
                    seat: self.seat(programme, &child.group).unwrap_or(NONE),
                    rank,
                    standing: Standing {
                        not_own: !is_own,
                        points: Reverse(if is_own { 0 } else { points }),
                        lot: if is_own { 0 } else { lot.unwrap_or_else(drawn) },
                        family: child.family_number,
                        child: child.child_number,
                    },
                }
            })
            .collect()
    }

    /// The rows of a child.
    pub(super) fn rows(&self, child: &LiveChild) -> (ApplicantRow, Vec<ApplicationRow>) {
        let applications = child.applications.iter().map(|row| ApplicationRow {
            applicant_id: child.id.clone(),
            programme_id: self.programme_id(row.programme).to_owned(),
            rank: row.rank,
            points: row.points,
            lot: row.lot,
        });
        let applicant = ApplicantRow {
            applicant_id: child.id.clone(),
            seat_group: child.group.clone(),
            family_id: child.family.clone(),
            siblings: Siblings::Independent,
            enrolled_programme_id: child.own().map(|own| self.programme_id(own).to_owned()),
        };
        (applicant, applications.collect())
    }
}

/// The lots of all applications: an empty lot is drawn from 0 to the greatest.
#[derive(Debug, Clone, Default)]
pub(super) struct Lots {
    given: BTreeMap<u32, u32>,
    empty: u64,
}

impl Lots {
    /// One more than the greatest lot.
    pub(super) fn range(&self) -> u64 {
        self.given
            .last_key_value()
            .map_or(1, |(lot, _)| u64::from(*lot) + 1)
    }

    /// Whether a new range changes a drawn lot.
    pub(super) fn any_empty(&self) -> bool {
        self.empty > 0
    }

    pub(super) fn add(&mut self, child: &LiveChild) {
        for row in &child.applications {
            match row.lot {
                Some(lot) => *self.given.entry(lot).or_default() += 1,
                None => self.empty += 1,
            }
        }
    }

    pub(super) fn take(&mut self, child: &LiveChild) {
        for row in &child.applications {
            match row.lot {
                None => self.empty -= 1,
                Some(lot) => {
                    let count = self.given.entry(lot).or_default();
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        self.given.remove(&lot);
                    }
                }
            }
        }
    }
}
