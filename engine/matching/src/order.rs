//! Strict orders: true ties settled by the lottery.

use crate::lottery::{DrawnFor, draw};
use crate::round::{NONE, Round, Wish};

/// The order of the children at every seat group of every programme.
///
/// At a seat, the children enrolled there come first; then more points; then the smaller lot. A
/// child with an empty lot draws one, from 0 to the greatest lot of the round. What is still equal
/// is ordered by the lottery number of the family, then by the number of the child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Priorities {
    /// Where the wishes of each seat start; one entry more than seats.
    seat_starts: Vec<u32>,
    /// Wish positions by seat, first in line first.
    line: Vec<u32>,
    /// Place of each wish in the line of its seat, from 0; [`NONE`] where the group is closed.
    pub(crate) place: Vec<u32>,
    /// Applicant of each wish.
    pub(crate) applicant: Vec<u32>,
    /// Families that are in a true tie with another family somewhere.
    pub(crate) tied_families: u64,
    /// Whether there is a true tie anywhere, be it between siblings.
    pub(crate) any_tie: bool,
    /// Place of each wish as the lottery alone would have it; empty unless the lines were rearranged.
    pub(crate) drawn: Vec<u32>,
}

/// What orders one wish within the line of its seat; smaller goes first.
#[derive(Clone, Copy)]
struct LineEntry {
    /// Not enrolled here; then points, more first.
    standing: (bool, std::cmp::Reverse<i32>),
    lot: u32,
    applicant: u32,
    wish: u32,
}

impl Priorities {
    /// Orders the children of every seat.
    pub(crate) fn new(round: &Round, seed: u64) -> Self {
        let mut applicant_of = vec![0; round.wishes.len()];
        let mut seat_starts = vec![0_u32; round.seats.len() + 1];
        for applicant in 0..round.applicant_count() {
            for wish in round.wish_range(applicant) {
                applicant_of[wish] = applicant as u32;
                if let Some(start) = seat_starts.get_mut(round.wishes[wish].seat as usize + 1) {
                    *start += 1;
                }
            }
        }
        for seat in 1..seat_starts.len() {
            seat_starts[seat] += seat_starts[seat - 1];
        }
        let mut next = seat_starts.clone();
        let mut line = vec![0; seat_starts.last().map_or(0, |end| *end as usize)];
        for (position, wish) in round.wishes.iter().enumerate() {
            if wish.seat != NONE {
                line[next[wish.seat as usize] as usize] = position as u32;
                next[wish.seat as usize] += 1;
            }
        }
        let mut priorities = Self {
            seat_starts,
            line,
            place: vec![NONE; round.wishes.len()],
            applicant: applicant_of,
            tied_families: 0,
            any_tie: false,
            drawn: Vec::new(),
        };
        let mut lottery = Lottery::new(round, seed);
        for seat in 0..round.seats.len() {
            priorities.sort_line(round, seat, &mut lottery);
        }
        priorities.tied_families = lottery.tied_families();
        priorities.any_tie = !lottery.drawn.is_empty();
        priorities
    }

    fn sort_line(&mut self, round: &Round, seat: usize, lottery: &mut Lottery<'_>) {
        let range = self.seat_starts[seat] as usize..self.seat_starts[seat + 1] as usize;
        let mut entries: Vec<LineEntry> = self.line[range.clone()]
            .iter()
            .map(|wish| {
                let applicant = self.applicant[*wish as usize];
                let given = &round.wishes[*wish as usize];
                let own = round.is_own_place(applicant as usize, given);
                LineEntry {
                    // Points and lot mean nothing at the own place.
                    standing: (!own, std::cmp::Reverse(if own { 0 } else { given.points })),
                    lot: if own { 0 } else { given.lot },
                    applicant,
                    wish: *wish,
                }
            })
            .collect();
        entries.sort_unstable_by_key(|entry| (entry.standing, entry.lot, entry.applicant));
        for class in entries.chunk_by_mut(|a, b| a.standing == b.standing) {
            // Enrolled children all keep their place: nothing to settle among them.
            if class[0].standing.0 && class.len() > 1 {
                lottery.settle(class);
            }
        }
        for (place, (slot, entry)) in self.line[range].iter_mut().zip(&entries).enumerate() {
            *slot = entry.wish;
            self.place[entry.wish as usize] = place as u32;
        }
    }

    /// The same lines in the order of other keys, one per wish, smaller first.
    pub(crate) fn rearranged(mut self, keys: &[u64]) -> Self {
        self.drawn = self.place.clone();
        for range in self.seat_starts.windows(2) {
            let line = &mut self.line[range[0] as usize..range[1] as usize];
            line.sort_by_key(|wish| keys[*wish as usize]);
            for (place, wish) in line.iter().enumerate() {
                self.place[*wish as usize] = place as u32;
            }
        }
        self
    }

    /// Wish positions of a seat, first in line first.
    pub(crate) fn line(&self, seat: usize) -> &[u32] {
        &self.line[self.seat_starts[seat] as usize..self.seat_starts[seat + 1] as usize]
    }
}

/// Lottery numbers, drawn where they are needed.
struct Lottery<'round> {
    round: &'round Round,
    seed: u64,
    /// Range of lots in the round: a missing lot is drawn from 0 to one less.
    lots: u64,
    /// Numbers of family and child of each applicant drawn so far; empty before the first tie.
    drawn: Vec<Option<(u64, u64)>>,
    tied: Vec<bool>,
}

impl<'round> Lottery<'round> {
    fn new(round: &'round Round, seed: u64) -> Self {
        let greatest = round.wishes.iter().filter_map(Wish::given_lot).max();
        Self {
            round,
            seed,
            lots: greatest.map_or(1, |lot| u64::from(lot) + 1),
            drawn: Vec::new(),
            tied: Vec::new(),
        }
    }

    /// Orders entries of equal standing, sorted by lot with the empty ones last.
    fn settle(&mut self, class: &mut [LineEntry]) {
        let any_empty = class.last().is_some_and(|entry| entry.lot == NONE);
        if any_empty {
            // An empty lot ties with every lot.
            self.note_tie(class);
        } else if class.windows(2).all(|pair| pair[0].lot != pair[1].lot) {
            return;
        } else {
            for equal in class.chunk_by(|a, b| a.lot == b.lot) {
                self.note_tie(equal);
            }
        }
        let lots = self.lots;
        class.sort_by_cached_key(|entry| {
            let (family, child) = self.numbers(entry.applicant);
            let lot = match entry.lot {
                // Fits 32 bits: smaller than `lots`, which is at most u32::MAX.
                NONE => ((u128::from(family) * u128::from(lots)) >> 64) as u32,
                given => given,
            };
            (lot, family, child, entry.applicant)
        });
    }

    /// Remembers the families of a tie that holds more than one.
    fn note_tie(&mut self, tie: &[LineEntry]) {
        let family = |entry: &LineEntry| self.round.family_of(entry.applicant as usize);
        if tie.iter().all(|entry| family(entry) == family(&tie[0])) {
            return;
        }
        if self.tied.is_empty() {
            self.tied = vec![false; self.round.applicant_count()];
        }
        for entry in tie {
            self.tied[entry.applicant as usize] = true;
        }
    }

    fn numbers(&mut self, applicant: u32) -> (u64, u64) {
        if self.drawn.is_empty() {
            self.drawn = vec![None; self.round.applicant_count()];
        }
        let number = applicant as usize;
        *self.drawn[number].get_or_insert_with(|| {
            let family = draw(self.seed, DrawnFor::Family, self.round.family_of(number));
            let id = self.round.applicants.get(number);
            (family, draw(self.seed, DrawnFor::Applicant, id))
        })
    }

    fn tied_families(&self) -> u64 {
        let mut families: Vec<&str> = (0..self.tied.len())
            .filter(|applicant| self.tied[*applicant])
            .map(|applicant| self.round.family_of(applicant))
            .collect();
        families.sort_unstable();
        families.dedup();
        families.len() as u64
    }
}

/// The strict order of each applicant's own wishes: by rank; among equal ranks the own place first,
/// then the programmes in the order of the lottery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Preferences {
    /// Wish positions of all applicants, in the ranges of [`Round::wish_range`], best first.
    pub(crate) wishes: Vec<u32>,
    /// Applicants with equal ranks in their list.
    pub(crate) tied_applicants: u64,
}

impl Preferences {
    /// Orders the wishes of every applicant.
    pub(crate) fn new(round: &Round, seed: u64) -> Self {
        let mut wishes: Vec<u32> = (0..round.wishes.len() as u32).collect();
        let mut numbers: Vec<u64> = Vec::new();
        let mut tied_applicants = 0;
        for applicant in 0..round.applicant_count() {
            let own = round.wishes_of(applicant);
            if own.windows(2).all(|pair| pair[0].rank != pair[1].rank) {
                continue;
            }
            tied_applicants += 1;
            if numbers.is_empty() {
                numbers = round
                    .programme_ids()
                    .map(|programme| draw(seed, DrawnFor::Programme, programme))
                    .collect();
            }
            wishes[round.wish_range(applicant)].sort_unstable_by_key(|position| {
                let wish = &round.wishes[*position as usize];
                (
                    wish.rank,
                    !round.is_own_place(applicant, wish),
                    numbers[wish.programme as usize],
                    wish.programme,
                )
            });
        }
        Self {
            wishes,
            tied_applicants,
        }
    }
}
