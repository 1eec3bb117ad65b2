//! Instances: what they refuse, what they release, and what no attacker finds out.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests too

use disclosure::{
    Atom, Code, CodeList, Dimension, DisclosurePolicy, Instance, Label, LinkedChildren, Member,
    ProtectionError, PublishedSum, PublishedSums, SuppressionRule, TableLayout, ZeroRule, audit,
    release_linked,
};
use domain::InputProblem;
use proptest::prelude::*;

fn codes_of(problems: &[InputProblem]) -> Vec<&'static str> {
    let mut codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    codes.dedup();
    codes
}

fn list(column: &str, codes: &[(&str, &[&str])]) -> CodeList {
    CodeList {
        column: column.to_owned(),
        codes: codes
            .iter()
            .map(|(code, parents)| Code::new(code, parents.iter().copied()))
            .collect(),
    }
}

#[test]
fn bad_sums_are_refused_all_at_once() {
    let atoms = vec![
        Atom::new(["a"], 3),
        Atom::new(["b"], -1),
        Atom::new([""], 2),
    ];
    let sums = vec![
        PublishedSum::new(["all"], vec![0, 7]),
        PublishedSum::new(["two"], vec![0, 2]).with_total(6),
        PublishedSum::new(["twice"], vec![0, 0]),
    ];
    let problems = Instance::from_sums("bad", &["area"], atoms, sums).unwrap_err();
    assert_eq!(
        codes_of(&problems),
        ["E5050", "E5053", "E5051", "E5052", "E5051"]
    );
    assert!(
        problems
            .iter()
            .all(|problem| !problem.to_string().contains('6')),
        "no count shows"
    );
}

#[test]
fn bad_code_lists_are_refused_all_at_once() {
    let circle = list("area", &[("a", &["b"]), ("b", &["a"]), ("c", &["nowhere"])]);
    let care = list("care", &[("u3", &[]), ("u3", &[])]);
    let tables = [
        TableLayout::new("t", ["area", "age"]),
        TableLayout::new("t", ["care"]),
    ];
    let records = [
        (vec!["c", "u3"], 1),
        (vec!["c"], 1),
        (vec!["c", "hort"], 1),
        (vec!["c", "u3"], -2),
    ];
    let problems = Instance::from_records("bad", &[circle, care], &tables, records).unwrap_err();
    let mut codes = codes_of(&problems);
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(
        codes,
        ["E5050", "E5053", "E5054", "E5055", "E5056", "E5058"]
    );
}

#[test]
fn too_many_combinations_are_refused() {
    let many: Vec<Code> = (0..1_001)
        .map(|code| Code::new(&format!("c{code}"), []))
        .collect();
    let lists = ["a", "b"].map(|column| CodeList {
        column: column.to_owned(),
        codes: many.clone(),
    });
    let none: [(Vec<&str>, i64); 0] = [];
    let problems = Instance::from_records("large", &lists, &[], none).unwrap_err();
    assert_eq!(codes_of(&problems), ["E5057"]);
}

#[test]
fn a_code_may_be_part_of_several_others() {
    let regions = list(
        "region",
        &[
            ("A", &["f1", "k3"]),
            ("B", &["f1", "k4"]),
            ("C", &["f2", "k4"]),
            ("f1", &[]),
            ("f2", &[]),
            ("k3", &[]),
            ("k4", &[]),
        ],
    );
    let tables = [TableLayout::new("t", ["region"])];
    let records = [(vec!["A"], 2), (vec!["B"], 9), (vec!["C"], 5)];
    let instance = Instance::from_records("regions", &[regions], &tables, records).unwrap();
    let rule = SuppressionRule::Ambiguity;
    let pattern = instance.protect(3, ZeroRule::Published, rule).unwrap();
    let hidden: Vec<&str> = (0..instance.cells())
        .filter(|&cell| pattern.suppressed()[cell])
        .map(|cell| instance.cell_name(cell).unwrap())
        .collect();
    // f1 = A + B and k4 = B + C: A moves with its own class of size k3, whatever balances it.
    assert!(hidden.contains(&"A") && hidden.contains(&"k3"));
    assert!(!hidden.contains(&"_total"));
    let audit = instance.audit(&pattern).unwrap();
    let small = audit
        .cells
        .iter()
        .find(|cell| instance.cell_name(cell.cell) == Some("A"));
    assert!(small.unwrap().is_ambiguous(3));
}

#[test]
fn a_pattern_of_another_length_is_refused() {
    let one =
        |sums| Instance::from_sums("one", &["area"], vec![Atom::new(["a"], 3)], sums).unwrap();
    let (none, some) = (
        one(Vec::new()),
        one(vec![PublishedSum::new(["a"], vec![0])]),
    );
    let pattern = some
        .protect(3, ZeroRule::Published, SuppressionRule::Ambiguity)
        .unwrap();
    let refused = none.audit(&pattern).unwrap_err();
    assert!(matches!(
        refused,
        ProtectionError::WrongPattern {
            found: 1,
            expected: 0,
            ..
        }
    ));
    assert!(refused.to_string().starts_with("E5061"));
    assert_eq!(
        format!("{none:?} {pattern:?}"),
        r#"Instance("one", 1 atoms, 0 cells) Pattern(0 of 1 cells hidden)"#
    );
}

#[test]
fn contradicting_numbers_of_a_published_table_are_refused() {
    let cells = vec![(vec![0, 1], Some(5)), (vec![0], None), (vec![1], Some(7))];
    let refused = PublishedSums::new("wrong", 2, cells)
        .unwrap()
        .audit()
        .unwrap_err();
    assert!(refused.to_string().starts_with("E5060"), "{refused}");
}

fn label(word: &str) -> Label {
    Label::new(word, word)
}

/// UserSupport issue 136: each table is safe alone, together K = 3 follows exactly.
fn issue_136() -> LinkedChildren {
    let atoms = [
        ("A", 2, "county-1", "small"),
        ("B", 2, "county-1", "small"),
        ("I", 8, "county-1", "small"),
        ("J", 8, "county-1", "BIG"),
        ("K", 3, "county-2", "small"),
        ("L", 3, "county-2", "small"),
        ("M", 3, "county-2", "BIG"),
        ("N", 7, "county-2", "BIG"),
    ];
    let mut members: Vec<Member> = Vec::new();
    for (code, _, county, _) in atoms {
        members.push(Member::new(code, label(code)).under(county));
    }
    members.push(Member::new("county-1", label("county-1")));
    members.push(Member::new("county-2", label("county-2")));
    let groups = ["small", "BIG"]
        .map(|code| Member::new(code, label(code)))
        .to_vec();
    let dimensions = [
        Dimension::new("region", label("region"), members),
        Dimension::new("size", label("size"), groups),
    ];
    let tables = vec![
        (
            "by_region".to_owned(),
            label("regions"),
            vec!["region".to_owned()],
        ),
        (
            "by_size".to_owned(),
            label("sizes"),
            vec!["size".to_owned(), "region".to_owned()],
        ),
    ];
    let records = atoms
        .into_iter()
        .map(|(code, count, _, size)| (vec![code, size], count));
    LinkedChildren::new("issue 136", &dimensions, tables, records).unwrap()
}

#[test]
fn linked_tables_are_safe_together() {
    let policy = DisclosurePolicy::new("test", 4, 5, ZeroRule::Published).unwrap();
    let children = issue_136();
    assert_eq!(
        format!("{children:?}"),
        "LinkedChildren(by_region, by_size)"
    );
    let released = release_linked(children, &policy).unwrap();
    assert_eq!(released.len(), 2);
    for code in ["A", "B", "K", "L", "M"] {
        assert_eq!(released[0].display(&[code]).as_deref(), Some("."));
    }
    // What both tables have is hidden in both or shown in both.
    for cell in released[0].cells() {
        let twin = released[1].display(&["_total", cell.coordinates[0]]);
        assert_eq!(twin, Some(cell.display()));
    }
    for table in &released {
        assert!(
            audit(table)
                .unwrap()
                .cells
                .iter()
                .all(|cell| !cell.is_recovered())
        );
    }
}

#[test]
fn linked_releases_do_not_depend_on_the_order_of_records() {
    let dimensions = [
        Dimension::new(
            "area",
            label("area"),
            ["a", "b", "c"]
                .map(|code| Member::new(code, label(code)))
                .to_vec(),
        ),
        Dimension::new(
            "care",
            label("care"),
            ["u3", "ue3"]
                .map(|code| Member::new(code, label(code)))
                .to_vec(),
        ),
    ];
    let mut records = vec![
        (vec!["a", "u3"], 2),
        (vec!["b", "u3"], 7),
        (vec!["c", "ue3"], 9),
        (vec!["a", "ue3"], 5),
        (vec!["b", "ue3"], 4),
        (vec!["c", "u3"], 6),
    ];
    let mut hashes = Vec::new();
    for _ in 0..2 {
        let tables = vec![(
            "both".to_owned(),
            label("both"),
            vec!["area".to_owned(), "care".to_owned()],
        )];
        let children = LinkedChildren::new("order", &dimensions, tables, records.clone()).unwrap();
        let released = release_linked(children, &DisclosurePolicy::default()).unwrap();
        hashes.push(released[0].content_hash().to_owned());
        records.reverse();
    }
    assert_eq!(hashes[0], hashes[1]);
}

/// Two columns of a table with all sums, counts given.
fn cross_table(counts: &[[i64; 3]]) -> Instance {
    let areas: Vec<String> = (0..counts.len()).map(|area| format!("a{area}")).collect();
    let areas_list = CodeList {
        column: "area".to_owned(),
        codes: areas.iter().map(|code| Code::new(code, [])).collect(),
    };
    let care = list("care", &[("c0", &[]), ("c1", &[]), ("c2", &[])]);
    let records = areas.iter().zip(counts).flat_map(|(area, row)| {
        ["c0", "c1", "c2"]
            .into_iter()
            .zip(row)
            .map(move |(care, &count)| (vec![area.as_str(), care], count))
    });
    let table = TableLayout::new("t", ["area", "care"]);
    Instance::from_records("cross", &[areas_list, care], &[table], records).unwrap()
}

#[test]
fn an_insider_cannot_tell_either() {
    let instance = cross_table(&[[1, 1, 20], [1, 9, 14], [8, 12, 1]]);
    let everybody = instance
        .protect(3, ZeroRule::Published, SuppressionRule::Ambiguity)
        .unwrap();
    let rule = SuppressionRule::AmbiguityForInsiders;
    let insiders = instance.protect(3, ZeroRule::Published, rule).unwrap();
    assert!(insiders.suppressed_cells() >= everybody.suppressed_cells());
    // For each child of the table: with that child known, every small cell keeps its ambiguity.
    for atom in 0..9 {
        let (area, care) = (atom / 3, atom % 3);
        let mut counts = [[1, 1, 20], [1, 9, 14], [8, 12, 1]];
        counts[area][care] -= 1;
        let without = cross_table(&counts);
        // The cells stay the same, one child is gone from all of them; shown zeros are no news.
        let Ok(audit) = without.audit(&insiders) else {
            panic!("no table without the child of atom {atom}");
        };
        for interval in audit
            .cells
            .iter()
            .filter(|cell| insiders.primary()[cell.cell])
        {
            assert!(
                interval.lower == 0.0 && interval.upper >= 2.0,
                "{atom} {interval:?}"
            );
        }
    }
}

#[test]
fn an_attribute_is_disclosed_by_what_is_left_of_a_shown_group_as_well() {
    // Two nurseries of one area by language; the second is hidden, but area less nursery tells it:
    // all nine there speak another language at home.
    let counts = [20, 30, 0, 9];
    let atoms = counts.map(|count| Atom::new(["x"], count)).to_vec();
    let sums = [
        vec![0, 1],
        vec![0],
        vec![1],
        vec![0, 1, 2, 3],
        vec![0, 2],
        vec![1, 3],
    ];
    let sums = sums
        .map(|atoms| PublishedSum::new(["cell"], atoms))
        .to_vec();
    let instance = Instance::from_sums("language", &["any"], atoms, sums).unwrap();
    let attribute = [0, 1, 0, 1];
    let all_shown = instance.attribute_disclosures(&[false; 6], &attribute, 3);
    assert_eq!(all_shown.unwrap(), [3], "the area, less the first nursery");
    // Without the languages of the first nursery nothing is left over by language.
    let hidden = [false, true, true, false, false, false];
    let safe = instance.attribute_disclosures(&hidden, &attribute, 3);
    assert!(safe.unwrap().is_empty());
}

#[test]
fn an_attribute_is_disclosed_by_a_group_in_which_fewer_than_the_minimum_differ() {
    for (others, disclosed) in [(0, true), (2, true), (3, false)] {
        let atoms = [others, 9, 20, 30].map(|count| Atom::new(["x"], count));
        let sums = [vec![0, 1], vec![2, 3], vec![0], vec![1], vec![2], vec![3]];
        let sums = sums.map(|atoms| PublishedSum::new(["cell"], atoms));
        let instance =
            Instance::from_sums("language", &["any"], atoms.to_vec(), sums.to_vec()).unwrap();
        let found = instance.attribute_disclosures(&[false; 6], &[0, 1, 0, 1], 3);
        assert_eq!(found.unwrap() == [0], disclosed, "all but {others}");
    }
}

#[test]
fn singletons_of_issue_135_are_protected_and_no_cell_follows_exactly() {
    let Some(lines) = crate::shared_cases::read("sdctable/data_issue135.csv") else {
        return;
    };
    let rows: Vec<Vec<String>> = lines[1..]
        .iter()
        .map(|line| crate::shared_cases::fields(line))
        .collect();
    let first = list("var1", &[("1", &[]), ("2", &[])]);
    let second = list(
        "var2",
        &[("A", &[]), ("B", &[]), ("H", &[]), ("M", &[]), ("W", &[])],
    );
    let records = rows.iter().map(|row| {
        (
            vec![row[1].as_str(), row[2].as_str()],
            row[0].parse().unwrap(),
        )
    });
    let table = TableLayout::new("t", ["var1", "var2"]);
    let instance =
        Instance::from_records("issue 135", &[first, second], &[table], records).unwrap();
    assert_eq!(instance.cells(), 18);
    for zeros in [ZeroRule::Published, ZeroRule::Suppressed] {
        for rule in [
            SuppressionRule::Ambiguity,
            SuppressionRule::AmbiguityForInsiders,
            SuppressionRule::Recovery,
        ] {
            let pattern = instance.protect(3, zeros, rule).unwrap();
            println!(
                "issue 135 {zeros:?} {rule:?}: {} primary + {} (OPT 7 + 0, HYPERCUBE 7 + 8, GAUSS 7 + 4, HITAS stops)",
                pattern.primary_cells(),
                pattern.suppressed_cells() - pattern.primary_cells()
            );
            let audit = instance.audit(&pattern).unwrap();
            let exact = audit
                .cells
                .iter()
                .find(|cell| pattern.primary()[cell.cell] && cell.is_recovered());
            assert_eq!(exact, None, "{zeros:?} {rule:?}");
        }
    }
}

#[test]
fn the_table_of_the_peer_manual_needs_three_secondary_cells() {
    let Some(lines) = crate::shared_cases::read("sdctable/microdata1_OPT_result.csv") else {
        return;
    };
    let regions = list("region", &[("A", &[]), ("B", &[]), ("C", &[]), ("D", &[])]);
    let genders = list("gender", &[("male", &[]), ("female", &[])]);
    let rows: Vec<Vec<String>> = lines[1..]
        .iter()
        .map(|line| crate::shared_cases::fields(line))
        .collect();
    let records = rows
        .iter()
        .filter(|row| row[0] != "total" && row[1] != "total")
        .map(|row| {
            (
                vec![row[0].as_str(), row[1].as_str()],
                row[2].parse().unwrap(),
            )
        });
    let table = TableLayout::new("t", ["region", "gender"]);
    let instance =
        Instance::from_records("microdata1", &[regions, genders], &[table], records).unwrap();
    for rule in [SuppressionRule::Recovery, SuppressionRule::Ambiguity] {
        let pattern = instance.protect(3, ZeroRule::Published, rule).unwrap();
        assert_eq!(
            pattern.suppressed_cells() - pattern.primary_cells(),
            3,
            "{rule:?}"
        );
    }
}

/// Counts of two areas in each of two districts by three care types, mostly small.
fn counts() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(prop_oneof![3 => 0_i64..3, 2 => 3_i64..12], 12)
}

/// Three linked tables over areas in districts, care types and two ages.
fn linked_instance(counts: &[i64]) -> Instance {
    let areas = list(
        "area",
        &[
            ("n1", &["n"]),
            ("n2", &["n"]),
            ("s1", &["s"]),
            ("n", &[]),
            ("s", &[]),
        ],
    );
    let care = list("care", &[("u3", &[]), ("ue3", &[])]);
    let ages = list("age", &[("y", &[]), ("z", &[])]);
    let tables = [
        TableLayout::new("areas", ["area", "care"]),
        TableLayout::new("ages", ["age", "care"]),
        TableLayout::new("old", ["area", "age"]),
    ];
    let codes = ["n1", "n2", "s1"].into_iter().flat_map(|area| {
        ["u3", "ue3"]
            .into_iter()
            .flat_map(move |care| ["y", "z"].map(|age| vec![area, care, age]))
    });
    Instance::from_records(
        "random",
        &[areas, care, ages],
        &tables,
        codes.zip(counts.iter().copied()),
    )
    .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn no_attacker_narrows_a_small_cell_of_linked_tables_down(
        counts in counts(),
        suppress_zeros in any::<bool>(),
        minimum in 3_u32..6,
    ) {
        let instance = linked_instance(&counts);
        let zeros = if suppress_zeros { ZeroRule::Suppressed } else { ZeroRule::Published };
        for rule in [SuppressionRule::Ambiguity, SuppressionRule::AmbiguityForInsiders] {
            let pattern = instance.protect(minimum, zeros, rule).unwrap();
            let audit = instance.audit(&pattern).unwrap();
            for interval in audit.cells.iter().filter(|cell| pattern.primary()[cell.cell]) {
                prop_assert!(interval.is_ambiguous(minimum), "{rule:?} {interval:?}");
            }
        }
        let weak = instance.protect(minimum, zeros, SuppressionRule::Recovery).unwrap();
        prop_assert!(weak.primary_cells() <= weak.suppressed_cells());
    }
}
