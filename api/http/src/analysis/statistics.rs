//! The standing set of tables of a month, made once per snapshot.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use disclosure::Label;
use domain::Month;
use jiff::civil::Date;
use reporting::{StatisticsMonth, statistics_note, statistics_of_month};
use store::Snapshot;
use tables::City;

use super::{Analyses, AnalysisError, city};

/// Months one can look back.
const MOST_MONTHS_BACK: i32 = 120;

/// What was made of the newest snapshot.
#[derive(Debug)]
pub(super) struct KeptStatistics {
    sequence: u64,
    city: Arc<City>,
    months: BTreeMap<(Month, Date), Arc<StatisticsMonth>>,
}

impl Analyses {
    /// The statistics of a month as known on its 1st, or on the 1st of a later month.
    ///
    /// Versions are drawn on the 1st of months only: who could ask day by day would see every child
    /// that is corrected by itself.
    ///
    /// # Errors
    ///
    /// [`AnalysisError::OutOfRange`] for a month to come or long gone, and for a version from before
    /// the month or to come; [`AnalysisError::Contradiction`], [`AnalysisError::Failed`].
    pub fn statistics(
        &self,
        snapshot: &Snapshot,
        month: Month,
        version: Option<Month>,
        today: Date,
    ) -> Result<Arc<StatisticsMonth>, AnalysisError> {
        let now = Month::of(today);
        if month > now || now.since(month) > MOST_MONTHS_BACK {
            return Err(AnalysisError::OutOfRange {
                what: "month",
                value: month.to_string(),
                remedy: "ask for this month or one of the 120 before",
            });
        }
        let version = version.unwrap_or(month);
        if version < month || version > now {
            return Err(AnalysisError::OutOfRange {
                what: "version",
                value: version.to_string(),
                remedy: "ask for a month from the one asked for to this one: versions are drawn on their 1st",
            });
        }
        let known_on = version.first_day();
        // Held while the tables are made, so that they are made once.
        let mut kept = self
            .statistics
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let newest = kept
            .take()
            .filter(|kept| kept.sequence == snapshot.sequence());
        let kept = kept.insert(match newest {
            Some(kept) => kept,
            None => KeptStatistics {
                sequence: snapshot.sequence(),
                city: Arc::new(city::statistics_city(snapshot, &self.tables)?),
                months: BTreeMap::new(),
            },
        });
        if let Some(made) = kept.months.get(&(month, known_on)) {
            return Ok(Arc::clone(made));
        }
        let made = statistics_of_month(&kept.city, month, known_on, &self.policy)
            .map_err(AnalysisError::failed("statistics"))?;
        let made = Arc::new(made);
        kept.months.insert((month, known_on), Arc::clone(&made));
        Ok(made)
    }

    /// What readers of the statistics have to be told.
    #[must_use]
    pub fn statistics_note(&self) -> Label {
        statistics_note(&self.policy)
    }
}
