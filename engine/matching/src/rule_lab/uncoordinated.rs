//! Programmes that offer without knowing of each other.

use super::held::{Held, names_no_seat};
use super::{Orders, Run};
use crate::round::Round;
use crate::siblings::Market;

/// Rounds of offers to the first in line without a place; families accept the best at once, for good.
///
/// A family with joint options accepts the best of them that the offers of one round make up, together
/// with places its children hold; otherwise its offers of this round lapse, and the programmes do not
/// repeat them. A programme with a budget offers down its line up to the first child that does not fit.
pub(super) fn run(orders: &Orders<'_>) -> Run {
    let market = orders.market();
    let mut desk = Desk::new(orders, &market);
    let (mut rounds, mut offers_made, mut offers_lapsed) = (0, 0, 0);
    loop {
        let offers = desk.offers();
        if offers.is_empty() {
            break;
        }
        rounds += 1;
        offers_made += offers.len() as u64;
        for of_one in offers.chunk_by(|a, b| a.0 == b.0) {
            offers_lapsed += desk.answer(of_one, rounds as u32);
        }
    }
    let granted = market.granted(&desk.held.chosen);
    Run {
        settled_in: super::settled_children(orders.round, &market, &granted, &desk.settled),
        granted,
        rounds,
        offers_made,
        offers_lapsed,
    }
}

struct Desk<'orders> {
    round: &'orders Round,
    market: &'orders Market<'orders>,
    held: Held<'orders>,
    /// Who accepted is out of the market; enrolled children look for something better once.
    in_market: Vec<bool>,
    /// Offers of this wish lapsed though the family did not accept another.
    is_lapsed: Vec<bool>,
    settled: Vec<u32>,
}

impl<'orders> Desk<'orders> {
    fn new(orders: &'orders Orders<'_>, market: &'orders Market<'orders>) -> Self {
        let held = Held::new(orders, market);
        let holds = |option: &u32| u32::from(!market.wishes(*option as usize).is_empty());
        Self {
            round: orders.round,
            market,
            settled: held.chosen.iter().map(holds).collect(),
            held,
            in_market: vec![true; market.family_count()],
            is_lapsed: vec![false; orders.round.wish_count()],
        }
    }

    /// Options that a family likes better than what it holds.
    fn better(&self, family: usize) -> std::ops::Range<usize> {
        self.market.options(family).start..self.held.chosen[family] as usize
    }

    /// Whether a family would look at an offer of this wish.
    fn wants(&self, family: usize, wish: u32) -> bool {
        let mut better = self.better(family);
        self.in_market[family]
            && !self.is_lapsed[wish as usize]
            && !self.is_held(family, wish)
            && better.any(|option| self.market.wishes(option).contains(&wish))
    }

    fn is_held(&self, family: usize, wish: u32) -> bool {
        let has = self.held.chosen[family] as usize;
        self.market.wishes(has).contains(&wish)
    }

    /// All offers of a round, as family and wish, by family.
    fn offers(&self) -> Vec<(usize, u32)> {
        let mut room = self.held.room();
        let mut offers = Vec::new();
        for seat in 0..self.round.seats.len() {
            let line = self.market.priorities.line(seat);
            if self.market.priorities.line_of(seat) != seat {
                continue; // its line has been gone through with that of another group
            }
            for wish in line {
                let at = self.round.wishes[*wish as usize].seat as usize;
                if !room.is_flexible(seat) && !room.fits(seat) {
                    break;
                }
                let family = self.market.family_of_wish(*wish);
                if !self.wants(family, *wish) {
                    continue;
                }
                if !room.fits(at) {
                    break;
                }
                room.take(at);
                offers.push((family, *wish));
            }
        }
        offers.sort_unstable();
        offers
    }

    /// A family answers its offers of one round; how many lapse.
    fn answer(&mut self, offers: &[(usize, u32)], round: u32) -> u64 {
        let family = offers[0].0;
        let offered = |wish: &u32| offers.iter().any(|(_, offer)| offer == wish);
        let best = self.better(family).find(|option| {
            let mut wishes = self.market.wishes(*option).iter();
            !names_no_seat(self.market, *option)
                && wishes.all(|wish| offered(wish) || self.is_held(family, *wish))
        });
        let Some(best) = best else {
            for (_, wish) in offers {
                self.is_lapsed[*wish as usize] = true;
            }
            return offers.len() as u64;
        };
        let accepted = offers.iter().filter(|(_, wish)| {
            let wishes = self.market.wishes(best);
            wishes.contains(wish)
        });
        let lapsed = offers.len() - accepted.count();
        self.in_market[family] = false;
        self.settled[family] = round;
        self.held.give(family, best);
        lapsed as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::round::NONE;

    #[test]
    fn a_wish_that_no_seat_answers_is_never_offered() {
        let round = crate::read_round(crate::RoundFiles::new(
            "programme_id,seat_group,capacity\nP,nursery,1\n".as_bytes(),
            "applicant_id,programme_id,rank,points,lot\nA,P,1,1,1\n".as_bytes(),
        ))
        .unwrap();
        let run = run(&Orders::new(&round, 0));
        assert_eq!((run.rounds, run.granted), (0, vec![NONE]));
    }
}
