//! Existing children of a provider as they are handed in (K41).

use domain::CareType;
use domain::procedure::{CapacityChange, Command, ContractTerms, ExistingChild};

use super::city::{CitySize, capacity, days_in_care, facts, hours};
use super::keys;

/// The load of a provider that runs every facility of a city with one provider.
#[must_use]
pub fn import(size: CitySize, children: u64) -> Command {
    Command::ImportExistingChildren {
        provider: keys::provider(0),
        care_type: None,
        rows: (0..children).map(|number| row(size, number)).collect(),
    }
}

fn row(size: CitySize, number: u64) -> ExistingChild {
    let (birth_date, valid_from, valid_to) = days_in_care(number);
    ExistingChild {
        row: number + 1,
        provider_key: keys::reference(number),
        child: keys::child(number),
        child_is_known: false,
        facts: facts(number, birth_date),
        contract: keys::contract(number),
        facility: keys::facility(number % size.facilities),
        terms: ContractTerms {
            care_type: CareType::Nursery,
            daily_hours: hours(9),
            days_per_week: 5,
            lunch: true,
            valid_from,
            valid_to: Some(valid_to),
        },
    }
}

/// Other places for one facility: a change that concerns no child.
#[must_use]
pub fn other_places(size: CitySize, round: u32) -> Command {
    Command::SetCapacity(CapacityChange {
        facility: keys::facility(u64::from(round) % size.facilities),
        span: capacity(CareType::Kindergarten, 1_000 + round),
    })
}
