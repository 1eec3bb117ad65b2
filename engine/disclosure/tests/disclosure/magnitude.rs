//! Amounts with contributors, beside two other programs.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests too

use std::collections::{BTreeMap, BTreeSet};

use crate::shared_cases::{fields, read};
use disclosure::{
    Atom, Code, CodeList, Contribution, Instance, MagnitudeInstance, MagnitudeRule, PublishedSum,
    TableLayout,
};
use proptest::prelude::*;

/// Sectors by countries with contributors, as the other program's example; the sums of one of its
/// result files, and its marks.
fn example(file: &str, by_company: bool) -> Option<(MagnitudeInstance, Vec<bool>, Vec<bool>)> {
    let rows: Vec<Vec<String>> = read("gauss/data_magnitude1.csv")?[1..]
        .iter()
        .map(|line| fields(line))
        .collect();
    let atoms: Vec<Atom> = rows
        .iter()
        .map(|row| Atom::new(row[..4].to_vec(), 0))
        .collect();
    let contributions: Vec<Contribution> = rows
        .iter()
        .enumerate()
        .map(|(atom, row)| Contribution {
            atom,
            contributor: if by_company {
                row[4].clone()
            } else {
                format!("record {atom}")
            },
            amount: row[5].parse().unwrap(),
        })
        .collect();
    let lines = read(&format!("gauss/{file}_publish.csv"))?;
    let (mut sums, mut primary, mut suppressed) = (Vec::new(), Vec::new(), Vec::new());
    for line in &lines[1..] {
        let words = fields(line);
        let belongs = |row: &Vec<String>| {
            let sector = words[0] == "Total" || row[0] == words[0] || row[1] == words[0];
            sector && (words[1] == "Total" || row[2] == words[1] || row[3] == words[1])
        };
        let of_cell = rows.iter().enumerate().filter(|(_, row)| belongs(row));
        sums.push(PublishedSum::new(
            words[..2].to_vec(),
            of_cell.map(|(atom, _)| atom).collect(),
        ));
        primary.push(words[words.len() - 2] == "TRUE");
        suppressed.push(words[words.len() - 1] == "TRUE");
    }
    let instance =
        Instance::from_sums(file, &["sector4", "sector2", "geo", "eu"], atoms, sums).unwrap();
    Some((
        MagnitudeInstance::new(instance, &contributions).unwrap(),
        primary,
        suppressed,
    ))
}

#[test]
fn sensitive_cells_are_those_of_the_peer_and_no_union_breaks_a_rule() {
    let dominance = |contributors, percent| MagnitudeRule::Dominance {
        contributors,
        percent,
    };
    let cases = [
        (
            "mag1_few_contrib_maxN1",
            false,
            vec![MagnitudeRule::FewContributors { contributors: 2 }],
        ),
        ("mag1_dominance_1_80", false, vec![dominance(1, 80.0)]),
        (
            "mag1_dominance_12_80_99",
            true,
            vec![dominance(1, 80.0), dominance(2, 99.0)],
        ),
        (
            "mag1_ppercent_10",
            true,
            vec![MagnitudeRule::PPercent { percent: 10.0 }],
        ),
    ];
    println!(
        "{:<26} {:>9} {:>6} {:>6} {:>14}",
        "magnitudes", "sensitive", "peer", "ours", "peer's safe"
    );
    for (file, by_company, rules) in cases {
        let Some((amounts, primary, suppressed)) = example(file, by_company) else {
            return;
        };
        assert_eq!(amounts.sensitive_cells(&rules).unwrap(), primary, "{file}");
        let pattern = amounts.protect(&rules).unwrap();
        let count = |marks: &[bool]| marks.iter().filter(|&&mark| mark).count();
        let peer_safe = amounts
            .first_revealed(&suppressed, &rules)
            .unwrap()
            .is_none();
        println!(
            "{file:<26} {:>9} {:>6} {:>6} {peer_safe:>14}",
            count(&primary),
            count(&suppressed),
            count(&pattern.suppressed)
        );
        assert_eq!(
            amounts.first_revealed(&pattern.suppressed, &rules).unwrap(),
            None,
            "{file}"
        );
        assert!(
            pattern
                .sensitive
                .iter()
                .zip(&pattern.suppressed)
                .all(|(own, hidden)| !own || *hidden)
        );
    }
}

/// Year by type of grant with all amounts given.
fn grants() -> Option<(Instance, Vec<Contribution>)> {
    let lines = read("acro/test_data.csv")?;
    let rows: Vec<Vec<String>> = lines[1..].iter().map(|line| fields(line)).collect();
    let given: Vec<&Vec<String>> = rows.iter().filter(|row| !row[1].is_empty()).collect();
    let codes = |place: usize| -> Vec<Code> {
        let all: BTreeSet<&str> = given.iter().map(|row| row[place].as_str()).collect();
        all.into_iter().map(|code| Code::new(code, [])).collect()
    };
    let lists = [
        CodeList {
            column: "year".to_owned(),
            codes: codes(3),
        },
        CodeList {
            column: "grant".to_owned(),
            codes: codes(1),
        },
    ];
    let mut atom_of = BTreeMap::new();
    for year in &lists[0].codes {
        for grant in &lists[1].codes {
            atom_of.insert((year.code.as_str(), grant.code.as_str()), atom_of.len());
        }
    }
    let contributions = given
        .iter()
        .enumerate()
        .map(|(record, row)| Contribution {
            atom: atom_of[&(row[3].as_str(), row[1].as_str())],
            contributor: format!("record {record}"),
            // A missing amount counts as a contributor of nothing, as in ACRO.
            amount: row[5].parse().unwrap_or(0.0),
        })
        .collect();
    let records = given
        .iter()
        .map(|row| (vec![row[3].as_str(), row[1].as_str()], 1));
    let table = TableLayout::new("t", ["year", "grant"]);
    let instance = Instance::from_records("grants", &lists, &[table], records).unwrap();
    Some((instance, contributions))
}

#[test]
fn the_rules_of_acro_fail_the_same_cells_and_margins_never_reveal() {
    let Some((instance, contributions)) = grants() else {
        return;
    };
    let outcome = read("acro/test_year_x_grant_sum_inc_grants_outcome.csv").unwrap();
    let header = fields(&outcome[0]);
    let cell_of: BTreeMap<String, usize> = (0..instance.cells())
        .map(|cell| (instance.cell_name(cell).unwrap().to_owned(), cell))
        .collect();
    let amounts = MagnitudeInstance::new(instance, &contributions).unwrap();
    let rules = [
        (
            "NKCheck",
            MagnitudeRule::Dominance {
                contributors: 2,
                percent: 90.0,
            },
        ),
        ("PPercentCheck", MagnitudeRule::PPercent { percent: 10.0 }),
        (
            "MinimumThresholdCheck",
            MagnitudeRule::FewContributors { contributors: 10 },
        ),
    ];
    for (word, rule) in rules {
        let failing = amounts.sensitive_cells(&[rule]).unwrap();
        for line in &outcome[1..] {
            let words = fields(line);
            for (grant, found) in header.iter().zip(&words).skip(1) {
                let name = format!("{} / {grant}", words[0]);
                assert_eq!(
                    failing[cell_of[&name]],
                    found.contains(word),
                    "{word} {name}"
                );
            }
        }
    }
    let all = rules.map(|(_, rule)| rule);
    let pattern = amounts.protect(&all).unwrap();
    assert_eq!(
        amounts.first_revealed(&pattern.suppressed, &all).unwrap(),
        None
    );
    // Hiding the failing cells only, as ACRO does, leaves them to be read off the margins.
    assert!(
        amounts
            .first_revealed(&pattern.sensitive, &all)
            .unwrap()
            .is_some()
    );
}

/// Amounts over single-atom cells and further sums, one contributor per entry.
fn small(amounts: &[&[(&str, f64)]], sums: &[&[usize]]) -> MagnitudeInstance {
    let atoms = (0..amounts.len()).map(|atom| Atom::new([format!("a{atom}")], 0));
    let single = (0..amounts.len()).map(|atom| vec![atom]);
    let all = single.chain(sums.iter().map(|sum| sum.to_vec()));
    let published = all
        .map(|atoms| PublishedSum::new(["cell"], atoms))
        .collect();
    let instance = Instance::from_sums("small", &["atom"], atoms.collect(), published).unwrap();
    let contributions: Vec<Contribution> = amounts
        .iter()
        .enumerate()
        .flat_map(|(atom, of_atom)| {
            of_atom
                .iter()
                .map(move |&(contributor, amount)| Contribution {
                    atom,
                    contributor: contributor.to_owned(),
                    amount,
                })
        })
        .collect();
    MagnitudeInstance::new(instance, &contributions).unwrap()
}

const MANY: &[(&str, f64)] = &[("v", 30.0), ("w", 30.0), ("x", 30.0), ("y", 30.0)];

#[test]
fn two_hidden_cells_of_one_provider_are_not_left_as_the_remainder_of_a_total() {
    // UserSupport issue 160: both hidden cells belong to p; their sum follows from the total.
    let amounts: [&[(&str, f64)]; 4] = [
        &[("p", 50.0), ("q", 1.0)],
        &[("p", 70.0), ("r", 1.0)],
        MANY,
        MANY,
    ];
    let instance = small(&amounts, &[&[0, 1, 2, 3]]);
    let rules = [MagnitudeRule::PPercent { percent: 10.0 }];
    assert_eq!(
        instance.sensitive_cells(&rules).unwrap(),
        [true, true, false, false, false]
    );
    let both = [true, true, false, false, false];
    assert!(instance.first_revealed(&both, &rules).unwrap().is_some());
    let pattern = instance.protect(&rules).unwrap();
    assert_eq!(
        instance
            .first_revealed(&pattern.suppressed, &rules)
            .unwrap(),
        None
    );
    let hidden = pattern.suppressed.iter().filter(|hidden| **hidden).count();
    assert_eq!(
        hidden, 3,
        "one more, not the total: {:?}",
        pattern.suppressed
    );
}

#[test]
fn a_union_that_follows_from_sums_and_differences_only_is_found() {
    // Rows {0, 1, 2} and {3, 4, 5}, columns {0, 3} and so on; both rows without the first column
    // leave {1, 2, 4, 5}, which is no remainder of one cell: all large amounts there are p's.
    let p: &[(&str, f64)] = &[("p", 40.0), ("q", 2.0)];
    let amounts = [MANY, p, p, MANY, p, p];
    let sums: [&[usize]; 3] = [&[0, 1, 2], &[3, 4, 5], &[0, 3]];
    let instance = small(&amounts, &sums);
    let rules = [MagnitudeRule::PPercent { percent: 30.0 }];
    let sensitive = instance.sensitive_cells(&rules).unwrap();
    assert_eq!(sensitive[..6], [false, true, true, false, true, true]);
    // All six cells hidden, the two rows and the column shown.
    let mut hidden = vec![true; 6];
    hidden.extend([false; 3]);
    assert!(instance.first_revealed(&hidden, &rules).unwrap().is_some());
    let pattern = instance.protect(&rules).unwrap();
    assert_eq!(
        instance
            .first_revealed(&pattern.suppressed, &rules)
            .unwrap(),
        None
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_known_union_of_hidden_amounts_breaks_a_rule(
        drawn in prop::collection::vec(prop::collection::vec((0_usize..4, 1_u32..90), 0..5), 9),
    ) {
        // Three by three with all margins.
        let names = ["p", "q", "r", "s"];
        let amounts: Vec<Vec<(&str, f64)>> = drawn
            .iter()
            .map(|of_atom| of_atom.iter().map(|&(who, much)| (names[who], f64::from(much))).collect())
            .collect();
        let amounts: Vec<&[(&str, f64)]> = amounts.iter().map(Vec::as_slice).collect();
        let sums: [&[usize]; 7] = [
            &[0, 1, 2], &[3, 4, 5], &[6, 7, 8],
            &[0, 3, 6], &[1, 4, 7], &[2, 5, 8], &[0, 1, 2, 3, 4, 5, 6, 7, 8],
        ];
        let instance = small(&amounts, &sums);
        let rules = [
            MagnitudeRule::PPercent { percent: 10.0 },
            MagnitudeRule::Dominance { contributors: 2, percent: 90.0 },
        ];
        let pattern = instance.protect(&rules).unwrap();
        prop_assert_eq!(instance.first_revealed(&pattern.suppressed, &rules).unwrap(), None);
        // By trying all 511 unions: known is what every shown cell leaves no choice for.
        let mut shown = solver::RowSpace::new(9);
        let cells: Vec<Vec<usize>> = (0..9).map(|atom| vec![atom]).chain(sums.iter().map(|sum| sum.to_vec())).collect();
        for (cell, atoms) in cells.iter().enumerate() {
            let nobody = atoms.iter().all(|&atom| amounts[atom].is_empty());
            if !pattern.suppressed[cell] || nobody {
                for &atom in atoms.iter().filter(|_| nobody) {
                    shown.insert(vec![(atom as u32, 1)]);
                }
                shown.insert(atoms.iter().map(|&atom| (atom as u32, 1)).collect());
            }
        }
        for union in 1_u32..512 {
            let atoms: Vec<usize> = (0..9).filter(|atom| union >> atom & 1 == 1).collect();
            let row = atoms.iter().map(|&atom| (atom as u32, 1)).collect();
            if !shown.holds(row) {
                continue;
            }
            let mut of: BTreeMap<&str, f64> = BTreeMap::new();
            for &atom in &atoms {
                for &(who, much) in amounts[atom] {
                    *of.entry(who).or_default() += much;
                }
            }
            let mut much: Vec<f64> = of.into_values().collect();
            much.sort_by(|a, b| b.total_cmp(a));
            let Some(&largest) = much.first() else { continue };
            let total: f64 = much.iter().sum();
            let rest: f64 = much.iter().skip(2).sum();
            prop_assert!(rest >= 0.1 * largest, "{atoms:?} {much:?}");
            prop_assert!(much.iter().take(2).sum::<f64>() <= 0.9 * total, "{atoms:?} {much:?}");
        }
    }
}

#[test]
fn bad_amounts_and_rules_are_refused() {
    let atoms = vec![Atom::new(["a"], 0)];
    let instance = Instance::from_sums(
        "bad",
        &["area"],
        atoms,
        vec![PublishedSum::new(["a"], vec![0])],
    )
    .unwrap();
    let one = |atom, contributor: &str, amount| Contribution {
        atom,
        contributor: contributor.to_owned(),
        amount,
    };
    let given = [
        one(0, "x", -1.0),
        one(0, "", 2.0),
        one(3, "x", 1.0),
        one(0, "y", f64::NAN),
    ];
    let problems = MagnitudeInstance::new(instance.clone(), &given).unwrap_err();
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["E5062", "E5053", "E5051", "E5062"]);
    let amounts = MagnitudeInstance::new(instance, &[one(0, "x", 1.0)]).unwrap();
    let rule = MagnitudeRule::PPercent { percent: 100.0 };
    assert_eq!(amounts.protect(&[rule]).unwrap_err()[0].code, "E5063");
    assert_eq!(
        amounts.first_revealed(&[], &[]).unwrap_err()[0].code,
        "E5061"
    );
    assert!(!format!("{amounts:?}").contains("1.0"));
}
