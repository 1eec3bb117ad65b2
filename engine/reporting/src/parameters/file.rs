//! The TOML form of the parameters.

use std::collections::BTreeMap;

use domain::CareType;
use jiff::civil::Date;
use serde::Deserialize;

use super::{
    CodeBasis, CodeList, ColumnMap, Delivery, Limits, Parameters, StaffKey, StaffSupplements,
    columns,
};
use crate::error::ParameterError;
use crate::grant::{Cents, GrantRate, GrantRules, GrantTable};
use crate::layout;
use crate::rational::Fraction;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    delivery: DeliveryEntry,
    limits: Vec<Limits>,
    code_list: Vec<CodeListEntry>,
    grant_rules: GrantRulesEntry,
    grant_rate: Vec<GrantRateEntry>,
    staff_supplements: SupplementsEntry,
    staff_key: Vec<StaffKeyEntry>,
    #[serde(default)]
    column_map: Vec<ColumnMap>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeliveryEntry {
    sender: String,
    recipient: String,
    test: bool,
    survey_day_care: String,
    survey_childminding: String,
    survey_state_grant: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeListEntry {
    column: String,
    valid_from: Date,
    basis: CodeBasis,
    codes: Vec<(u32, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantRulesEntry {
    most_hours: String,
    shortest_term_months: i32,
    outside_plan_after_school_percent: u32,
    outside_plan_inclusion_counts_again: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantRateEntry {
    valid_from: Date,
    base_eur: String,
    childminding_supplement_eur: String,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SupplementsEntry {
    leadership: String,
    indirect_work: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StaffKeyEntry {
    care_type: String,
    valid_from: Date,
    full_time: String,
    children: String,
    base_hours: String,
    with_supplements: bool,
    source: String,
}

fn wrong(place: &str, problem: impl Into<String>) -> ParameterError {
    ParameterError::Value {
        place: place.to_owned(),
        problem: problem.into(),
    }
}

/// A decimal number of a place.
fn number(place: &str, text: &str) -> Result<Fraction, ParameterError> {
    text.parse()
        .map_err(|error: crate::rational::NotDecimal| wrong(place, error.to_string()))
}

/// A decimal number above 0.
fn positive(place: &str, text: &str) -> Result<Fraction, ParameterError> {
    let number = number(place, text)?;
    if number <= Fraction::ZERO {
        return Err(wrong(place, format!("{text} is not above 0")));
    }
    Ok(number)
}

/// A decimal number times a factor that makes it whole.
fn whole(place: &str, text: &str, factor: i64) -> Result<u64, ParameterError> {
    let scaled = number(place, text)?.times(Fraction::whole(factor));
    let scaled = scaled.filter(|it| it.denominator() == 1);
    let scaled = scaled.and_then(|it| u64::try_from(it.numerator()).ok());
    scaled.ok_or_else(|| wrong(place, format!("{text} is no whole number of 1/{factor}")))
}

/// Refuses two entries of one day; sorts them.
fn in_order<T>(
    place: &str,
    entries: &mut [T],
    begins: impl Fn(&T) -> Date,
) -> Result<(), ParameterError> {
    entries.sort_by_key(&begins);
    for pair in entries.windows(2) {
        if begins(&pair[0]) == begins(&pair[1]) {
            let day = begins(&pair[0]);
            return Err(wrong(
                place,
                format!("two entries start on {day}; keep one"),
            ));
        }
    }
    Ok(())
}

pub(super) fn read(text: &str) -> Result<Parameters, ParameterError> {
    let file: File = toml::from_str(text).map_err(|error| ParameterError::Form {
        problem: error.to_string(),
    })?;
    let mut limits = file.limits;
    in_order("limits", &mut limits, |it| it.valid_from)?;
    if limits.is_empty() {
        return Err(wrong("limits", "there are none"));
    }
    let code_lists = code_lists(file.code_list)?;
    for column in layout::listed_columns() {
        if !code_lists.contains_key(column) {
            return Err(wrong("code_list", format!("column {column} has none")));
        }
    }
    let delivery = file.delivery;
    for map in &file.column_map {
        columns::check(map, &layout::columns_of)?;
    }
    let mut column_maps = file.column_map;
    column_maps.sort_by(|a, b| (&a.file, a.valid_from).cmp(&(&b.file, b.valid_from)));
    Ok(Parameters {
        version: file.version,
        delivery: Delivery {
            sender: delivery.sender,
            recipient: delivery.recipient,
            test: delivery.test,
            survey_day_care: delivery.survey_day_care,
            survey_childminding: delivery.survey_childminding,
            survey_state_grant: delivery.survey_state_grant,
        },
        limits,
        code_lists,
        grants: grants(file.grant_rate, &file.grant_rules)?,
        supplements: StaffSupplements {
            leadership: number("staff_supplements", &file.staff_supplements.leadership)?,
            indirect_work: number("staff_supplements", &file.staff_supplements.indirect_work)?,
        },
        staff_keys: staff_keys(file.staff_key)?,
        column_maps,
    })
}

fn code_lists(
    entries: Vec<CodeListEntry>,
) -> Result<BTreeMap<String, Vec<CodeList>>, ParameterError> {
    let mut lists: BTreeMap<String, Vec<CodeList>> = BTreeMap::new();
    for entry in entries {
        let place = format!("code_list of {}", entry.column);
        let count = entry.codes.len();
        let codes: BTreeMap<u32, String> = entry.codes.into_iter().collect();
        if codes.len() != count || codes.is_empty() {
            return Err(wrong(&place, "it is empty or names a code twice"));
        }
        lists.entry(entry.column).or_default().push(CodeList {
            valid_from: entry.valid_from,
            basis: entry.basis,
            codes,
        });
    }
    for (column, lists) in &mut lists {
        in_order(&format!("code_list of {column}"), lists, |it| it.valid_from)?;
    }
    Ok(lists)
}

fn grants(
    rates: Vec<GrantRateEntry>,
    rules: &GrantRulesEntry,
) -> Result<GrantTable, ParameterError> {
    let mut read = Vec::with_capacity(rates.len());
    for rate in rates {
        let place = format!("grant_rate from {}", rate.valid_from);
        read.push(GrantRate {
            valid_from: rate.valid_from,
            base: Cents(whole(&place, &rate.base_eur, 100)?),
            childminding_supplement: Cents(whole(&place, &rate.childminding_supplement_eur, 100)?),
            source: rate.source,
        });
    }
    let quarters = whole("grant_rules", &rules.most_hours, 4)?;
    let rules = GrantRules {
        most_quarters: u32::try_from(quarters).unwrap_or(u32::MAX),
        shortest_term_months: rules.shortest_term_months,
        outside_plan_after_school_percent: rules.outside_plan_after_school_percent,
        outside_plan_inclusion_counts_again: rules.outside_plan_inclusion_counts_again,
    };
    GrantTable::new(read, rules).map_err(|error| wrong("grant_rate", error.to_string()))
}

fn staff_keys(
    entries: Vec<StaffKeyEntry>,
) -> Result<BTreeMap<CareType, Vec<StaffKey>>, ParameterError> {
    let mut keys: BTreeMap<CareType, Vec<StaffKey>> = BTreeMap::new();
    for entry in entries {
        let place = format!("staff_key of {} from {}", entry.care_type, entry.valid_from);
        let care: CareType = entry
            .care_type
            .parse()
            .map_err(|error: domain::UnknownCareType| wrong(&place, error.to_string()))?;
        keys.entry(care).or_default().push(StaffKey {
            valid_from: entry.valid_from,
            full_time: positive(&place, &entry.full_time)?,
            children: positive(&place, &entry.children)?,
            base_hours: positive(&place, &entry.base_hours)?,
            with_supplements: entry.with_supplements,
            source: entry.source,
        });
    }
    for (care, keys) in &mut keys {
        in_order(&format!("staff_key of {care}"), keys, |it| it.valid_from)?;
    }
    Ok(keys)
}
