//! The forecast of a city from its own tables.

use std::io::Cursor;

use forecast::{
    AgeClass, AgeGroup, Areas, Births, Demand, Forecast, ForecastRequest, Population, TakeUp,
};
use scenario::{BandShare, DemandTable};
use tables::schema::TableName;
use tables::{City, Format, TableWriter};

use crate::failure::Failure;

/// Children and places needed, years ahead.
pub(crate) struct CityForecast {
    /// Children by age and by group.
    pub(crate) forecast: Forecast,
    /// Places needed at the take-up assumed.
    pub(crate) demand: Demand,
}

/// Groups shown on pages: under three, three to five, six to nine.
const SHOWN: [(&str, u8, u8); 3] = [("U3", 0, 2), ("K", 3, 5), ("H", 6, 9)];

/// A table as the CSV text that the forecast's file contract reads.
fn text(city: &City, table: TableName) -> anyhow::Result<Cursor<Vec<u8>>> {
    let mut bytes = Vec::new();
    let mut writer = TableWriter::new(table, Format::Csv, &mut bytes)?;
    writer.write(city.frame(table))?;
    writer.finish()?;
    Ok(Cursor::new(bytes))
}

impl CityForecast {
    /// Forecasts a city; `None` if it has no population table.
    pub(crate) fn of(city: &City, horizon: usize) -> Result<Option<Self>, Failure> {
        if city.frame(TableName::Population).height() == 0 {
            return Ok(None);
        }
        let population = Population::read(text(city, TableName::Population)?, "population")
            .map_err(Failure::Input)?;
        let births = if city.frame(TableName::Births).height() == 0 {
            None
        } else {
            Some(Births::read(text(city, TableName::Births)?, "births").map_err(Failure::Input)?)
        };
        let areas = Areas::read(text(city, TableName::Areas)?, "areas").map_err(Failure::Input)?;
        let take_up = TakeUp::saxony()?;
        let mut groups = take_up.groups();
        for (name, first, last) in SHOWN {
            groups.push(AgeGroup::new(name, AgeClass::new(first, last)?)?);
        }
        let request = ForecastRequest {
            horizon,
            groups,
            ..ForecastRequest::default()
        };
        let forecast = forecast::forecast(&population, births.as_ref(), &areas, &request)?;
        let demand = forecast::demand(&forecast, &take_up)?;
        Ok(Some(Self { forecast, demand }))
    }

    /// Demand by care type on some days.
    ///
    /// Under three: 14 % childminding (wish of 13 to 16 % of Dresden families in 2018), the rest
    /// nursery. From three on: kindergarten.
    pub(crate) fn demand_on(&self, dates: &[jiff::civil::Date]) -> Result<DemandTable, Failure> {
        const CHILDMINDING: f64 = 0.14;
        let share = |group: &str, care_type, share| BandShare {
            group: group.to_owned(),
            care_type,
            share,
        };
        use domain::CareType::{Childminding, Kindergarten, Nursery};
        let shares = [
            share("under 1", Childminding, CHILDMINDING),
            share("under 1", Nursery, 1.0 - CHILDMINDING),
            share("1 to under 3", Childminding, CHILDMINDING),
            share("1 to under 3", Nursery, 1.0 - CHILDMINDING),
            share("3 to under 6", Kindergarten, 1.0),
        ];
        Ok(DemandTable::from_forecast(&self.demand, &shares, dates)?)
    }
}
