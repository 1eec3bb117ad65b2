//! The family-optimal matching of wishes and seats that come and go.
//!
//! Every primitive takes a family-optimal matching to the family-optimal matching of the new state:
//!
//! - a child comes, or a seat closes: deferred acceptance simply goes on (its result does not depend
//!   on the order in which children ask, so one that asks last may ask now);
//! - a child goes, or a seat opens: the chain of vacancies ends stable, but children may be left that
//!   could exchange places along a ring. [`LiveMatching::exchange`] settles all such rings (the
//!   rotations of Gusfield and Irving 1989, taken from the side of the programmes). A matching without
//!   such a ring is family-optimal. Only rings through a seat at which somebody stopped waiting can
//!   be new, so only these are followed.

use std::cmp::Reverse;

use crate::round::NONE;

/// What orders the children at a seat; smaller goes first. As in [`crate::order`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Standing {
    /// Does not hold this place already.
    pub(crate) not_own: bool,
    pub(crate) points: Reverse<i32>,
    /// As given or drawn.
    pub(crate) lot: u32,
    /// Lottery number of the family, then of the child.
    pub(crate) family: u64,
    pub(crate) child: u64,
}

/// One wish, in the child's order of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LiveWish {
    /// Seat, [`NONE`] where the group is closed.
    pub(crate) seat: u32,
    pub(crate) rank: u32,
    pub(crate) standing: Standing,
}

/// A child in the line of a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    standing: Standing,
    child: u32,
    /// Place of the wish in the child's list.
    place: u32,
}

#[derive(Debug, Clone, Default)]
struct LiveSeat {
    capacity: u32,
    held: u32,
    /// Every child held stands before this place in the line.
    bound: usize,
    /// First in line first.
    line: Vec<Entry>,
}

impl LiveSeat {
    fn enter(&mut self, entry: Entry) {
        let at = self.line.partition_point(|other| *other < entry);
        self.line.insert(at, entry);
        self.bound += usize::from(at < self.bound);
    }

    fn leave(&mut self, entry: Entry) {
        if let Ok(at) = self.line.binary_search(&entry) {
            self.line.remove(at);
            self.bound -= usize::from(at < self.bound);
        }
    }

    /// Takes note that the child at this place in the line is held from now on.
    fn hold(&mut self, at: usize) {
        self.bound = self.bound.max(at + 1);
    }

    /// Place in the line of the last child held.
    fn last_held(&mut self, current: &[u32]) -> Option<usize> {
        while let Some(at) = self.bound.checked_sub(1) {
            let entry = self.line[at];
            if current[entry.child as usize] == entry.place {
                return Some(at);
            }
            self.bound = at;
        }
        None
    }
}

/// What a ring search knows of a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Visit {
    Unknown,
    OnPath,
    /// No ring goes through this seat.
    Finished,
}

/// Where a child was before it was moved for the first time in an event: seat and rank.
pub(crate) type Before = (u32, Option<(u32, u32)>);

/// Seats, lines, and the family-optimal matching between them.
#[derive(Debug, Clone, Default)]
pub(crate) struct LiveMatching {
    seats: Vec<LiveSeat>,
    wishes: Vec<Vec<LiveWish>>,
    /// Place in the list of the wish that each child has, [`NONE`] without.
    current: Vec<u32>,
    /// Seats where somebody stopped waiting.
    touched: Vec<u32>,
    /// Moves since the log was last taken, oldest first.
    log: Vec<Before>,
}

impl LiveMatching {
    pub(crate) fn new(capacities: impl Iterator<Item = u32>) -> Self {
        let seats = capacities.map(|capacity| LiveSeat {
            capacity,
            ..LiveSeat::default()
        });
        Self {
            seats: seats.collect(),
            ..Self::default()
        }
    }

    pub(super) fn capacity(&self, seat: u32) -> u32 {
        self.seats[seat as usize].capacity
    }

    /// Seat and rank of the place a child has.
    pub(crate) fn place_of(&self, child: u32) -> Option<(u32, u32)> {
        let wishes = self.wishes.get(child as usize)?;
        let wish = wishes.get(self.current[child as usize] as usize)?;
        Some((wish.seat, wish.rank))
    }

    /// Children that have a place at a seat, first in line first.
    pub(super) fn held_by(&self, seat: u32) -> impl Iterator<Item = u32> {
        let held = |entry: &&Entry| self.current[entry.child as usize] == entry.place;
        let line = self.seats[seat as usize].line.iter();
        line.filter(held).map(|entry| entry.child)
    }

    pub(crate) fn take_log(&mut self) -> Vec<Before> {
        std::mem::take(&mut self.log)
    }

    pub(super) fn put_log(&mut self, log: Vec<Before>) {
        self.log = log;
    }

    /// A child comes with its wishes, best first.
    pub(crate) fn insert(&mut self, child: u32, wishes: Vec<LiveWish>) {
        let number = child as usize;
        if self.wishes.len() <= number {
            self.wishes.resize(number + 1, Vec::new());
            self.current.resize(number + 1, NONE);
        }
        for (place, wish) in (0..).zip(&wishes) {
            if let Some(seat) = self.seats.get_mut(wish.seat as usize) {
                seat.enter(entry(child, place, wish));
            }
        }
        self.wishes[number] = wishes;
        self.ask(child, 0);
    }

    /// A child goes; its place becomes free.
    pub(super) fn remove(&mut self, child: u32) {
        if let Some(seat) = self.take_out(child) {
            self.fill(seat);
        }
        self.exchange();
    }

    /// A child goes and takes its seat with it.
    pub(super) fn remove_with_seat(&mut self, child: u32) {
        if let Some(seat) = self.take_out(child) {
            self.seats[seat as usize].capacity -= 1;
        }
        self.exchange();
    }

    /// A child comes back with other wishes, as if it had had these from the first.
    pub(crate) fn replace(&mut self, child: u32, wishes: Vec<LiveWish>) {
        self.remove(child);
        self.insert(child, wishes);
    }

    /// A seat more.
    pub(super) fn open(&mut self, seat: u32) {
        self.seats[seat as usize].capacity += 1;
        self.fill(seat);
        self.exchange();
    }

    /// A seat less; the last child held asks elsewhere if there is no free seat.
    pub(super) fn close(&mut self, seat: u32) {
        let closing = &mut self.seats[seat as usize];
        closing.capacity -= 1;
        if closing.held > closing.capacity
            && let Some(last) = closing.last_held(&self.current)
        {
            closing.held -= 1;
            let out = closing.line[last];
            self.move_to(out.child, NONE);
            self.ask(out.child, out.place + 1);
        }
    }

    /// Deferred acceptance goes on with a child that asks for its wishes from a place on.
    fn ask(&mut self, mut child: u32, mut place: u32) {
        while let Some(wish) = self.wishes[child as usize].get(place as usize) {
            let asking = entry(child, place, wish);
            let Some(seat) = self.seats.get_mut(wish.seat as usize) else {
                place += 1; // closed for the group
                continue;
            };
            let at = seat.line.partition_point(|other| *other < asking);
            if seat.held < seat.capacity {
                seat.held += 1;
                seat.hold(at);
                self.move_to(child, place);
                return;
            }
            let last = seat.last_held(&self.current).filter(|last| at < *last);
            let Some(last) = last else {
                place += 1; // refused
                continue;
            };
            let out = seat.line[last];
            self.move_to(child, place);
            self.move_to(out.child, NONE);
            (child, place) = (out.child, out.place + 1);
        }
    }

    /// Takes a child and its wishes out; the seat it had, which now has one child less.
    fn take_out(&mut self, child: u32) -> Option<u32> {
        self.stops_waiting(child);
        let number = child as usize;
        self.move_to(child, NONE);
        let had = self.log.last().and_then(|(_, before)| *before);
        let wishes = std::mem::take(&mut self.wishes[number]);
        for (place, wish) in (0..).zip(&wishes) {
            if let Some(seat) = self.seats.get_mut(wish.seat as usize) {
                seat.leave(entry(child, place, wish));
            }
        }
        let (seat, _) = had?;
        self.seats[seat as usize].held -= 1;
        Some(seat)
    }

    /// The chain of vacancies that begins at a seat.
    fn fill(&mut self, mut seat: u32) {
        loop {
            let filling = &mut self.seats[seat as usize];
            if filling.held >= filling.capacity {
                return;
            }
            let current = &self.current;
            let mut line = filling.line.iter();
            let next = line.position(|entry| current[entry.child as usize] > entry.place);
            let Some(at) = next else { return };
            let taker = filling.line[at];
            filling.held += 1;
            filling.hold(at);
            let gives_up = self.place_of(taker.child);
            self.stops_waiting(taker.child);
            self.move_to(taker.child, taker.place);
            let Some((left, _)) = gives_up else { return };
            self.seats[left as usize].held -= 1;
            seat = left;
        }
    }

    /// Settles all rings along which children could exchange places for better ones.
    ///
    /// Every full seat points to the seat of the first child in line that wants it more than its own
    /// place. Whoever leads to a seat that points nowhere is in no ring.
    fn exchange(&mut self) {
        let mut visits = vec![Visit::Unknown; self.seats.len()];
        while let Some(start) = self.touched.pop() {
            let mut path: Vec<(u32, Entry)> = Vec::new();
            let mut seat = start;
            loop {
                match visits[seat as usize] {
                    Visit::Finished => break,
                    Visit::OnPath => {
                        let ring = path.iter().position(|(visited, _)| *visited == seat);
                        self.turn(&path.split_off(ring.unwrap_or(0)), &mut visits);
                        let Some((before, _)) = path.pop() else { break };
                        visits[before as usize] = Visit::Unknown;
                        seat = before;
                    }
                    Visit::Unknown => {
                        let next = self.next_in_line(seat).and_then(|next| {
                            let (from, _) = self.place_of(next.child)?;
                            Some((next, from))
                        });
                        let Some((next, from)) = next else {
                            visits[seat as usize] = Visit::Finished;
                            break;
                        };
                        path.push((seat, next));
                        visits[seat as usize] = Visit::OnPath;
                        seat = from;
                    }
                }
            }
            for (seat, _) in path {
                visits[seat as usize] = Visit::Finished;
            }
        }
    }

    /// Moves every child of a ring to the seat that points to it.
    fn turn(&mut self, ring: &[(u32, Entry)], visits: &mut [Visit]) {
        for (seat, taker) in ring {
            self.stops_waiting(taker.child);
            self.move_to(taker.child, taker.place);
            let taking = &mut self.seats[*seat as usize];
            let at = taking.line.partition_point(|other| other < taker);
            taking.hold(at);
            visits[*seat as usize] = Visit::Unknown;
        }
    }

    /// The first child in line that wants a place of a full seat more than its own.
    fn next_in_line(&mut self, seat: u32) -> Option<Entry> {
        let seat = &mut self.seats[seat as usize];
        if seat.held < seat.capacity {
            return None; // nobody waits for a free place
        }
        let from = seat.last_held(&self.current).map_or(0, |last| last + 1);
        let mut waiting = seat.line[from..].iter();
        waiting
            .find(|entry| self.current[entry.child as usize] > entry.place)
            .copied()
    }

    /// Notes the seats that a child waits for, and its own: there, what follows may be another child.
    fn stops_waiting(&mut self, child: u32) {
        let wishes = &self.wishes[child as usize];
        let up_to = (self.current[child as usize] as usize).min(wishes.len().saturating_sub(1));
        let open = wishes.iter().take(up_to + 1).map(|wish| wish.seat);
        self.touched.extend(open.filter(|seat| *seat != NONE));
    }

    fn move_to(&mut self, child: u32, place: u32) {
        self.log.push((child, self.place_of(child)));
        self.current[child as usize] = place;
    }
}

fn entry(child: u32, place: u32, wish: &LiveWish) -> Entry {
    Entry {
        standing: wish.standing,
        child,
        place,
    }
}
