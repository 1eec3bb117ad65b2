//! A forecast under levers beside the one without, from a file of levers.

use std::io::{Read as _, Write};
use std::path::Path;

use anyhow::Context as _;
use forecast::{
    AgeGroup, Areas, Births, FanPoint, ForecastRequest, KeptPaths, LeverFormat, LeverSheet,
    PathModel, PathOptions, Population, ScenarioFans, TOTAL_AREA,
};

use super::forecast::refused;
use crate::failure::Failure;
use crate::files::{name, open};

/// Children with and without levers, from the same chances.
pub(super) struct Pulled {
    areas: Vec<String>,
    groups: Vec<AgeGroup>,
    without: ScenarioFans,
    with: ScenarioFans,
}

/// Reads levers and pulls them on simulated paths. Years a lever takes out of the base are left out of
/// both sides.
pub(super) fn pull(
    path: &Path,
    (population, births, areas): (&Population, Option<&Births>, &Areas),
    request: &ForecastRequest,
    (seed, paths): (u64, usize),
) -> Result<Pulled, Failure> {
    let mut text = String::new();
    open(path)?
        .read_to_string(&mut text)
        .with_context(|| format!("reading the levers of {}", path.display()))?;
    let is_json = path.extension().is_some_and(|ending| ending == "json");
    let format = if is_json {
        LeverFormat::Json
    } else {
        LeverFormat::Toml
    };
    let levers = LeverSheet::read(&text, format, &name(path)).map_err(Failure::Input)?;
    let nothing = LeverSheet {
        levers: Vec::new(),
        ..levers.clone()
    };
    let mut request = request.clone();
    request.excluded_years.extend(levers.excluded_years());
    request.excluded_years.sort_unstable();
    request.excluded_years.dedup();
    let oldest = request.groups.iter().map(|group| group.ages().last());
    let options = PathOptions {
        oldest_age: oldest.fold(11, u8::max),
        ..PathOptions::default()
    };
    let model = PathModel::new(population, births, areas, &request, options)
        .map_err(|error| refused(&error))?;
    let codes = model.areas().iter().map(|area| area.code.clone()).collect();
    let kept = KeptPaths::simulate(model, seed, paths, &request.groups)
        .map_err(|error| refused(&error))?;
    Ok(Pulled {
        areas: codes,
        without: kept.run(&nothing).map_err(Failure::Input)?,
        with: kept.run(&levers).map_err(Failure::Input)?,
        groups: request.groups,
    })
}

impl Pulled {
    /// What the levers do to the whole city in the last year.
    pub(super) fn told(&self) -> String {
        let mut changes = Vec::new();
        for group in &self.groups {
            let last = |fans: &ScenarioFans| fans.fan(TOTAL_AREA, group.name())?.pop();
            if let (Some(without), Some(with)) = (last(&self.without), last(&self.with)) {
                changes.push(format!(
                    "{} {:.0} instead of {:.0} in {}",
                    group.name(),
                    with.mean,
                    without.mean,
                    with.year
                ));
            }
        }
        format!("With the levers, all areas: {}.", changes.join("; "))
    }

    /// `area,year,group`, mean and quantiles with the levers, the mean without, and the change.
    pub(super) fn write_csv(&self, mut to: impl Write) -> std::io::Result<()> {
        writeln!(
            to,
            "area,year,group,mean,q025,q10,q50,q90,q975,mean_without,change"
        )?;
        for area in &self.areas {
            for group in &self.groups {
                let fan = |fans: &ScenarioFans| fans.fan(area, group.name()).unwrap_or_default();
                let pairs = fan(&self.with).into_iter().zip(fan(&self.without));
                for (with, without) in pairs {
                    write_row(&mut to, (area, group.name()), (&with, &without))?;
                }
            }
        }
        Ok(())
    }
}

fn write_row(
    to: &mut impl Write,
    (area, group): (&str, &str),
    (with, without): (&FanPoint, &FanPoint),
) -> std::io::Result<()> {
    write!(to, "{area},{},{group}", with.year)?;
    for value in [
        with.mean, with.q025, with.q10, with.q50, with.q90, with.q975,
    ] {
        write!(to, ",{value:.3}")?;
    }
    let change = with.mean - without.mean;
    writeln!(to, ",{:.3},{change:.3}", without.mean)
}
