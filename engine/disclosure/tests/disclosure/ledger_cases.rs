//! Release sequences of other programs' issues: what the gate says, and bounds beside those of HiGHS.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests too
#![allow(clippy::disallowed_methods)] // test input from outside the project

use std::path::PathBuf;

use disclosure::{
    Admission, Ambiguity, ReleaseLedger, ReleaseScope, Shown, StatedCell, StatedRelease, ZeroRule,
};
use serde_json::Value;

/// File, `k`, zeros, and whether each release passes as it was published (the second one beside the first,
/// repaired where it had to be).
const CASES: [(&str, u32, ZeroRule, [bool; 2]); 4] = [
    (
        "usersupport136_linked",
        4,
        ZeroRule::Suppressed,
        [true, false],
    ),
    (
        "usersupport133_linked",
        5,
        ZeroRule::Suppressed,
        [false, true],
    ),
    (
        "acro117_differencing",
        10,
        ZeroRule::Published,
        [true, false],
    ),
    ("acro198_margins", 10, ZeroRule::Suppressed, [true, false]),
];

fn case(name: &str) -> Option<Value> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    let root = std::env::var("PLACEWRIGHT_SHARED").map_or_else(|_| beside(), PathBuf::from);
    let path = root
        .join("cases/disclosure/ledger")
        .join(format!("{name}.json"));
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(error) => {
            println!(
                "skipped: {} is not there ({error}); set PLACEWRIGHT_SHARED",
                path.display()
            );
            None
        }
    }
}

fn scope() -> ReleaseScope {
    ReleaseScope::new("records", jiff::civil::date(2026, 3, 1))
}

/// A release of a case, with further cells hidden.
fn stated(
    case: &Value,
    number: usize,
    hidden: &[String],
    (k, zeros): (u32, ZeroRule),
) -> StatedRelease {
    let release = &case["releases"][number];
    let cells = release["cells"].as_array().unwrap().iter().map(|cell| {
        let code = cell["cell"].as_str().unwrap();
        let atoms: Vec<&str> = cell["members"]
            .as_array()
            .unwrap()
            .iter()
            .map(|atom| atom.as_str().unwrap())
            .collect();
        let count = atoms
            .iter()
            .map(|atom| case["atoms"][atom].as_u64().unwrap())
            .sum();
        let is_hidden =
            cell["suppressed"].as_bool().unwrap() || hidden.iter().any(|one| one == code);
        let shown = if is_hidden {
            Shown::Suppressed
        } else {
            Shown::Exact
        };
        StatedCell::new(code, atoms, count, shown)
    });
    let name = release["name"].as_str().unwrap();
    StatedRelease::of_sets(name, scope(), k, zeros, Ambiguity::Full, cells.collect()).unwrap()
}

/// The greatest distance of our bounds from those stored.
fn distance(ledger: &ReleaseLedger, stored: &Value) -> f64 {
    let atoms: Vec<String> = stored.as_object().unwrap().keys().cloned().collect();
    let sets: Vec<Vec<String>> = atoms.iter().map(|atom| vec![atom.clone()]).collect();
    let bounds = ledger.set_bounds(&scope(), &sets).unwrap();
    let mut most = 0.0_f64;
    for (atom, bounds) in atoms.iter().zip(bounds) {
        let lower = stored[atom][0].as_f64().unwrap();
        most = most.max((bounds.lower - lower).abs());
        most = most.max(match stored[atom][1].as_f64() {
            Some(upper) => (bounds.upper - upper).abs(),
            None if bounds.upper.is_infinite() => 0.0,
            None => f64::INFINITY,
        });
    }
    most
}

#[test]
fn the_gate_blocks_or_repairs_the_second_release_of_every_sequence_and_knows_the_bounds() {
    println!(
        "{:<22} {:<16} {:>10} {:>10}  {:<8} witness / cells hidden besides",
        "case", "release", "alone", "together", "gate"
    );
    for (name, k, zeros, passes) in CASES {
        let Some(case) = case(name) else { return };
        let mut ledger = ReleaseLedger::default();
        let mut together = Vec::new();
        for number in 0..2 {
            let published = stated(&case, number, &[], (k, zeros));
            let stored = &case["releases"][number];
            together.push(published.clone());
            let alone = distance(
                &ReleaseLedger::of(vec![published.clone()]),
                &stored["atom_bounds_this_release_alone"],
            );
            let joint = distance(
                &ReleaseLedger::of(together.clone()),
                &stored["atom_bounds_with_all_earlier"],
            );
            assert!(
                alone <= 1e-6 && joint <= 1e-6,
                "{name} {number}: {alone} {joint}"
            );
            // Beside the first release as it was published, the second one never passes.
            let mut careless = ReleaseLedger::of(together[..number].to_vec());
            let beside = careless.admit(published.clone()).unwrap();
            assert!(
                number == 0 || matches!(beside, Admission::Refused(_)),
                "{name}"
            );
            let before = ledger.len();
            let (gate, words) = match ledger.admit(published.clone()).unwrap() {
                Admission::Written => ("passes", String::new()),
                Admission::Known => panic!("{name} {number} is new"),
                Admission::Refused(refusal) => {
                    assert_eq!(ledger.len(), before);
                    let hide = refusal.hide.unwrap();
                    let witness = refusal.witness.unwrap();
                    assert!(!witness.terms.is_empty());
                    let repaired = stated(&case, number, &hide, (k, zeros));
                    assert!(matches!(
                        ledger.admit(repaired).unwrap(),
                        Admission::Written
                    ));
                    (
                        "repairs",
                        format!("{} | {}", witness.english(), hide.join(", ")),
                    )
                }
            };
            assert_eq!(gate == "passes", passes[number], "{name} {number}");
            println!(
                "{name:<22} {:<16} {alone:>10.1e} {joint:>10.1e}  {gate:<8} {words}",
                stored["name"].as_str().unwrap()
            );
        }
    }
}

#[test]
fn the_witness_of_usersupport_136_is_the_calculation_of_its_issue() {
    let Some(case) = case("usersupport136_linked") else {
        return;
    };
    let rules = (4, ZeroRule::Suppressed);
    let mut ledger = ReleaseLedger::default();
    assert!(matches!(
        ledger.admit(stated(&case, 0, &[], rules)).unwrap(),
        Admission::Written
    ));
    assert!(matches!(
        ledger.admit(stated(&case, 0, &[], rules)).unwrap(),
        Admission::Known
    ));
    assert_eq!(ledger.len(), 1);
    let Admission::Refused(refusal) = ledger.admit(stated(&case, 1, &[], rules)).unwrap() else {
        panic!("both together give K");
    };
    let witness = refusal.witness.unwrap();
    println!("{}\n{}", witness.german(), witness.english());
    // Adding the named cells up, with their multipliers, gives the count of the subject or its complement.
    let mut sum = 0.0;
    for term in &witness.terms {
        let cells = case["releases"].as_array().unwrap().iter().flat_map(|r| {
            let own = r["name"].as_str() == Some(&term.cell.table);
            r["cells"].as_array().unwrap().iter().filter(move |_| own)
        });
        let value = cells
            .filter(|cell| cell["cell"].as_str() == Some(&term.cell.coordinates[0]))
            .map(|cell| cell["value"].as_f64().unwrap())
            .next()
            .unwrap();
        sum += term.multiplier * value;
    }
    assert_eq!(witness.subject.coordinates, ["K"]);
    assert_eq!(sum, 3.0);
}
