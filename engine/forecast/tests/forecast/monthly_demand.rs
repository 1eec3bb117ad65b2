//! Demand by care type, area and month: laws that hold for every city.

use domain::{CareType, HoursTier, Month, MonthRange};
use forecast::{
    Area, AreaPoint, BirthMonths, CareBands, CertainChildren, DemandInput, DemandModel, DemandView,
    EntryRates, FlowCount, FlowMatrix, MonthlyDemand, MonthlyDemandRequest, NonResidentCount,
    OpenApplication, SchoolCalendar, TOTAL_AREA, TakeUpCount, TakeUpShift, TierCount,
    children_by_band,
};
use proptest::prelude::*;

/// Two districts with two neighbourhoods each.
pub(crate) fn areas() -> Vec<Area> {
    let area = |code: &str, parent, depth, is_leaf| Area {
        code: code.to_owned(),
        name: code.to_owned(),
        parent,
        depth,
        is_leaf,
    };
    vec![
        area(TOTAL_AREA, None, 0, false),
        area("centre", Some(0), 1, false),
        area("west", Some(0), 1, false),
        area("altstadt", Some(1), 2, true),
        area("neustadt", Some(1), 2, true),
        area("loebtau", Some(2), 2, true),
        area("plauen", Some(2), 2, true),
    ]
}

const SIZES: [f64; 4] = [60.0, 90.0, 45.0, 120.0];
const LEAVES: [&str; 4] = ["altstadt", "neustadt", "loebtau", "plauen"];

pub(crate) fn month(text: &str) -> Month {
    text.parse().unwrap()
}

/// Every March from 2018 to 2025 by area and band, shares that differ and move.
pub(crate) fn take_up() -> Vec<TakeUpCount> {
    let bands = CareBands::saxony();
    let shares = [0.03, 0.6, 0.8, 0.92, 0.96, 0.9, 0.88, 0.8, 0.7];
    let mut rows = Vec::new();
    for (place, area) in LEAVES.into_iter().enumerate() {
        for (band, share) in bands.all().iter().zip(shares) {
            for year in 2018..=2025 {
                let wave = f64::from((year * 7 + place as i32 * 3) % 5 - 2) / 100.0;
                let children = SIZES[place] * f64::from(band.last.min(5) - band.first.min(5) + 1);
                let in_care = (children * (share + wave).clamp(0.0, 1.0)).round();
                let childminding = if band.name == "1" || band.name == "2" {
                    0.15
                } else {
                    0.0
                };
                rows.push(TakeUpCount {
                    area: area.to_owned(),
                    band: band.name.clone(),
                    month: Month::new(year, 3).unwrap(),
                    children,
                    in_care,
                    with_childminder: (in_care * childminding).round(),
                });
            }
        }
    }
    rows
}

pub(crate) fn input() -> DemandInput {
    let mut input = DemandInput::of(CareBands::saxony(), take_up());
    let points: Vec<AreaPoint> = LEAVES
        .into_iter()
        .zip([(0.0, 0.0), (1.0, 0.0), (3.0, 1.0), (4.0, 0.0)])
        .map(|(area, (east, north))| AreaPoint {
            area: area.to_owned(),
            east,
            north,
        })
        .collect();
    let flow = |from: &str, to: &str, contracts| FlowCount {
        from: from.to_owned(),
        to: to.to_owned(),
        contracts,
    };
    let counts = [
        flow("altstadt", "altstadt", 80.0),
        flow("altstadt", "neustadt", 30.0),
        flow("neustadt", "neustadt", 150.0),
        flow("loebtau", "plauen", 40.0),
        flow("plauen", "plauen", 200.0),
        flow(forecast::OUTSIDE, "plauen", 9.0),
    ];
    let (matrix, _) = FlowMatrix::learn(&areas(), &counts, &points).unwrap();
    input.flows = CareType::ALL.map(|care| (care, matrix.clone())).to_vec();
    input.non_residents = (2020..=2025)
        .map(|year| NonResidentCount {
            care_type: CareType::Kindergarten,
            month: Month::new(year, 3).unwrap(),
            in_care: 1000.0,
            non_resident: 20.0,
        })
        .collect();
    input.hours = HoursTier::ALL
        .into_iter()
        .zip([10.0, 20.0, 15.0, 30.0, 300.0, 40.0, 5.0])
        .map(|(tier, children)| TierCount {
            care_type: CareType::Kindergarten,
            year: 2025,
            tier,
            children,
        })
        .collect();
    input.open_applications = (0..12)
        .map(|child| OpenApplication {
            child: format!("c{}", child / 2),
            area: "plauen".to_owned(),
            band: "1".to_owned(),
            wished_start: month("2025-01"),
            has_place: false,
        })
        .collect();
    input
}

/// A slow decline of births, 2024 being the origin.
pub(crate) fn children() -> CertainChildren {
    CertainChildren::new(&areas(), 2024, 3, |leaf, year, age| {
        SIZES[leaf] * (1.0 - 0.02 * (year as f64 - age as f64)).max(0.2)
    })
}

pub(crate) fn request(first: &str, months: usize) -> MonthlyDemandRequest {
    MonthlyDemandRequest {
        months: MonthRange::new(month(first), months),
        paths: 200,
        seed: 5,
        memory_mib: 64,
    }
}

fn simulated(input: &DemandInput) -> MonthlyDemand {
    let model = DemandModel::learn(&areas(), input).unwrap();
    model
        .simulate(&children(), &request("2025-01", 30))
        .unwrap()
}

fn csv(demand: &MonthlyDemand) -> String {
    let mut text = Vec::new();
    demand.write_csv(&mut text).unwrap();
    demand.write_hours_csv(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn areas_add_up_to_their_parents_and_care_types_to_all() {
    let demand = simulated(&input());
    for month in demand.months().iter() {
        for view in DemandView::ALL {
            let mean = |area: &str, care| demand.point(view, area, care, month).unwrap().mean;
            for care in CareType::ALL.map(Some).into_iter().chain([None]) {
                for (parent, parts) in [
                    (TOTAL_AREA, &["centre", "west"][..]),
                    ("west", &["loebtau", "plauen"]),
                    (TOTAL_AREA, &LEAVES),
                ] {
                    let sum: f64 = parts.iter().map(|area| mean(area, care)).sum();
                    assert!(
                        (sum - mean(parent, care)).abs() <= 1e-9 * sum.max(1.0),
                        "{month} {parent}"
                    );
                }
            }
            for area in demand.areas() {
                let sum: f64 = CareType::ALL
                    .into_iter()
                    .map(|care| mean(&area.code, Some(care)))
                    .sum();
                assert!((sum - mean(&area.code, None)).abs() <= 1e-9 * sum.max(1.0));
            }
        }
    }
}

#[test]
fn children_are_cared_for_once_and_those_from_outside_are_added() {
    let demand = simulated(&input());
    for month in demand.months().iter() {
        let mean = |view, care| {
            demand
                .point(view, TOTAL_AREA, Some(care), month)
                .unwrap()
                .mean
        };
        let nursery = (
            mean(DemandView::Residence, CareType::Nursery),
            mean(DemandView::Care, CareType::Nursery),
        );
        assert!((nursery.0 - nursery.1).abs() < 1e-9 * nursery.0);
        let share = 1.0
            - mean(DemandView::Residence, CareType::Kindergarten)
                / mean(DemandView::Care, CareType::Kindergarten);
        assert!((share - 0.02).abs() < 0.005, "{month}: {share}");
        assert!(mean(DemandView::Latent, CareType::Nursery) > nursery.0);
        let hours: f64 = HoursTier::ALL
            .into_iter()
            .map(|tier| {
                demand
                    .hours(CareType::Kindergarten, tier, month)
                    .unwrap()
                    .mean
            })
            .sum();
        assert!((hours - mean(DemandView::Care, CareType::Kindergarten)).abs() < 1e-6);
    }
}

#[test]
fn kindergarten_fills_up_to_july_and_falls_when_school_starts() {
    let demand = simulated(&input());
    let at = |care, text: &str| {
        demand
            .point(DemandView::Residence, TOTAL_AREA, Some(care), month(text))
            .unwrap()
            .mean
    };
    for year in [2025, 2026] {
        for of_year in 2..=7 {
            let text = format!("{year}-{of_year:02}");
            let before = format!("{year}-{:02}", of_year - 1);
            assert!(
                at(CareType::Kindergarten, &text) > at(CareType::Kindergarten, &before),
                "{text}"
            );
        }
        let (july, august) = (format!("{year}-07"), format!("{year}-08"));
        let wave = at(CareType::Kindergarten, &july) - at(CareType::Kindergarten, &august);
        assert!(
            wave > 200.0,
            "a year of birth of about 300 leaves in August, {wave}"
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_for_any_threads_memory_and_order() {
    let model = DemandModel::learn(&areas(), &input()).unwrap();
    let run = |threads: usize, memory_mib: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let request = MonthlyDemandRequest {
            memory_mib,
            paths: 100,
            ..request("2025-03", 15)
        };
        csv(&pool.install(|| model.simulate(&children(), &request).unwrap()))
    };
    let one = run(1, 64);
    assert_eq!(one, run(2, 64));
    assert_eq!(one, run(2, 0), "month by month");
    let mut turned = input();
    turned.take_up.reverse();
    turned.hours.reverse();
    turned.open_applications.reverse();
    assert_eq!(DemandModel::learn(&areas(), &turned), Ok(model));
}

#[test]
fn another_seed_gives_other_paths() {
    let model = DemandModel::learn(&areas(), &input()).unwrap();
    let with = |seed| {
        let request = MonthlyDemandRequest {
            seed,
            paths: 60,
            ..request("2026-01", 1)
        };
        csv(&model.simulate(&children(), &request).unwrap())
    };
    assert_ne!(with(1), with(2));
}

#[test]
fn without_noise_every_quantile_is_children_times_the_expected_share() {
    let input = input();
    let model = DemandModel::learn(&areas(), &input)
        .unwrap()
        .without_noise();
    let demand = model
        .simulate(&children(), &request("2026-01", 12))
        .unwrap();
    let bands = CareBands::saxony();
    for of_year in [1, 6, 8, 11] {
        let month = Month::new(2026, of_year).unwrap();
        for (place, area) in LEAVES.into_iter().enumerate() {
            let stock = |year: f64| -> Vec<f64> {
                (0..13)
                    .map(|age| SIZES[place] * (1.0 - 0.02 * (year - f64::from(age))))
                    .collect()
            };
            let (before, own) = (stock(1.0), stock(2.0));
            // Deferral and early entry by the formulas: level plus what the trend has added since.
            let rates = entry_rates(&input);
            let counted = children_by_band(
                &bands,
                &SchoolCalendar::saxony(),
                &BirthMonths::uniform(),
                &rates,
                month,
                [&before, &own],
            );
            let mut expected = [0.0; 2];
            for (band, children) in bands.all().iter().zip(counted) {
                let share = model.expected_share(area, &band.name, month).unwrap();
                expected[usize::from(band.name.starts_with("grade"))] += children * share;
            }
            let point = |care| {
                demand
                    .point(DemandView::Residence, area, care, month)
                    .unwrap()
            };
            let school = point(Some(CareType::AfterSchool));
            let all = point(None);
            assert!(
                (school.mean / expected[1] - 1.0).abs() < 1e-9,
                "{area} {month} {school:?} {expected:?}"
            );
            assert!((all.mean / (expected[0] + expected[1]) - 1.0).abs() < 1e-9);
            assert!((all.q975 - all.q025).abs() < 1e-9 && (all.q50 / all.mean - 1.0).abs() < 1e-6);
        }
    }
}

/// Expected rates of every school year, as the walks give them.
fn entry_rates(input: &DemandInput) -> EntryRates {
    let walk = |counts: &[forecast::ShareCount], trend| {
        forecast::ShareWalk::learn(counts, forecast::WalkPrior::OTHER, trend, "test")
            .unwrap()
            .0
    };
    let deferral = walk(&input.school_entry.deferral, true);
    let early = walk(&input.school_entry.early, false);
    EntryRates {
        first_school_year: 2010,
        rates: (2010..2035)
            .map(|year| Month::new(year, 8).unwrap())
            .map(|august| (deferral.expected(august), early.expected(august)))
            .collect(),
    }
}

#[test]
fn take_up_noise_widens_the_interval_of_certain_children() {
    let model = DemandModel::learn(&areas(), &input()).unwrap();
    let width = |model: &DemandModel| {
        let demand = model.simulate(&children(), &request("2027-12", 1)).unwrap();
        let point = demand
            .point(
                DemandView::Residence,
                TOTAL_AREA,
                Some(CareType::Nursery),
                month("2027-12"),
            )
            .unwrap();
        (point.q90 - point.q10) / point.mean
    };
    assert!(width(&model) > 0.03);
    assert!(width(&model.without_noise()) < 1e-6);
}

#[test]
fn what_is_wrong_is_told_with_its_number() {
    let refused = |change: &dyn Fn(&mut DemandInput)| {
        let mut input = input();
        change(&mut input);
        let problems = DemandModel::learn(&areas(), &input).unwrap_err();
        problems
            .into_iter()
            .map(|problem| problem.code)
            .collect::<Vec<_>>()
    };
    assert_eq!(refused(&|input| input.take_up[0].in_care = 1e9), ["E4050"]);
    assert_eq!(
        refused(&|input| input.take_up[0].with_childminder = -1.0),
        ["E4050"]
    );
    assert_eq!(
        refused(&|input| input.take_up[0].children = f64::NAN),
        ["E4050"]
    );
    assert_eq!(
        refused(&|input| input.take_up[0].area = "centre".to_owned()),
        ["E4051"]
    );
    assert_eq!(
        refused(&|input| input.take_up[0].band = "U3".to_owned()),
        ["E4052"]
    );
    assert_eq!(
        refused(&|input| input.take_up.retain(|row| row.band != "3")),
        ["E4054"]
    );
    assert_eq!(
        refused(&|input| input.school_entry.deferral[0].with = -1.0),
        ["E4050"]
    );
    assert_eq!(refused(&|input| input.hours[0].children = -1.0), ["E4061"]);
    assert_eq!(
        refused(&|input| input.open_applications[0].area = "x".to_owned()),
        ["E4062"]
    );
    assert_eq!(
        refused(&|input| input.take_up.push(input.take_up[0].clone())),
        ["E4065"]
    );
    let shift = |band: &str, area: Option<&str>, points| TakeUpShift {
        band: band.to_owned(),
        area: area.map(str::to_owned),
        from: month("2026-01"),
        points,
    };
    assert_eq!(
        refused(&|input| input.shifts.push(shift("U3", None, 0.1))),
        ["E4052"]
    );
    assert_eq!(
        refused(&|input| input.shifts.push(shift("1", Some("x"), 0.1))),
        ["E4051"]
    );
    assert_eq!(
        refused(&|input| input.shifts.push(shift("1", None, 1.5))),
        ["E4056"]
    );
    let both = refused(&|input| {
        input.take_up[0].area = "x".to_owned();
        input.take_up[1].band = "y".to_owned();
    });
    assert_eq!(both, ["E4051", "E4052"]);
}

#[test]
fn requests_beyond_the_children_are_refused_together() {
    let model = DemandModel::learn(&areas(), &input()).unwrap();
    let wrong = MonthlyDemandRequest {
        paths: 39,
        ..request("2024-12", 3)
    };
    let problems = model.simulate(&children(), &wrong).unwrap_err();
    assert_eq!(
        problems
            .iter()
            .map(|problem| problem.code)
            .collect::<Vec<_>>(),
        ["E4067", "E4068"]
    );
    assert!(problems[0].message.contains("from 2025-01 to 2027-12"));
    assert!(model.simulate(&children(), &request("2027-12", 2)).is_err());
    let others = CertainChildren::new(&areas()[..4], 2024, 3, |_, _, _| 1.0);
    assert_eq!(
        model.simulate(&others, &request("2025-01", 1)).unwrap_err()[0].code,
        "E4066"
    );
    let mut no_root = areas();
    no_root[0].parent = Some(1);
    assert_eq!(
        DemandModel::learn(&no_root, &input()).unwrap_err()[0].code,
        "E4069"
    );
}

#[test]
fn bands_that_overlap_or_leave_a_gap_are_refused() {
    let saxony = CareBands::saxony();
    let changed = |place: usize, first: u8, last: u8| {
        let mut bands = saxony.all().to_vec();
        (bands[place].first, bands[place].last) = (first, last);
        CareBands::new(bands)
    };
    assert_eq!(changed(1, 1, 1), Ok(saxony.clone()));
    for (place, first, last) in [
        (1, 0, 1),
        (1, 2, 2),
        (4, 5, 8),
        (4, 4, 9),
        (8, 4, 3),
        (8, 4, 5),
    ] {
        let problems = changed(place, first, last).unwrap_err();
        assert!(
            problems.iter().all(|problem| problem.code == "E4063"),
            "{problems:?}"
        );
    }
    assert!(CareBands::new(Vec::new()).is_err());
    let grades: Vec<_> = saxony.all()[5..].to_vec();
    assert!(
        CareBands::new(grades).is_ok(),
        "a phase may be left out whole"
    );
}

#[test]
fn a_short_history_is_used_with_a_warning() {
    let mut short = input();
    short.take_up.retain(|row| row.month.year() >= 2024);
    let model = DemandModel::learn(&areas(), &short).unwrap();
    assert!(
        model
            .warnings()
            .iter()
            .all(|warning| warning.code == "E4053")
    );
    assert!(
        model
            .warnings()
            .iter()
            .any(|warning| warning.message.contains("take-up of 1 has 2 yearly counts"))
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn more_take_up_never_means_fewer_places(
        band in 0..9usize, points in 0.0..0.5f64, area in proptest::option::of(0..4usize), seed in 0..1000u64,
    ) {
        let mut shifted = input();
        shifted.shifts.push(TakeUpShift {
            band: CareBands::saxony().all()[band].name.clone(),
            area: area.map(|area| LEAVES[area].to_owned()),
            from: month("2026-01"),
            points,
        });
        let run = |input: &DemandInput| {
            let request = MonthlyDemandRequest { seed, paths: 40, ..request("2025-12", 3) };
            DemandModel::learn(&areas(), input).unwrap().simulate(&children(), &request).unwrap()
        };
        let (before, after) = (run(&input()), run(&shifted));
        for view in DemandView::ALL {
            for place in before.areas() {
                let fans = [&before, &after].map(|demand| demand.fan(view, &place.code, None).unwrap());
                prop_assert_eq!(fans[0][0], fans[1][0], "before the lever acts");
                for (one, other) in fans[0].iter().zip(&fans[1]) {
                    for (one, other) in [(one.mean, other.mean), (one.q10, other.q10), (one.q90, other.q90)] {
                        prop_assert!(other >= one - 1e-6 * one);
                        prop_assert!(one >= 0.0);
                    }
                }
                // What is cared for elsewhere moves with the flows; at home only the named area changes.
                let untouched = area.is_some_and(|area| place.is_leaf && place.code != LEAVES[area]);
                if untouched && view == DemandView::Residence {
                    prop_assert_eq!(&fans[0], &fans[1]);
                }
            }
        }
    }
}
