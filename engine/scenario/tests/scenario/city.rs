//! Cities written as CSV.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::civil::{Date, date};
use scenario::{DemandTable, PlanRequest, ScenarioError, ScenarioReport, ScenarioSpec, plan};
use tables::schema::TableName;
use tables::{City, Format, TableSource};

/// The day everything is known on.
pub(crate) const KNOWN_ON: Date = date(2026, 4, 1);

/// A facility of district Süd: key, area, places south to north, licensed, planned, staffed, children.
pub(crate) type Line = (&'static str, &'static str, u32, u32, u32, u32);

/// The four facilities of acceptance story A1.
pub(crate) const STORY: [Line; 4] = [
    ("K1", "S1", 120, 110, 100, 96),
    ("K2", "S2", 90, 90, 80, 61),
    ("K3", "S2", 150, 140, 125, 118),
    ("K4", "S1", 60, 60, 60, 57),
];

/// A city as texts, one for each table.
#[derive(Clone)]
pub(crate) struct Texts(pub(crate) BTreeMap<TableName, String>);

impl Texts {
    /// District `sued` with neighbourhoods `S1` and `S2`, 2 km apart; every child has an open-ended
    /// kindergarten contract and lives in the neighbourhood of its facility.
    pub(crate) fn new(facilities: &[Line]) -> Self {
        let mut texts = BTreeMap::new();
        let mut put = |table, text: &str| texts.insert(table, text.to_owned());
        put(
            TableName::Areas,
            "area,parent,name\nsued,,Süd\nS1,sued,Südhang\nS2,sued,Südtal\n",
        );
        put(
            TableName::AreaShapes,
            "area,latitude,longitude,polygon\nS1,51.0,13.7,\nS2,51.018,13.7,\n",
        );
        put(
            TableName::Providers,
            "provider_id,name,kind,legal_regime,participates_from,participates_to\n\
             T1,Eigenbetrieb,municipal,secular,2020-01-01,\n",
        );
        let mut list = String::from(
            "facility_id,provider_id,name,kind,area,latitude,longitude,opens_on,closes_on,in_needs_plan,groups,opening_hour,closing_hour,closing_days\n",
        );
        let mut licences = String::from("facility_id,valid_from,valid_to\n");
        let mut capacities =
            String::from("facility_id,care_type,valid_from,valid_to,licensed,planned,staffed\n");
        let mut households =
            String::from("household_id,area,single_custodian,custodians_working,municipality\n");
        let mut children =
            String::from("child_id,household_id,birth_date,sex,inclusion_place,school_class\n");
        let mut contracts = String::from(
            "contract_id,version,child_id,facility_id,care_type,daily_hours,days_per_week,lunch,valid_from,valid_to,recorded_from,recorded_to\n",
        );
        for (id, area, licensed, planned, staffed, count) in facilities {
            let latitude = if *area == "S1" { 51.001 } else { 51.017 };
            writeln!(
                list,
                "{id},T1,Kita {id},day_care_centre,{area},{latitude},13.7,2020-08-01,,true,0,6,17,0"
            )
            .unwrap();
            writeln!(licences, "{id},2020-08-01,").unwrap();
            writeln!(
                capacities,
                "{id},kindergarten,2020-08-01,,{licensed},{planned},{staffed}"
            )
            .unwrap();
            for child in 0..*count {
                writeln!(households, "H-{id}-{child},{area},false,true,14612000").unwrap();
                writeln!(
                    children,
                    "C-{id}-{child},H-{id}-{child},2022-05-01,female,false,"
                )
                .unwrap();
                writeln!(contracts, "V-{id}-{child},1,C-{id}-{child},{id},kindergarten,9,5,true,2025-08-01,2028-07-31,2025-05-01,").unwrap();
            }
        }
        put(TableName::Facilities, &list);
        put(TableName::Licences, &licences);
        put(TableName::Capacities, &capacities);
        put(TableName::Households, &households);
        put(TableName::Children, &children);
        put(TableName::Contracts, &contracts);
        Self(texts)
    }

    /// The same city with a text replaced in a table; the text must be there.
    pub(crate) fn with(mut self, table: TableName, old: &str, new: &str) -> Self {
        let text = self.0.get_mut(&table).unwrap();
        assert!(text.contains(old), "{old:?} is not in {table}");
        *text = text.replace(old, new);
        self
    }

    /// The same city with a table's rows after the header in reverse order.
    pub(crate) fn reversed(mut self) -> Self {
        for text in self.0.values_mut() {
            let (header, rows) = text.split_once('\n').unwrap();
            let mut rows: Vec<&str> = rows.lines().collect();
            rows.reverse();
            *text = format!("{header}\n{}\n", rows.join("\n"));
        }
        self
    }

    pub(crate) fn read(&self) -> City {
        let sources = self.0.iter().map(|(table, text)| {
            let file = format!("{table}.csv");
            (
                *table,
                TableSource::bytes(file, Format::Csv, text.as_bytes()),
            )
        });
        City::read(&sources.collect(), &mut |_, _| {}).unwrap()
    }
}

/// A scenario of four years from April 2026 with a target of 105 %.
pub(crate) fn spec(measures: &str) -> ScenarioSpec {
    let head = "name = \"Test\"\nfirst_month = \"2026-04\"\nmonths = 48\ntarget_cover = 1.05\n";
    ScenarioSpec::parse(&format!("{head}{measures}"), "test.toml").unwrap()
}

/// The forecast of story A for 1 March 2029.
pub(crate) const DEMAND: &str = "\n[[demand]]\ndate = 2029-03-01\ncare_type = \"kindergarten\"\narea = \"sued\"\np10 = 266\np50 = 288\np90 = 311\n";

/// The closing of K2 in story A.
pub(crate) fn closing(transfer: &str) -> String {
    format!("\n[[close]]\nfacility = \"K2\"\non = 2028-07-31\nstaff_transfer = {transfer}\n")
}

pub(crate) fn planned(city: &City, spec: &ScenarioSpec) -> Result<ScenarioReport, ScenarioError> {
    plan(city, spec, &PlanRequest::new(KNOWN_ON), &DemandTable::new())
}

pub(crate) fn csv(report: &ScenarioReport) -> String {
    let mut bytes = Vec::new();
    report.write_csv(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}
