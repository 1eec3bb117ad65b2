//! Additive rounding against the R package SmallCountRounding on its own cases (goal G6).

#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests too

use std::collections::BTreeMap;

use crate::cases::Row;
use disclosure::{RoundingRule, round_sums};

/// Columns of the microdata that take the place of a published column.
const GROUPS: [&[&str]; 6] = [
    &["region", "fylke", "kostragr"],
    &["geo", "eu"],
    &["mnd", "mnd2"],
    &["year"],
    &["hovedint"],
    &["rows"],
];

/// Inner counts and published sums of a case.
struct Case {
    inner: Vec<u64>,
    sums: Vec<Vec<usize>>,
}

fn read(id: &str) -> Option<Case> {
    let path = |what: &str| format!("smallcountrounding/{id}_{what}.csv");
    let (records, inner) = (
        crate::cases::rows(&path("data"))?,
        crate::cases::rows(&path("inner"))?,
    );
    let published = crate::cases::rows(&path("publish"))?;
    let figures = ["original", "rounded", "difference"];
    let columns: Vec<&str> = published[0]
        .keys()
        .map(String::as_str)
        .filter(|column| !figures.contains(column))
        .collect();
    let key = |row: &Row| -> Vec<String> { columns.iter().map(|c| row[*c].clone()).collect() };
    let place: BTreeMap<Vec<String>, usize> = inner
        .iter()
        .enumerate()
        .map(|(number, row)| (key(row), number))
        .collect();
    // Every code that a record stands for in a published column.
    let mut codes: Vec<Vec<Vec<String>>> = vec![Vec::new(); inner.len()];
    for record in &records {
        let stands_for = columns.iter().map(|column| {
            let group = GROUPS.iter().find(|group| group[0] == *column);
            let group = group.copied().unwrap_or(std::slice::from_ref(column));
            let own = group.iter().filter_map(|name| record.get(*name).cloned());
            own.chain(["Total".to_owned()]).collect()
        });
        codes[place[&key(record)]] = stands_for.collect();
    }
    let sums = published.iter().map(|row| {
        let wanted = key(row);
        (0..inner.len())
            .filter(|&cell| {
                wanted
                    .iter()
                    .zip(&codes[cell])
                    .all(|(code, own)| own.contains(code))
            })
            .collect()
    });
    let case = Case {
        inner: inner
            .iter()
            .map(|row| row["original"].parse().unwrap())
            .collect(),
        sums: sums.collect(),
    };
    for (sum, row) in case.sums.iter().zip(&published) {
        let total: u64 = sum.iter().map(|&cell| case.inner[cell]).sum();
        assert_eq!(
            total.to_string(),
            row["original"],
            "{id}: the case is read as it was made"
        );
    }
    Some(case)
}

#[test]
fn no_rounding_of_the_peer_is_closer_in_the_worst_cell_or_on_average() {
    let Some(index) = crate::cases::json("smallcountrounding/index.json") else {
        return;
    };
    println!(
        "case                        cells     max (peer)   mean (peer)      RMS (peer)      Hellinger utility (peer)"
    );
    let mut worse = Vec::new();
    for (id, peer) in index.as_object().unwrap() {
        let figure = |name: &str| peer["metrics"][name].as_f64().unwrap();
        let case = read(id).unwrap();
        let mut rule = RoundingRule::new(figure("roundBase") as u32).unwrap();
        rule = rule.rounding_up_to(figure("maxRound") as u32).unwrap();
        if peer["args"]["zeroCandidates"] == true {
            rule = rule.letting_zeros_rise();
        }
        let rounded = round_sums(&case.inner, &case.sums, rule).unwrap();
        let loss = rounded.loss;
        println!(
            "{id:26} {:6} {:6} ({:3}) {:8.4} ({:6.4}) {:7.4} ({:6.4}) {:9.6} ({:8.6})",
            case.sums.len(),
            loss.maximum_difference,
            figure("maxdiff"),
            loss.mean_absolute_difference,
            figure("meanAbsDiff"),
            loss.root_mean_square,
            figure("rootMeanSquare"),
            loss.hellinger_utility,
            figure("HDutility")
        );
        check(id, &case, rule, &rounded.inner, &rounded.sums);
        if loss.maximum_difference > figure("maxdiff")
            || loss.mean_absolute_difference > figure("meanAbsDiff") + 1e-9
        {
            worse.push(id.clone());
        }
    }
    assert!(
        worse.is_empty(),
        "further from the truth than the peer: {worse:?}"
    );
    assert_eq!(index.as_object().unwrap().len(), 12);
}

/// What makes it a rounding: sums add up, nothing small shows, only small inner cells move.
fn check(id: &str, case: &Case, rule: RoundingRule, inner: &[u64], sums: &[u64]) {
    let (base, limit) = (u64::from(rule.base()), u64::from(rule.rounded_up_to()));
    for (sum, shown) in case.sums.iter().zip(sums) {
        assert_eq!(
            sum.iter().map(|&cell| inner[cell]).sum::<u64>(),
            *shown,
            "{id}"
        );
        assert!(
            *shown > limit || shown.is_multiple_of(base),
            "{id}: a small {shown} shows"
        );
    }
    for (count, shown) in case.inner.iter().zip(inner) {
        let moved = count != shown;
        assert!(
            !moved || *count <= limit,
            "{id}: a count above the limit moved"
        );
        assert!(
            !moved || shown.is_multiple_of(base),
            "{id}: moved to no multiple"
        );
        assert!(
            count.abs_diff(*shown) <= base - u64::from(*count > 0),
            "{id}: moved too far"
        );
        assert!(
            *count > 0 || *shown == 0 || rule.zeros_may_rise(),
            "{id}: a 0 rose"
        );
    }
}

#[test]
fn the_peer_s_own_figures_follow_from_its_tables_by_our_measure() {
    // The Hellinger utility by hand: 8, 13, 3 shown as 8, 13, 5.
    let inner = [8, 13, 3];
    let sums = vec![vec![0], vec![1], vec![2]];
    let rule = RoundingRule::new(5).unwrap();
    let rounded = round_sums(&inner, &sums, rule).unwrap();
    assert_eq!(rounded.inner, [8, 13, 5]);
    assert!((rounded.loss.hellinger_utility - 0.927_251_387_82).abs() < 1e-9);
    assert!((rounded.loss.root_mean_square - 1.154_700_538_4).abs() < 1e-9);
}
