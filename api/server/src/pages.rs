//! From an analysis to what the pages show.

use std::collections::BTreeMap;

use charts::{AreaMap, AreaOutline, AreaValues, OccupancyHistory, PlaceMonth};
use disclosure::{ConfidentialTable, Dimension, Label, Member, ReleasedTable, TOTAL_CODE, release};
use domain::{CareType, Month};
use http_api::{
    DemandMonthsView, ForecastView, HonestyView, NamedMap, NamedTable, OccupancySection,
    PlannerView, ScenarioView,
};
use scenario::ScenarioReport;
use store::RecordedRun;
use tables::City;

use crate::analysis::Analysis;
use crate::capabilities::capabilities;
use crate::city_forecast::CityForecast;
use crate::city_levers;
use crate::failure::Failure;
use crate::findings::findings;
use crate::tested_forecasts::Named;
use crate::words::{group_names, source};

/// Fills the pages.
pub(crate) fn view(
    analysis: &Analysis,
    city: &City,
    synthetic: bool,
    runs: Vec<RecordedRun>,
) -> Result<PlannerView, Failure> {
    let name = city_name(synthetic);
    let mut view = PlannerView::empty(name, analysis.as_of, env!("CARGO_PKG_VERSION"));
    view.is_synthetic = synthetic;
    view.findings = findings(analysis);
    view.occupancy = sections(analysis, synthetic)?;
    view.maps = maps(analysis, city, synthetic)?;
    view.tables = vec![
        NamedTable::new(
            "contracts_by_area",
            analysis.tables.contracts.clone(),
            analysis.as_of,
        )?,
        NamedTable::new(
            "bound_places",
            analysis.tables.bound_places.clone(),
            analysis.as_of,
        )?,
    ];
    view.forecast = analysis.forecast.as_ref().map(|city| ForecastView {
        forecast: city.forecast.clone(),
        group_names: group_names(),
        source: source(synthetic),
    });
    view.demand = analysis.demand.as_ref().map(|city| DemandMonthsView {
        monthly: city.monthly.clone(),
        notes: city.warnings.iter().map(ToString::to_string).collect(),
        source: source(synthetic),
    });
    if let Some(own) = &analysis.forecast {
        view.levers = city_levers::view(city, &own.forecast, source(synthetic))?;
        view.honesty = honesty(analysis, city, own, synthetic)?;
    }
    if let Some((_, report)) = &analysis.scenario {
        view.scenario = Some(ScenarioView {
            report: report.clone(),
            displaced: displaced(report, analysis)?,
            source: source(synthetic),
        });
    }
    view.capabilities = capabilities();
    view.runs = runs;
    Ok(view)
}

/// How good earlier forecasts of the city would have been, with a map where areas have outlines.
fn honesty(
    analysis: &Analysis,
    city: &City,
    own: &CityForecast,
    synthetic: bool,
) -> Result<Vec<HonestyView>, Failure> {
    let Some(tested) = &analysis.tested else {
        return Ok(Vec::new());
    };
    let named = Named {
        name: "city",
        label: city_name(synthetic),
        source: source(synthetic),
        is_real: false,
    };
    let mut view = tested.view(named, own.forecast.areas())?;
    view.outlines = outlines(city)?;
    Ok(vec![view])
}

fn city_name(synthetic: bool) -> Label {
    if synthetic {
        Label::new("Musterstadt", "Sample City")
    } else {
        Label::new("Stadt", "City")
    }
}

/// The whole city, then every care type, over months.
fn sections(analysis: &Analysis, synthetic: bool) -> Result<Vec<OccupancySection>, Failure> {
    let mut sections = Vec::new();
    let whole = Label::new("Alle Betreuungsarten", "All care types");
    let scopes =
        std::iter::once((None, "all", whole)).chain(CareType::ALL.into_iter().map(|care| {
            (
                Some(care),
                care.as_str(),
                Label::new(care.german(), care.english()),
            )
        }));
    for (care, name, label) in scopes {
        let places: Vec<PlaceMonth> = analysis
            .cube
            .grid()
            .months()
            .iter()
            .filter_map(|month| place_month(analysis, care, month))
            .collect();
        let care_code = care.map_or(TOTAL_CODE, CareType::as_str);
        let history = OccupancyHistory::new(
            label,
            source(synthetic),
            &analysis.series,
            &[TOTAL_CODE, care_code],
            &places,
        )?;
        sections.push(OccupancySection::new(name, history)?);
    }
    Ok(sections)
}

/// Places of a month over one or all care types.
///
/// Bookable places together with contracts would give away reservations and the children of
/// facilities without attested data; where one of these is too small to be shown, the whole month
/// counts as unknown.
fn place_month(analysis: &Analysis, care: Option<CareType>, month: Month) -> Option<PlaceMonth> {
    let cube = &analysis.cube;
    let fresh = |facility: usize| {
        cube.freshness(facility, month)
            .is_some_and(|f| f.is_attested())
    };
    let mut place = PlaceMonth {
        month,
        licensed: 0,
        planned: 0,
        staffed: 0,
        bookable: 0,
        facilities: 0,
        unattested_facilities: 0,
        oldest_attestation_days: Some(0),
    };
    let (mut reservations, mut unattested_children) = (0_u64, 0_u64);
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    for care in CareType::ALL
        .into_iter()
        .filter(|one| care.is_none_or(|care| care == *one))
    {
        let totals = cube.totals(care, month, |_| true)?;
        place.licensed += count(totals.licensed);
        place.planned += count(totals.planned);
        place.staffed += count(totals.staffed);
        place.bookable += totals.bookable;
        place.facilities += count(totals.facilities);
        place.unattested_facilities += count(totals.unattested_facilities);
        place.oldest_attestation_days = place
            .oldest_attestation_days
            .zip(totals.oldest_attestation_days)
            .map(|(a, b)| a.max(b));
        reservations += count(totals.reservations);
        unattested_children += count(cube.totals(care, month, |f| !fresh(f))?.contracts);
    }
    let hidden = |children| analysis.shown(children, "bound_places").value().is_none();
    if hidden(reservations) || hidden(unattested_children) {
        place.unattested_facilities = place.facilities;
        place.bookable = 0;
    }
    Some(place)
}

/// Outlines of the smallest areas.
fn outlines(city: &City) -> Result<Vec<AreaOutline>, Failure> {
    let names: BTreeMap<String, String> = city
        .areas()?
        .into_iter()
        .map(|area| (area.id.to_string(), area.name))
        .collect();
    let outlines = city
        .area_shapes()?
        .into_iter()
        .filter(|shape| !shape.outline.is_empty())
        .filter(|shape| is_smallest(city, shape.area.as_str()))
        .map(|shape| {
            let code = shape.area.to_string();
            let name = names.get(&code).cloned().unwrap_or_else(|| code.clone());
            AreaOutline {
                code,
                label: Label::new(name.clone(), name),
                outline: shape.outline,
            }
        })
        .collect();
    Ok(outlines)
}

/// Children in care by area, and the forecast of the youngest.
fn maps(analysis: &Analysis, city: &City, synthetic: bool) -> Result<Vec<NamedMap>, Failure> {
    let outlines = outlines(city)?;
    if outlines.is_empty() {
        return Ok(Vec::new());
    }
    let title = Label::new(
        "Betreute Kinder nach Lage der Einrichtung, alle Betreuungsarten",
        "Children in care by location of the facility, all care types",
    );
    let children = AreaValues::released(&analysis.tables.contracts, "area", &[], title)?;
    let mut maps = vec![NamedMap::new(
        "children",
        AreaMap::new(outlines.clone(), children, source(synthetic))?,
    )?];
    if let Some(own) = &analysis.forecast {
        let year = own.forecast.origin_year() + 5;
        let title = Label::new(
            format!("Kinder unter 3 am 31. Dezember {year}, Prognose"),
            format!("Children under 3 on 31 December {year}, forecast"),
        );
        let values = AreaValues::forecast(&own.forecast, "U3", year, title)?;
        maps.push(NamedMap::new(
            "forecast-u3",
            AreaMap::new(outlines, values, source(synthetic))?,
        )?);
    }
    Ok(maps)
}

/// Whether no other area lies in it.
fn is_smallest(city: &City, area: &str) -> bool {
    city.areas().is_ok_and(|areas| {
        !areas.iter().any(|other| {
            other
                .parent
                .as_ref()
                .is_some_and(|parent| parent.as_str() == area)
        })
    })
}

/// Children of closing facilities by facility and care type, released.
fn displaced(
    report: &ScenarioReport,
    analysis: &Analysis,
) -> Result<Option<ReleasedTable>, Failure> {
    if report.displaced.is_empty() {
        return Ok(None);
    }
    let facilities = report.displaced.iter().map(|closing| {
        let name = closing.facility().to_string();
        Member::new(name.clone(), Label::new(name.clone(), name))
    });
    let care_types = CareType::ALL
        .into_iter()
        .map(|care| Member::new(care.as_str(), Label::new(care.german(), care.english())));
    let records: Vec<(Vec<&str>, u32)> = report
        .displaced
        .iter()
        .flat_map(|closing| {
            CareType::ALL.into_iter().map(move |care| {
                let codes = vec![closing.facility().as_str(), care.as_str()];
                (codes, closing.children_for_disclosure(care))
            })
        })
        .collect();
    let table = ConfidentialTable::from_records(
        "displaced_contracts",
        Label::new(
            "Kinder mit Vertrag über die Schließung hinaus",
            "Children whose contract lasts beyond the closing",
        ),
        vec![
            Dimension::new(
                "facility",
                Label::new("Einrichtung", "Facility"),
                facilities.collect(),
            ),
            Dimension::new(
                "care_type",
                Label::new("Betreuungsart", "Care type"),
                care_types.collect(),
            ),
        ],
        records,
    )?;
    Ok(Some(release(table, &analysis.policy)?))
}
