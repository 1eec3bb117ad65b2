//! A city of 60,000 children in 500 facilities: no false error, and how long the extracts take.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::sink;
use std::time::Instant;

use domain::ReferenceDate;
use reporting::datml::{write_federal_datml, write_state_datml};
use reporting::{
    Parameters, RegisterName, RegisterSource, Registers, Severity, check_federal, check_state,
    federal_extract, reconcile, reconcile_state, staffing_requirement, state_extract,
    write_federal, write_staffing, write_state,
};
use tables::schema::TableName;
use tables::{City, Format, TableSource};

const FACILITIES: usize = 500;
const CHILDREN: usize = 120;

/// The tables as text.
fn tables() -> BTreeMap<TableName, String> {
    let mut tables: BTreeMap<TableName, String> = BTreeMap::new();
    let headers = [
        (TableName::Areas, "area,parent,name\nS,,Süd"),
        (
            TableName::Providers,
            "provider_id,name,kind,legal_regime,participates_from,participates_to\nP1,Erster,municipal,secular,2020-01-01,",
        ),
        (
            TableName::Facilities,
            "facility_id,provider_id,name,kind,area,latitude,longitude,opens_on,closes_on,in_needs_plan,groups,opening_hour,closing_hour,closing_days",
        ),
        (TableName::Licences, "facility_id,valid_from,valid_to"),
        (
            TableName::Capacities,
            "facility_id,care_type,valid_from,valid_to,licensed,planned,staffed",
        ),
        (
            TableName::Households,
            "household_id,area,single_custodian,custodians_working,municipality\nH1,S,false,true,14612000",
        ),
        (
            TableName::Children,
            "child_id,household_id,birth_date,sex,inclusion_place,school_class",
        ),
        (
            TableName::StatisticsAttributes,
            "child_id,foreign_origin,german_at_home",
        ),
        (
            TableName::Contracts,
            "contract_id,version,child_id,facility_id,care_type,daily_hours,days_per_week,lunch,valid_from,valid_to,recorded_from,recorded_to",
        ),
    ];
    for (table, header) in headers {
        tables.insert(table, format!("{header}\n"));
    }
    let mut put = |table: TableName, row: std::fmt::Arguments<'_>| {
        let text = tables.get_mut(&table).expect("every table has a header");
        writeln!(text, "{row}").expect("a String takes everything");
    };
    for facility in 0..FACILITIES {
        let id = format!("F{facility:04}");
        put(
            TableName::Facilities,
            format_args!(
                "{id},P1,Haus {facility},day_care_centre,S,51.0,13.7,2020-01-01,,true,6,6,17.5,8"
            ),
        );
        put(
            TableName::Licences,
            format_args!("{id},2020-01-01,2049-12-31"),
        );
        for care in ["nursery", "kindergarten", "after_school"] {
            put(
                TableName::Capacities,
                format_args!("{id},{care},2020-01-01,,60,60,60"),
            );
        }
        for number in 0..CHILDREN {
            let child = format!("c{facility:04}-{number:03}");
            let (care, year, class) = match number % 3 {
                0 => ("nursery", 2025, ""),
                1 => ("kindergarten", 2022, ""),
                _ => ("after_school", 2018, "2"),
            };
            let (month, hours) = (number % 12 + 1, ["9", "6", "4.5"][number / 3 % 3]);
            put(
                TableName::Children,
                format_args!(
                    "{child},H1,{year}-{month:02}-11,female,{},{class}",
                    number % 40 == 7
                ),
            );
            put(
                TableName::StatisticsAttributes,
                format_args!("{child},{},{}", number % 4 == 0, number % 5 != 0),
            );
            put(
                TableName::Contracts,
                format_args!(
                    "k-{child},1,{child},{id},{care},{hours},5,true,2026-08-01,,2026-06-01,"
                ),
            );
        }
    }
    tables
}

fn city() -> City {
    let sources = tables().into_iter().map(|(table, text)| {
        let file = format!("{table}.csv");
        (
            table,
            TableSource::bytes(file, Format::Csv, text.into_bytes()),
        )
    });
    City::read(&sources.collect(), &mut |_, _| {}).expect("the made-up city is in order")
}

/// Ten members of staff per facility.
fn registers() -> Registers {
    let mut staff = "facility_id,sex,weekly_hours,birth_month,birth_year,qualification,position,employment,work_area_1,work_area_2,group,since_month,since_year\n".to_owned();
    for facility in 0..FACILITIES {
        for person in 0..10 {
            let month = person + 1;
            writeln!(
                staff,
                "F{facility:04},2,35,{month},1985,1,1,1,1,,{},8,2015",
                person % 6 + 1
            )
            .expect("a String takes everything");
        }
    }
    let mut bytes = staff.as_bytes();
    let mut sources: [RegisterSource<'_>; 1] = [(
        RegisterName::Staff,
        "staff_register.csv".to_owned(),
        &mut bytes,
    )];
    Registers::none()
        .with(&mut sources)
        .expect("the made-up staff is in order")
}

/// Peak memory of the process in MiB, where the system tells.
fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}

#[test]
#[ignore = "60,000 children: in release, with --no-capture for the figures"]
fn a_clean_city_of_sixty_thousand_has_no_error_and_its_extracts_take_seconds() {
    let city = city();
    let registers = registers();
    let parameters = Parameters::shipped();
    let (march, april) = (
        ReferenceDate::federal(2027).expect("a year"),
        ReferenceDate::state(2027).expect("a year"),
    );
    let before = peak_mib();
    let begun = Instant::now();
    let mut findings = Vec::new();
    let federal = federal_extract(&city, &registers, march, march.date()).expect("it is drawn");
    findings.extend(check_federal(&federal, parameters));
    findings.extend(reconcile(&city, &federal).expect("it is compared"));
    let open = &mut |_: &str| Ok(sink());
    write_federal(&federal, parameters, open).expect("it is written");
    let (_, found) = write_federal_datml(&federal, parameters, open).expect("it is written");
    findings.extend(found);
    let state =
        state_extract(&city, april, april.date(), parameters.grants()).expect("it is drawn");
    findings.extend(check_state(&state, parameters));
    findings.extend(reconcile_state(&city, &state).expect("it is compared"));
    write_state(&state, parameters, open).expect("it is written");
    let (_, found) = write_state_datml(&state, parameters, open).expect("it is written");
    findings.extend(found);
    let staffing =
        staffing_requirement(&city, march, march.date(), parameters).expect("it is computed");
    write_staffing(&staffing, parameters, open).expect("it is written");
    let seconds = begun.elapsed().as_secs_f64();

    println!(
        "extracts of {} children, {} facilities, {} staff: {seconds:.2} s; peak memory before {:?} MiB, after {:?} MiB",
        federal.children.len(),
        federal.facilities.len(),
        federal.staff.len(),
        before,
        peak_mib()
    );
    assert_eq!(federal.children.len(), FACILITIES * CHILDREN);
    let blocking = findings.iter().filter(|it| it.severity == Severity::Block);
    assert_eq!(
        blocking.count(),
        0,
        "no false error: {:?}",
        findings.first()
    );
}
