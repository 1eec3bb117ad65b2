//! What the demand of a city follows from, learned from its own contracts and applications.

use domain::InputProblem;
use forecast::{
    Areas, Births, DemandModel, ForecastRequest, PathModel, PathOptions, Population, STOCK_AGES,
};
use jiff::civil::Date;
use tables::City;
use tables::schema::TableName;

use super::city_demand::{CityDemandError, Records};

/// What the demand of a city follows from: its children and its take-up, learned.
#[derive(Debug)]
pub struct LearnedDemand {
    /// Paths of the children.
    pub children: PathModel,
    /// Take-up, school entry and flows.
    pub model: DemandModel,
    /// What was filled in or held back.
    pub warnings: Vec<InputProblem>,
}

impl LearnedDemand {
    /// Learns the demand of a city for `years` years ahead, without the years that a lever excludes;
    /// `None` without single ages to 12, without contracts, or with a band without children.
    ///
    /// # Errors
    ///
    /// [`CityDemandError`]; all problems of the tables at once.
    pub fn of(
        city: &City,
        (population, births, areas): (&Population, Option<&Births>, &Areas),
        as_of: Date,
        years: usize,
        excluded_years: Vec<i32>,
    ) -> Result<Option<Self>, CityDemandError> {
        let single = (0..STOCK_AGES as u8)
            .zip(population.classes())
            .filter(|(age, class)| class.first() == *age && class.width() == 1);
        if single.count() < STOCK_AGES || city.frame(TableName::Contracts).height() == 0 {
            return Ok(None);
        }
        let request = ForecastRequest {
            horizon: years,
            excluded_years,
            ..ForecastRequest::default()
        };
        let options = PathOptions {
            oldest_age: STOCK_AGES as u8 - 1,
            ..PathOptions::default()
        };
        let children = PathModel::new(population, births, areas, &request, options)?;
        let records = Records::read(city)?;
        let (input, mut warnings) = records.input(city, as_of, children.areas(), population)?;
        let model = match DemandModel::learn(children.areas(), &input) {
            Ok(model) => model,
            // A band without a single child in the whole city: nothing to learn from.
            Err(problems) if problems.iter().all(|problem| problem.code == "E4054") => {
                return Ok(None);
            }
            Err(problems) => return Err(problems.into()),
        };
        warnings.extend(model.warnings().iter().cloned());
        Ok(Some(Self {
            children,
            model,
            warnings,
        }))
    }
}
