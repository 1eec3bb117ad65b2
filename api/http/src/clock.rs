//! What time it is, in the city.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Central European time with its summer time, written as POSIX has it (IEEE 1003.1, TZ), so that no
/// time-zone database need be installed.
const CITY_TIME: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// The clock of the service: the system's, or one that tests set.
///
/// Copies share the time: a test keeps one and advances it while the service runs.
///
/// ```
/// use http_api::Clock;
/// use jiff::SignedDuration;
/// let clock = Clock::fixed("2026-03-28T23:30:00Z".parse()?);
/// assert_eq!(clock.today().to_string(), "2026-03-29", "the city is an hour ahead");
/// clock.advance(SignedDuration::from_hours(24));
/// assert_eq!(clock.today().to_string(), "2026-03-30", "and two in summer");
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Clock {
    source: Source,
    zone: TimeZone,
}

#[derive(Debug, Clone)]
enum Source {
    System,
    Set(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::of(Source::System)
    }

    /// A clock that stands at a moment until it is moved.
    #[must_use]
    pub fn fixed(at: Timestamp) -> Self {
        Self::of(Source::Set(Arc::new(Mutex::new(at))))
    }

    /// A clock that stands at noon of a day, in the city's time.
    ///
    /// # Errors
    /// [`jiff::Error`] for a day at the ends of the calendar.
    pub fn fixed_on(day: Date) -> Result<Self, jiff::Error> {
        let clock = Self::fixed(Timestamp::UNIX_EPOCH);
        clock.set(noon_of(day, &clock.zone)?);
        Ok(clock)
    }

    fn of(source: Source) -> Self {
        Self {
            source,
            zone: TimeZone::posix(CITY_TIME).unwrap_or(TimeZone::UTC),
        }
    }

    /// The moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.source {
            Source::System => Timestamp::now(),
            Source::Set(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// The day, in the city's time zone (Europe/Berlin).
    #[must_use]
    pub fn today(&self) -> Date {
        self.day_of(self.now())
    }

    /// The day of a moment, in the city's time zone.
    #[must_use]
    pub fn day_of(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// Sets a fixed clock; the system's clock stays as it is.
    pub fn set(&self, at: Timestamp) {
        if let Source::Set(now) = &self.source {
            *now.lock().unwrap_or_else(PoisonError::into_inner) = at;
        }
    }

    /// Moves a fixed clock, forwards or backwards, as far as the calendar goes; the system's clock
    /// stays as it is.
    pub fn advance(&self, by: SignedDuration) {
        let now = self.now();
        self.set(now.saturating_add(by).unwrap_or(now));
    }

    /// Sets a fixed clock to noon of a day.
    ///
    /// # Errors
    /// [`jiff::Error`] for a day at the ends of the calendar.
    pub fn set_day(&self, day: Date) -> Result<(), jiff::Error> {
        self.set(noon_of(day, &self.zone)?);
        Ok(())
    }
}

fn noon_of(day: Date, zone: &TimeZone) -> Result<Timestamp, jiff::Error> {
    Ok(day.at(12, 0, 0, 0).to_zoned(zone.clone())?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_city_is_an_hour_ahead_in_winter_and_two_in_summer() {
        let noon = |day| Clock::fixed_on(day).unwrap().now().to_string();
        assert_eq!(noon(date(2026, 12, 1)), "2026-12-01T11:00:00Z");
        assert_eq!(noon(date(2026, 7, 1)), "2026-07-01T10:00:00Z");
    }

    #[test]
    fn a_copy_of_a_fixed_clock_moves_with_it() {
        let clock = Clock::fixed_on(date(2026, 12, 31)).unwrap();
        let copy = clock.clone();
        clock.advance(SignedDuration::from_hours(12));
        assert_eq!(copy.today(), date(2027, 1, 1));
        copy.set_day(date(2026, 1, 5)).unwrap();
        assert_eq!(clock.today(), date(2026, 1, 5));
    }
}
