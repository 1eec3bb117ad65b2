//! What the main job found, in plain words.
//!
//! Every number of children in a sentence has passed disclosure control or is a forecast.

use charts::Language;
use disclosure::{ReleasedCount, TOTAL_CODE};
use forecast::TOTAL_AREA;
use http_api::Finding;
use scenario::ScenarioReport;

use crate::analysis::{Analysis, RoundResult};
use crate::words::{finding, group_names};

/// The sentences, most important first.
pub(crate) fn findings(analysis: &Analysis) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(occupancy(analysis));
    found.extend(forecast(analysis));
    if let Some(round) = &analysis.round {
        found.extend(placement(analysis, round));
    }
    if let Some((_, report)) = &analysis.scenario {
        found.extend(scenario(report));
    }
    found
}

/// A whole number in both languages.
fn both(number: i64) -> (String, String) {
    (
        Language::German.whole(number),
        Language::English.whole(number),
    )
}

/// Places and children of the month.
fn occupancy(analysis: &Analysis) -> Vec<Finding> {
    let mut found = Vec::new();
    let city: Vec<_> = analysis
        .tables
        .rows
        .iter()
        .filter(|row| row.area == TOTAL_CODE)
        .collect();
    let sum =
        |value: fn(&reporting::OccupancyRow) -> i64| city.iter().map(|row| value(row)).sum::<i64>();
    let (licensed_de, licensed_en) = both(sum(|row| row.licensed));
    let (staffed_de, staffed_en) = both(sum(|row| row.staffed));
    let month = analysis.month();
    let (month_de, month_en) = (
        Language::German.month(month),
        Language::English.month(month),
    );
    let children = analysis
        .tables
        .contracts
        .cell(&[TOTAL_CODE, TOTAL_CODE])
        .and_then(|cell| i64::try_from(cell.value?).ok());
    if let Some(children) = children {
        let (children_de, children_en) = both(children);
        found.push(finding(
            format!("{month_de}: {children_de} Kinder sind in Betreuung; genehmigt sind {licensed_de} Plätze, mit dem vorhandenen Personal betreibbar {staffed_de}."),
            format!("{month_en}: {children_en} children are in care; {licensed_en} places are licensed, {staffed_en} can be run with the staff present."),
        ));
    }
    for row in city {
        let care_de = row.care_type.german();
        let care_en = row.care_type.english();
        let (Some(bookable), Some(naive)) = (row.bookable, row.naive_free) else {
            continue;
        };
        let ((bookable_de, bookable_en), (naive_de, naive_en)) = (both(bookable), both(naive));
        let (unknown_de, unknown_en) = match row.unattested_facilities {
            0 => (String::new(), String::new()),
            n => (
                format!(
                    " {n} Einrichtungen haben ihre Daten nicht bestätigt; ihre freien Plätze sind unbekannt."
                ),
                format!(
                    " {n} facilities have not attested their data; their free places are unknown."
                ),
            ),
        };
        found.push(finding(
            format!("{care_de}: auf dem Papier {naive_de} freie Plätze, wirklich buchbar {bookable_de}.{unknown_de}"),
            format!("{care_en}: {naive_en} free places on paper, {bookable_en} that can really be booked.{unknown_en}"),
        ));
    }
    found
}

/// Children ahead.
fn forecast(analysis: &Analysis) -> Vec<Finding> {
    let Some(own) = &analysis.forecast else {
        return Vec::new();
    };
    let names = group_names();
    let mut found = Vec::new();
    for group in ["U3", "K", "H"] {
        let (Some(fan), Some(observed)) = (
            own.forecast.fan(TOTAL_AREA, group),
            own.forecast.observed(TOTAL_AREA, group),
        ) else {
            continue;
        };
        let today = observed
            .iter()
            .rev()
            .find(|(year, _)| *year <= own.forecast.origin_year());
        let (Some((year, today)), Some(last)) = (today, fan.get(4).or(fan.last())) else {
            continue;
        };
        let whole = |value: f64| both(value.round() as i64);
        let ((now_de, now_en), (median_de, median_en)) = (whole(*today), whole(last.q50));
        let ((low_de, low_en), (high_de, high_en)) = (whole(last.q10), whole(last.q90));
        let Some(label) = names.get(group) else {
            continue;
        };
        found.push(finding(
            format!("{}: {now_de} Ende {year}, voraussichtlich {median_de} Ende {} (in 80 von 100 Fällen zwischen {low_de} und {high_de}).", Language::German.label(label), last.year),
            format!("{}: {now_en} at the end of {year}, expected {median_en} at the end of {} (in 80 of 100 cases between {low_en} and {high_en}).", Language::English.label(label), last.year),
        ));
    }
    found
}

/// A released count in both languages.
fn shown(count: ReleasedCount) -> (String, String) {
    match count.value().and_then(|value| i64::try_from(value).ok()) {
        Some(value) => both(value),
        None => (count.to_string(), count.to_string()),
    }
}

/// The placement round.
fn placement(analysis: &Analysis, round: &RoundResult) -> Vec<Finding> {
    let summary = &round.summary;
    let (children_de, children_en) = shown(analysis.shown(round.children(), "round"));
    let (placed_de, placed_en) = shown(analysis.shown(summary.placed, "round"));
    let first = summary.rank_histogram.get(&1).copied().unwrap_or(0);
    let (first_de, first_en) = shown(analysis.shown(first, "round"));
    let mut found = vec![finding(
        format!(
            "Vermittlungsrunde: von {children_de} Kindern mit offener Anmeldung bekommen {placed_de} einen Vorschlag, {first_de} davon ihren ersten Wunsch. Geprüft: kein berechtigter Neid, kein verweigerter freier Platz. Entscheiden werden die Träger."
        ),
        format!(
            "Placement round: {placed_en} of {children_en} children with open applications get a suggestion, {first_en} of them their first wish. Checked: no justified envy, no free place denied. Providers decide."
        ),
    )];
    if let Some(chain) = round
        .cascade
        .as_ref()
        .filter(|chain| !chain.steps.is_empty())
    {
        let steps = chain.steps.len();
        let (word_de, word_en) = if steps == 1 {
            ("Schritt", "step")
        } else {
            ("Schritte", "steps")
        };
        found.push(finding(
            format!("Wird ein Platz frei, rücken andere nach: Die längste der geprüften Ketten hat {steps} {word_de}."),
            format!("When a place falls free, others move up: the longest of the chains looked at has {steps} {word_en}."),
        ));
    }
    found
}

/// The scenario on its last day, for the whole city; the districts are on its own page.
fn scenario(report: &ScenarioReport) -> Vec<Finding> {
    let mut found = Vec::new();
    let Some(last) = report.rows.iter().map(|row| row.date).max() else {
        return found;
    };
    let whole_city = report
        .rows
        .iter()
        .filter(|row| row.date == last && row.area == scenario::TOTAL_AREA);
    for row in whole_city.filter(|row| row.baseline.staffed != row.scenario.staffed) {
        let count = |places: u64| both(i64::try_from(places).unwrap_or(i64::MAX));
        let ((before_de, before_en), (after_de, after_en)) =
            (count(row.baseline.staffed), count(row.scenario.staffed));
        let care_en = row.care_type.english();
        let (cover_de, cover_en) = row.scenario.cover.map_or_else(Default::default, |cover| {
            let per_cent =
                |language: Language| cover.at_p50_per_cent.map(|value| language.number(value, 1));
            match (per_cent(Language::German), per_cent(Language::English)) {
                (Some(german), Some(english)) => (
                    format!(", {german} % des mittleren Bedarfs"),
                    format!(", {english} % of the median demand"),
                ),
                _ => Default::default(),
            }
        });
        found.push(finding(
            format!("Szenario „{}“, {}, {last}: {after_de} statt {before_de} betreibbare Plätze{cover_de}.", report.name, row.care_type.german()),
            format!("Scenario “{}”, {care_en}, {last}: {after_en} instead of {before_en} places that can be run{cover_en}.", report.name),
        ));
    }
    found
}
