//! Tests over whole city directories, with a small city as the common fixture.

mod cells;
mod columnar;
mod contracts;
mod files;
mod keys;
mod placements;
mod random_city;
mod round_trip;
mod schema_page;
mod streaming;
mod structure;
mod views;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::InputProblem;
use polars::frame::DataFrame;

use crate::schema::TableName;
use crate::{City, Format, TableSource, TableWriter};

/// The files of a city directory, to plant faults in.
#[derive(Clone)]
struct Files(BTreeMap<TableName, File>);

#[derive(Clone)]
struct File {
    name: String,
    format: Format,
    bytes: Vec<u8>,
}

/// Two districts with four areas, three providers, four facilities of which one is a childminder
/// site, five children, a corrected contract, an application with an offer.
fn small_city() -> Files {
    let tables = SMALL_CITY.iter().map(|(table, text)| {
        let file = File {
            name: format!("{table}.csv"),
            format: Format::Csv,
            bytes: text.as_bytes().to_vec(),
        };
        (*table, file)
    });
    Files(tables.collect())
}

const SMALL_CITY: &[(TableName, &str)] = &[
    (
        TableName::Areas,
        "area,parent,name\nost,,Ost\nsued,,Süd\nost1,ost,Oststadt\nost2,ost,Ostpark\n\
         sued1,sued,Südvorstadt\nsued2,sued,\"Plauen, am Grund\"\n",
    ),
    (
        TableName::AreaShapes,
        "area,latitude,longitude,polygon\n\
         ost1,51.05,13.80,\"POLYGON ((13.7 51.0, 13.8 51.0, 13.8 51.1, 13.7 51.0))\"\nsued1,51.03,13.72,\n",
    ),
    (
        TableName::AreaNeighbours,
        "area,neighbour\nost1,ost2\nost2,ost1\n",
    ),
    (
        TableName::Providers,
        "provider_id,name,kind,legal_regime,participates_from,participates_to\n\
         T1,Stadt,municipal,secular,2022-01-01,\n\
         T2,Caritas,independent,catholic,2022-06-01,2030-12-31\n\
         T3,Tagespflege,childminding_agency,secular,2022-01-01,\n",
    ),
    (
        TableName::RolloutStages,
        "provider_id,care_type,stage,valid_from\nT1,nursery,import,2022-09-01\nT1,nursery,full,2023-01-01\n",
    ),
    (
        TableName::Attestations,
        "provider_id,month,attested_on\nT1,2026-04-01,2026-03-30\nT2,2026-04-01,2026-03-31\n",
    ),
    (
        TableName::Facilities,
        "facility_id,provider_id,name,kind,area,latitude,longitude,opens_on,closes_on,in_needs_plan,groups,opening_hour,closing_hour,closing_days\n\
         K1,T1,Haus Ost,day_care_centre,ost1,51.05,13.80,2000-01-01,,true,6,6,17.5,10\n\
         K2,T2,Haus Süd,day_care_centre,sued1,51.03,13.72,2015-08-01,,true,4,6.5,17,12\n\
         H1,T1,Hort Süd,after_school_centre,sued2,51.02,13.71,2010-08-01,,true,0,6,17,5\n\
         P1,T3,Tagespflege 1,childminder_site,ost2,51.06,13.81,2020-01-01,,true,0,7,16,25\n",
    ),
    (
        TableName::Licences,
        "facility_id,valid_from,valid_to\nK1,2000-01-01,\nK2,2015-08-01,2020-07-31\nK2,2020-08-01,2028-07-31\nH1,2010-08-01,\nP1,2020-01-01,\n",
    ),
    (
        TableName::Capacities,
        "facility_id,care_type,valid_from,valid_to,licensed,planned,staffed\n\
         K1,nursery,2020-01-01,,40,40,36\nK1,kindergarten,2020-01-01,,80,75,\n\
         K2,nursery,2016-01-01,2030-07-31,20,20,18\nH1,after_school,2020-01-01,,100,90,90\n\
         P1,childminding,2020-01-01,,5,5,5\n",
    ),
    (
        TableName::BlockedPlaces,
        "facility_id,care_type,valid_from,valid_to,places\nK1,nursery,2026-05-01,2026-06-30,4\n",
    ),
    (
        TableName::Staff,
        "staff_id,facility_id,care_type,role,weekly_hours,valid_from,valid_to\n\
         S1,K1,kindergarten,qualified,40,2024-01-01,\nS2,K1,kindergarten,assistant,30.5,2024-01-01,2027-12-31\n",
    ),
    (
        TableName::Households,
        "household_id,area,single_custodian,custodians_working,municipality\n\
         W1,ost1,false,true,14612000\nW2,sued1,true,true,14612000\n",
    ),
    (
        TableName::Children,
        "child_id,household_id,birth_date,sex,inclusion_place,school_class\n\
         C1,W1,2022-05-17,female,false,\nC2,W1,2024-02-29,male,false,\nC3,W2,2018-03-01,male,true,2\n\
         C4,W2,2024-03-12,divers,false,\nC5,W2,2025-01-09,none,false,\n",
    ),
    (
        TableName::StatisticsAttributes,
        "child_id,foreign_origin,german_at_home\nC1,true,false\nC2,,\n",
    ),
    (
        TableName::Applications,
        "application_id,child_id,facility_id,care_type,rank,wished_start,daily_hours,applied_on,state,closed_on\n\
         A1,C5,K1,nursery,1,2026-08-01,9,2026-01-10,open,\nA2,C5,K2,nursery,2,2026-08-01,9,2026-01-10,withdrawn,2026-02-01\n",
    ),
    (
        TableName::Offers,
        "offer_id,application_id,starts_on,offered_on,reply_by,state,closed_on\n\
         O1,A1,2026-08-01,2026-03-01,2026-03-15,confirmed,\nO2,A2,2026-08-01,2026-01-15,2026-01-29,declined,2026-01-20\n",
    ),
    (
        TableName::Contracts,
        "contract_id,version,child_id,facility_id,care_type,daily_hours,days_per_week,lunch,valid_from,valid_to,recorded_from,recorded_to\n\
         V1,1,C1,K1,kindergarten,9,5,true,2025-08-01,2028-07-31,2025-05-01,2025-09-10\n\
         V1,2,C1,K1,kindergarten,6,5,true,2025-08-01,2028-07-31,2025-09-10,\n\
         V2,1,C2,K2,nursery,9,5,true,2025-09-01,,2025-06-01,\n\
         V3,1,C3,H1,after_school,5.25,5,false,2025-08-01,2029-07-31,2025-04-01,\n\
         V4,1,C4,P1,childminding,8,5,true,2025-10-01,2027-03-31,2025-08-15,\n",
    ),
    (
        TableName::CriteriaPoints,
        "application_id,criterion,points,catalogue_version\nA1,sibling,10,2026-1\nA1,near,-2,2026-1\n",
    ),
    (
        TableName::Population,
        "area,year,age,count\nost1,2024,0,41\nost1,2024,1,38\nsued1,2024,0,52\n",
    ),
    (
        TableName::Births,
        "area,year,births\nost1,2024,40\nost1,2025,37\n",
    ),
    (
        TableName::Dwellings,
        "area,year,dwellings\nost1,2024,1500\n",
    ),
];

impl Files {
    /// The text of a CSV table.
    fn text(&self, table: TableName) -> String {
        String::from_utf8(self.0[&table].bytes.clone()).unwrap()
    }

    /// Puts other text into a CSV table.
    fn with_text(self, table: TableName, text: &str) -> Self {
        self.with_bytes(table, text.as_bytes())
    }

    /// Puts other bytes into a table's file.
    fn with_bytes(mut self, table: TableName, bytes: &[u8]) -> Self {
        self.0.get_mut(&table).unwrap().bytes = bytes.to_vec();
        self
    }

    /// Replaces the only occurrence of `old` in a CSV table.
    fn with(self, table: TableName, old: &str, new: &str) -> Self {
        let text = self.text(table);
        assert_eq!(text.matches(old).count(), 1, "{old:?} in {table}");
        self.with_text(table, &text.replace(old, new))
    }

    /// Appends rows to a CSV table.
    fn plus(self, table: TableName, rows: &str) -> Self {
        let text = self.text(table) + rows;
        self.with_text(table, &text)
    }

    /// Leaves a table out.
    fn without(mut self, table: TableName) -> Self {
        self.0.remove(&table);
        self
    }

    /// Puts a file of another format in place of a table's.
    fn with_file(mut self, table: TableName, format: Format, bytes: Vec<u8>) -> Self {
        let name = format!("{table}.{}", format.extension());
        let file = File {
            name,
            format,
            bytes,
        };
        self.0.insert(table, file);
        self
    }

    fn sources(&self) -> BTreeMap<TableName, TableSource> {
        let sources = self.0.iter().map(|(table, file)| {
            let bytes: Arc<[u8]> = file.bytes.clone().into();
            let source = TableSource::bytes(file.name.clone(), file.format, bytes);
            (*table, source)
        });
        sources.collect()
    }

    fn read(&self) -> Result<City, Vec<InputProblem>> {
        City::read(&self.sources(), &mut |_, _| {})
    }

    /// The problems, which reading and checking agree on.
    fn problems(&self) -> Vec<InputProblem> {
        let read = self.read().err().unwrap_or_default();
        let checked = City::check(&self.sources(), &mut |_, _| {});
        assert_eq!(read, checked.err().unwrap_or_default());
        read
    }

    /// The only problem there is.
    fn problem(&self) -> InputProblem {
        let problems = self.problems();
        let [problem] = &problems[..] else {
            panic!("{} problems: {problems:#?}", problems.len());
        };
        assert!(!problem.remedy.is_empty() && !problem.message.is_empty());
        problem.clone()
    }

    /// The city is refused for one cell.
    fn refused(&self, code: &str, file: &str, row: u64, column: &str, value: &str) -> InputProblem {
        let found = self.problem();
        let place = (found.code, found.file.as_str(), found.row);
        assert_eq!(place, (code, file, Some(row)), "{found}");
        let cell = (found.column.as_deref(), found.value.as_deref());
        assert_eq!(cell, (Some(column), Some(value)), "{found}");
        found
    }

    /// The city is refused for a whole file or one of its columns.
    fn refused_whole(&self, code: &str, file: &str, column: Option<&str>) -> InputProblem {
        let found = self.problem();
        let place = (found.code, found.file.as_str(), found.row);
        assert_eq!(place, (code, file, None), "{found}");
        assert_eq!(found.column.as_deref(), column, "{found}");
        found
    }
}

/// A frame as a file.
fn written(table: TableName, format: Format, frame: &DataFrame) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = TableWriter::new(table, format, &mut bytes).unwrap();
    writer.write(frame).unwrap();
    writer.finish().unwrap();
    bytes
}

#[test]
fn the_small_city_is_read_with_all_its_rows() {
    let mut heard = Vec::new();
    let files = small_city();
    let city = City::read(&files.sources(), &mut |table, rows| {
        heard.push((table, rows));
    })
    .unwrap();
    assert_eq!(heard.len(), TableName::ALL.len());
    for (table, rows) in heard {
        assert_eq!(city.frame(table).height() as u64, rows, "{table}");
    }
    let rows = City::check(&files.sources(), &mut |_, _| {}).unwrap();
    assert_eq!(rows[&TableName::Contracts], 5);
    let areas = city.areas().unwrap();
    assert_eq!(areas[5].name, "Plauen, am Grund");
    assert_eq!(city.facilities().unwrap().len(), 4);
    assert_eq!(city.providers().unwrap().len(), 3);
    assert_eq!(city.area_shapes().unwrap()[0].outline.len(), 4);
    assert_eq!(city.attestations().unwrap().len(), 2);
}
