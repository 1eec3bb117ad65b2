//! Single cells: type, range, code list, identifier, and the rules of areas, spans and places.

use super::small_city;
use crate::schema::TableName;

#[test]
fn a_cell_of_another_type_is_refused_with_what_was_expected() {
    for (table, old, new, row, column, value) in [
        (
            TableName::Births,
            "ost1,2024,40",
            "ost1,2024,viele",
            1,
            "births",
            "viele",
        ),
        (
            TableName::Births,
            "ost1,2024,40",
            "ost1,2024,4.5",
            1,
            "births",
            "4.5",
        ),
        (
            TableName::Attestations,
            "2026-03-31",
            "31.03.2026",
            2,
            "attested_on",
            "31.03.2026",
        ),
        (
            TableName::Attestations,
            "2026-03-31",
            "2026-02-29",
            2,
            "attested_on",
            "2026-02-29",
        ),
        (
            TableName::StatisticsAttributes,
            "true",
            "ja",
            1,
            "foreign_origin",
            "ja",
        ),
        (TableName::Staff, "30.5", "NaN", 2, "weekly_hours", "NaN"),
    ] {
        let file = format!("{table}.csv");
        small_city()
            .with(table, old, new)
            .refused("E1005", &file, row, column, value);
    }
}

#[test]
fn an_outline_that_is_no_polygon_is_refused() {
    small_city()
        .with(TableName::AreaShapes, "13.72,\n", "13.72,POINT (13 51)\n")
        .refused("E1005", "area_shapes.csv", 2, "polygon", "POINT (13 51)");
}

#[test]
fn an_empty_required_cell_is_refused() {
    small_city()
        .with(TableName::Births, "ost1,2024,40", "ost1,2024,")
        .refused("E1006", "births.csv", 1, "births", "");
}

#[test]
fn a_value_outside_its_range_is_refused() {
    for (table, old, new, row, column, value) in [
        (
            TableName::Births,
            "ost1,2024,40",
            "ost1,2024,-1",
            1,
            "births",
            "-1",
        ),
        (
            TableName::Births,
            "ost1,2024,40",
            "ost1,2024,3000000000",
            1,
            "births",
            "3000000000",
        ),
        (TableName::Staff, "30.5", "61", 2, "weekly_hours", "61"),
        (
            TableName::Attestations,
            "2026-03-31",
            "1899-12-31",
            2,
            "attested_on",
            "1899-12-31",
        ),
    ] {
        let file = format!("{table}.csv");
        small_city()
            .with(table, old, new)
            .refused("E1007", &file, row, column, value);
    }
    let long = "x".repeat(201);
    let problem = small_city()
        .with(TableName::Areas, "Ostpark", &long)
        .problem();
    assert_eq!((problem.code, problem.row), ("E1007", Some(4)));
    assert_eq!(problem.value.unwrap().chars().count(), 81); // shortened
}

#[test]
fn a_value_outside_its_code_list_is_refused() {
    small_city()
        .with(TableName::Offers, "confirmed", "maybe")
        .refused("E1008", "offers.csv", 1, "state", "maybe");
}

#[test]
fn a_malformed_identifier_is_refused() {
    small_city().with(TableName::Offers, "O2,", "Ö2,").refused(
        "E1009",
        "offers.csv",
        2,
        "offer_id",
        "Ö2",
    );
    let long = "x".repeat(65);
    small_city()
        .with(TableName::Offers, "O2,", &format!("{long},"))
        .refused("E1009", "offers.csv", 2, "offer_id", &long);
}

#[test]
fn an_end_before_its_start_is_refused_and_one_day_is_a_span() {
    let span = |end| {
        small_city().with(
            TableName::BlockedPlaces,
            "2026-05-01,2026-06-30",
            &format!("2026-05-01,{end}"),
        )
    };
    span("2026-04-30").refused("E1012", "blocked_places.csv", 1, "valid_to", "2026-04-30");
    assert!(span("2026-05-01").problems().is_empty());
}

#[test]
fn places_before_the_first_licence_or_between_two_are_refused_but_not_after_the_last() {
    let capacities = |from| {
        small_city().with(
            TableName::Capacities,
            "K2,nursery,2016-01-01",
            &format!("K2,nursery,{from}"),
        )
    };
    let before = capacities("2015-07-31");
    let problem = before.refused("E1013", "capacities.csv", 3, "facility_id", "K2");
    assert!(problem.message.contains("2015-07-31"), "{problem}");
    assert!(capacities("2015-08-01").problems().is_empty());

    let gap = small_city().with(TableName::Licences, "K2,2020-08-01", "K2,2020-08-02");
    let problem = gap.refused("E1013", "capacities.csv", 3, "facility_id", "K2");
    assert!(problem.message.contains("2020-08-01"), "{problem}");
    // Places begin after the gap.
    assert!(
        gap.with(
            TableName::Capacities,
            "K2,nursery,2016-01-01",
            "K2,nursery,2020-08-02"
        )
        .problems()
        .is_empty()
    );

    let never = small_city().with(TableName::Licences, "P1,2020-01-01,\n", "");
    never.refused("E1013", "capacities.csv", 5, "facility_id", "P1");
    let no_places = never.with(
        TableName::Capacities,
        "2020-01-01,,5,5,5",
        "2020-01-01,,0,5,0",
    );
    assert!(no_places.problems().is_empty());
    let licence_lost_and_places_go_on = small_city();
    assert!(licence_lost_and_places_go_on.problems().is_empty());
}

#[test]
fn overlapping_licences_leave_no_gap() {
    let files = small_city().with(
        TableName::Licences,
        "K2,2015-08-01,2020-07-31\nK2,2020-08-01",
        "K2,2018-01-01,2019-01-01\nK2,2015-08-01,2020-09-30\nK2,2020-08-01",
    );
    assert!(files.problems().is_empty());
}

#[test]
fn more_staffed_than_licensed_places_are_refused() {
    small_city()
        .with(TableName::Capacities, "40,40,36", "40,40,41")
        .refused("E1016", "capacities.csv", 1, "staffed", "41");
}

#[test]
fn a_childminder_has_at_most_five_places() {
    small_city()
        .with(
            TableName::Capacities,
            "2020-01-01,,5,5,5",
            "2020-01-01,,6,5,5",
        )
        .refused("E1017", "capacities.csv", 5, "licensed", "6");
}

#[test]
fn an_area_in_itself_is_refused_and_so_is_a_circle_but_not_what_hangs_on_it() {
    small_city()
        .plus(TableName::Areas, "x,x,Kreis\ny,x,Anhang\n")
        .refused("E1023", "areas.csv", 7, "parent", "x");
    let circle = small_city().plus(TableName::Areas, "a,b,A\nb,c,B\nc,a,C\nd,a,D\n");
    let found: Vec<_> = circle
        .problems()
        .into_iter()
        .map(|p| (p.code, p.row, p.value.unwrap()))
        .collect();
    let expected = [(7, "b"), (8, "c"), (9, "a")];
    assert_eq!(
        found,
        expected.map(|(row, parent)| ("E1023", Some(row), parent.to_owned()))
    );
}

#[test]
fn a_chain_of_areas_of_any_length_is_walked_in_linear_time() {
    let mut rows = String::from("n0,,N\n");
    for number in 1..60_000 {
        rows.push_str(&format!("n{number},n{},N\n", number - 1));
    }
    let chain = small_city().plus(TableName::Areas, &rows);
    assert!(chain.problems().is_empty());
    chain.with(TableName::Areas, "n0,,N", "n0,n0,N").refused(
        "E1023",
        "areas.csv",
        7,
        "parent",
        "n0",
    );
}
