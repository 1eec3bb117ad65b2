//! Scenarios that inherit, and scenarios written as JSON.

use domain::InputProblem;
use scenario::{ScenarioFile, ScenarioSpec};

use crate::city::{DEMAND, STORY, Texts, csv, planned};

fn file(name: &str, text: &str) -> ScenarioFile {
    ScenarioFile {
        name: name.to_owned(),
        text: text.to_owned(),
    }
}

/// Reads the first file; the others are found by their names.
fn read(files: &[(&str, &str)]) -> Result<ScenarioSpec, Vec<InputProblem>> {
    let (name, text) = files[0];
    ScenarioSpec::parse_with(file(name, text), &mut |wanted, _| {
        let found = files.iter().find(|(name, _)| *name == wanted);
        found
            .map(|(name, text)| file(name, text))
            .ok_or_else(|| "there is no such file".to_owned())
    })
}

fn parent() -> String {
    format!(
        "name = \"Grundlage\"\nfirst_month = \"2026-04\"\nmonths = 48\nseed = 7\n[[close]]\nfacility = \"K2\"\non = 2028-07-31\nstaff_transfer = \"none\"\n{DEMAND}"
    )
}

fn codes(problems: &[InputProblem]) -> Vec<&str> {
    problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn a_child_has_what_its_parent_has_and_what_it_says_itself() {
    let child = "name = \"Kind\"\nparent = \"a.toml\"\ntarget_cover = 1.1\n[[staff]]\nfacility = \"K1\"\ncare_type = \"kindergarten\"\nfrom = 2027-01-01\nplaces = 5\n";
    let spec = read(&[("b.toml", child), ("a.toml", &parent())]).unwrap();
    assert_eq!(
        (spec.name(), spec.seed(), spec.target_cover()),
        ("Kind", 7, 1.1)
    );
    let report = planned(&Texts::new(&STORY).read(), &spec).unwrap();
    let row = report.rows.iter().find(|row| row.area == "sued").unwrap();
    assert_eq!(row.scenario.staffed, 290);
}

#[test]
fn a_measure_of_the_child_goes_before_its_parents_and_drop_leaves_one_out() {
    let moved = "name = \"Kind\"\nparent = \"a.toml\"\n[[close]]\nfacility = \"K2\"\non = 2029-07-31\nstaff_transfer = \"none\"\n";
    let spec = read(&[("b.toml", moved), ("a.toml", &parent())]).unwrap();
    assert_eq!(spec.closings().len(), 1);
    assert_eq!(spec.closings()[0].on.to_string(), "2029-07-31");
    let dropped =
        "name = \"Enkel\"\nparent = \"b.toml\"\n[[drop]]\nmeasure = \"close\"\nfacility = \"K2\"\n";
    let files = [
        ("c.toml", dropped),
        ("b.toml", moved),
        ("a.toml", &parent()),
    ];
    // The grandchild drops the closing of its parent, and that of the grandparent under it.
    assert!(read(&files).unwrap().closings().is_empty());
    // What a parent leaves out does not come back from the grandparent.
    let dropped = dropped.replace("b.toml", "a.toml");
    let files = [
        ("d.toml", "name = \"Urenkel\"\nparent = \"c.toml\"\n"),
        ("c.toml", dropped.as_str()),
        ("a.toml", &parent()),
    ];
    assert!(read(&files).unwrap().closings().is_empty());
}

#[test]
fn problems_of_a_parent_name_its_file_and_its_line() {
    let wrong = parent().replace("on = 2028-07-31", "on = 2048-07-31");
    let child = "name = \"Kind\"\nparent = \"a.toml\"\ncolour = \"red\"\n";
    let problems = read(&[("b.toml", child), ("a.toml", &wrong)]).unwrap_err();
    let places: Vec<_> = problems
        .iter()
        .map(|it| (it.code, it.file.as_str(), it.row))
        .collect();
    assert_eq!(
        places,
        [("E4002", "b.toml", Some(3)), ("E4006", "a.toml", Some(5))]
    );
    let city = Texts::new(&STORY).read();
    let unknown = parent().replace("K2", "K9");
    let spec = read(&[
        ("b.toml", "name = \"Kind\"\nparent = \"a.toml\"\n"),
        ("a.toml", &unknown),
    ]);
    let error = planned(&city, &spec.unwrap()).unwrap_err().to_string();
    assert!(
        error.contains("a.toml") && error.contains("E4010"),
        "{error}"
    );
    let broken = parent().replace("months = 48", "months 48");
    let problems = read(&[("b.toml", child), ("a.toml", &broken)]).unwrap_err();
    assert_eq!((problems[0].code, problems[0].row), ("E4001", Some(3)));
    assert_eq!(problems[0].file, "a.toml");
}

#[test]
fn circles_and_missing_parents_are_refused() {
    let names = |name: &str| format!("name = \"x\"\nparent = \"{name}\"\n");
    let (a, b) = (names("b.toml"), names("a.toml"));
    let circle = read(&[("a.toml", &a), ("b.toml", &b)]).unwrap_err();
    assert_eq!((codes(&circle), circle[0].row), (vec!["E4141"], Some(2)));
    let own = read(&[("a.toml", &names("a.toml"))]).unwrap_err();
    assert_eq!(codes(&own), ["E4141"]);
    let missing = read(&[("a.toml", &a)]).unwrap_err();
    assert_eq!(codes(&missing), ["E4140"]);
    let long: Vec<(String, String)> = (0..20)
        .map(|number| {
            (
                format!("{number}.toml"),
                names(&format!("{}.toml", number + 1)),
            )
        })
        .collect();
    let long: Vec<(&str, &str)> = long.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(codes(&read(&long).unwrap_err()), ["E4141"]);
    assert_eq!(
        codes(&ScenarioSpec::parse(&a, "a.toml").unwrap_err()),
        ["E4140"]
    );
}

const JSON: &str = r#"{
  "name": "Grundlage",
  "first_month": "2026-04",
  "months": 48,
  "close": [{"facility": "K2", "on": "2028-07-31", "staff_transfer": "within_plan"}],
  "demand": [{"date": "2029-03-01", "care_type": "kindergarten", "area": "sued",
              "p10": 266, "p50": 288, "p90": 311.0}],
  "lever": [{"kind": "births", "from_year": 2028, "factor": 0.9}],
  "costs": {"budget": [{"year": 2028, "euros": 100000}], "daily_hours": {"nursery": 8.5}}
}"#;

#[test]
fn json_says_the_same_as_toml() {
    let toml = format!(
        "name = \"Grundlage\"\nfirst_month = \"2026-04\"\nmonths = 48\n[[close]]\nfacility = \"K2\"\non = 2028-07-31\nstaff_transfer = \"within_plan\"\n{DEMAND}[[lever]]\nkind = \"births\"\nfrom_year = 2028\nfactor = 0.9\n[costs]\ndaily_hours = {{nursery = 8.5}}\n[[costs.budget]]\nyear = 2028\neuros = 100000\n"
    );
    let one = read(&[("a.json", JSON)]).unwrap();
    let other = read(&[("a.toml", &toml)]).unwrap();
    assert_eq!(one.costs(), other.costs());
    assert_eq!(one.levers().levers, other.levers().levers);
    let city = Texts::new(&STORY).read();
    let (one, other) = (
        planned(&city, &one).unwrap(),
        planned(&city, &other).unwrap(),
    );
    assert_eq!(csv(&one), csv(&other));
    assert_eq!(one, other);
}

#[test]
fn problems_of_json_name_the_path_of_the_key() {
    let wrong = JSON
        .replace("\"2028-07-31\"", "\"31.7.2028\"")
        .replace("\"p50\": 288", "\"p50\": true")
        .replace("100000", "-5")
        .replace("0.9", "9");
    let problems = read(&[("a.json", &wrong)]).unwrap_err();
    let mut places: Vec<(&str, String)> = problems
        .iter()
        .map(|it| (it.code, it.column.clone().unwrap_or_default()))
        .collect();
    places.sort();
    let expected = [
        ("E4004", "close[1].on"),
        ("E4004", "demand[1].p50"),
        ("E4094", "lever[1].factor"),
        ("E4146", "costs.budget[1].euros"),
    ];
    assert_eq!(places, expected.map(|(code, path)| (code, path.to_owned())));
    assert!(
        problems
            .iter()
            .all(|it| it.row.is_none() && it.file == "a.json")
    );
    let broken = read(&[("a.json", "{\n\"name\": }")]).unwrap_err();
    assert_eq!((codes(&broken), broken[0].row), (vec!["E4150"], Some(2)));
}

#[test]
fn a_json_child_inherits_from_a_toml_parent() {
    let child = "{\"name\": \"Kind\", \"parent\": \"a.toml\", \"drop\": [{\"measure\": \"close\", \"facility\": \"K2\"}]}";
    let spec = read(&[("b.json", child), ("a.toml", &parent())]).unwrap();
    assert!(spec.closings().is_empty());
}
