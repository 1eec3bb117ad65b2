//! Tiny random rounds for the tests of this folder.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::round::{ApplicantRow, ApplicationRow, FamilyOptionRow, ProgrammeRow, Round};

/// Up to eight families of one to three children, three programmes, strict points.
pub(super) fn tiny_round(seed: u64) -> Round {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = |below: u32| generator.next_u32() % below;
    let programme_id = |number: u32| format!("P{number}");
    let programmes: Vec<ProgrammeRow> = (0..3)
        .map(|number| ProgrammeRow {
            programme_id: programme_id(number),
            seat_group: String::new(),
            capacity: 1 + draw(3),
        })
        .collect();
    let mut applicants = Vec::new();
    let mut applications = Vec::new();
    let mut options = Vec::new();
    for family in 0..4 + draw(5) {
        let children = 1 + draw(3).min(draw(3));
        for child in 0..children {
            applicants.push(ApplicantRow {
                applicant_id: format!("C{family}{child}"),
                family_id: Some(format!("F{family}")),
                ..ApplicantRow::default()
            });
            for programme in 0..3 {
                applications.push(ApplicationRow {
                    applicant_id: format!("C{family}{child}"),
                    programme_id: programme_id(programme),
                    rank: programme + 1,
                    points: draw(1_000_000) as i32,
                    lot: Some(draw(1_000_000)),
                });
            }
        }
        for option in 1..2 + draw(4) {
            for child in 0..children {
                let programme = draw(4);
                options.push(FamilyOptionRow {
                    family_id: format!("F{family}"),
                    option,
                    applicant_id: format!("C{family}{child}"),
                    programme_id: (programme < 3).then(|| programme_id(programme)),
                });
            }
        }
    }
    Round::from_rows_with_options(&programmes, &applications, &applicants, &options).unwrap()
}
