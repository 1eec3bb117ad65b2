//! Rule lab and legal-claim phase of a suggestion round: whole stays and siblings there too; the part of a
//! round that care types belong to; catalogues against the city's.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use crate::common::city::{
    application, generated, offer, one_child, places, points_catalogue, story_b,
};
use crate::suggestion_households::with_an_older_sibling;
use domain::CareType;
use jiff::civil::date;
use matching::{
    CriteriaCatalogue, LabOptions, LegalClaimOptions, Mechanism, PointsSource, ReachableSeat,
    Siblings, SuggestionError, SuggestionInputs, SuggestionProgramme, SuggestionRound,
};

const OPTIONS: LegalClaimOptions = LegalClaimOptions {
    limit_minutes: 30,
    seed: 7,
};

#[test]
fn under_every_mechanism_the_stays_fit_and_the_stable_one_places_who_is_suggested() {
    let mut left = 0;
    for seed in 0..4 {
        let inputs = generated(seed, 60);
        let round = SuggestionRound::new(inputs).unwrap();
        let options = LabOptions {
            seed,
            ..LabOptions::default()
        };
        for mechanism in Mechanism::ALL {
            let placed = round.place_under(mechanism, &options).unwrap();
            left += placed.exclusions.len();
            let report = round.replay(mechanism, &options).unwrap();
            let count = placed
                .placements
                .iter()
                .filter(|it| it.place.is_some())
                .count();
            assert_eq!(report.placed, count as u64, "{mechanism:?}");
            assert!(report.feasible);
            // The publication check finds no crowded month, whatever it says of fairness.
            let found = round.publish(&placed, &[]).err().unwrap_or_default();
            assert!(
                found.iter().all(|it| it.code() == "E2184"),
                "{mechanism:?}: {found:?}"
            );
            if mechanism == Mechanism::FamilyOptimal {
                assert_eq!(placed, round.place().unwrap());
            }
        }
    }
    assert!(left > 20, "{left}");
}

#[test]
fn siblings_are_replayed_by_house_and_what_is_not_defined_has_a_number() {
    let round = SuggestionRound::new(with_an_older_sibling(Siblings::TogetherOnly)).unwrap();
    let options = LabOptions::default();
    let stable = round
        .replay(Mechanism::FamilyOptimal, &options)
        .unwrap()
        .siblings;
    assert_eq!(
        (stable.families, stable.with_places, stable.together),
        (1, 1, 1)
    );
    let code = |mechanism| match round.replay(mechanism, &options) {
        Err(SuggestionError::Round(error)) => error.code(),
        other => panic!("{other:?}"),
    };
    assert_eq!(code(Mechanism::ProgrammeOptimal), "E2070");
    assert_eq!(code(Mechanism::MostPlaced), "E2187");
    assert_eq!(code(Mechanism::LeastRankSum), "E2187");
    for mechanism in [Mechanism::FirstPreferenceFirst, Mechanism::Uncoordinated] {
        let siblings = round.replay(mechanism, &options).unwrap().siblings;
        assert_eq!(siblings.together, siblings.with_places);
    }
}

#[test]
fn the_part_of_a_round_that_care_types_belong_to_is_placed_as_in_the_whole() {
    let mut inputs = with_an_older_sibling(Siblings::TogetherPreferred);
    let mut school = inputs.programmes[0].clone();
    school.programme_id = "S".to_owned();
    school.care_type = CareType::AfterSchool;
    inputs.programmes.push(school);
    let mut care = offer("A", CareType::AfterSchool);
    care.from_34th_month = false;
    inputs.care_offers.push(care);
    let months = inputs.months;
    inputs
        .places
        .extend(places("A", CareType::AfterSchool, months, 1));
    inputs.children.push(one_child("s1", date(2020, 1, 1)));
    inputs.applications.push(application("s1", "S", 1));
    let whole = SuggestionRound::new(inputs.clone())
        .unwrap()
        .place()
        .unwrap();
    use CareType::{AfterSchool, Childminding, Kindergarten, Nursery};
    let mut seen = 0;
    for (asked, expected) in [
        (Childminding, &[Childminding, Nursery, Kindergarten][..]),
        (Kindergarten, &[Childminding, Nursery, Kindergarten]),
        (AfterSchool, &[AfterSchool]),
    ] {
        let (part, mut care_types) = inputs.connected_with(&[asked]);
        care_types.sort();
        let mut expected = expected.to_vec();
        expected.sort();
        assert_eq!(care_types, expected);
        let part = SuggestionRound::new(part).unwrap().place().unwrap();
        for row in &part.placements {
            assert!(whole.placements.contains(row), "{row:?}");
            seen += 1;
        }
    }
    assert_eq!(seen, 7 + 7 + 1);
}

/// Story B with a nursery E of some places that nobody applied for.
fn with_a_house_nobody_wished(free: i32) -> SuggestionInputs {
    let mut inputs = story_b();
    inputs.programmes.push(SuggestionProgramme {
        programme_id: "E".to_owned(),
        facility_id: "E".to_owned(),
        care_type: CareType::Nursery,
        provider_id: "T1".to_owned(),
        free_places: 2,
        points_from: PointsSource::Catalogue,
    });
    inputs.care_offers.push(offer("E", CareType::Nursery));
    let months = inputs.months;
    inputs
        .places
        .extend(places("E", CareType::Nursery, months, free));
    // c7 is left without a place like c6.
    inputs.children.push(one_child("c7", date(2026, 7, 1)));
    inputs.applications.push(application("c7", "B", 1));
    inputs
}

fn way(child: &str, programme: &str, minutes: u32) -> ReachableSeat {
    ReachableSeat {
        applicant_id: child.to_owned(),
        programme_id: programme.to_owned(),
        minutes,
    }
}

fn proposed(inputs: SuggestionInputs, ways: &[ReachableSeat]) -> Vec<String> {
    let round = SuggestionRound::new(inputs).unwrap();
    let placed = round.place().unwrap();
    let claim = round.propose_free_places(&placed, ways, &OPTIONS).unwrap();
    let proposals = claim.proposals.iter();
    proposals
        .map(|it| format!("{}@{}", it.applicant_id, it.programme_id))
        .collect()
}

#[test]
fn free_places_are_proposed_where_the_whole_stay_fits() {
    let both = [way("c6", "E", 20), way("c7", "E", 10), way("c1", "E", 5)];
    assert_eq!(
        proposed(with_a_house_nobody_wished(2), &both),
        ["c6@E", "c7@E"]
    );
    // Two places in the round, one in the months: the shorter way.
    assert_eq!(proposed(with_a_house_nobody_wished(1), &both), ["c7@E"]);
    assert_eq!(proposed(with_a_house_nobody_wished(0), &both), [""; 0]);
    let far = [way("c6", "E", 31)];
    assert_eq!(proposed(with_a_house_nobody_wished(2), &far), [""; 0]);
    // Not where the child has applied, nor in a care type it does not wish for.
    let own = [way("c6", "C", 5), way("c6", "D", 5)];
    assert_eq!(proposed(with_a_house_nobody_wished(2), &own), [""; 0]);
    // Hours that do not fit.
    let mut late = with_a_house_nobody_wished(2);
    for row in late
        .applications
        .iter_mut()
        .filter(|it| it.applicant_id == "c7")
    {
        row.daily_hours = crate::common::city::hours(11.0);
    }
    assert_eq!(proposed(late, &both), ["c6@E"]);
    // Who is to be together only is not proposed a place alone.
    let mut together = with_a_house_nobody_wished(2);
    for child in &mut together.children {
        if ["c6", "c7"].contains(&child.applicant_id.as_str()) {
            child.family_id = "F".to_owned();
            child.siblings = Siblings::TogetherOnly;
        }
    }
    assert_eq!(proposed(together, &both), [""; 0]);
}

#[test]
fn a_catalogue_takes_over_the_citys_criteria_unchanged() {
    let city = points_catalogue("T1");
    let text = crate::common::city::POINTS.replace("\"T1\"", "\"T2\"");
    let problems = |text: &str| {
        let own = CriteriaCatalogue::parse(text, "points.toml").unwrap();
        own.against_the_city(&city)
    };
    assert_eq!(problems(&text), []);
    assert_eq!(problems(&text.replace("points = 10", "points = 1")), []);
    let changed = problems(&text.replace("points = 3", "points = 2"));
    assert_eq!(changed[0].code, "E2190");
    assert!(
        changed[0].message.contains("single of the city is changed"),
        "{changed:?}"
    );
    let dropped = text.replace("[[global]]\nkey = \"work\"", "[[local]]\nkey = \"work\"");
    assert!(
        problems(&dropped)[0]
            .message
            .contains("work of the city is left out")
    );
    let added = text.replace("[[local]]\nkey = \"near\"", "[[global]]\nkey = \"near\"");
    assert!(
        problems(&added)[0]
            .message
            .contains("near of the city is not among")
    );
}
