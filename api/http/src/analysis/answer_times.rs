//! How long families take to answer an offer, from the offers made so far.

use domain::Month;
use jiff::Unit;
use jiff::civil::Date;
use matching::ResponseTimes;
use serde::Serialize;
use store::{OfferRow, OfferStanding, Snapshot};

use super::AnalysisError;

/// Fewest answers that a distribution is made of.
const FEWEST_ANSWERS: usize = 20;
/// Offers made in so many months before today count.
const MONTHS_LOOKED_AT: i32 = 24;
/// Days to answer where no offer was made so far: two weeks, as the page of providers proposes.
const USUAL_DAYS: u32 = 14;

/// What the days of a chain are reckoned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "from")]
pub enum DaysFrom {
    /// From the days between offer and answer; offers that expired count with their whole time.
    Answers {
        /// Number of offers answered or expired.
        offers: usize,
    },
    /// Fewer than 20 answers: from the time that offers give, as if everybody took all of it.
    Deadlines {
        /// Number of offers.
        offers: usize,
    },
    /// No offer so far: two weeks for each answer.
    Assumed,
}

/// The distribution of answer times.
pub(super) struct AnswerTimes {
    pub(super) times: ResponseTimes,
    pub(super) days_from: DaysFrom,
}

impl AnswerTimes {
    /// From the offers of the two years before a day.
    pub(super) fn of(snapshot: &Snapshot, today: Date) -> Result<Self, AnalysisError> {
        let first = Month::of(today).plus(-MONTHS_LOOKED_AT).first_day();
        let mut answered = Vec::new();
        let mut allowed = Vec::new();
        for offer in snapshot.chunks().flat_map(|chunk| chunk.offers.rows()) {
            if offer.offered_on < first {
                continue;
            }
            answered.extend(days_to_answer(&offer));
            allowed.extend(days_between(offer.offered_on, offer.reply_by));
        }
        let (days, days_from) = if answered.len() >= FEWEST_ANSWERS {
            let offers = answered.len();
            (answered, DaysFrom::Answers { offers })
        } else if allowed.is_empty() {
            (vec![USUAL_DAYS], DaysFrom::Assumed)
        } else {
            let offers = allowed.len();
            (allowed, DaysFrom::Deadlines { offers })
        };
        let times = ResponseTimes::observed(&days).map_err(AnalysisError::failed("chain"))?;
        Ok(Self { times, days_from })
    }
}

/// Days until the family answered, or let the offer expire; nothing of offers that others ended.
fn days_to_answer(offer: &OfferRow) -> Option<u32> {
    let answered_on = match offer.standing {
        OfferStanding::Confirmed | OfferStanding::Contracted | OfferStanding::Declined => {
            offer.confirmed_on.or(offer.closed_on)
        }
        OfferStanding::Expired => Some(offer.reply_by),
        OfferStanding::Open
        | OfferStanding::DeclinedByContract
        | OfferStanding::Revoked
        | OfferStanding::Withdrawn => None,
    };
    days_between(offer.offered_on, answered_on?)
}

/// Whole days from one day to another; nothing if it lies before, or further off than a year.
fn days_between(first: Date, last: Date) -> Option<u32> {
    let span = first.until((Unit::Day, last)).ok()?;
    u32::try_from(span.get_days())
        .ok()
        .filter(|days| *days <= 366)
}
