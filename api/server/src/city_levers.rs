//! Levers on the children of a city, for its page.

use disclosure::Label;
use forecast::{AgeGroup, Forecast, ForecastRequest, KeptPaths, PathModel, PathOptions, TakeUp};
use http_api::LeversView;
use tables::City;

use crate::city_forecast::{Inputs, SHOWN_GROUPS};
use crate::failure::Failure;
use crate::words::group_names;

/// Paths that are kept: enough for quantiles, small enough to pull a lever at once.
const PATHS: usize = 400;
/// Seed of the paths.
const SEED: u64 = 1;

/// Paths of a city's children with the horizon of its forecast; `None` without a population.
pub(crate) fn view(
    city: &City,
    forecast: &Forecast,
    source: Label,
) -> Result<Option<LeversView>, Failure> {
    let Some(inputs) = Inputs::of(city)? else {
        return Ok(None);
    };
    let take_up = TakeUp::saxony()?;
    let shown = AgeGroup::parse_list(SHOWN_GROUPS)?;
    let mut groups = shown.clone();
    groups.extend(take_up.groups());
    let request = ForecastRequest {
        horizon: forecast.horizon(),
        ..ForecastRequest::default()
    };
    let model = PathModel::new(
        &inputs.population,
        inputs.births.as_ref(),
        &inputs.areas,
        &request,
        PathOptions::default(),
    )?;
    let paths = KeptPaths::simulate(model, SEED, PATHS, &groups)?;
    let mut view = LeversView::new(paths, forecast.clone(), &shown, take_up, source)?;
    view.group_names = group_names();
    Ok(Some(view))
}
