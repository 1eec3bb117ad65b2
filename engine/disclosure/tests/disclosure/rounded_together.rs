//! Tables of a spec rounded together, attacked with everything they show.

use std::collections::BTreeMap;

use disclosure::{
    ProtectionSpec, ReleasedTable, RoundingRule, TOTAL_CODE, protect, read_published,
};
use proptest::prelude::*;
use solver::{Equality, LinearForm, LinearSystem, cell_bounds};

const AREAS: [&str; 3] = ["a", "b", "c"];
const CARE: [&str; 2] = ["u3", "ue3"];
const AGES: [&str; 3] = ["1", "2", "3"];

fn spec(base: u32, rising: bool) -> ProtectionSpec {
    let text = format!(
        r#"{{ "rule": "threshold", "k": 3, "count": "children",
        "method": "round", "rounding": {{ "base": {base}, "zeros_may_rise": {rising} }},
        "dimension": [
            {{ "column": "area", "label_de": "A", "label_en": "A", "members": ["a", "b", "c"] }},
            {{ "column": "care", "label_de": "C", "label_en": "C", "members": ["u3", "ue3"] }},
            {{ "column": "age", "label_de": "J", "label_en": "J", "members": ["1", "2", "3"] }}
        ],
        "table": [
            {{ "name": "area_care", "dimensions": ["area", "care"] }},
            {{ "name": "care_age", "dimensions": ["age", "care"] }},
            {{ "name": "area", "dimensions": ["area"] }}
        ] }}"#
    );
    ProtectionSpec::parse(&text, "spec.json", |text| serde_json::from_str(text)).unwrap()
}

fn codes(atom: usize) -> [&'static str; 3] {
    [AREAS[atom / 6], CARE[atom / 3 % 2], AGES[atom % 3]]
}

fn microdata(counts: &[u32]) -> String {
    let mut text = "area,care,age,children\n".to_owned();
    for (atom, count) in counts.iter().enumerate() {
        let [area, care, age] = codes(atom);
        text += &format!("{area},{care},{age},{count}\n");
    }
    text
}

fn run(counts: &[u32], base: u32, rising: bool) -> Vec<ReleasedTable> {
    let spec = spec(base, rising);
    protect(microdata(counts).as_bytes(), "m.csv", &spec, None).unwrap()
}

/// Atoms of a cell by its codes.
fn atoms(table: &ReleasedTable, coordinates: &[&str]) -> Vec<usize> {
    let columns: Vec<String> = table
        .dimensions()
        .iter()
        .map(|d| d.code.to_owned())
        .collect();
    let inside = |atom: &usize| {
        let own = codes(*atom);
        columns.iter().zip(coordinates).all(|(column, code)| {
            let place = ["area", "care", "age"]
                .iter()
                .position(|name| name == column);
            *code == TOTAL_CODE || own[place.unwrap()] == *code
        })
    };
    (0..18).filter(inside).collect()
}

/// What a reader knows of a set of atoms: all cells of all tables are sums of rounded counts, and a
/// rounded count differs from its own by less than the base.
fn known(
    tables: &[ReleasedTable],
    base: u32,
    rising: bool,
    sets: &[Vec<usize>],
) -> Vec<(f64, f64)> {
    // Unknowns: 18 counts, 18 rounded counts, and slacks that tie each pair.
    let (counts, rounded, below, above) = (0, 18, 36, 54);
    let least = if rising { base } else { base - 1 };
    let mut rows = Vec::new();
    for atom in 0..18 {
        // rounded - count <= least, count - rounded <= base - 1.
        let row = |terms: Vec<(usize, f64)>, right_hand_side: u32| Equality {
            form: LinearForm { terms },
            right_hand_side: f64::from(right_hand_side),
        };
        let (own, shown) = (counts + atom, rounded + atom);
        rows.push(row(
            vec![(shown, 1.0), (own, -1.0), (below + atom, 1.0)],
            least,
        ));
        rows.push(row(
            vec![(own, 1.0), (shown, -1.0), (above + atom, 1.0)],
            base - 1,
        ));
    }
    for table in tables {
        for cell in table.cells() {
            let own = atoms(table, &cell.coordinates).into_iter();
            rows.push(Equality {
                form: LinearForm {
                    terms: own.map(|atom| (rounded + atom, 1.0)).collect(),
                },
                right_hand_side: cell.value.unwrap() as f64,
            });
        }
    }
    let system = LinearSystem::new(72, rows).unwrap();
    let forms: Vec<LinearForm> = sets
        .iter()
        .map(|set| LinearForm {
            terms: set.iter().map(|&atom| (atom, 1.0)).collect(),
        })
        .collect();
    let bounds = cell_bounds(&system, &forms).unwrap();
    bounds.iter().map(|one| (one.lower, one.upper)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tables_rounded_together_agree_and_leave_every_small_count_uncertain(
        counts in prop::collection::vec(prop_oneof![3 => 0_u32..4, 2 => 4_u32..30], 18),
        base in 4_u32..7,
        rising in any::<bool>(),
    ) {
        let tables = run(&counts, base, rising);
        let truth = |set: &[usize]| -> u32 { set.iter().map(|&atom| counts[atom]).sum() };
        let mut shown: BTreeMap<Vec<usize>, u64> = BTreeMap::new();
        let mut small = Vec::new();
        for table in &tables {
            for (cell, interval) in table.cells().zip(table.known_intervals()) {
                let set = atoms(table, &cell.coordinates);
                let value = cell.value.unwrap();
                prop_assert_eq!(*shown.entry(set.clone()).or_insert(value), value, "two tables, one number");
                let count = u64::from(truth(&set));
                prop_assert!(interval.lower <= count && interval.upper.is_some_and(|upper| count <= upper));
                if (1..3).contains(&count) {
                    small.push(set);
                }
            }
        }
        // Differences of nested cells as well.
        let all: Vec<&Vec<usize>> = shown.keys().collect();
        for whole in &all {
            for part in all.iter().filter(|part| part.iter().all(|atom| whole.contains(atom))) {
                let rest: Vec<usize> = whole.iter().copied().filter(|atom| !part.contains(atom)).collect();
                if (1..3).contains(&truth(&rest)) {
                    small.push(rest);
                }
            }
        }
        for (set, (lower, upper)) in small.iter().zip(known(&tables, base, rising, &small)) {
            prop_assert!(upper - lower >= 3.0 - 1e-6, "{set:?} is {} and known as {lower} to {upper}", truth(set));
            prop_assert!(lower <= 1e-6 || !rising, "{set:?} {lower}");
        }
    }
}

#[test]
fn a_base_above_k_leaves_every_small_count_uncertain_and_an_equal_one_does_not() {
    for k in 3..=10 {
        let rule = |base| RoundingRule::new(base).unwrap();
        for base in k..=k + 6 {
            // By what a reader sees: counts that show the same, for every shown number.
            let mut by_shown: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
            for count in 0..=2 * base {
                let shown = if count == 0 || count >= base {
                    vec![count]
                } else {
                    vec![0, base]
                };
                for shown in shown {
                    let range = by_shown.entry(shown).or_insert((count, count));
                    *range = (range.0.min(count), range.1.max(count));
                }
            }
            let small = by_shown.values().filter(|(least, greatest)| {
                (1..k).any(|count| *least <= count && count <= *greatest)
            });
            let uncertain = small.clone().all(|(least, greatest)| greatest - least >= k);
            assert_eq!(
                rule(base).keeps_small_counts_uncertain(k),
                uncertain,
                "base {base}, k {k}"
            );
            assert_eq!(uncertain, base > k, "base {base}, k {k}");
            // "Somebody is there" is told by a shown base unless zeros may rise.
            assert!(!rule(base).keeps_small_counts_ambiguous(k));
            let rising = rule(base).letting_zeros_rise();
            assert_eq!(rising.keeps_small_counts_ambiguous(k), base > k);
        }
    }
}

#[test]
fn a_table_rounded_with_others_says_how_far_its_cells_may_be_off_and_is_read_back() {
    let counts = [1, 2, 0, 2, 1, 1, 9, 12, 3, 0, 0, 2, 1, 1, 1, 20, 2, 7];
    let tables = run(&counts, 5, false);
    let json = serde_json::to_value(&tables[2]).unwrap();
    assert_eq!(json["method"]["counts_behind"], 6, "{}", json["method"]);
    let mut text = Vec::new();
    tables[2].write_csv(&mut text).unwrap();
    let read = read_published(text.as_slice(), "area.csv", &spec(5, false), "area").unwrap();
    assert_eq!(read.cells(), 4);
    assert_eq!(tables, run(&counts, 5, false), "the same bytes again");
}

#[test]
fn a_small_count_behind_large_sums_only_is_rounded_as_well() {
    // Two children of area a, u3, age 1 beside 40 of age 2 and 30 in area b: no cell of a table
    // is small, yet 42 less the 40 somebody knows of would be two.
    let mut counts = [0; 18];
    (counts[0], counts[1], counts[6]) = (2, 40, 30);
    let tables = run(&counts, 5, false);
    let shown = |table: &ReleasedTable, codes: &[&str]| table.cell(codes).unwrap().value.unwrap();
    assert!([40, 45].contains(&shown(&tables[2], &["a"])));
    assert!([30, 35].contains(&shown(&tables[1], &["1", "u3"])));
    assert_eq!(shown(&tables[2], &["b"]), 30, "a large count stays");
}
