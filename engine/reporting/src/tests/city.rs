//! The city of acceptance story C as CSV text.

use std::collections::BTreeMap;
use std::io;

use domain::FacilityId;
use tables::schema::TableName;
use tables::{City, Format, TableSource};

/// Tables as text: a header and rows.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    pub(super) rows: BTreeMap<TableName, (&'static str, Vec<String>)>,
}

/// Child, birth date, hours a day, care type, school class, integration aid.
type StoryChild = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    bool,
);

const A: [StoryChild; 6] = [
    ("a1", "2025-01-15", "9", "nursery", "", false),
    ("a2", "2024-11-02", "10", "nursery", "", false),
    ("a3", "2023-05-20", "9", "kindergarten", "", false),
    ("a4", "2022-08-30", "6", "kindergarten", "", false),
    ("a5", "2021-02-11", "9", "kindergarten", "", true),
    ("a6", "2020-09-05", "9", "kindergarten", "", false),
];
const B: [StoryChild; 6] = [
    ("b1", "2023-03-01", "9", "kindergarten", "", false),
    ("b2", "2024-03-01", "4.5", "nursery", "", false),
    ("b3", "2024-03-02", "9", "nursery", "", false),
    ("b4", "2019-04-10", "6", "after_school", "1", false),
    ("b5", "2018-12-12", "5", "after_school", "2", false),
    ("b6", "2022-01-01", "9", "kindergarten", "", false),
];
const T: [StoryChild; 2] = [
    ("t1", "2025-06-06", "9", "childminding", "", false),
    ("t2", "2025-10-10", "8", "childminding", "", false),
];

/// The city of story C; b6 has its contract from 10 March to 15 April 2027.
pub(super) fn story() -> Tables {
    let mut tables = Tables {
        rows: BTreeMap::new(),
    };
    let mut put = |table, header, rows: &[&str]| {
        let rows = rows.iter().map(|row| (*row).to_owned()).collect();
        tables.rows.insert(table, (header, rows));
    };
    put(TableName::Areas, "area,parent,name", &["S,,Süd"]);
    put(
        TableName::Providers,
        "provider_id,name,kind,legal_regime,participates_from,participates_to",
        &[
            "P1,Erster,municipal,secular,2020-01-01,",
            "P2,Zweiter,independent,catholic,2020-01-01,",
        ],
    );
    put(
        TableName::Facilities,
        "facility_id,provider_id,name,kind,area,latitude,longitude,opens_on,closes_on,in_needs_plan,groups,opening_hour,closing_hour,closing_days",
        &[
            "FA,P1,A,day_care_centre,S,51.0,13.7,2020-01-01,,true,2,6,17.5,8",
            "FB,P2,B,day_care_centre,S,51.0,13.7,2020-01-01,,true,3,6.25,17,5",
            "FT,P2,T,childminder_site,S,51.0,13.7,2020-01-01,,true,0,7,16,20",
        ],
    );
    let licences = [
        "FA,2020-01-01,2049-12-31",
        "FB,2020-01-01,2049-12-31",
        "FT,2020-01-01,2049-12-31",
    ];
    put(
        TableName::Licences,
        "facility_id,valid_from,valid_to",
        &licences,
    );
    put(
        TableName::Capacities,
        "facility_id,care_type,valid_from,valid_to,licensed,planned,staffed",
        &[
            "FA,nursery,2020-01-01,,4,4,",
            "FA,kindergarten,2020-01-01,2027-03-01,6,6,",
            "FA,kindergarten,2027-03-02,,60,60,",
            "FB,nursery,2020-01-01,,10,10,",
            "FT,childminding,2020-01-01,,5,5,",
        ],
    );
    put(
        TableName::Households,
        "household_id,area,single_custodian,custodians_working,municipality",
        &["H1,S,false,true,14612000"],
    );
    put(
        TableName::Children,
        "child_id,household_id,birth_date,sex,inclusion_place,school_class",
        &[],
    );
    put(
        TableName::StatisticsAttributes,
        "child_id,foreign_origin,german_at_home",
        &[],
    );
    put(
        TableName::Contracts,
        "contract_id,version,child_id,facility_id,care_type,daily_hours,days_per_week,lunch,valid_from,valid_to,recorded_from,recorded_to",
        &[],
    );
    for (facility, children) in [("FA", &A[..]), ("FB", &B[..]), ("FT", &T[..])] {
        for (child, born, hours, care, class, aid) in children {
            tables.push(
                TableName::Children,
                format!("{child},H1,{born},female,{aid},{class}"),
            );
            tables.push(
                TableName::StatisticsAttributes,
                format!("{child},false,true"),
            );
            let span = if *child == "b6" {
                "2027-03-10,2027-04-15"
            } else {
                "2026-08-01,"
            };
            tables.push(
                TableName::Contracts,
                format!("c-{child},1,{child},{facility},{care},{hours},5,true,{span},2026-06-01,"),
            );
        }
    }
    tables
}

impl Tables {
    /// Adds a row.
    pub(super) fn push(&mut self, table: TableName, row: String) {
        self.rows.get_mut(&table).unwrap().1.push(row);
    }

    /// Replaces a text that stands exactly once in a table.
    pub(super) fn replace(&mut self, table: TableName, from: &str, to: &str) {
        let rows = &mut self.rows.get_mut(&table).unwrap().1;
        let hits: Vec<_> = rows.iter_mut().filter(|row| row.contains(from)).collect();
        assert_eq!(hits.len(), 1, "{from} must stand in one row");
        for row in hits {
            *row = row.replace(from, to);
        }
    }

    /// On 10 April 2027 the hours of a4 are corrected to 9 from the start.
    pub(super) fn correct_a4(&mut self) {
        self.replace(
            TableName::Contracts,
            "c-a4,1,a4,FA,kindergarten,6,5,true,2026-08-01,,2026-06-01,",
            "c-a4,1,a4,FA,kindergarten,6,5,true,2026-08-01,,2026-06-01,2027-04-10",
        );
        self.push(
            TableName::Contracts,
            "c-a4,2,a4,FA,kindergarten,9,5,true,2026-08-01,,2027-04-10,".to_owned(),
        );
    }

    /// Reads and validates the city.
    pub(super) fn city(&self) -> City {
        let sources = self.rows.iter().map(|(table, (header, rows))| {
            let text = format!("{header}\n{}\n", rows.join("\n"));
            let text = if rows.is_empty() {
                format!("{header}\n")
            } else {
                text
            };
            let file = format!("{table}.csv");
            (
                *table,
                TableSource::bytes(file, Format::Csv, text.into_bytes()),
            )
        });
        City::read(&sources.collect(), &mut |_, _| {}).unwrap()
    }
}

/// A facility identifier.
pub(super) fn facility(id: &str) -> FacilityId {
    FacilityId::new(id).unwrap()
}

/// A target that keeps what is written under its name.
#[derive(Default)]
pub(super) struct Folder {
    pub(super) files: std::rc::Rc<std::cell::RefCell<BTreeMap<String, Vec<u8>>>>,
}

pub(super) struct Target {
    files: std::rc::Rc<std::cell::RefCell<BTreeMap<String, Vec<u8>>>>,
    name: String,
}

impl Folder {
    pub(super) fn open(&self) -> impl FnMut(&str) -> io::Result<Target> {
        let files = std::rc::Rc::clone(&self.files);
        move |name| {
            files.borrow_mut().insert(name.to_owned(), Vec::new());
            Ok(Target {
                files: std::rc::Rc::clone(&files),
                name: name.to_owned(),
            })
        }
    }

    pub(super) fn text(&self, name: &str) -> String {
        String::from_utf8(self.files.borrow()[name].clone()).unwrap()
    }
}

impl io::Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut files = self.files.borrow_mut();
        files.get_mut(&self.name).unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
