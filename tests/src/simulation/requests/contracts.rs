//! Changes of contracts, and the initial load of existing children.

use domain::procedure::{Command, ContractEnd, ContractTerms, ContractVersion, ExistingChild};
use domain::{CareType, ContractId, FacilityId, ReferenceId};
use jiff::ToSpan as _;

use super::super::world::{
    FACILITIES, PROVIDERS, Request, World, child_key, facility, first_after, months_after, pick,
    provider,
};
use super::{facts, fitting, hours};

fn terms_of(version: &ContractVersion) -> ContractTerms {
    ContractTerms {
        care_type: version.care_type,
        daily_hours: version.daily_hours,
        days_per_week: version.days_per_week,
        lunch: version.lunch,
        valid_from: version.valid_from,
        valid_to: Some(version.valid_to),
    }
}

impl World {
    pub(super) fn correct(&mut self, [number, from, to, how]: [u8; 4]) -> Option<Request> {
        let (file, contract) = pick(&self.contracts(), number)?;
        let mut terms = terms_of(contract.versions.last()?);
        terms.valid_from = months_after(terms.valid_from, [0, 0, -1, 1, 6][usize::from(from % 5)]);
        terms.valid_to = match to % 6 {
            0 => None,
            months @ 1..=3 => terms
                .valid_to
                .map(|last| months_after(last, 3 * i32::from(months))),
            4 => terms.valid_to.map(|last| months_after(last, -12)),
            _ => terms.valid_to,
        };
        if how % 4 == 0 {
            terms.daily_hours = hours(how);
        }
        if how > 240 {
            terms.care_type = CareType::Kindergarten;
        }
        Some(Request::of_a_provider(Command::CorrectContract {
            child: file.child.id.clone(),
            contract: contract.id.clone(),
            terms,
        }))
    }

    pub(super) fn continue_contract(
        &mut self,
        [number, from, to, how]: [u8; 4],
    ) -> Option<Request> {
        let key = self.new_key("v");
        let today = self.today();
        let (file, contract) = pick(&self.contracts(), number)?;
        let current = contract.versions.last()?;
        let mut terms = terms_of(current);
        terms.valid_from = first_after(today.max(current.valid_from), i32::from(from % 14));
        if terms.care_type != CareType::Childminding {
            terms.care_type = fitting(file.child.facts.birth_date, terms.valid_from);
        }
        terms.daily_hours = hours(how);
        terms.valid_to = match to % 4 {
            0 => None,
            1 => Some(months_after(terms.valid_from, 2 + i32::from(to % 20))),
            _ => terms.valid_to,
        };
        Some(Request::of_a_provider(Command::ContinueContract {
            child: file.child.id.clone(),
            contract: contract.id.clone(),
            continuation: ContractId::new(&key).expect("letters are an identifier"),
            terms,
        }))
    }

    pub(super) fn end(&mut self, [number, days, how, cause]: [u8; 4]) -> Option<Request> {
        let today = self.today();
        let (file, contract) = pick(&self.contracts(), number)?;
        let current = contract.versions.last()?;
        let last_day = match how % 5 {
            0 => current.valid_from.saturating_sub(1.day()), // cancelled
            1 => current.valid_to.saturating_sub(i64::from(days).days()),
            _ => today
                .max(current.valid_from)
                .saturating_add(i64::from(days).days()),
        };
        let causes = [
            ContractEnd::ByFamily,
            ContractEnd::ByProvider,
            ContractEnd::MovedAway,
            ContractEnd::Regular,
            ContractEnd::Transfer,
        ];
        Some(Request::of_a_provider(Command::EndContract {
            child: file.child.id.clone(),
            contract: contract.id.clone(),
            last_day,
            cause: causes[usize::from(cause) % causes.len()],
        }))
    }

    pub(super) fn import(&mut self, [by, count, keys, how]: [u8; 4]) -> Option<Request> {
        let rows = (0..1 + count % 3)
            .map(|row| self.row(by, row, keys.wrapping_add(row), how.wrapping_add(row * 7)))
            .collect();
        Some(Request::of_a_provider(Command::ImportExistingChildren {
            provider: provider(by),
            care_type: None,
            rows,
        }))
    }

    /// A row: of a key known already, of a child known already, or of a new child.
    fn row(&mut self, by: u8, row: u8, key: u8, how: u8) -> ExistingChild {
        let contract = ContractId::new(&self.new_key("v")).expect("letters are an identifier");
        let new_child = child_key(&self.new_key("i"));
        let by = usize::from(by) % PROVIDERS.len();
        let text = format!("{}.k{}", PROVIDERS[by], key % 6);
        let provider_key = ReferenceId::new(&text).expect("letters are an identifier");
        let own: Vec<u8> = (0..4)
            .filter(|number| FACILITIES[usize::from(*number)].1 == PROVIDERS[by])
            .collect();
        let known = self.files.provider_keys.get(&provider_key).cloned();
        let (child, child_is_known) = match &known {
            Some((child, _)) if how % 4 != 3 => (Some(child.clone()), how.is_multiple_of(2)),
            _ if how.is_multiple_of(3) => (self.child(how / 3).map(|f| f.child.id.clone()), true),
            _ => (None, false),
        };
        let file = child.as_ref().and_then(|id| self.files.children.get(id));
        let facts = file.map_or_else(
            || facts(how.wrapping_mul(5), new_child.as_str()),
            |file| file.child.facts.clone(),
        );
        let at: FacilityId = known
            .as_ref()
            .zip(file)
            .and_then(|((_, id), file)| file.contracts.iter().find(|c| c.id == *id))
            .map_or_else(
                || facility(own[usize::from(how) % own.len()]),
                |c| c.facility.clone(),
            );
        let valid_from = first_after(self.today(), i32::from(key % 12) - 8);
        let born = facts.birth_date;
        let terms = ContractTerms {
            care_type: if at == facility(3) {
                CareType::Childminding
            } else {
                fitting(born, valid_from)
            },
            daily_hours: hours(how),
            days_per_week: 5,
            lunch: true,
            valid_from,
            valid_to: key
                .is_multiple_of(3)
                .then(|| months_after(valid_from, 12 + i32::from(how % 8)).saturating_sub(1.day())),
        };
        ExistingChild {
            row: u64::from(row) + 1,
            provider_key,
            child: child.unwrap_or(new_child),
            child_is_known,
            facts,
            contract,
            facility: at,
            terms,
        }
    }
}
