//! Demand, levers and tested forecasts of a made-up city, made by the real engine.

#![allow(clippy::unwrap_used)] // made-up values are right by construction

use disclosure::Label;
use domain::{Month, MonthRange};
use forecast::{
    AgeGroup, Areas, BacktestRequest, CareBands, DemandInput, DemandModel, ForecastRequest,
    HonestyReport, KeptPaths, ModelCard, MonthlyDemandRequest, PastEditions, PathChildren,
    PathModel, PathOptions, Population, TakeUp, TakeUpCount,
};
use http_api::{DemandMonthsView, ForecastView, HonestyView, LeversView, NamedForecast};

const GROUPS: &str = "U3=0-2,K=3-5";
const AREAS: [(&str, i32); 3] = [("Altstadt", 41), ("Neustadt & Hafen", 66), ("Pieschen", 29)];

fn source() -> Label {
    Label::new("synthetische Stadt", "synthetic city")
}

/// Ages 0 to 12 over twelve years.
fn population() -> Population {
    let mut table = String::from("area,year,age,count\n");
    for (area, size) in AREAS {
        for year in 2014..=2025 {
            for age in 0..=12 {
                let count = size + (year * 7 + age * 5) % 9;
                table += &format!("{area},{year},{age},{count}\n");
            }
        }
    }
    Population::read(table.as_bytes(), "population.csv").unwrap()
}

fn take_up() -> Vec<TakeUpCount> {
    let bands = CareBands::saxony();
    let shares = [0.03, 0.6, 0.8, 0.92, 0.96, 0.9, 0.88, 0.8, 0.7];
    let mut rows = Vec::new();
    for (area, size) in AREAS {
        for (band, share) in bands.all().iter().zip(shares) {
            for year in 2018..=2025 {
                let wave = f64::from((year * 7 + size) % 5 - 2) / 100.0;
                let children = f64::from(size);
                let in_care = (children * (share + wave).clamp(0.0, 1.0)).round();
                rows.push(TakeUpCount {
                    area: area.to_owned(),
                    band: band.name.clone(),
                    month: Month::new(year, 3).unwrap(),
                    children,
                    in_care,
                    with_childminder: 0.0,
                });
            }
        }
    }
    rows
}

fn paths(horizon: usize) -> PathModel {
    let request = ForecastRequest {
        horizon,
        ..ForecastRequest::default()
    };
    let options = PathOptions {
        oldest_age: 12,
        ..PathOptions::default()
    };
    PathModel::new(&population(), None, &Areas::flat(), &request, options).unwrap()
}

/// Two years of demand by month.
pub(crate) fn demand() -> DemandMonthsView {
    let paths = paths(2);
    let input = DemandInput::of(CareBands::saxony(), take_up());
    let model = DemandModel::learn(paths.areas(), &input).unwrap();
    let request = MonthlyDemandRequest {
        months: MonthRange::new("2026-01".parse().unwrap(), 24),
        paths: 60,
        seed: 1,
        memory_mib: 16,
    };
    let monthly = model.simulate(&PathChildren::new(&paths), &request);
    DemandMonthsView {
        monthly: monthly.unwrap(),
        notes: vec!["E4053: four yearly counts <are> missing".to_owned()],
        source: source(),
    }
}

/// The report of a back-test: the city's own, and one of a population that is real.
pub(crate) fn honesty() -> Vec<HonestyView> {
    let population = population();
    let request = BacktestRequest {
        origins: 2019..=2024,
        horizon: 3,
        groups: AgeGroup::parse_list(GROUPS).unwrap(),
    };
    let tested = forecast::backtest(&population, None, &Areas::flat(), &request).unwrap();
    let card = ModelCard::checked(&population, &request);
    let report = HonestyReport::new(&tested, card).unwrap();
    let named = |name: &str, label: &str, is_real: bool| {
        let label = Label::new(label, label);
        let mut view = HonestyView::new(name, label, report.clone(), source()).unwrap();
        view.past = ["U3", "K"]
            .into_iter()
            .filter_map(|group| PastEditions::of(&tested, "TOTAL", group))
            .collect();
        view.is_real = is_real;
        view
    };
    vec![
        named("city", "Beispielstadt", false),
        named("real", "Berlin", true),
    ]
}

/// Levers on sixty paths of four years.
pub(crate) fn levers() -> LeversView {
    let groups = AgeGroup::parse_list(GROUPS).unwrap();
    let request = ForecastRequest {
        horizon: 4,
        groups: groups.clone(),
        ..ForecastRequest::default()
    };
    let forecast = forecast::forecast(&population(), None, &Areas::flat(), &request).unwrap();
    let take_up = TakeUp::saxony().unwrap();
    LeversView::new(kept(), forecast, &groups, take_up, source()).unwrap()
}

/// Sixty paths of four years.
pub(crate) fn kept() -> KeptPaths {
    let mut groups = AgeGroup::parse_list(GROUPS).unwrap();
    groups.extend(TakeUp::saxony().unwrap().groups());
    KeptPaths::simulate(paths(4), 1, 60, &groups).unwrap()
}

/// A forecast of a population that is real.
pub(crate) fn other() -> NamedForecast {
    let request = ForecastRequest {
        horizon: 5,
        groups: AgeGroup::parse_list(GROUPS).unwrap(),
        ..ForecastRequest::default()
    };
    let forecast = forecast::forecast(&population(), None, &Areas::flat(), &request).unwrap();
    let view = ForecastView {
        forecast,
        group_names: std::collections::BTreeMap::new(),
        source: Label::new("Amt für Statistik", "Statistics office"),
    };
    NamedForecast::new("real", Label::new("Berlin", "Berlin"), view).unwrap()
}
