//! From TOML to a scenario, with every problem at once.

use std::collections::BTreeSet;

use domain::{
    AreaId, FacilityId, FacilityKind, InputProblem, Location, Month, MonthRange, ProviderId,
};
use jiff::civil::Date;
use toml::de::DeTable;

use super::section::{Found, Section, Source};
use super::{
    Change, Closing, Direction, GivenDemand, Opening, Places, ScenarioSpec, StaffTransfer,
};
use crate::codes as code;
use crate::demand::Quantiles;

/// Most months of a horizon: twenty years.
const MOST_MONTHS: u32 = 240;
/// Most places of a facility and care type, as in table capacities.
const MOST_PLACES: u32 = 2000;
/// Most places a demand may name.
const MOST_DEMAND: f64 = 100_000_000.0;
/// Cover aimed at unless the file says otherwise: 105 % of the median demand (assumption).
const USUAL_COVER: f64 = 1.05;
/// Acceptable way unless the file says otherwise: 2 km as the crow flies (assumption).
const USUAL_LIMIT_KM: f64 = 2.0;

const WHOLE_FILE: &[&str] = &[
    "name",
    "first_month",
    "months",
    "target_cover",
    "limit_km",
    "report_dates",
    "close",
    "open",
    "expand",
    "shrink",
    "demand",
];

impl ScenarioSpec {
    /// Reads a scenario file. Rows in problems are lines of the file.
    ///
    /// ```
    /// use scenario::ScenarioSpec;
    /// let text = r#"
    /// name = "close K2"
    /// first_month = "2026-04"
    /// months = 48
    /// target_cover = 1.05
    ///
    /// [[close]]
    /// facility = "K2"
    /// on = 2028-07-31
    /// staff_transfer = "within_plan"
    /// "#;
    /// let spec = ScenarioSpec::parse(text, "close.toml").unwrap();
    /// assert_eq!(spec.closings().len(), 1);
    ///
    /// let wrong = text.replace("2028-07-31", "2038-07-31").replace("months", "month");
    /// let problems = ScenarioSpec::parse(&wrong, "close.toml").unwrap_err();
    /// let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    /// assert_eq!(codes, ["E4003", "E4002"]); // `months` is missing, `month` is unknown
    /// ```
    ///
    /// # Errors
    ///
    /// Every problem of the file at once, in the order of its lines.
    pub fn parse(text: &str, file: &str) -> Result<Self, Vec<InputProblem>> {
        let mut source = Source {
            file,
            text,
            problems: Vec::new(),
        };
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let line = source.line_at(error.span().map_or(0, |span| span.start));
            let shown = text.lines().nth(line as usize - 1).unwrap_or_default();
            let shown: String = shown.chars().take(80).collect();
            source.note(
                code::NOT_TOML,
                line,
                "",
                &shown,
                format!("this is not TOML: {}", error.message()),
                "correct the line; texts stand in quotation marks, dates do not",
            );
        }
        let spec = if source.problems.is_empty() {
            read(Section::whole_file(document.get_ref()), &mut source)
        } else {
            None
        };
        source
            .problems
            .sort_by(|a, b| (a.row, &a.column, a.code).cmp(&(b.row, &b.column, b.code)));
        match spec {
            Some(spec) if source.problems.is_empty() => Ok(spec),
            _ => Err(source.problems),
        }
    }
}

/// Reads the whole file; problems are noted in `source`.
fn read(top: Section<'_>, source: &mut Source<'_>) -> Option<ScenarioSpec> {
    source.refuse_other_keys(top, WHOLE_FILE);
    let name = source.need(top, "name");
    let name = name.and_then(|found| {
        source.parsed(found, |text| match text.trim() {
            "" => Err("a name of 1 to 200 characters is needed"),
            name if name.chars().count() > 200 => Err("a name of 1 to 200 characters is needed"),
            name => Ok(name.to_owned()),
        })
    });
    let first_month = source.need(top, "first_month");
    let first_month = first_month.and_then(|found| source.parsed(found, str::parse::<Month>));
    let months = source.need(top, "months");
    let months = months.and_then(|found| source.whole(found, 1, MOST_MONTHS));
    let cover = optional_number(source, top, "target_cover", (0.5, 2.0), USUAL_COVER);
    let limit = optional_number(source, top, "limit_km", (0.1, 100.0), USUAL_LIMIT_KM);
    let report_dates = report_dates(source, top);
    let closings = each(source, top, "close", "[[close]]", closing);
    let openings = each(source, top, "open", "[[open]]", opening);
    let mut changes = each(source, top, "expand", "[[expand]]", |source, section| {
        change(source, section, Direction::Expand)
    });
    changes.extend(each(
        source,
        top,
        "shrink",
        "[[shrink]]",
        |source, section| change(source, section, Direction::Shrink),
    ));
    let demand = each(source, top, "demand", "[[demand]]", demand);
    let spec = ScenarioSpec {
        file: source.file.to_owned(),
        name: name?,
        months: MonthRange::new(first_month?, months? as usize),
        target_cover: cover?,
        limit_km: limit?,
        report_dates: report_dates.iter().map(|(date, _)| *date).collect(),
        closings,
        openings,
        changes,
        demand,
    };
    check_dates(source, &spec, &report_dates);
    check_twice(source, &spec);
    if spec.dates().is_empty() {
        source.note(
            code::NOTHING_TO_REPORT,
            1,
            "report_dates",
            "",
            "the scenario names no date to report on",
            "give report_dates or demand, or a horizon with a 1 March in it",
        );
    }
    Some(spec)
}

/// Reads every entry of a kind of section.
fn each<T>(
    source: &mut Source<'_>,
    top: Section<'_>,
    key: &'static str,
    name: &'static str,
    mut read: impl FnMut(&mut Source<'_>, Section<'_>) -> Option<T>,
) -> Vec<T> {
    source
        .sections(top, key, name)
        .into_iter()
        .filter_map(|section| read(source, section))
        .collect()
}

fn optional_number(
    source: &mut Source<'_>,
    section: Section<'_>,
    key: &'static str,
    (low, high): (f64, f64),
    usual: f64,
) -> Option<f64> {
    match source.find(section, key) {
        None => Some(usual),
        Some(found) => source.number(found, low, high),
    }
}

fn report_dates(source: &mut Source<'_>, top: Section<'_>) -> Vec<(Date, u64)> {
    let Some(found) = source.find(top, "report_dates") else {
        return Vec::new();
    };
    let items = source.list(found);
    items
        .into_iter()
        .filter_map(|item| Some((source.day(item)?, item.line())))
        .collect()
}

/// An identifier that must be there.
fn identifier<T, E: std::fmt::Display>(
    source: &mut Source<'_>,
    section: Section<'_>,
    key: &'static str,
    new: impl FnOnce(&str) -> Result<T, E>,
) -> Option<T> {
    let found = source.need(section, key)?;
    source.parsed(found, new)
}

/// A day that must be there.
fn day(source: &mut Source<'_>, section: Section<'_>, key: &'static str) -> Option<Date> {
    let found = source.need(section, key)?;
    source.day(found)
}

fn closing(source: &mut Source<'_>, section: Section<'_>) -> Option<Closing> {
    source.refuse_other_keys(section, &["facility", "on", "staff_transfer"]);
    let facility = identifier(source, section, "facility", FacilityId::new);
    let on = day(source, section, "on");
    let transfer = source.need(section, "staff_transfer");
    let transfer = transfer.and_then(|found| staff_transfer(source, found));
    let closing = Closing {
        facility: facility?,
        on: on?,
        staff_transfer: transfer?,
        line: section.line,
    };
    if let StaffTransfer::To(targets) = &closing.staff_transfer
        && targets.contains(&closing.facility)
    {
        source.note(
            code::TRANSFER_TO_ITSELF,
            section.line,
            "staff_transfer",
            closing.facility.as_str(),
            "the staff would move to the facility that closes",
            "remove it from the list",
        );
    }
    Some(closing)
}

fn staff_transfer(source: &mut Source<'_>, found: Found<'_>) -> Option<StaffTransfer> {
    if found.is_text() {
        return source.parsed(found, |text| match text {
            "none" => Ok(StaffTransfer::None),
            "within_plan" => Ok(StaffTransfer::WithinPlan),
            _ => Err("write \"none\", \"within_plan\" or a list of facilities"),
        });
    }
    let items = source.list(found);
    let mut targets: Vec<FacilityId> = Vec::new();
    for item in items {
        let target = source.parsed(item, FacilityId::new)?;
        if targets.contains(&target) {
            source.note(
                code::GIVEN_TWICE,
                item.line(),
                "staff_transfer",
                target.as_str(),
                "the facility is named twice",
                "keep one of them",
            );
        } else {
            targets.push(target);
        }
    }
    Some(StaffTransfer::To(targets))
}

/// The keys `licensed`, `planned` and `staffed`.
fn places(source: &mut Source<'_>, section: Section<'_>) -> Option<Places> {
    let mut count = |key| {
        let found = source.need(section, key)?;
        source.whole(found, 0, MOST_PLACES)
    };
    let (licensed, planned, staffed) = (count("licensed"), count("planned"), count("staffed"));
    let places = Places {
        licensed: licensed?,
        planned: planned?,
        staffed: staffed?,
    };
    if places.staffed > places.licensed {
        source.note(
            code::STAFFED_ABOVE_LICENSED,
            section.line,
            "staffed",
            &places.staffed.to_string(),
            format!(
                "more places are staffed than the {} licensed",
                places.licensed
            ),
            "lower staffed or raise licensed",
        );
    }
    Some(places)
}

fn opening(source: &mut Source<'_>, section: Section<'_>) -> Option<Opening> {
    let keys = [
        "facility",
        "provider",
        "kind",
        "area",
        "latitude",
        "longitude",
        "from",
        "places",
    ];
    source.refuse_other_keys(section, &keys);
    let facility = identifier(source, section, "facility", FacilityId::new);
    let provider = identifier(source, section, "provider", ProviderId::new);
    let area = identifier(source, section, "area", AreaId::new);
    let kind = match source.find(section, "kind") {
        None => Some(FacilityKind::DayCareCentre),
        Some(found) => source.parsed(found, |text| {
            let mut kinds = FacilityKind::ALL.into_iter();
            let names = FacilityKind::ALL.map(FacilityKind::as_str).join(", ");
            kinds
                .find(|kind| kind.as_str() == text)
                .ok_or_else(|| format!("write one of {names}"))
        }),
    };
    let mut degrees = |key, most: f64| {
        let found = source.need(section, key)?;
        source.number(found, -most, most)
    };
    let (latitude, longitude) = (degrees("latitude", 90.0), degrees("longitude", 180.0));
    let from = day(source, section, "from");
    let places = opening_places(source, section, kind);
    Some(Opening {
        facility: facility?,
        provider: provider?,
        kind: kind?,
        area: area?,
        location: Location::new(latitude?, longitude?).ok()?,
        from: from?,
        places,
        line: section.line,
    })
}

/// The entries `[[open.places]]`, each care type once.
fn opening_places(
    source: &mut Source<'_>,
    section: Section<'_>,
    kind: Option<FacilityKind>,
) -> Vec<(domain::CareType, Places)> {
    if source.need(section, "places").is_none() {
        return Vec::new();
    }
    let mut found: Vec<(domain::CareType, Places)> = Vec::new();
    for entry in source.sections(section, "places", "[[open.places]]") {
        source.refuse_other_keys(entry, &["care_type", "licensed", "planned", "staffed"]);
        let (care, places) = (source.care_type(entry), places(source, entry));
        let (Some(care), Some(places)) = (care, places) else {
            continue;
        };
        if found.iter().any(|(other, _)| *other == care) {
            source.note(
                code::GIVEN_TWICE,
                entry.line,
                "care_type",
                care.as_str(),
                "the places of this care type are given twice",
                "keep one of them",
            );
        }
        if let Some(most) = kind.and_then(FacilityKind::most_present)
            && places.licensed > most
        {
            source.note(
                code::BAD_VALUE,
                entry.line,
                "licensed",
                &places.licensed.to_string(),
                format!("a childminder site may have at most {most} places (§ 43(3) SGB VIII)"),
                "lower the places or correct the kind of the facility",
            );
        }
        found.push((care, places));
    }
    found
}

fn change(source: &mut Source<'_>, section: Section<'_>, direction: Direction) -> Option<Change> {
    let keys = [
        "facility",
        "care_type",
        "from",
        "licensed",
        "planned",
        "staffed",
    ];
    source.refuse_other_keys(section, &keys);
    let facility = identifier(source, section, "facility", FacilityId::new);
    let care_type = source.care_type(section);
    let from = day(source, section, "from");
    let places = places(source, section);
    Some(Change {
        direction,
        facility: facility?,
        care_type: care_type?,
        from: from?,
        places: places?,
        line: section.line,
    })
}

fn demand(source: &mut Source<'_>, section: Section<'_>) -> Option<GivenDemand> {
    source.refuse_other_keys(section, &["date", "care_type", "area", "p10", "p50", "p90"]);
    let date = day(source, section, "date");
    let care_type = source.care_type(section);
    let area = match source.find(section, "area") {
        None => Some(None),
        Some(found) => source.parsed(found, AreaId::new).map(Some),
    };
    let mut quantile = |key| {
        let found = source.need(section, key)?;
        source.number(found, 0.0, MOST_DEMAND)
    };
    let (p10, p50, p90) = (quantile("p10"), quantile("p50"), quantile("p90"));
    let places = match Quantiles::new(p10?, p50?, p90?) {
        Ok(places) => places,
        Err(error) => {
            source.note(
                code::QUANTILES_CROSS,
                section.line,
                "p10, p50, p90",
                &format!("{}, {}, {}", p10?, p50?, p90?),
                error.to_string(),
                "give them so that none is less than the one before",
            );
            return None;
        }
    };
    Some(GivenDemand {
        area: area?,
        care_type: care_type?,
        date: date?,
        places,
        line: section.line,
    })
}

/// Every date lies within the horizon.
fn check_dates(source: &mut Source<'_>, spec: &ScenarioSpec, reports: &[(Date, u64)]) {
    let (first, last) = spec.span();
    let closings = spec.closings.iter().map(|it| ("on", it.on, it.line));
    let openings = spec.openings.iter().map(|it| ("from", it.from, it.line));
    let changes = spec.changes.iter().map(|it| ("from", it.from, it.line));
    let demand = spec.demand.iter().map(|it| ("date", it.date, it.line));
    let reports = reports
        .iter()
        .map(|(date, line)| ("report_dates", *date, *line));
    let dates = closings.chain(openings).chain(changes);
    for (key, date, line) in dates.chain(demand).chain(reports) {
        if date < first || last < date {
            source.note(
                code::OUTSIDE_HORIZON,
                line,
                key,
                &date.to_string(),
                format!("the scenario runs from {first} to {last}"),
                "move the date, or change first_month or months",
            );
        }
    }
}

/// Nothing is given twice.
fn check_twice(source: &mut Source<'_>, spec: &ScenarioSpec) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let closings = spec
        .closings
        .iter()
        .map(|it| (it.line, format!("the closing of {}", it.facility)));
    let openings = spec
        .openings
        .iter()
        .map(|it| (it.line, format!("the opening of {}", it.facility)));
    let changes = spec.changes.iter().map(|it| {
        let what = format!(
            "places of {} for {} from {}",
            it.facility, it.care_type, it.from
        );
        (it.line, what)
    });
    let demand = spec.demand.iter().map(|it| {
        let area = it.area.as_ref().map_or("the city", AreaId::as_str);
        (
            it.line,
            format!("demand of {area} for {} on {}", it.care_type, it.date),
        )
    });
    for (line, what) in closings.chain(openings).chain(changes).chain(demand) {
        if !seen.insert(what.clone()) {
            source.note(
                code::GIVEN_TWICE,
                line,
                "",
                &what,
                "this is given twice",
                "keep one of them",
            );
        }
    }
}
