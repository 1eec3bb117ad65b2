//! Tiny random rounds and the definitions of the rules, written out once more and enumerated.

use matching::{ApplicantRow, ApplicationRow, Place, PlacementRow, ProgrammeRow, Round};
use proptest::prelude::*;

/// Rows of a tiny round.
#[derive(Debug, Clone)]
pub(crate) struct Tiny {
    pub(crate) programmes: Vec<ProgrammeRow>,
    pub(crate) applications: Vec<ApplicationRow>,
    pub(crate) applicants: Vec<ApplicantRow>,
}

/// What proptest draws for one child: group, enrolment, and a key, points, rank and lot per programme.
type ChildDraw = (bool, Option<usize>, Vec<(u8, i32, u32, Option<u32>)>);

fn child_draw(programmes: usize) -> impl Strategy<Value = ChildDraw> {
    let wish = (
        any::<u8>(),
        0..2_i32,
        1..4_u32,
        proptest::option::weighted(0.75, 0..2_u32),
    );
    (
        proptest::bool::weighted(0.2),
        proptest::option::weighted(0.25, 0..programmes),
        proptest::collection::vec(wish, programmes),
    )
}

/// Tiny rounds: up to five children, four programmes, two groups, enrolled children included.
///
/// With `ties`, ranks, points and lots repeat and lots may be empty; without, all orders are strict.
pub(crate) fn tiny(ties: bool) -> impl Strategy<Value = Tiny> {
    (1..5_usize)
        .prop_flat_map(|programmes| {
            (
                proptest::collection::vec((0..3_u32, proptest::option::of(0..2_u32)), programmes),
                proptest::collection::vec(child_draw(programmes), 0..6),
            )
        })
        .prop_map(move |(capacities, children)| build(ties, &capacities, &children))
}

fn build(ties: bool, capacities: &[(u32, Option<u32>)], children: &[ChildDraw]) -> Tiny {
    let programme_id = |number: usize| format!("P{number}");
    let mut programmes = Vec::new();
    for (number, (common, special)) in capacities.iter().enumerate() {
        programmes.push(super::seats(&programme_id(number), "", *common));
        if let Some(special) = special {
            programmes.push(super::seats(&programme_id(number), "special", *special));
        }
    }
    let mut left: Vec<u32> = programmes.iter().map(|row| row.capacity).collect();
    let mut applications = Vec::new();
    let mut applicants = Vec::new();
    for (number, (special, enrolled, wishes)) in children.iter().enumerate() {
        let applicant = format!("A{number}");
        let group = if *special { "special" } else { "" };
        // Enrolled only where a seat is left for it.
        let enrolled = enrolled.map(programme_id).filter(|programme| {
            let seat = programmes
                .iter()
                .position(|row| row.programme_id == *programme && row.seat_group == group);
            seat.is_some_and(|seat| {
                left[seat]
                    .checked_sub(1)
                    .map(|rest| left[seat] = rest)
                    .is_some()
            })
        });
        applicants.push(ApplicantRow {
            // Neighbours share a family.
            family_id: (ties && number % 3 > 0).then(|| "F".to_owned()),
            ..super::child(&applicant, group, enrolled.as_deref())
        });
        let mut wished: Vec<usize> = (0..wishes.len()).filter(|p| wishes[*p].0 % 4 > 0).collect();
        wished.sort_by_key(|p| wishes[*p].0);
        for (place, programme) in (1..).zip(wished) {
            let (_, points, rank, lot) = wishes[programme];
            applications.push(if ties {
                super::wish(&applicant, &programme_id(programme), rank, points, lot)
            } else {
                // Lots differ between children, in another order at every programme.
                let lot = (number as u32 * 7 + programme as u32 * 3 + 1) % 11;
                super::wish(
                    &applicant,
                    &programme_id(programme),
                    place,
                    points,
                    Some(lot),
                )
            });
        }
    }
    Tiny {
        programmes,
        applications,
        applicants,
    }
}

impl Tiny {
    pub(crate) fn round(&self) -> Round {
        Round::from_rows(&self.programmes, &self.applications, &self.applicants).unwrap()
    }

    /// Options of a child: programme, rank, points and lot, own place included.
    fn options<'a>(&'a self, child: &'a ApplicantRow) -> Vec<(&'a str, u32, i32, Option<u32>)> {
        let mut options: Vec<_> = self
            .applications
            .iter()
            .filter(|row| row.applicant_id == child.applicant_id)
            .map(|row| (row.programme_id.as_str(), row.rank, row.points, row.lot))
            .collect();
        if let Some(own) = &child.enrolled_programme_id
            && options.iter().all(|option| option.0 != own)
        {
            let last = options.iter().map(|option| option.1).max().unwrap_or(0);
            options.push((own, last + 1, 0, None));
        }
        options
    }

    fn capacity(&self, programme: &str, group: &str) -> Option<u32> {
        self.programmes
            .iter()
            .find(|row| row.programme_id == programme && row.seat_group == group)
            .map(|row| row.capacity)
    }

    /// Every assignment within the capacities, as placement rows.
    pub(crate) fn feasible(&self) -> Vec<Vec<PlacementRow>> {
        let mut all = vec![Vec::new()];
        for child in &self.applicants {
            let mut longer = Vec::new();
            for rows in &all {
                let mut push = |place| {
                    let mut rows: Vec<PlacementRow> = Clone::clone(rows);
                    let applicant_id = child.applicant_id.clone();
                    rows.push(PlacementRow {
                        applicant_id,
                        place,
                    });
                    longer.push(rows);
                };
                push(None);
                for (programme, rank, ..) in self.options(child) {
                    let placed = self.load(rows, programme, &child.seat_group);
                    if self
                        .capacity(programme, &child.seat_group)
                        .is_some_and(|c| placed < c)
                    {
                        let programme_id = programme.to_owned();
                        push(Some(Place { programme_id, rank }));
                    }
                }
            }
            all = longer;
        }
        all
    }

    fn load(&self, rows: &[PlacementRow], programme: &str, group: &str) -> u32 {
        rows.iter()
            .filter(|row| self.sits(row, programme, group))
            .count() as u32
    }

    fn sits(&self, row: &PlacementRow, programme: &str, group: &str) -> bool {
        let child = self.child(&row.applicant_id);
        child.seat_group == group
            && row
                .place
                .as_ref()
                .is_some_and(|place| place.programme_id == programme)
    }

    fn child(&self, applicant: &str) -> &ApplicantRow {
        self.applicants
            .iter()
            .find(|row| row.applicant_id == applicant)
            .unwrap()
    }

    /// Points and lot of a child at a programme; `None` for the children enrolled there.
    fn claim(&self, child: &ApplicantRow, programme: &str) -> Option<(i32, Option<u32>)> {
        if child.enrolled_programme_id.as_deref() == Some(programme) {
            return None;
        }
        let options = self.options(child);
        options
            .iter()
            .find(|option| option.0 == programme)
            .map(|o| (o.2, o.3))
    }

    /// Whether a child has strictly higher priority than another at a programme.
    fn before(&self, child: &ApplicantRow, other: &ApplicantRow, programme: &str) -> bool {
        match (self.claim(child, programme), self.claim(other, programme)) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some((points, lot)), Some((other_points, other_lot))) => {
                points > other_points
                    || points == other_points && lot.zip(other_lot).is_some_and(|(a, b)| a < b)
            }
        }
    }

    /// Weak stability, straight from its definition.
    pub(crate) fn is_stable(&self, rows: &[PlacementRow]) -> bool {
        rows.iter().all(|row| {
            let child = self.child(&row.applicant_id);
            let rank = rank(row);
            self.options(child).iter().all(|(programme, wished, ..)| {
                let own = child.enrolled_programme_id.as_deref() == Some(*programme);
                let here = row
                    .place
                    .as_ref()
                    .is_some_and(|p| p.programme_id == *programme);
                if own && !here && rank >= *wished {
                    return false; // lost its place without a better one
                }
                let Some(capacity) = self.capacity(programme, &child.seat_group) else {
                    return true;
                };
                if *wished >= rank {
                    return true;
                }
                let full = self.load(rows, programme, &child.seat_group) >= capacity;
                let claim = rows.iter().any(|other| {
                    self.sits(other, programme, &child.seat_group)
                        && self.before(child, self.child(&other.applicant_id), programme)
                });
                full && !claim
            })
        })
    }

    /// The round without one child.
    pub(crate) fn without(&self, applicant: &str) -> Self {
        let mut rest = self.clone();
        rest.applications
            .retain(|row| row.applicant_id != applicant);
        rest.applicants.retain(|row| row.applicant_id != applicant);
        rest
    }
}

/// Rank of a placement; worse than any rank when there is none.
pub(crate) fn rank(row: &PlacementRow) -> u32 {
    row.place.as_ref().map_or(u32::MAX, |place| place.rank)
}
