//! Who is proposed which seat: most children, then least minutes, then the order of the lots.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Reach;

/// A sum of costs of up to all children, exact.
type Cost = i128;

/// The best choice of one row per child within the free seats.
///
/// `children` holds the rows of each child, in the order of the lots. Children are added one by one,
/// each along the cheapest chain of changes, with a price per seat that keeps all chains non-negative
/// (successive shortest paths; Kuhn 1955, Tomizawa 1971). To be left out is a seat without limit that
/// costs more than all minutes together.
pub(super) fn assign(children: &[&[Reach]], free: &[u32]) -> Vec<Reach> {
    let count = children.len() as Cost;
    let minutes = children.iter().flat_map(|rows| rows.iter());
    let greatest = minutes
        .map(|row| Cost::from(row.minutes))
        .max()
        .unwrap_or(0);
    // The order of the lots weighs less than one minute, all minutes less than one child.
    let minute = count * (count + 1) + 1;
    let left_out = (count * greatest + 1) * minute;
    let out = free.len();
    let options: Vec<Vec<(usize, Cost)>> = (0..)
        .zip(children)
        .map(|(turn, rows): (Cost, _)| {
            let costs = rows
                .iter()
                .map(|row| (row.seat, Cost::from(row.minutes) * minute));
            costs.chain([(out, left_out + count - turn)]).collect()
        })
        .collect();
    let mut plan = Plan {
        options: &options,
        free,
        chosen: vec![usize::MAX; children.len()],
        members: vec![Vec::new(); free.len() + 1],
        price: vec![0; free.len() + 1],
        reached: vec![None; free.len() + 1],
    };
    for child in 0..children.len() {
        plan.add(child);
    }
    let chosen = plan.chosen.iter().zip(children);
    chosen
        .filter_map(|(option, rows)| rows.get(*option).copied())
        .collect()
}

/// How a seat was reached: at which cost, by which child and option.
#[derive(Debug, Clone, Copy)]
struct Step {
    cost: Cost,
    child: usize,
    option: usize,
    is_settled: bool,
}

struct Plan<'rows> {
    /// Seat and cost of every option of every child; the last is to be left out.
    options: &'rows [Vec<(usize, Cost)>],
    free: &'rows [u32],
    chosen: Vec<usize>,
    members: Vec<Vec<usize>>,
    /// What a seat costs on top because others want it.
    price: Vec<Cost>,
    reached: Vec<Option<Step>>,
}

impl Plan<'_> {
    fn is_open(&self, seat: usize) -> bool {
        let free = self.free.get(seat);
        free.is_none_or(|free| self.members[seat].len() < *free as usize)
    }

    /// Adds a child along the cheapest chain of changes.
    fn add(&mut self, child: usize) {
        self.reached.fill(None);
        let mut queue = BinaryHeap::new();
        let mut settled = Vec::new();
        self.relax(child, 0, &mut queue);
        let mut end = None;
        while let Some(Reverse((cost, seat))) = queue.pop() {
            let Some(step) = self.reached[seat].as_mut().filter(|step| !step.is_settled) else {
                continue;
            };
            step.is_settled = true;
            if self.is_open(seat) {
                end = Some((cost, seat));
                break;
            }
            settled.push((cost, seat));
            for place in 0..self.members[seat].len() {
                let member = self.members[seat][place];
                let (_, own) = self.options[member][self.chosen[member]];
                self.relax(member, cost - own - self.price[seat], &mut queue);
            }
        }
        // To be left out is always open, so there is an end.
        let Some((cost, end)) = end else { return };
        for (before, seat) in settled {
            self.price[seat] += cost - before;
        }
        self.shift(child, end);
    }

    /// Notes what it costs to put a child into each seat it could take.
    fn relax(&mut self, child: usize, base: Cost, queue: &mut BinaryHeap<Reverse<(Cost, usize)>>) {
        let options = self.options;
        for (option, (seat, own)) in options[child].iter().enumerate() {
            let cost = base + own + self.price[*seat];
            if self.reached[*seat].is_none_or(|step| !step.is_settled && cost < step.cost) {
                self.reached[*seat] = Some(Step {
                    cost,
                    child,
                    option,
                    is_settled: false,
                });
                queue.push(Reverse((cost, *seat)));
            }
        }
    }

    /// Carries out the changes from the end back to the child added.
    fn shift(&mut self, added: usize, end: usize) {
        let mut seat = end;
        while let Some(step) = self.reached[seat] {
            let before = std::mem::replace(&mut self.chosen[step.child], step.option);
            self.members[seat].push(step.child);
            if step.child == added {
                return;
            }
            seat = self.options[step.child][before].0;
            self.members[seat].retain(|member| *member != step.child);
        }
    }
}
