//! Tables protected one by one and beside a ledger, from files.

use super::*;
use crate::progress::Progress;

/// The TOML of the contract, with what a planner may leave out left out.
const SPEC: &str = r#"
rule = "threshold"
k = 3
count = "children"

[[dimension]]
column = "area"
label_de = "Stadtteil"
label_en = "Area"
members = ["north", "0101", "0102", "0201"]
[dimension.parents]
0101 = "north"
0102 = "north"
[dimension.labels]
north = { de = "Nord", en = "North" }

[[dimension]]
column = "care_type"
label_de = "Betreuungsform"
label_en = "Care type"

[[table]]
name = "by_area_and_care"
dimensions = ["area", "care_type"]
[[table]]
name = "by_area"
dimensions = ["area"]
"#;

const MICRODATA: &str = "area,care_type,children\n0101,nursery,2\n0101,kindergarten,31\n0102,nursery,24\n0102,kindergarten,48\n0201,kindergarten,17\n";

fn write(folder: &Path, file: &str, text: &str) -> PathBuf {
    let path = folder.join(file);
    std::fs::write(&path, text).unwrap();
    path
}

fn protect(folder: &Path, spec: &str, microdata: &str) -> Result<Summary, Failure> {
    let arguments = ProtectArguments {
        spec: write(folder, "spec.toml", spec),
        microdata: write(folder, "children.csv", microdata),
        out: folder.join("out"),
        ledger: no_ledger(),
        accept_proposal: false,
        secret_key: None,
    };
    let context = Context {
        progress: Progress::new(true),
    };
    run_protect(&arguments, &context)
}

fn audit_file(folder: &Path, table: PathBuf) -> Result<Summary, Failure> {
    run_audit(&AuditArguments {
        spec: Some(folder.join("spec.toml")),
        table: Some(table),
        name: None,
        ledger: no_ledger(),
    })
}

fn no_ledger() -> LedgerArguments {
    LedgerArguments {
        ledger: None,
        date: None,
        population: "children".to_owned(),
        revision: 0,
    }
}

fn in_ledger(folder: &Path, month: i8) -> LedgerArguments {
    LedgerArguments {
        ledger: Some(folder.join("ledger.sqlite").display().to_string()),
        date: Some(jiff::civil::date(2026, month, 1)),
        ..no_ledger()
    }
}

fn protect_beside(
    folder: &Path,
    microdata: &str,
    (month, out, accept_proposal): (i8, &str, bool),
) -> Result<Summary, Failure> {
    let arguments = ProtectArguments {
        spec: write(folder, "spec.toml", SPEC),
        microdata: write(folder, "children.csv", microdata),
        out: folder.join(out),
        ledger: in_ledger(folder, month),
        accept_proposal,
        secret_key: None,
    };
    let context = Context {
        progress: Progress::new(true),
    };
    run_protect(&arguments, &context)
}

#[test]
fn tables_beside_a_ledger_are_judged_together_and_with_other_months() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let first = protect_beside(folder, MICRODATA, (3, "out", false)).unwrap();
    assert!(first.passed(), "{}", first.text());
    let bytes = std::fs::read(folder.join("out/by_area_and_care.csv")).unwrap();
    let again = protect_beside(folder, MICRODATA, (3, "again", false)).unwrap();
    assert!(
        again.text().contains("2 of them were released before"),
        "{}",
        again.text()
    );
    let same = std::fs::read(folder.join("again/by_area_and_care.csv")).unwrap();
    assert_eq!(bytes, same);

    // A month later one child more in 0201.
    let next = MICRODATA.replace("0201,kindergarten,17", "0201,kindergarten,18");
    let refused = protect_beside(folder, &next, (4, "next", false)).unwrap();
    assert!(!refused.passed());
    let text = refused.text();
    assert!(
        text.contains("E5098") && text.contains("Zelle „0201"),
        "{text}"
    );
    assert!(!folder.join("next").exists());
    // What the gate proposes: the area and every total it could be taken from are hidden.
    let accepted = protect_beside(folder, &next, (4, "next", true)).unwrap();
    assert!(accepted.passed(), "{}", accepted.text());
    let table = std::fs::read_to_string(folder.join("next/by_area.csv")).unwrap();
    assert!(
        table.contains("0201,,suppressed") && table.contains("_total,,suppressed"),
        "{table}"
    );
    assert!(table.contains("north,105,published"), "{table}");
    // Four more tell nothing about one.
    let more = MICRODATA.replace("0201,kindergarten,17", "0201,kindergarten,21");
    let passed = protect_beside(folder, &more, (5, "more", false)).unwrap();
    assert!(passed.passed(), "{}", passed.text());
    let table = std::fs::read_to_string(folder.join("more/by_area.csv")).unwrap();
    assert!(table.contains("0201,21,published"), "{table}");

    let audit = run_audit(&AuditArguments {
        spec: None,
        table: None,
        name: None,
        ledger: in_ledger(folder, 5),
    });
    let text = audit.unwrap().text().to_owned();
    assert!(
        text.contains("2 releases of children at 2026-05-01"),
        "{text}"
    );
    let other = protect_beside(folder, &MICRODATA.replace("17", "27"), (3, "other", false));
    assert!(problems(other)[0].starts_with("E5097"));
}

fn problems(failure: Result<Summary, Failure>) -> Vec<String> {
    match failure {
        Err(Failure::Input(problems)) => problems.iter().map(ToString::to_string).collect(),
        other => panic!("not refused as input: {other:?}"),
    }
}

#[test]
fn a_protected_table_passes_the_audit_and_one_with_a_cell_put_back_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let summary = protect(folder.path(), SPEC, MICRODATA).unwrap();
    assert!(summary.passed());
    assert!(
        summary
            .text()
            .contains("by_area_and_care: 4 of 15 cells suppressed"),
        "{}",
        summary.text()
    );
    assert!(summary.text().contains("not protected against each other"));
    let table = folder.path().join("out/by_area_and_care.csv");
    let passed = audit_file(folder.path(), table.clone()).unwrap();
    assert!(passed.passed(), "{}", passed.text());

    let text = std::fs::read_to_string(&table).unwrap();
    let broken = text.replace("0102,nursery,,suppressed", "0102,nursery,24,published");
    assert_ne!(text, broken);
    std::fs::write(&table, broken).unwrap();
    let failed = audit_file(folder.path(), table).unwrap();
    assert!(!failed.passed());
    assert!(
        failed.text().contains("0101 / nursery: 2 to 2  DISCLOSED"),
        "{}",
        failed.text()
    );
}

#[test]
fn the_audit_file_holds_intervals_policy_and_loss_and_no_hidden_count() {
    let folder = tempfile::tempdir().unwrap();
    protect(folder.path(), SPEC, MICRODATA).unwrap();
    let text = std::fs::read_to_string(folder.path().join("out/audit.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let table = &report["tables"][0];
    assert_eq!(table["minimum_frequency"], 3);
    assert_eq!(table["loss"]["suppressed_cells"], 4);
    let cells = table["suppressed_cells"].as_array().unwrap();
    assert_eq!(cells.len(), 4);
    for cell in cells {
        let keys: Vec<&String> = cell.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["coordinates", "lower", "upper"]);
    }
    assert_eq!(report["linked_tables"][0]["exposed_cells"], 0);
}

#[test]
fn a_bad_spec_or_bad_microdata_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let syntax = problems(protect(
        folder.path(),
        "rule = \"threshold\"\nk = = 3\n",
        MICRODATA,
    ));
    assert!(
        syntax[0].starts_with("E5020  spec.toml: the spec cannot be parsed: line 2"),
        "{syntax:?}"
    );
    let ledger = format!("ledger = \"l.csv\"\n{SPEC}");
    assert!(problems(protect(folder.path(), &ledger, MICRODATA))[0].starts_with("E5026"));
    let row = problems(protect(
        folder.path(),
        SPEC,
        &MICRODATA.replace("0102,nursery", "0199,nursery"),
    ));
    assert!(
        row[0].starts_with("E5035  children.csv, row 3, column area, value \"0199\""),
        "{row:?}"
    );
    assert!(!folder.path().join("out").exists());
}

const COSTS_SPEC: &str = r#"
rule = "p_percent"
k = 3
[p_percent]
amount = "costs"
contributor = "provider"
percent = 10

[[dimension]]
column = "area"
label_de = "Stadtteil"
label_en = "Area"

[[table]]
name = "costs"
dimensions = ["area"]
"#;

const COSTS: &str = "provider,area,costs\np,a,90000.5\nq,a,10\nr,a,10\np,b,50\nq,b,60\nr,b,70\np,c,50\nq,c,60\nr,c,71\n";

#[test]
fn amounts_are_protected_by_a_rule_about_contributors_and_audited() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let summary = protect(folder, COSTS_SPEC, COSTS).unwrap();
    assert!(
        summary.text().contains("costs: 2 of 4 cells suppressed"),
        "{}",
        summary.text()
    );
    let table = folder.join("out/costs.csv");
    let text = std::fs::read_to_string(&table).unwrap();
    assert!(text.contains("a,,suppressed\n"), "{text}");
    assert!(
        !std::fs::read_to_string(folder.join("out/audit.json"))
            .unwrap()
            .contains("90000")
    );
    let passed = audit_file(folder, table.clone()).unwrap();
    assert!(passed.passed(), "{}", passed.text());
    std::fs::write(&table, "area,value,status\na,,suppressed\nb,180,published\nc,181,published\n_total,90381.5,published\n").unwrap();
    let failed = audit_file(folder, table).unwrap();
    assert!(
        !failed.passed() && failed.text().contains("a  DISCLOSED"),
        "{}",
        failed.text()
    );
    for (wrong, code) in [
        (COSTS.replace("90000.5", "-3"), "E5102"),
        (COSTS.replace("p,a,", ",a,"), "E5034"),
    ] {
        let other = folder.join("wrong");
        std::fs::create_dir_all(&other).unwrap();
        let refused = problems(protect(&other, COSTS_SPEC, &wrong));
        assert!(refused[0].starts_with(code), "{refused:?}");
        assert!(!other.join("out").exists());
    }
}

#[test]
fn rounded_tables_of_a_spec_agree_and_nothing_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let rounding = SPEC.replace(
        "count = \"children\"",
        "count = \"children\"\nmethod = \"rounding\"\n[rounding]\nbase = 5",
    );
    let summary = protect(folder.path(), &rounding, MICRODATA).unwrap();
    assert!(
        !summary.text().to_lowercase().contains("warning"),
        "{}",
        summary.text()
    );
    let read = |name: &str| std::fs::read_to_string(folder.path().join("out").join(name)).unwrap();
    let (both, areas) = (read("by_area_and_care.csv"), read("by_area.csv"));
    let total = both
        .lines()
        .find_map(|line| line.strip_prefix("0101,_total,"));
    assert!(
        areas.contains(&format!("0101,{}", total.unwrap())),
        "{both}{areas}"
    );
    let refused = problems(protect(
        folder.path(),
        &rounding.replace("base = 5", "base = 3"),
        MICRODATA,
    ));
    assert!(refused[0].starts_with("E5104"), "{refused:?}");
}

#[test]
fn bad_input_of_every_kind_has_its_number_and_leaves_no_file() {
    let bad_specs = [
        (
            "E5028",
            SPEC.replace("dimensions = [\"area\"]", "dimensions = [\"district\"]"),
        ),
        (
            "E5005",
            SPEC.replace("0102 = \"north\"", "north = \"0101\""),
        ),
    ];
    for (code, spec) in bad_specs {
        let folder = tempfile::tempdir().unwrap();
        let refused = problems(protect(folder.path(), &spec, MICRODATA));
        assert!(refused[0].starts_with(code), "{code} {refused:?}");
        assert!(!folder.path().join("out").exists());
    }
    let bad_records = [
        ("E5034", MICRODATA.replace("0102,nursery", ",nursery")),
        ("E5035", MICRODATA.replace("0102,nursery", "north,nursery")),
        ("E5036", MICRODATA.replace(",24", ",-24")),
    ];
    for (code, records) in bad_records {
        let folder = tempfile::tempdir().unwrap();
        let refused = problems(protect(folder.path(), SPEC, &records));
        assert!(refused[0].starts_with(code), "{code} {refused:?}");
        assert!(!folder.path().join("out").exists());
    }
    // Tables of one date that contradict each other.
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    protect_beside(folder, MICRODATA, (3, "out", false)).unwrap();
    let other = protect_beside(
        folder,
        &MICRODATA.replace(",48", ",58"),
        (3, "other", false),
    );
    let refused = problems(other);
    assert!(refused[0].starts_with("E5097"), "{refused:?}");
    assert!(!folder.join("other").exists());
    // Numbers that do not add up.
    let table = folder.join("out/by_area.csv");
    let text = std::fs::read_to_string(&table).unwrap();
    std::fs::write(&table, text.replace("0201,17,", "0201,18,")).unwrap();
    let refused = problems(audit_file(folder, table));
    assert!(refused[0].starts_with("E5040"), "{refused:?}");
}
