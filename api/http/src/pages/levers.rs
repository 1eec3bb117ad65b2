//! `GET /levers`: what a new quarter needs: children and places without and with new dwellings.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Html;
use domain::InputProblem;
use forecast::{ChildYield, LeverFormat, LeverSheet, ScenarioFans};
use serde_json::{Value, json};

use super::forecast::Choice;
use super::grid::{Grid, Picture};
use super::{Page, html};
use crate::charts_of_forecasts::{compared, name_of};
use crate::language::RequestLanguage;
use crate::problem::Problem;
use crate::query::{self, encoded};
use crate::view::{LeversView, PlannerView};

/// Dwellings of the example that the page opens with.
const EXAMPLE: &str = "500";

#[derive(Template)]
#[template(path = "levers.html")]
struct LeversPage<'a> {
    page: Page<'a>,
    levers: Option<Shown>,
}

struct Shown {
    asked: Asked,
    areas: Vec<Choice>,
    groups: Vec<Choice>,
    types: Vec<Choice>,
    years: (i32, i32),
    yield_of_berlin: String,
    problems: Vec<String>,
    found: Option<Found>,
    source: String,
}

struct Found {
    picture: Picture,
    needed: Grid,
    lead: String,
}

/// What the form asks, as written.
pub(crate) struct Asked {
    pub(crate) area: String,
    pub(crate) group: String,
    year: String,
    dwellings: String,
    dwelling_type: String,
    per_dwelling: String,
}

impl Asked {
    /// The fields of a query; an example where they are absent.
    pub(crate) fn of(view: &LeversView, query: &str) -> Self {
        let model = view.paths().model();
        let or =
            |key: &str, usual: &str| query::value(query, key).unwrap_or_else(|| usual.to_owned());
        let first_area = model.leaf_areas().first().map_or("", String::as_str);
        let first_group = view.groups().first().map_or("", String::as_str);
        Self {
            area: or("area", first_area),
            group: or("group", first_group),
            year: or("year", &(model.first_year() + 1).to_string()),
            dwellings: or("dwellings", EXAMPLE),
            dwelling_type: or("dwelling_type", "any"),
            per_dwelling: or("per_dwelling", ""),
        }
    }

    /// The query that asks the same.
    fn query(&self) -> String {
        format!(
            "area={}&group={}&year={}&dwellings={}&dwelling_type={}&per_dwelling={}",
            encoded(&self.area),
            encoded(&self.group),
            encoded(&self.year),
            encoded(&self.dwellings),
            encoded(&self.dwelling_type),
            encoded(&self.per_dwelling)
        )
    }

    /// The levers it stands for, read like any others: the same rules, the same numbers.
    pub(crate) fn sheet(&self) -> Result<LeverSheet, Vec<InputProblem>> {
        let mut lever = json!({
            "kind": "dwellings",
            "area": self.area,
            "year": self.year.trim().parse::<i64>().map_or_else(|_| text(&self.year), Value::from),
            "dwellings": number(&self.dwellings),
            "dwelling_type": self.dwelling_type,
        });
        if !self.per_dwelling.trim().is_empty() {
            lever["yield"] = json!({"per_dwelling": number(&self.per_dwelling)});
        }
        let sheet = json!({"version": 1, "lever": [lever]});
        LeverSheet::read(&sheet.to_string(), LeverFormat::Json, "form")
    }
}

fn text(value: &str) -> Value {
    Value::from(value)
}

/// A number with decimal comma or point; what is none stays text and is refused as such.
fn number(value: &str) -> Value {
    let parsed = value.trim().replace(',', ".").parse::<f64>();
    parsed.ok().map_or_else(|| text(value), Value::from)
}

pub(crate) async fn show(
    State(view): State<Arc<PlannerView>>,
    RawQuery(query): RawQuery,
    RequestLanguage(language): RequestLanguage,
) -> Result<Html<String>, Problem> {
    let query = query.unwrap_or_default();
    let mut page = Page::new(&view, language, "/levers");
    let levers = match &view.levers {
        None => None,
        Some(levers) => {
            let asked = Asked::of(levers, &query);
            page.path = format!("/levers?{}", asked.query());
            Some(shown(&page, levers, asked).await?)
        }
    };
    html(&LeversPage { levers, page })
}

/// The fans under what was asked, or everything that is wrong with it. Runs beside the threads that
/// answer requests.
pub(crate) async fn pulled(
    view: &LeversView,
    asked: &Asked,
) -> Result<Result<ScenarioFans, Vec<InputProblem>>, Problem> {
    let sheet = match asked.sheet() {
        Ok(sheet) => sheet,
        Err(problems) => return Ok(Err(problems)),
    };
    let view = view.clone();
    let run = tokio::task::spawn_blocking(move || view.paths().run(&sheet)).await;
    run.map_err(|error| Problem::failed(&error))
}

async fn shown(page: &Page<'_>, view: &LeversView, asked: Asked) -> Result<Shown, Problem> {
    let (found, problems) = match pulled(view, &asked).await? {
        Ok(with) => (Some(found(page, view, &with, &asked)?), Vec::new()),
        Err(problems) => (None, problems.iter().map(ToString::to_string).collect()),
    };
    let model = view.paths().model();
    let areas = model.leaf_areas().iter().map(|code| Choice {
        word: page
            .label(&name_of(view.forecast().areas(), code))
            .to_owned(),
        is_chosen: *code == asked.area,
        value: code.clone(),
    });
    let groups = view.groups().iter().map(|group| Choice {
        word: page.label(&view.group_name(group)).to_owned(),
        is_chosen: *group == asked.group,
        value: group.clone(),
    });
    let types = [
        ("any", "nicht unterschieden", "not told apart"),
        ("houses", "Ein- und Zweifamilienhäuser", "houses"),
        ("flats", "Geschosswohnungen", "flats"),
        ("special", "besondere Wohnformen", "special"),
    ];
    let types = types.into_iter().map(|(value, german, english)| Choice {
        value: value.to_owned(),
        word: page.t(german, english).to_owned(),
        is_chosen: value == asked.dwelling_type,
    });
    let last = model.first_year() + model.horizon() as i32 - 1;
    Ok(Shown {
        areas: areas.collect(),
        groups: groups.collect(),
        types: types.collect(),
        years: (model.first_year(), last),
        yield_of_berlin: page.language.number(ChildYield::berlin().per_dwelling, 3),
        problems,
        found,
        source: page.label(&view.source).to_owned(),
        asked,
    })
}

fn found(
    page: &Page<'_>,
    view: &LeversView,
    with: &ScenarioFans,
    asked: &Asked,
) -> Result<Found, Problem> {
    let chart = compared(view, with, &asked.area, &asked.group)?;
    let svg = chart
        .svg(page.language)
        .map_err(|error| Problem::failed(&error))?;
    let picture = Picture {
        address: page.link(&format!("/charts/levers.svg?{}", asked.query())),
        title: svg.title().to_owned(),
        description: svg.description().to_owned(),
        table: Grid::new(svg.title(), chart.table(page.language), &[]),
    };
    let changes = changes(view, with, &asked.area);
    Ok(Found {
        picture,
        needed: needed(page, view, &changes),
        lead: lead(page, &changes),
    })
}

/// What changes on average in one year.
struct Change {
    year: i32,
    /// Children of each group that can be chosen.
    children: Vec<f64>,
    /// Places by band of take-up.
    places: Vec<f64>,
}

fn changes(view: &LeversView, with: &ScenarioFans, area: &str) -> Vec<Change> {
    let change = |group: &str| -> Vec<(i32, f64)> {
        let fan = |fans: &ScenarioFans| fans.fan(area, group).unwrap_or_default();
        let pairs = fan(with).into_iter().zip(fan(view.without()));
        pairs
            .map(|(with, without)| (with.year, with.mean - without.mean))
            .collect()
    };
    let children: Vec<Vec<(i32, f64)>> = view.groups().iter().map(|it| change(it)).collect();
    let bands = view.take_up.groups();
    let places: Vec<Vec<f64>> = bands
        .iter()
        .map(|band| {
            let share = view.take_up.share(band.name()).unwrap_or_default();
            let children = change(band.name()).into_iter();
            children.map(|(_, more)| share * more).collect()
        })
        .collect();
    let years = children.first().map_or(0, Vec::len);
    (0..years)
        .map(|ahead| Change {
            year: children[0][ahead].0,
            children: children.iter().map(|group| group[ahead].1).collect(),
            places: places.iter().map(|band| band[ahead]).collect(),
        })
        .collect()
}

/// The year that needs most, in a sentence.
fn lead(page: &Page<'_>, changes: &[Change]) -> String {
    let places = |change: &Change| change.places.iter().sum::<f64>();
    let size = |change: &Change| places(change).abs();
    let most = changes
        .iter()
        .max_by(|one, other| size(one).total_cmp(&size(other)));
    let Some(most) = most else {
        return String::new();
    };
    let (number, year) = (page.language.number(places(most), 0), most.year);
    match page.language {
        charts::Language::German => format!(
            "Am meisten ändert sich {year}: im Mittel {number} Plätze für Kinder bis zum Schuleintritt."
        ),
        charts::Language::English => format!(
            "Most changes in {year}: {number} places on average for children until they enter school."
        ),
    }
}

fn needed(page: &Page<'_>, view: &LeversView, changes: &[Change]) -> Grid {
    let mut header = vec![page.t("Jahr", "Year").to_owned()];
    let groups = view.groups().iter();
    header.extend(groups.map(|it| page.label(&view.group_name(it)).to_owned()));
    let place = page.t("Plätze,", "Places,");
    let bands = view.take_up.groups();
    header.extend(bands.iter().map(|band| {
        let name = view.group_name(band.name());
        format!("{place} {}", page.label(&name))
    }));
    header.push(page.t("Plätze zusammen", "Places together").to_owned());
    let number = |value: f64| page.language.number(value, 1);
    let rows = changes.iter().map(|change| {
        let all = change.places.iter().sum();
        let values = change.children.iter().chain(&change.places);
        let values = values.copied().chain([all]).map(number);
        std::iter::once(change.year.to_string())
            .chain(values)
            .collect()
    });
    let title = page.t(
        "Mehr Kinder und mehr Plätze im Gebiet, im Mittel",
        "More children and more places in the area, on average",
    );
    Grid::new(title, std::iter::once(header).chain(rows).collect(), &[])
}
