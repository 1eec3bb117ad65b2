//! How much processor time do simulated paths, a back-test of twelve origins and a scenario run take,
//! and how much less are our point forecasts than AutoETS of `statsforecast` on the same series?
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use benches::Purpose;
use benches::process;
use forecast::{
    AgeGroup, Areas, BacktestRequest, ForecastRequest, PathModel, PathOptions, Population, backtest,
};

const GROUPS: &str = "U3=0-2,K=3-5,H=6-9";

/// A made-up city: districts of eight areas, waves of births, moves that differ by area.
struct City {
    population: Population,
    areas: Areas,
    years: i32,
}

fn city(areas: usize, years: i32, oldest: i32) -> Result<City, Box<dyn Error>> {
    let (mut table, mut levels) = (
        String::from("area,year,age,count\n"),
        String::from("area,parent\n"),
    );
    for area in 0..areas {
        writeln!(levels, "a{area:04},d{:03}", area / 8)?;
        if area % 8 == 0 {
            writeln!(levels, "d{:03},", area / 8)?;
        }
        let size = 20.0 + (area * 37 % 150) as f64;
        let moves = 1.0 + ((area % 13) as f64 - 6.0) / 400.0;
        for year in 0..years {
            for age in 0..=oldest {
                let wave = 1.0 + 0.15 * (f64::from(year - age) / 5.0).sin();
                let chance = ((area as i32 * 31 + year * 17 + age * 7) % 23 - 11) as f64 / 150.0;
                let count = size * wave * moves.powi(age.min(12)) * (1.0 + chance);
                writeln!(table, "a{area:04},{},{age},{}", 2005 + year, count.round())?;
            }
        }
    }
    let problems = |problems: Vec<_>| format!("{problems:?}");
    Ok(City {
        population: Population::read(table.as_bytes(), "population.csv").map_err(problems)?,
        areas: Areas::read(levels.as_bytes(), "areas.csv").map_err(problems)?,
        years,
    })
}

impl City {
    fn paths(&self, horizon: usize, oldest_age: u8) -> Result<PathModel, Box<dyn Error>> {
        let request = ForecastRequest {
            horizon,
            ..ForecastRequest::default()
        };
        let options = PathOptions {
            oldest_age,
            ..PathOptions::default()
        };
        Ok(PathModel::new(
            &self.population,
            None,
            &self.areas,
            &request,
            options,
        )?)
    }

    fn backtest(&self, origins: i32) -> Result<usize, Box<dyn Error>> {
        let last = 2005 + self.years - 2;
        let request = BacktestRequest {
            origins: last - origins + 1..=last,
            horizon: 5,
            groups: AgeGroup::parse_list(GROUPS)?,
        };
        let found = backtest(&self.population, None, &self.areas, &request)?;
        let mut text = Vec::new();
        found.write_csv(&mut text)?;
        Ok(text.len())
    }

    /// The series AutoETS is fitted to: each area and group up to each of the last origins.
    fn write_series(&self, folder: &Path, origins: i32) -> Result<PathBuf, Box<dyn Error>> {
        let mut table = String::from("series,year,children\n");
        let last = 2005 + self.years - 2;
        for (place, area) in self.population.areas().iter().enumerate() {
            for (group, ages) in [("U3", 0..3), ("K", 3..6), ("H", 6..10)] {
                for origin in last - origins + 1..=last {
                    for year in 2005..=origin {
                        let count =
                            |class| self.population.count(place, year, class).unwrap_or(0.0);
                        let children: f64 = ages.clone().map(count).sum();
                        writeln!(table, "{area}|{group}|{origin},{year},{children}")?;
                    }
                }
            }
        }
        let file = folder.join("forecast_series.csv");
        fs::write(&file, table)?;
        Ok(file)
    }
}

/// Time on the clock and of all processors of `work`.
fn measured<T>(
    work: impl FnOnce() -> Result<T, Box<dyn Error>>,
) -> Result<(Duration, Duration), Box<dyn Error>> {
    let (before, start) = (
        process::own_processor_time().unwrap_or_default(),
        Instant::now(),
    );
    work()?;
    let wall = start.elapsed();
    Ok((
        wall,
        process::own_processor_time().unwrap_or_default() - before,
    ))
}

fn line(name: &str, (wall, processor): (Duration, Duration)) {
    println!(
        "{name:<62} wall {:7.2} s  processor {:7.2} s",
        wall.as_secs_f64(),
        processor.as_secs_f64()
    );
}

fn main() -> Result<(), Box<dyn Error>> {
    let groups = AgeGroup::parse_list(GROUPS)?;
    if Purpose::of_this_run() == Purpose::Try {
        let tiny = city(9, 9, 12)?;
        tiny.backtest(2)?;
        tiny.paths(3, 10)?.fans(1, 40, &groups)?;
        return Ok(());
    }
    let large = city(500, 16, 10)?;
    let model = large.paths(30, 10)?;
    line(
        "500 areas, 30 years, 10 000 paths, ages 0-10, fans",
        measured(|| Ok(model.fans(1, 10_000, &groups)?))?,
    );
    let small = city(60, 16, 10)?;
    let model = small.paths(15, 10)?;
    let lever = measured(|| {
        Ok(model.fans_with(1, 2_000, &groups, |block| {
            for path in 0..block.path_count() {
                block.classes_of_mut(path, 0, 3)[1] += 20.0;
            }
        })?)
    })?;
    line("scenario: 60 areas, 15 years, 2 000 paths", lever);
    let norway = city(384, 22, 49)?;
    let ours = measured(|| norway.backtest(12))?;
    line("back-test: 384 areas, 12 origins, intervals, CSV", ours);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let series = norway.write_series(folder, 12)?;
    let peer = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/forecast_autoets.py");
    let python = std::env::var("FORECAST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    match process::run(Command::new(python).arg(peer).arg(series)) {
        Ok(usage) => {
            let theirs = usage.processor.unwrap_or_default();
            line(
                "statsforecast AutoETS on the same series",
                (usage.wall, theirs),
            );
            println!(
                "ratio {:.0}",
                theirs.as_secs_f64() / ours.1.as_secs_f64().max(0.01)
            );
        }
        Err(error) => {
            println!("statsforecast did not run ({error}); see peers/requirements-forecast.txt");
        }
    }
    Ok(())
}
