//! Tiny random rounds with flexible programmes, and the rule of fairness written out once more.

use matching::{
    Amount, ApplicantRow, ApplicationRow, BudgetRow, NO_CAP, Place, PlacementRow, ProgrammeRow,
    Round, SeatWeightRow,
};
use proptest::prelude::*;

use super::tiny::rank;

const GROUPS: [&str; 2] = ["kindergarten", "nursery"];

/// Rows of a tiny round; weights and budgets in halves.
#[derive(Debug, Clone)]
pub(crate) struct Flexible {
    pub(crate) programmes: Vec<ProgrammeRow>,
    pub(crate) applications: Vec<ApplicationRow>,
    pub(crate) applicants: Vec<ApplicantRow>,
    /// Programme and budget.
    pub(crate) budgets: Vec<(String, u64)>,
    /// Programme, group and weight.
    pub(crate) weights: Vec<(String, String, u64)>,
}

/// Budget if flexible, then cap or seats and weight of each group.
type ProgrammeDraw = (Option<u64>, Vec<(Option<u32>, u64)>);
/// Group, programme enrolled at, and order, points and lot at each programme.
type ChildDraw = (usize, Option<usize>, Vec<(u8, i32, Option<u32>)>);

/// Rounds of up to six children and three programmes; with `ties`, points and lots repeat.
pub(crate) fn flexible(ties: bool) -> impl Strategy<Value = Flexible> {
    (1..4_usize)
        .prop_flat_map(|programmes| {
            let programme = (
                proptest::option::weighted(0.75, 0..8_u64),
                proptest::collection::vec((proptest::option::of(0..3_u32), 1..4_u64), GROUPS.len()),
            );
            let wish = (
                any::<u8>(),
                0..3_i32,
                proptest::option::weighted(0.7, 0..2_u32),
            );
            let child = (
                0..GROUPS.len(),
                proptest::option::weighted(0.2, 0..programmes),
                proptest::collection::vec(wish, programmes),
            );
            (
                proptest::collection::vec(programme, programmes),
                proptest::collection::vec(child, 0..7),
            )
        })
        .prop_map(move |(programmes, children)| build(ties, &programmes, &children))
}

fn build(ties: bool, programmes: &[ProgrammeDraw], children: &[ChildDraw]) -> Flexible {
    let id = |number: usize| format!("P{number}");
    let mut round = Flexible {
        programmes: Vec::new(),
        applications: Vec::new(),
        applicants: Vec::new(),
        budgets: Vec::new(),
        weights: Vec::new(),
    };
    for (number, (budget, groups)) in programmes.iter().enumerate() {
        for (group, (cap, weight)) in GROUPS.iter().zip(groups) {
            let none = if budget.is_some() { NO_CAP } else { 0 };
            round
                .programmes
                .push(super::seats(&id(number), group, cap.unwrap_or(none)));
            if budget.is_some() {
                round
                    .weights
                    .push((id(number), (*group).to_owned(), *weight));
            }
        }
        round
            .budgets
            .extend(budget.map(|budget| (id(number), budget)));
    }
    for (number, (group, enrolled, wishes)) in children.iter().enumerate() {
        let applicant = format!("A{number}");
        let mut row = super::child(&applicant, GROUPS[*group], enrolled.map(id).as_deref());
        round.applicants.push(row.clone());
        if !round.enrolled_fit() {
            row.enrolled_programme_id = None;
            *round.applicants.last_mut().unwrap() = row;
        }
        let mut wished: Vec<usize> = (0..wishes.len()).filter(|p| wishes[*p].0 % 5 > 0).collect();
        wished.sort_by_key(|p| wishes[*p].0);
        for (place, programme) in (1..).zip(wished) {
            let (_, points, lot) = wishes[programme];
            // Strict: lots differ between children, in another order at every programme.
            let strict = Some((number as u32 * 7 + programme as u32 * 3 + 1) % 11);
            let lot = if ties { lot } else { strict };
            let wish = super::wish(&applicant, &id(programme), place, points, lot);
            round.applications.push(wish);
        }
    }
    round
}

impl Flexible {
    pub(crate) fn round(&self) -> Round {
        let halves = |halves: u64| Amount::fraction(halves, 2).unwrap();
        let budgets: Vec<BudgetRow> = self
            .budgets
            .iter()
            .map(|(programme, budget)| BudgetRow {
                programme_id: programme.clone(),
                budget: halves(*budget),
            })
            .collect();
        let weights: Vec<SeatWeightRow> = self
            .weights
            .iter()
            .map(|(programme, group, weight)| SeatWeightRow {
                programme_id: programme.clone(),
                seat_group: group.clone(),
                weight: halves(*weight),
            })
            .collect();
        Round::from_flexible_rows(
            &self.programmes,
            &self.applications,
            &self.applicants,
            &budgets,
            &weights,
        )
        .unwrap()
    }

    fn enrolled_fit(&self) -> bool {
        let rows: Vec<PlacementRow> = self
            .applicants
            .iter()
            .map(|child| PlacementRow {
                applicant_id: child.applicant_id.clone(),
                place: child
                    .enrolled_programme_id
                    .clone()
                    .map(|programme_id| Place {
                        programme_id,
                        rank: 1,
                    }),
            })
            .collect();
        self.is_feasible(&rows)
    }

    pub(crate) fn budget(&self, programme: &str) -> Option<u64> {
        self.budgets
            .iter()
            .find(|row| row.0 == programme)
            .map(|row| row.1)
    }

    fn weight(&self, programme: &str, group: &str) -> u64 {
        let row = self
            .weights
            .iter()
            .find(|row| row.0 == programme && row.1 == group);
        row.unwrap().2
    }

    fn capacity(&self, programme: &str, group: &str) -> u32 {
        self.programmes
            .iter()
            .find(|row| row.programme_id == programme && row.seat_group == group)
            .unwrap()
            .capacity
    }

    fn child(&self, applicant: &str) -> &ApplicantRow {
        self.applicants
            .iter()
            .find(|row| row.applicant_id == applicant)
            .unwrap()
    }

    /// The children placed at a programme.
    fn at<'a>(&'a self, rows: &'a [PlacementRow], programme: &'a str) -> Vec<&'a ApplicantRow> {
        rows.iter()
            .filter(|row| {
                row.place
                    .as_ref()
                    .is_some_and(|place| place.programme_id == programme)
            })
            .map(|row| self.child(&row.applicant_id))
            .collect()
    }

    /// Whether children fit together at a programme.
    fn fits(&self, programme: &str, children: &[&ApplicantRow]) -> bool {
        let caps = GROUPS.iter().all(|group| {
            let count = children
                .iter()
                .filter(|child| child.seat_group == *group)
                .count();
            count as u64 <= u64::from(self.capacity(programme, group))
        });
        let needed = || -> u64 {
            children
                .iter()
                .map(|child| self.weight(programme, &child.seat_group))
                .sum()
        };
        caps && self
            .budget(programme)
            .is_none_or(|budget| needed() <= budget)
    }

    pub(crate) fn is_feasible(&self, rows: &[PlacementRow]) -> bool {
        let mut programmes: Vec<&str> = self
            .programmes
            .iter()
            .map(|row| row.programme_id.as_str())
            .collect();
        programmes.dedup();
        programmes
            .iter()
            .all(|programme| self.fits(programme, &self.at(rows, programme)))
    }

    /// Whether a flexible programme never admits a child of the group.
    fn is_closed(&self, programme: &str, child: &ApplicantRow) -> bool {
        self.budget(programme).is_some() && !self.fits(programme, &[child])
    }

    /// Wishes of a child for open groups: programme, rank, points and lot, own place included.
    fn options<'a>(&'a self, child: &'a ApplicantRow) -> Vec<(&'a str, u32, i32, Option<u32>)> {
        let given = self
            .applications
            .iter()
            .filter(|row| row.applicant_id == child.applicant_id);
        let mut options: Vec<_> = given
            .map(|row| (row.programme_id.as_str(), row.rank, row.points, row.lot))
            .collect();
        if let Some(own) = &child.enrolled_programme_id
            && options.iter().all(|option| option.0 != own)
        {
            let last = options.iter().map(|option| option.1).max().unwrap_or(0);
            options.push((own, last + 1, 0, None));
        }
        options.retain(|option| !self.is_closed(option.0, child));
        options
    }

    /// Whether a child stands before another at a programme, true ties apart.
    fn before(&self, child: &ApplicantRow, other: &ApplicantRow, programme: &str) -> bool {
        let claim = |child: &ApplicantRow| {
            let own = child.enrolled_programme_id.as_deref() == Some(programme);
            let options = self.options(child);
            let option = options.iter().find(|option| option.0 == programme).unwrap();
            (!own).then_some((option.2, option.3))
        };
        match (claim(child), claim(other)) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some((points, lot)), Some((other_points, other_lot))) => {
                points > other_points
                    || points == other_points && lot.zip(other_lot).is_some_and(|(a, b)| a < b)
            }
        }
    }

    /// The rule, straight from its definition; the rows are feasible.
    pub(crate) fn is_fair(&self, rows: &[PlacementRow]) -> bool {
        rows.iter().all(|row| {
            let child = self.child(&row.applicant_id);
            let got = rank(row);
            let here = |programme: &str| {
                row.place
                    .as_ref()
                    .is_some_and(|place| place.programme_id == programme)
            };
            self.options(child).iter().all(|(programme, wished, ..)| {
                let own = child.enrolled_programme_id.as_deref() == Some(*programme);
                if own && !here(programme) && got >= *wished {
                    return false;
                }
                if *wished >= got {
                    return true;
                }
                let admitted = self.at(rows, programme);
                let flexible = self.budget(programme).is_some();
                let group =
                    |other: &&&ApplicantRow| flexible || other.seat_group == child.seat_group;
                let envy = admitted
                    .iter()
                    .filter(group)
                    .any(|it| self.before(child, it, programme));
                let seats = self.capacity(programme, &child.seat_group) as usize;
                let waste = !flexible && admitted.iter().filter(group).count() < seats;
                !envy && !waste
            })
        })
    }

    /// Pairs of child and flexible programme with room for the child that it was denied.
    pub(crate) fn allowed_waste(&self, rows: &[PlacementRow]) -> u64 {
        let mut pairs = 0;
        for row in rows {
            let child = self.child(&row.applicant_id);
            for (programme, wished, ..) in self.options(child) {
                let mut together = self.at(rows, programme);
                together.push(child);
                let denied = wished < rank(row) && self.budget(programme).is_some();
                pairs += u64::from(denied && self.fits(programme, &together));
            }
        }
        pairs
    }

    /// Every feasible assignment of children to open wishes, as placement rows.
    pub(crate) fn feasible(&self) -> Vec<Vec<PlacementRow>> {
        let mut all: Vec<Vec<PlacementRow>> = vec![Vec::new()];
        for child in &self.applicants {
            let mut longer = Vec::new();
            for rows in &all {
                let options = self.options(child);
                let places = options.iter().map(|(programme, rank, ..)| {
                    Some(Place {
                        programme_id: (*programme).to_owned(),
                        rank: *rank,
                    })
                });
                for place in places.chain([None]) {
                    let mut rows = rows.clone();
                    rows.push(PlacementRow {
                        applicant_id: child.applicant_id.clone(),
                        place,
                    });
                    if self.is_feasible(&rows) {
                        longer.push(rows);
                    }
                }
            }
            all = longer;
        }
        all
    }

    /// The child whose turn it is at a flexible programme does not fit, or nobody waits.
    pub(crate) fn turns_are_kept(&self, rows: &[PlacementRow]) -> bool {
        self.budgets.iter().all(|(programme, _)| {
            let waiting: Vec<&ApplicantRow> = rows
                .iter()
                .filter(|row| {
                    let child = self.child(&row.applicant_id);
                    let options = self.options(child);
                    options
                        .iter()
                        .any(|it| it.0 == programme && it.1 < rank(row))
                })
                .map(|row| self.child(&row.applicant_id))
                .collect();
            let first = waiting.iter().find(|child| {
                waiting
                    .iter()
                    .all(|other| !self.before(other, child, programme))
            });
            first.is_none_or(|child| {
                let mut together = self.at(rows, programme);
                together.push(child);
                !self.fits(programme, &together)
            })
        })
    }
}
