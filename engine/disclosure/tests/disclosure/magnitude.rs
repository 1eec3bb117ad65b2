//! Amounts with contributors, beside two other programs.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests too

use std::collections::{BTreeMap, BTreeSet};

use crate::shared_cases::{fields, read};
use disclosure::{
    Atom, Code, CodeList, Contribution, Instance, MagnitudeInstance, MagnitudeRule, PublishedSum,
    TableLayout,
};

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
