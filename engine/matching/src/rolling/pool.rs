//! A pool of live applicants.

use std::collections::BTreeMap;

use super::children::{LiveApplication, LiveChild, Lots, Places};
use super::deviation::DeviationReason;
use super::event::{EndedOffer, PoolChange, PoolError, PoolEvent, PoolMove};
use super::live_matching::LiveMatching;
use crate::round::{ApplicantRow, NONE, Round};

/// Live applicants, the seats they want, and the family-optimal stable matching between them, kept
/// up to date event by event.
///
/// After every event [`Pool::placements`] equals `solve` on [`Pool::round`] with the seed of the
/// pool. One event costs a chain of refusals or moves, not a new round: at 20,000 live applicants
/// a tenth of a millisecond in the median, and some long chains a hundred times that. One case costs a
/// whole run: an application with the greatest lot of
/// all comes or goes while others have an empty lot, because empty lots are drawn among the lots
/// given. Pools whose lots are all given, or all empty, never meet it.
///
/// # Offers
///
/// An open offer is a promise: the child keeps the place offered (as an enrolled child keeps its own)
/// unless the pool moves it to a wish it ranks better. A family holds at most one open offer: one that
/// it ranks better ends the other at once, a worse one ends itself (the holding rule). Places are
/// offered only while they are physically free: neither held by contract nor offered. The pool never
/// offers by itself; [`PoolChange::next_in_line`] says to whom a freed place should be offered. An
/// offer to another child needs a [`DeviationReason`].
///
/// A confirmed offer takes child and place out of the matching; the place the child still holds
/// elsewhere follows into it with the contract.
///
/// ```
/// use matching::{Pool, PoolEvent, RoundFiles, read_round};
/// let round = read_round(RoundFiles::new(
///     "programme_id,seat_group,capacity\nP1,,1\nP2,,1\n".as_bytes(),
///     "applicant_id,programme_id,rank,points,lot\nA,P1,1,9,\nB,P1,1,5,\nB,P2,2,5,\nC,P2,1,1,\n".as_bytes(),
/// )).unwrap();
/// let mut pool = Pool::new(&round, 7).unwrap();
/// let change = pool.apply(&PoolEvent::ChildLeft { applicant_id: "A".into() }).unwrap();
/// let next: Vec<_> = change.next_in_line.iter().map(|next| next.applicant_id.as_str()).collect();
/// assert_eq!(next, ["B", "C"]);
/// let moved: Vec<_> = change.moves.iter().map(|step| step.applicant_id.as_str()).collect();
/// assert_eq!(moved, ["A", "B", "C"]);
/// let refused = pool.apply(&PoolEvent::ChildLeft { applicant_id: "A".into() }).unwrap_err();
/// assert_eq!(refused.code(), "E2121");
/// ```
#[derive(Debug, Clone)]
pub struct Pool {
    seed: u64,
    pub(super) places: Places,
    pub(super) live: LiveMatching,
    pub(super) numbers: BTreeMap<String, u32>,
    pub(super) children: Vec<Option<LiveChild>>,
    free_numbers: Vec<u32>,
    lots: Lots,
    /// The range that the lines are ordered with.
    lots_range: u64,
    /// Places of each seat held by contract or offered.
    pub(super) promised: Vec<u32>,
    pub(super) fixed: BTreeMap<String, Fixed>,
    /// Reason of each open or confirmed offer that was not suggested.
    pub(super) deviations: BTreeMap<(String, u32), DeviationReason>,
    /// Seats where a place became physically free in the current event.
    pub(super) freed: Vec<u32>,
    /// Children that left the matching in the current event.
    left: Vec<(u32, String)>,
}

/// A child with a confirmed offer.
#[derive(Debug, Clone)]
pub(super) struct Fixed {
    pub(super) child: LiveChild,
    pub(super) programme: u32,
    pub(super) seat: u32,
    /// The place it holds until the contract.
    pub(super) old_seat: Option<u32>,
}

impl Pool {
    /// A pool that begins with the state of a round: its children, seats, wishes and held places.
    ///
    /// Every child is placed on its own. Equal points and lots are settled by the lottery of the seed,
    /// as in the round.
    ///
    /// # Errors
    ///
    /// [`PoolError::JointRound`] and [`PoolError::FlexibleRound`]: one event can turn a whole round with
    /// joint options, and a pool has no line across seat groups.
    pub fn new(round: &Round, seed: u64) -> Result<Self, PoolError> {
        if !round.joint.is_empty() {
            return Err(PoolError::JointRound(round.joint_family_count()));
        }
        if round.has_flexible_programmes() {
            return Err(PoolError::FlexibleRound);
        }
        let places = Places::new(round, seed);
        let mut pool = Self {
            seed,
            live: LiveMatching::default(),
            numbers: BTreeMap::new(),
            children: Vec::new(),
            free_numbers: Vec::new(),
            lots: Lots::default(),
            lots_range: 1,
            promised: vec![0; places.seat_count()],
            fixed: BTreeMap::new(),
            deviations: BTreeMap::new(),
            freed: Vec::new(),
            left: Vec::new(),
            places,
        };
        for number in 0..round.applicant_count() {
            let child = pool.child_of(round, number);
            pool.lots.add(&child);
            let own = child.enrolled;
            if let Some(seat) = own.and_then(|own| pool.places.seat(own, &child.group)) {
                pool.promised[seat as usize] += 1;
            }
            pool.numbers.insert(child.id.clone(), number as u32);
            pool.children.push(Some(child));
        }
        let capacities = round.seats.iter().map(|seat| seat.capacity);
        pool.run_again(LiveMatching::new(capacities));
        pool.live.take_log();
        Ok(pool)
    }

    fn child_of(&self, round: &Round, number: usize) -> LiveChild {
        let enrolled = round.applicant_enrolled[number];
        let family = round.applicant_family[number];
        let row = ApplicantRow {
            applicant_id: round.applicants.get(number).to_owned(),
            seat_group: round
                .groups
                .get(round.applicant_group[number] as usize)
                .to_owned(),
            family_id: (family != NONE).then(|| round.families.get(family as usize).to_owned()),
            ..ApplicantRow::default()
        };
        let enrolled = (enrolled != NONE).then_some(enrolled);
        let mut child = LiveChild::new(&row, enrolled, self.seed);
        // Programmes of the round and of the pool have the same numbers. An own place that the round
        // has appended is appended by the pool, too.
        let (last, others) = match round.wishes_of(number) {
            [others @ .., last] => (Some(last), others),
            [] => (None, &[][..]),
        };
        let after_the_others = others.last().map_or(0, |wish| wish.rank) + 1;
        let stated = last.filter(|last| {
            enrolled != Some(last.programme)
                || (last.points, last.given_lot(), last.rank) != (0, None, after_the_others)
        });
        child.applications = others
            .iter()
            .chain(stated)
            .map(|wish| LiveApplication {
                programme: wish.programme,
                rank: wish.rank,
                points: wish.points,
                lot: wish.given_lot(),
            })
            .collect();
        child
    }

    /// Applies an event.
    ///
    /// # Errors
    ///
    /// [`PoolError`] when the event does not fit the state; nothing is changed then.
    pub fn apply(&mut self, event: &PoolEvent) -> Result<PoolChange, PoolError> {
        self.freed.clear();
        self.left.clear();
        let mut change = PoolChange::default();
        self.handle(event, &mut change)?;
        self.draw_again_if_needed();
        self.finish(&mut change);
        Ok(change)
    }

    fn handle(&mut self, event: &PoolEvent, change: &mut PoolChange) -> Result<(), PoolError> {
        match event {
            PoolEvent::ChildJoined {
                child,
                applications,
            } => self.join(child, applications),
            PoolEvent::ApplicationAdded { application } => self.add_application(application),
            PoolEvent::ApplicationWithdrawn {
                applicant_id,
                programme_id,
            } => self.withdraw(applicant_id, programme_id, change),
            PoolEvent::PointsChanged {
                applicant_id,
                programme_id,
                points,
            } => self.change_points(applicant_id, programme_id, *points),
            PoolEvent::SeatOpened {
                programme_id,
                seat_group,
            } => self
                .seat(programme_id, seat_group)
                .map(|seat| self.open(seat)),
            PoolEvent::SeatClosed {
                programme_id,
                seat_group,
            } => {
                let seat = self.seat(programme_id, seat_group)?;
                self.refuse_without_room(seat)?;
                self.live.close(seat);
                Ok(())
            }
            PoolEvent::OfferMade {
                applicant_id,
                programme_id,
                deviation,
            } => self.offer(applicant_id, programme_id, *deviation, change),
            PoolEvent::OfferConfirmed {
                applicant_id,
                programme_id,
            } => self.confirm(applicant_id, programme_id),
            PoolEvent::OfferDeclined {
                applicant_id,
                programme_id,
            } => self.decline(applicant_id, programme_id, change),
            PoolEvent::OfferLapsed {
                applicant_id,
                programme_id,
            } => self.lapse(applicant_id, programme_id, change),
            PoolEvent::ContractConcluded {
                applicant_id,
                programme_id,
            } => self.conclude(applicant_id, programme_id, change),
            PoolEvent::ChildLeft { applicant_id } => self.leave(applicant_id, change),
        }
    }

    /// What an event would change, without applying it: who would move where, and who would be next
    /// in line for every place freed.
    ///
    /// # Errors
    ///
    /// As [`Pool::apply`].
    pub fn preview(&self, event: &PoolEvent) -> Result<PoolChange, PoolError> {
        self.clone().apply(event)
    }

    // What the events share.

    pub(super) fn seat(&self, programme_id: &str, group: &str) -> Result<u32, PoolError> {
        let programme = self.places.programme(programme_id);
        programme
            .and_then(|programme| self.places.seat(programme, group))
            .ok_or_else(|| PoolError::UnknownSeats {
                programme_id: programme_id.to_owned(),
                seat_group: group.to_owned(),
            })
    }

    /// Refuses unless a place is neither held by contract nor offered.
    pub(super) fn refuse_without_room(&self, seat: u32) -> Result<(), PoolError> {
        let capacity = self.live.capacity(seat);
        if self.promised[seat as usize] < capacity {
            return Ok(());
        }
        let (programme, group) = self.places.seat_name(seat);
        Err(PoolError::NoFreeSeat {
            programme_id: programme.to_owned(),
            seat_group: group.to_owned(),
            capacity,
        })
    }

    /// The number of a live child.
    pub(super) fn number(&self, applicant_id: &str) -> Result<u32, PoolError> {
        if let Some(fixed) = self.fixed.get(applicant_id) {
            return Err(PoolError::ConfirmedElsewhere {
                applicant_id: applicant_id.to_owned(),
                programme_id: self.places.programme_id(fixed.programme).to_owned(),
            });
        }
        let number = self.numbers.get(applicant_id).copied();
        number.ok_or_else(|| PoolError::UnknownChild(applicant_id.to_owned()))
    }

    pub(super) fn child(&self, number: u32) -> &LiveChild {
        self.children[number as usize]
            .as_ref()
            .expect("numbers in use name a child")
    }

    /// A child enters the matching.
    pub(super) fn enter(&mut self, child: LiveChild) {
        self.lots.add(&child);
        let number = self
            .free_numbers
            .pop()
            .unwrap_or(self.children.len() as u32);
        if number as usize == self.children.len() {
            self.children.push(None);
        }
        self.numbers.insert(child.id.clone(), number);
        self.live
            .insert(number, self.places.wishes(&child, self.lots_range));
        self.children[number as usize] = Some(child);
    }

    /// A child leaves the matching, with or without the seat it has there.
    pub(super) fn take(&mut self, number: u32, with_seat: bool) -> LiveChild {
        if with_seat {
            self.live.remove_with_seat(number);
        } else {
            self.live.remove(number);
        }
        let child = self.children[number as usize]
            .take()
            .expect("numbers in use name a child");
        self.lots.take(&child);
        self.numbers.remove(&child.id);
        self.left.push((number, child.id.clone()));
        self.free_numbers.push(number);
        child
    }

    /// Changes what a child wants or holds: it goes and comes again.
    pub(super) fn alter(&mut self, number: u32, alteration: impl FnOnce(&mut LiveChild)) {
        let mut child = self.take(number, false);
        alteration(&mut child);
        self.enter(child);
    }

    pub(super) fn open(&mut self, seat: u32) {
        self.live.open(seat);
        self.freed.push(seat);
    }

    pub(super) fn promise(&mut self, seat: u32) {
        self.promised[seat as usize] += 1;
    }

    /// A place is neither held nor offered any longer.
    pub(super) fn free(&mut self, seat: u32) {
        self.promised[seat as usize] -= 1;
        self.freed.push(seat);
    }

    /// The seat of a programme where a child holds or is offered a place: it was looked up before.
    pub(super) fn seat_of(&self, child: &LiveChild, programme: u32) -> u32 {
        let seat = self.places.seat(programme, &child.group);
        seat.expect("a place is held only where the group has seats")
    }

    pub(super) fn ended(
        child: &LiveChild,
        programme_id: &str,
        end: super::event::OfferEnd,
    ) -> EndedOffer {
        EndedOffer {
            applicant_id: child.id.clone(),
            programme_id: programme_id.to_owned(),
            end,
        }
    }

    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// Orders all lines anew where drawn lots depend on a range that has changed.
    fn draw_again_if_needed(&mut self) {
        let range = self.lots.range();
        if range == self.lots_range {
            return;
        }
        self.lots_range = range;
        if self.lots.any_empty() {
            let seats = 0..self.promised.len() as u32;
            let capacities: Vec<u32> = seats.map(|seat| self.live.capacity(seat)).collect();
            self.run_again(LiveMatching::new(capacities.into_iter()));
        }
    }

    /// Places all children anew; the log keeps where they were.
    fn run_again(&mut self, mut fresh: LiveMatching) {
        self.lots_range = self.lots.range();
        let mut log = self.live.take_log();
        for (number, child) in (0..).zip(&self.children) {
            let Some(child) = child else { continue };
            log.push((number, self.live.place_of(number)));
            fresh.insert(number, self.places.wishes(child, self.lots_range));
        }
        fresh.put_log(log);
        self.live = fresh;
    }

    /// Moves and next in line, from the log of the event.
    fn finish(&mut self, change: &mut PoolChange) {
        let mut before: BTreeMap<String, Option<(u32, u32)>> = BTreeMap::new();
        for (number, place) in self.live.take_log() {
            let left = self.left.iter().find(|(other, _)| *other == number);
            let here = self.children[number as usize]
                .as_ref()
                .map(|child| &child.id);
            if let Some(id) = left.map(|(_, id)| id).or(here) {
                before.entry(id.clone()).or_insert(place);
            }
        }
        for (id, from) in before {
            let now = self
                .numbers
                .get(&id)
                .and_then(|number| self.live.place_of(*number));
            if now != from {
                self.freed.extend(now.map(|(seat, _)| seat));
                change.moves.push(PoolMove {
                    applicant_id: id,
                    from: from.map(|from| self.place(from)),
                    to: now.map(|now| self.place(now)),
                });
            }
        }
        let mut freed = std::mem::take(&mut self.freed);
        freed.sort_unstable();
        freed.dedup();
        change.next_in_line = freed
            .iter()
            .flat_map(|seat| self.suggested_at(*seat))
            .collect();
        change.withdrawn.sort_unstable();
        change.offers_ended.sort_unstable();
    }
}
