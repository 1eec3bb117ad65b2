//! Strict orders: true ties settled by the lottery.

use std::ops::Range;

use crate::lottery::{DrawnFor, draw};
use crate::round::{NONE, Round, Wish};

/// The order of the children at every seat group of every programme.
///
/// At a seat, the children enrolled there come first; then more points; then the smaller lot. A
/// child with an empty lot draws one, from 0 to the greatest lot of the round. What is still equal
/// is ordered by the lottery number of the family, then by the number of the child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Priorities {
    /// The seat that stands for the line of each seat, see [`Round::line_of`].
    line_of: Vec<u32>,
    /// Where the wishes of each line start; one entry more than seats.
    seat_starts: Vec<u32>,
    /// Wish positions by line, first in line first.
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
        let line_of: Vec<u32> = (0..round.seats.len())
            .map(|seat| round.line_of(seat) as u32)
            .collect();
        let line = |wish: &Wish| line_of.get(wish.seat as usize).map(|line| *line as usize);
        let mut applicant_of = vec![0; round.wishes.len()];
        let mut seat_starts = vec![0_u32; round.seats.len() + 1];
        for applicant in 0..round.applicant_count() {
            for wish in round.wish_range(applicant) {
                applicant_of[wish] = applicant as u32;
                if let Some(line) = line(&round.wishes[wish]) {
                    seat_starts[line + 1] += 1;
                }
            }
        }
        for seat in 1..seat_starts.len() {
            seat_starts[seat] += seat_starts[seat - 1];
        }
        let mut next = seat_starts.clone();
        let mut in_line = vec![0; seat_starts.last().map_or(0, |end| *end as usize)];
        let packing = Packing::of(round, &seat_starts);
        let mut packed = vec![0; if packing.is_some() { in_line.len() } else { 0 }];
        for (position, wish) in round.wishes.iter().enumerate() {
            let Some(line) = line(wish) else { continue };
            let place = next[line];
            next[line] += 1;
            in_line[place as usize] = position as u32;
            if let Some(packing) = &packing {
                let own = round.is_own_place(applicant_of[position] as usize, wish);
                packed[place as usize] = packing.pack(own, wish, place - seat_starts[line]);
            }
        }
        let mut priorities = Self {
            line_of,
            seat_starts,
            line: in_line,
            place: vec![NONE; round.wishes.len()],
            applicant: applicant_of,
            tied_families: 0,
            any_tie: false,
            drawn: Vec::new(),
        };
        let mut lottery = Lottery::new(round, seed);
        let mut sorted = Vec::new();
        for seat in 0..round.seats.len() {
            let range =
                priorities.seat_starts[seat] as usize..priorities.seat_starts[seat + 1] as usize;
            let strict = packing.as_ref().is_some_and(|packing| {
                let keys = &mut packed[range.clone()];
                keys.sort_unstable();
                packing.is_strict(keys)
            });
            if let Some(packing) = packing.as_ref().filter(|_| strict) {
                let line = &mut priorities.line[range.clone()];
                sorted.clear();
                sorted.extend(packed[range].iter().map(|key| line[packing.position(*key)]));
                line.copy_from_slice(&sorted);
                for (place, wish) in sorted.iter().enumerate() {
                    priorities.place[*wish as usize] = place as u32;
                }
            } else {
                priorities.sort_line(round, range, &mut lottery);
            }
        }
        priorities.tied_families = lottery.tied_families();
        priorities.any_tie = !lottery.drawn.is_empty();
        priorities
    }

    /// The lines in the order of keys, one per wish, smaller first; no two of a line are to be equal.
    pub(crate) fn by_standing<Key: Ord>(round: &Round, keys: &[Key]) -> Self {
        let line_of: Vec<u32> = (0..round.seats.len())
            .map(|seat| round.line_of(seat) as u32)
            .collect();
        let mut applicant_of = vec![0; round.wishes.len()];
        for applicant in 0..round.applicant_count() {
            applicant_of[round.wish_range(applicant)].fill(applicant as u32);
        }
        let line = |wish: u32| {
            line_of
                .get(round.wishes[wish as usize].seat as usize)
                .copied()
        };
        let mut wishes: Vec<(u32, u32)> = (0..round.wishes.len() as u32)
            .filter_map(|wish| Some((line(wish)?, wish)))
            .collect();
        wishes.sort_unstable_by(|a, b| {
            let key = |wish: u32| &keys[wish as usize];
            (a.0, key(a.1), a.1).cmp(&(b.0, key(b.1), b.1))
        });
        let mut seat_starts = vec![0_u32; round.seats.len() + 1];
        for (line, _) in &wishes {
            seat_starts[*line as usize + 1] += 1;
        }
        for seat in 1..seat_starts.len() {
            seat_starts[seat] += seat_starts[seat - 1];
        }
        let mut place = vec![NONE; round.wishes.len()];
        for (number, (line, wish)) in (0..).zip(&wishes) {
            place[*wish as usize] = number - seat_starts[*line as usize];
        }
        Self {
            line_of,
            seat_starts,
            line: wishes.into_iter().map(|(_, wish)| wish).collect(),
            place,
            applicant: applicant_of,
            tied_families: 0,
            any_tie: false,
            drawn: Vec::new(),
        }
    }

    /// Sorts a line in which there may be true ties.
    fn sort_line(&mut self, round: &Round, range: Range<usize>, lottery: &mut Lottery<'_>) {
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

    /// The seat that stands for the line of a seat.
    pub(crate) fn line_of(&self, seat: usize) -> usize {
        self.line_of[seat] as usize
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

    /// Wish positions of the line of a seat, first in line first.
    pub(crate) fn line(&self, seat: usize) -> &[u32] {
        let seat = self.line_of(seat);
        &self.line[self.seat_starts[seat] as usize..self.seat_starts[seat + 1] as usize]
    }
}

/// What orders a line, packed into one number: standing, then lot, then place among the wishes of the
/// line, which stand by applicant. Children enrolled come first, without points or lot.
struct Packing {
    most_points: i32,
    /// An empty lot is packed as this one, beyond every lot given.
    no_lot: u64,
    lot_bits: u32,
    position_bits: u32,
}

impl Packing {
    /// `None` when points, lots and places of this round do not fit into 64 bits.
    fn of(round: &Round, line_starts: &[u32]) -> Option<Self> {
        let bits = |greatest: u64| u64::BITS - greatest.leading_zeros();
        let points = || round.wishes.iter().map(|wish| wish.points);
        let (least, most_points) = (points().min()?, points().max()?);
        let lots = round.wishes.iter().filter_map(Wish::given_lot);
        let no_lot = lots.max().map_or(0, |lot| u64::from(lot) + 1);
        let longest = line_starts.windows(2).map(|pair| pair[1] - pair[0]).max()?;
        let packing = Self {
            most_points,
            no_lot,
            lot_bits: bits(no_lot),
            position_bits: bits(longest.into()),
        };
        let standing_bits = bits(u64::from(most_points.abs_diff(least)) + 1);
        let all = standing_bits + packing.lot_bits + packing.position_bits;
        (all <= u64::BITS).then_some(packing)
    }

    fn pack(&self, own: bool, wish: &Wish, position: u32) -> u64 {
        let key = if own {
            0
        } else {
            let standing = u64::from(self.most_points.abs_diff(wish.points)) + 1;
            let lot = wish.given_lot().map_or(self.no_lot, u64::from);
            (standing << self.lot_bits) | lot
        };
        (key << self.position_bits) | u64::from(position)
    }

    /// Place among the wishes of the line before it was sorted.
    fn position(&self, packed: u64) -> usize {
        (packed & ((1 << self.position_bits) - 1)) as usize
    }

    /// Whether no two wishes of a sorted line are in a true tie.
    fn is_strict(&self, sorted: &[u64]) -> bool {
        let key = |packed: u64| packed >> self.position_bits;
        let standing = |packed: u64| key(packed) >> self.lot_bits;
        let lot = |packed: u64| key(packed) & ((1 << self.lot_bits) - 1);
        sorted.windows(2).all(|pair| {
            let (first, second) = (pair[0], pair[1]);
            // The enrolled are in no tie; an empty lot, the last of its standing, ties with every lot.
            standing(second) == 0
                || standing(first) != standing(second)
                || (key(first) != key(second) && lot(second) != self.no_lot)
        })
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
