//! Acceptance stories C2 and C3: the state extract of 1 April 2027.

use domain::ReferenceDate;
use jiff::civil::{Date, date};
use tables::schema::TableName;

use super::city::{Folder, Tables, facility, story};
use crate::{
    Cents, DifferenceCause, ExtractError, GrantRate, GrantRules, GrantTable, GrantTableError,
    Parameters, StateExtract, differences, state_extract, write_state,
};

/// Draws with the default table of rates.
fn draw(tables: &Tables, known_on: Date) -> StateExtract {
    let reference = ReferenceDate::state(2027).unwrap();
    state_extract(
        &tables.city(),
        reference,
        known_on,
        &GrantTable::seen_in_2024(),
    )
    .unwrap()
}

const FIRST_OF_APRIL: Date = date(2027, 4, 1);

#[test]
fn nine_hour_equivalents_and_the_amount_are_those_of_story_c2() {
    let extract = draw(&story(), FIRST_OF_APRIL);
    assert_eq!(extract.total_of(&facility("FA")).to_string(), "5,6667");
    assert_eq!(extract.total_of(&facility("FB")).to_string(), "3,7222");
    assert_eq!(extract.total_of(&facility("FT")).to_string(), "1,8889");
    assert_eq!(extract.total().to_string(), "11,2778");
    assert_eq!(extract.total().thirty_sixths(), 406);
    assert_eq!(extract.headline_amount().to_string(), "38964,72");
}

#[test]
fn the_state_file_of_story_c2_is_as_reviewed() {
    let folder = Folder::default();
    let extract = draw(&story(), FIRST_OF_APRIL);
    let manifest = write_state(&extract, Parameters::shipped(), &mut folder.open()).unwrap();
    assert_eq!(manifest.files[0].rows, 10);
    insta::assert_snapshot!(folder.text("landeszuschuss_1april.csv"), @r"
    einrichtung;im_bedarfsplan;betreuungsart;stunden_tag;kinder;kinder_eingliederung;e9;betrag;betrag_zuschlag
    1;1;KRIPPE;9,00;1;0;1,0000;3455,00;0,00
    1;1;KRIPPE;10,00;1;0;1,0000;3455,00;0,00
    1;1;KIGA;6,00;1;0;0,6667;2303,33;0,00
    1;1;KIGA;9,00;3;1;3,0000;10365,00;0,00
    2;1;KIGA;4,50;1;0;0,5000;1727,50;0,00
    2;1;KIGA;9,00;2;0;2,0000;6910,00;0,00
    2;1;HORT;5,00;1;0;0,5556;1919,44;0,00
    2;1;HORT;6,00;1;0;0,6667;2303,33;0,00
    3;1;KTP;8,00;1;0;0,8889;3071,11;373,33
    3;1;KTP;9,00;1;0;1,0000;3455,00;420,00
    ");
}

#[test]
fn a_contract_shorter_than_two_months_does_not_count_and_one_of_two_months_does() {
    let mut tables = story();
    let counted = |tables: &Tables| draw(tables, FIRST_OF_APRIL).total().thirty_sixths();
    tables.replace(
        TableName::Contracts,
        "2027-03-10,2027-04-15",
        "2027-03-10,2027-05-08",
    );
    assert_eq!(counted(&tables), 406);
    tables.replace(
        TableName::Contracts,
        "2027-03-10,2027-05-08",
        "2027-03-10,2027-05-09",
    );
    assert_eq!(counted(&tables), 406 + 36);
    // 31 February does not exist: two months from 31 December end with February (§ 188(3) BGB).
    tables.replace(
        TableName::Contracts,
        "2027-03-10,2027-05-09",
        "2027-01-31,2027-04-01",
    );
    assert_eq!(counted(&tables), 406 + 36);
}

#[test]
fn a_correction_leaves_the_earlier_report_unchanged_and_the_new_run_names_its_cause() {
    let bytes = |tables: &Tables, known_on| {
        let folder = Folder::default();
        write_state(
            &draw(tables, known_on),
            Parameters::shipped(),
            &mut folder.open(),
        )
        .unwrap();
        folder.files.take()
    };
    let before = story();
    let mut after = story();
    after.correct_a4();
    assert_eq!(
        bytes(&before, FIRST_OF_APRIL),
        bytes(&after, FIRST_OF_APRIL)
    );
    assert_ne!(
        bytes(&before, FIRST_OF_APRIL),
        bytes(&after, date(2027, 4, 10))
    );
    let earlier = draw(&after, FIRST_OF_APRIL);
    let later = draw(&after, date(2027, 4, 10));
    assert_eq!(later.total().to_string(), "11,6111");
    let found = differences(&earlier, &later);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].contract, "c-a4");
    assert_eq!((found[0].version, found[0].thirty_sixths), (2, 12));
    assert_eq!(found[0].cause, DifferenceCause::Hours { from: 24, to: 36 });
    assert!(differences(&earlier, &earlier).is_empty());
}

#[test]
fn added_and_removed_contracts_are_named_with_their_share() {
    let earlier = draw(&story(), FIRST_OF_APRIL);
    let mut tables = story();
    tables.replace(TableName::Contracts, "c-t2,1", "c-t9,1");
    let found = differences(&earlier, &draw(&tables, FIRST_OF_APRIL));
    let said: Vec<_> = found
        .iter()
        .map(|d| (d.contract.as_str(), d.cause, d.thirty_sixths))
        .collect();
    assert_eq!(
        said,
        [
            ("c-t2", DifferenceCause::Removed, -32),
            ("c-t9", DifferenceCause::Added, 32)
        ]
    );
}

#[test]
fn outside_the_needs_plan_after_school_facilities_get_90_percent_and_integration_counts_again() {
    let mut tables = story();
    tables.replace(
        TableName::Facilities,
        "2020-01-01,,true,2,6,17.5",
        "2020-01-01,,false,2,6,17.5",
    );
    let extract = draw(&tables, FIRST_OF_APRIL);
    // Facility A: five children with 9 hours or more, of them one with integration aid, one with 6.
    let base: u64 = extract
        .records
        .iter()
        .filter(|r| r.facility == 1)
        .map(|r| r.base.0)
        .sum();
    assert_eq!(base, 345_500 * 6 + 230_333);
    let mut tables = story();
    tables.replace(
        TableName::Facilities,
        "2020-01-01,,true,3",
        "2020-01-01,,false,3",
    );
    for child in ["b1", "b2"] {
        let rows = &mut tables.rows.get_mut(&TableName::Contracts).unwrap().1;
        rows.retain(|row| !row.starts_with(&format!("c-{child},")));
    }
    let extract = draw(&tables, FIRST_OF_APRIL);
    let six_hours = extract
        .records
        .iter()
        .find(|r| r.facility == 2 && r.daily_quarters == 24);
    assert_eq!(six_hours.unwrap().base, Cents(207_300));
}

#[test]
fn a_year_without_a_rate_and_a_day_with_two_rates_are_refused() {
    let reference = ReferenceDate::state(2020).unwrap();
    let table = GrantTable::seen_in_2024();
    let refused = state_extract(&story().city(), reference, FIRST_OF_APRIL, &table).unwrap_err();
    assert!(matches!(refused, ExtractError::NoRate { on } if on == date(2021, 1, 1)));
    let rate = GrantRate {
        valid_from: date(2024, 9, 1),
        base: Cents(345_500),
        childminding_supplement: Cents(0),
        source: String::new(),
    };
    let twice = GrantTable::new(vec![rate.clone(), rate], GrantRules::default());
    assert_eq!(
        twice.unwrap_err(),
        GrantTableError::Twice {
            on: date(2024, 9, 1)
        }
    );
}
