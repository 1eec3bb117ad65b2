//! From TOML to a scenario, with every problem at once.

use domain::{
    AreaId, FacilityId, FacilityKind, InputProblem, Location, Month, MonthRange, ProviderId,
};
use forecast::DemandView;
use jiff::civil::Date;
use toml::de::DeTable;

use super::inherit::{self, Chain, FindParent, ScenarioFile};
use super::section::{Section, Source};
use super::{
    Change, Direction, GivenDemand, Opening, Places, ScenarioSpec, checks, costs, levers, measures,
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
    "parent",
    "drop",
    "seed",
    "paths",
    "demand_view",
    "end_of_lease",
    "licence",
    "convert",
    "staff",
    "move_staff",
    "lever",
    "costs",
    "travel",
    "replacement",
    "optimise",
    "constraints",
    "scoring",
];
/// Demand paths unless the file says otherwise.
const USUAL_PATHS: u32 = 200;
/// Fewest and most demand paths.
const PATHS: (u32, u32) = (40, 5000);

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
        let file = ScenarioFile {
            name: file.to_owned(),
            text: text.to_owned(),
        };
        Self::parse_with(file, &mut |_, _| {
            Err("only one file is read here".to_owned())
        })
    }

    /// The same of a file that may name a parent: `parents` finds it. A file whose name ends in
    /// `.json` is JSON with the same keys; days are texts there, and problems name the path of the
    /// key instead of a line.
    ///
    /// The child has everything its parent has. A key of the child goes before that of the parent; a
    /// measure of the child goes before the parent's of the same kind, facility, care type and day
    /// (a closing or opening: of the same facility); `[[drop]]` leaves one out.
    ///
    /// # Errors
    ///
    /// Every problem of all files at once; E4140 and E4141 alone.
    pub fn parse_with(
        file: ScenarioFile,
        parents: &mut FindParent<'_>,
    ) -> Result<Self, Vec<InputProblem>> {
        let name = file.name.clone();
        let Chain { origins, texts } = inherit::chain(file, parents)?;
        let mut source = Source {
            file: &name,
            origins: &origins,
            problems: Vec::new(),
        };
        let mut documents = Vec::new();
        for text in &texts {
            let (document, errors) = DeTable::parse_recoverable(text);
            for error in errors {
                let position = error.span().map_or(0, |span| span.start);
                let start = text[..position.min(text.len())]
                    .rfind('\n')
                    .map_or(0, |place| place + 1);
                let shown = text[start..]
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .trim_start();
                let shown: String = shown.chars().take(80).collect();
                let start = text.len() - text.trim_start_matches(' ').len();
                source.note(
                    code::NOT_TOML,
                    origins.line_at(position.max(start)),
                    "",
                    &shown,
                    format!("this is not TOML: {}", error.message()),
                    "correct the line; texts stand in quotation marks, dates do not",
                );
            }
            documents.push(document.into_inner());
        }
        let mut spec = None;
        if source.problems.is_empty() {
            // From the oldest file on, so that each leaves out what all files above it hold.
            let mut top = DeTable::new();
            for mut child in documents.into_iter().rev() {
                for unused in inherit::inherited(&mut child, top) {
                    source.nothing_to_drop(&unused);
                }
                top = child;
            }
            spec = read(Section::whole_file(&top), &mut source);
        }
        let mut problems = source.problems;
        origins.sort(&mut problems);
        problems.dedup();
        match spec {
            Some(mut spec) if problems.is_empty() => {
                spec.origins = origins;
                Ok(spec)
            }
            _ => Err(problems),
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
    let ends = measures::ends(source, top);
    let licences = measures::licences(source, top);
    let (seed, paths) = (seed(source, top), paths(source, top));
    let demand_view = demand_view(source, top);
    let conversions = each(source, top, "convert", "[[convert]]", measures::conversion);
    let staff_changes = each(source, top, "staff", "[[staff]]", measures::staff_change);
    let staff_shifts = each(
        source,
        top,
        "move_staff",
        "[[move_staff]]",
        measures::staff_shift,
    );
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
    let travel = super::travel::read(source, top);
    let closure_choice = super::optimise::read(source, top);
    let spec = ScenarioSpec {
        travel: travel?,
        closure_choice,
        file: source.file.to_owned(),
        name: name?,
        months: MonthRange::new(first_month?, months? as usize),
        target_cover: cover?,
        limit_km: limit?,
        report_dates: report_dates.iter().map(|(date, _)| *date).collect(),
        closings: ends.closings,
        openings,
        changes,
        demand,
        origins: Default::default(),
        seed: seed?,
        paths: paths?,
        demand_view: demand_view?,
        lease_ends: ends.leases.into_iter().collect(),
        pauses: ends.pauses,
        withdrawals: licences.withdrawals,
        licensed: licences.places,
        conversions,
        staff_changes,
        staff_shifts,
        ramp_ups: measures::ramp_ups(source, top),
        one_offs: measures::one_offs(source, top),
        levers: levers::read(source, top),
        costs: costs::read(source, top),
    };
    checks::dates(source, &spec, &report_dates);
    checks::twice(source, &spec);
    checks::contradictions(source, &spec);
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
pub(super) fn each<T>(
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

pub(super) fn optional_number(
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

fn seed(source: &mut Source<'_>, top: Section<'_>) -> Option<u64> {
    match source.find(top, "seed") {
        None => Some(1),
        Some(found) => source.whole(found, 0, u32::MAX).map(u64::from),
    }
}

fn paths(source: &mut Source<'_>, top: Section<'_>) -> Option<usize> {
    let paths = match source.find(top, "paths") {
        None => Some(USUAL_PATHS),
        Some(found) => source.whole(found, PATHS.0, PATHS.1),
    };
    paths.map(|paths| paths as usize)
}

fn demand_view(source: &mut Source<'_>, top: Section<'_>) -> Option<DemandView> {
    match source.find(top, "demand_view") {
        None => Some(DemandView::Residence),
        Some(found) => source.parsed(found, |text| match text {
            "residence" => Ok(DemandView::Residence),
            "latent" => Ok(DemandView::Latent),
            _ => Err("write \"residence\" (children in care by home area) or \"latent\" (with those who wait)"),
        }),
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
pub(super) fn identifier<T, E: std::fmt::Display>(
    source: &mut Source<'_>,
    section: Section<'_>,
    key: &'static str,
    new: impl FnOnce(&str) -> Result<T, E>,
) -> Option<T> {
    let found = source.need(section, key)?;
    source.parsed(found, new)
}

/// A day that must be there.
pub(super) fn day(
    source: &mut Source<'_>,
    section: Section<'_>,
    key: &'static str,
) -> Option<Date> {
    let found = source.need(section, key)?;
    source.day(found)
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

pub(super) fn opening(source: &mut Source<'_>, section: Section<'_>) -> Option<Opening> {
    let keys = [
        "facility",
        "provider",
        "kind",
        "area",
        "latitude",
        "longitude",
        "from",
        "places",
        "ramp_up",
        "cost_euros",
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
        "cost_euros",
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
