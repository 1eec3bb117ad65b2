//! Steps of a random history: rough wishes that are made into commands on what exists by then.

use jiff::Span;
use proptest::prelude::*;

use super::*;

const FACILITIES: [&str; 4] = ["A", "B", "N", "D"];

/// A step; `pick` chooses among the child's applications, offers or contracts.
#[derive(Debug, Clone)]
pub(super) struct Step {
    what: What,
    child: usize,
    facility: usize,
    pick: usize,
    care_type: CareType,
    /// Months from today.
    from: i64,
    /// Months of a stay.
    months: i64,
    places: u32,
}

#[derive(Debug, Clone, Copy)]
enum What {
    Submit,
    Withdraw,
    Consent,
    RevokeConsent,
    Offer,
    Confirm,
    Decline,
    Revoke,
    Expire,
    Conclude,
    Continue,
    Correct,
    End,
    Import,
    Capacity,
    Block,
    Licence,
    CloseFreed,
    DaysPass,
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let what = prop_oneof![
        9 => Just(What::Submit),
        1 => Just(What::Withdraw),
        1 => Just(What::Consent),
        1 => Just(What::RevokeConsent),
        12 => Just(What::Offer),
        7 => Just(What::Confirm),
        2 => Just(What::Decline),
        1 => Just(What::Revoke),
        2 => Just(What::Expire),
        6 => Just(What::Conclude),
        2 => Just(What::Continue),
        3 => Just(What::Correct),
        2 => Just(What::End),
        2 => Just(What::Import),
        1 => Just(What::Capacity),
        1 => Just(What::Block),
        1 => Just(What::Licence),
        1 => Just(What::CloseFreed),
        2 => Just(What::DaysPass),
    ];
    let care_type = prop_oneof![
        3 => Just(CareType::Nursery),
        2 => Just(CareType::Kindergarten),
        1 => Just(CareType::Childminding),
    ];
    (
        what,
        0..CHILDREN.len(),
        0..FACILITIES.len(),
        0..6usize,
        care_type,
        -2..18i64,
        0..30i64,
        0..3u32,
    )
        .prop_map(
            |(what, child, facility, pick, care_type, from, months, places)| Step {
                what,
                child,
                facility,
                pick,
                care_type,
                from,
                months,
                places,
            },
        )
}

fn pick<T>(from: &[T], pick: usize) -> Option<&T> {
    from.get(pick % from.len().max(1))
}

/// The command of a step on what exists by then; `None` where there is nothing to act on, or where only
/// time passes.
pub(super) fn command(city: &mut City, number: usize, step: &Step) -> Option<Command> {
    let today = city.situation.today;
    let after = |months: i64| today.saturating_add(Span::new().months(months));
    let child = CHILDREN[step.child].0;
    let facility = FACILITIES[step.facility];
    let file = &city.situation.children[&child_id(child)];
    let applications = &file.applications;
    // The newest ones are the most telling.
    let newest = pick(
        applications,
        applications.len().wrapping_sub(1 + step.pick % 3),
    )
    .or_else(|| pick(applications, step.pick));
    let offers: Vec<&Offer> = applications.iter().flat_map(|a| &a.offers).collect();
    let holding: Vec<&Offer> = offers
        .iter()
        .filter(|o| o.holds_a_place())
        .copied()
        .collect();
    let offer = pick(&holding, step.pick).or_else(|| pick(&offers, step.pick));
    let id = child_id(child);
    Some(match step.what {
        What::Submit => submit(
            child,
            &[Wish {
                care_type: step.care_type,
                wished_start: after(step.from),
                ..wish(&format!("a{number:03}"), facility, rank(file, step.pick))
            }],
        ),
        What::Withdraw => Command::WithdrawApplication {
            child: id,
            application: newest?.id.clone(),
            moved_away: false,
        },
        What::Consent => consent(child),
        What::RevokeConsent => Command::RevokeConsent { child: id },
        What::Offer => Command::MakeOffer {
            child: id,
            offer: NewOffer {
                starts_on: after(step.from),
                ends_on: (step.pick == 0).then(|| after(step.from + step.months)),
                reply_by: after(1),
                ..new_offer(&format!("o{number:03}"), newest?.id.as_str())
            },
        },
        What::Confirm => confirm(child, offer?.id.as_str()),
        What::Decline => decline(child, offer?.id.as_str()),
        What::Revoke => Command::RevokeOffer {
            child: id,
            offer: offer?.id.clone(),
            reason: "staff".to_owned(),
        },
        What::Expire => Command::ExpireOffers { child: id },
        What::Conclude => conclude(child, &format!("k{number:03}"), offer?.id.as_str()),
        What::Continue | What::Correct | What::End | What::Import => {
            return with_terms(file, number, step, today);
        }
        What::CloseFreed => Command::CloseFreedPlace {
            facility: facility_id(facility),
            freed_place: city.situation.facilities[&facility_id(facility)]
                .freed
                .first()?
                .id
                .clone(),
        },
        What::DaysPass => {
            let days = i64::try_from(step.pick).unwrap() * 9 + 1;
            city.situation.today = today.saturating_add(Span::new().days(days));
            return None;
        }
        What::Capacity | What::Block | What::Licence => {
            return Some(administration(city, facility, step, after(step.from)));
        }
    })
}

/// Steps about contracts and their terms.
fn with_terms(file: &ChildFile, number: usize, step: &Step, today: Date) -> Option<Command> {
    let after = |months: i64| today.saturating_add(Span::new().months(months));
    let (id, child) = (file.child.id.clone(), file.child.id.as_str());
    let facility = FACILITIES[step.facility];
    let contract = pick(&file.contracts, step.pick);
    let terms = terms(
        step.care_type,
        after(step.from),
        after(step.from + step.months),
    );
    Some(match step.what {
        What::Continue => Command::ContinueContract {
            child: id,
            contract: contract?.id.clone(),
            continuation: contract_id(&format!("k{number:03}")),
            terms,
        },
        What::Correct => correct(child, contract?.id.as_str(), terms),
        What::End => end(child, contract?.id.as_str(), after(step.from)),
        _ => load(file, number, facility, step, terms),
    })
}

/// The best rank that is free, or sometimes one that may be taken.
fn rank(file: &ChildFile, pick: usize) -> u32 {
    let taken = |rank: &u32| {
        file.applications
            .iter()
            .any(|a| a.is_open() && a.rank == *rank)
    };
    (1..20).find(|rank| pick == 5 || !taken(rank)).unwrap_or(20)
}

fn load(
    file: &ChildFile,
    number: usize,
    facility: &str,
    step: &Step,
    terms: ContractTerms,
) -> Command {
    let provider = if facility == "A" { "T1" } else { "T2" };
    import(
        provider,
        &[ExistingChild {
            row: 1,
            // Few keys, so that some rows correct an earlier load.
            provider_key: reference(&format!("{provider}-{}-{}", file.child.id, step.pick % 2)),
            child: file.child.id.clone(),
            child_is_known: true,
            facts: file.child.facts.clone(),
            contract: contract_id(&format!("k{number:03}")),
            facility: facility_id(facility),
            terms,
        }],
    )
}

fn administration(city: &City, facility: &str, step: &Step, from: Date) -> Command {
    let id = facility_id(facility);
    match step.what {
        What::Capacity => {
            let mut change = capacity(facility, step.care_type, step.places);
            change.span.valid_from = from;
            Command::SetCapacity(change)
        }
        What::Block => Command::BlockPlaces {
            facility: id,
            span: BlockedSpan {
                care_type: step.care_type,
                valid_from: from,
                valid_to: Some(from.saturating_add(Span::new().months(step.months))),
                places: step.places,
            },
        },
        _ if city.situation.facilities[&id].facility.is_licensed_on(from) => {
            Command::WithdrawLicence {
                facility: id,
                from,
                notice: reference("notice"),
            }
        }
        _ => Command::GrantLicence {
            facility: id,
            valid_from: from,
            valid_to: None,
            proof: reference("proof"),
        },
    }
}
