//! What is written is what was decided: every kind of change, read again.

use domain::procedure::{
    Change, Channel, Command, ContractEnd, CriterionPoints, Entry, ExistingChild, Mandate,
    SuggestionList, SuggestionRow,
};
use domain::{AreaId, CareType, Month, SuggestionListId};
use jiff::civil::date;
use store::ProcedureStore as _;

use crate::city::*;
use crate::database::{Subject, on_every_database};
use crate::story::Story;

on_every_database!(every_kind_of_change_is_read_again_as_it_was_decided);

/// Stations of a city in which every kind of change happens.
async fn every_kind_of_change_is_read_again_as_it_was_decided(subject: &Subject) {
    let mut story = Story::begin(subject, &["c1", "c2", "c3", "c4"]).await;
    administration(&mut story).await;
    applications(&mut story).await;
    offers(&mut story).await;
    contracts(&mut story).await;
    imports(&mut story).await;
    suggestions(&mut story).await;
    leaving(&mut story).await;
    let told: Vec<&str> = EVERY_KIND
        .iter()
        .copied()
        .filter(|kind| !story.kinds.contains(kind))
        .collect();
    assert!(told.is_empty(), "the story does not tell {told:?}");
    assert_eq!(subject.store.verify_logs().await.unwrap().fault, None);
    no_birth_date_is_told(subject).await;
}

/// [`Change::kind`] of every change there is.
const EVERY_KIND: [&str; 39] = [
    "provider.registered",
    "provider.participation_ends",
    "application.provider_leaves",
    "provider.rollout_set",
    "provider.import_deadline_set",
    "provider.attested",
    "facility.registered",
    "facility.closing_set",
    "facility.needs_plan_set",
    "facility.licence_granted",
    "facility.licence_withdrawn",
    "facility.capacity_set",
    "facility.places_blocked",
    "child.registered",
    "child.moved",
    "consent.given",
    "consent.revoked",
    "application.submitted",
    "application.withdrawn",
    "application.ranked",
    "application.scored",
    "application.became_transfer",
    "application.contracted",
    "offer.made",
    "offer.confirmed",
    "offer.declined",
    "offer.expired",
    "offer.revoked",
    "offer.withdrawn",
    "offer.declined_by_contract",
    "offer.flagged",
    "offer.contracted",
    "contract.concluded",
    "contract.version_recorded",
    "place.freed",
    "freed_place.closed",
    "existing_children.imported",
    "suggestions.kept",
    "suggestions.reordered",
];

async fn administration(story: &mut Story<'_>) {
    let provider = provider_id("T1");
    let facility = facility_id("C");
    story
        .step(&Command::SetImportDeadline {
            provider: provider.clone(),
            care_type: CareType::Nursery,
            deadline: date(2027, 3, 31),
        })
        .await;
    let month = Month::new(2027, 1).unwrap();
    story.step(&Command::Attest { provider, month }).await;
    let span = |from, to, places| domain::procedure::BlockedSpan {
        care_type: CareType::Nursery,
        valid_from: from,
        valid_to: to,
        places,
    };
    for span in [
        span(date(2027, 2, 1), None, 1),
        span(date(2027, 2, 1), Some(date(2027, 2, 28)), 1),
        span(date(2027, 5, 1), Some(date(2027, 5, 31)), 0),
    ] {
        let facility = facility.clone();
        story.step(&Command::BlockPlaces { facility, span }).await;
    }
    let mut larger = capacity("C", CareType::Nursery, 3);
    larger.span.valid_from = date(2027, 6, 1);
    story.step(&Command::SetCapacity(larger.clone())).await;
    larger.span.valid_from = date(2027, 4, 1);
    larger.span.staffed = 2;
    story.step(&Command::SetCapacity(larger)).await;
    for in_needs_plan in [false, true] {
        let facility = facility.clone();
        story
            .step(&Command::SetNeedsPlan {
                facility,
                in_needs_plan,
            })
            .await;
    }
    story
        .step(&Command::WithdrawLicence {
            facility: facility.clone(),
            from: date(2027, 2, 1),
            notice: reference("notice-1"),
        })
        .await;
    story
        .step(&Command::GrantLicence {
            facility,
            valid_from: date(2027, 3, 1),
            valid_to: None,
            proof: reference("proof-1"),
        })
        .await;
}

async fn applications(story: &mut Story<'_>) {
    let child = child_id("c1");
    story
        .step(&Command::MoveHome {
            child: child.clone(),
            area: AreaId::new("nord").unwrap(),
            municipality: 14_627_010,
        })
        .await;
    story
        .step(&Command::RevokeConsent {
            child: child.clone(),
        })
        .await;
    story.step(&consent("c1")).await;
    let entry = Entry::Staff {
        place: Channel::Mediation,
        entered_by: person(),
        notice_given_on: date(2027, 1, 10),
        on_behalf_of: Mandate {
            reference: reference("mandate-7"),
        },
        applied_on: Some(date(2027, 1, 8)),
    };
    story
        .step(&Command::SubmitApplications {
            child: child.clone(),
            wishes: vec![wish("a1", "A", 1)],
            entry,
        })
        .await;
    story
        .step(&submit("c1", &[wish("b1", "B", 2), wish("d1", "C", 3)]))
        .await;
    let order = ["b1", "a1", "d1"].map(application_id).to_vec();
    story
        .step(&Command::RankApplications {
            child: child.clone(),
            order,
        })
        .await;
    for (version, points) in [("2026-1", 4), ("2026-2", 10)] {
        let named = |criterion: &str, points| CriterionPoints {
            criterion: criterion.to_owned(),
            points,
        };
        story
            .step(&Command::ScoreApplication {
                child: child.clone(),
                application: application_id("a1"),
                points: vec![named("working", points), named("near", 2)],
                catalogue_version: version.to_owned(),
            })
            .await;
    }
}

async fn offers(story: &mut Story<'_>) {
    story.step(&make_offer("c1", "o1", "a1")).await;
    story.step(&confirm("c1", "o1")).await;
    story.step(&decline("c1", "o1")).await;
    story.step(&make_offer("c1", "o2", "a1")).await;
    story
        .step(&Command::RevokeOffer {
            child: child_id("c1"),
            offer: offer_id("o2"),
            reason: "mistake".to_owned(),
        })
        .await;
    story.step(&make_offer("c1", "o3", "d1")).await;
    story
        .step(&Command::WithdrawApplication {
            child: child_id("c1"),
            application: application_id("d1"),
            moved_away: true,
        })
        .await;
    story.step(&submit("c2", &[wish("a2", "A", 1)])).await;
    let mut hasty = new_offer("o4", "a2");
    hasty.reply_by = date(2027, 1, 20);
    hasty.override_reason = Some("hardship".to_owned());
    let child = child_id("c2");
    story
        .step(&Command::MakeOffer {
            child: child.clone(),
            offer: hasty,
        })
        .await;
    story.files.today = date(2027, 1, 21);
    let lapsed = story
        .subject
        .store
        .children_with_lapsed_offers(date(2027, 1, 21), 10);
    assert_eq!(lapsed.await.unwrap(), std::slice::from_ref(&child));
    let before = story
        .subject
        .store
        .children_with_lapsed_offers(date(2027, 1, 20), 10);
    assert!(before.await.unwrap().is_empty());
    story.step(&Command::ExpireOffers { child }).await;
}

async fn contracts(story: &mut Story<'_>) {
    let one_of = story.files.facilities[&facility_id("A")].freed[0]
        .id
        .clone();
    story
        .step(&Command::CloseFreedPlace {
            facility: facility_id("A"),
            freed_place: one_of,
        })
        .await;
    story.step(&make_offer("c1", "o5", "a1")).await;
    story.step(&make_offer("c1", "o6", "b1")).await;
    // The contract at B declines the offer at A and withdraws that application.
    story.step(&conclude("c1", "k1", "o6")).await;
    story
        .step(&correct(
            "c1",
            "k1",
            terms(CareType::Nursery, START, date(2028, 7, 31)),
        ))
        .await;
    story
        .step(&Command::ContinueContract {
            child: child_id("c1"),
            contract: contract_id("k1"),
            continuation: contract_id("k1-2"),
            terms: domain::procedure::ContractTerms {
                daily_hours: hours(6.0),
                lunch: false,
                ..terms(CareType::Nursery, date(2028, 2, 1), date(2028, 7, 31))
            },
        })
        .await;
    story.step(&end("c1", "k1-2", date(2028, 5, 31))).await;
}

async fn imports(story: &mut Story<'_>) {
    let mut rows = vec![import_row(1, "key-1", "A"), import_row(2, "key-2", "C")];
    rows[1].facts.school_class = Some(1);
    rows[1].facts.single_custodian = false;
    let first = story.step(&import("T1", &rows)).await;
    assert_eq!(first.changes.len(), 5);
    rows[0].terms.valid_to = Some(date(2028, 3, 31));
    story.step(&import("T1", &rows)).await;
    let repeated = story
        .subject
        .store
        .perform(&crate::story::on(story.files.today), &import("T1", &rows))
        .await
        .unwrap();
    assert!(repeated.changes.is_empty(), "a repetition leaves no trace");
    beside_an_import(story).await;
    let progress = story
        .subject
        .store
        .import_progress(Some(&provider_id("T1")), date(2027, 4, 1))
        .await
        .unwrap();
    assert_eq!(progress.len(), 1);
    assert_eq!(progress[0].imported_rows, 6);
    assert_eq!(progress[0].last_import_on, Some(story.files.today));
    assert!(!progress[0].is_overdue);
}

/// A contract that comes in by import flags a confirmed offer and makes a later wish a transfer.
async fn beside_an_import(story: &mut Story<'_>) {
    story.step(&submit("c3", &[wish("a3", "A", 1)])).await;
    story.step(&make_offer("c3", "o7", "a3")).await;
    story.step(&confirm("c3", "o7")).await;
    let known = |child: &str, key: &str, from, to| ExistingChild {
        child: child_id(child),
        child_is_known: true,
        facts: facts_of_a_child(BORN),
        terms: terms(CareType::Nursery, from, to),
        ..import_row(1, key, "C")
    };
    let coming = known("c3", "key-3", date(2027, 9, 1), date(2028, 8, 31));
    story.step(&import("T1", &[coming])).await;
    story.step(&decline("c3", "o7")).await;
    story.step(&submit("c4", &[wish("a4", "A", 1)])).await;
    let running = known("c4", "key-4", date(2027, 1, 1), date(2027, 12, 31));
    story.step(&import("T1", &[running])).await;
    story.step(&make_offer("c4", "o8", "a4")).await;
    story.step(&conclude("c4", "k4", "o8")).await;
    let moved = &story.files.children[&child_id("c4")];
    assert!(
        moved
            .contracts
            .iter()
            .any(|contract| contract.end == Some(ContractEnd::Transfer))
    );
}

async fn suggestions(story: &mut Story<'_>) {
    let row = |position, application: &str, child: &str| SuggestionRow {
        position,
        application: application_id(application),
        child: child_id(child),
        points: 4,
        rank: 1,
        suggested: true,
        reason: "points".to_owned(),
    };
    let id = |id: &str| SuggestionListId::new(id).unwrap();
    let list = |key: &str, care_type| SuggestionList {
        id: id(key),
        facility: facility_id("A"),
        care_type,
        starts_on: START,
        computed_from: 1,
        free_places: 2,
        rows: vec![row(1, "a1", "c1"), row(2, "a2", "c2")],
        override_reason: None,
    };
    for kept in [
        list("l1", CareType::Nursery),
        list("l2", CareType::Kindergarten),
        list("l3", CareType::Nursery),
    ] {
        story.step(&Command::KeepSuggestions { list: kept }).await;
    }
    let twice = Command::KeepSuggestions {
        list: list("l1", CareType::Nursery),
    };
    assert_eq!(story.refused(&twice).await.code(), "E9009");
    story
        .step(&Command::ReorderSuggestions {
            facility: facility_id("A"),
            list: id("l3"),
            reordered: id("l4"),
            order: ["a2", "a1"].map(application_id).to_vec(),
            reason: "sibling".to_owned(),
            by: person(),
        })
        .await;
    let store = &story.subject.store;
    let newest = store.newest_suggestions(&facility_id("A")).await.unwrap();
    let keys: Vec<&str> = newest.iter().map(|list| list.id.as_str()).collect();
    assert_eq!(keys, ["l4", "l2"]);
    assert_eq!(newest[0].rows[0].application, application_id("a2"));
    assert_eq!(newest[0].override_reason.as_deref(), Some("sibling"));
    let before = store.suggestion_list(&id("l3")).await.unwrap();
    assert_eq!(
        before.unwrap(),
        list("l3", CareType::Nursery),
        "both are kept"
    );
}

async fn leaving(story: &mut Story<'_>) {
    story.step(&submit("c2", &[wish("b2", "B", 2)])).await;
    story
        .step(&Command::EndProvider {
            provider: provider_id("T2"),
            last_day: date(2027, 6, 30),
        })
        .await;
    story
        .step(&Command::CloseFacility {
            facility: facility_id("B"),
            last_day: date(2029, 7, 31),
        })
        .await;
}

/// Neither log nor events tell anything about a child but its pseudonym.
async fn no_birth_date_is_told(subject: &Subject) {
    let changes = subject.store.changes_after(0, 1_000).await.unwrap();
    let told = serde_json::to_string(&changes).unwrap();
    assert!(told.contains("\"c1\""));
    for personal in [
        "2026-03-10",
        "2025-05-05",
        "birth",
        "female",
        "household",
        "sued",
        "nord",
    ] {
        assert!(!told.contains(personal), "{personal} is told");
    }
    let printed = format!(
        "{:?}",
        Change::ChildRegistered {
            child: domain::procedure::Child {
                id: child_id("c1"),
                facts: facts_of_a_child(BORN),
            },
        }
    );
    assert!(!printed.contains("2026"), "{printed}");
}
