//! Demand kept path by path: what it gives is what a run from scratch gives.

use domain::{CareType, MonthRange};
use forecast::{
    AgeGroup, CareBands, DemandInput, DemandModel, DemandPaths, DemandView, ForecastRequest,
    KeptDemand, KeptPaths, LeverFormat, LeverSheet, MonthlyDemandRequest, PathChildren, PathModel,
    PathOptions, TOTAL_AREA, TakeUpCount,
};

use crate::tables::{Rows, areas};

const SEED: u64 = 11;
const PATHS: usize = 60;

fn model() -> PathModel {
    let ages: Vec<String> = (0..13).map(|age| age.to_string()).collect();
    let ages: Vec<&str> = ages.iter().map(String::as_str).collect();
    let codes = ["a", "b", "c", "d"];
    let rows = Rows::new(&codes, 2014, 12, &ages, |area, year, age| {
        f64::from(80 + 9 * area as i32 + ((year * 5 + age * 3) % 7) as i32)
    });
    let areas = areas("area,parent\na,north\nb,north\nc,south\nd,south\nnorth,\nsouth,\n");
    let request = ForecastRequest {
        horizon: 4,
        ..ForecastRequest::default()
    };
    let options = PathOptions {
        oldest_age: 12,
        ..PathOptions::default()
    };
    PathModel::new(&rows.population(), None, &areas, &request, options).unwrap()
}

fn demand(model: &PathModel) -> DemandModel {
    let mut take_up = Vec::new();
    for area in ["a", "b", "c", "d"] {
        for (band, share) in CareBands::saxony()
            .all()
            .iter()
            .zip([0.03, 0.6, 0.8, 0.92, 0.96, 0.9, 0.88, 0.8, 0.7])
        {
            for year in 2020..=2026 {
                let in_care = (80.0 * share + f64::from(year % 3)).min(80.0_f64).round();
                let minded = if band.name == "1" { 8.0 } else { 0.0 };
                take_up.push(TakeUpCount {
                    area: area.to_owned(),
                    band: band.name.clone(),
                    month: domain::Month::new(year, 1).unwrap(),
                    children: 80.0,
                    in_care,
                    with_childminder: minded,
                });
            }
        }
    }
    let input = DemandInput::of(CareBands::saxony(), take_up);
    DemandModel::learn(model.areas(), &input).unwrap()
}

fn request(model: &PathModel) -> MonthlyDemandRequest {
    let first = domain::Month::new(model.origin_year() + 1, 1).unwrap();
    MonthlyDemandRequest {
        months: MonthRange::new(first.plus(3), 30),
        paths: PATHS,
        seed: SEED,
        memory_mib: 64,
    }
}

fn kept(view: DemandView) -> KeptDemand {
    let model = model();
    let (learned, request) = (demand(&model), request(&model));
    let groups = AgeGroup::parse_list("all=0-12").unwrap();
    let kept = KeptPaths::simulate(model, SEED, PATHS, &groups).unwrap();
    KeptDemand::simulate(learned, kept, request, view).unwrap()
}

fn sheet(text: &str) -> LeverSheet {
    LeverSheet::read(
        &format!("version = 1\n{text}"),
        LeverFormat::Toml,
        "levers.toml",
    )
    .unwrap()
}

fn mean(values: &[f32]) -> f64 {
    values.iter().map(|value| f64::from(*value)).sum::<f64>() / values.len() as f64
}

#[test]
fn kept_paths_have_the_means_and_quantiles_of_the_monthly_demand() {
    let model = model();
    let learned = demand(&model);
    let monthly = learned
        .simulate(&PathChildren::new(&model), &request(&model))
        .unwrap();
    for view in [DemandView::Residence, DemandView::Latent] {
        let paths = kept(view).run(&LeverSheet::default()).unwrap();
        assert_eq!((paths.path_count(), paths.view()), (PATHS, view));
        for area in paths.areas() {
            for care in CareType::ALL {
                for month in paths.months().iter() {
                    let values = paths.places(&area.code, care, month).unwrap();
                    let point = monthly.point(view, &area.code, Some(care), month).unwrap();
                    assert!(
                        (mean(values) - point.mean).abs() < 1e-2,
                        "{} {care} {month}",
                        area.code
                    );
                    let mut sorted = values.to_vec();
                    sorted.sort_by(f32::total_cmp);
                    let middle = f64::from(sorted[PATHS / 2 - 1] + sorted[PATHS / 2]) / 2.0;
                    assert!(
                        (middle - point.q50).abs() < 1e-2,
                        "{} {care} {month}",
                        area.code
                    );
                }
            }
        }
    }
}

/// Dwellings in one area: only it and those above it change, and as if simulated with the lever.
#[test]
fn a_lever_on_one_area_leaves_the_others_to_the_bit() {
    let kept = kept(DemandView::Residence);
    let first = kept.kept().model().first_year();
    let levers = sheet(&format!(
        "[[lever]]\nkind = \"dwellings\"\narea = \"b\"\nyear = {}\ndwellings = 400\n",
        first + 1
    ));
    let (before, after) = (
        kept.run(&LeverSheet::default()).unwrap(),
        kept.run(&levers).unwrap(),
    );
    let at = |paths: &DemandPaths, area: &str, place: i32| {
        let month = paths.months().first().plus(place);
        paths
            .places(area, CareType::Nursery, month)
            .unwrap()
            .to_vec()
    };
    for area in ["a", "c", "d", "south"] {
        assert_eq!(at(&before, area, 29), at(&after, area, 29));
    }
    for area in ["b", "north", TOTAL_AREA] {
        assert!(
            mean(&at(&after, area, 29)) > mean(&at(&before, area, 29)) + 2.0,
            "{area}"
        );
    }
    assert_eq!(at(&before, "b", 0), at(&after, "b", 0));
    let model = model();
    let effects = levers.effects_on(&model, SEED).unwrap();
    let lever = |block: &mut forecast::PathBlock| effects.apply(block);
    let fresh = demand(&model)
        .simulate(&PathChildren::with_lever(&model, lever), &request(&model))
        .unwrap();
    let month = after.months().first().plus(29);
    let point = fresh.point(DemandView::Residence, "b", Some(CareType::Nursery), month);
    assert!((mean(&at(&after, "b", 29)) - point.unwrap().mean).abs() < 1e-3);
}

#[test]
fn levers_on_take_up_and_deferral_reach_every_area_and_undo_themselves() {
    let kept = kept(DemandView::Residence);
    let base = kept.run(&LeverSheet::default()).unwrap();
    let year = kept.kept().model().first_year() + 1;
    let more = kept
        .run(&sheet(&format!(
            "[[lever]]\nkind = \"take_up\"\nfrom_year = {year}\nages = \"1-2\"\npoints = 10\n[[lever]]\nkind = \"deferral\"\nfrom_year = {year}\nrate = 0.5\n"
        )))
        .unwrap();
    let months = base.months();
    let (before, later) = (months.first().plus(2), months.first().plus(20));
    for area in ["a", "d", TOTAL_AREA] {
        let of = |paths: &DemandPaths, care, month| mean(paths.places(area, care, month).unwrap());
        assert_eq!(
            base.places(area, CareType::Nursery, before),
            more.places(area, CareType::Nursery, before)
        );
        assert!(of(&more, CareType::Nursery, later) > of(&base, CareType::Nursery, later) * 1.05);
        // Half a year's children stay in kindergarten for a year more.
        let kindergarten = CareType::Kindergarten;
        assert!(of(&more, kindergarten, later) > of(&base, kindergarten, later) * 1.08);
        let babies = |paths: &DemandPaths| paths.under_one(area, later).unwrap().to_vec();
        assert_eq!(babies(&base), babies(&more));
    }
    assert_eq!(kept.run(&LeverSheet::default()).unwrap(), base);
}

#[test]
fn other_paths_than_those_kept_and_the_view_of_care_are_refused() {
    let refused = |change: fn(&mut MonthlyDemandRequest), view| {
        let model = model();
        let (learned, mut request) = (demand(&model), request(&model));
        change(&mut request);
        let groups = AgeGroup::parse_list("all=0-12").unwrap();
        let kept = KeptPaths::simulate(model, SEED, PATHS, &groups).unwrap();
        match KeptDemand::simulate(learned, kept, request, view) {
            Ok(_) => panic!("refused"),
            Err(problems) => problems[0].code,
        }
    };
    assert_eq!(refused(|it| it.paths = 50, DemandView::Residence), "E4068");
    assert_eq!(refused(|it| it.seed = 1, DemandView::Residence), "E4068");
    assert_eq!(refused(|_| (), DemandView::Care), "E4067");
    assert_eq!(
        refused(
            |it| it.months = MonthRange::new(it.months.first(), 300),
            DemandView::Residence
        ),
        "E4067"
    );
}
