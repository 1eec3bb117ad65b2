//! Households, children, their applications, offers and contracts.

use super::*;

pub(super) const HOUSEHOLDS: Schema = Schema {
    table: TableName::Households,
    name: "households",
    meaning: "a household; siblings share one",
    key: &["household_id"],
    periods: &[],
    required: true,
    columns: &[
        must("household_id", Identifier, Household, "pseudonym"),
        of("area", TableName::Areas, Household, "home area"),
        must(
            "single_custodian",
            Flag,
            Household,
            "one custodian (alleinerziehend)",
        ),
        must(
            "custodians_working",
            Flag,
            Household,
            "all custodians work, study or look for work",
        ),
        must(
            "municipality",
            Integer(1_000_000, 16_999_999),
            Household,
            "municipality key of residence (AGS); Dresden is 14612000 (K29)",
        ),
    ],
};

pub(super) const CHILDREN: Schema = Schema {
    table: TableName::Children,
    name: "children",
    meaning: "a child, pseudonymous: no name, no address, no health text (P18)",
    key: &["child_id"],
    periods: &[],
    required: true,
    columns: &[
        must("child_id", Identifier, Child, "pseudonym"),
        of("household_id", TableName::Households, Child, "household"),
        must("birth_date", Date, Child, "date of birth"),
        must(
            "sex",
            Code(&["male", "female", "divers", "none"]),
            Child,
            "entry in the register of births (1, 2, 3, 7 in official extracts)",
        ),
        must(
            "inclusion_place",
            Flag,
            Child,
            "needs an inclusion place (Eingliederungshilfe)",
        ),
        may(
            "school_class",
            Integer(1, 13),
            Child,
            "class attended; empty before school",
        ),
    ],
};

pub(super) const STATISTICS_ATTRIBUTES: Schema = Schema {
    table: TableName::StatisticsAttributes,
    name: "statistics_attributes",
    meaning: "attributes that only statutory statistics may use (§ 99(7) SGB VIII); no matching code can name this table (K63)",
    key: &["child_id"],
    periods: &[],
    required: false,
    columns: &[
        of(
            "child_id",
            TableName::Children,
            ChildStatisticsOnly,
            "the child",
        ),
        may(
            "foreign_origin",
            Flag,
            ChildStatisticsOnly,
            "at least one parent of foreign origin",
        ),
        may(
            "german_at_home",
            Flag,
            ChildStatisticsOnly,
            "German is the language mainly spoken in the family",
        ),
    ],
};

pub(super) const APPLICATIONS: Schema = Schema {
    table: TableName::Applications,
    name: "applications",
    meaning: "one application of one child at one facility (Anmeldung)",
    key: &["application_id"],
    periods: &[("applied_on", "closed_on")],
    required: false,
    columns: &[
        must("application_id", Identifier, Child, "key"),
        of("child_id", TableName::Children, Child, "the child"),
        of(
            "facility_id",
            TableName::Facilities,
            Child,
            "the wished facility",
        ),
        must("care_type", CARE_TYPES, Child, "Betreuungsart wished"),
        must(
            "rank",
            Integer(1, 20),
            Child,
            "1 = best wish (Dresden allows 5)",
        ),
        must("wished_start", Date, Child, "first day of care wished"),
        must(
            "daily_hours",
            DAILY_HOURS,
            Child,
            "hours of care a day wished",
        ),
        must("applied_on", Date, Child, "day of the application"),
        must(
            "state",
            Code(&["open", "contracted", "withdrawn", "withdrawn_by_contract"]),
            Child,
            "where it stands",
        ),
        may(
            "closed_on",
            Date,
            Child,
            "day it left the procedure; empty while open",
        ),
    ],
};

pub(super) const OFFERS: Schema = Schema {
    table: TableName::Offers,
    name: "offers",
    meaning: "an offer of a place (Platzangebot); confirmed and open offers reserve the place",
    key: &["offer_id"],
    periods: &[("offered_on", "reply_by"), ("offered_on", "closed_on")],
    required: false,
    columns: &[
        must("offer_id", Identifier, Child, "key"),
        of(
            "application_id",
            TableName::Applications,
            Child,
            "the application it answers",
        ),
        must("starts_on", Date, Child, "first day of care offered"),
        must("offered_on", Date, Child, "day of the offer"),
        must("reply_by", Date, Child, "last day to confirm"),
        must(
            "state",
            Code(&[
                "open",
                "confirmed",
                "contracted",
                "declined",
                "expired",
                "declined_by_contract",
                "revoked",
            ]),
            Child,
            "where it stands",
        ),
        may(
            "closed_on",
            Date,
            Child,
            "day it was closed; empty while open or confirmed",
        ),
    ],
};

pub(super) const CONTRACTS: Schema = Schema {
    table: TableName::Contracts,
    name: "contracts",
    meaning: "a version of a care contract (Betreuungsvertrag), with valid time and recorded time",
    key: &["contract_id", "version"],
    periods: &[("valid_from", "valid_to"), ("recorded_from", "recorded_to")],
    required: true,
    columns: &[
        must("contract_id", Identifier, Child, "the contract's key"),
        must(
            "version",
            Integer(1, 10_000),
            Child,
            "1, 2, ... as corrected",
        ),
        of("child_id", TableName::Children, Child, "the child"),
        of(
            "facility_id",
            TableName::Facilities,
            Child,
            "where it is cared for",
        ),
        must(
            "care_type",
            CARE_TYPES,
            Child,
            "Betreuungsart at the start; nursery becomes kindergarten at the third birthday",
        ),
        must("daily_hours", DAILY_HOURS, Child, "contracted hours a day"),
        must(
            "days_per_week",
            Integer(1, 7),
            Child,
            "contracted days a week",
        ),
        must("lunch", Flag, Child, "takes lunch"),
        must("valid_from", Date, Child, "first day of care"),
        may(
            "valid_to",
            Date,
            Child,
            "last day of care; empty while open-ended",
        ),
        must(
            "recorded_from",
            Date,
            Child,
            "day this version became known",
        ),
        may(
            "recorded_to",
            Date,
            Child,
            "day the next version replaced it (that day no longer included); empty for the current version",
        ),
    ],
};

pub(super) const CRITERIA_POINTS: Schema = Schema {
    table: TableName::CriteriaPoints,
    name: "criteria_points",
    meaning: "points of a criterion of a provider's catalogue (Kriterienkatalog) for an application",
    key: &["application_id", "criterion"],
    periods: &[],
    required: false,
    columns: &[
        of(
            "application_id",
            TableName::Applications,
            Child,
            "the application",
        ),
        must("criterion", Text(64), Child, "name of the criterion"),
        must(
            "points",
            Integer(-1000, 1000),
            Child,
            "points it contributes",
        ),
        must(
            "catalogue_version",
            Text(32),
            Child,
            "version of the provider's catalogue",
        ),
    ],
};
