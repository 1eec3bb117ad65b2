//! What a step asks for in the state it finds.

mod administration;
mod contracts;
mod families;
mod offers;

use domain::CareType;
use domain::procedure::ChildFacts;
use domain::{DailyHours, HouseholdId};
use jiff::civil::Date;

use super::step::{Step, Verb};
use super::world::{FIRST_DAY, Request, World, area, months_after};

impl World {
    /// The request of a step; `None` where there is nothing its verb could be about, and for verbs that
    /// are no requests.
    pub(super) fn request(&mut self, step: &Step) -> Option<Request> {
        let numbers = step.numbers;
        match step.verb {
            Verb::Register => self.register(numbers),
            Verb::Consent => self.consent(numbers),
            Verb::RevokeConsent => self.revoke_consent(numbers),
            Verb::MoveHome => self.move_home(numbers),
            Verb::Apply => self.submit(numbers),
            Verb::Withdraw => self.withdraw(numbers),
            Verb::Rank => self.rank(numbers),
            Verb::Score => self.score(numbers),
            Verb::Offer => self.offer(numbers),
            Verb::Confirm => self.confirm(numbers),
            Verb::Decline => self.decline(numbers),
            Verb::Revoke => self.revoke(numbers),
            Verb::Expire => self.expire(numbers),
            Verb::Conclude => self.conclude(numbers),
            Verb::Suggest => self.suggest(numbers),
            Verb::Reorder => self.reorder(numbers),
            Verb::Correct => self.correct(numbers),
            Verb::Continue => self.continue_contract(numbers),
            Verb::End => self.end(numbers),
            Verb::Import => self.import(numbers),
            Verb::Capacity => self.capacity(numbers),
            Verb::Block => self.block(numbers),
            Verb::LoseLicence => self.lose_licence(numbers),
            Verb::GrantLicence => self.grant_licence(numbers),
            Verb::NeedsPlan => Some(Self::needs_plan(numbers)),
            Verb::CloseFacility => self.close_facility(numbers),
            Verb::EndProvider => self.end_provider(numbers),
            Verb::Rollout => self.rollout(numbers),
            Verb::Attest => self.attest(numbers),
            Verb::Deadline => self.deadline(numbers),
            Verb::Job | Verb::Days | Verb::Months | Verb::Restart | Verb::Repeat => None,
        }
    }
}

/// A child of some age at the begin of the history; a few are not born yet.
pub(super) fn facts(number: u8, household: &str) -> ChildFacts {
    let months = i32::from(number % 57) - 3;
    ChildFacts {
        household: HouseholdId::new(household).expect("letters and digits are an identifier"),
        birth_date: months_after(FIRST_DAY, -months)
            .saturating_sub(jiff::Span::new().days(number / 9)),
        sex: domain::procedure::Sex::Female,
        area: area(number),
        municipality: if number < 230 { 14_612_000 } else { 14_627_010 },
        single_custodian: number.is_multiple_of(3),
        custodians_working: number.is_multiple_of(2),
        inclusion_place: false,
        school_class: None,
        siblings: domain::procedure::SiblingsRule::Independent,
    }
}

/// The care type that fits a child at the start of care.
fn fitting(born: Date, start: Date) -> CareType {
    if months_after(born, 36) <= start {
        CareType::Kindergarten
    } else {
        CareType::Nursery
    }
}

fn hours(number: u8) -> DailyHours {
    DailyHours::new(4.5 + f64::from(number % 10) / 2.0).expect("between 4.5 and 9 hours")
}
