//! Columns of the federal files (§ 99(7), (7a), (7b) SGB VIII).

use super::Basis::{Assumption, Form, Statute};
use super::{FieldSpec, MONTH, RUNNING_NUMBER, Values, YEAR, may, must};

/// Columns of `kita_einrichtung` (§ 99(7) Nr. 1).
#[rustfmt::skip] // one column per line or two: read as a table
pub const FACILITY_FIELDS: [FieldSpec; 15] = [
    FACILITY,
    may("land", Values::Number(1, 16), Assumption, "state, digits 1 and 2 of the municipality key"),
    may("kreis", Values::Number(0, 999), Assumption, "district, digits 3 to 5 of the municipality key"),
    may("gemeinde", Values::Number(0, 999), Assumption, "municipality, digits 6 to 8 of its key"),
    may("traeger_art", Values::Listed, Statute, "kind of provider"),
    may("traeger_rechtsform", Values::Listed, Statute, "legal form of the provider"),
    may("verband", Values::Listed, Statute, "association of a free provider"),
    may("besonderheit", Values::Listed, Statute, "for members of a company, initiative of parents"),
    must("plaetze_genehmigt", Values::Number(0, 9999), Statute, "places by operating licence"),
    must("gruppen_anzahl", Values::Number(0, 100), Statute, "number of groups; 0 = none"),
    must("kinder_insgesamt", Values::Number(0, 9999), Statute, "children in total"),
    must("schliesstage_vorjahr", Values::Number(0, 999), Statute,
        "closing days on regular opening days in the previous year"),
    must("oeffnung_von", Values::TimeOfDay, Assumption, "opens at"),
    must("oeffnung_bis", Values::TimeOfDay, Assumption, "closes at"),
    may("stichtag_ersatz", Values::Day, Form,
        "last month-end on which a facility that is closed on the reference date was open"),
];

/// Columns of `kita_gruppe`: the kinds of groups (§ 99(7) Nr. 1 c).
pub const GROUP_FIELDS: [FieldSpec; 3] = [
    FACILITY,
    must(
        "gruppe",
        Values::Number(1, 100),
        Assumption,
        "number of the group in the facility",
    ),
    must("gruppen_art", Values::Listed, Statute, "kind of group"),
];

/// Columns of `kita_kind` (§ 99(7) Nr. 3); codes of form TPK where it has the same fact.
pub const CHILD_FIELDS: [FieldSpec; 16] = [
    FACILITY,
    LINE,
    GROUP,
    SEX,
    BIRTH_MONTH,
    BIRTH_YEAR,
    must("aufnahme_monat", MONTH, Statute, "month of admission"),
    must("aufnahme_jahr", YEAR, Statute, "year of admission"),
    SCHOOL,
    SCHOOL_CLASS,
    ORIGIN,
    LANGUAGE,
    HOURS,
    DAYS,
    LUNCH,
    INCLUSION,
];

/// Columns of `kita_person` (§ 99(7) Nr. 2). Staff without a work area are neither pedagogical nor
/// administrative: of them only sex and hours are told.
#[rustfmt::skip] // one column per line: read as a table
pub const STAFF_FIELDS: [FieldSpec; 14] = [
    FACILITY,
    LINE,
    SEX,
    must("stunden_woche", Values::Number(0, 99), Statute, "contracted hours a week, halves rounded up"),
    may("geb_monat", MONTH, Statute, "month of birth"),
    may("geb_jahr", YEAR, Statute, "year of birth"),
    may("abschluss", Values::Listed, Statute, "highest vocational qualification"),
    may("stellung_im_beruf", Values::Listed, Statute, "position in the occupation"),
    may("art_beschaeftigung", Values::Listed, Statute, "kind of employment"),
    may("arbeitsbereich_1", Values::Listed, Statute, "first work area"),
    may("arbeitsbereich_2", Values::Listed, Statute, "second work area"),
    GROUP,
    may("taetig_seit_monat", MONTH, Statute, "month since which in the facility"),
    may("taetig_seit_jahr", YEAR, Statute, "year since which in the facility"),
];

/// Columns of `ktp_person` (§ 99(7a) Nr. 1).
#[rustfmt::skip] // one column per line: read as a table
pub const CHILDMINDER_FIELDS: [FieldSpec; 13] = [
    SITE,
    LINE,
    SEX,
    BIRTH_MONTH,
    BIRTH_YEAR,
    must("qualifikation_art", Values::Listed, Statute, "kind of qualification"),
    must("qualifikation_umfang", Values::Listed, Statute, "extent of the qualification"),
    must("schulabschluss", Values::Listed, Statute, "highest school degree"),
    must("berufsabschluss", Values::Listed, Statute, "highest vocational or university degree"),
    must("kinder_insgesamt", Values::Number(0, 99), Statute, "children cared for"),
    must("kinder_wohnung_person", Values::Number(0, 99), Statute, "of them in the person's home"),
    must("kinder_wohnung_kind", Values::Number(0, 99), Statute, "of them in the child's home"),
    must("kinder_andere_raeume", Values::Number(0, 99), Statute, "of them in other rooms"),
];

/// Columns of `ktp_kind` (§ 99(7a) Nr. 2; form TPK).
#[rustfmt::skip] // one column per line or two: read as a table
pub const CHILDMINDING_FIELDS: [FieldSpec; 19] = [
    SITE,
    LINE,
    SEX,
    BIRTH_MONTH,
    BIRTH_YEAR,
    must("betreut_seit_monat", MONTH, Form, "month since which in childminding"),
    must("betreut_seit_jahr", YEAR, Form, "year since which in childminding"),
    SCHOOL,
    SCHOOL_CLASS,
    ORIGIN,
    LANGUAGE,
    may("verwandtschaft", Values::Listed, Form, "kinship to the carer; empty if not told"),
    HOURS,
    DAYS,
    LUNCH,
    may("finanzierung_art", Values::Listed, Statute, "kind of public financing; empty if not told"),
    may("finanzierung_umfang", Values::Listed, Statute, "extent of public financing; empty if not told"),
    INCLUSION,
    must("anderes_arrangement", Values::Listed, Statute, "also cared for elsewhere"),
];

/// Columns of `grosstagespflege` (§ 99(7b)).
pub const JOINT_CHILDMINDING_FIELDS: [FieldSpec; 3] = [
    SITE,
    must(
        "personen",
        Values::Number(0, 99),
        Statute,
        "persons of joint childminding",
    ),
    must("kinder", Values::Number(0, 999), Statute, "their children"),
];

const FACILITY: FieldSpec = must(
    "einrichtung",
    RUNNING_NUMBER,
    Assumption,
    "running number of the facility",
);
const SITE: FieldSpec = must(
    "pflegestelle",
    RUNNING_NUMBER,
    Assumption,
    "running number of the childminder site",
);
const LINE: FieldSpec = must(
    "lfd_nr",
    RUNNING_NUMBER,
    Form,
    "running number in the facility",
);
const GROUP: FieldSpec = may(
    "gruppe",
    Values::Number(1, 100),
    Statute,
    "number of the group; empty without group structure or if not told",
);
const SEX: FieldSpec = must(
    "geschlecht",
    Values::Listed,
    Form,
    "1 male, 2 female, 3 divers, 7 no entry",
);
const BIRTH_MONTH: FieldSpec = must("geb_monat", MONTH, Form, "month of birth");
const BIRTH_YEAR: FieldSpec = must("geb_jahr", YEAR, Form, "year of birth");
const SCHOOL: FieldSpec = must("schulbesuch", Values::Listed, Statute, "attends school");
const SCHOOL_CLASS: FieldSpec = may(
    "klassenstufe",
    Values::Number(1, 13),
    Statute,
    "class attended; empty before school",
);
const ORIGIN: FieldSpec = may(
    "herkunft_ausland",
    Values::Listed,
    Form,
    "a parent of foreign origin; empty if not told",
);
const LANGUAGE: FieldSpec = may(
    "familiensprache",
    Values::Listed,
    Form,
    "language mainly spoken in the family; empty if not told",
);
const HOURS: FieldSpec = must(
    "stunden_woche",
    Values::Number(1, 99),
    Form,
    "contracted hours a week, halves rounded up",
);
const DAYS: FieldSpec = must(
    "tage_woche",
    Values::Number(1, 7),
    Form,
    "days of care a week",
);
const LUNCH: FieldSpec = must("mittag", Values::Listed, Statute, "takes lunch");
const INCLUSION: FieldSpec = must(
    "eingliederungshilfe",
    Values::Listed,
    Statute,
    "integration aid and its kind",
);
