//! Children who come into the city while it is measured, up to the day their contract is concluded.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::procedure::{Child, Command, Conclusion, Entry, NewOffer, Wish};
use domain::{CareType, ChildId, ContractId, OfferId};
use jiff::civil::date;
use store::SqlStore;
use tokio::task::JoinSet;

use super::city::{APPLICATIONS_EACH, BORN, CitySize, START, consent, facts, hours};
use super::{keys, perform, staff};

/// Children made ready at the same time.
const AT_ONCE: u64 = 8;

/// Gives every child a number of its own, beyond those of the city.
#[derive(Debug)]
pub struct Applicants {
    size: CitySize,
    next: AtomicU64,
}

/// A child with three applications and one confirmed offer.
#[derive(Debug, Clone)]
pub struct Applicant {
    child: ChildId,
    offer: OfferId,
    contract: ContractId,
}

impl Applicant {
    /// The contract on the confirmed offer: withdraws the two other applications.
    #[must_use]
    pub fn conclusion(&self) -> Command {
        Command::ConcludeContract {
            child: self.child.clone(),
            conclusion: Conclusion {
                contract: self.contract.clone(),
                offer: self.offer.clone(),
                days_per_week: 5,
                lunch: true,
                by: staff(),
            },
        }
    }

    /// The key of its conclusion against repetition.
    #[must_use]
    pub fn name(&self) -> &str {
        self.contract.as_str()
    }
}

impl Applicants {
    /// Children of a city of this size.
    #[must_use]
    pub fn of(size: CitySize) -> Self {
        Self {
            size,
            next: AtomicU64::new(size.children),
        }
    }

    /// Makes children ready for their contracts, through every step of the procedure.
    ///
    /// # Errors
    ///
    /// When a step is refused, or the database does not answer.
    pub async fn ready(&self, store: &SqlStore, count: u64) -> io::Result<Vec<Applicant>> {
        let first = self.next.fetch_add(count, Ordering::Relaxed);
        let mut tasks = JoinSet::new();
        for start in first..first + AT_ONCE.min(count) {
            let (store, size) = (store.clone(), self.size);
            let numbers: Vec<u64> = (start..first + count).step_by(AT_ONCE as usize).collect();
            tasks.spawn(async move {
                for number in numbers {
                    for command in steps(size, number) {
                        perform(&store, &command).await?;
                    }
                }
                Ok::<(), io::Error>(())
            });
        }
        for done in tasks.join_all().await {
            done?;
        }
        Ok((first..first + count).map(applicant).collect())
    }
}

fn applicant(number: u64) -> Applicant {
    Applicant {
        child: keys::child(number),
        offer: keys::offer(number),
        contract: keys::contract(number),
    }
}

/// Everything before the contract.
fn steps(size: CitySize, number: u64) -> [Command; 5] {
    let Applicant { child, offer, .. } = applicant(number);
    let wish = |rank: u32| {
        let order = u64::from(rank - 1);
        Wish {
            application: keys::application(number * APPLICATIONS_EACH + order),
            facility: keys::facility((number * 7 + order) % size.facilities),
            care_type: CareType::Nursery,
            rank,
            wished_start: START,
            daily_hours: hours(9),
        }
    };
    [
        Command::RegisterChild {
            child: Child {
                id: child.clone(),
                facts: facts(number, BORN),
            },
        },
        Command::GiveConsent {
            child: child.clone(),
            consent: consent(),
        },
        Command::SubmitApplications {
            child: child.clone(),
            wishes: (1..=3).map(wish).collect(),
            entry: Entry::Online,
        },
        Command::MakeOffer {
            child: child.clone(),
            offer: NewOffer {
                id: offer.clone(),
                application: keys::application(number * APPLICATIONS_EACH),
                starts_on: START,
                ends_on: None,
                daily_hours: None,
                reply_by: date(2027, 2, 15),
                by: staff(),
                override_reason: None,
            },
        },
        Command::ConfirmOffer { child, offer },
    ]
}
