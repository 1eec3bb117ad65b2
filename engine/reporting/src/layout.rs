//! The columns of the files: the statistics office's contract, kept as data.
//!
//! Columns and codes that no law or form seen prescribes are marked [`Basis::Assumption`]; a
//! correction is a new entry with a later `valid_from`.

use jiff::civil::{Date, date};

/// What a column rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// § 99 SGB VIII or § 18 SächsKitaG name the fact.
    Statute,
    /// A survey form shows the column with its codes (form TPK, Saxony, 1 March 2022).
    Form,
    /// Our choice of name or code; to be confirmed by the statistics office.
    Assumption,
}

/// What a column may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// A whole number, both bounds included.
    Number(u32, u32),
    /// One of a code list.
    Codes(&'static [u32]),
    /// `HH:MM`; in records minutes since midnight, 0 to 1440.
    TimeOfDay,
    /// A decimal number with a comma.
    Decimal,
    /// One of a list of words.
    Words(&'static [&'static str]),
}

/// One column of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSpec {
    /// Name in the file's header.
    pub name: &'static str,
    /// What it means, in English.
    pub meaning: &'static str,
    /// What it may hold.
    pub values: Values,
    /// Whether a cell may be empty.
    pub may_be_empty: bool,
    /// What it rests on.
    pub basis: Basis,
    /// First reference date the column and its codes are used for.
    pub valid_from: Date,
}

/// The 1 March of the form whose codes are used.
const SINCE: Date = date(2022, 3, 1);
/// 1 yes, 2 no.
const YES_NO: Values = Values::Codes(&[1, 2]);
const MONTH: Values = Values::Number(1, 12);
const YEAR: Values = Values::Number(1900, 2199);
const RUNNING_NUMBER: Values = Values::Number(1, 999_999);

const fn must(
    name: &'static str,
    values: Values,
    basis: Basis,
    meaning: &'static str,
) -> FieldSpec {
    FieldSpec {
        name,
        meaning,
        values,
        may_be_empty: false,
        basis,
        valid_from: SINCE,
    }
}

const fn may(name: &'static str, values: Values, basis: Basis, meaning: &'static str) -> FieldSpec {
    FieldSpec {
        may_be_empty: true,
        ..must(name, values, basis, meaning)
    }
}

use Basis::{Assumption, Form, Statute};

/// Columns of `kita_einrichtung` (§ 99(7) Nr. 1 SGB VIII).
pub const FACILITY_FIELDS: [FieldSpec; 7] = [
    must(
        "einrichtung",
        RUNNING_NUMBER,
        Assumption,
        "running number of the facility",
    ),
    must(
        "plaetze_genehmigt",
        Values::Number(0, 9999),
        Statute,
        "places by operating licence",
    ),
    must(
        "gruppen_anzahl",
        Values::Number(0, 100),
        Statute,
        "number of groups; 0 = none",
    ),
    must(
        "kinder_insgesamt",
        Values::Number(0, 9999),
        Statute,
        "children in total",
    ),
    must(
        "schliesstage_vorjahr",
        Values::Number(0, 999),
        Statute,
        "closing days on regular opening days in the previous year",
    ),
    must("oeffnung_von", Values::TimeOfDay, Assumption, "opens at"),
    must("oeffnung_bis", Values::TimeOfDay, Assumption, "closes at"),
];

/// Columns of `kita_kind` (§ 99(7) Nr. 3 SGB VIII); codes of form TPK where it has the same fact.
pub const CHILD_FIELDS: [FieldSpec; 15] = [
    must(
        "einrichtung",
        RUNNING_NUMBER,
        Assumption,
        "running number of the facility",
    ),
    LINE,
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

/// Columns of `ktp_kind` (§ 99(7a) SGB VIII; form TPK).
pub const CHILDMINDING_FIELDS: [FieldSpec; 16] = [
    must(
        "pflegestelle",
        RUNNING_NUMBER,
        Assumption,
        "running number of the childminder site",
    ),
    LINE,
    SEX,
    BIRTH_MONTH,
    BIRTH_YEAR,
    must(
        "betreut_seit_monat",
        MONTH,
        Form,
        "month since which in childminding",
    ),
    must(
        "betreut_seit_jahr",
        YEAR,
        Form,
        "year since which in childminding",
    ),
    SCHOOL,
    SCHOOL_CLASS,
    ORIGIN,
    LANGUAGE,
    HOURS,
    DAYS,
    LUNCH,
    INCLUSION,
    must(
        "anderes_arrangement",
        YES_NO,
        Assumption,
        "also cared for elsewhere: 1 yes, 2 no",
    ),
];

const LINE: FieldSpec = must(
    "lfd_nr",
    RUNNING_NUMBER,
    Form,
    "running number in the facility",
);
const SEX: FieldSpec = must(
    "geschlecht",
    Values::Codes(&[1, 2, 3, 7]),
    Form,
    "1 male, 2 female, 3 divers, 7 no entry",
);
const BIRTH_MONTH: FieldSpec = must("geb_monat", MONTH, Form, "month of birth");
const BIRTH_YEAR: FieldSpec = must("geb_jahr", YEAR, Form, "year of birth");
const SCHOOL: FieldSpec = must(
    "schulbesuch",
    YES_NO,
    Assumption,
    "attends school: 1 yes, 2 no",
);
const SCHOOL_CLASS: FieldSpec = may(
    "klassenstufe",
    Values::Number(1, 13),
    Assumption,
    "class attended; empty before school",
);
const ORIGIN: FieldSpec = may(
    "herkunft_ausland",
    YES_NO,
    Form,
    "a parent of foreign origin: 1 yes, 2 no; empty if not told",
);
const LANGUAGE: FieldSpec = may(
    "familiensprache",
    YES_NO,
    Form,
    "language mainly spoken in the family: 1 German, 2 another; empty if not told",
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
const LUNCH: FieldSpec = must("mittag", YES_NO, Assumption, "takes lunch: 1 yes, 2 no");
const INCLUSION: FieldSpec = must(
    "eingliederungshilfe",
    YES_NO,
    Assumption,
    "receives integration aid: 1 yes, 2 no; its kind is in no table",
);

/// Columns of `landeszuschuss_1april` (§ 18 SächsKitaG).
pub const GRANT_FIELDS: [FieldSpec; 9] = [
    must(
        "einrichtung",
        RUNNING_NUMBER,
        Assumption,
        "running number of the facility",
    ),
    must(
        "im_bedarfsplan",
        Values::Codes(&[0, 1]),
        Assumption,
        "in the needs plan: 1 yes, 0 no",
    ),
    must(
        "betreuungsart",
        Values::Words(&["KTP", "KRIPPE", "KIGA", "HORT"]),
        Statute,
        "care type on the day",
    ),
    must(
        "stunden_tag",
        Values::Decimal,
        Statute,
        "contracted hours a day",
    ),
    must("kinder", Values::Number(1, 9999), Statute, "children"),
    must(
        "kinder_eingliederung",
        Values::Number(0, 9999),
        Statute,
        "of them with integration aid",
    ),
    must(
        "e9",
        Values::Decimal,
        Statute,
        "nine-hour equivalents, four decimals",
    ),
    must(
        "betrag",
        Values::Decimal,
        Assumption,
        "base amount, euros a year",
    ),
    must(
        "betrag_zuschlag",
        Values::Decimal,
        Assumption,
        "childminding supplement, euros a year",
    ),
];
