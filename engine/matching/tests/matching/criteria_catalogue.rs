//! Criteria catalogues: what is accepted, what is refused by law, and what answers are worth.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use crate::common::city::{LEXICOGRAPHIC, POINTS, answer, points_catalogue};
use jiff::civil::date;
use matching::{
    AdmissibleAttribute, AnswerRow, Answers, CataloguesInForce, CriteriaCatalogue, CriterionKey,
    EvidenceState, forbidden_word,
};
use proptest::prelude::*;

fn codes(text: &str) -> Vec<(&'static str, Option<u64>)> {
    let problems = CriteriaCatalogue::parse(text, "catalogue.toml").unwrap_err();
    problems.iter().map(|it| (it.code, it.row)).collect()
}

fn points(catalogue: &CriteriaCatalogue, rows: &[AnswerRow]) -> i32 {
    catalogue.evaluate(&Answers::check(rows).unwrap()).points
}

#[test]
fn the_catalogue_of_story_b_gives_the_points_told() {
    let catalogue = points_catalogue("T1");
    let work = answer("c", "", "work_status", "all_custodians_work");
    let single = answer("c", "", "single_parent", "yes");
    let sibling = answer("c", "A", "sibling_at_facility", "yes");
    let near = |minutes| answer("c", "A", "distance_minutes", minutes);
    assert_eq!(points(&catalogue, &[work.clone(), sibling]), 14);
    assert_eq!(points(&catalogue, &[work.clone(), single]), 7);
    assert_eq!(points(&catalogue, &[work.clone(), near("10")]), 6);
    assert_eq!(points(&catalogue, &[work.clone(), near("11")]), 4);
    assert_eq!(points(&catalogue, &[near("10")]), 2);
    // Without evidence the work counts nothing here, because the catalogue says so.
    let mut unproven = work;
    unproven.evidence_shown = false;
    let evaluation = catalogue.evaluate(&Answers::check(&[unproven]).unwrap());
    let share = evaluation
        .contributions
        .iter()
        .find(|it| it.criterion == "work")
        .unwrap();
    assert_eq!((share.points, share.evidence), (0, EvidenceState::Missing));
}

#[test]
fn comments_blank_lines_and_order_do_not_change_the_version_hash() {
    let catalogue = CriteriaCatalogue::parse(POINTS, "points.toml").unwrap();
    let (head, criteria) = POINTS.split_once("[[global]]").unwrap();
    let mut blocks: Vec<String> = format!("[[global]]{criteria}")
        .split("\n\n")
        .map(|block| format!("\n# a remark\n{}\n", block.replace(" = ", "   =  ")))
        .collect();
    blocks.reverse();
    let head: Vec<&str> = head.lines().rev().collect();
    let other = format!("{}\n{}", head.join("\n"), blocks.join("\n"));
    assert_ne!(other, POINTS);
    let same = CriteriaCatalogue::parse(&other, "other.toml").unwrap();
    assert_eq!(catalogue.version_hash(), same.version_hash());
    let changed = POINTS.replace("points = 3", "points = 4");
    let changed = CriteriaCatalogue::parse(&changed, "points.toml").unwrap();
    assert_ne!(catalogue.version_hash(), changed.version_hash());
}

#[test]
fn what_the_law_forbids_is_refused_with_its_reason() {
    for (attribute, reason) in [
        ("migration_background", "Art. 3(3) GG"),
        ("family_language", "language"),
        ("religion", "faith"),
        ("nationality", "nationality"),
        ("sex", "sex"),
        ("income", "§ 90 SGB VIII"),
        ("disability", "disability"),
        ("residence", "§ 4 SächsKitaG"),
        ("political_opinion", "political"),
        ("married_parents", "families of every form"),
    ] {
        let text = POINTS.replace("\"single_parent\"", &format!("\"{attribute}\""));
        let problems = CriteriaCatalogue::parse(&text, "t.toml").unwrap_err();
        assert_eq!(problems.len(), 1, "{attribute}");
        assert_eq!(problems[0].code, "E2155", "{attribute}");
        assert_eq!(problems[0].row, Some(23), "{attribute}");
        assert!(
            problems[0].message.contains(reason),
            "{}",
            problems[0].message
        );
        let rows = [answer("c", "", attribute, "yes")];
        assert_eq!(Answers::check(&rows).unwrap_err()[0].code, "E2155");
    }
    // A permitted attribute under a label that is not.
    let label = POINTS.replace("\"Alleinerziehend\"", "\"Kirchenmitglied oder getauft\"");
    assert_eq!(codes(&label), [("E2157", Some(21))]);
    let unknown = POINTS.replace("\"single_parent\"", "\"favourite_colour\"");
    assert_eq!(codes(&unknown), [("E2156", Some(23))]);
    assert_eq!(
        forbidden_word("Geschwister, höchstens zehn Minuten Weg"),
        None
    );
    for attribute in AdmissibleAttribute::ALL {
        assert_eq!(forbidden_word(attribute.name()), None, "{attribute:?}");
    }
}

#[test]
fn keys_labels_and_criteria_of_an_audit_are_refused_by_the_same_words() {
    // Inside a compound, written out without umlauts, with a number behind, and both languages.
    for word in [
        "familienherkunft",
        "mindesteinkommen",
        "erstsprache",
        "kommunalpolitisch",
        "immigration",
        "maedchen",
        "religioes",
        "staatsangehoerigkeit",
        "income_2",
        "sex1",
        "migration",
        "nationality",
        "citizenship",
        "ethnic",
        "herkunft",
        "origin",
        "race",
        "skin",
        "hautfarbe",
        "language",
        "religion",
        "konfession",
        "denomination",
        "faith",
        "gender",
        "geschlecht",
        "health",
        "gesundheit",
        "illness",
        "krankheit",
        "disability",
        "behinderung",
        "politics",
        "partei",
    ] {
        assert!(forbidden_word(word).is_some(), "{word}");
        assert_eq!(
            CriterionKey::new(word).unwrap_err().code(),
            "E2139",
            "{word}"
        );
    }
    for word in [
        "absprache",
        "distance_band",
        "original",
        "kirchstrasse",
        "sibling",
        "terrace",
    ] {
        assert!(forbidden_word(word).is_none(), "{word}");
        assert!(CriterionKey::new(word).is_ok(), "{word}");
    }
}

#[test]
fn a_need_never_counts_against_a_child() {
    let text = POINTS
        .replace("\"sibling_at_facility\"", "\"inclusion_need\"")
        .replace("points = 10", "points = -1");
    assert_eq!(codes(&text), [("E2158", Some(26))]);
}

#[test]
fn every_problem_of_a_catalogue_is_reported_at_once() {
    let text = r#"id = ""
version = 0
valid_from = 2026-02-30x
"#;
    assert_eq!(codes(text)[0], ("E2150", Some(3)));
    let text = r#"id = "t"
version = 0
valid_from = "soon"
provider = "T"
mode = "by ear"
evidence_missing = "count"
tie = ["key", "older_child"]
colour = "red"

[[local]]
key = "near"
german = "nah"
english = "near"
attribute = "distance_minutes"
points = 2

[[local]]
key = "near"
german = "Arbeit"
english = "work"
attribute = "work_status"
options = { all_custodians_work = 4000, rich = 3 }
order = 1
"#;
    assert_eq!(
        codes(text),
        [
            ("E2152", Some(1)),
            ("E2153", Some(2)),
            ("E2153", Some(3)),
            ("E2153", Some(5)),
            ("E2159", Some(7)),
            ("E2151", Some(8)),
            ("E2152", Some(10)),
            ("E2153", Some(22)),
            ("E2153", Some(22)),
            ("E2154", Some(23)),
        ]
    );
    let twice = POINTS.replace("key = \"near\"", "key = \"sibling\"");
    assert_eq!(codes(&twice), [("E2160", Some(33))]);
    assert_eq!(
        codes(&POINTS[..POINTS.find("[[global]]").unwrap()]),
        [("E2161", Some(1))]
    );
    let fine = LEXICOGRAPHIC.replace("cap = 12", "cap = 1000").replace(
        "levels = { all_custodians_work = 2, in_training = 2, some_custodians_work = 1 }",
        "levels = { all_custodians_work = 100 }",
    );
    assert!(CriteriaCatalogue::parse(&fine, "t.toml").is_ok());
    let too_fine = (5..10).fold(fine, |text, order| {
        format!(
            "{text}\n[[local]]\nkey = \"k{order}\"\ngerman = \"g\"\nenglish = \"e\"\nattribute = \"age_months\"\norder = {order}\ncap = 1000\n"
        )
    });
    assert_eq!(codes(&too_fine), [("E2166", Some(1))]);
}

#[test]
fn catalogues_in_force_agree_on_what_the_city_set() {
    let one = points_catalogue("T1");
    let later = CriteriaCatalogue::parse(
        &POINTS
            .replace("version = 1", "version = 2")
            .replace("2026-08-01", "2027-08-01"),
        "later.toml",
    )
    .unwrap();
    let both = [one.clone(), later.clone()];
    let before = CataloguesInForce::on(both.clone(), date(2027, 7, 31)).unwrap();
    let after = CataloguesInForce::on(both, date(2027, 8, 1)).unwrap();
    assert_eq!(before.of("T1").unwrap().version(), 1);
    assert_eq!(after.of("T1").unwrap().version(), 2);
    let other_city = POINTS
        .replace("\"T1\"", "\"T2\"")
        .replace("points = 3", "points = 5");
    let other = CriteriaCatalogue::parse(&other_city, "t2.toml").unwrap();
    let problems = CataloguesInForce::on([one.clone(), other], date(2027, 1, 1)).unwrap_err();
    let found: Vec<&str> = problems.iter().map(|it| it.code).collect();
    assert_eq!(found, ["E2165"]);
    let changed = CriteriaCatalogue::parse(
        &POINTS
            .replace("story-b", "story-b-T1")
            .replace("points = 2", "points = 1"),
        "t.toml",
    )
    .unwrap();
    let problems = CataloguesInForce::on([one, changed], date(2027, 1, 1)).unwrap_err();
    let found: Vec<&str> = problems.iter().map(|it| it.code).collect();
    assert_eq!(found, ["E2164", "E2163"]);
}

proptest! {
    /// The sum of a lexicographic catalogue orders exactly as its criteria do one after the other.
    #[test]
    fn lexicographic_points_order_as_the_criteria_do(
        one in (any::<bool>(), 0..5_usize, 0..30_u32, 0..30_u32),
        other in (any::<bool>(), 0..5_usize, 0..30_u32, 0..30_u32),
    ) {
        let catalogue = CriteriaCatalogue::parse(LEXICOGRAPHIC, "l.toml").unwrap();
        let levels = [2, 2, 1, 0, 0];
        let words = ["all_custodians_work", "in_training", "some_custodians_work", "seeking_work", "no_work"];
        let sum = |(hard, work, waiting, minutes): (bool, usize, u32, u32)| {
            points(&catalogue, &[
                answer("c", "", "hardship_certificate", if hard { "yes" } else { "no" }),
                answer("c", "", "work_status", words[work]),
                answer("c", "", "waiting_months", &waiting.to_string()),
                answer("c", "", "distance_minutes", &minutes.to_string()),
            ])
        };
        let order = |(hard, work, waiting, minutes): (bool, usize, u32, u32)| {
            (hard, levels[work], waiting.min(12), (5..=15).contains(&minutes))
        };
        prop_assert_eq!(sum(one).cmp(&sum(other)), order(one).cmp(&order(other)));
    }
}
