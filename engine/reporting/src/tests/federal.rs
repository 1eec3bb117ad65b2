//! Acceptance story C1: the federal extract of 1 March 2027.

use domain::{ProviderId, ReferenceDate};
use jiff::civil::date;
use tables::schema::TableName;

use super::city::{Folder, facility, story};
use crate::{
    AgeGroups, FILES, FederalExtract, Parameters, Registers, federal_extract, write_federal,
    write_notices,
};

fn draw(tables: &super::city::Tables) -> FederalExtract {
    let reference = ReferenceDate::federal(2027).unwrap();
    federal_extract(
        &tables.city(),
        &Registers::none(),
        reference,
        reference.date(),
    )
    .unwrap()
}

fn groups(extract: &FederalExtract, id: &str) -> (u32, u32, u32) {
    let AgeGroups {
        under_three,
        three_and_over,
        school,
    } = extract.age_groups(&facility(id)).unwrap();
    (under_three, three_and_over, school)
}

#[test]
fn children_count_by_their_age_on_1_march_as_in_story_c1() {
    let extract = draw(&story());
    assert_eq!(groups(&extract, "FA"), (2, 4, 0));
    // b2 turns three that day, b3 the day after; b6 starts on 10 March.
    assert_eq!(groups(&extract, "FB"), (1, 2, 2));
    assert_eq!(extract.childminding.len(), 2);
    let counts: Vec<u32> = extract.facilities.iter().map(|f| f.children).collect();
    assert_eq!(counts, [6, 5]);
}

#[test]
fn the_files_of_story_c1_are_as_reviewed() {
    let folder = Folder::default();
    let manifest =
        write_federal(&draw(&story()), Parameters::shipped(), &mut folder.open()).unwrap();
    let names: Vec<&str> = manifest
        .files
        .iter()
        .map(|entry| entry.file.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "kita_einrichtung.csv",
            "kita_kind.csv",
            "ktp_kind.csv",
            "kita_kind_0001.csv",
            "kita_kind_0002.csv"
        ]
    );
    let rows: Vec<u64> = manifest.files.iter().map(|entry| entry.rows).collect();
    assert_eq!(rows, [2, 11, 2, 6, 5]);
    insta::assert_snapshot!(folder.text("kita_einrichtung.csv"), @r"
    einrichtung;land;kreis;gemeinde;traeger_art;traeger_rechtsform;verband;besonderheit;plaetze_genehmigt;gruppen_anzahl;kinder_insgesamt;schliesstage_vorjahr;oeffnung_von;oeffnung_bis;stichtag_ersatz
    1;;;;;;;;10;2;6;8;06:00;17:30;
    2;;;;;;;;10;3;5;5;06:15;17:00;
    ");
    insta::assert_snapshot!(folder.text("kita_kind_0002.csv"), @r"
    einrichtung;lfd_nr;gruppe;geschlecht;geb_monat;geb_jahr;aufnahme_monat;aufnahme_jahr;schulbesuch;klassenstufe;herkunft_ausland;familiensprache;stunden_woche;tage_woche;mittag;eingliederungshilfe
    2;1;;2;12;2018;8;2026;1;2;2;1;25;5;1;0
    2;2;;2;4;2019;8;2026;1;1;2;1;30;5;1;0
    2;3;;2;3;2023;8;2026;2;;2;1;45;5;1;0
    2;4;;2;3;2024;8;2026;2;;2;1;23;5;1;0
    2;5;;2;3;2024;8;2026;2;;2;1;45;5;1;0
    ");
    insta::assert_snapshot!(folder.text("ktp_kind.csv"), @r"
    pflegestelle;lfd_nr;geschlecht;geb_monat;geb_jahr;betreut_seit_monat;betreut_seit_jahr;schulbesuch;klassenstufe;herkunft_ausland;familiensprache;verwandtschaft;stunden_woche;tage_woche;mittag;finanzierung_art;finanzierung_umfang;eingliederungshilfe;anderes_arrangement
    3;1;2;6;2025;8;2026;2;;2;1;;45;5;1;;;0;2
    3;2;2;10;2025;8;2026;2;;2;1;;40;5;1;;;0;2
    ");
}

#[test]
fn a_manifest_names_the_hash_of_the_bytes_written() {
    use sha2::{Digest, Sha256};
    let folder = Folder::default();
    let manifest =
        write_federal(&draw(&story()), Parameters::shipped(), &mut folder.open()).unwrap();
    for entry in &manifest.files {
        let bytes = folder.files.borrow()[&entry.file].clone();
        let digest = Sha256::digest(&bytes);
        let hexadecimal: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(entry.sha256, hexadecimal, "{}", entry.file);
        assert!(folder.text("manifest.csv").contains(&hexadecimal));
    }
}

#[test]
fn no_file_has_a_column_for_names_days_of_birth_addresses_or_portal_identifiers() {
    let forbidden = [
        "name",
        "tag",
        "datum",
        "adresse",
        "strasse",
        "plz",
        "ort",
        "mail",
        "telefon",
        "id",
        "kind_nr",
        "pseudonym",
        "haushalt",
        "vertrag",
    ];
    let columns = FILES.iter().flat_map(|(_, fields)| fields.iter());
    for column in columns {
        let words: Vec<&str> = column.name.split('_').collect();
        // Hours a day are no day.
        let allowed = column.name.starts_with("stunden_tag");
        assert!(
            allowed || !words.iter().any(|word| forbidden.contains(word)),
            "{}",
            column.name
        );
    }
}

#[test]
fn no_pseudonym_or_facility_identifier_stands_in_a_file() {
    let mut tables = story();
    for child in ["a1", "b2", "t1"] {
        for table in [
            TableName::Children,
            TableName::StatisticsAttributes,
            TableName::Contracts,
        ] {
            let rows = &mut tables.rows.get_mut(&table).unwrap().1;
            for row in rows {
                *row = row.replace(child, "PSEUDO");
                *row = row.replace("PSEUDO", &format!("pseudonym-{child}"));
            }
        }
    }
    let folder = Folder::default();
    write_federal(&draw(&tables), Parameters::shipped(), &mut folder.open()).unwrap();
    for (name, bytes) in folder.files.borrow().iter() {
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(!text.contains("pseudonym"), "{name}");
        assert!(!text.contains("FA") && !text.contains("FB"), "{name}");
    }
}

#[test]
fn a_missing_family_language_is_told_to_the_provider_by_pseudonym_and_left_empty_in_the_file() {
    let mut tables = story();
    tables.replace(
        TableName::StatisticsAttributes,
        "b1,false,true",
        "b1,false,",
    );
    let extract = draw(&tables);
    let notices = extract.provider_notices();
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].child.as_str(), "b1");
    assert_eq!(notices[0].column, "familiensprache");
    let list = |provider: &str| {
        let mut bytes = Vec::new();
        write_notices(notices, &ProviderId::new(provider).unwrap(), &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    insta::assert_snapshot!(list("P2"), @r"
    facility_id;child_id;column;text
    FB;b1;familiensprache;the family language is missing: ask the family and enter it
    ");
    assert_eq!(list("P1"), "facility_id;child_id;column;text\n");
}

#[test]
fn licensed_places_count_only_while_a_licence_is_valid_and_a_closed_facility_is_not_reported() {
    let mut tables = story();
    tables.replace(
        TableName::Licences,
        "FB,2020-01-01,2049-12-31",
        "FB,2020-01-01,2027-02-28",
    );
    assert_eq!(draw(&tables).facilities[1].licensed_places, 0);
    tables.replace(
        TableName::Facilities,
        "2020-01-01,,true,3",
        "2020-01-01,2027-02-28,true,3",
    );
    let extract = draw(&tables);
    assert_eq!(extract.facilities.len(), 1);
    assert!(extract.age_groups(&facility("FB")).is_none());
}

#[test]
fn admission_is_the_start_of_the_unbroken_run_of_contracts_at_the_facility() {
    let mut tables = story();
    tables.push(
        TableName::Contracts,
        "c-old,1,a5,FA,nursery,9,5,true,2023-02-01,2026-07-31,2023-01-01,".to_owned(),
    );
    tables.push(
        TableName::Contracts,
        "c-gap,1,a6,FA,nursery,9,5,true,2023-02-01,2026-07-30,2023-01-01,".to_owned(),
    );
    let extract = draw(&tables);
    let admission = |year, month| {
        let child = extract
            .children
            .iter()
            .find(|child| (child.facts.birth_year, child.facts.birth_month) == (year, month));
        let facts = &child.unwrap().facts;
        (facts.admission_year, facts.admission_month)
    };
    assert_eq!(admission(2021, 2), (2023, 2));
    assert_eq!(admission(2020, 9), (2026, 8));
}

#[test]
fn nothing_prints_the_contents_of_a_record() {
    let extract = draw(&story());
    assert_eq!(format!("{:?}", extract.children[0]), "ChildRecord(..)");
    let printed = format!("{extract:?} {:?}", extract.provider_notices());
    assert!(!printed.contains("2018"), "{printed}");
}

#[test]
fn a_report_as_known_earlier_ignores_contracts_recorded_later() {
    let reference = ReferenceDate::federal(2027).unwrap();
    let extract = federal_extract(
        &story().city(),
        &Registers::none(),
        reference,
        date(2026, 5, 31),
    )
    .unwrap();
    assert_eq!(extract.children.len() + extract.childminding.len(), 0);
    assert_eq!(extract.facilities.len(), 2);
}
