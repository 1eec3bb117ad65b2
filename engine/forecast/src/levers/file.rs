//! Reading levers from TOML or JSON.

use domain::InputProblem;
use serde_json::{Map, Value};

use super::fields::{Fields, Problems, parse_json, parse_toml};
use super::kinds::{
    AgeShare, AreaShare, BirthsMultiplier, ChildYield, Deferral, DwellingType, Dwellings,
    LEVER_VERSION, LegalClaim, Lever, LeverSheet, MigrationShock, TakeUpChange, TakeUpMove,
};
use crate::age::AgeClass;
use crate::quality::codes;

const YEARS: std::ops::RangeInclusive<i32> = 1800..=2200;
const MOST_PERSONS: f64 = 1e7;
/// How far a profile may be from adding up to 1.
const TOLERANCE: f64 = 1e-6;
const CARE_TYPES: [&str; 4] = ["childminding", "nursery", "kindergarten", "after_school"];

/// How a lever file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeverFormat {
    /// TOML.
    Toml,
    /// JSON with the same keys.
    Json,
}

impl LeverSheet {
    /// Reads levers; `file` names the text in messages.
    ///
    /// ```
    /// use forecast::{Lever, LeverFormat, LeverSheet};
    /// let text = r#"
    /// version = 1
    /// [[lever]]
    /// kind = "dwellings"
    /// area = "north"
    /// year = 2028
    /// dwellings = 1000
    /// "#;
    /// let sheet = LeverSheet::read(text, LeverFormat::Toml, "levers.toml").expect("right");
    /// assert!(matches!(&sheet.levers[0], Lever::Dwellings(it) if it.child_yield.per_dwelling == 0.158));
    ///
    /// let wrong = text.replace("dwellings = 1000", "homes = 1000").replace("2028", "\"soon\"");
    /// let problems = LeverSheet::read(&wrong, LeverFormat::Toml, "levers.toml").expect_err("refused");
    /// let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    /// assert_eq!(codes, ["E4093", "E4092", "E4091"]);
    /// ```
    ///
    /// # Errors
    ///
    /// Every problem of the file at once, with the path of the key such as `lever[2].year`.
    pub fn read(text: &str, format: LeverFormat, file: &str) -> Result<Self, Vec<InputProblem>> {
        let mut problems = Problems::new(file);
        let table = match format {
            LeverFormat::Toml => parse_toml(text, &mut problems),
            LeverFormat::Json => parse_json(text, &mut problems),
        };
        let Some(table) = table else {
            return Err(problems.list);
        };
        let levers = read_levers(table, &mut problems);
        if problems.list.is_empty() {
            Ok(Self {
                levers,
                file: file.to_owned(),
            })
        } else {
            Err(problems.list)
        }
    }
}

/// Checks the version of a file; all versions but the present one are refused.
pub(crate) fn check_version(root: &mut Fields, problems: &mut Problems<'_>) {
    if let Some(version) = root.whole(problems, "version", i32::MIN..=i32::MAX)
        && i64::from(version) != i64::from(LEVER_VERSION)
    {
        let message = format!("version {version} is not known; version {LEVER_VERSION} is");
        problems.note(
            codes::UNKNOWN_VERSION,
            "version",
            Some(&version.into()),
            message,
        );
    }
}

fn read_levers(table: Map<String, Value>, problems: &mut Problems<'_>) -> Vec<Lever> {
    let mut root = Fields::new("", table);
    check_version(&mut root, problems);
    let list = root.list(problems, "lever").unwrap_or_default();
    root.finish(problems);
    let mut levers = Vec::new();
    for (value, number) in list.into_iter().zip(1..) {
        let path = format!("lever[{number}]");
        let Value::Object(table) = value else {
            problems.note(
                codes::WRONG_TYPE,
                &path,
                Some(&value),
                "this is not a table",
            );
            continue;
        };
        levers.extend(lever(Fields::new(&path, table), problems));
    }
    levers
}

fn lever(mut fields: Fields, problems: &mut Problems<'_>) -> Option<Lever> {
    let kind = fields.text(problems, "kind")?;
    let lever = match kind.as_str() {
        "dwellings" => dwellings(&mut fields, problems).map(Lever::Dwellings),
        "migration_shock" => migration(&mut fields, problems).map(Lever::MigrationShock),
        "births" => births(&mut fields, problems).map(Lever::Births),
        "take_up" => take_up(&mut fields, problems).map(Lever::TakeUp),
        "legal_claim" => legal_claim(&mut fields, problems).map(Lever::LegalClaim),
        "deferral" => {
            let from_year = fields.whole(problems, "from_year", YEARS);
            let rate = fields.number(problems, "rate", 0.0..=1.0);
            from_year
                .zip(rate)
                .map(|(from_year, rate)| Lever::Deferral(Deferral { from_year, rate }))
        }
        "exclude_years" => years(&mut fields, problems).map(|years| Lever::ExcludeYears { years }),
        _ => {
            let message = format!(
                "{kind:?} is no kind of lever; known are dwellings, migration_shock, births, take_up, legal_claim, deferral and exclude_years"
            );
            problems.note(codes::UNKNOWN_KEY, &fields.path("kind"), None, message);
            return None;
        }
    };
    fields.finish(problems);
    lever
}

fn dwellings(fields: &mut Fields, problems: &mut Problems<'_>) -> Option<Dwellings> {
    let area = fields.text(problems, "area");
    let year = fields.whole(problems, "year", YEARS);
    let dwellings = fields.number(problems, "dwellings", -MOST_PERSONS..=MOST_PERSONS);
    let kind = fields.text_or(problems, "dwelling_type");
    let dwelling_type = match kind.as_deref() {
        None | Some("any") => Some(DwellingType::Any),
        Some("houses") => Some(DwellingType::Houses),
        Some("flats") => Some(DwellingType::Flats),
        Some("special") => Some(DwellingType::Special),
        Some(other) => {
            let message = format!("{other:?} is not any, houses, flats or special");
            problems.note(
                codes::BAD_VALUE,
                &fields.path("dwelling_type"),
                None,
                message,
            );
            None
        }
    };
    let child_yield = child_yield(fields, problems, dwelling_type);
    Some(Dwellings {
        area: area?,
        year: year?,
        dwellings: dwellings?,
        dwelling_type: dwelling_type?,
        child_yield: child_yield?,
    })
}

/// The yield of a lever: Berlin's for dwellings not told apart, else it must be given.
fn child_yield(
    fields: &mut Fields,
    problems: &mut Problems<'_>,
    dwelling_type: Option<DwellingType>,
) -> Option<ChildYield> {
    let berlin = ChildYield::berlin();
    let before = problems.list.len();
    let given = fields.optional("yield");
    if given.is_none() && dwelling_type.is_some_and(|kind| kind != DwellingType::Any) {
        let path = fields.path("yield");
        let message =
            "a yield is known for dwellings not told apart only; give one for this kind".to_owned();
        problems.note(codes::MISSING_KEY, &path, None, message);
        return None;
    }
    let table = match given {
        None => return Some(berlin),
        Some(Value::Object(table)) => table,
        Some(value) => {
            let path = fields.path("yield");
            problems.note(
                codes::WRONG_TYPE,
                &path,
                Some(&value),
                "this is not a table",
            );
            return None;
        }
    };
    let mut fields = Fields::new(&fields.path("yield"), table);
    let per_dwelling = fields.number(problems, "per_dwelling", 0.0..=5.0);
    let standard_error = fields.number_or(problems, "standard_error", 0.0..=5.0, 0.0);
    let lags = numbers(&mut fields, problems, "lags");
    let ages = age_shares(&mut fields, problems, "ages");
    let lags = lags.map(|lags| if lags.is_empty() { berlin.lags } else { lags });
    let ages = ages.map(|ages| if ages.is_empty() { berlin.ages } else { ages });
    let found = (|| {
        let found = ChildYield {
            per_dwelling: per_dwelling?,
            standard_error: standard_error?,
            lags: lags?,
            ages: ages?,
        };
        let sum: f64 = found.lags.iter().sum();
        adds_up(problems, &fields.path("lags"), sum);
        Some(found)
    })();
    fields.finish(problems);
    found.filter(|_| problems.list.len() == before)
}

fn adds_up(problems: &mut Problems<'_>, path: &str, sum: f64) {
    if (sum - 1.0).abs() > TOLERANCE {
        let message = format!("the shares add up to {sum:.6}, not to 1");
        problems.note(codes::PROFILE_NOT_ONE, path, None, message);
    }
}

fn numbers(fields: &mut Fields, problems: &mut Problems<'_>, key: &str) -> Option<Vec<f64>> {
    let values = fields.list(problems, key)?;
    let mut found = Vec::new();
    for value in &values {
        match value.as_f64().filter(|number| (0.0..=1.0).contains(number)) {
            Some(number) => found.push(number),
            None => {
                let path = fields.path(key);
                problems.note(
                    codes::BAD_VALUE,
                    &path,
                    Some(value),
                    "this is no share from 0 to 1",
                );
            }
        }
    }
    (found.len() == values.len()).then_some(found)
}

/// `ages = { "0-2" = 0.4, "3-5" = 0.6 }`; empty if absent.
fn age_shares(
    fields: &mut Fields,
    problems: &mut Problems<'_>,
    key: &str,
) -> Option<Vec<AgeShare>> {
    let before = problems.list.len();
    let table = fields.table(problems, key)?;
    let path = fields.path(key);
    let mut found: Vec<AgeShare> = Vec::new();
    for (ages, value) in &table {
        let class: Option<AgeClass> = ages.parse().ok();
        let share = value.as_f64().filter(|share| (0.0..=1.0).contains(share));
        match (class, share) {
            (Some(class), Some(share)) => found.push(AgeShare {
                first_age: class.first(),
                last_age: class.last(),
                share,
            }),
            _ => {
                let message = format!("{ages:?} = {value} is no share from 0 to 1 of an age");
                problems.note(codes::BAD_VALUE, &path, Some(value), message);
            }
        }
    }
    found.sort_by_key(|part| part.first_age);
    for pair in found.windows(2) {
        if pair[1].first_age <= pair[0].last_age {
            let message = format!("the age {} stands in two ranges", pair[1].first_age);
            problems.note(codes::BAD_VALUE, &path, None, message);
        }
    }
    if !found.is_empty() && problems.list.len() == before {
        adds_up(problems, &path, found.iter().map(|part| part.share).sum());
    }
    (problems.list.len() == before).then_some(found)
}

fn migration(fields: &mut Fields, problems: &mut Problems<'_>) -> Option<MigrationShock> {
    let year = fields.whole(problems, "year", YEARS);
    let children = fields.number(problems, "children", -MOST_PERSONS..=MOST_PERSONS);
    let ages = age_shares(fields, problems, "ages");
    if ages.as_ref().is_some_and(Vec::is_empty) {
        let message = "give the ages on arrival, such as { \"0-5\" = 1.0 }";
        problems.note(codes::MISSING_KEY, &fields.path("ages"), None, message);
    }
    let before = problems.list.len();
    let table = fields.table(problems, "areas");
    let mut areas = Vec::new();
    for (area, value) in table.iter().flatten() {
        match value.as_f64().filter(|share| (0.0..=1.0).contains(share)) {
            Some(share) => areas.push(AreaShare {
                area: area.clone(),
                share,
            }),
            None => {
                let message = format!("{area:?} = {value} is no share from 0 to 1");
                problems.note(
                    codes::BAD_VALUE,
                    &fields.path("areas"),
                    Some(value),
                    message,
                );
            }
        }
    }
    if !areas.is_empty() && problems.list.len() == before {
        let sum: f64 = areas.iter().map(|part| part.share).sum();
        adds_up(problems, &fields.path("areas"), sum);
    }
    let persistence = fields.number_or(problems, "persistence", 0.0..=1.0, 1.0);
    let years = fields.whole_or(problems, "years", 1..=50).unwrap_or(1);
    Some(MigrationShock {
        year: year?,
        children: children?,
        ages: ages.filter(|ages| !ages.is_empty())?,
        areas,
        persistence: persistence?,
        years: years.unsigned_abs(),
    })
}

fn births(fields: &mut Fields, problems: &mut Problems<'_>) -> Option<BirthsMultiplier> {
    let from_year = fields.whole(problems, "from_year", YEARS);
    let to_year = fields.whole_or(problems, "to_year", YEARS);
    let factor = fields.number(problems, "factor", 0.0..=3.0);
    let mut areas = Vec::new();
    for value in fields.list(problems, "areas")? {
        match value {
            Value::String(area) => areas.push(area),
            other => {
                let path = fields.path("areas");
                problems.note(codes::WRONG_TYPE, &path, Some(&other), "this is not a text");
            }
        }
    }
    if let (Some(from), Some(to)) = (from_year, to_year)
        && to < from
    {
        let message = format!("{to} is before {from}");
        problems.note(codes::BAD_VALUE, &fields.path("to_year"), None, message);
    }
    Some(BirthsMultiplier {
        from_year: from_year?,
        to_year,
        factor: factor?,
        areas,
    })
}

/// `points = 5` or `at_least = 0.9`, exactly one of them.
fn take_up_move(fields: &mut Fields, problems: &mut Problems<'_>) -> Option<TakeUpMove> {
    let (points, floor) = (fields.has("points"), fields.has("at_least"));
    if points && floor {
        let message = "points and at_least exclude each other; give one";
        problems.note(codes::BAD_VALUE, &fields.path("at_least"), None, message);
        fields.optional("points");
    }
    if floor {
        return fields
            .number(problems, "at_least", 0.0..=1.0)
            .map(TakeUpMove::AtLeast);
    }
    fields
        .number(problems, "points", -100.0..=100.0)
        .map(TakeUpMove::Points)
}

fn take_up(fields: &mut Fields, problems: &mut Problems<'_>) -> Option<TakeUpChange> {
    let from_year = fields.whole(problems, "from_year", YEARS);
    let ages = fields.text(problems, "ages");
    let class = ages.and_then(|ages| {
        let class: Result<AgeClass, _> = ages.parse();
        if let Err(error) = &class {
            let path = fields.path("ages");
            problems.note(codes::BAD_VALUE, &path, None, error.to_string());
        }
        class.ok()
    });
    let care_type = fields.text_or(problems, "care_type");
    if let Some(care_type) = &care_type
        && !CARE_TYPES.contains(&care_type.as_str())
    {
        let message = format!("{care_type:?} is none of {}", CARE_TYPES.join(", "));
        problems.note(codes::BAD_VALUE, &fields.path("care_type"), None, message);
    }
    let change = take_up_move(fields, problems);
    let class = class?;
    Some(TakeUpChange {
        from_year: from_year?,
        first_age: class.first(),
        last_age: class.last(),
        care_type,
        change: change?,
    })
}

fn legal_claim(fields: &mut Fields, problems: &mut Problems<'_>) -> Option<LegalClaim> {
    let preset = LegalClaim::all_day_act(TakeUpMove::Points(0.0));
    let first_school_year = fields
        .whole_or(problems, "first_school_year", YEARS)
        .unwrap_or(preset.first_school_year);
    let grade = |grade: Option<i32>, otherwise: u8| {
        grade
            .and_then(|grade| u8::try_from(grade).ok())
            .unwrap_or(otherwise)
    };
    let first = grade(
        fields.whole_or(problems, "first_grade", 1..=10),
        preset.first_grade,
    );
    let last = grade(
        fields.whole_or(problems, "last_grade", 1..=10),
        preset.last_grade,
    );
    if last < first {
        let message = format!("grade {last} is below the first grade {first}");
        problems.note(codes::BAD_VALUE, &fields.path("last_grade"), None, message);
    }
    Some(LegalClaim {
        first_school_year,
        first_grade: first,
        last_grade: last,
        change: take_up_move(fields, problems)?,
    })
}

fn years(fields: &mut Fields, problems: &mut Problems<'_>) -> Option<Vec<i32>> {
    let values = fields.list(problems, "years")?;
    if values.is_empty() {
        let message = "give at least one year";
        problems.note(codes::MISSING_KEY, &fields.path("years"), None, message);
        return None;
    }
    values
        .iter()
        .map(|value| fields.as_whole(problems, "years", value, YEARS))
        .collect()
}
