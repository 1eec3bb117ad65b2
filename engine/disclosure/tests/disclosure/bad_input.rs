//! Bad input of every kind the issue names: numbered, and nothing is released.

use disclosure::{
    Atom, ConfidentialTable, Dimension, DisclosurePolicy, Instance, Label, LinkedChildren, Member,
    ProtectionSpec, PublishedSum, PublishedSums, ReleaseLedger, ReleaseRequest, ReleaseScope,
    audit_published, protect, read_published,
};

fn spec_with(dimension: &str, table: &str) -> String {
    format!(
        r#"{{ "rule": "threshold", "k": 3, "count": "children",
        "dimension": [{{ "column": "area", "label_de": "A", "label_en": "A"{dimension} }}],
        "table": [{{ "name": "t", "dimensions": [{table}] }}] }}"#
    )
}

fn parse(text: &str) -> Result<ProtectionSpec, Vec<domain::InputProblem>> {
    ProtectionSpec::parse(text, "spec.json", |text| serde_json::from_str(text))
}

fn refused_spec(text: &str) -> &'static str {
    parse(text).unwrap_err()[0].code
}

fn refused_records(records: &str) -> String {
    let spec = spec_with(
        r#", "members": ["n", "a", "b"], "parents": { "a": "n" }"#,
        "\"area\"",
    );
    let spec = parse(&spec).unwrap();
    let error = protect(records.as_bytes(), "m.csv", &spec, None).unwrap_err();
    error.to_string()
}

fn label() -> Label {
    Label::new("x", "x")
}

#[test]
fn an_unknown_dimension_is_refused_by_spec_tables_and_ledger() {
    assert_eq!(refused_spec(&spec_with("", "\"age\"")), "E5028");
    let areas = Dimension::new("area", label(), vec![Member::new("a", label())]);
    let linked = LinkedChildren::new(
        "t",
        std::slice::from_ref(&areas),
        vec![("t".to_owned(), label(), vec!["age".to_owned()])],
        [(vec!["a"], 4)],
    );
    assert_eq!(linked.unwrap_err()[0].code, "E5058");
    let table = ConfidentialTable::new("t", label(), vec![areas], vec![7]).unwrap();
    let scope = ReleaseScope::new("children", jiff::civil::date(2026, 3, 1));
    let request = ReleaseRequest::new(table, DisclosurePolicy::default(), scope);
    let ledger = ReleaseLedger::default();
    let refused = ledger.decide(&request.measured_as("age", "years"));
    assert_eq!(refused.unwrap_err().code(), "E5090");
    assert!(ledger.is_empty());
}

#[test]
fn a_hierarchy_in_a_circle_is_refused_by_spec_and_table() {
    let circle = r#", "parents": { "a": "b", "b": "c", "c": "a" }"#;
    assert_eq!(refused_spec(&spec_with(circle, "\"area\"")), "E5005");
    let own = r#", "parents": { "a": "a" }"#;
    assert_eq!(refused_spec(&spec_with(own, "\"area\"")), "E5005");
    let members = vec![
        Member::new("a", label()).under("b"),
        Member::new("b", label()).under("a"),
    ];
    let dimension = Dimension::new("area", label(), members);
    let refused = ConfidentialTable::new("t", label(), vec![dimension], vec![]);
    assert_eq!(refused.unwrap_err().code(), "E5005");
}

#[test]
fn totals_that_do_not_add_up_are_refused_in_sums_and_in_published_tables() {
    let atoms = vec![Atom::new(["a"], 4), Atom::new(["b"], 5)];
    let wrong = PublishedSum::new(["all"], vec![0, 1]).with_total(10);
    let refused = Instance::from_sums("t", &["area"], atoms, vec![wrong]);
    assert_eq!(refused.unwrap_err()[0].code, "E5052");
    let spec = parse(&spec_with("", "\"area\"")).unwrap();
    for file in [
        "area,value,status\na,4,published\nb,5,published\n_total,10,published\n",
        "area,value,status\na,14,published\nb,,suppressed\n_total,10,published\n",
    ] {
        let refused = read_published(file.as_bytes(), "t.csv", &spec, "t").unwrap_err();
        assert_eq!(refused[0].code, "E5040", "{file}");
    }
}

#[test]
fn missing_and_unknown_codes_are_refused_with_their_rows() {
    assert!(refused_records("area,children\n,4\n").starts_with("E5034  m.csv, row 1"));
    assert!(refused_records("area,children\na,4\nz,4\n").starts_with("E5035  m.csv, row 2"));
    assert!(
        refused_records("area,children\nn,4\n").starts_with("E5035"),
        "a code with parts"
    );
    assert!(refused_records("children\n4\n").starts_with("E5031"));
    let codes = vec![Atom::new(["a"], 4), Atom::new([""], 5)];
    let refused = Instance::from_sums("t", &["area"], codes, Vec::new());
    assert_eq!(refused.unwrap_err()[0].code, "E5053");
}

#[test]
fn negative_counts_are_refused_with_their_rows() {
    for count in ["-1", "-0.5", "1.5", "", "many", "1000001"] {
        let refused = refused_records(&format!("area,children\na,4\nb,{count}\n"));
        let code = if count.is_empty() { "E5034" } else { "E5036" };
        assert!(
            refused.starts_with(&format!("{code}  m.csv, row 2")),
            "{refused}"
        );
    }
    let refused = Instance::from_sums("t", &["area"], vec![Atom::new(["a"], -1)], Vec::new());
    assert_eq!(refused.unwrap_err()[0].code, "E5050");
    let spec = parse(&spec_with("", "\"area\"")).unwrap();
    let file = "area,value,status\na,-4,published\n_total,-4,published\n";
    let refused = read_published(file.as_bytes(), "t.csv", &spec, "t").unwrap_err();
    assert_eq!(refused[0].code, "E5038");
}

#[test]
fn overlapping_tables_that_contradict_each_other_are_refused_by_attack_and_ledger() {
    // By area and by care: 9 and 10 children in all; one of the four is hidden.
    let cells = vec![
        (vec![0], None),
        (vec![0, 1], Some(4)),
        (vec![2, 3], Some(5)),
        (vec![0, 2], Some(4)),
        (vec![1, 3], Some(6)),
    ];
    let published = PublishedSums::new("two tables", 4, cells).unwrap();
    assert!(
        published
            .audit()
            .unwrap_err()
            .to_string()
            .starts_with("E5060")
    );

    let areas = || {
        let members = ["a", "b", "c"].map(|code| Member::new(code, label()));
        Dimension::new("area", label(), members.to_vec())
    };
    let care = || {
        let members = ["u3", "ue3"].map(|code| Member::new(code, label()));
        Dimension::new("care", label(), members.to_vec())
    };
    let scope = || ReleaseScope::new("children", jiff::civil::date(2026, 3, 1));
    let request = |name: &str, dimension: Dimension, counts: Vec<u32>| {
        let table = ConfidentialTable::new(name, label(), vec![dimension], counts).unwrap();
        ReleaseRequest::new(table, DisclosurePolicy::default(), scope())
    };
    let mut ledger = ReleaseLedger::default();
    let first = ledger
        .decide(&request("by_area", areas(), vec![10, 20, 30]))
        .unwrap();
    let disclosure::LedgerDecision::Released(passed) = first else {
        panic!("nothing speaks against it")
    };
    ledger.record(*passed);
    let kept = ledger.clone();
    // 60 children by area, 61 by care.
    let refused = ledger.decide(&request("by_care", care(), vec![30, 31]));
    assert_eq!(refused.unwrap_err().code(), "E5091");
    // Another table under the same name.
    let refused = ledger.decide(&request("by_area", areas(), vec![10, 20, 31]));
    assert_eq!(refused.unwrap_err().code(), "E5097");
    assert!(ledger == kept, "nothing was written");
}

#[test]
fn shown_numbers_no_table_of_children_has_are_refused_by_the_attack() {
    // Each sum by itself is possible; together the hidden cell would be below 0.
    let spec = spec_with("", "\"area\", \"care\"").replace(
        "}],\n",
        "}, { \"column\": \"care\", \"label_de\": \"C\", \"label_en\": \"C\" }],\n",
    );
    let spec = parse(&spec).unwrap();
    let file = "area,care,value,status\na,x,,suppressed\na,y,,suppressed\nb,x,,suppressed\nb,y,,suppressed\n\
        a,_total,3,published\nb,_total,4,published\n_total,x,9,published\n_total,y,,suppressed\n_total,_total,,suppressed\n";
    let table = read_published(file.as_bytes(), "t.csv", &spec, "t").unwrap();
    let refused = audit_published(&table).unwrap_err();
    assert!(refused.to_string().starts_with("E5040"), "{refused}");
}
