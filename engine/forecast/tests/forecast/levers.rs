//! Levers: reading them, and their arithmetic on paths.

use std::time::Instant;

use forecast::{
    AgeClass, AgeShare, ChildEffects, ChildYield, LegalClaim, Lever, LeverFormat, LeverSheet,
    TakeUpMove,
};
use proptest::prelude::*;

const ALL_KINDS: &str = r#"
version = 1

[[lever]]
kind = "dwellings"
area = "b"
year = 2026
dwellings = 1000
[lever.yield]
per_dwelling = 0.2
lags = [0.5, 0.25, 0.25]
ages = { "0-2" = 0.6, "3-5" = 0.4 }

[[lever]]
kind = "migration_shock"
year = 2027
children = 300
ages = { "0-5" = 1.0 }
areas = { a = 0.5, c = 0.5 }
persistence = 0.8

[[lever]]
kind = "births"
from_year = 2027
factor = 0.9

[[lever]]
kind = "take_up"
from_year = 2027
ages = "1-2"
points = 5

[[lever]]
kind = "legal_claim"
at_least = 0.85

[[lever]]
kind = "deferral"
from_year = 2028
rate = 0.07

[[lever]]
kind = "exclude_years"
years = [2016, 2015]
"#;

fn sheet(text: &str) -> LeverSheet {
    LeverSheet::read(text, LeverFormat::Toml, "levers.toml")
        .unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn codes() -> Vec<String> {
    ["a", "b", "c"].map(str::to_owned).to_vec()
}

fn single_ages(oldest: u8) -> Vec<AgeClass> {
    (0..=oldest)
        .map(|age| AgeClass::new(age, age).unwrap())
        .collect()
}

/// Effects on three areas, ten years from 2026 on.
fn effects(sheet: &LeverSheet, classes: &[AgeClass]) -> ChildEffects {
    sheet
        .child_effects(&codes(), 2026, 10, classes, &[1.0, 2.0, 1.0], 7)
        .unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn one(lever: &str) -> LeverSheet {
    sheet(&format!("version = 1\n[[lever]]\n{lever}"))
}

#[test]
fn toml_and_json_give_the_same_levers() {
    let toml = sheet(ALL_KINDS);
    assert_eq!(toml.levers.len(), 7);
    let table: toml::Table = ALL_KINDS.parse().unwrap();
    let json = serde_json::to_string(&table).unwrap();
    let json = LeverSheet::read(&json, LeverFormat::Json, "levers.toml").unwrap();
    assert_eq!(toml, json);
    assert_eq!(toml.excluded_years(), [2015, 2016]);
    assert_eq!(toml.deferral_rate(2027, 0.09), 0.09);
    assert_eq!(toml.deferral_rate(2030, 0.09), 0.07);
}

/// Checkable piece (e): +1,000 dwellings add yield times 1,000, in the named area only, spread over
/// the lag years, and then the children age.
#[test]
fn a_thousand_dwellings_add_a_thousand_yields_in_their_area_and_nowhere_else() {
    let sheet = one("kind = \"dwellings\"\narea = \"b\"\nyear = 2026\ndwellings = 1000\n");
    let Lever::Dwellings(built) = &sheet.levers[0] else {
        panic!("dwellings")
    };
    assert_eq!(built.child_yield, ChildYield::berlin());
    let classes = single_ages(20);
    let found = effects(&sheet, &classes);
    let in_year = |area: usize, year: usize| -> f64 {
        (0..classes.len())
            .map(|class| found.addition(area, year, class))
            .sum()
    };
    // Nobody grows out of twenty years of age, so the last year holds all who arrived.
    let lags = [0.086 / 0.193, 0.158 / 0.193, 1.0];
    for year in 0..10 {
        let arrived = 158.0 * lags[year.min(2)];
        assert!(
            (in_year(1, year) - arrived).abs() < 1e-3,
            "{year}: {}",
            in_year(1, year)
        );
        assert_eq!((in_year(0, year), in_year(2, year)), (0.0, 0.0));
    }
    // Those who came at age 0 in the first year are three in the fourth.
    let newborn = found.addition(1, 0, 0);
    assert!((newborn - 158.0 * 0.086 / 0.193 / 6.0).abs() < 1e-4);
    let first_wave = found.addition(1, 3, 3);
    assert!(
        (first_wave - 158.0 / 6.0).abs() < 1e-4,
        "three waves meet at age 3: {first_wave}"
    );
    // The same children in classes of several ages.
    let classes: Vec<AgeClass> = ["0-2", "3-5", "6-9", "10-20"]
        .iter()
        .map(|ages| ages.parse().unwrap())
        .collect();
    let wide = effects(&sheet, &classes);
    let total: f64 = (0..4).map(|class| wide.addition(1, 9, class)).sum();
    assert!((total - 158.0).abs() < 1e-3, "{total}");
}

#[test]
fn paths_without_levers_stay_as_they_are() {
    let nothing = effects(&sheet("version = 1\n"), &single_ages(5));
    let mut path: Vec<f32> = (0..3 * 10 * 6).map(|cell| cell as f32 * 1.37).collect();
    let before = path.clone();
    nothing.apply_to_path(3, &mut path);
    assert_eq!(path, before);
}

#[test]
fn births_change_along_the_diagonals_of_the_cohorts() {
    let classes = single_ages(5);
    let found = effects(
        &one("kind = \"births\"\nfrom_year = 2028\nto_year = 2029\nfactor = 0.8\n"),
        &classes,
    );
    for year in 0..10_i32 {
        for age in 0..6_i32 {
            let born = 2026 + year - age;
            let expected = if (2028..=2029).contains(&born) {
                0.8
            } else {
                1.0
            };
            let factor = found.factor(0, year as usize, age as usize);
            assert!(
                (factor - expected).abs() < 1e-6,
                "year {year} age {age}: {factor}"
            );
        }
    }
    let wide: Vec<AgeClass> = ["0-2", "3-5"]
        .iter()
        .map(|ages| ages.parse().unwrap())
        .collect();
    let found = effects(
        &one("kind = \"births\"\nfrom_year = 2028\nfactor = 0.7\n"),
        &wide,
    );
    let factors: Vec<f64> = (0..8).map(|year| found.factor(0, year, 0)).collect();
    let expected = [1.0, 1.0, 0.9, 0.8, 0.7, 0.7, 0.7, 0.7];
    assert!(
        factors
            .iter()
            .zip(expected)
            .all(|(a, b)| (a - b).abs() < 1e-6),
        "{factors:?}"
    );
}

#[test]
fn a_wave_of_migration_is_divided_ages_and_leaves_again() {
    let text = "kind = \"migration_shock\"\nyear = 2027\nchildren = 400\nages = { \"0-3\" = 1.0 }\npersistence = 0.5\n";
    let classes = single_ages(12);
    let found = effects(&one(text), &classes);
    let sum = |area: usize, year: usize| -> f64 {
        (0..classes.len())
            .map(|class| found.addition(area, year, class))
            .sum()
    };
    assert_eq!(sum(0, 0), 0.0);
    // By the weights 1, 2, 1.
    let areas: Vec<f64> = (0..3).map(|area| sum(area, 1)).collect();
    assert!(
        areas
            .iter()
            .zip([100.0, 200.0, 100.0])
            .all(|(a, b)| (a - b).abs() < 1e-3)
    );
    assert!((sum(1, 3) - 50.0).abs() < 1e-3);
    assert!(
        (found.addition(1, 3, 5) - 12.5).abs() < 1e-4,
        "aged 3 on arrival"
    );
    let again = effects(&one(&format!("{text}years = 2\n")), &classes);
    let sum: f64 = (0..13).map(|class| again.addition(0, 2, class)).sum();
    assert!((sum - 150.0).abs() < 1e-3, "{sum}");
}

#[test]
fn uncertain_yields_differ_by_path_and_keep_their_mean() {
    let yielding = "kind = \"dwellings\"\narea = \"b\"\nyear = 2026\ndwellings = 1000\nyield = { per_dwelling = 0.2, standard_error = 0.02, lags = [1.0] }\n";
    let found = effects(&one(yielding), &single_ages(5));
    let added = |path: u64| -> f64 {
        let mut counts = vec![0.0_f32; 3 * 10 * 6];
        found.apply_to_path(path, &mut counts);
        counts[60..66].iter().map(|count| f64::from(*count)).sum()
    };
    let draws: Vec<f64> = (0..4_000).map(added).collect();
    assert_eq!(added(17), draws[17]);
    let mean = draws.iter().sum::<f64>() / draws.len() as f64;
    let variance = draws.iter().map(|draw| (draw - mean).powi(2)).sum::<f64>() / draws.len() as f64;
    assert!((mean - 200.0).abs() < 1.5, "{mean}");
    assert!((variance.sqrt() - 20.0).abs() < 1.5, "{}", variance.sqrt());
    // A yield that is mostly error never takes children away.
    let wild = yielding.replace("0.02", "1.0");
    let found = effects(&one(&wild), &single_ages(5));
    for path in 0..500 {
        let mut counts = vec![0.0_f32; 3 * 10 * 6];
        found.apply_to_path(path, &mut counts);
        assert!(counts.iter().all(|count| *count >= 0.0));
    }
}

#[test]
fn take_up_and_the_legal_claim_follow_age_grade_and_year() {
    let sheet = sheet(ALL_KINDS);
    assert!((sheet.take_up(2027, 2, "childminding", 0.5) - 0.55).abs() < 1e-12);
    assert_eq!(sheet.take_up(2027, 3, "kindergarten", 0.5), 0.5);
    let claim = LegalClaim::all_day_act(TakeUpMove::Points(0.0));
    let holds = |year: i32| (1..=4).filter(|grade| claim.holds(year, *grade)).count();
    assert_eq!(
        [2025, 2026, 2027, 2028, 2029, 2040].map(holds),
        [0, 1, 2, 3, 4, 4]
    );
    assert_eq!(sheet.after_school_take_up(2026, 1, 0.7), 0.85);
    assert_eq!(sheet.after_school_take_up(2026, 2, 0.7), 0.7);
    assert_eq!(sheet.after_school_take_up(2027, 2, 0.9), 0.9);
}

fn problems(text: &str) -> String {
    let problems = LeverSheet::read(text, LeverFormat::Toml, "levers.toml").unwrap_err();
    let lines: Vec<String> = problems
        .iter()
        .map(|problem| {
            let place = problem.column.as_deref().unwrap_or("file");
            format!("{} {place}: {}", problem.code, problem.message)
        })
        .collect();
    lines.join("\n")
}

#[test]
fn every_problem_of_a_lever_file_is_told_at_once() {
    let text = r#"
version = 2
colour = "red"
[[lever]]
kind = "dwellings"
area = 5
year = 20280
dwellings = "many"
dwelling_type = "castles"
[[lever]]
kind = "flats"
[[lever]]
kind = "migration_shock"
year = 2028
children = 10
ages = { "0-2" = 0.5, "2-5" = 0.5 }
areas = { a = 0.5, b = 0.4 }
persistence = 1.5
[[lever]]
kind = "births"
from_year = 2030
to_year = 2029
factor = 9
[[lever]]
kind = "take_up"
from_year = 2027
ages = "one"
care_type = "school"
points = 5
at_least = 0.5
[[lever]]
kind = "legal_claim"
first_grade = 4
last_grade = 1
points = 200
[[lever]]
kind = "exclude_years"
years = []
[[lever]]
kind = "dwellings"
area = "a"
year = 2028
dwellings = 10
dwelling_type = "special"
[[lever]]
kind = "dwellings"
area = "a"
year = 2028
dwellings = 10
yield = { per_dwelling = 0.2, lags = [0.5, 0.4], extra = 1 }
"#;
    insta::assert_snapshot!(problems(text));
}

#[test]
fn a_file_that_is_neither_toml_nor_json_is_refused() {
    assert!(problems("[[lever").starts_with("E4090 file: this is no TOML"));
    for text in ["[1]", "{", "null"] {
        let problems = LeverSheet::read(text, LeverFormat::Json, "l.json").unwrap_err();
        assert_eq!(problems[0].code, "E4090");
    }
    assert_eq!(
        problems("lever = 5\nversion = 1\n"),
        "E4093 lever: this is not a list"
    );
}

#[test]
fn areas_and_years_the_forecast_does_not_have_are_told_at_once() {
    let text = ALL_KINDS
        .replace("area = \"b\"", "area = \"x\"")
        .replace("a = 0.5", "y = 0.5");
    let sheet = sheet(&text.replace("from_year = 2027\nfactor", "from_year = 2040\nfactor"));
    let problems = sheet
        .child_effects(&codes(), 2026, 10, &single_ages(5), &[1.0; 3], 1)
        .unwrap_err();
    let found: Vec<String> = problems
        .iter()
        .map(|problem| format!("{} {:?}", problem.code, problem.value))
        .collect();
    assert_eq!(
        found,
        [
            "E4095 Some(\"x\")",
            "E4095 Some(\"y\")",
            "E4096 Some(\"2040\")"
        ]
    );
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[a-z0-9=\\[\\]\"{}., \n]{0,120}") {
        let _ = LeverSheet::read(&text, LeverFormat::Toml, "l.toml");
        let _ = LeverSheet::read(&text, LeverFormat::Json, "l.json");
    }

    #[test]
    fn the_order_of_levers_has_no_influence(turn in 0..7_usize, path in 0..1_000_u64) {
        let sheet = sheet(ALL_KINDS);
        let mut turned = sheet.clone();
        turned.levers.rotate_left(turn);
        let classes = single_ages(9);
        let run = |sheet: &LeverSheet| {
            let mut counts = vec![100.0_f32; 3 * 10 * 10];
            effects(sheet, &classes).apply_to_path(path, &mut counts);
            counts
        };
        let (one, other) = (run(&sheet), run(&turned));
        prop_assert!(one.iter().zip(&other).all(|(a, b)| (a - b).abs() <= 1e-4 * a.abs()));
    }

    #[test]
    fn all_children_of_new_dwellings_arrive_whatever_the_profiles(
        dwellings in -500.0..5_000.0_f64,
        lags in prop::collection::vec(0.01..1.0_f64, 1..6),
        split in 0.0..1.0_f64,
    ) {
        let sum: f64 = lags.iter().sum();
        let mut sheet = one("kind = \"dwellings\"\narea = \"c\"\nyear = 2027\ndwellings = 1\n");
        let Lever::Dwellings(built) = &mut sheet.levers[0] else { panic!("dwellings") };
        built.dwellings = dwellings;
        built.child_yield = ChildYield {
            per_dwelling: 0.25,
            standard_error: 0.0,
            lags: lags.iter().map(|lag| lag / sum).collect(),
            ages: vec![
                AgeShare { first_age: 0, last_age: 1, share: split },
                AgeShare { first_age: 2, last_age: 5, share: 1.0 - split },
            ],
        };
        let found = effects(&sheet, &single_ages(20));
        let total: f64 = (0..21).map(|class| found.addition(2, 9, class)).sum();
        prop_assert!((total - 0.25 * dwellings).abs() < 1e-3 * dwellings.abs().max(1.0));
    }
}

/// G14, the part of the levers: 60 areas, 15 years, ages 0 to 10, 2,000 paths.
#[test]
#[allow(clippy::disallowed_methods, reason = "the time a run takes is printed")]
fn levers_on_two_thousand_paths_take_milliseconds() {
    let areas: Vec<String> = (0..60).map(|area| format!("{area:02}")).collect();
    let sheet = one("kind = \"dwellings\"\narea = \"07\"\nyear = 2028\ndwellings = 1000\n");
    let classes = single_ages(10);
    let weights = vec![1.0; 60];
    let started = Instant::now();
    let found = sheet
        .child_effects(&areas, 2026, 15, &classes, &weights, 1)
        .unwrap();
    let mut path = vec![50.0_f32; 60 * 15 * 11];
    let mut sum = 0.0;
    for number in 0..2_000 {
        path.fill(50.0);
        found.apply_to_path(number, &mut path);
        sum += f64::from(path[7 * 15 * 11 + 5 * 11 + 3]);
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "levers alone on 2,000 paths: {:.0} ms (one thread)",
        1e3 * seconds
    );
    assert!(sum > 2_000.0 * 50.0);
    assert!(seconds < 2.0, "{seconds}");
}
