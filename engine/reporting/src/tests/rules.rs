//! Every rule finds seeded faults and says nothing about a clean city.

use domain::ReferenceDate;
use tables::schema::TableName;

use super::city::{Tables, story};
use crate::grant::NineHourEquivalents;
use crate::{
    ERROR_CODES, FederalExtract, Finding, GrantTable, Parameters, Registers, Rule, Severity,
    StateExtract, check_federal, check_state, federal_extract, reconcile, state_extract,
    write_findings,
};

fn drawn(tables: &Tables) -> FederalExtract {
    let reference = ReferenceDate::federal(2027).unwrap();
    federal_extract(
        &tables.city(),
        &Registers::none(),
        reference,
        reference.date(),
    )
    .unwrap()
}

fn check(extract: &FederalExtract) -> Vec<Finding> {
    check_federal(extract, Parameters::shipped())
}

/// Each fault alone makes the rule speak with the severity, wherever other rules do.
fn finds(rule: Rule, severity: Severity, faults: &[fn(&mut FederalExtract)]) {
    assert!(faults.len() >= 3);
    for (number, fault) in faults.iter().enumerate() {
        let mut extract = drawn(&story());
        fault(&mut extract);
        let found = check(&extract);
        assert!(
            found
                .iter()
                .any(|finding| finding.rule == rule && finding.severity == severity),
            "fault {number} of {}: {found:?}",
            rule.key()
        );
    }
}

#[test]
fn a_clean_city_has_no_findings() {
    let city = story().city();
    let extract = drawn(&story());
    assert_eq!(check(&extract), []);
    assert_eq!(reconcile(&city, &extract).unwrap(), []);
}

#[test]
fn e1_finds_numbers_given_twice() {
    finds(
        Rule::E1,
        Severity::Block,
        &[
            |x| x.facilities[1].facility = 1,
            |x| x.children[1].number = 1,
            |x| x.childminding[1].number = 1,
        ],
    );
}

#[test]
fn e2_finds_children_without_facility_and_facilities_without_their_children() {
    finds(
        Rule::E2,
        Severity::Block,
        &[
            |x| x.children[0].facility = 99,
            |x| x.facilities.truncate(1),
            |x| x.children.retain(|child| child.facility != 2),
        ],
    );
}

#[test]
fn e2_accepts_the_nil_report_of_a_facility_without_children() {
    let mut tables = story();
    let rows = &mut tables.rows.get_mut(&TableName::Contracts).unwrap().1;
    rows.retain(|row| !row.contains(",FB,"));
    let extract = drawn(&tables);
    assert_eq!(extract.facilities[1].children, 0);
    assert_eq!(check(&extract), []);
}

#[test]
fn e3_finds_values_outside_their_lists() {
    finds(
        Rule::E3,
        Severity::Block,
        &[
            |x| x.children[0].facts.sex = 4,
            |x| x.children[0].facts.family_language = Some(3),
            |x| x.childminding[0].other_arrangement = 0,
            |x| x.facilities[0].closes_at = 1441,
            |x| x.children[0].facts.lunch = 0,
        ],
    );
}

#[test]
fn e4_finds_sums_that_do_not_add_up() {
    finds(
        Rule::E4,
        Severity::Block,
        &[
            |x| x.facilities[0].children += 1,
            |x| x.facilities[1].children = 0,
            |x| x.children.truncate(10),
        ],
    );
}

#[test]
fn e5_finds_impossible_births() {
    finds(
        Rule::E5,
        Severity::Block,
        &[
            |x| x.children[0].facts.birth_month = 13,
            |x| {
                (
                    x.children[0].facts.birth_year,
                    x.children[0].facts.birth_month,
                ) = (2027, 4);
            },
            |x| {
                (
                    x.children[0].facts.birth_year,
                    x.children[0].facts.birth_month,
                ) = (2013, 2);
            },
            |x| x.childminding[1].facts.birth_month = 0,
        ],
    );
}

#[test]
fn e5_allows_a_child_that_may_turn_fourteen_later_in_the_month() {
    let mut extract = drawn(&story());
    let facts = &mut extract.children[0].facts;
    (facts.birth_year, facts.birth_month) = (2013, 3);
    assert!(
        !check(&extract)
            .iter()
            .any(|finding| finding.rule == Rule::E5)
    );
}

#[test]
fn e6_finds_admissions_before_birth_or_after_the_reference_date() {
    finds(
        Rule::E6,
        Severity::Block,
        &[
            |x| x.children[6].facts.admission_year = 2017,
            |x| {
                (
                    x.children[0].facts.admission_year,
                    x.children[0].facts.admission_month,
                ) = (2027, 4);
            },
            |x| x.childminding[0].facts.admission_month = 0,
        ],
    );
}

#[test]
fn e7_finds_impossible_and_unusual_weeks() {
    finds(
        Rule::E7,
        Severity::Block,
        &[
            |x| x.children[0].facts.days_per_week = 8,
            |x| x.children[0].facts.weekly_hours = 100,
            |x| {
                (
                    x.childminding[0].facts.weekly_hours,
                    x.childminding[0].facts.days_per_week,
                ) = (25, 1);
            },
        ],
    );
    finds(
        Rule::E7,
        Severity::Confirm,
        &[
            |x| x.children[0].facts.weekly_hours = 56,
            |x| x.children[0].facts.weekly_hours = 4,
            |x| {
                (
                    x.childminding[0].facts.weekly_hours,
                    x.childminding[0].facts.days_per_week,
                ) = (24, 2);
            },
        ],
    );
}

#[test]
fn e8_finds_classes_that_do_not_fit_school_and_age() {
    finds(
        Rule::E8,
        Severity::Block,
        &[
            |x| x.children[6].facts.school_class = None,
            |x| x.children[0].facts.school_class = Some(1),
            |x| x.children[6].facts.attends_school = 2,
        ],
    );
    finds(
        Rule::E8,
        Severity::Confirm,
        &[
            |x| {
                (
                    x.children[5].facts.attends_school,
                    x.children[5].facts.school_class,
                ) = (1, Some(1));
            },
            |x| {
                (
                    x.children[0].facts.birth_year,
                    x.children[0].facts.birth_month,
                ) = (2018, 2);
            },
            |x| {
                (
                    x.childminding[0].facts.attends_school,
                    x.childminding[0].facts.school_class,
                ) = (1, Some(2));
            },
        ],
    );
}

#[test]
fn e10_finds_a_child_with_two_records_and_drops_neither() {
    let extra = [
        "c-x,1,b4,FT,childminding,2,5,false,2026-08-01,,2026-06-01,",
        "c-x,1,b5,FT,childminding,2,5,false,2026-08-01,,2026-06-01,",
        "c-x,1,t1,FB,after_school,2,5,false,2026-08-01,,2026-06-01,",
    ];
    for row in extra {
        let mut tables = story();
        tables.push(TableName::Contracts, row.to_owned());
        let extract = drawn(&tables);
        assert_eq!(
            extract.children.len() + extract.childminding.len(),
            14,
            "{row}"
        );
        let found = check(&extract);
        let twice: Vec<_> = found
            .iter()
            .filter(|finding| finding.rule == Rule::E10)
            .collect();
        assert_eq!(twice.len(), 2, "{row}");
        assert!(
            twice
                .iter()
                .all(|finding| finding.severity == Severity::Confirm)
        );
        assert!(
            extract
                .childminding
                .iter()
                .any(|child| child.other_arrangement == 1)
        );
    }
}

#[test]
fn e11_finds_opening_times_in_the_wrong_order_or_too_short() {
    finds(
        Rule::E11,
        Severity::Block,
        &[
            |x| x.facilities[0].closes_at = 300,
            |x| x.facilities[1].opens_at = 1020,
            |x| {
                (x.facilities[0].opens_at, x.facilities[0].closes_at) = (1050, 360);
            },
        ],
    );
    finds(
        Rule::E11,
        Severity::Confirm,
        &[
            |x| x.facilities[0].closes_at = 360 + 9 * 60,
            |x| x.facilities[1].opens_at = 10 * 60,
            |x| x.children[0].facts.weekly_hours = 59,
        ],
    );
}

#[test]
fn e12_finds_too_many_closing_days() {
    finds(
        Rule::E12,
        Severity::Block,
        &[
            |x| x.facilities[0].closing_days = 366,
            |x| x.facilities[1].closing_days = 999,
            |x| x.facilities[1].closing_days = 1000,
        ],
    );
    finds(
        Rule::E12,
        Severity::Confirm,
        &[
            |x| x.facilities[0].closing_days = 61,
            |x| x.facilities[1].closing_days = 365,
            |x| x.facilities[1].closing_days = 100,
        ],
    );
}

#[test]
fn e13_finds_clearly_more_children_than_places() {
    finds(
        Rule::E13,
        Severity::Confirm,
        &[
            |x| x.facilities[0].licensed_places = 0,
            |x| x.facilities[0].licensed_places = 5,
            |x| x.facilities[1].licensed_places = 4,
        ],
    );
    let mut extract = drawn(&story());
    (
        extract.facilities[0].children,
        extract.facilities[0].licensed_places,
    ) = (11, 10);
    assert!(
        !check(&extract)
            .iter()
            .any(|finding| finding.rule == Rule::E13)
    );
}

#[test]
fn e17_finds_equivalents_that_do_not_fit_and_unusual_hours() {
    let reference = ReferenceDate::state(2027).unwrap();
    let table = GrantTable::seen_in_2024();
    let clean = state_extract(&story().city(), reference, reference.date(), &table).unwrap();
    let parameters = Parameters::shipped();
    assert_eq!(check_state(&clean, parameters), []);
    for quarters in [17, 31, 46] {
        let mut extract = clean.clone();
        extract.records[2].daily_quarters = quarters;
        let said = check_state(&extract, parameters);
        assert_eq!(
            (said[0].severity, said[0].column),
            (Severity::Confirm, "stunden_tag")
        );
    }
    let faults: [fn(&mut StateExtract); 3] = [
        |x| x.records[0].equivalents = NineHourEquivalents::of_quarters(1_000),
        |x| x.records.truncate(9),
        |x| x.records[3].children = 0,
    ];
    for fault in faults {
        let mut extract = clean.clone();
        fault(&mut extract);
        let found = check_state(&extract, parameters);
        assert!(
            found
                .iter()
                .any(|finding| finding.severity == Severity::Block),
            "{found:?}"
        );
    }
}

#[test]
fn e21_lists_contracts_without_record_and_records_without_contract_with_the_reason() {
    let mut tables = story();
    tables.replace(
        TableName::Facilities,
        "2020-01-01,,true,3",
        "2020-01-01,2027-02-28,true,3",
    );
    let found = reconcile(&tables.city(), &drawn(&tables)).unwrap();
    assert_eq!(found.len(), 1);
    assert!(
        found[0].text.english.contains("5 contracts") && found[0].text.english.contains("not open")
    );

    let mut fewer = story();
    fewer
        .rows
        .get_mut(&TableName::Contracts)
        .unwrap()
        .1
        .remove(0);
    let found = reconcile(&fewer.city(), &drawn(&story())).unwrap();
    assert!(
        found[0].text.english.contains("1 records have no contract"),
        "{}",
        found[0].text.english
    );

    let mut cut = drawn(&story());
    cut.children.pop();
    let found = reconcile(&story().city(), &cut).unwrap();
    assert!(
        found[0].text.english.contains("taken out"),
        "{}",
        found[0].text.english
    );
}

#[test]
fn every_rule_has_a_code_in_the_error_index() {
    for rule in Rule::ALL {
        assert!(
            ERROR_CODES.iter().any(|entry| entry.code == rule.code()),
            "{}",
            rule.key()
        );
    }
    for pair in ERROR_CODES.windows(2) {
        assert!(pair[0].code < pair[1].code);
    }
}

#[test]
fn findings_are_written_with_key_weight_place_column_and_text() {
    let mut extract = drawn(&story());
    extract.facilities[0].closing_days = 61;
    let mut bytes = Vec::new();
    write_findings(&check(&extract), &mut bytes).unwrap();
    insta::assert_snapshot!(String::from_utf8(bytes).unwrap(), @r"
    schluessel;gewicht;datei;zeile;merkmal;text;abhilfe;text_en;remedy
    E12;W;kita_einrichtung;1;schliesstage_vorjahr;61 Schließtage im Vorjahr;Schließtage berichtigen oder bestätigen;61 closing days in the previous year;correct or confirm the closing days
    ");
}
