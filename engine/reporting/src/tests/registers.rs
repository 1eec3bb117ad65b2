//! Registers: what they fill, what is refused, and rules E9 and E14 to E16.

use domain::{InputProblem, ReferenceDate};
use jiff::civil::date;
use tables::schema::TableName;

use super::city::{Folder, Tables, story};
use crate::{
    ExtractError, FederalExtract, Finding, Parameters, RegisterName, RegisterSource, Registers,
    Rule, Severity, check_federal, federal_extract, reconcile, write_federal,
};

const FACILITIES: &str = "facility_id,municipality,provider_type,legal_form,association,special_feature,substitute_day\n\
    FA,14612000,4,1,0,0,\nFB,14612000,9,3,2,2,\n";
const GROUPS: &str = "facility_id,group,group_type\nFA,1,1\nFA,2,2\nFB,1,1\nFB,2,2\nFB,3,3\n";
const CHILDREN: &str = "child_id,group,integration_aid,kinship,financing_type,financing_extent\n\
    a1,1,,,,\na2,1,,,,\na3,2,,,,\na4,2,,,,\na5,2,2,,,\na6,2,,,,\n\
    b1,2,,,,\nb2,1,,,,\nb3,1,,,,\nb4,3,,,,\nb5,3,,,,\nt1,,,3,1,1\nt2,,,3,1,2\n";
const STAFF: &str = "facility_id,sex,weekly_hours,birth_month,birth_year,qualification,position,employment,work_area_1,work_area_2,group,since_month,since_year\n\
    FA,2,38.5,5,1985,1,1,1,1,,1,8,2012\nFA,2,40,1,1970,2,1,1,5,6,,2,2001\nFB,1,20,,,,,,,,,,\nFB,2,32,9,1999,1,1,2,1,,3,8,2024\n";
const MINDERS: &str = "facility_id,sex,birth_month,birth_year,qualification_type,qualification_extent,school_degree,vocational_degree,children,children_own_home,children_childs_home,children_other_rooms\n\
    FT,2,4,1980,2,3,2,1,2,2,0,0\n";
const JOINT: &str = "joint_site,facility_id\n7,FT\n";

fn read(files: &[(RegisterName, &str)]) -> Result<Registers, Vec<InputProblem>> {
    let mut bytes: Vec<_> = files.iter().map(|(_, text)| text.as_bytes()).collect();
    let mut sources: Vec<RegisterSource<'_>> = files
        .iter()
        .zip(&mut bytes)
        .map(|((name, _), bytes)| {
            let reader: &mut dyn std::io::Read = bytes;
            (*name, format!("{}.csv", name.as_str()), reader)
        })
        .collect();
    Registers::none().with(&mut sources)
}

fn all() -> Registers {
    let files = [
        (RegisterName::Facilities, FACILITIES),
        (RegisterName::Groups, GROUPS),
        (RegisterName::Children, CHILDREN),
        (RegisterName::Staff, STAFF),
        (RegisterName::Childminders, MINDERS),
        (RegisterName::JointChildminding, JOINT),
    ];
    read(&files).unwrap()
}

fn draw(tables: &Tables, registers: &Registers) -> FederalExtract {
    let reference = ReferenceDate::federal(2027).unwrap();
    federal_extract(&tables.city(), registers, reference, reference.date()).unwrap()
}

fn check(extract: &FederalExtract) -> Vec<Finding> {
    check_federal(extract, Parameters::shipped())
}

/// Each fault alone makes the rule speak with the severity.
fn finds(rule: Rule, severity: Severity, faults: &[fn(&mut FederalExtract)]) {
    assert!(faults.len() >= 3);
    let clean = draw(&story(), &all());
    for (number, fault) in faults.iter().enumerate() {
        let mut extract = clean.clone();
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
fn a_city_with_all_registers_has_no_error_and_one_confirmation() {
    let extract = draw(&story(), &all());
    // Joint childminding of a single person is to be confirmed (E16).
    let found: Vec<_> = check(&extract)
        .iter()
        .map(|finding| (finding.rule, finding.severity))
        .collect();
    assert_eq!(found, [(Rule::E16, Severity::Confirm)]);
    assert_eq!(extract.staff.len(), 4);
    assert_eq!(extract.person_count(), 18);
    assert_eq!(extract.child_count(), 13);
}

#[test]
fn the_files_of_registers_are_as_reviewed() {
    let folder = Folder::default();
    let extract = draw(&story(), &all());
    write_federal(&extract, Parameters::shipped(), &mut folder.open()).unwrap();
    insta::assert_snapshot!(folder.text("kita_einrichtung.csv"), @r"
    einrichtung;land;kreis;gemeinde;traeger_art;traeger_rechtsform;verband;besonderheit;plaetze_genehmigt;gruppen_anzahl;kinder_insgesamt;schliesstage_vorjahr;oeffnung_von;oeffnung_bis;stichtag_ersatz
    1;14;612;0;4;1;0;0;10;2;6;8;06:00;17:30;
    2;14;612;0;9;3;2;2;10;3;5;5;06:15;17:00;
    ");
    insta::assert_snapshot!(folder.text("kita_person.csv"), @r"
    einrichtung;lfd_nr;geschlecht;stunden_woche;geb_monat;geb_jahr;abschluss;stellung_im_beruf;art_beschaeftigung;arbeitsbereich_1;arbeitsbereich_2;gruppe;taetig_seit_monat;taetig_seit_jahr
    1;1;2;39;5;1985;1;1;1;1;;1;8;2012
    1;2;2;40;1;1970;2;1;1;5;6;;2;2001
    2;1;1;20;;;;;;;;;;
    2;2;2;32;9;1999;1;1;2;1;;3;8;2024
    ");
    insta::assert_snapshot!(folder.text("ktp_person.csv"), @r"
    pflegestelle;lfd_nr;geschlecht;geb_monat;geb_jahr;qualifikation_art;qualifikation_umfang;schulabschluss;berufsabschluss;kinder_insgesamt;kinder_wohnung_person;kinder_wohnung_kind;kinder_andere_raeume
    3;1;2;4;1980;2;3;2;1;2;2;0;0
    ");
    insta::assert_snapshot!(folder.text("grosstagespflege.csv"), @r"
    pflegestelle;personen;kinder
    7;1;2
    ");
    assert!(
        folder
            .text("kita_kind_0001.csv")
            .contains("1;2;2;2;2;2021;8;2026;2;;2;1;45;5;1;2")
    );
}

#[test]
fn the_order_of_register_rows_changes_no_byte() {
    let reversed = |text: &str| {
        let (header, rows) = text.split_once('\n').unwrap();
        let mut rows: Vec<&str> = rows.lines().collect();
        rows.reverse();
        format!("{header}\n{}\n", rows.join("\n"))
    };
    let files = [
        (RegisterName::Facilities, reversed(FACILITIES)),
        (RegisterName::Groups, reversed(GROUPS)),
        (RegisterName::Children, reversed(CHILDREN)),
        (RegisterName::Staff, reversed(STAFF)),
        (RegisterName::Childminders, reversed(MINDERS)),
        (RegisterName::JointChildminding, reversed(JOINT)),
    ];
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let bytes = |registers: &Registers| {
        let folder = Folder::default();
        let extract = draw(&story(), registers);
        write_federal(&extract, Parameters::shipped(), &mut folder.open()).unwrap();
        folder.files.take()
    };
    assert_eq!(bytes(&all()), bytes(&read(&files).unwrap()));
}

#[test]
fn a_facility_closed_on_the_reference_date_is_counted_on_its_substitute_day() {
    let mut tables = story();
    tables.replace(
        TableName::Contracts,
        "2027-03-10,2027-04-15",
        "2027-01-10,2027-02-15",
    );
    let file = "facility_id,municipality,provider_type,legal_form,association,special_feature,substitute_day\n\
        FB,,,,,,2027-01-31\n";
    let registers = read(&[(RegisterName::Facilities, file)]).unwrap();
    let extract = draw(&tables, &registers);
    // b6 was there on 31 January and is not on 1 March.
    assert_eq!(extract.facilities[1].children, 6);
    assert_eq!(extract.facilities[1].substitute_day, Some(20_270_131));
    assert_eq!(reconcile(&tables.city(), &extract).unwrap(), []);
    assert_eq!(draw(&tables, &Registers::none()).facilities[1].children, 5);
}

#[test]
fn wrong_rows_of_registers_are_all_told_with_row_column_and_code() {
    let wrong = [
        (
            RegisterName::Groups,
            "facility_id,group,group_type\nFA,1,1\nFA,1,2\nFA,x,2\nFA,,2\n",
        ),
        (RegisterName::Facilities, "facility_id,municipality\nFA,1\n"),
        (
            RegisterName::Staff,
            "facility_id,sex,weekly_hours,birth_month,birth_year,qualification,position,employment,work_area_1,work_area_2,group,since_month,since_year\nFA,2,38.3,,,,,,,,,,\nFA,2\n",
        ),
    ];
    let problems = read(&wrong).unwrap_err();
    let codes = |file: &str| -> Vec<(&str, Option<u64>)> {
        let of_file = problems.iter().filter(|it| it.file.starts_with(file));
        of_file.map(|it| (it.code, it.row)).collect()
    };
    // The header's faults come first; then the cells, told before keys are compared.
    assert_eq!(codes("group"), [("E6133", Some(3)), ("E6132", Some(4))]);
    assert_eq!(codes("facility").len(), 5);
    assert!(codes("facility").iter().all(|it| it.0 == "E6131"));
    assert_eq!(codes("staff"), [("E6133", Some(1)), ("E6130", Some(2))]);
    assert!(problems.iter().all(|it| !it.remedy.is_empty()));
    let middle = "facility_id,municipality,provider_type,legal_form,association,special_feature,substitute_day\nFA,,,,,,2027-01-30\n";
    let problems = read(&[(RegisterName::Facilities, middle)]).unwrap_err();
    assert_eq!(problems[0].code, "E6133");
}

#[test]
fn registers_that_name_what_the_city_has_not_or_a_later_day_are_refused() {
    let facilities = "facility_id,municipality,provider_type,legal_form,association,special_feature,substitute_day\n\
        FX,,,,,,\nFA,,,,,,2027-03-31\n";
    let children =
        "child_id,group,integration_aid,kinship,financing_type,financing_extent\nzz,1,,,,\n";
    let registers = read(&[
        (RegisterName::Facilities, facilities),
        (RegisterName::Children, children),
    ])
    .unwrap();
    let refused = federal_extract(
        &story().city(),
        &registers,
        ReferenceDate::federal(2027).unwrap(),
        date(2027, 3, 1),
    )
    .unwrap_err();
    let ExtractError::Registers { problems } = &refused else {
        panic!("{refused}");
    };
    let codes: Vec<_> = problems.iter().map(|it| (it.code, it.row)).collect();
    assert_eq!(
        codes,
        [("E6135", Some(1)), ("E6136", Some(2)), ("E6135", Some(1))]
    );
    assert!(refused.to_string().contains("and 2 more"), "{refused}");
}

#[test]
fn a_missing_kind_of_aid_is_told_to_the_provider_once_there_is_a_child_register() {
    let without_kind = CHILDREN.replace("a5,2,2,,,", "a5,2,,,,");
    let registers = read(&[(RegisterName::Children, &without_kind)]).unwrap();
    let extract = draw(&story(), &registers);
    let columns: Vec<_> = extract
        .provider_notices()
        .iter()
        .map(|it| it.column)
        .collect();
    assert_eq!(columns, ["eingliederungshilfe"]);
}

#[test]
fn e9_finds_groups_the_facility_does_not_have() {
    finds(
        Rule::E9,
        Severity::Block,
        &[
            |x| x.children[0].group = Some(9),
            |x| x.staff[0].details.group = Some(4),
            |x| x.facilities[0].groups = 5,
            |x| x.groups.truncate(3),
        ],
    );
    finds(
        Rule::E9,
        Severity::Confirm,
        &[
            |x| x.children[0].group = None,
            |x| x.children[5].group = None,
            |x| x.children[10].group = None,
        ],
    );
    // Without registers nobody is asked for a group.
    assert_eq!(check(&draw(&story(), &Registers::none())), []);
}

#[test]
fn e14_finds_impossible_and_incomplete_staff() {
    finds(
        Rule::E14,
        Severity::Block,
        &[
            |x| x.staff[0].weekly_hours = 61,
            |x| x.staff[1].weekly_hours = 0,
            |x| x.staff[0].details.since_year = Some(2028),
            |x| x.staff[0].details.birth_year = Some(2000),
            |x| x.staff[3].details.qualification = None,
            |x| x.staff[2].details.birth_year = Some(1990),
            |x| x.staff[2].details.group = Some(1),
        ],
    );
}

#[test]
fn e15_finds_children_of_childminders_that_do_not_add_up() {
    finds(
        Rule::E15,
        Severity::Block,
        &[
            |x| x.childminders[0].children = 3,
            |x| x.childminders[0].by_place = [1, 0, 0],
            |x| x.childminders.clear(),
            |x| x.childminding.truncate(1),
        ],
    );
    finds(
        Rule::E15,
        Severity::Confirm,
        &[
            |x| x.childminders[0].children = 6,
            |x| x.childminders[0].children = 99,
            |x| {
                x.registers = Registers::none();
                x.childminders.clear();
                for _ in 0..4 {
                    let more = x.childminding[0].clone();
                    x.childminding.push(more);
                }
            },
        ],
    );
}

#[test]
fn e16_finds_joint_childminding_of_fewer_than_two() {
    finds(
        Rule::E16,
        Severity::Confirm,
        &[
            |x| x.joint_childminding[0].persons = 0,
            |x| x.joint_childminding[0].persons = 1,
            |x| {
                let mut more = x.joint_childminding[0].clone();
                (more.site, more.persons) = (8, 1);
                x.joint_childminding[0].persons = 2;
                x.joint_childminding.push(more);
            },
        ],
    );
    let mut extract = draw(&story(), &all());
    extract.joint_childminding[0].persons = 2;
    assert_eq!(check(&extract), []);
}

#[test]
fn e1_to_e3_look_at_the_records_of_registers_too() {
    finds(
        Rule::E1,
        Severity::Block,
        &[
            |x| x.staff[1].number = 1,
            |x| x.groups[1].group = 1,
            |x| {
                let again = x.childminders[0].clone();
                x.childminders.push(again);
            },
        ],
    );
    finds(
        Rule::E2,
        Severity::Block,
        &[
            |x| x.staff[0].facility = 99,
            |x| x.groups[0].facility = 98,
            |x| x.childminders[0].site = 97,
        ],
    );
    finds(
        Rule::E3,
        Severity::Block,
        &[
            |x| x.facilities[0].provider_kind = Some(77),
            |x| x.staff[0].details.qualification = Some(0),
            |x| x.facilities[0].substitute_day = Some(20_270_230),
            |x| x.facilities[0].municipality = Some(99_612_000),
            |x| x.childminding[0].kinship = Some(4),
        ],
    );
}
