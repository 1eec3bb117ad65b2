//! Inputs of suggestion rounds: acceptance story B, and generated ones.

use domain::{CareType, DailyHours, HoursTier, Month, MonthRange};
use jiff::civil::{Date, date};
use matching::{
    AnswerRow, CareOffer, CataloguesInForce, CriteriaCatalogue, MonthPlaces, PointsSource,
    Siblings, SuggestionApplication, SuggestionChild, SuggestionInputs, SuggestionProgramme,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub(crate) const POINTS: &str = include_str!("../../catalogues/points.toml");
pub(crate) const LEXICOGRAPHIC: &str = include_str!("../../catalogues/lexicographic.toml");

pub(crate) fn month(year: i32, month: i32) -> Month {
    Month::new(year, month).unwrap()
}

pub(crate) fn hours(hours: f64) -> DailyHours {
    DailyHours::new(hours).unwrap()
}

/// The catalogue of story B for a provider.
pub(crate) fn points_catalogue(provider: &str) -> CriteriaCatalogue {
    let text = POINTS
        .replace("\"T1\"", &format!("\"{provider}\""))
        .replace("story-b", &format!("story-b-{provider}"));
    CriteriaCatalogue::parse(&text, "points.toml").unwrap()
}

pub(crate) fn answer(child: &str, programme: &str, attribute: &str, value: &str) -> AnswerRow {
    AnswerRow {
        applicant_id: child.to_owned(),
        programme_id: programme.to_owned(),
        attribute: attribute.to_owned(),
        value: value.to_owned(),
        evidence_shown: true,
    }
}

pub(crate) fn offer(facility: &str, care_type: CareType) -> CareOffer {
    CareOffer {
        facility_id: facility.to_owned(),
        care_type,
        first_month: month(2020, 1),
        last_month: None,
        youngest_months: 0,
        from_34th_month: false,
        longest_day: hours(10.5),
        tiers: HoursTier::ALL.to_vec(),
    }
}

/// Equal free places in every month of a range.
pub(crate) fn places(
    facility: &str,
    care_type: CareType,
    months: MonthRange,
    free: i32,
) -> Vec<MonthPlaces> {
    months
        .iter()
        .map(|month| MonthPlaces {
            facility_id: facility.to_owned(),
            care_type,
            month,
            free_places: free,
            settling_in_slots: None,
            inclusion_places: 0,
        })
        .collect()
}

/// Acceptance story B: facilities A to D of providers T1 to T4, children c1 to c6.
pub(crate) fn story_b() -> SuggestionInputs {
    let months = MonthRange::new(month(2027, 9), 72);
    let facilities = [
        ("A", "T1", CareType::Nursery, 2),
        ("B", "T2", CareType::Nursery, 1),
        ("C", "T3", CareType::Nursery, 1),
        ("D", "T4", CareType::Childminding, 1),
    ];
    let children = [
        ("c1", date(2026, 3, 10), "AB"),
        ("c2", date(2026, 4, 2), "AC"),
        ("c3", date(2026, 2, 20), "ABC"),
        ("c4", date(2026, 5, 15), "BA"),
        ("c5", date(2026, 6, 1), "AD"),
        ("c6", date(2026, 4, 30), "CB"),
    ];
    let mut answers = vec![
        answer("c3", "", "single_parent", "yes"),
        answer("c1", "A", "sibling_at_facility", "yes"),
        answer("c2", "A", "distance_minutes", "8"),
        answer("c4", "A", "distance_minutes", "10"),
        answer("c4", "B", "distance_minutes", "3"),
        answer("c6", "C", "distance_minutes", "9"),
        answer("c6", "B", "distance_minutes", "11"),
        answer("c6", "", "work_status", "some_custodians_work"),
    ];
    for child in ["c1", "c2", "c3", "c4", "c5"] {
        answers.push(answer(child, "", "work_status", "all_custodians_work"));
    }
    let mut inputs = SuggestionInputs {
        catalogues: CataloguesInForce::on(
            ["T1", "T2", "T3", "T4"].map(points_catalogue),
            date(2027, 1, 1),
        )
        .unwrap(),
        programmes: Vec::new(),
        children: Vec::new(),
        applications: Vec::new(),
        answers,
        recorded_points: Vec::new(),
        care_offers: Vec::new(),
        places: Vec::new(),
        months,
        seed: 7,
    };
    for (facility, provider, care_type, free) in facilities {
        inputs.programmes.push(SuggestionProgramme {
            programme_id: facility.to_owned(),
            facility_id: facility.to_owned(),
            care_type,
            provider_id: provider.to_owned(),
            free_places: free,
            points_from: PointsSource::Catalogue,
        });
        inputs.care_offers.push(offer(facility, care_type));
        inputs
            .places
            .extend(places(facility, care_type, months, free as i32));
    }
    for (child, born, wishes) in children {
        inputs.children.push(one_child(child, born));
        for (rank, programme) in (1..).zip(wishes.chars()) {
            inputs
                .applications
                .push(application(child, &programme.to_string(), rank));
        }
    }
    inputs
}

pub(crate) fn one_child(child: &str, born: Date) -> SuggestionChild {
    SuggestionChild {
        applicant_id: child.to_owned(),
        born,
        family_id: String::new(),
        siblings: Siblings::Independent,
        inclusion_need: false,
    }
}

pub(crate) fn application(child: &str, programme: &str, rank: u32) -> SuggestionApplication {
    SuggestionApplication {
        applicant_id: child.to_owned(),
        programme_id: programme.to_owned(),
        rank,
        first_day: date(2027, 9, 1),
        daily_hours: hours(9.0),
        applied_on: date(2026, 10, 1),
    }
}

/// A generated city: facilities with nursery and kindergarten, some of them tight in some months, some
/// hours and ages that do not fit, points and lexicographic catalogues with lots.
pub(crate) fn generated(seed: u64, children: usize) -> SuggestionInputs {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let mut below = move |bound: usize| (generator.next_u32() as usize) % bound;
    let months = MonthRange::new(month(2027, 9), 70);
    let lexicographic = CriteriaCatalogue::parse(LEXICOGRAPHIC, "lexicographic.toml").unwrap();
    let catalogues: Vec<CriteriaCatalogue> = ["T1", "T2"]
        .map(|provider| {
            let text = POINTS
                .replace("\"T1\"", &format!("\"{provider}\""))
                .replace("story-b", provider)
                .replace(
                    "\"key\"]",
                    if provider == "T2" {
                        "\"lot\"]"
                    } else {
                        "\"key\"]"
                    },
                );
            CriteriaCatalogue::parse(&text, "points.toml").unwrap()
        })
        .into_iter()
        .collect();
    // The catalogue with other global criteria belongs to another city: one kind per generated city.
    let catalogues = if seed.is_multiple_of(3) {
        let for_provider = |provider: &str| {
            let text = LEXICOGRAPHIC
                .replace("\"T9\"", &format!("\"{provider}\""))
                .replace("one-after", &format!("{provider}-one-after"));
            CriteriaCatalogue::parse(&text, "lexicographic.toml").unwrap()
        };
        assert_eq!(lexicographic.provider(), "T9");
        vec![for_provider("T1"), for_provider("T2")]
    } else {
        catalogues
    };
    let mut inputs = SuggestionInputs {
        catalogues: CataloguesInForce::on(catalogues, date(2027, 1, 1)).unwrap(),
        programmes: Vec::new(),
        children: Vec::new(),
        applications: Vec::new(),
        answers: Vec::new(),
        recorded_points: Vec::new(),
        care_offers: Vec::new(),
        places: Vec::new(),
        months,
        seed,
    };
    let facility_count = (children / 8).max(2);
    for number in 0..facility_count {
        let facility = format!("F{number:03}");
        for (care_type, free) in [
            (CareType::Nursery, 1 + below(3) as i32),
            (CareType::Kindergarten, 1 + below(4) as i32),
        ] {
            if care_type == CareType::Kindergarten && number % 5 == 4 {
                continue; // a pure nursery
            }
            let mut offered = offer(&facility, care_type);
            offered.from_34th_month = number % 2 == 0;
            offered.youngest_months = if care_type == CareType::Nursery { 8 } else { 0 };
            if number % 4 == 3 {
                offered.longest_day = hours(8.0);
                offered.tiers.retain(|tier| *tier != HoursTier::UpTo4_5);
            }
            inputs.care_offers.push(offered);
            let mut rows = places(&facility, care_type, months, free);
            for row in &mut rows {
                row.settling_in_slots = (below(3) > 0).then(|| 1 + below(3) as u32);
                row.inclusion_places = u32::from(below(8) > 0);
                if below(60) == 0 {
                    row.free_places = 0;
                }
            }
            inputs.places.extend(rows);
            inputs.programmes.push(SuggestionProgramme {
                programme_id: format!("{facility}:{care_type}"),
                facility_id: facility.clone(),
                care_type,
                provider_id: if number % 2 == 0 { "T1" } else { "T2" }.to_owned(),
                free_places: free as u32,
                points_from: PointsSource::Catalogue,
            });
        }
    }
    for number in 0..children {
        let child = format!("child-{number:04}");
        let born = date(
            2024 + below(3) as i16,
            1 + below(12) as i8,
            1 + below(28) as i8,
        );
        inputs.children.push(SuggestionChild {
            family_id: if number % 3 == 0 {
                format!("family-{:04}", number / 6)
            } else {
                String::new()
            },
            inclusion_need: below(12) == 0,
            ..one_child(&child, born)
        });
        let care_type = if born < date(2024, 9, 1) {
            CareType::Kindergarten
        } else {
            CareType::Nursery
        };
        let mut wished: Vec<usize> = (0..4).map(|_| below(facility_count)).collect();
        wished.sort_unstable();
        wished.dedup();
        let first = below(wished.len());
        wished.rotate_left(first);
        let mut rank = 0;
        for facility in wished {
            let programme = format!("F{facility:03}:{care_type}");
            if !inputs
                .programmes
                .iter()
                .any(|it| it.programme_id == programme)
            {
                continue;
            }
            rank += 1;
            inputs.applications.push(SuggestionApplication {
                first_day: date(2027, 9 + below(3) as i8, 1),
                daily_hours: hours([4.5, 6.0, 9.0, 9.0, 9.0, 10.0][below(6)]),
                applied_on: date(2026, 10, 1 + below(20) as i8),
                ..application(&child, &programme, rank)
            });
            let minutes = (1 + below(20)).to_string();
            inputs
                .answers
                .push(answer(&child, &programme, "distance_minutes", &minutes));
            if below(6) == 0 {
                let mut sibling = answer(&child, &programme, "sibling_at_facility", "yes");
                sibling.evidence_shown = below(2) == 0;
                inputs.answers.push(sibling);
            }
        }
        let work = [
            "all_custodians_work",
            "some_custodians_work",
            "in_training",
            "no_work",
        ];
        let mut given = vec![answer(&child, "", "work_status", work[below(4)])];
        given.push(answer(&child, "", "single_parent", ["yes", "no"][below(2)]));
        given.push(answer(&child, "", "waiting_months", &below(20).to_string()));
        given.push(answer(
            &child,
            "",
            "hardship_certificate",
            ["yes", "no", "no"][below(3)],
        ));
        for row in &mut given {
            row.evidence_shown = below(5) > 0;
        }
        inputs.answers.extend(given);
    }
    inputs
}
