//! The checker against the reference script for rounds without siblings, on random results, most of them
//! corrupted.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may stop at the first surprise and says what it skips"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "the script reads files, so this test writes them"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use crate::common::{case_path, seats, wish};
use matching::{
    ApplicationRow, CheckReport, Finding, OptimalFor, Place, PlacementRow, ProgrammeRow, Round,
    check_matching, write_placements,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

const ROUNDS: usize = 50;
const RESULTS: usize = 20;

struct Draws(ChaCha8Rng);

impl Draws {
    fn below(&mut self, bound: usize) -> usize {
        (self.0.next_u64() % bound as u64) as usize
    }
}

/// Strict orders, short lists, and a programme without a seat now and then.
fn rows(seed: u64) -> (Vec<ProgrammeRow>, Vec<ApplicationRow>) {
    let mut draws = Draws(ChaCha8Rng::seed_from_u64(seed));
    let children = 2 + draws.below(if seed < 40 { 6 } else { 60 });
    let count = 1 + draws.below(2 + children / 3);
    let programmes: Vec<ProgrammeRow> = (0..count)
        .map(|number| seats(&format!("P{number:02}"), "", draws.below(4) as u32))
        .collect();
    let mut applications = Vec::new();
    for child in 0..children {
        let mut wished: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            wished.swap(last, draws.below(last + 1));
        }
        wished.truncate(1 + draws.below(count.min(5)));
        for (rank, programme) in (1..).zip(wished) {
            applications.push(wish(
                &format!("A{child:02}"),
                &programmes[programme].programme_id,
                rank,
                draws.below(4) as i32,
                Some(child as u32),
            ));
        }
    }
    (programmes, applications)
}

/// A result of the solver in which so many rows of 20 have been changed.
fn corrupted(
    solved: &[PlacementRow],
    programmes: &[ProgrammeRow],
    applications: &[ApplicationRow],
    variant: usize,
    draws: &mut Draws,
) -> Vec<PlacementRow> {
    // What the script says of a child at a programme without a seat is not comparable.
    let open: Vec<&ProgrammeRow> = programmes.iter().filter(|it| it.capacity > 0).collect();
    let mut rows = Vec::new();
    for row in solved {
        let mut row = row.clone();
        if draws.below(RESULTS) < variant && !open.is_empty() {
            let programme_id = open[draws.below(open.len())].programme_id.clone();
            let rank = applications
                .iter()
                .find(|it| it.applicant_id == row.applicant_id && it.programme_id == programme_id)
                .map_or(1, |it| it.rank);
            match draws.below(8) {
                0 => continue, // a missing row
                1 => row.applicant_id += "-unknown",
                2 => row.place = None,
                _ => row.place = Some(Place { programme_id, rank }),
            }
        }
        rows.push(row);
    }
    rows
}

fn count(report: &CheckReport, kind: fn(&Finding) -> bool) -> usize {
    report.findings.iter().filter(|it| kind(it)).count()
}

fn ours(report: &CheckReport) -> Value {
    json!({
        "applicants": report.applicants,
        "placed": report.placed,
        "seats": report.seats,
        "rank_sum": report.rank_sum,
        "justified_envy": report.justified_envy,
        "envious_applicants": report.envious_applicants,
        "waste": report.waste,
        "unknown_applicant": count(report, |it| matches!(it, Finding::UnknownApplicant { .. })),
        "not_applied": count(report, |it| matches!(it, Finding::NotApplied { .. })),
        "over_capacity": count(report, |it| matches!(it, Finding::OverCapacity { .. })),
        "missing": count(report, |it| matches!(it, Finding::Missing { .. })),
        "stable": report.is_stable(),
    })
}

/// Writes a round and its results for the script; what our checker says of each.
fn write_case(folder: &Path, seed: u64) -> Vec<Value> {
    std::fs::create_dir_all(folder).unwrap();
    let (programmes, applications) = rows(seed);
    let mut text = "programme_id,capacity\n".to_owned();
    for row in &programmes {
        writeln!(text, "{},{}", row.programme_id, row.capacity).unwrap();
    }
    std::fs::write(folder.join("programmes.csv"), text).unwrap();
    let mut text = "applicant_id,rank,programme_id,points,lottery\n".to_owned();
    for row in &applications {
        let (child, programme) = (&row.applicant_id, &row.programme_id);
        let lot = row.lot.unwrap();
        writeln!(
            text,
            "{child},{},{programme},{},{lot}",
            row.rank, row.points
        )
        .unwrap();
    }
    std::fs::write(folder.join("applications.csv"), text).unwrap();
    let round = Round::from_rows(&programmes, &applications, &[]).unwrap();
    let solved = crate::common::placements(&round, OptimalFor::Families, 0);
    let mut draws = Draws(ChaCha8Rng::seed_from_u64(1_000 + seed));
    (0..RESULTS)
        .map(|variant| {
            let rows = corrupted(&solved, &programmes, &applications, variant, &mut draws);
            let mut csv = Vec::new();
            write_placements(&rows, &mut csv).unwrap();
            std::fs::write(folder.join(format!("result{variant}.csv")), csv).unwrap();
            ours(&check_matching(&round, &rows))
        })
        .collect()
}

/// Runs the script on every result in one process.
const EVERY_RESULT: &str = "
import sys,io,json,runpy,contextlib
tool,folder,rounds,results=sys.argv[1:5]
out=[]
for r in range(int(rounds)):
    for v in range(int(results)):
        sys.argv=[tool,f'{folder}/{r}',f'{folder}/{r}/result{v}.csv']
        told=io.StringIO()
        with contextlib.redirect_stdout(told):
            try: runpy.run_path(tool)
            except SystemExit: pass
        out.append(json.loads(told.getvalue()))
json.dump(out,sys.stdout)
";

#[test]
fn the_checker_agrees_with_the_reference_on_1000_random_results_without_siblings() {
    let Some(tool) = case_path("tools/check.py") else {
        return; // the reason has been printed
    };
    let folder = std::env::temp_dir().join(format!("placewright-checker-{}", std::process::id()));
    let mut expected = Vec::new();
    for round in 0..ROUNDS {
        expected.extend(write_case(&folder.join(round.to_string()), round as u64));
    }
    let output = Command::new("python3")
        .args(["-B", "-c", EVERY_RESULT])
        .args([&tool, &folder])
        .args([ROUNDS.to_string(), RESULTS.to_string()])
        .output();
    let Ok(output) = output else {
        println!("skipped: python3 cannot be started");
        std::fs::remove_dir_all(&folder).unwrap();
        return;
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let theirs: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((expected.len(), theirs.len()), (1_000, 1_000));
    let mut faulty = 0;
    let mut kinds = std::collections::BTreeSet::new();
    for (number, (ours, theirs)) in expected.iter().zip(&theirs).enumerate() {
        for (key, value) in ours.as_object().unwrap() {
            assert_eq!(
                value, &theirs[key],
                "result {number}, {key}: {ours} {theirs}"
            );
            if key != "stable" && *value != json!(0) {
                kinds.insert(key.clone());
            }
        }
        faulty += usize::from(ours["stable"] == false);
    }
    println!("1000 results judged alike, {faulty} of them faulty");
    assert!((500..1_000).contains(&faulty), "{faulty}");
    assert_eq!(kinds.len(), 11, "every kind of fault occurs: {kinds:?}");
    std::fs::remove_dir_all(&folder).unwrap();
}
