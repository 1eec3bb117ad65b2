//! The holding rule: families hold their best offer until the deadline.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::order::{Preferences, Priorities};
use crate::placements::{Place, PlacementRow};
use crate::round::{NONE, Round};
use crate::solve::SolveError;

/// What came of offers under the holding rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldOffers {
    /// What every family holds in the end, bytewise by child.
    pub placements: Vec<PlacementRow>,
    /// Offers made.
    pub offers_made: u64,
    /// Offers declined because the family held or got a better one.
    pub offers_declined: u64,
    /// Rounds in which all programmes offered at once; 0 where they offered one by one.
    pub rounds: u64,
}

/// Lets programmes offer down their lines, one by one in a random order, while families answer at
/// random times, and hold the best offer so far until nothing is left to offer.
///
/// At any time a programme has as many offers out (held or not yet answered) as it has seats. A family
/// with two offers declines the one it ranks worse, at once. The result equals the programme-optimal
/// matching whatever the order: this is programme-proposing deferred acceptance (Gale and Shapley
/// 1962) with pauses. `order_seed` chooses the order, `seed` settles true ties as in `solve`.
///
/// # Errors
///
/// [`SolveError`] where no matching is best for all programmes: joint options of families (E2070) and
/// budgets (E2110).
///
/// ```
/// use matching::{OptimalFor, RoundFiles, RoundOptions, hold_offers, read_round, solve};
/// let round = read_round(RoundFiles::new(
///     "programme_id,seat_group,capacity\nP1,,1\nP2,,1\n".as_bytes(),
///     "applicant_id,programme_id,rank,points,lot\nA,P1,1,1,1\nA,P2,2,9,1\nB,P1,2,9,2\nB,P2,1,1,2\n".as_bytes(),
/// )).unwrap();
/// let options = RoundOptions { optimal_for: OptimalFor::Programmes, ..RoundOptions::default() };
/// let best_for_programmes = solve(&round, &options).unwrap().placements();
/// for order_seed in 0..10 {
///     let held = hold_offers(&round, 0, order_seed).unwrap();
///     assert_eq!(held.placements, best_for_programmes);
/// }
/// ```
pub fn hold_offers(round: &Round, seed: u64, order_seed: u64) -> Result<HeldOffers, SolveError> {
    refuse(round)?;
    let mut desk = OfferDesk::new(round, seed);
    let mut order = ChaCha8Rng::seed_from_u64(order_seed);
    let mut below = |bound: usize| (order.next_u64() % bound.max(1) as u64) as usize;
    // Seats that may offer, and offers that wait for an answer.
    let mut offering: Vec<u32> = (0..round.seats.len() as u32).collect();
    let mut waiting: Vec<u32> = Vec::new();
    while offering.len() + waiting.len() > 0 {
        let drawn = below(offering.len() + waiting.len());
        if drawn < offering.len() {
            match desk.next_offer(offering[drawn] as usize) {
                Some(wish) => waiting.push(wish),
                None => {
                    offering.swap_remove(drawn);
                }
            }
        } else {
            let answered = waiting.swap_remove(drawn - offering.len());
            if let Some(free) = desk.answer(answered) {
                offering.push(free);
            }
        }
    }
    Ok(desk.finish(0))
}

/// Only where programmes have numbers of seats and children come one by one is a matching best for all of
/// them.
fn refuse(round: &Round) -> Result<(), SolveError> {
    if !round.joint.is_empty() {
        return Err(SolveError::ProgrammeSideWithSiblings);
    }
    if round.has_flexible_programmes() {
        return Err(SolveError::FlexibleForProgrammes);
    }
    Ok(())
}

/// Lets all programmes offer all their free places at once, round by round, families holding the best:
/// the rounds of a matching day. The result equals [`hold_offers`]; the rounds are counted.
///
/// # Errors
///
/// As [`hold_offers`].
pub fn hold_offers_in_rounds(round: &Round, seed: u64) -> Result<HeldOffers, SolveError> {
    refuse(round)?;
    let mut desk = OfferDesk::new(round, seed);
    let mut rounds = 0;
    loop {
        let mut made = Vec::new();
        for seat in 0..round.seats.len() {
            while let Some(wish) = desk.next_offer(seat) {
                made.push(wish);
            }
        }
        if made.is_empty() {
            return Ok(desk.finish(rounds));
        }
        rounds += 1;
        for wish in made {
            desk.answer(wish);
        }
    }
}

/// Offers made, and what families hold.
struct OfferDesk<'round> {
    round: &'round Round,
    priorities: Priorities,
    /// Place of every wish in its child's order.
    liking: Vec<u32>,
    held: Vec<u32>,
    /// Places without an offer out, by seat.
    free: Vec<u32>,
    next: Vec<usize>,
    made: u64,
    declined: u64,
}

impl<'round> OfferDesk<'round> {
    fn new(round: &'round Round, seed: u64) -> Self {
        let mut liking = vec![0; round.wish_count()];
        for (place, wish) in (0..).zip(&Preferences::new(round, seed).wishes) {
            liking[*wish as usize] = place;
        }
        Self {
            round,
            priorities: Priorities::new(round, seed),
            liking,
            held: vec![NONE; round.applicant_count()],
            free: round.seats.iter().map(|seat| seat.capacity).collect(),
            next: vec![0; round.seats.len()],
            made: 0,
            declined: 0,
        }
    }

    /// The next offer of a seat, if it has a place without one and somebody is left in its line.
    fn next_offer(&mut self, seat: usize) -> Option<u32> {
        if self.free[seat] == 0 {
            return None;
        }
        let wish = *self.priorities.line(seat).get(self.next[seat])?;
        self.next[seat] += 1;
        self.free[seat] -= 1;
        self.made += 1;
        Some(wish)
    }

    /// A family answers: it holds the better of two offers. The seat whose offer it declined.
    fn answer(&mut self, wish: u32) -> Option<u32> {
        let applicant = self.priorities.applicant[wish as usize] as usize;
        let held = self.held[applicant];
        let declined = if held == NONE {
            self.held[applicant] = wish;
            return None;
        } else if self.liking[wish as usize] < self.liking[held as usize] {
            self.held[applicant] = wish;
            held
        } else {
            wish
        };
        self.declined += 1;
        let seat = self.round.wishes[declined as usize].seat;
        self.free[seat as usize] += 1;
        Some(seat)
    }

    fn finish(self, rounds: u64) -> HeldOffers {
        let round = self.round;
        let placements = round
            .applicant_ids()
            .zip(&self.held)
            .map(|(applicant, held)| PlacementRow {
                applicant_id: applicant.to_owned(),
                place: round.wishes.get(*held as usize).map(|wish| Place {
                    programme_id: round.programmes.get(wish.programme as usize).to_owned(),
                    rank: wish.rank,
                }),
            })
            .collect();
        HeldOffers {
            placements,
            offers_made: self.made,
            offers_declined: self.declined,
            rounds,
        }
    }
}
