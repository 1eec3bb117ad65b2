//! Criteria catalogues: one follows the other, and points name the one in force.

use super::*;

fn version(number: u32, valid_from: Date, content: char) -> CatalogueVersion {
    CatalogueVersion {
        catalogue: "kita-t1".to_owned(),
        version: number,
        version_hash: content.to_string().repeat(64),
        valid_from,
        text: "id = \"kita-t1\"".to_owned(),
        stored_by: person(),
        stored_on: TODAY,
    }
}

fn store(version: CatalogueVersion) -> Command {
    Command::StoreCatalogue {
        provider: provider_id("T1"),
        catalogue: version,
    }
}

#[test]
fn the_first_catalogue_may_have_begun_and_every_other_one_follows_on_a_day_to_come() {
    let mut city = City::new();
    let first = version(1, date(2026, 8, 1), 'a');
    let changes = city.does(&store(first.clone()));
    assert_eq!(changes[0].kind(), "provider.catalogue_stored");
    assert_eq!(
        changes[0].facts()["catalogue_version"],
        "1-aaaaaaaaaaaa",
        "the log names the version as points do"
    );
    let summer = version(2, date(2027, 8, 1), 'b');
    city.situation.catalogues = vec![first.clone(), summer.clone()];
    for (next, expected) in [
        (first, "nothing-to-change"),
        (version(2, date(2027, 9, 1), 'c'), "catalogue-version-taken"),
        (version(3, date(2027, 1, 14), 'c'), "date-in-the-past"),
        (version(3, date(2027, 8, 1), 'c'), "catalogue-not-after"),
        (version(3, date(2027, 2, 1), 'c'), "catalogue-not-after"),
    ] {
        let refusal = city.refuses(&store(next.clone()));
        assert_eq!(refusal.name(), expected, "{next:?}");
    }
    city.does(&store(version(3, date(2027, 8, 2), 'c')));
    let unknown = Command::StoreCatalogue {
        provider: provider_id("T9"),
        catalogue: summer,
    };
    assert!(matches!(
        city.refuses(&unknown),
        Refusal::UnknownProvider { .. }
    ));
}

#[test]
fn points_name_the_version_in_force_on_their_day() {
    let mut city = City::with_child("c1");
    city.does(&submit("c1", &[wish("a", "A", 1)]));
    let score = |version: &str| Command::ScoreApplication {
        child: child_id("c1"),
        application: application_id("a"),
        points: Vec::new(),
        catalogue_version: version.to_owned(),
    };
    // One that begins tomorrow binds nobody today.
    let later = version(2, date(2027, 1, 16), 'b');
    city.situation.catalogues = vec![later.clone()];
    assert!(decide(&city.situation, &score("anything")).is_ok());
    city.situation.catalogues = vec![later, version(1, TODAY, 'a')];
    let refusal = city.refuses(&score("anything"));
    let in_force = "1-aaaaaaaaaaaa".to_owned();
    assert_eq!(refusal, Refusal::CatalogueNotInForce { in_force });
    assert_eq!(refusal.class(), RefusalClass::Invalid);
    city.does(&score("1-aaaaaaaaaaaa"));
}
