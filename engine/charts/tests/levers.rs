//! The picture of levers: what it says, and what it refuses.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

use charts::{ChartError, ComparedFans, FanNames, Language};
use disclosure::Label;
use forecast::{
    AgeGroup, Areas, Forecast, ForecastRequest, KeptPaths, LeverFormat, LeverSheet, PathModel,
    PathOptions, Population, ScenarioFans, forecast,
};

fn made_up() -> (Forecast, ScenarioFans, ScenarioFans) {
    let mut table = String::from("area,year,age,count\n");
    for (area, size) in [("north", 40), ("south", 60)] {
        for year in 2014..=2025 {
            for age in 0..=5 {
                let count = size + (year * 7 + age * 5) % 9;
                table += &format!("{area},{year},{age},{count}\n");
            }
        }
    }
    let population = Population::read(table.as_bytes(), "population.csv").unwrap();
    let groups = AgeGroup::parse_list("U3=0-2").unwrap();
    let request = ForecastRequest {
        horizon: 4,
        groups: groups.clone(),
        ..ForecastRequest::default()
    };
    let areas = Areas::flat();
    let made = forecast(&population, None, &areas, &request).unwrap();
    let options = PathOptions::default();
    let model = PathModel::new(&population, None, &areas, &request, options).unwrap();
    let kept = KeptPaths::simulate(model, 1, 80, &groups).unwrap();
    let levers = r#"{"version":1,"lever":[{"kind":"dwellings","area":"north","year":2027,"dwellings":2000}]}"#;
    let levers = LeverSheet::read(levers, LeverFormat::Json, "levers.json").unwrap();
    let without = kept.run(&LeverSheet::default()).unwrap();
    let with = kept.run(&levers).unwrap();
    (made, without, with)
}

fn names() -> FanNames {
    FanNames {
        area: Label::new("Nord", "North"),
        group: Label::new("unter 3 Jahre", "under 3"),
        source: Label::new("synthetische Stadt", "synthetic city"),
    }
}

#[test]
fn both_lines_and_their_numbers_are_on_the_picture_and_in_the_table() {
    let (made, without, with) = made_up();
    let chart = ComparedFans::new(&made, (&without, &with), "north", "U3", names()).unwrap();
    let german = chart.svg(Language::German).unwrap();
    assert_eq!(
        german.title(),
        "Ohne und mit Stellschraube: Nord, unter 3 Jahre"
    );
    let medians = |year: usize| {
        let points = [&chart.with()[year], &chart.without()[year]];
        points.map(|point| Language::German.number(point.q50, 0))
    };
    // Two years after the first move in there are most under three; later they are older.
    let [after, before] = medians(2);
    let told = format!("im Jahr 2028 im Mittel {after} statt {before}");
    assert!(
        german.description().contains(&told),
        "{}",
        german.description()
    );
    let [after, before] = medians(3);
    for text in [format!(">mit {after}<"), format!(">ohne {before}<")] {
        let drawn = german.as_str().replace('\n', "");
        assert!(drawn.contains(&text), "{text}");
    }
    let english = chart.svg(Language::English).unwrap();
    assert!(english.as_str().contains("lang=\"en\"") && english.title().contains("North"));
    let table = chart.table(Language::English);
    assert_eq!((table.len(), table[0].len()), (1 + 4, 6));
    let more: f64 = table[4][5].parse().unwrap();
    assert!(more > 50.0, "{table:?}");
    assert_eq!(table[1][5], "0.0", "nothing before the year of completion");
    assert!(
        chart
            .png(Language::English)
            .unwrap()
            .starts_with(b"\x89PNG")
    );
}

#[test]
fn an_area_or_group_without_paths_is_refused() {
    let (made, without, with) = made_up();
    for (area, group) in [("nowhere", "U3"), ("north", "K")] {
        let refused = ComparedFans::new(&made, (&without, &with), area, group, names());
        assert!(
            matches!(refused, Err(ChartError::Unknown { .. })),
            "{area} {group}"
        );
    }
}
