//! Chances for the portal: calibrated, reproducible, independent of the order of rows.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may stop at the first surprise; the calibration table is meant to be read"
)]

use crate::common::{child, seats, wish};
use matching::{
    ApplicantRow, ApplicationRow, CalibrationTable, ChanceAssumptions, LaterApplicants, Place,
    ProgrammeRow, Round, RoundOptions, SeatsThatMayFree, WishPattern, calibration, chances,
    patterns_of, solve,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const PROGRAMMES: usize = 40;

struct Draws(ChaCha8Rng);

impl Draws {
    fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0.next_u32() as usize % bound
    }

    fn unit(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / 4_294_967_296.0
    }

    /// Popular programmes are wished more often.
    fn wishes(&mut self) -> Vec<(usize, i32)> {
        let mut wished: Vec<usize> = Vec::new();
        for _ in 0..5 {
            let programme = self.below(PROGRAMMES).min(self.below(PROGRAMMES));
            if !wished.contains(&programme) {
                wished.push(programme);
            }
        }
        let base = [0, 4, 4, 7][self.below(4)];
        wished
            .into_iter()
            .map(|programme| (programme, base + [0, 0, 2, 10][self.below(4)]))
            .collect()
    }
}

fn programme(number: usize) -> String {
    format!("P{number:02}")
}

fn programmes(children: usize) -> Vec<ProgrammeRow> {
    (0..PROGRAMMES)
        .map(|number| seats(&programme(number), "", (children / PROGRAMMES) as u32))
        .collect()
}

fn applications(children: usize, prefix: &str, draws: &mut Draws) -> Vec<ApplicationRow> {
    let mut rows = Vec::new();
    for number in 0..children {
        for (rank, (at, points)) in (1..).zip(draws.wishes()) {
            rows.push(wish(
                &format!("{prefix}{number:04}"),
                &programme(at),
                rank,
                points,
                None,
            ));
        }
    }
    rows
}

fn patterns(count: usize, draws: &mut Draws) -> Vec<WishPattern> {
    (0..count)
        .map(|_| {
            let wishes = draws.wishes();
            WishPattern {
                seat_group: String::new(),
                points: wishes.iter().map(|it| it.1).collect(),
                wishes: (1..)
                    .zip(&wishes)
                    .map(|(rank, it)| Place {
                        programme_id: programme(it.0),
                        rank,
                    })
                    .collect(),
            }
        })
        .collect()
}

fn assumptions(expected: f64, draws: u32, patterns: Vec<WishPattern>) -> ChanceAssumptions {
    ChanceAssumptions {
        later: LaterApplicants {
            expected,
            uncertainty: 0.2,
            patterns,
        },
        freed: (0..PROGRAMMES)
            .map(|number| SeatsThatMayFree {
                programme_id: programme(number),
                seat_group: String::new(),
                seats: 4,
                probability: 0.25,
            })
            .collect(),
        withdrawal: 0.0,
        draws,
        seed: 11,
    }
}

/// Simulated years: statements in the middle of the year, and what came true at its end.
fn years(count: u64, children: usize, believed: f64, draws: u32) -> CalibrationTable {
    let mut statements = Vec::new();
    for year in 0..count {
        let mut world = Draws::new(1_000 + year);
        let now = applications(children, "A", &mut world);
        let round = Round::from_rows(&programmes(children), &now, &[]).unwrap();
        let last_year = patterns(3 * children, &mut Draws::new(5_000 + year));
        let stated = chances(&round, &assumptions(believed, draws, last_year)).unwrap();
        // What came: 100 expected in truth, between 80 and 120, and a quarter of the seats looked at.
        let spread = 0.2 * (2.0 * world.unit() - 1.0);
        let arrived = (0..1_000)
            .filter(|_| world.unit() < 0.1 * (1.0 + spread))
            .count();
        let mut all = now;
        all.extend(applications(arrived, "Z", &mut world));
        let mut open = programmes(children);
        for row in &mut open {
            row.capacity += (0..4).filter(|_| world.unit() < 0.25).count() as u32;
        }
        let end = Round::from_rows(&open, &all, &[]).unwrap();
        let options = RoundOptions {
            seed: year,
            ..RoundOptions::default()
        };
        let outcome = solve(&end, &options).unwrap().placements();
        for child in &stated {
            let at = outcome.binary_search_by(|row| row.applicant_id.cmp(&child.applicant_id));
            let place = outcome[at.unwrap()].place.as_ref();
            statements.push((child.placed.probability, place.is_some()));
            for wish in &child.wishes {
                let came = place.is_some_and(|it| it.programme_id == wish.programme_id);
                statements.push((wish.here.probability, came));
            }
        }
    }
    calibration(&statements, 10)
}

#[test]
fn of_100_statements_about_as_many_come_true_as_stated() {
    let table = years(24, 200, 100.0, 200);
    for bin in &table.bins {
        println!(
            "{:>3.0}-{:<3.0} %: {:>6} statements, stated {:.3}, came true {:.3}",
            100.0 * bin.from,
            100.0 * bin.to,
            bin.statements,
            bin.mean_stated,
            bin.share_true
        );
    }
    println!(
        "Brier {:.4}, calibration error {:.4}, greatest {:.4}",
        table.brier_score, table.calibration_error, table.greatest_error
    );
    assert!(table.statements > 20_000);
    assert!(
        table.calibration_error < 0.015,
        "{}",
        table.calibration_error
    );
    assert!(table.greatest_error < 0.06, "{}", table.greatest_error);
    // Who forgets the applications still to come states too much, and the table shows it.
    let blind = years(24, 200, 0.0, 50);
    assert!(blind.calibration_error > 2.0 * table.calibration_error);
    assert!(blind.brier_score > table.brier_score);
}

#[test]
fn the_greatest_error_is_that_of_bins_with_thirty_statements_and_more() {
    let of = |statements: usize| {
        let mut said = vec![(0.9, false); statements];
        said.extend(vec![(0.1, false); 1_000]);
        calibration(&said, 10)
    };
    assert!((of(29).greatest_error - 0.1).abs() < 1e-9);
    assert!((of(30).greatest_error - 0.9).abs() < 1e-9);
    assert!(of(30).calibration_error < of(30).greatest_error);
}

#[test]
fn the_order_of_the_rows_changes_no_byte_and_the_seed_does() {
    let now = applications(60, "A", &mut Draws::new(1));
    let applicants: Vec<ApplicantRow> = (0..60)
        .map(|n| child(&format!("A{n:04}"), "", None))
        .collect();
    let mut assumed = assumptions(20.0, 60, patterns(50, &mut Draws::new(2)));
    assumed.withdrawal = 0.1;
    let round = Round::from_rows(&programmes(60), &now, &applicants).unwrap();
    let straight = chances(&round, &assumed).unwrap();
    let (mut seats, mut rows, mut people) = (programmes(60), now, applicants);
    seats.reverse();
    rows.reverse();
    people.reverse();
    assumed.later.patterns.reverse();
    assumed.freed.reverse();
    let turned = Round::from_rows(&seats, &rows, &people).unwrap();
    assert_eq!(straight, chances(&turned, &assumed).unwrap());
    assumed.seed += 1;
    assert_ne!(straight, chances(&turned, &assumed).unwrap());
}

#[test]
fn more_later_applicants_lower_the_chances_and_more_seats_raise_them() {
    let now = applications(100, "A", &mut Draws::new(3));
    let round = Round::from_rows(&programmes(80), &now, &[]).unwrap();
    let mean = |assumed: &ChanceAssumptions| {
        let found = chances(&round, assumed).unwrap();
        found.iter().map(|it| it.placed.probability).sum::<f64>() / found.len() as f64
    };
    let few = mean(&assumptions(0.0, 100, Vec::new()));
    let many = mean(&assumptions(200.0, 100, patterns_of(&round)));
    assert!(many + 0.05 < few, "{many} {few}");
    let mut no_seats = assumptions(0.0, 100, Vec::new());
    no_seats.freed.clear();
    assert!(mean(&no_seats) < few);
    // Those who leave make room for those who stay.
    let leaving = ChanceAssumptions {
        withdrawal: 0.4,
        ..no_seats.clone()
    };
    assert!(mean(&leaving) > mean(&no_seats));
}

#[test]
fn assumptions_that_cannot_be_are_refused_together() {
    let now = applications(3, "A", &mut Draws::new(4));
    let round = Round::from_rows(&programmes(40), &now, &[]).unwrap();
    let mut wrong = assumptions(5.0, 0, Vec::new());
    wrong.later.uncertainty = f64::NAN;
    wrong.withdrawal = 1.5;
    wrong.freed[0].programme_id = "elsewhere".to_owned();
    wrong.freed[1].probability = -0.1;
    let problems = chances(&round, &wrong).unwrap_err();
    assert_eq!(problems.len(), 6);
    assert!(problems.iter().all(|it| it.code == "E2185"));
}

/// Run with `cargo test --release -p placewright-matching --test matching portal_chances -- --ignored --nocapture`.
#[test]
#[ignore = "measures a release build"]
#[expect(clippy::disallowed_methods, reason = "a measurement needs a clock")]
fn a_thousand_children_and_500_draws_take_a_few_seconds() {
    let now = applications(1_000, "A", &mut Draws::new(5));
    let round = Round::from_rows(&programmes(1_000), &now, &[]).unwrap();
    let assumed = assumptions(500.0, 500, patterns_of(&round));
    let start = std::time::Instant::now();
    let found = chances(&round, &assumed).unwrap();
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{} children, 500 later applicants, 500 draws: {seconds:.2} s",
        found.len()
    );
    assert!(seconds < 5.0, "{seconds}");
}
