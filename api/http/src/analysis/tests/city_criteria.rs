//! Global criteria are the city's: a provider's catalogue takes them over.

use domain::{InputProblem, ProviderKind};
use jiff::civil::{Date, date};
use matching::CriteriaCatalogue;
use store::DatedCatalogue;

use super::{Made, story_b};
use crate::analysis::against_the_city;

const CATALOGUE: &str = include_str!("../../../../../engine/matching/tests/catalogues/points.toml");

fn of(provider: &str, change: (&str, &str)) -> String {
    let text = CATALOGUE.replace("\"T1\"", &format!("\"{provider}\""));
    text.replace(change.0, change.1)
}

impl Made {
    fn catalogue(mut self, provider: &str, from: Date, text: &str) -> Self {
        for record in &mut self.rows.providers {
            if record.id().as_str() == provider {
                record.catalogues.push(DatedCatalogue {
                    valid_from: from,
                    text: text.to_owned(),
                });
            }
        }
        self
    }

    fn municipal(mut self, provider: &str) -> Self {
        for record in &mut self.rows.providers {
            if record.id().as_str() == provider {
                record.registration.kind = ProviderKind::Municipal;
            }
        }
        self
    }
}

fn handed_in(made: &Made, provider: &str, text: &str) -> Vec<InputProblem> {
    let catalogue = CriteriaCatalogue::parse(text, "catalogue.toml").unwrap();
    against_the_city(&made.snapshot(), &catalogue, &provider.parse().unwrap())
}

const SAME: (&str, &str) = ("", "");
const LIGHTER: (&str, &str) = ("all_custodians_work = 4", "all_custodians_work = 1");
const OWN: (&str, &str) = ("points = 10", "points = 12");

#[test]
fn a_provider_takes_over_the_criteria_that_the_municipal_catalogue_states() {
    let day = date(2026, 8, 1);
    let made = story_b()
        .municipal("T1")
        .catalogue("T1", day, &of("T1", SAME));
    let numbers = |text: &str| -> Vec<&str> {
        handed_in(&made, "T2", text)
            .iter()
            .map(|it| it.code)
            .collect()
    };
    assert_eq!(numbers(&of("T2", SAME)), [""; 0]);
    assert_eq!(
        numbers(&of("T2", OWN)),
        [""; 0],
        "local criteria are its own"
    );
    assert_eq!(numbers(&of("T2", LIGHTER)), ["E2190"]);
    let dropped = of("T2", SAME).replace(
        "[[global]]\nkey = \"single\"",
        "[[local]]\nkey = \"single\"",
    );
    assert_eq!(numbers(&dropped), ["E2190"]);
    let added = of("T2", SAME).replace("[[local]]\nkey = \"near\"", "[[global]]\nkey = \"near\"");
    assert_eq!(numbers(&added), ["E2190"]);
    // The city changes its own; from that day the others follow.
    assert_eq!(handed_in(&made, "T1", &of("T1", LIGHTER)), []);
    let changed = made.catalogue("T1", date(2027, 2, 1), &of("T1", LIGHTER));
    let from = |text: String, day: &str| text.replace("2026-08-01", day);
    assert_eq!(
        handed_in(&changed, "T2", &from(of("T2", SAME), "2027-01-31")),
        []
    );
    assert_eq!(
        handed_in(&changed, "T2", &from(of("T2", LIGHTER), "2027-02-01")),
        []
    );
    assert_eq!(
        handed_in(&changed, "T2", &from(of("T2", SAME), "2027-02-01")).len(),
        1
    );
}

#[test]
fn without_a_municipal_catalogue_what_all_others_share_is_the_citys() {
    let day = date(2026, 8, 1);
    assert_eq!(handed_in(&story_b(), "T2", &of("T2", LIGHTER)), []);
    let one = story_b().catalogue("T1", day, &of("T1", SAME));
    assert_eq!(handed_in(&one, "T2", &of("T2", LIGHTER)).len(), 1);
    // Its own version of before binds nobody but the others.
    assert_eq!(handed_in(&one, "T1", &of("T1", LIGHTER)), []);
    let apart = one.catalogue("T3", day, &of("T3", LIGHTER));
    assert_eq!(handed_in(&apart, "T2", &of("T2", SAME)), []);
}
