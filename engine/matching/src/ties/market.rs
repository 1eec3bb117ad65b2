//! The part of a round in which ties leave a choice, as flat arrays.

use crate::order::{Preferences, Priorities};
use crate::round::{NONE, Round};

/// A wish that some weakly stable matching may grant.
///
/// Within the line of its seat, classes of equal claim are numbered from 0, the best. A child with an
/// empty lot ties with every lot of its points: it `enters` with the first class of these points and
/// `yields` only to what comes before the last. One wish comes strictly before another exactly if
/// its `yields` is smaller than the other's `enters`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) child: u32,
    pub(super) seat: u32,
    /// Smaller is better; equal is a tie. The own place stands alone, before its equals.
    pub(super) rank: u32,
    pub(super) enters: u32,
    pub(super) yields: u32,
    /// Place in the line of the seat after the lottery.
    pub(super) drawn: u32,
    /// Place in the child's list after the lottery.
    pub(super) liking: u32,
    /// Position of the wish in the round.
    pub(super) wish: u32,
}

impl Claim {
    /// Whether the seat has to prefer this claim to the other.
    pub(super) fn is_before(&self, other: &Self) -> bool {
        self.yields < other.enters
    }
}

/// Children, seats and claims. Claims stand by child, then rank, then programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Market {
    pub(super) claims: Vec<Claim>,
    /// Where the claims of each child start; one entry more than children.
    pub(super) starts: Vec<u32>,
    pub(super) capacities: Vec<u32>,
    /// Where the claims on each seat start; one entry more than seats.
    pub(super) seat_starts: Vec<u32>,
    /// Claims by seat, by the class they enter with.
    pub(super) lines: Vec<u32>,
    /// Applicant of each child in the round, ascending.
    pub(super) applicants: Vec<u32>,
    /// Children that every weakly stable matching places.
    pub(super) sure: Vec<bool>,
    /// Whether a claim enters before it yields: lots and empty lots in one class.
    pub(super) is_mixed: bool,
}

impl Market {
    /// The claims of a whole round; wishes for a group that is closed are none.
    pub(super) fn of_round(
        round: &Round,
        priorities: &Priorities,
        preferences: &Preferences,
    ) -> Self {
        let mut liking = vec![0; round.wishes.len()];
        for (place, wish) in preferences.wishes.iter().enumerate() {
            liking[*wish as usize] = place as u32;
        }
        let classes = classes(round, priorities);
        let mut claims = Vec::with_capacity(round.wishes.len());
        let mut starts = vec![0];
        for child in 0..round.applicant_count() {
            let first = claims.len();
            for position in round.wish_range(child) {
                let wish = &round.wishes[position];
                if wish.seat == NONE || round.seats[wish.seat as usize].capacity == 0 {
                    continue;
                }
                let (enters, yields) = classes[position];
                claims.push(Claim {
                    child: child as u32,
                    seat: wish.seat,
                    rank: 2 * wish.rank + u32::from(!round.is_own_place(child, wish)),
                    enters,
                    yields,
                    drawn: priorities.place[position],
                    liking: liking[position],
                    wish: position as u32,
                });
            }
            claims[first..].sort_by_key(|claim| claim.rank);
            starts.push(claims.len() as u32);
        }
        let capacities = round.seats.iter().map(|seat| seat.capacity).collect();
        let applicants = (0..round.applicant_count() as u32).collect();
        let sure = vec![false; round.applicant_count()];
        Self::assemble(claims, starts, capacities, applicants, sure)
    }

    /// Sorts the claims into the lines of their seats.
    pub(super) fn assemble(
        claims: Vec<Claim>,
        starts: Vec<u32>,
        capacities: Vec<u32>,
        applicants: Vec<u32>,
        sure: Vec<bool>,
    ) -> Self {
        let mut seat_starts = vec![0_u32; capacities.len() + 1];
        for claim in &claims {
            seat_starts[claim.seat as usize + 1] += 1;
        }
        for seat in 0..capacities.len() {
            seat_starts[seat + 1] += seat_starts[seat];
        }
        let mut lines: Vec<u32> = (0..claims.len() as u32).collect();
        lines.sort_by_key(|claim| {
            let claim = &claims[*claim as usize];
            (claim.seat, claim.enters)
        });
        let is_mixed = claims.iter().any(|claim| claim.enters != claim.yields);
        Self {
            claims,
            starts,
            capacities,
            seat_starts,
            lines,
            applicants,
            sure,
            is_mixed,
        }
    }

    pub(super) fn child_count(&self) -> usize {
        self.starts.len() - 1
    }

    /// Positions of the claims of a child, best first.
    pub(super) fn claims_of(&self, child: usize) -> std::ops::Range<usize> {
        self.starts[child] as usize..self.starts[child + 1] as usize
    }

    /// Claims on a seat, by the class they enter with.
    pub(super) fn line(&self, seat: usize) -> &[u32] {
        &self.lines[self.seat_starts[seat] as usize..self.seat_starts[seat + 1] as usize]
    }

    /// Number of children placed.
    pub(super) fn size(granted: &[u32]) -> usize {
        granted.iter().filter(|claim| **claim != NONE).count()
    }

    /// Rank of what a child was granted; worse than any rank when nothing.
    pub(super) fn rank_of(&self, granted: u32) -> u32 {
        let claim = self.claims.get(granted as usize);
        claim.map_or(u32::MAX, |claim| claim.rank)
    }

    /// Whether nobody wants a seat more than its own that is free or held by a lesser claim.
    pub(super) fn is_weakly_stable(&self, granted: &[u32]) -> bool {
        let mut load = vec![0_u32; self.capacities.len()];
        let mut last = vec![0_u32; self.capacities.len()];
        for claim in granted.iter().filter(|claim| **claim != NONE) {
            let claim = &self.claims[*claim as usize];
            load[claim.seat as usize] += 1;
            last[claim.seat as usize] = last[claim.seat as usize].max(claim.enters);
        }
        let fits = load
            .iter()
            .zip(&self.capacities)
            .all(|(load, most)| load <= most);
        fits && self.claims.iter().all(|claim| {
            let seat = claim.seat as usize;
            claim.rank >= self.rank_of(granted[claim.child as usize])
                || (load[seat] == self.capacities[seat] && claim.yields >= last[seat])
        })
    }
}

/// The classes with which each wish enters and to which it yields.
fn classes(round: &Round, priorities: &Priorities) -> Vec<(u32, u32)> {
    let mut classes = vec![(0, 0); round.wishes.len()];
    let standing = |position: u32| {
        let wish = &round.wishes[position as usize];
        let applicant = priorities.applicant[position as usize] as usize;
        let own = round.is_own_place(applicant, wish);
        (own, if own { 0 } else { wish.points })
    };
    let mut lots: Vec<u32> = Vec::new();
    for seat in 0..round.seats.len() {
        let mut next = 0;
        let line = priorities.line(seat);
        for equal in line.chunk_by(|a, b| standing(*a) == standing(*b)) {
            lots.clear();
            if !standing(equal[0]).0 {
                let given = equal.iter().map(|wish| round.wishes[*wish as usize].lot);
                lots.extend(given.filter(|lot| *lot != NONE));
                lots.sort_unstable();
                lots.dedup();
            }
            let last = next + (lots.len().max(1) - 1) as u32;
            for wish in equal {
                let place = lots.binary_search(&round.wishes[*wish as usize].lot);
                classes[*wish as usize] = match place {
                    Ok(place) => (next + place as u32, next + place as u32),
                    Err(_) => (next, last),
                };
            }
            next = last + 1;
        }
    }
    classes
}
