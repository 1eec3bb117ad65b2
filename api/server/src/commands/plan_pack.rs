//! What `placewright plan` writes beside the report: ways, re-placement, comparison, council pack.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use charts::{CapacityFan, PlanTimeline, SensitivityTornado};
use disclosure::{DisclosurePolicy, Label, ReleasedTable};
use domain::{AreaId, CareType};
use jiff::civil::Date;
use scenario::{
    ConfidentialReplacement, CouncilPack, DemandTable, Language, PackPicture, PackSection,
    PackTable, PlanRequest, ReleasedReplacement, ReplacementError, ScenarioComparison,
    ScenarioError, ScenarioReport, ScenarioSpec, Sensitivity, SensitivityOf, TOTAL_AREA,
    TravelTimes, check_replacement, long_ways, replace_displaced, sensitivity, write_cover_map,
};
use tables::City;

use super::plan_tables::{area_name, comparison_table, released_table};
use crate::failure::Failure;
use crate::files::{OutputFolder, name, open};

/// Districts with a picture of their own, the most changed first.
const MOST_DISTRICTS: usize = 4;

/// Everything that belongs to one scenario, as far as it may be shown.
pub(crate) struct Extras {
    /// Re-placement of displaced children.
    pub(crate) replacement: ReleasedReplacement,
    /// Children of three and over with a long way, by district.
    pub(crate) long_ways: Option<ReleasedTable>,
    /// What the minutes are.
    pub(crate) ways: Label,
    /// The day of the long ways.
    pub(crate) ways_on: Date,
}

/// Turns problems of the input into a failure with a list.
fn failed(error: ScenarioError) -> Failure {
    match error {
        ScenarioError::Input(problems) => Failure::Input(problems),
        other => Failure::Run(other.into()),
    }
}

/// The ways of a scenario: from the matrix beside its file, or estimated.
fn travel_times(city: &City, spec: &ScenarioSpec, scenario: &Path) -> Result<TravelTimes, Failure> {
    let travel = spec.travel();
    match &travel.matrix {
        None => TravelTimes::estimated(city, travel.mode, travel.assumption).map_err(failed),
        Some(file) => {
            let path = scenario.with_file_name(file);
            TravelTimes::read_matrix(city, spec, &name(&path), open(&path)?).map_err(failed)
        }
    }
}

/// Places displaced children again and counts long ways, both checked and protected.
pub(crate) fn extras(
    city: &City,
    spec: &ScenarioSpec,
    request: &PlanRequest,
    scenario: &Path,
) -> Result<Extras, Failure> {
    let times = travel_times(city, spec, scenario)?;
    let replacement = checked_replacement(city, spec, request, &times)?;
    let policy = DisclosurePolicy::default();
    let limit = spec.travel().limit_minutes;
    let counted = long_ways(city, &times, request.known_on, limit).map_err(failed)?;
    let ways = counted.note().clone();
    Ok(Extras {
        replacement: replacement.release(&policy).map_err(failed)?,
        long_ways: counted.release(&policy).map_err(failed)?,
        ways,
        ways_on: request.known_on,
    })
}

/// Places displaced children again, and has the result checked by a checker that does not know the
/// matching engine.
fn checked_replacement(
    city: &City,
    spec: &ScenarioSpec,
    request: &PlanRequest,
    times: &TravelTimes,
) -> Result<ConfidentialReplacement, Failure> {
    let result = replace_displaced(city, spec, request, times).map_err(|error| match error {
        ReplacementError::Scenario(error) => failed(error),
        other => Failure::Run(other.into()),
    })?;
    let faults = check_replacement(city, spec, request, times, &result).map_err(failed)?;
    if let Some(fault) = faults.first() {
        return Err(Failure::Run(anyhow::anyhow!(
            "the checker found {} faults in the re-placement of displaced children, so nothing was written; please report this: {fault:?}",
            faults.len()
        )));
    }
    Ok(result)
}

impl Extras {
    /// Sentences for the summary.
    pub(crate) fn sentences(&self, language: Language) -> Vec<String> {
        let found = &self.replacement;
        let german = language == Language::German;
        let number = |value: f64, decimals: usize| {
            let text = format!("{value:.decimals$}");
            if german { text.replace('.', ",") } else { text }
        };
        let limit = found.limit_minutes;
        let mut said = Vec::new();
        if found.table.is_some() {
            let hidden = if german {
                "einige (geschützte Anzahl)"
            } else {
                "a protected number of"
            };
            let left = if found.left_over == "." {
                hidden
            } else {
                &found.left_over
            };
            said.push(if german {
                format!("Wieder unterbringen: {left} Kinder geschlossener Einrichtungen finden keinen Platz bis {} Minuten.", found.longest_minutes)
            } else {
                format!("Placing again: {left} children of closed facilities find no place within {} minutes.", found.longest_minutes)
            });
        }
        if let Some(share) = found.within_limit_per_cent {
            let share = number(share, 1);
            said.push(if german {
                format!("{share} % der Kinder, die einen Platz brauchen, finden ihn innerhalb von {limit} Minuten.")
            } else {
                format!("{share} % of the children who need a place find one within {limit} minutes.")
            });
        }
        if let (Some(mean), Some(p90)) = (found.mean_extra_minutes, found.p90_extra_minutes) {
            let (mean, p90) = (number(mean, 1), number(p90, 0));
            said.push(if german {
                format!("Ihr Weg ändert sich im Mittel um {mean} Minuten; für neun von zehn wird er um höchstens {p90} Minuten länger.")
            } else {
                format!("Their way changes by {mean} minutes in the mean; for nine of ten it becomes at most {p90} minutes longer.")
            });
        }
        if let Some(table) = &self.long_ways
            && let Some(longer) = table.display(&["_total", "longer"])
        {
            let day = self.ways_on;
            said.push(if german {
                format!("Kinder ab drei Jahren mit mehr als {limit} Minuten Weg am {day}: {longer} ({}).", self.ways.de)
            } else {
                format!("Children of three and over with a way of more than {limit} minutes on {day}: {longer} ({}).", self.ways.en)
            });
        }
        said
    }

    /// Writes the released tables.
    pub(crate) fn write(&self, output: &mut OutputFolder) -> anyhow::Result<()> {
        if let Some(table) = &self.replacement.table {
            output.write("replacement.csv", |to| table.write_csv(to))?;
        }
        if let Some(table) = &self.long_ways {
            output.write("long_ways.csv", |to| table.write_csv(to))?;
        }
        output.write("replacement.json", |to| {
            serde_json::to_writer_pretty(to, &self.replacement)
        })
    }
}

/// Writes a map for each day and care type in which a district changes.
pub(crate) fn write_maps(
    city: &City,
    report: &ScenarioReport,
    output: &mut OutputFolder,
) -> Result<(), Failure> {
    let changed: BTreeSet<(Date, CareType)> = report
        .rows
        .iter()
        .filter(|row| row.area != TOTAL_AREA && row.baseline != row.scenario)
        .map(|row| (row.date, row.care_type))
        .collect();
    for (date, care) in changed {
        let mut map = Vec::new();
        write_cover_map(city, report, date, care, &mut map)
            .map_err(failed)?
            .map_err(|error| Failure::Run(error.into()))?;
        output.write(&format!("cover_map_{care}_{date}.geojson"), |to| {
            to.write_all(&map)
        })?;
    }
    Ok(())
}

/// What a council pack is made of.
pub(crate) struct Pack<'a> {
    pub(crate) city: &'a City,
    pub(crate) spec: &'a ScenarioSpec,
    pub(crate) request: &'a PlanRequest,
    pub(crate) demand: &'a DemandTable,
    pub(crate) report: &'a ScenarioReport,
    pub(crate) extras: &'a Extras,
    pub(crate) comparison: Option<&'a ScenarioComparison>,
}

impl Pack<'_> {
    /// Writes the pack in both languages, its pictures and its tables.
    pub(crate) fn write(&self, output: &mut OutputFolder) -> Result<(), Failure> {
        let sensitivities = self.sensitivities()?;
        for sensitivity in &sensitivities {
            let file = format!("sensitivity_{}.csv", sensitivity.of.care_type);
            output.write(&file, |to| sensitivity.write_csv(to))?;
        }
        for language in [Language::German, Language::English] {
            let tag = language_of(language).tag();
            let pack = self.pack(language, &sensitivities)?;
            output.write(&format!("council_pack_{tag}.html"), |to| {
                pack.write_html(to)
            })?;
            for (number, table) in (1..).zip(pack.tables()) {
                let file = format!("tables_{tag}/{number:02}.csv");
                output.write(&file, |to| table.write_csv(to))?;
            }
            let pictures = pack.sections.iter().flat_map(|section| &section.pictures);
            for (number, picture) in (1..).zip(pictures) {
                let file = format!("pictures_{tag}/{number:02}.svg");
                output.write(&file, |to| to.write_all(picture.svg.as_bytes()))?;
            }
        }
        Ok(())
    }

    /// Care types in which something changes, with the last day on which it does.
    fn changed(&self) -> BTreeMap<CareType, Date> {
        let rows = self.report.rows.iter();
        let changed = rows.filter(|row| row.baseline != row.scenario);
        let mut days = BTreeMap::new();
        for row in changed {
            let day = days.entry(row.care_type).or_insert(row.date);
            *day = row.date.max(*day);
        }
        days
    }

    fn sensitivities(&self) -> Result<Vec<Sensitivity>, Failure> {
        let figures = self.changed().into_iter();
        figures
            .map(|(care_type, date)| {
                let of = SensitivityOf {
                    area: None,
                    care_type,
                    date,
                };
                sensitivity(self.city, self.spec, self.request, self.demand, of).map_err(failed)
            })
            .collect()
    }

    fn pack(&self, language: Language, bars: &[Sensitivity]) -> Result<CouncilPack, Failure> {
        let german = language == Language::German;
        let pick = |de: &str, en: &str| if german { de } else { en }.to_owned();
        let name = self.report.name.as_str();
        let mut sections = vec![PackSection {
            heading: pick("Ergebnis", "Result"),
            findings: self.report.findings(language),
            tables: vec![self.cover_table(language)],
            ..PackSection::default()
        }];
        sections.push(PackSection {
            heading: pick("Zeitplan", "Timeline"),
            pictures: self.timeline(language)?.into_iter().collect(),
            ..PackSection::default()
        });
        sections.push(PackSection {
            heading: pick("Bedarf und Plätze", "Demand and places"),
            pictures: self.fans(language)?,
            ..PackSection::default()
        });
        sections.push(PackSection {
            heading: pick("Was jede Maßnahme bewirkt", "What each measure does"),
            pictures: tornados(bars, language)?,
            ..PackSection::default()
        });
        let tables = [&self.extras.replacement.table, &self.extras.long_ways];
        let tables = tables.into_iter().flatten();
        sections.push(PackSection {
            heading: pick("Kinder und Wege", "Children and ways"),
            findings: self.public_sentences(language),
            tables: tables
                .map(|table| released_table(table, language))
                .collect(),
            ..PackSection::default()
        });
        if let Some(comparison) = self.comparison {
            sections.push(PackSection {
                heading: pick("Szenarien im Vergleich", "Scenarios compared"),
                tables: vec![comparison_table(comparison, language)],
                ..PackSection::default()
            });
        }
        let known_on = self.report.known_on;
        Ok(CouncilPack {
            language,
            title: if german {
                format!("Szenario: {name}")
            } else {
                format!("Scenario: {name}")
            },
            subtitle: if german {
                format!("Stand der Daten: {known_on}")
            } else {
                format!("Data as known on {known_on}")
            },
            sections,
            notes: self.notes(language),
        })
    }

    /// The sentences without those that stand for the planner only.
    fn public_sentences(&self, language: Language) -> Vec<String> {
        let mut said = self.extras.sentences(language);
        said.retain(|sentence| !sentence.contains('<'));
        said
    }

    fn notes(&self, language: Language) -> Vec<String> {
        let german = language == Language::German;
        let rule = if german {
            scenario::LIGHT_RULE_GERMAN
        } else {
            scenario::LIGHT_RULE
        };
        let ways = if german {
            &self.extras.ways.de
        } else {
            &self.extras.ways.en
        };
        let mut notes = vec![rule.to_owned(), ways.clone()];
        let tables = [&self.extras.replacement.table, &self.extras.long_ways];
        if let Some(table) = tables.into_iter().flatten().next() {
            let note = table.method_note();
            notes.push(if german { note.de } else { note.en });
        }
        notes.push(if german {
            "Unterbringung der Kinder: eine Runde des Vergabeverfahrens je Monat; niemand verliert einen Platz, ein Platz wird nur für die ganze Dauer vergeben. Die Entscheidung bleibt bei den Trägern.".to_owned()
        } else {
            "Placing the children again: one round of the matching engine for each month; nobody loses a place, and a place is given for the whole stay only. Providers decide.".to_owned()
        });
        notes
    }

    fn source() -> Label {
        Label::new(
            "Plätze und Verträge der Stadt",
            "the city's places and contracts",
        )
    }

    fn timeline(&self, language: Language) -> Result<Option<PackPicture>, Failure> {
        let timeline = match PlanTimeline::new(self.spec, &Self::source()) {
            Ok(timeline) => timeline,
            Err(_) => return Ok(None), // a scenario without measures has no timeline
        };
        let svg = timeline.svg(language_of(language)).map_err(drawn)?;
        Ok(Some(picture(&svg, timeline.table(language_of(language)))))
    }

    fn fans(&self, language: Language) -> Result<Vec<PackPicture>, Failure> {
        let mut pictures = Vec::new();
        for care in self.changed().into_keys() {
            for area in self.shown_areas(care) {
                let fan = CapacityFan::new(self.report, &area, care, &Self::source());
                let fan = fan.map_err(drawn)?;
                let svg = fan.svg(language_of(language)).map_err(drawn)?;
                pictures.push(picture(&svg, fan.table(language_of(language))));
            }
        }
        Ok(pictures)
    }

    /// The city, and the districts that change most.
    fn shown_areas(&self, care: CareType) -> Vec<String> {
        let mut changes: BTreeMap<&str, u64> = BTreeMap::new();
        for row in self.report.rows.iter().filter(|row| row.care_type == care) {
            let change = row.baseline.staffed.abs_diff(row.scenario.staffed);
            if row.area != TOTAL_AREA && change > 0 {
                let most = changes.entry(&row.area).or_default();
                *most = change.max(*most);
            }
        }
        let mut districts: Vec<(&str, u64)> = changes.into_iter().collect();
        districts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let districts = districts.into_iter().take(MOST_DISTRICTS);
        let names = districts.map(|(district, _)| district.to_owned());
        std::iter::once(TOTAL_AREA.to_owned())
            .chain(names)
            .collect()
    }

    fn cover_table(&self, language: Language) -> PackTable {
        let german = language == Language::German;
        let columns = if german {
            [
                "Gebiet",
                "Betreuungsart",
                "Stichtag",
                "Bedarf P50",
                "Plätze ohne Maßnahmen",
                "Plätze mit Maßnahmen",
                "Deckung in %",
                "Ampel",
                "Risiko in %",
            ]
        } else {
            [
                "area",
                "care type",
                "date",
                "demand P50",
                "places without measures",
                "places with measures",
                "cover in %",
                "light",
                "risk in %",
            ]
        };
        let decimal = |value: f64| {
            let text = format!("{value:.1}");
            if german { text.replace('.', ",") } else { text }
        };
        let rows = self.report.rows.iter().map(|row| {
            let cover = row.scenario.cover;
            let light = cover.map_or("", |it| {
                if german {
                    it.light.german()
                } else {
                    it.light.as_str()
                }
            });
            let care = row.care_type;
            vec![
                area_name(&row.area, &row.area_name, german),
                if german {
                    care.german()
                } else {
                    care.english()
                }
                .to_owned(),
                row.date.to_string(),
                row.demand
                    .map(|it| format!("{:.0}", it.p50()))
                    .unwrap_or_default(),
                row.baseline.staffed.to_string(),
                row.scenario.staffed.to_string(),
                cover
                    .and_then(|it| it.at_p50_per_cent)
                    .map(decimal)
                    .unwrap_or_default(),
                light.to_owned(),
                cover
                    .map(|it| format!("{:.0}", it.shortfall_probability * 100.0))
                    .unwrap_or_default(),
            ]
        });
        PackTable {
            caption: if german {
                "Deckung je Gebiet"
            } else {
                "Cover by area"
            }
            .to_owned(),
            columns: columns.map(str::to_owned).to_vec(),
            rows: rows.collect(),
        }
    }
}

/// The same language for pictures.
const fn language_of(language: Language) -> charts::Language {
    match language {
        Language::German => charts::Language::German,
        Language::English => charts::Language::English,
    }
}

fn drawn(error: charts::ChartError) -> Failure {
    Failure::Run(error.into())
}

fn picture(svg: &charts::Svg, table: PackTable) -> PackPicture {
    PackPicture {
        svg: svg.as_str().to_owned(),
        caption: svg.title().to_owned(),
        table,
    }
}

fn tornados(bars: &[Sensitivity], language: Language) -> Result<Vec<PackPicture>, Failure> {
    let mut pictures = Vec::new();
    for sensitivity in bars.iter().filter(|it| !it.bars.is_empty()) {
        let area = match &sensitivity.of.area {
            None => Label::new("Gesamtstadt", "Whole city"),
            Some(area) => Label::new(AreaId::as_str(area), AreaId::as_str(area)),
        };
        let tornado = SensitivityTornado::new(sensitivity, area, Pack::source()).map_err(drawn)?;
        let svg = tornado.svg(language_of(language)).map_err(drawn)?;
        pictures.push(picture(&svg, tornado.table(language_of(language))));
    }
    Ok(pictures)
}
