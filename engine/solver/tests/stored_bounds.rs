//! Attacker bounds against those another program stored for published suppression results.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests too

use solver::{Equality, LinearForm, LinearSystem, cell_bounds};

/// Lines of a shared case below its header, or `None` with a printed reason.
#[allow(clippy::disallowed_methods)] // test input from outside the project
fn lines(path: &str) -> Option<Vec<String>> {
    let root = std::env::var("PLACEWRIGHT_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    let Ok(bytes) = std::fs::read(format!("{root}/cases/disclosure/{path}")) else {
        println!("skipped: no shared case {path}");
        return None;
    };
    let text = String::from_utf8(bytes).unwrap();
    Some(text.lines().skip(1).map(str::to_owned).collect())
}

/// Published cells: value and whether it is suppressed; the last columns are value, primary,
/// suppressed.
fn published(path: &str) -> Option<Vec<(f64, bool)>> {
    let rows = lines(path)?;
    let parse = |line: &String| {
        let mut fields = line.rsplit(',');
        let suppressed = fields.next().unwrap() == "TRUE";
        (fields.nth(1).unwrap().parse().unwrap(), suppressed)
    };
    Some(rows.iter().map(parse).collect())
}

/// Compares every stored interval; gives how many there were.
fn compare(case: &str) -> Option<usize> {
    let cells = published(&format!("{case}_publish.csv"))?;
    let atoms = lines(&format!("{case}_inner.csv"))?.len();
    let mut forms = vec![LinearForm::default(); cells.len()];
    for line in lines(&format!("{case}_x.csv"))? {
        let numbers: Vec<usize> = line.split(',').map(|word| word.parse().unwrap()).collect();
        forms[numbers[1] - 1].terms.push((numbers[0] - 1, 1.0));
    }
    let rows = forms
        .iter()
        .zip(&cells)
        .filter(|(_, (_, suppressed))| !suppressed)
        .map(|(form, (value, _))| Equality {
            form: form.clone(),
            right_hand_side: *value,
        })
        .collect();
    let system = LinearSystem::new(atoms, rows).unwrap();
    let stored: Vec<Vec<f64>> = lines(&format!("{case}_attacker_bounds.csv"))?
        .iter()
        .map(|line| line.split(',').map(|word| word.parse().unwrap()).collect())
        .collect();
    let targets: Vec<LinearForm> = stored
        .iter()
        .map(|row| forms[row[0] as usize - 1].clone())
        .collect();
    let bounds = cell_bounds(&system, &targets).unwrap();
    for (row, interval) in stored.iter().zip(bounds) {
        let (truth, lower, upper) = (row[2], row[3], row[4]);
        assert!(
            (interval.lower - lower).abs() <= 1e-6,
            "{case}: {row:?} {interval:?}"
        );
        assert!(
            (interval.upper - upper).abs() <= 1e-6,
            "{case}: {row:?} {interval:?}"
        );
        assert!(interval.contains(truth), "{case}: {row:?} {interval:?}");
    }
    Some(stored.len())
}

#[test]
fn stored_bounds_of_small_tables_are_reproduced() {
    let cases = [
        ("gauss/z1_maxN3", 6),
        ("gauss/z1_maxN5", 10),
        ("gauss/z2_maxN3", 29),
        ("gauss/z2_maxN3_zeros_not_protected", 24),
        ("gauss/z2_maxN10", 47),
        ("gauss/mun_accidents_maxN3", 24),
        ("gauss/km2_maxN2", 10),
        ("gauss/sosialFiktiv_regionXhovedint", 206),
    ];
    for (case, suppressed) in cases {
        let Some(compared) = compare(case) else {
            return;
        };
        assert_eq!(compared, suppressed, "{case}");
    }
}

#[test]
fn stored_bounds_of_the_german_facility_table_are_reproduced() {
    for (case, suppressed) in [("maxN1", 425), ("maxN2", 564), ("maxN3", 646)] {
        let Some(compared) = compare(&format!("regional22541/gauss_{case}")) else {
            return;
        };
        assert_eq!(compared, suppressed, "{case}");
    }
}

#[test]
fn stored_bounds_of_a_table_with_684_suppressed_cells_are_reproduced() {
    assert!(compare("gauss/z3_maxN3").is_none_or(|compared| compared == 684));
}
