//! Columns of the state grant, the cost publication and the staffing requirement.

use super::Basis::{Assumption, Statute};
use super::{FieldSpec, RUNNING_NUMBER, Values, may, must};

const FACILITY: FieldSpec = must(
    "einrichtung",
    RUNNING_NUMBER,
    Assumption,
    "running number of the facility",
);

/// Columns of `landeszuschuss_1april` (§ 18 SächsKitaG).
#[rustfmt::skip] // one column per line or two: read as a table
pub const GRANT_FIELDS: [FieldSpec; 9] = [
    FACILITY,
    must("im_bedarfsplan", Values::Listed, Assumption, "in the needs plan"),
    must("betreuungsart", Values::Words(&["KTP", "KRIPPE", "KIGA", "HORT"]), Statute,
        "care type on the day"),
    must("stunden_tag", Values::Decimal, Statute, "contracted hours a day"),
    must("kinder", Values::Number(1, 9999), Statute, "children"),
    must("kinder_eingliederung", Values::Number(0, 9999), Statute, "of them with integration aid"),
    must("e9", Values::Decimal, Statute, "nine-hour equivalents, four decimals"),
    must("betrag", Values::Decimal, Assumption, "base amount, euros a year"),
    must("betrag_zuschlag", Values::Decimal, Assumption, "childminding supplement, euros a year"),
];

/// Columns of `betriebskosten_p14` (§ 14 SächsKitaG), euros per place and month.
#[rustfmt::skip] // one column per line: read as a table
pub const COST_FIELDS: [FieldSpec; 10] = [
    must("art", Values::Words(&["krippe_9h", "kiga_9h", "hort_6h"]), Statute, "care type and hours"),
    must("personal", Values::Decimal, Statute, "costs of staff"),
    must("sach", Values::Decimal, Statute, "other costs"),
    must("summe", Values::Decimal, Statute, "both, as published"),
    must("land", Values::Decimal, Statute, "covered by the state"),
    must("eltern", Values::Decimal, Statute, "covered by parents"),
    must("gemeinde", Values::Decimal, Statute, "covered by municipality and provider"),
    may("abschreibung", Values::Decimal, Statute, "depreciation"),
    may("zins", Values::Decimal, Statute, "interest"),
    may("miete", Values::Decimal, Statute, "rent"),
];

/// Columns of `personalbedarf` (§ 12(2) SächsKitaG).
#[rustfmt::skip] // one column per line: read as a table
pub const STAFFING_FIELDS: [FieldSpec; 8] = [
    FACILITY,
    must("betreuungsart", Values::Words(&["KRIPPE", "KIGA", "HORT"]), Statute, "care type on the day"),
    must("kinder", Values::Number(1, 9999), Statute, "children"),
    must("stunden_tag_summe", Values::Decimal, Statute, "sum of their contracted hours a day"),
    must("vollzeit_schluessel", Values::Decimal, Statute, "full-time staff by the key"),
    must("vollzeit_zuschlaege", Values::Decimal, Statute, "full-time staff for leadership and indirect work"),
    must("vollzeit_bedarf", Values::Decimal, Statute, "both"),
    must("vollzeit_bedarf_genau", Values::Decimal, Assumption, "the same as an exact fraction"),
];
