//! Breaks, crosswalks, missing years, rounding and preferred ages.

use std::fmt::Write as _;

use forecast::{
    Areas, BreakRule, Breaks, Crosswalk, ForecastRequest, HoleRule, Population, Rounding,
    fill_missing_years, find_breaks, find_preferred_ages, find_rounding, forecast,
};
use proptest::prelude::*;

use crate::shared;
use crate::tables::{Rows, small_city};

/// A population changed cell by cell; `change` gets area, year, age and the table.
fn changed(
    population: &Population,
    change: impl Fn(&str, i32, u8, &dyn Fn(&str, i32, u8) -> f64) -> f64,
) -> Population {
    let at = |area: &str, year: i32, age: u8| -> f64 {
        let area = population.areas().iter().position(|code| code == area);
        let class = population
            .classes()
            .iter()
            .position(|class| class.first() == age);
        population
            .count(area.unwrap(), year, class.unwrap())
            .unwrap()
    };
    let mut text = String::from("area,year,age,count\n");
    for area in population.areas() {
        for year in population.years() {
            for class in population.classes() {
                let count = change(area, year, class.first(), &at);
                writeln!(text, "{area},{year},{class},{count}").unwrap();
            }
        }
    }
    Population::read(text.as_bytes(), "planted.csv").unwrap()
}

fn line(name: &str, area: &str, year: i32, breaks: &Breaks) -> bool {
    let found = breaks
        .found()
        .iter()
        .find(|found| found.area == area && found.year == year);
    match found {
        Some(found) => {
            let first = &found.evidence[0];
            println!(
                "{name:<24} {area:<8} {year} found, z {:>7.1}, ages {}-{}, expected {:.0}, observed {:.0}; breaks in all {}, nearest other {:.2} of its threshold",
                found.z(),
                first.first_age,
                first.last_age,
                first.expected,
                first.observed,
                breaks.found().len(),
                breaks.largest_kept()
            );
            assert!(found.warning().contains("held at the parent's"));
            true
        }
        None => {
            println!("{name:<24} {area:<8} {year} NOT FOUND");
            false
        }
    }
}

/// G17 on the data given: no false alarm, and five planted breaks of different kinds are found.
#[test]
fn the_cleaned_norwegian_file_has_no_break_and_five_planted_ones_are_found() {
    let Some((population, _)) = shared::norway() else {
        return;
    };
    let rule = BreakRule::default();
    let clean = find_breaks(&population, rule);
    println!(
        "cleaned file: {} area-years, {} breaks, nearest other {:.2} of its threshold",
        clean.steps(),
        clean.found().len(),
        clean.largest_kept()
    );
    assert_eq!(clean.found(), []);
    let size = |area: &str| -> f64 {
        let place = population.areas().iter().position(|code| code == area);
        (0..population.classes().len())
            .map(|class| population.count(place.unwrap(), 2012, class).unwrap())
            .sum()
    };
    // A middling, a small and the next area by code, so that nothing is chosen by hand.
    let mut by_size: Vec<&String> = population.areas().iter().collect();
    by_size.sort_by(|a, b| size(a).total_cmp(&size(b)));
    let (small, middling) = (by_size[by_size.len() / 10], by_size[by_size.len() / 2]);
    let joined = by_size[by_size.len() / 2 - 40];
    println!(
        "areas: small {small} ({:.0} persons under 50), middling {middling} ({:.0}), joined with {joined} ({:.0})",
        size(small),
        size(middling),
        size(joined)
    );
    let planted: [(&str, &str, Population); 5] = [
        (
            "area merged",
            middling,
            changed(&population, |area, year, age, at| {
                let more = if area == middling && year >= 2012 {
                    at(joined, year, age)
                } else {
                    0.0
                };
                at(area, year, age) + more
            }),
        ),
        (
            "area split",
            middling,
            changed(&population, |area, year, age, at| {
                let rest = if area == middling && year >= 2012 {
                    0.6
                } else {
                    1.0
                };
                (rest * at(area, year, age)).round()
            }),
        ),
        (
            "counts doubled",
            middling,
            changed(&population, |area, year, age, at| {
                let times = if area == middling && year == 2012 {
                    2.0
                } else {
                    1.0
                };
                times * at(area, year, age)
            }),
        ),
        (
            "one year of zeros",
            small,
            changed(&population, |area, year, age, at| {
                if area == small && year == 2012 {
                    0.0
                } else {
                    at(area, year, age)
                }
            }),
        ),
        (
            "refugee centre",
            small,
            changed(&population, |area, year, age, at| {
                let beds = f64::from(u8::from(area == small && (2012..2016).contains(&year)));
                // 300 persons, most of them 18 to 32 years old.
                let share = if (18..33).contains(&age) {
                    0.05
                } else {
                    0.25 / 35.0
                };
                at(area, year, age) + (beds * 300.0 * share).round()
            }),
        ),
    ];
    let mut found = 0;
    for (name, area, population) in &planted {
        let breaks = find_breaks(population, rule);
        found += usize::from(line(name, area, 2012, &breaks));
        assert!(
            breaks
                .found()
                .iter()
                .all(|found| found.area == *area && found.year >= 2012),
            "{name}: false alarm in {:?}",
            breaks.found()
        );
    }
    println!("found {found} of 5");
    assert_eq!(found, 5);
}

#[test]
fn the_rounded_berlin_file_has_no_break_and_its_rounding_is_seen() {
    let Some((population, _)) = shared::berlin() else {
        return;
    };
    let breaks = find_breaks(&population, BreakRule::default());
    println!(
        "Berlin: {} area-years, {} breaks, nearest other {:.2} of its threshold",
        breaks.steps(),
        breaks.found().len(),
        breaks.largest_kept()
    );
    for found in breaks.found() {
        println!("{}", found.warning());
    }
    let rounded = find_rounding(&population).unwrap();
    println!("{}\n{}", rounded.warning(), rounded.warning_german());
    assert_eq!((rounded.rounding, rounded.base), (Rounding::SmallCells, 3));
    assert!((rounded.variance_of_sum(&[0.0, 3.0, 12.0]) - 8.0 / 3.0).abs() < 1e-12);
}

#[test]
fn norway_is_neither_rounded_nor_heaped() {
    let Some((population, _)) = shared::norway() else {
        return;
    };
    assert_eq!(find_rounding(&population), None);
    assert_eq!(find_preferred_ages(&population), []);
    let heaped = changed(&population, |area, year, age, at| {
        let rounder = if age % 10 == 5 { 1.15 } else { 1.0 };
        rounder * at(area, year, age)
    });
    let found: Vec<u8> = find_preferred_ages(&heaped)
        .iter()
        .map(|preferred| preferred.age)
        .collect();
    assert_eq!(found, [5, 15, 25, 35, 45]);
    let tens = changed(&population, |area, year, age, at| {
        10.0 * (at(area, year, age) / 10.0).round()
    });
    let rounded = find_rounding(&tens).unwrap();
    assert_eq!((rounded.rounding, rounded.base), (Rounding::AllCells, 10));
}

/// Ratios that are exactly 1 everywhere but in one step of one area.
fn city_with_a_break(factor: f64) -> Population {
    let codes: Vec<String> = (0..20).map(|area| format!("a{area:02}")).collect();
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    let ages = ["0", "1", "2", "3"];
    Rows::new(&codes, 2012, 10, &ages, |area, year, _| {
        let size = 200.0 + 10.0 * area as f64;
        if area == 7 && year >= 6 {
            size * factor
        } else {
            size
        }
    })
    .population()
}

#[test]
fn a_held_step_leaves_the_area_at_its_parents_ratio() {
    let population = city_with_a_break(3.0);
    let breaks = find_breaks(&population, BreakRule::default());
    assert_eq!(breaks.found().len(), 1, "{:?}", breaks.found());
    let request = ForecastRequest {
        horizon: 3,
        ..ForecastRequest::default()
    };
    let of = |population: &Population| {
        let result = forecast(population, None, &Areas::flat(), &request).unwrap();
        result.fan("a07", "2").unwrap()[0].mean
    };
    let (naive, held) = (of(&population), of(&breaks.hold(&population)));
    println!(
        "age 2 of the broken area one year ahead: {naive:.1} unheld, {held:.1} held, 810 true"
    );
    assert!((held - 810.0).abs() < 1e-6, "{held}");
    assert!((naive - 810.0).abs() > 5.0, "{naive}");
}

#[test]
fn breaks_are_written_with_their_evidence() {
    let breaks = find_breaks(&city_with_a_break(3.0), BreakRule::default());
    let mut text = Vec::new();
    breaks.write_csv(&mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.starts_with("area,year,first_age,last_age,expected,observed,z\na07,2018,"));
}

fn crosswalk(rows: &str) -> Result<Crosswalk, Vec<String>> {
    let text = format!("old_area,new_area,share\n{rows}");
    Crosswalk::read(text.as_bytes(), "crosswalk.csv")
        .map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

#[test]
fn crosswalks_that_lose_or_make_persons_are_refused_with_their_numbers() {
    let problems = crosswalk("a,x,0.5\na,y,0.4\nb,x,1.5\nb,y,none\nc,x,1\nc,x,1\n").unwrap_err();
    insta::assert_snapshot!(problems.join("\n"), @r#"
    E4080  crosswalk.csv, row 3, column share, value "1.5": this is no share from 0 to 1; write the share of the old area's persons that live in the new area, such as 0.25
    E4080  crosswalk.csv, row 4, column share, value "none": this is no share from 0 to 1; write the share of the old area's persons that live in the new area, such as 0.25
    E4084  crosswalk.csv, row 6, column new_area, value "x": "c" to "x" stands in row 5 already; keep one of the rows
    "#);
    let problems = crosswalk("a,x,0.5\na,y,0.4\n").unwrap_err();
    insta::assert_snapshot!(problems.join("\n"), @r#"E4081  crosswalk.csv: the shares of "a" add up to 0.900000, not to 1; correct the shares of the area named; every person of an old area must live in a new one"#);
    let (rows, _) = small_city();
    let known = crosswalk("altstadt,x,1\nneustadt,x,1\nloebtau,y,1\nghost,y,1\n").unwrap();
    let problems = known.apply(&rows.population()).unwrap_err();
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["E4082", "E4083"]);
}

#[test]
fn a_history_goes_on_in_the_new_boundaries() {
    let (rows, _) = small_city();
    let old = rows.population();
    let cut = crosswalk("altstadt,x,1\nneustadt,x,0.5\nneustadt,y,0.5\nloebtau,y,1\nplauen,z,1\n");
    let cut = cut.unwrap();
    let ages = ["0", "1", "2", "3-4", "5"];
    let new = Rows::new(&["x", "y", "z"], 2026, 2, &ages, |_, _, _| 70.0).population();
    let joined = cut.continue_with(&old, &new).unwrap();
    assert_eq!(joined.years(), 2018..=2027);
    assert_eq!(joined.count(0, 2026, 0), Some(70.0));
    assert!(joined.is_held(0, 2026) && !joined.is_held(0, 2027));
    let carried = cut.apply(&old).unwrap();
    assert_eq!(joined.count(1, 2025, 3), carried.count(1, 2025, 3));
    // A gap between the tables, other ages and other areas are all told at once.
    let wrong = Rows::new(&["x", "y", "w"], 2027, 2, &["0"], |_, _, _| 70.0).population();
    let problems = cut.continue_with(&old, &wrong).unwrap_err();
    assert_eq!(problems.len(), 4, "{problems:?}");
    assert!(problems.iter().all(|problem| problem.code == "E4086"));
}

proptest! {
    #[test]
    fn a_crosswalk_keeps_every_total(
        cells in prop::collection::vec(0.0..5_000.0_f64, 4 * 8 * 5),
        shares in prop::collection::vec(prop::collection::vec(0.01..1.0_f64, 3), 4),
    ) {
        let (mut rows, _) = small_city();
        for (row, count) in rows.0.iter_mut().zip(&cells) {
            row.3 = *count;
        }
        let population = rows.population();
        let mut text = String::from("old_area,new_area,share\n");
        for (old, shares) in population.areas().iter().zip(&shares) {
            let sum: f64 = shares.iter().sum();
            for (new, share) in ["p", "q", "r"].iter().zip(shares) {
                writeln!(text, "{old},{new},{:.9}", share / sum).unwrap();
            }
        }
        let new = Crosswalk::read(text.as_bytes(), "c.csv").unwrap().apply(&population).unwrap();
        for year in population.years() {
            for class in 0..5 {
                let total = |population: &Population| -> f64 {
                    (0..population.areas().len())
                        .map(|area| population.count(area, year, class).unwrap())
                        .sum()
                };
                let (before, after) = (total(&population), total(&new));
                prop_assert!((before - after).abs() <= 1e-9 * before.max(1.0), "{before} {after}");
            }
        }
    }

    #[test]
    fn any_crosswalk_text_is_read_or_refused(text in "[a-c,0-9.\n-]{0,80}") {
        let _ = crosswalk(&text);
    }
}

fn with_years(years: &[i32]) -> String {
    let mut text = String::from("area,year,age,count\n");
    for area in ["a", "b"] {
        for &year in years {
            for age in 0..4 {
                // Cohorts of constant size, named by their year of birth.
                writeln!(text, "{area},{year},{age},{}", 100 + (year - age) % 7).unwrap();
            }
        }
    }
    text
}

fn codes_of(text: &str, rule: HoleRule) -> Vec<&'static str> {
    let problems = fill_missing_years(text.as_bytes(), "p.csv", rule).unwrap_err();
    problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn a_hole_is_refused_unless_it_is_asked_to_be_filled() {
    let text = with_years(&[2018, 2019, 2021, 2022]);
    assert_eq!(codes_of(&text, HoleRule::Refuse), ["E3013"]);
    let (population, filled) =
        fill_missing_years(text.as_bytes(), "p.csv", HoleRule::Interpolate).unwrap();
    assert_eq!(filled.len(), 1);
    assert_eq!(
        (filled[0].year, filled[0].before, filled[0].after),
        (2020, 2019, 2021)
    );
    assert!(filled[0].warning_german().contains("2020 fehlt"));
    // Ages 1 and 2 follow cohorts of constant size; 0 and 3 are the mean of the same age.
    let cohort = |born: i32| f64::from(100 + born % 7);
    assert_eq!(population.count(0, 2020, 1), Some(cohort(2019)));
    assert_eq!(population.count(1, 2020, 2), Some(cohort(2018)));
    let mean = f64::midpoint(cohort(2019), cohort(2021));
    assert_eq!(population.count(0, 2020, 0), Some(mean));
    assert!(population.is_held(0, 2020) && population.is_held(1, 2021));
    assert!(!population.is_held(0, 2022));
}

#[test]
fn wide_holes_and_years_missing_in_one_area_only_are_refused() {
    let wide = with_years(&[2018, 2022, 2023]);
    assert_eq!(codes_of(&wide, HoleRule::Interpolate), ["E4085"]);
    let ragged: String = with_years(&[2018, 2019, 2021, 2022])
        .lines()
        .filter(|line| !line.starts_with("b,2019"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(codes_of(&ragged, HoleRule::Interpolate), ["E4087"]);
    let bad = with_years(&[2018, 2020]).replace("100", "-1");
    assert!(codes_of(&bad, HoleRule::Interpolate).contains(&"E3010"));
}

#[test]
fn a_table_without_a_hole_is_read_as_it_is() {
    let text = with_years(&[2018, 2019]);
    let (population, filled) =
        fill_missing_years(text.as_bytes(), "p.csv", HoleRule::Interpolate).unwrap();
    assert_eq!(filled, []);
    assert_eq!(
        population,
        Population::read(text.as_bytes(), "p.csv").unwrap()
    );
}
