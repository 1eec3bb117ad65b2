//! A report in plain sentences.

use domain::CareType;
use jiff::civil::Date;

use crate::allocation::{ALLOCATION_LABEL, ALLOCATION_LABEL_GERMAN};
use crate::cover::{Cover, Light};
use crate::demand::TOTAL_AREA;
use crate::report::{ReportRow, ScenarioReport};

/// Language of the sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// German.
    German,
    /// English.
    English,
}

impl Language {
    /// A number with a fixed number of decimals.
    fn number(self, value: f64, decimals: usize) -> String {
        let text = format!("{value:.decimals$}");
        match self {
            Self::German => text.replace('.', ","),
            Self::English => text,
        }
    }

    fn pick(self, german: String, english: String) -> String {
        match self {
            Self::German => german,
            Self::English => english,
        }
    }
}

impl ScenarioReport {
    /// What the scenario comes to, one sentence for each row with a demand, each move of staff and
    /// each day and care type with changed ways. No count of children is among them.
    #[must_use]
    pub fn findings(&self, language: Language) -> Vec<String> {
        let mut sentences: Vec<String> = self
            .rows
            .iter()
            .filter_map(|row| self.cover_sentence(row, language))
            .collect();
        sentences.extend(self.staff_moves.iter().map(|it| {
            let care = care_name(it.care_type, language);
            let (from, to, places) = (&it.from_facility, &it.to_facility, it.places);
            language.pick(
                format!("Mit dem Personal von {from} entstehen ab {} in {to} {places} betreibbare Plätze ({care}).", it.month),
                format!("With the staff of {from}, {to} has {places} more staffed places from {} on ({care}).", it.month),
            )
        }));
        sentences.extend(self.way_sentences(language));
        sentences
    }

    fn cover_sentence(&self, row: &ReportRow, language: Language) -> Option<String> {
        let demand = row.demand?;
        let (before, after) = (row.baseline.cover?, row.scenario.cover?);
        let (area, care) = (area_name(row, language), care_name(row.care_type, language));
        let (date, staffed) = (day(row.date, language), row.scenario.staffed);
        let (median, target) = (
            language.number(demand.p50(), 0),
            language.number(self.target_cover * 100.0, 0),
        );
        let cover = language.number(after.at_p50_per_cent.unwrap_or(100.0), 2);
        let needed = language.number(after.needed_places, 1);
        let judgement = judgement(&after, language);
        let change = change(&before, &after, row, language);
        Some(language.pick(
            format!("{area}, {care}, {date}: {staffed} betreibbare Plätze decken {cover} % des mittleren Bedarfs von {median}; das Ziel {target} % braucht {needed}. {judgement}{change}"),
            format!("{area}, {care}, {date}: {staffed} staffed places cover {cover} % of the median demand of {median}; the target of {target} % needs {needed}. {judgement}{change}"),
        ))
    }

    fn way_sentences(&self, language: Language) -> Vec<String> {
        let limit = language.number(self.allocation.limit_km, 1);
        let changed = self.allocation.comparisons.iter();
        changed
            .filter_map(|it| {
                let (before, after) = (&it.baseline, &it.scenario);
                if (before.mean_km, before.within_limit_per_cent)
                    == (after.mean_km, after.within_limit_per_cent)
                {
                    return None;
                }
                let (way_before, way_after) = (before.mean_km?, after.mean_km?);
                let (near_before, near_after) =
                    (before.within_limit_per_cent?, after.within_limit_per_cent?);
                let way = |km| language.number(km, 2);
                let share = |share| language.number(share, 1);
                let (care, date) = (care_name(it.care_type, language), day(it.date, language));
                Some(language.pick(
                    format!("{care}, {date}: mittlerer Weg (Luftlinie) {} statt {} km, {} statt {} % finden einen Platz innerhalb von {limit} km ({ALLOCATION_LABEL_GERMAN}).",
                        way(way_after), way(way_before), share(near_after), share(near_before)),
                    format!("{care}, {date}: mean straight-line way {} instead of {} km, {} instead of {} % find a place within {limit} km ({ALLOCATION_LABEL}).",
                        way(way_after), way(way_before), share(near_after), share(near_before)),
                ))
            })
            .collect()
    }
}

fn area_name(row: &ReportRow, language: Language) -> String {
    if row.area == TOTAL_AREA {
        return language.pick("Stadt".to_owned(), "City".to_owned());
    }
    row.area_name.clone()
}

fn care_name(care: CareType, language: Language) -> &'static str {
    match (language, care) {
        (Language::German, _) => care.german(),
        (Language::English, CareType::Childminding) => "childminding",
        (Language::English, CareType::Nursery) => "nursery",
        (Language::English, CareType::Kindergarten) => "kindergarten",
        (Language::English, CareType::AfterSchool) => "after-school care",
    }
}

fn day(date: Date, language: Language) -> String {
    match language {
        Language::German => format!("{}.{}.{}", date.day(), date.month(), date.year()),
        Language::English => date.to_string(),
    }
}

fn judgement(cover: &Cover, language: Language) -> String {
    let risk = language.number(cover.shortfall_probability * 100.0, 0);
    let high = language.number(cover.at_p90_per_cent.unwrap_or(100.0), 2);
    match cover.light {
        Light::Green => language.pick(
            format!("Ampel grün: das Ziel ist erreicht, auch bei hohem Bedarf (P90: {high} %)."),
            format!("Green: the target is reached, even at high demand (P90: {high} %)."),
        ),
        Light::Amber => language.pick(
            format!("Ampel gelb: das Ziel ist erreicht, bei hohem Bedarf (P90) sind es {high} %; mit {risk} % Wahrscheinlichkeit fehlen Plätze."),
            format!("Amber: the target is reached, at high demand (P90) it is {high} %; places are short with a probability of {risk} %."),
        ),
        Light::Red => language.pick(
            format!("Ampel rot: das Ziel ist verfehlt; mit {risk} % Wahrscheinlichkeit fehlen Plätze."),
            format!("Red: the target is missed; places are short with a probability of {risk} %."),
        ),
    }
}

/// How it was without the measures, if that was different.
fn change(before: &Cover, after: &Cover, row: &ReportRow, language: Language) -> String {
    if row.baseline.staffed == row.scenario.staffed {
        return String::new();
    }
    let staffed = row.baseline.staffed;
    if before.light == after.light {
        return language.pick(
            format!(" Ohne die Maßnahmen: {staffed} Plätze."),
            format!(" Without the measures: {staffed} places."),
        );
    }
    let (german, english) = (before.light.german(), before.light.as_str());
    language.pick(
        format!(" Ohne die Maßnahmen: {staffed} Plätze, {german}."),
        format!(" Without the measures: {staffed} places, {english}."),
    )
}
