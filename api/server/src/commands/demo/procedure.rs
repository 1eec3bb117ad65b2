//! One place given, to show what follows: offer, confirmation, contract, and all that closes with it.

use std::collections::BTreeMap;

use domain::procedure::{
    Actor, Command, Conclusion, HumanActor, NewOffer, Role, SuggestionList, SuggestionRow,
};
use domain::{CareType, ContractId, Month, OfferId, SuggestionListId};
use http_api::Clock;
use http_api::analysis::Analyses;
use jiff::ToSpan as _;
use jiff::civil::Date;
use store::{Envelope, PerformError, ProcedureStore as _, Receipt, SqlStore};

use crate::failure::Failure;
use crate::summary::Summary;

/// Months from the day of the demo to the first day of care.
const MONTHS_AHEAD: i32 = 2;

/// Days to answer an offer.
const DAYS_TO_ANSWER: i32 = 14;

/// Plays one placement on the database and tells what followed. Every step is taken by a made-up
/// person of the demo; the engine suggests and never offers.
pub(super) async fn play(
    store: &SqlStore,
    analyses: &Analyses,
    today: Date,
    seed: u64,
    summary: &mut Summary,
) -> Result<(), Failure> {
    let starts_on = Month::of(today).plus(MONTHS_AHEAD).first_day();
    let lists = suggestions(store, analyses, starts_on, today, seed).await?;
    let stage = Stage { store, today };
    let mut refused = 0_u32;
    for (list, row) in most_applications_first(&lists) {
        match stage.give_place(row, starts_on).await? {
            Some(receipt) => {
                tell(list, &receipt, summary);
                return Ok(());
            }
            None => refused += 1,
        }
    }
    summary.line(format!(
        "5. No contract was concluded: {refused} children were suggested, and none could be offered a place for the whole stay."
    ));
    Ok(())
}

/// Lists for kindergarten and nursery places.
async fn suggestions(
    store: &SqlStore,
    analyses: &Analyses,
    starts_on: Date,
    today: Date,
    seed: u64,
) -> Result<Vec<SuggestionList>, Failure> {
    let snapshot = store.snapshot().await?;
    let mut lists = Vec::new();
    for care_type in [CareType::Kindergarten, CareType::Nursery] {
        let mut number = 0_u32;
        let mut new_id = || {
            number += 1;
            SuggestionListId::new(&format!("demo.{care_type}.{number}"))
                .expect("letters, digits, dots and underscores")
        };
        lists.extend(analyses.suggestions(
            &snapshot,
            care_type,
            starts_on,
            today,
            seed,
            &mut new_id,
        )?);
    }
    Ok(lists)
}

/// Suggested rows, children with the most open applications first: there most can be seen to follow.
fn most_applications_first(lists: &[SuggestionList]) -> Vec<(&SuggestionList, &SuggestionRow)> {
    let mut open: BTreeMap<&str, usize> = BTreeMap::new();
    for row in lists.iter().flat_map(|list| &list.rows) {
        *open.entry(row.child.as_str()).or_default() += 1;
    }
    let mut suggested: Vec<(&SuggestionList, &SuggestionRow)> = lists
        .iter()
        .flat_map(|list| list.rows.iter().map(move |row| (list, row)))
        .filter(|(_, row)| row.suggested)
        .collect();
    suggested.sort_by_key(|(_, row)| {
        let wishes = open.get(row.child.as_str()).copied().unwrap_or(0);
        (std::cmp::Reverse(wishes), row.application.clone())
    });
    suggested
}

/// The made-up person of the demo in a role.
fn person(role: Role) -> Result<HumanActor, Failure> {
    Ok(HumanActor {
        id: format!("demo.{}", role.as_str()).parse()?,
        role,
    })
}

/// Where the play takes place.
struct Stage<'a> {
    store: &'a SqlStore,
    today: Date,
}

impl Stage<'_> {
    /// Offers, confirms and concludes; `None` if the rules refuse one of the steps.
    async fn give_place(
        &self,
        row: &SuggestionRow,
        earliest: Date,
    ) -> Result<Option<Receipt>, Failure> {
        let Some(file) = self.store.child_file(&row.child).await? else {
            return Ok(None);
        };
        let Some(application) = file.value.application(&row.application) else {
            return Ok(None);
        };
        let offer = OfferId::new("demo-offer")?;
        let (child, today) = (&row.child, self.today);
        let make = Command::MakeOffer {
            child: child.clone(),
            offer: NewOffer {
                id: offer.clone(),
                application: row.application.clone(),
                starts_on: earliest.max(application.wished_start),
                ends_on: None,
                daily_hours: None,
                reply_by: today.saturating_add(DAYS_TO_ANSWER.days()),
                by: person(Role::ProviderStaff)?,
                override_reason: None,
            },
        };
        if self.act(Role::ProviderStaff, &make).await?.is_none() {
            return Ok(None);
        }
        let confirm = Command::ConfirmOffer {
            child: child.clone(),
            offer: offer.clone(),
        };
        if self.act(Role::Portal, &confirm).await?.is_none() {
            return Ok(None);
        }
        let conclude = Command::ConcludeContract {
            child: child.clone(),
            conclusion: Conclusion {
                contract: ContractId::new("demo-contract")?,
                offer,
                days_per_week: 5,
                lunch: true,
                by: person(Role::ProviderStaff)?,
            },
        };
        self.act(Role::ProviderStaff, &conclude).await
    }

    /// One step; `None` if the rules refuse it.
    async fn act(&self, role: Role, command: &Command) -> Result<Option<Receipt>, Failure> {
        let envelope = Envelope {
            actor: Actor::Human(person(role)?),
            on_behalf_of: None,
            correlation_id: uuid::Uuid::now_v7().to_string(),
            at: Clock::system().now(),
            today: self.today,
            idempotency: None,
            expected_revision: None,
        };
        match self.store.perform(&envelope, command).await {
            Ok(receipt) => Ok(Some(receipt)),
            Err(PerformError::Refused(refusal)) => {
                tracing::info!(%refusal, "a step of the demo was refused");
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// What followed, in words.
fn tell(list: &SuggestionList, receipt: &Receipt, summary: &mut Summary) {
    let count = |kind: &str| receipt.changes.iter().filter(|it| it.kind == kind).count();
    summary.line(format!(
        "5. One contract was concluded ({} at facility {}): in the same transaction {} other applications of the child were withdrawn, {} unconfirmed offers declined, {} places freed; {} changes, each with its entry in the log.",
        list.care_type,
        list.facility,
        count("application.withdrawn"),
        count("offer.declined_by_contract"),
        count("place.freed"),
        receipt.changes.len(),
    ));
}
