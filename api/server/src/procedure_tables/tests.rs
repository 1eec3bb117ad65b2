//! A generated city into the database and out of it again.

use std::collections::BTreeMap;

use domain::procedure::{ApplicationState, HumanActor, OfferState, Role};
use http_api::Clock;
use http_api::analysis::{StaticTables, city_of};
use jiff::civil::Date;
use store::{ProcedureStore as _, SqlStore};
use tables::City;
use tables::schema::TableName;

use super::{city_load, load};

/// A fiftieth of a city.
fn generated() -> (City, Date) {
    let spec = datasets::CitySpec::new(7, 0.02).unwrap();
    let frames = datasets::generate_in_memory(&spec).unwrap();
    (City::from_frames(frames).unwrap(), spec.as_of())
}

/// Rows of a table as sorted texts of some columns.
fn rows(city: &City, table: TableName, columns: &[&str]) -> Vec<Vec<String>> {
    let mut found = city
        .map_rows(table, |row| {
            let cells = columns.iter().map(|column| {
                let text = row.text(column).map(|text| text.map(str::to_owned));
                let date = || {
                    row.date(column)
                        .map(|date| date.map(|date| date.to_string()))
                };
                let number = || {
                    row.integer(column)
                        .map(|number| number.map(|n| n.to_string()))
                };
                let cell = text.or_else(|_| date()).or_else(|_| number())?;
                Ok(cell.unwrap_or_default())
            });
            cells.collect::<Result<Vec<_>, _>>()
        })
        .unwrap();
    found.sort();
    found
}

#[tokio::test]
async fn a_generated_city_comes_back_from_the_database_as_it_went_in() {
    let (city, as_of) = generated();
    let store = SqlStore::in_memory().await.unwrap();
    let clock = Clock::fixed_on(as_of).unwrap();
    let actor = HumanActor {
        id: "admin".parse().unwrap(),
        role: Role::CityAdmin,
    };
    let rows_of_city = city_load(&city, as_of).unwrap();
    assert!(load(&store, &rows_of_city, &actor, &clock).await.unwrap());
    assert!(!load(&store, &rows_of_city, &actor, &clock).await.unwrap());
    let report = store.verify_logs().await.unwrap();
    assert_eq!((report.changes, report.fault), (1, None));

    let back = city_of(&store.snapshot().await.unwrap(), &StaticTables::new()).unwrap();
    for (table, columns) in [
        (
            TableName::Providers,
            &[
                "provider_id",
                "name",
                "kind",
                "participates_from",
                "participates_to",
            ][..],
        ),
        (
            TableName::RolloutStages,
            &["provider_id", "care_type", "stage", "valid_from"],
        ),
        (
            TableName::Attestations,
            &["provider_id", "month", "attested_on"],
        ),
        (
            TableName::Facilities,
            &[
                "facility_id",
                "provider_id",
                "name",
                "area",
                "opens_on",
                "closes_on",
                "groups",
            ],
        ),
        (
            TableName::Licences,
            &["facility_id", "valid_from", "valid_to"],
        ),
        (
            TableName::BlockedPlaces,
            &[
                "facility_id",
                "care_type",
                "valid_from",
                "valid_to",
                "places",
            ],
        ),
        (
            TableName::Households,
            &["household_id", "area", "municipality"],
        ),
        (
            TableName::Children,
            &[
                "child_id",
                "household_id",
                "birth_date",
                "sex",
                "school_class",
            ],
        ),
        (
            TableName::Applications,
            &[
                "application_id",
                "child_id",
                "facility_id",
                "care_type",
                "rank",
                "wished_start",
                "state",
                "closed_on",
            ],
        ),
        (
            TableName::Offers,
            &[
                "offer_id",
                "application_id",
                "starts_on",
                "reply_by",
                "state",
                "closed_on",
            ],
        ),
        (
            TableName::Contracts,
            &[
                "contract_id",
                "version",
                "child_id",
                "facility_id",
                "care_type",
                "valid_from",
                "recorded_from",
                "recorded_to",
            ],
        ),
        (
            TableName::CriteriaPoints,
            &["application_id", "criterion", "points", "catalogue_version"],
        ),
    ] {
        let (before, after) = (rows(&city, table, columns), rows(&back, table, columns));
        assert!(
            !before.is_empty() || table == TableName::BlockedPlaces,
            "{table} has rows"
        );
        assert_eq!(before.len(), after.len(), "rows of {table}");
        let differ = before
            .iter()
            .zip(&after)
            .find(|(before, after)| before != after);
        assert_eq!(differ, None, "{table}");
    }
}

#[test]
fn what_the_tables_do_not_say_is_filled_in_so_that_the_rules_hold() {
    let (city, as_of) = generated();
    let load = city_load(&city, as_of).unwrap();
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for file in &load.children {
        let open = file.applications.iter().filter(|it| it.is_open()).count();
        assert!(
            open < 2 || file.consent.is_some(),
            "parallel applications need consent"
        );
        let held = file.running_or_to_come(as_of);
        for application in &file.applications {
            assert_eq!(
                application.is_open() && !held.is_empty(),
                application.transfer_from.is_some()
            );
            if let ApplicationState::Contracted { contract, .. } = &application.state {
                let contract = file.contracts.iter().find(|it| it.id == *contract).unwrap();
                assert_eq!(contract.facility, application.facility);
            }
            for offer in &application.offers {
                *states.entry(offer.state.as_str()).or_default() += 1;
                assert!(offer.starts_on <= offer.ends_on);
                if let OfferState::Contracted { contract, .. } = &offer.state {
                    assert!(file.contracts.iter().any(|it| it.id == *contract));
                }
            }
        }
        for contract in &file.contracts {
            assert!(contract.current().recorded_to.is_none());
            assert!(
                contract
                    .versions
                    .iter()
                    .all(|it| it.valid_from <= it.valid_to)
            );
        }
    }
    assert!(states["contracted"] > 0 && states["open"] > 0, "{states:?}");
    let spans = load.facilities.iter().flat_map(|it| &it.capacities);
    let staffed: u32 = spans.clone().map(|span| span.staffed).sum();
    assert!(staffed > 0 && spans.clone().all(|span| span.staffed <= span.licensed));
}
