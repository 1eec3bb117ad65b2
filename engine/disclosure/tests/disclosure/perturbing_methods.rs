//! What cell keys, rounding and merging promise, over random tables.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

use disclosure::{
    CellStatus, ConfidentialTable, Dimension, DisclosurePolicy, KeyedCounts, Label, LossMetric,
    Member, MergingRule, PerturbationParameters, PerturbationTable, ReleasedTable, RoundingRule,
    SecretKey, ZeroRule, audit, merge, merge_or_suppress, merge_with_loss, perturb,
    perturb_with_loss, round, round_with_loss,
};
use jiff::civil::date;
use proptest::prelude::*;

fn label(text: &str) -> Label {
    Label::new(text, text)
}

/// Six areas, two of them in each of two districts and two by themselves.
fn areas() -> Dimension {
    let member = |code: &str| Member::new(code, label(code));
    Dimension::new(
        "area",
        label("area"),
        vec![
            member("d1"),
            member("a1").under("d1"),
            member("a2").under("d1"),
            member("d2"),
            member("a3").under("d2"),
            member("a4").under("d2"),
            member("a5"),
            member("a6"),
        ],
    )
}

const AREAS: [&str; 6] = ["a1", "a2", "a3", "a4", "a5", "a6"];
const CARE: [&str; 3] = ["u3", "ue3", "hort"];

fn care() -> Dimension {
    let members = CARE.map(|code| Member::new(code, label(code)));
    Dimension::new("care", label("care"), members.to_vec())
}

fn table(counts: &[u32]) -> ConfidentialTable {
    ConfidentialTable::new("t", label("t"), vec![areas(), care()], counts.to_vec()).unwrap()
}

fn json(table: &ReleasedTable) -> String {
    serde_json::to_string(table).unwrap()
}

/// The true count of a cell of `table(counts)`.
fn count_of(counts: &[u32], coordinates: &[&str]) -> u64 {
    let in_area = |area: usize| match coordinates[0] {
        "_total" => true,
        "d1" => area < 2,
        "d2" => area == 2 || area == 3,
        code => code
            .split('+')
            .any(|part| part == AREAS[area] || below(part, area)),
    };
    let cells = counts.iter().enumerate();
    let own = cells.filter(|(cell, _)| {
        let in_care = coordinates[1] == "_total" || coordinates[1] == CARE[cell % 3];
        in_area(cell / 3) && in_care
    });
    own.map(|(_, &count)| u64::from(count)).sum()
}

fn below(part: &str, area: usize) -> bool {
    part == "d1" && area < 2 || part == "d2" && (2..4).contains(&area)
}

fn assert_additive(table: &ReleasedTable) {
    let value = |area: &str, care: &str| table.cell(&[area, care]).unwrap().value.unwrap();
    let dimensions = table.dimensions();
    let areas = &dimensions[0].members;
    for area in areas {
        let parts: u64 = CARE.iter().map(|care| value(area.code, care)).sum();
        assert_eq!(parts, value(area.code, "_total"));
        let children = areas.iter().filter(|child| child.parent == Some(area.code));
        let children: Vec<&str> = children.map(|child| child.code).collect();
        for care in CARE.iter().filter(|_| !children.is_empty()) {
            let sum: u64 = children.iter().map(|child| value(child, care)).sum();
            assert_eq!(sum, value(area.code, care), "{} {care}", area.code);
        }
    }
}

fn noise() -> PerturbationTable {
    let parameters = PerturbationParameters::new(5, 3.0).unwrap();
    let parameters = parameters.publishing_nothing_up_to(2).unwrap();
    PerturbationTable::of_greatest_entropy(&parameters).unwrap()
}

/// Children by number, area and care type, counted into the dimensions named.
fn keyed(children: &[(u32, usize, usize)], dimensions: &[&str]) -> KeyedCounts {
    let of = |name: &&str| if *name == "area" { areas() } else { care() };
    let own = dimensions.iter().map(of).collect();
    let mut counts = KeyedCounts::new("t", label("t"), own).unwrap();
    let secret = SecretKey::new("1", &[3; 32]).unwrap();
    let keys = secret.on(date(2026, 3, 1));
    for &(child, area, care) in children {
        let codes: Vec<&str> = dimensions
            .iter()
            .map(|name| {
                if *name == "area" {
                    AREAS[area]
                } else {
                    CARE[care]
                }
            })
            .collect();
        counts
            .add_record(&codes, keys.record_key(&child.to_string()))
            .unwrap();
    }
    counts
}

fn children() -> impl Strategy<Value = Vec<(u32, usize, usize)>> {
    prop::collection::vec((0_usize..6, 0_usize..3), 0..80).prop_map(|places| {
        let numbered = places.into_iter().zip(0_u32..);
        numbered
            .map(|((area, care), child)| (child, area, care))
            .collect()
    })
}

fn perturbed(children: &[(u32, usize, usize)], dimensions: &[&str]) -> ReleasedTable {
    perturb(
        keyed(children, dimensions),
        &noise(),
        "1",
        &DisclosurePolicy::default(),
    )
    .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_same_children_show_as_the_same_number_in_every_table_and_in_any_order(
        (first, shuffled) in children().prop_flat_map(|list| (Just(list.clone()), Just(list).prop_shuffle())),
    ) {
        let both = perturbed(&first, &["area", "care"]);
        prop_assert_eq!(json(&both), json(&perturbed(&shuffled, &["area", "care"])));
        let turned = perturbed(&shuffled, &["care", "area"]);
        let by_area = perturbed(&shuffled, &["area"]);
        for cell in both.cells() {
            let [area, care] = cell.coordinates[..] else { unreachable!() };
            prop_assert_eq!(turned.cell(&[care, area]).unwrap().value, cell.value);
            if care == "_total" {
                prop_assert_eq!(by_area.cell(&[area]).unwrap().value, cell.value);
            }
        }
    }

    #[test]
    fn noise_keeps_zeros_shows_no_small_count_and_stays_within_its_reach(list in children()) {
        let counts = keyed(&list, &["area", "care"]);
        let (released, loss) =
            perturb_with_loss(counts, &noise(), "1", &DisclosurePolicy::default()).unwrap();
        prop_assert!(loss.maximum_difference <= 5.0);
        let mut exact = vec![0_u32; 18];
        for (_, area, care) in &list {
            exact[area * 3 + care] += 1;
        }
        for (cell, interval) in released.cells().zip(released.known_intervals()) {
            let (count, shown) = (count_of(&exact, &cell.coordinates), cell.value.unwrap());
            prop_assert!(shown == 0 || shown >= 3);
            prop_assert!(count > 0 || shown == 0);
            prop_assert!(count.abs_diff(shown) <= 5);
            prop_assert!(interval.lower <= count && interval.upper.is_some_and(|u| count <= u));
            prop_assert_eq!(cell.status, CellStatus::Perturbed);
        }
    }

    #[test]
    fn another_secret_version_or_date_makes_other_noise(list in prop::collection::vec((0_usize..6, 0_usize..3), 60)) {
        let shown = |version: &str, day: i8| {
            let mut counts = KeyedCounts::new("t", label("t"), vec![areas(), care()]).unwrap();
            let secret = SecretKey::new(version, &[3; 32]).unwrap();
            for (child, (area, care)) in list.iter().enumerate() {
                let key = secret.on(date(2026, 3, day)).record_key(&child.to_string());
                counts.add_record(&[AREAS[*area], CARE[*care]], key).unwrap();
            }
            let released = perturb(counts, &noise(), version, &DisclosurePolicy::default()).unwrap();
            released.cells().map(|cell| cell.value).collect::<Vec<_>>()
        };
        prop_assert_ne!(shown("1", 1), shown("2", 1));
        prop_assert_ne!(shown("1", 1), shown("1", 2));
    }

    #[test]
    fn rounded_tables_add_up_show_nothing_small_and_keep_large_cells_and_zeros(
        counts in prop::collection::vec(prop_oneof![0_u32..=9, 0_u32..=60], 18),
        base in prop_oneof![Just(3_u32), Just(5), Just(10)],
        rising in any::<bool>(),
    ) {
        let mut rule = RoundingRule::new(base).unwrap();
        if rising {
            rule = rule.letting_zeros_rise();
        }
        let policy = DisclosurePolicy::default();
        let (released, loss) = round_with_loss(table(&counts), rule, &policy).unwrap();
        assert_additive(&released);
        let base = u64::from(base);
        let (mut greatest, mut sum) = (0, 0);
        for (cell, interval) in released.cells().zip(released.known_intervals()) {
            let (count, shown) = (count_of(&counts, &cell.coordinates), cell.value.unwrap());
            prop_assert!(shown == 0 || shown >= base);
            prop_assert!(interval.lower <= count && interval.upper.is_some_and(|u| count <= u));
            prop_assert!(!interval.is_exact() || count == shown);
            let finest = cell.coordinates[1] != "_total" && AREAS.contains(&cell.coordinates[0]);
            if finest && count >= base {
                prop_assert_eq!(count, shown);
            }
            if finest {
                prop_assert!(count.abs_diff(shown) < base || rising && count == 0);
                prop_assert!(interval.lower + base > shown && interval.upper.unwrap() < shown + base || rising);
            }
            prop_assert!(count > 0 || shown == 0 || rising);
            greatest = greatest.max(count.abs_diff(shown));
            sum += count.abs_diff(shown);
        }
        prop_assert_eq!(loss.maximum_difference, greatest as f64);
        let cells = released.loss().cells as f64;
        prop_assert!((loss.mean_absolute_difference - sum as f64 / cells).abs() < 1e-9);
        prop_assert_eq!(json(&released), json(&round(table(&counts), rule, &policy).unwrap()));
        // The LP attacker knows what the intervals say, for sums of cells tell nothing more.
        for cell in audit(&released).unwrap().cells {
            let codes: Vec<&str> = cell.coordinates.iter().map(String::as_str).collect();
            let count = count_of(&counts, &codes);
            prop_assert!(cell.lower <= count && cell.upper.is_some_and(|upper| count <= upper));
        }
    }

    #[test]
    fn merged_tables_add_up_show_nothing_small_and_every_count_as_it_is(
        counts in prop::collection::vec(prop_oneof![0_u32..=4, 0_u32..=30], 18),
        pairs in prop::collection::vec((0_usize..6, 0_usize..6), 0..6),
        hide_zeros in any::<bool>(),
    ) {
        let zeros = if hide_zeros { ZeroRule::Suppressed } else { ZeroRule::Published };
        let policy = DisclosurePolicy::new("p", 3, 3, zeros).unwrap();
        let pairs = pairs.iter().map(|&(one, other)| (AREAS[one], AREAS[other]));
        let rule = MergingRule::new("area").with_neighbours(pairs);
        let small = |count: u64| count < 3 && (count > 0 || hide_zeros);
        let hopeless = CARE.iter().chain(&["_total"]).any(|care| small(count_of(&counts, &["_total", care])));
        match merge_with_loss(table(&counts), &rule, &policy) {
            Err(error) => {
                prop_assert_eq!(error.code(), "E5077");
                prop_assert!(hopeless);
            }
            Ok((released, loss)) => {
                prop_assert!(!hopeless);
                assert_additive(&released);
                for cell in released.cells() {
                    let count = count_of(&counts, &cell.coordinates);
                    prop_assert_eq!(cell.value, Some(count));
                    prop_assert!(!small(count));
                    let joined = cell.coordinates[0].contains('+') && count > 0;
                    prop_assert_eq!(cell.status == CellStatus::Merged, joined);
                }
                let untouched = AREAS.iter().all(|area| released.cell(&[area, "u3"]).is_some())
                    && released.cell(&["d1", "u3"]).is_some();
                prop_assert_eq!(loss.maximum_difference == 0.0 && untouched, untouched);
                prop_assert_eq!(json(&released), json(&merge(table(&counts), &rule, &policy).unwrap()));
            }
        }
    }

    #[test]
    fn the_method_that_loses_less_is_taken(
        counts in prop::collection::vec(prop_oneof![0_u32..=6, 10_u32..=60], 18),
        metric in prop::sample::select(LossMetric::NAMED.map(|(_, metric)| metric).to_vec()),
    ) {
        let rule = MergingRule::new("area");
        let policy = DisclosurePolicy::default();
        let (released, choice) = merge_or_suppress(table(&counts), &rule, metric, &policy).unwrap();
        prop_assert_eq!(released.method().as_str(), if choice.takes_merging() { "merging" } else { "suppression" });
        if let Some(merging) = choice.merging {
            let taken = if choice.takes_merging() { merging } else { choice.suppression };
            let least = metric.of(&merging).min(metric.of(&choice.suppression));
            prop_assert_eq!(metric.of(&taken), least);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn an_attacker_with_all_sums_never_leaves_the_truth_and_finds_no_small_count_of_a_perturbed_table(
        list in children(),
    ) {
        let released = perturbed(&list, &["area", "care"]);
        let mut exact = vec![0_u32; 18];
        for (_, area, care) in &list {
            exact[area * 3 + care] += 1;
        }
        let intervals = released.cells().zip(released.known_intervals());
        let by_itself: Vec<(Vec<&str>, u64, u64)> = intervals
            .map(|(cell, interval)| (cell.coordinates, interval.lower, interval.upper.unwrap()))
            .collect();
        for cell in audit(&released).unwrap().cells {
            let codes: Vec<&str> = cell.coordinates.iter().map(String::as_str).collect();
            let count = count_of(&exact, &codes);
            prop_assert!(cell.lower <= count && cell.upper.is_some_and(|upper| count <= upper));
            let alone = by_itself.iter().find(|(other, _, _)| *other == codes).unwrap();
            prop_assert!(alone.1 <= cell.lower && cell.upper.is_some_and(|upper| upper <= alone.2));
        }
    }
}

/// The example of the city: small neighbourhoods go to their neighbours.
#[test]
fn small_neighbourhoods_join_the_area_they_border_on() {
    let members = ["31", "33", "34", "40", "41"].map(|code| Member::new(code, label(code)));
    let areas = Dimension::new("area", label("Stadtteil"), members.to_vec());
    let counts = vec![40, 12, 1, 1, 2, 0, 25, 30, 60, 3];
    let care = ["u3", "ue3"].map(|code| Member::new(code, label(code)));
    let care = Dimension::new("care", label("care"), care.to_vec());
    let table = ConfidentialTable::new("t", label("t"), vec![areas, care], counts).unwrap();
    let rule = MergingRule::new("area").with_neighbours([("31", "33"), ("31", "34"), ("40", "41")]);
    let released = merge(table, &rule, &DisclosurePolicy::default()).unwrap();
    let mut text = Vec::new();
    released.write_csv(&mut text).unwrap();
    insta::assert_snapshot!(String::from_utf8(text).unwrap());
    insta::assert_snapshot!(released.method_note().de + "\n" + &released.method_note().en);
}

#[test]
fn notes_and_parameters_of_noise_and_rounding_are_part_of_the_release() {
    let list: Vec<(u32, usize, usize)> = (0..40)
        .map(|n| (n, n as usize % 6, n as usize % 3))
        .collect();
    let noisy = perturbed(&list, &["care"]);
    let rule = RoundingRule::new(5).unwrap();
    let rounded = round(table(&[2; 18]), rule, &DisclosurePolicy::default()).unwrap();
    let shown = |table: &ReleasedTable| {
        let note = table.method_note();
        let method = serde_json::to_string_pretty(table.method()).unwrap();
        let loss = serde_json::to_string_pretty(table.loss()).unwrap();
        format!("{method}\n{loss}\n{}\n{}\n", note.de, note.en)
    };
    insta::assert_snapshot!(shown(&noisy) + &shown(&rounded));
    assert!(!json(&noisy).contains("probability"));
}

#[test]
fn weak_methods_are_refused_by_number() {
    let strict = DisclosurePolicy::new("p", 5, 5, ZeroRule::Published).unwrap();
    let rule = RoundingRule::new(3).unwrap();
    assert_eq!(
        round(table(&[2; 18]), rule, &strict).unwrap_err().code(),
        "E5075"
    );
    assert_eq!(RoundingRule::new(1).unwrap_err().code(), "E5074");
    assert_eq!(
        RoundingRule::new(5)
            .unwrap()
            .rounding_up_to(3)
            .unwrap_err()
            .code(),
        "E5074"
    );
    let parameters = PerturbationParameters::new(3, 1.0).unwrap();
    let weak = PerturbationTable::of_greatest_entropy(&parameters).unwrap();
    let error = perturb(keyed(&[], &["care"]), &weak, "1", &strict).unwrap_err();
    assert_eq!(error.code(), "E5078");
    assert_eq!(SecretKey::new(" ", &[3; 32]).unwrap_err().code(), "E5073");
    assert_eq!(SecretKey::new("1", &[3; 15]).unwrap_err().code(), "E5073");
    let refused = |rule: &MergingRule| merge(table(&[9; 18]), rule, &strict).unwrap_err().code();
    assert_eq!(refused(&MergingRule::new("region")), "E5076");
    assert_eq!(
        refused(&MergingRule::new("area").with_neighbours([("a1", "zz")])),
        "E5076"
    );
    let sums = disclosure::round_sums(&[1], &[vec![1]], rule).unwrap_err();
    assert_eq!(sums.code(), "E5076");
}

/// The planted bug of every method: what goes out unprotected is found by the same checks.
#[test]
fn no_released_number_is_small_where_every_child_stands_alone() {
    let counts = [1; 18];
    let rounded = round(
        table(&counts),
        RoundingRule::new(3).unwrap(),
        &DisclosurePolicy::default(),
    );
    assert!(
        rounded
            .unwrap()
            .cells()
            .all(|cell| cell.value.is_none_or(|value| value != 1))
    );
    let merged = merge(
        table(&counts),
        &MergingRule::new("area"),
        &DisclosurePolicy::default(),
    );
    assert!(
        merged
            .unwrap()
            .cells()
            .all(|cell| cell.value.is_none_or(|value| value >= 3))
    );
}

/// Goal G11: neither the order of members nor that of records or dimensions is in any result.
#[test]
fn another_order_of_members_changes_no_cell_of_a_rounded_or_merged_table() {
    let counts: Vec<u32> = (0..18).map(|cell| cell * 7 % 11).collect();
    let truth = table(&counts);
    let mut turned = areas();
    turned.members.reverse();
    let records = (0..18).map(|cell| (vec![AREAS[cell / 3], CARE[cell % 3]], counts[cell]));
    let turned = ConfidentialTable::from_records("t", label("t"), vec![turned, care()], records);
    let turned = turned.unwrap();
    let policy = DisclosurePolicy::default();
    let rule = RoundingRule::new(5).unwrap();
    let merging = MergingRule::new("area");
    for (one, other) in [
        (
            round(truth.clone(), rule, &policy).unwrap(),
            round(turned.clone(), rule, &policy).unwrap(),
        ),
        (
            merge(truth, &merging, &policy).unwrap(),
            merge(turned, &merging, &policy).unwrap(),
        ),
    ] {
        for cell in one.cells() {
            assert_eq!(other.cell(&cell.coordinates).unwrap().value, cell.value);
        }
    }
}
