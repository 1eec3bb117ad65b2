//! What the city and providers change about providers, facilities and places.

use domain::procedure::{BlockedSpan, CapacityChange, CapacitySpan, Command};
use domain::{CareType, Month, ReferenceId, RolloutStage, RolloutStep};
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::super::world::{
    FACILITIES, Request, World, facility, first_after, months_after, provider,
};

/// A care type the facility has places of.
fn care_type_at(at: u8, number: u8) -> CareType {
    let (_, _, places) = FACILITIES[usize::from(at) % FACILITIES.len()];
    places[usize::from(number) % places.len()].0
}

fn reference(text: &str) -> ReferenceId {
    ReferenceId::new(text).expect("letters and digits are an identifier")
}

impl World {
    fn in_days(&self, days: u8) -> Date {
        self.today().saturating_add(i64::from(days).days())
    }

    pub(super) fn capacity(&mut self, [at, care, from, staffed]: [u8; 4]) -> Option<Request> {
        let valid_from = if from % 5 == 0 {
            self.in_days(from)
        } else {
            first_after(self.today(), i32::from(from % 14))
        };
        let valid_to = (care > 200).then(|| months_after(valid_from, i32::from(care % 9)));
        Some(Request::of_a_provider(Command::SetCapacity(
            CapacityChange {
                facility: facility(at),
                span: CapacitySpan {
                    care_type: care_type_at(at, care),
                    valid_from,
                    valid_to,
                    licensed: 4,
                    planned: 4,
                    staffed: if staffed > 250 {
                        5
                    } else {
                        u32::from(staffed % 4)
                    },
                },
            },
        )))
    }

    pub(super) fn block(&mut self, [at, care, from, places]: [u8; 4]) -> Option<Request> {
        let valid_from = first_after(self.today(), i32::from(from % 10));
        Some(Request::of_a_provider(Command::BlockPlaces {
            facility: facility(at),
            span: BlockedSpan {
                care_type: care_type_at(at, care),
                valid_from,
                valid_to: Some(months_after(valid_from, i32::from(places % 16))),
                places: u32::from(places % 3),
            },
        }))
    }

    pub(super) fn lose_licence(&mut self, [at, days, ..]: [u8; 4]) -> Option<Request> {
        Some(Request::of_the_city(Command::WithdrawLicence {
            facility: facility(at),
            from: self.in_days(days % 90),
            notice: reference("notice-1"),
        }))
    }

    pub(super) fn grant_licence(&mut self, [at, days, months, _]: [u8; 4]) -> Option<Request> {
        let valid_from = self.in_days(days % 90);
        Some(Request::of_the_city(Command::GrantLicence {
            facility: facility(at),
            valid_from,
            valid_to: (months % 3 == 0).then(|| months_after(valid_from, 6 + i32::from(months))),
            proof: reference("proof-1"),
        }))
    }

    pub(super) fn needs_plan([at, out, ..]: [u8; 4]) -> Request {
        Request::of_the_city(Command::SetNeedsPlan {
            facility: facility(at),
            in_needs_plan: out % 3 != 0,
        })
    }

    pub(super) fn close_facility(&mut self, [at, months, ..]: [u8; 4]) -> Option<Request> {
        Some(Request::of_a_provider(Command::CloseFacility {
            facility: facility(at),
            last_day: months_after(self.today(), i32::from(months % 60)).last_of_month(),
        }))
    }

    pub(super) fn end_provider(&mut self, [which, days, ..]: [u8; 4]) -> Option<Request> {
        Some(Request::of_the_city(Command::EndProvider {
            provider: provider(which),
            last_day: self.in_days(days),
        }))
    }

    pub(super) fn rollout(&mut self, [which, stage, days, care]: [u8; 4]) -> Option<Request> {
        let stage = if stage < 128 {
            RolloutStage::Full
        } else {
            RolloutStage::ALL[usize::from(stage) % RolloutStage::ALL.len()]
        };
        Some(Request::of_the_city(Command::SetRollout {
            provider: provider(which),
            step: RolloutStep {
                care_type: CareType::ALL[usize::from(care) % CareType::ALL.len()],
                stage,
                valid_from: self.in_days(days),
            },
        }))
    }

    pub(super) fn attest(&mut self, [which, ..]: [u8; 4]) -> Option<Request> {
        Some(Request::of_a_provider(Command::Attest {
            provider: provider(which),
            month: Month::of(self.today()),
        }))
    }

    pub(super) fn deadline(&mut self, [which, care, days, _]: [u8; 4]) -> Option<Request> {
        Some(Request::of_the_city(Command::SetImportDeadline {
            provider: provider(which),
            care_type: CareType::ALL[usize::from(care) % CareType::ALL.len()],
            deadline: self.in_days(days),
        }))
    }
}
