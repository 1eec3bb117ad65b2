//! Taking applications out of a round one by one gives what running it anew gives, and a round that goes
//! in circles says so, with a reason that can be checked.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};

use crate::common::city::{application, generated, month, offer, one_child, places, story_b};
use domain::{CareType, MonthRange};
use jiff::civil::{Date, date};
use matching::{
    CataloguesInForce, Exclusion, PlacementRow, PointsSource, RecordedPoints, RoundOptions,
    Siblings, StayLedger, StayObstacle, StayPlacements, StayRequest, SuggestionDecision,
    SuggestionInputs, SuggestionProgramme, SuggestionProof, SuggestionRound, check_matching, solve,
    verify_proof,
};
use serde_json::{Value, json};

/// A place in line: place, first day, programme, child, and what is asked for.
type Asked = (usize, Date, String, String, StayRequest);

/// Everybody's place in line, from the lists.
fn lines(inputs: &SuggestionInputs, round: &SuggestionRound) -> Vec<Asked> {
    let placed = round.place().unwrap();
    let mut found = Vec::new();
    for list in round.suggest_for(&placed).unwrap() {
        let programme = inputs.programmes.iter();
        let programme = programme
            .clone()
            .find(|it| it.programme_id == list.programme_id);
        let programme = programme.unwrap();
        for line in list.lines.iter().filter(|it| it.obstacles.is_empty()) {
            let child = inputs.children.iter();
            let child = child
                .clone()
                .find(|it| it.applicant_id == line.applicant_id);
            let wish = inputs.applications.iter().find(|it| {
                it.applicant_id == line.applicant_id && it.programme_id == list.programme_id
            });
            let (child, wish) = (child.unwrap(), wish.unwrap());
            let request = StayRequest {
                facility_id: programme.facility_id.clone(),
                care_type: programme.care_type,
                born: child.born,
                first_day: wish.first_day,
                daily_hours: wish.daily_hours,
                inclusion_need: child.inclusion_need,
                settles_in: true,
            };
            found.push((
                line.position as usize,
                wish.first_day,
                list.programme_id.clone(),
                line.applicant_id.clone(),
                request,
            ));
        }
    }
    found.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
    found
}

/// The rule as it reads, every turn from nothing: what finds no room leaves, one per facility and turn;
/// what would fit in the end returns, four times at most.
fn anew(inputs: &SuggestionInputs, round: &SuggestionRound) -> StayPlacements {
    let lines = lines(inputs, round);
    let months = StayLedger::new(&inputs.care_offers, &inputs.places, inputs.months).unwrap();
    let mut out: BTreeMap<(String, String), StayObstacle> = BTreeMap::new();
    let mut returns: BTreeMap<(String, String), u32> = BTreeMap::new();
    loop {
        let exclusions: Vec<Exclusion> = out.iter().map(exclusion).collect();
        let (placements, blocking) = run(inputs, round, &exclusions);
        let here: BTreeSet<(&str, &str)> = placements
            .iter()
            .filter_map(|row| {
                Some((
                    row.applicant_id.as_str(),
                    row.place.as_ref()?.programme_id.as_str(),
                ))
            })
            .collect();
        let placed: Vec<&Asked> = lines
            .iter()
            .filter(|it| here.contains(&(&*it.3, &*it.2)))
            .collect();
        let mut ledger = months.clone();
        let mut misfits: BTreeMap<&str, (&Asked, StayObstacle)> = BTreeMap::new();
        for asked in &placed {
            if let Err(obstacles) = ledger.reserve(&asked.4) {
                let facility = asked.4.facility_id.as_str();
                misfits
                    .entry(facility)
                    .or_insert((asked, obstacles[0].clone()));
            }
        }
        for (asked, reason) in misfits.values() {
            out.insert((asked.3.clone(), asked.2.clone()), reason.clone());
        }
        if !misfits.is_empty() {
            continue;
        }
        let mut hold = Vec::new();
        let mut returned = false;
        for (name, _) in out.clone() {
            let own = lines
                .iter()
                .find(|it| it.3 == name.0 && it.2 == name.1)
                .unwrap();
            let mut ledger = months.clone();
            for asked in placed.iter().filter(|it| it.2 != own.2 || it.0 <= own.0) {
                ledger.guarantee(&asked.4).unwrap();
            }
            if let Err(obstacles) = ledger.check(&own.4) {
                hold.push(exclusion((&name, &obstacles[0])));
                continue;
            }
            let count = returns.entry(name.clone()).or_default();
            if *count < 4 {
                *count += 1;
                returned = true;
                out.remove(&name);
            }
        }
        if !returned {
            return StayPlacements {
                placements,
                exclusions: hold,
                unsettled: Vec::new(),
                blocking,
            };
        }
    }
}

fn exclusion((name, reason): (&(String, String), &StayObstacle)) -> Exclusion {
    Exclusion {
        applicant_id: name.0.clone(),
        programme_id: name.1.clone(),
        reason: reason.clone(),
    }
}

fn run(
    inputs: &SuggestionInputs,
    round: &SuggestionRound,
    exclusions: &[Exclusion],
) -> (Vec<PlacementRow>, Vec<String>) {
    let options = RoundOptions {
        seed: inputs.seed,
        search_nodes: Some(2_000),
        ..RoundOptions::default()
    };
    let round = round.round(exclusions).unwrap();
    let outcome = solve(&round, &options).unwrap();
    let blocking = outcome.family_findings().map_or(Vec::new(), |it| {
        it.blocking.iter().map(|it| it.family_id.clone()).collect()
    });
    (outcome.placements(), blocking)
}

/// Gives every second family a rule.
fn with_rules(inputs: &mut SuggestionInputs) {
    for child in &mut inputs.children {
        let number = child.family_id.bytes().map(u32::from).sum::<u32>();
        child.siblings = match number % 3 {
            _ if child.family_id.is_empty() => Siblings::Independent,
            0 => Siblings::TogetherOnly,
            1 => Siblings::TogetherPreferred,
            _ => Siblings::Independent,
        };
    }
}

#[test]
fn carrying_a_round_on_gives_what_running_it_anew_gives() {
    let (mut excluded, mut moved) = (0, 0);
    for seed in 0..60 {
        let mut inputs = generated(seed, 40 + 4 * seed as usize % 130);
        if seed % 4 == 3 {
            with_rules(&mut inputs);
        }
        let round = SuggestionRound::new(inputs.clone()).unwrap();
        let (carried, full) = (round.place().unwrap(), anew(&inputs, &round));
        excluded += full.exclusions.len();
        if carried.unsettled.is_empty() {
            assert_eq!(carried, full, "seed {seed}");
        }
        // Whatever is out in the end: the round without it gives the same placements.
        let again = round.round_of(&carried).unwrap();
        let options = RoundOptions {
            search_nodes: Some(2_000),
            seed,
            ..RoundOptions::default()
        };
        let outcome = solve(&again, &options).unwrap();
        assert_eq!(outcome.placements(), carried.placements, "seed {seed}");
        moved += usize::from(run(&inputs, &round, &[]).0 != carried.placements);
    }
    assert!(excluded > 40 && moved > 10, "{excluded} {moved}");
}

/// At H, c comes before d; without a place there, d takes the place of e at X; e then takes the only
/// kindergarten place of H, and c or d cannot move on to it.
fn circle() -> SuggestionInputs {
    let months = MonthRange::new(month(2027, 9), 60);
    let mut inputs = SuggestionInputs {
        catalogues: CataloguesInForce::on([], date(2027, 1, 1)).unwrap(),
        programmes: Vec::new(),
        children: Vec::new(),
        applications: Vec::new(),
        answers: Vec::new(),
        care_offers: Vec::new(),
        places: Vec::new(),
        recorded_points: Vec::new(),
        months,
        ..story_b()
    };
    for (facility, care_type) in [
        ("H", CareType::Kindergarten),
        ("H", CareType::Nursery),
        ("X", CareType::Nursery),
    ] {
        inputs.programmes.push(SuggestionProgramme {
            programme_id: format!("{facility}:{care_type}"),
            facility_id: facility.to_owned(),
            care_type,
            provider_id: "T1".to_owned(),
            free_places: 1,
            points_from: PointsSource::Recorded,
        });
        let mut offered = offer(facility, care_type);
        offered.from_34th_month = true;
        inputs.care_offers.push(offered);
        inputs.places.extend(places(facility, care_type, months, 1));
    }
    let children = [
        ("c", date(2025, 1, 10), &[("H:nursery", 10)][..]),
        (
            "d",
            date(2025, 3, 10),
            &[("H:nursery", 5), ("X:nursery", 10)][..],
        ),
        (
            "e",
            date(2024, 10, 10),
            &[("X:nursery", 5), ("H:kindergarten", 1)][..],
        ),
    ];
    for (child, born, wishes) in children {
        inputs.children.push(one_child(child, born));
        for (rank, (programme, points)) in (1..).zip(wishes) {
            inputs
                .applications
                .push(application(child, programme, rank));
            inputs.recorded_points.push(RecordedPoints {
                applicant_id: child.to_owned(),
                programme_id: (*programme).to_owned(),
                criterion: "given".to_owned(),
                points: *points,
            });
        }
    }
    inputs
}

fn circle_proof() -> (SuggestionInputs, Value) {
    let inputs = circle();
    let round = SuggestionRound::new(inputs.clone()).unwrap();
    let proof = SuggestionProof::new(&round, &round.place().unwrap()).unwrap();
    (inputs, serde_json::from_str(&proof.to_json()).unwrap())
}

#[test]
fn a_round_that_goes_in_circles_ends_and_says_what_would_not_fit() {
    let inputs = circle();
    let round = SuggestionRound::new(inputs).unwrap();
    let placed = round.place().unwrap();
    let reason = StayObstacle::NoPlace {
        care_type: CareType::Kindergarten,
        month: month(2028, 1),
        free: 0,
    };
    assert_eq!(placed.exclusions, []);
    let [left] = &placed.unsettled[..] else {
        panic!("{placed:?}")
    };
    assert_eq!(
        (&*left.applicant_id, &*left.programme_id),
        ("c", "H:nursery")
    );
    assert_eq!((&*left.facility_id, &left.reason), ("H", &reason));
    let lists = round.suggest_for(&placed).unwrap();
    let of = |child: &str| {
        let mut lines = lists.iter().flat_map(|list| &list.lines);
        lines
            .find(|it| it.applicant_id == child)
            .unwrap()
            .decision
            .clone()
    };
    assert_eq!(
        of("c"),
        SuggestionDecision::NoStableStays {
            facility_id: "H".to_owned(),
            reason,
        }
    );
    let again = round.round_of(&placed).unwrap();
    assert!(check_matching(&again, &placed.placements).is_stable());
    round.publish(&placed, &[]).unwrap();
}

#[test]
fn the_proof_of_a_round_in_circles_holds_and_nothing_else_passes() {
    let (inputs, proof) = circle_proof();
    assert_eq!(verify_proof(&proof, &inputs), []);
    // Who finds no room may not be said to go in circles, nor the other way round.
    let mut excluded = proof.clone();
    let row = excluded["unsettled"][0].clone();
    excluded["unsettled"] = json!([]);
    excluded["exclusions"] = json!([{
        "applicant_id": "c", "programme_id": "H:nursery", "reason": row["reason"],
    }]);
    excluded["programmes"][1]["lines"][0]["decision"] =
        json!({ "kind": "no_room_beside_others", "reason": row["reason"] });
    assert!(!verify_proof(&excluded, &inputs).is_empty());
    for (field, value) in [
        ("facility_id", json!("X")),
        (
            "reason",
            json!({ "obstacle": "no_place", "care_type": "nursery", "month": "2028-01", "free": 0 }),
        ),
        ("applicant_id", json!("d")),
    ] {
        let mut wrong = proof.clone();
        wrong["unsettled"][0][field] = value;
        assert!(!verify_proof(&wrong, &inputs).is_empty(), "{field}");
    }
    // With a second kindergarten place nothing goes in circles: the same claim is false.
    let mut roomy = inputs;
    for row in &mut roomy.places {
        row.free_places += i32::from(row.care_type == CareType::Kindergarten);
    }
    let found = verify_proof(&proof, &roomy);
    assert!(
        found.iter().any(|it| it.pointer == "/unsettled/0"),
        "{found:?}"
    );
}

#[test]
fn the_script_accepts_the_proof_of_a_round_in_circles_and_finds_its_corruptions() {
    let (inputs, proof) = circle_proof();
    let Some(held) = crate::proof::by_script("circles", &proof, &inputs, &[]) else {
        return;
    };
    assert!(held.0, "{}", held.1);
    let mut changes = vec![json!(["/unsettled", []])];
    for pointer in ["/unsettled/0/facility_id", "/unsettled/0/applicant_id"] {
        changes.push(json!([pointer, "X"]));
    }
    changes.push(json!(["/unsettled/0/reason/free", 1]));
    changes.push(json!(["/programmes/1/lines/0/decision/facility_id", "X"]));
    let found = crate::proof::by_script("circles", &proof, &inputs, &changes);
    let (found, text) = found.unwrap();
    assert!(found && text.contains("5 corruptions found"), "{text}");
}

#[test]
fn searches_are_limited_by_counts_so_that_two_runs_give_the_same_bytes() {
    for seed in 0..3 {
        let mut inputs = generated(seed, 90);
        with_rules(&mut inputs);
        let round = SuggestionRound::new(inputs.clone()).unwrap();
        let mut turned = inputs;
        turned.children.reverse();
        turned.applications.reverse();
        let turned = SuggestionRound::new(turned).unwrap();
        assert_eq!(round.place().unwrap(), turned.place().unwrap());
    }
}

/// A city of a size with as many places as the demo: how long the round takes.
#[test]
#[ignore = "measures"]
#[expect(clippy::disallowed_methods, reason = "looks at the clock to measure")]
fn measure_the_round_of_a_city() {
    for (children, rules) in [(3_000, false), (3_000, true), (20_000, false)] {
        let mut inputs = generated(1, children);
        if rules {
            with_rules(&mut inputs);
        }
        let wishes = inputs.applications.len();
        let start = std::time::Instant::now();
        let round = SuggestionRound::new(inputs).unwrap();
        let ranked = start.elapsed();
        let placed = round.place().unwrap();
        let (done, out) = (start.elapsed(), placed.exclusions.len());
        round.publish(&placed, &[]).unwrap();
        let checked = start.elapsed();
        round.suggest_for(&placed).unwrap();
        println!(
            "{children} children, {wishes} wishes, rules {rules}: ranked {ranked:.2?}, placed {:.2?}, checked {:.2?}, lists {:.2?}; {out} out, {} in circles, {} block",
            done - ranked,
            checked - done,
            start.elapsed() - checked,
            placed.unsettled.len(),
            placed.blocking.len(),
        );
    }
}
