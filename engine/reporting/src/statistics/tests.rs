//! Tests of the standing set on a town counted by hand.

use std::collections::BTreeMap;

use jiff::civil::date;
use proptest::prelude::*;
use tables::schema::TableName;
use tables::{Format, TableSource};

use super::*;

/// Rows of a table by name.
pub(crate) type Town = BTreeMap<TableName, (&'static str, Vec<String>)>;

fn put(town: &mut Town, table: TableName, header: &'static str, rows: &[&str]) {
    let rows = rows.iter().map(|row| (*row).to_owned()).collect();
    town.insert(table, (header, rows));
}

fn add(town: &mut Town, table: TableName, row: String) {
    town.get_mut(&table)
        .expect("the table is there")
        .1
        .push(row);
}

/// Children in care: key, birth date, facility, care type, how many.
const CARE: [(&str, &str, &str, &str, usize); 7] = [
    ("a", "2024-06-10", "K1", "nursery", 8),
    // Three years old on 1 May 2026: kindergarten from that day on.
    ("b", "2023-05-01", "K1", "nursery", 6),
    ("c", "2021-06-10", "K1", "kindergarten", 20),
    ("d", "2024-06-10", "K2", "nursery", 10),
    ("e", "2021-06-10", "K2", "kindergarten", 25),
    ("f", "2020-02-10", "K2", "kindergarten", 9),
    ("g", "2024-09-10", "T1", "childminding", 5),
];

/// Applicants: key, wished start, applications each, offer, how many.
const APPLICANTS: [(&str, &str, usize, bool, usize); 3] = [
    ("u", "2026-04-01", 2, false, 6),
    ("o", "2026-04-01", 1, true, 5),
    ("l", "2026-09-01", 3, false, 7),
];

/// A town of two neighbourhoods; the first `corrected` children of K2 left in April, which became
/// known on 15 May.
pub(crate) fn town(corrected: usize) -> Town {
    let mut town = Town::new();
    let it = &mut town;
    put(
        it,
        TableName::Areas,
        "area,parent,name",
        &["S,,Süd", "N1,S,Alt", "N2,S,Neu"],
    );
    put(
        it,
        TableName::AreaShapes,
        "area,latitude,longitude,polygon",
        &["N1,51.0,13.7,\"POLYGON ((13.6 50.9, 13.6 51.1, 13.8 51.1, 13.6 50.9))\""],
    );
    put(
        it,
        TableName::Providers,
        "provider_id,name,kind,legal_regime,participates_from,participates_to",
        &["P1,Erster,municipal,secular,2020-01-01,"],
    );
    put(
        it,
        TableName::Attestations,
        "provider_id,month,attested_on",
        &["P1,2026-05-01,2026-04-28"],
    );
    put(
        it,
        TableName::Facilities,
        "facility_id,provider_id,name,kind,area,latitude,longitude,opens_on,closes_on,in_needs_plan,groups,opening_hour,closing_hour,closing_days",
        &[
            "K1,P1,Haus Eins,day_care_centre,N1,51.0,13.7,2020-01-01,,true,2,6,17,8",
            "K2,P1,Haus Zwei,day_care_centre,N2,51.0,13.8,2020-01-01,,true,3,6,17,5",
            "T1,P1,Tagespflege,childminder_site,N1,51.1,13.7,2020-01-01,,true,0,7,16,20",
        ],
    );
    let licences = ["K1,2020-01-01,", "K2,2020-01-01,", "T1,2020-01-01,"];
    put(
        it,
        TableName::Licences,
        "facility_id,valid_from,valid_to",
        &licences,
    );
    put(
        it,
        TableName::Capacities,
        "facility_id,care_type,valid_from,valid_to,licensed,planned,staffed",
        &[
            "K1,nursery,2020-01-01,,20,18,15",
            "K1,kindergarten,2020-01-01,,40,38,35",
            "K2,nursery,2020-01-01,,20,20,12",
            "K2,kindergarten,2020-01-01,,50,45,40",
            "T1,childminding,2020-01-01,,5,5,5",
        ],
    );
    put(
        it,
        TableName::Households,
        "household_id,area,single_custodian,custodians_working,municipality",
        &[
            "H1,N1,false,true,14612000",
            "H2,N2,false,true,14612000",
            "H3,N2,false,true,14612000",
            "HX,N2,false,true,14627140",
        ],
    );
    put(
        it,
        TableName::Children,
        "child_id,household_id,birth_date,sex,inclusion_place,school_class",
        &[],
    );
    put(
        it,
        TableName::Contracts,
        "contract_id,version,child_id,facility_id,care_type,daily_hours,days_per_week,lunch,valid_from,valid_to,recorded_from,recorded_to",
        &[],
    );
    put(
        it,
        TableName::Applications,
        "application_id,child_id,facility_id,care_type,rank,wished_start,daily_hours,applied_on,state,closed_on",
        &[],
    );
    put(
        it,
        TableName::Offers,
        "offer_id,application_id,starts_on,offered_on,reply_by,state,closed_on",
        &[],
    );
    put(
        it,
        TableName::Population,
        "area,year,age,count",
        &[
            "N1,2024,1,90",
            "N1,2025,1,40",
            "N2,2025,1,40",
            "N1,2025,4,60",
            "N2,2025,4,60",
            "N1,2025,30,500",
        ],
    );
    for (key, born, facility, care, count) in CARE {
        let household = if facility == "K2" { "H2" } else { "H1" };
        for number in 0..count {
            let child = format!("{key}{number:02}");
            // The last eight kindergarten children of K2 live elsewhere.
            let household = if key == "e" && number >= 17 {
                "HX"
            } else {
                household
            };
            add(
                it,
                TableName::Children,
                format!("{child},{household},{born},female,false,"),
            );
            let is_corrected = key == "e" && number < corrected;
            let recorded_to = if is_corrected { "2026-05-15" } else { "" };
            let terms = format!("{child},{facility},{care},9,5,true,2025-08-01");
            add(
                it,
                TableName::Contracts,
                format!("C{child},1,{terms},,2025-07-01,{recorded_to}"),
            );
            if is_corrected {
                add(
                    it,
                    TableName::Contracts,
                    format!("C{child},2,{terms},2026-04-15,2026-05-15,"),
                );
            }
        }
    }
    for (key, wished, applications, has_offer, count) in APPLICANTS {
        for number in 0..count {
            let child = format!("{key}{number:02}");
            add(
                it,
                TableName::Children,
                format!("{child},H1,2024-08-05,male,false,"),
            );
            for rank in 1..=applications {
                let facility = ["K1", "K2", "T1"][rank - 1];
                let care = if rank == 3 { "childminding" } else { "nursery" };
                add(
                    it,
                    TableName::Applications,
                    format!(
                        "A{child}{rank},{child},{facility},{care},{rank},{wished},9,2026-02-01,open,"
                    ),
                );
            }
            if has_offer {
                add(
                    it,
                    TableName::Offers,
                    format!("O{child},A{child}1,2026-05-01,2026-04-20,2026-05-20,open,"),
                );
            }
        }
    }
    town
}

pub(crate) fn city_of(town: &Town) -> City {
    let sources = town.iter().map(|(table, (header, rows))| {
        let text = format!("{header}\n{}\n", rows.join("\n"));
        let file = format!("{table}.csv");
        (
            *table,
            TableSource::bytes(file, Format::Csv, text.into_bytes()),
        )
    });
    City::read(&sources.collect(), &mut |_, _| {}).expect("the town is valid")
}

pub(crate) fn may() -> Month {
    Month::new(2026, 5).unwrap()
}

fn made(town: &Town, known_on: Date) -> StatisticsMonth {
    let policy = DisclosurePolicy::default();
    statistics_of_month(&city_of(town), may(), known_on, &policy).unwrap()
}

/// The value of a column in the row of an area, care type and class.
fn value(
    made: &StatisticsMonth,
    kind: StatisticsKind,
    at: [&str; 2],
    column: &str,
) -> StatisticsValue {
    let table = made.table(kind);
    let names: Vec<&str> = kind.columns().iter().map(|column| column.name).collect();
    let place = |name: &str| names.iter().position(|known| *known == name);
    let class = place("care_type").or(place("age")).unwrap();
    let row = table.rows().iter().find(|row| {
        let is = |position: usize, text: &str| row[position] == StatisticsValue::text(text);
        is(place("area").unwrap(), at[0]) && is(class, at[1])
    });
    row.unwrap_or_else(|| panic!("{} has no row {at:?}", kind.name()))[place(column).unwrap()]
        .clone()
}

#[test]
fn children_count_on_the_first_and_are_kindergarten_children_from_the_third_birthday() {
    let made = made(&town(0), date(2026, 5, 1));
    let children = |area, care| value(&made, StatisticsKind::Occupancy, [area, care], "children");
    assert_eq!(children("K1", "nursery"), StatisticsValue::Whole(8));
    assert_eq!(children("K1", "kindergarten"), StatisticsValue::Whole(26));
    assert_eq!(children("K2", "kindergarten"), StatisticsValue::Whole(34));
    assert_eq!(
        children("_total", "kindergarten"),
        StatisticsValue::Whole(60)
    );
    let used = |column| {
        value(
            &made,
            StatisticsKind::Occupancy,
            ["K1", "kindergarten"],
            column,
        )
    };
    assert_eq!(
        used("utilisation_of_licensed_percent"),
        StatisticsValue::Percent(65.0)
    );
    assert_eq!(used("data_age_days"), StatisticsValue::Whole(3));
    // The childminder's site is not named.
    assert_eq!(
        children("childminding:N1", "childminding"),
        StatisticsValue::Whole(5)
    );
    assert!(
        made.table(StatisticsKind::Occupancy)
            .column("area")
            .unwrap()
            .all(|it| *it != StatisticsValue::text("T1"))
    );
}

#[test]
fn four_children_of_a_facility_are_hidden_and_so_are_the_places_free_there() {
    let mut town = town(0);
    town.get_mut(&TableName::Contracts)
        .unwrap()
        .1
        .retain(|row| !row.starts_with("Cg04"));
    let made = made(&town, date(2026, 5, 1));
    let at = ["childminding:N1", "childminding"];
    assert_eq!(
        value(&made, StatisticsKind::Occupancy, at, "children"),
        StatisticsValue::Empty
    );
    assert_eq!(
        value(&made, StatisticsKind::Occupancy, at, "status"),
        StatisticsValue::text("suppressed")
    );
    for free in ["free_of_licensed", "free_of_planned", "free_of_staffed"] {
        assert_eq!(
            value(&made, StatisticsKind::FreePlaces, at, free),
            StatisticsValue::Empty
        );
    }
    // Nor do ages by area and care type tell what occupancy hides.
    let ages = made.table(StatisticsKind::AgeStructure);
    let position = |name: &str| {
        let columns = StatisticsKind::AgeStructure.columns();
        columns.iter().position(|it| it.name == name).unwrap()
    };
    let (care, children) = (position("care_type"), position("children"));
    for row in ages.rows() {
        let is_hidden =
            [StatisticsValue::Empty, StatisticsValue::Whole(0)].contains(&row[children]);
        assert!(row[care] != StatisticsValue::text("childminding") || is_hidden);
    }
}

#[test]
fn free_places_are_places_minus_shown_children_and_offers() {
    let made = made(&town(0), date(2026, 5, 1));
    let free = |area, column| value(&made, StatisticsKind::FreePlaces, [area, "nursery"], column);
    assert_eq!(free("K1", "free_of_licensed"), StatisticsValue::Whole(12));
    assert_eq!(free("K1", "free_of_planned"), StatisticsValue::Whole(10));
    assert_eq!(free("K1", "free_of_staffed"), StatisticsValue::Whole(7));
    assert_eq!(free("K1", "bookable"), StatisticsValue::Empty);
    // 27 staffed places, 18 children, 5 offers.
    assert_eq!(free("S", "bookable"), StatisticsValue::Whole(4));
    assert_eq!(free("S", "bookable_state"), StatisticsValue::text("known"));
    let mut unattested = town(0);
    unattested.remove(&TableName::Attestations);
    let made = self::made(&unattested, date(2026, 5, 1));
    let free = |column| value(&made, StatisticsKind::FreePlaces, ["S", "nursery"], column);
    assert_eq!(free("bookable"), StatisticsValue::Empty);
    assert_eq!(
        free("bookable_state"),
        StatisticsValue::text("not_attested")
    );
}

#[test]
fn applicants_count_once_and_waiting_and_unserved_children_are_some_of_them() {
    let made = made(&town(0), date(2026, 5, 1));
    for (kind, count) in [
        (StatisticsKind::Applications, 18),
        (StatisticsKind::Waiting, 13),
        (StatisticsKind::Unserved, 6),
    ] {
        for at in [["_total", "nursery"], ["N1", "_total"]] {
            let found = value(&made, kind, at, "children");
            assert_eq!(
                found,
                StatisticsValue::Whole(count),
                "{} {at:?}",
                kind.name()
            );
        }
        let none = value(&made, kind, ["N1", "childminding"], "children");
        assert_eq!(none, StatisticsValue::Whole(0), "the best rank decides");
    }
}

#[test]
fn take_up_is_of_residents_and_the_newest_population_before_the_month() {
    let made = made(&town(0), date(2026, 5, 1));
    let at = |area, age, column| value(&made, StatisticsKind::TakeUp, [area, age], column);
    // 8 and 10 nursery and 5 childminding children of 1 year; 80 inhabitants.
    assert_eq!(at("_total", "1", "children"), StatisticsValue::Whole(23));
    assert_eq!(at("_total", "1", "population"), StatisticsValue::Whole(80));
    assert_eq!(
        at("_total", "1", "take_up_percent"),
        StatisticsValue::Percent(28.75)
    );
    assert_eq!(
        at("outside", "_total", "children"),
        StatisticsValue::Whole(8)
    );
    assert_eq!(
        at("outside", "_total", "take_up_percent"),
        StatisticsValue::Empty
    );
}

#[test]
fn a_month_is_told_anew_only_if_five_children_changed() {
    let (first, later) = (date(2026, 5, 1), date(2026, 6, 1));
    let children = |made: &StatisticsMonth| {
        value(
            made,
            StatisticsKind::Occupancy,
            ["K2", "kindergarten"],
            "children",
        )
    };
    let few = town(4);
    let told = made(&few, later);
    assert_eq!(told.version(), StatisticsVersion::NotRevised);
    assert_eq!(
        (children(&told), told.known_on()),
        (StatisticsValue::Whole(34), first)
    );
    let enough = town(5);
    let told = made(&enough, later);
    assert_eq!(told.version(), StatisticsVersion::Revised);
    assert_eq!(
        (children(&told), told.known_on()),
        (StatisticsValue::Whole(29), later)
    );
    // The first publication never changes.
    let before = made(&enough, first);
    assert_eq!(before.version(), StatisticsVersion::First);
    for kind in StatisticsKind::ALL {
        assert_eq!(before.table(kind), made(&town(0), first).table(kind));
    }
    let differences = told
        .table(StatisticsKind::Occupancy)
        .differences(before.table(StatisticsKind::Occupancy));
    let of_house =
        ["occupancy", "2026-05", "K2", "kindergarten", "", "34", "29"].map(str::to_owned);
    assert!(differences.contains(&of_house.to_vec()), "{differences:?}");
}

/// A desk beside what another one released, as after a restart.
fn reopened(desk: &ReleaseDesk) -> ReleaseDesk {
    let mut again = ReleaseDesk::beside(desk.ledger().clone());
    for passed in desk.passed() {
        let bytes = serde_json::to_vec(passed.table()).unwrap();
        again.hand_over(passed.stated(), &bytes).unwrap();
    }
    again
}

#[test]
fn a_month_that_was_released_is_told_as_it_was_whatever_the_city_says_by_now() {
    let (policy, first) = (DisclosurePolicy::default(), date(2026, 5, 1));
    let tell = |town: &Town, desk: &mut ReleaseDesk| {
        statistics_of_month_beside(&city_of(town), may(), first, &policy, desk)
    };
    let mut desk = ReleaseDesk::default();
    let told = tell(&town(0), &mut desk).unwrap();
    assert_eq!(desk.passed().len(), 5);
    // A household moved, which has no recorded time: the count by home would be another one.
    let mut moved = town(0);
    let households = moved.get_mut(&TableName::Households).unwrap();
    households.1 = households
        .1
        .iter()
        .map(|row| row.replace("N1", "N2"))
        .collect();
    let mut later = reopened(&desk);
    let again = tell(&moved, &mut later).unwrap();
    assert!(later.passed().is_empty(), "nothing is released twice");
    for kind in StatisticsKind::ALL {
        if kind != StatisticsKind::TakeUp {
            assert_eq!(told.table(kind), again.table(kind), "{}", kind.name());
        }
        assert_eq!(
            told.table(kind).rows().len(),
            again.table(kind).rows().len()
        );
    }
    let levels = |made: &StatisticsMonth| made.released().map(|it| it.0).collect::<Vec<_>>();
    assert_eq!(levels(&told), levels(&again));
    // A ledger without its tables tells nothing.
    let mut lost = ReleaseDesk::beside(desk.ledger().clone());
    let refused = tell(&town(0), &mut lost).unwrap_err().to_string();
    assert!(refused.contains("E6210"), "{refused}");
}

#[test]
fn a_revision_is_judged_beside_the_first_publication() {
    let (policy, later) = (DisclosurePolicy::default(), date(2026, 6, 1));
    let city = city_of(&town(5));
    let mut desk = ReleaseDesk::default();
    let told = statistics_of_month_beside(&city, may(), later, &policy, &mut desk).unwrap();
    assert_eq!(told.version(), StatisticsVersion::Revised);
    let mut revisions: Vec<u32> = desk
        .passed()
        .iter()
        .map(|passed| passed.stated().scope().revision())
        .collect();
    revisions.dedup();
    assert_eq!(revisions, [0, 20_260_601]);
    let again = statistics_of_month_beside(&city, may(), later, &policy, &mut reopened(&desk));
    let again = again.unwrap();
    assert_eq!(again.version(), StatisticsVersion::Revised);
    for kind in StatisticsKind::ALL {
        assert_eq!(told.table(kind), again.table(kind));
    }
}

#[test]
fn a_month_before_its_first_and_no_month_are_refused() {
    let city = city_of(&town(0));
    let policy = DisclosurePolicy::default();
    let refused = statistics_of_month(&city, may(), date(2026, 4, 30), &policy).unwrap_err();
    assert!(refused.to_string().starts_with("E6203"), "{refused}");
    for months in [0, 121] {
        let request = StatisticsRequest {
            month: may(),
            months,
            known_on: None,
        };
        let refused = statistics(&city, request, &policy).unwrap_err();
        assert!(refused.to_string().starts_with("E6204"), "{refused}");
    }
}

#[test]
fn every_format_gives_the_same_bytes_twice_and_months_follow_each_other() {
    let policy = DisclosurePolicy::default();
    let request = StatisticsRequest {
        month: may(),
        months: 2,
        known_on: None,
    };
    let made = || statistics(&city_of(&town(0)), request, &policy).unwrap();
    let (one, two) = (made(), made());
    for kind in StatisticsKind::ALL {
        for format in Format::ALL {
            let bytes = |it: &Statistics| {
                let mut bytes = Vec::new();
                it.table(kind).write(format, &mut bytes).unwrap();
                bytes
            };
            assert!(bytes(&one) == bytes(&two), "{} {format:?}", kind.name());
        }
        let mut json = Vec::new();
        one.table(kind).write_json(&mut json).unwrap();
        let rows: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(rows.as_array().unwrap().len(), one.table(kind).rows().len());
    }
    let months: Vec<_> = one
        .table(StatisticsKind::Occupancy)
        .column("month")
        .unwrap()
        .cloned()
        .collect();
    assert_eq!(months.first(), Some(&StatisticsValue::text("2026-04")));
    assert_eq!(months.last(), Some(&StatisticsValue::text("2026-05")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn the_order_of_rows_changes_nothing(seed in any::<u64>()) {
        let mut shuffled = town(5);
        let mut state = seed | 1;
        for (_, rows) in shuffled.values_mut() {
            for place in (1..rows.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                rows.swap(place, (state >> 33) as usize % (place + 1));
            }
        }
        let day = date(2026, 6, 1);
        let (straight, shuffled) = (made(&town(5), day), made(&shuffled, day));
        for kind in StatisticsKind::ALL {
            prop_assert_eq!(straight.table(kind), shuffled.table(kind));
        }
    }
}
