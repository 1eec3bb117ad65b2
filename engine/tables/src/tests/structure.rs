//! Headers, columns, rows and files as a whole.

use super::small_city;
use crate::schema::TableName;

#[test]
fn an_unknown_column_is_refused_by_name() {
    small_city()
        .with_text(
            TableName::Births,
            "area,year,births,remark\nost1,2024,40,many\n",
        )
        .refused_whole("E1003", "births.csv", Some("remark"));
}

#[test]
fn a_missing_column_is_refused_by_name() {
    small_city()
        .with_text(TableName::Births, "area,year\nost1,2024\n")
        .refused_whole("E1004", "births.csv", Some("births"));
}

#[test]
fn a_column_given_twice_is_refused_by_name() {
    small_city()
        .with_text(
            TableName::Births,
            "area,year,births,year\nost1,2024,40,2024\n",
        )
        .refused_whole("E1019", "births.csv", Some("year"));
}

#[test]
fn columns_may_stand_in_any_order() {
    let turned = small_city().with_text(
        TableName::Births,
        "births,area,year\n40,ost1,2024\n37,ost1,2025\n",
    );
    assert_eq!(
        turned.read().unwrap().frame(TableName::Births),
        small_city().read().unwrap().frame(TableName::Births)
    );
}

#[test]
fn a_row_with_too_few_or_too_many_fields_is_named_and_the_others_are_still_checked() {
    let files = small_city().with_text(
        TableName::Births,
        "area,year,births\nost1,2024\nost1,2025,37,1\nost1,2026,x\n",
    );
    let problems = files.problems();
    let found: Vec<_> = problems.iter().map(|p| (p.code, p.row)).collect();
    assert_eq!(
        found,
        [("E1018", Some(1)), ("E1018", Some(2)), ("E1005", Some(3))]
    );
    assert!(problems.iter().all(|p| !p.remedy.is_empty()));
    small_city()
        .plus(TableName::Births, "ost1\n")
        .problems()
        .iter()
        .for_each(|p| assert_eq!((p.code, p.row), ("E1018", Some(3))));
}

#[test]
fn an_empty_file_lacks_its_header() {
    let problem =
        small_city()
            .with_text(TableName::Births, "")
            .refused_whole("E1004", "births.csv", None);
    assert!(problem.message.contains("empty"));
}

#[test]
fn a_table_of_a_header_alone_has_no_rows() {
    let files = small_city().with_text(TableName::Births, "area,year,births\n");
    assert_eq!(files.read().unwrap().frame(TableName::Births).height(), 0);
    let unended = small_city().with_text(TableName::Births, "area,year,births");
    assert_eq!(unended.read().unwrap().frame(TableName::Births).height(), 0);
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_change_nothing() {
    let plain = small_city().read().unwrap();
    for table in TableName::ALL {
        let text = small_city().text(table);
        let windows =
            small_city().with_text(table, &format!("\u{feff}{}", text.replace('\n', "\r\n")));
        assert_eq!(windows.read().unwrap().frame(table), plain.frame(table));
    }
}

#[test]
fn quoted_commas_quotes_and_line_breaks_belong_to_the_text() {
    let files = small_city().with(TableName::Areas, "Ostpark", "\"Ost, \"\"der\"\"\nPark\"");
    let city = files.read().unwrap();
    assert_eq!(city.areas().unwrap()[3].name, "Ost, \"der\"\nPark");
    // The row after the line break keeps its number.
    files
        .plus(TableName::Areas, "s 3,sued,Drei\n")
        .refused("E1009", "areas.csv", 7, "area", "s 3");
}

#[test]
fn a_quotation_mark_that_is_never_closed_is_a_problem_and_no_panic() {
    let problems = small_city()
        .with(TableName::Offers, "O2,", "\"O2,")
        .problems();
    assert_eq!((problems[0].code, problems[0].row), ("E1018", Some(2)));
}

#[test]
fn every_missing_required_table_is_named_and_nothing_is_blamed_on_it() {
    for table in TableName::ALL {
        let files = small_city().without(table);
        let codes: Vec<_> = files.problems().iter().map(|p| p.code).collect();
        if table.schema().required {
            let problem = files.refused_whole("E1020", "the city directory", None);
            assert!(
                problem.remedy.contains(&format!("{table}.csv")),
                "{problem}"
            );
        } else if table == TableName::Applications {
            assert_eq!(codes, ["E1011"; 4], "offers and points name applications");
        } else {
            assert!(codes.is_empty(), "{table}: {codes:?}");
        }
    }
}

#[test]
fn a_table_that_broke_off_is_the_only_thing_reported() {
    small_city()
        .with_text(TableName::Children, "child_id\n")
        .problems()
        .iter()
        .for_each(|p| assert_eq!((p.code, p.file.as_str()), ("E1004", "children.csv")));
    small_city()
        .with_text(TableName::Licences, "facility_id,valid_from\n")
        .refused_whole("E1004", "licences.csv", Some("valid_to"));
}
