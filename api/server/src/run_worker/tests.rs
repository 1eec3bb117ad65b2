//! Demand by month as a run, on a generated city with children, contracts and applications.

use std::sync::Arc;

use domain::procedure::{HumanActor, Role};
use http_api::Clock;
use store::{NewRun, RunQueue as _, RunState, SqlStore};
use tables::City;

use super::{Ending, RunWorker};
use crate::stored_city;

#[tokio::test]
async fn the_demand_by_month_is_learned_from_the_city_in_the_database() {
    let spec = datasets::CitySpec::new(7, 0.02).unwrap();
    let city = City::from_frames(datasets::generate_in_memory(&spec).unwrap()).unwrap();
    let store = SqlStore::in_memory().await.unwrap();
    let clock = Clock::fixed_on(spec.as_of()).unwrap();
    let actor = HumanActor {
        id: "admin".parse().unwrap(),
        role: Role::CityAdmin,
    };
    stored_city::load(&store, &city, &actor, &clock)
        .await
        .unwrap();
    let analyses = Arc::new(stored_city::analyses(&store).await.unwrap());
    let worker = RunWorker::new(store.clone(), analyses, clock.clone());
    let mut hashes = Vec::new();
    for key in ["one", "two"] {
        let new = NewRun {
            key,
            kind: "demand",
            request: br#"{"kind":"demand","years":2,"paths":40}"#,
            requested_by: "planner",
            idempotency_key: None,
        };
        store.request_run(&new, clock.now()).await.unwrap();
        assert_eq!(worker.work_off().await.unwrap(), [Ending::Finished]);
        let run = store.requested_run(key).await.unwrap().unwrap();
        let RunState::Finished { result_sha256, .. } = run.state else {
            panic!("{:?}", run.state);
        };
        hashes.push(result_sha256);
    }
    assert_eq!(hashes[0], hashes[1], "the same state gives the same bytes");
    let result = store.result_of_run("one").await.unwrap().unwrap();
    let result: serde_json::Value = serde_json::from_slice(&result).unwrap();
    assert_eq!(result["facts"]["months"], 24);
    let names: Vec<&str> = result["tables"]
        .as_array()
        .unwrap()
        .iter()
        .map(|table| table["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["residence", "latent", "care", "hours"]);
    assert!(
        fall_in_august(&result) > 0.0,
        "kindergarten empties in August"
    );
}

/// How much less kindergarten the whole city needs in August than in July of the first year.
fn fall_in_august(result: &serde_json::Value) -> f64 {
    let columns = result["tables"][0]["columns"].as_array().unwrap();
    let column = |name: &str| {
        let found = columns.iter().find(|column| column[0] == name).unwrap();
        found[1].as_object().unwrap().values().next().unwrap()
    };
    let months = column("month").as_array().unwrap();
    let of = |month: &str| {
        let is_wanted = |row: &usize| {
            column("area")[*row] == "_total"
                && column("care_type")[*row] == "kindergarten"
                && column("month")[*row].as_str().unwrap().ends_with(month)
        };
        let row = (0..months.len()).find(is_wanted).unwrap();
        column("mean")[row].as_f64().unwrap()
    };
    of("-07") - of("-08")
}
