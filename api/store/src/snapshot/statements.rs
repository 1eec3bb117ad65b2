//! The statements: every answer is one text in which the database has put all rows.
//!
//! A city has several hundred thousand rows; handed over one by one and value by value they cost
//! more time than everything else together. So the database joins the values of a row with one sign
//! and the rows with another; both are control signs that no name, key, number or date has, and from free
//! text they are taken out. `$1` is the sign between values, `$2` the sign between rows.

use crate::session::{Among, statements};

/// Stands between the values of a row (unit separator).
pub(super) const BETWEEN_VALUES: char = '\u{1f}';
/// Stands between rows (record separator).
pub(super) const BETWEEN_ROWS: char = '\u{1e}';

statements! {
    /// The newest change.
    HEAD = "select sequence from log_head where log = 'changes'";
    /// What was changed since: kind and keys.
    CHANGED = "select sequence, kind, child_id, facility_id, provider_id from change_entry \
        where sequence > $1 order by sequence";
    /// How many children there are, to know whether a refresh is worth its while.
    CHILDREN_COUNT = "select count(*) from child";
}

/// A table whose rows are read packed, all or those of some keys.
macro_rules! packed {
    ($($(#[$doc:meta])* $name:ident: $key:literal, $select:literal;)+) => {
        $($(#[$doc])* pub(super) const $name: Among = Among {
            name: stringify!($name),
            select: $select,
            key: $key,
            and: "",
        };)+
        /// Every packed reading.
        #[cfg(test)]
        pub(crate) const PACKED: &[Among] = &[$($name),+];
    };
}

packed! {
    /// Providers.
    PROVIDERS: "provider_id", "select string_agg(concat_ws($1, provider_id, \
        replace(replace(name, $1, ' '), $2, ' '), kind, legal_regime, participates_from, \
        coalesce(participates_to, '')), $2) from provider";
    /// Steps of the introduction.
    ROLLOUT: "provider_id", "select string_agg(concat_ws($1, provider_id, care_type, stage, \
        valid_from), $2) from rollout_step";
    /// Attestations.
    ATTESTATIONS: "provider_id", "select string_agg(concat_ws($1, provider_id, month, \
        attested_on), $2) from attestation";
    /// Versions of criteria catalogues.
    CATALOGUE_TEXTS: "provider_id", "select string_agg(concat_ws($1, provider_id, valid_from, \
        replace(replace(catalogue_text, $1, ' '), $2, ' ')), $2) from criteria_catalogue";
    /// Facilities.
    FACILITIES: "facility_id", "select string_agg(concat_ws($1, facility_id, provider_id, \
        replace(replace(name, $1, ' '), $2, ' '), kind, area, latitude, longitude, opens_on, \
        coalesce(closes_on, ''), in_needs_plan, room_groups, opening_hour, closing_hour, \
        closing_days), $2) from facility";
    /// Licences.
    LICENCES: "facility_id", "select string_agg(concat_ws($1, facility_id, valid_from, \
        coalesce(valid_to, '')), $2) from licence";
    /// Places.
    CAPACITIES: "facility_id", "select string_agg(concat_ws($1, facility_id, care_type, \
        valid_from, coalesce(valid_to, ''), licensed, planned, staffed), $2) from capacity";
    /// Blocked places.
    BLOCKED: "facility_id", "select string_agg(concat_ws($1, facility_id, care_type, valid_from, \
        coalesce(valid_to, ''), places), $2) from blocked_place";
    /// Children.
    CHILDREN: "child_id", "select string_agg(concat_ws($1, child_id, household_id, birth_date, \
        sex, area, municipality, single_custodian, custodians_working, inclusion_place, \
        coalesce(school_class, 0), siblings, coalesce(consent_given_on, '')), $2) from child";
    /// Applications.
    APPLICATIONS: "child_id", "select string_agg(concat_ws($1, child_id, application_id, \
        facility_id, care_type, wish_rank, wished_start, daily_quarters, applied_on, channel, \
        coalesce(transfer_from, ''), \
        replace(replace(coalesce(catalogue_version, ''), $1, ' '), $2, ' '), state, \
        coalesce(withdrawal_cause, ''), coalesce(closed_on, ''), coalesce(contract_id, '')), $2) \
        from application";
    /// Points.
    POINTS: "a.child_id", "select string_agg(concat_ws($1, a.child_id, p.application_id, \
        replace(replace(p.criterion, $1, ' '), $2, ' '), p.points), $2) \
        from application a join criterion_points p on p.application_id = a.application_id";
    /// Offers.
    OFFERS: "child_id", "select string_agg(concat_ws($1, child_id, application_id, offer_order, \
        offer_id, facility_id, care_type, starts_on, ends_on, daily_quarters, offered_on, reply_by, \
        state, coalesce(confirmed_on, ''), coalesce(conflict_contract, ''), \
        coalesce(closed_on, ''), coalesce(contract_id, '')), $2) from offer";
    /// Versions of contracts.
    CONTRACTS: "c.child_id", "select string_agg(concat_ws($1, c.child_id, c.contract_id, \
        v.version, c.facility_id, v.care_type, v.daily_quarters, v.days_per_week, v.lunch, \
        v.valid_from, v.valid_to, v.recorded_from, coalesce(v.recorded_to, ''), \
        coalesce(c.end_cause, '')), $2) \
        from contract c join contract_version v on v.contract_id = c.contract_id";
}
