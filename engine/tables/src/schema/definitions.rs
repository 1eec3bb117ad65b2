//! The tables themselves.

use super::{Category, Column, ColumnKind, Schema, TableName};
use Category::{Child, ChildStatisticsOnly, Household, Staff, Structure};
use ColumnKind::{Code, Date, Decimal, Flag, Identifier, Integer, Text};

const CARE_TYPES: ColumnKind = Code(&["childminding", "nursery", "kindergarten", "after_school"]);
const DAILY_HOURS: ColumnKind = Decimal(0.25, 13.0);
const PLACES: ColumnKind = Integer(0, 2000);

/// A column that must be filled.
const fn must(
    name: &'static str,
    kind: ColumnKind,
    category: Category,
    meaning: &'static str,
) -> Column {
    Column {
        name,
        kind,
        required: true,
        meaning,
        references: None,
        category,
    }
}

/// A column that may be empty.
const fn may(
    name: &'static str,
    kind: ColumnKind,
    category: Category,
    meaning: &'static str,
) -> Column {
    Column {
        name,
        kind,
        required: false,
        meaning,
        references: None,
        category,
    }
}

/// A filled column that names a row of another table.
const fn of(
    name: &'static str,
    table: TableName,
    category: Category,
    meaning: &'static str,
) -> Column {
    Column {
        name,
        kind: Identifier,
        required: true,
        meaning,
        references: Some(table),
        category,
    }
}

/// A column that may be empty, else names a row of another table.
const fn may_of(
    name: &'static str,
    table: TableName,
    category: Category,
    meaning: &'static str,
) -> Column {
    Column {
        name,
        kind: Identifier,
        required: false,
        meaning,
        references: Some(table),
        category,
    }
}

/// Every table, in the order of [`TableName::ALL`].
pub static SCHEMAS: [Schema; 21] = [
    Schema {
        table: TableName::Areas,
        name: "areas",
        meaning: "a small area (Stadtteil, Stadtbezirk); `placewright forecast --areas` reads the same file",
        key: &["area"],
        periods: &[],
        required: true,
        columns: &[
            must("area", Identifier, Structure, "the area's key"),
            may_of(
                "parent",
                TableName::Areas,
                Structure,
                "the area it lies in; empty at the top",
            ),
            must("name", Text(200), Structure, "name on pages"),
        ],
    },
    Schema {
        table: TableName::AreaShapes,
        name: "area_shapes",
        meaning: "centre and outline of an area, for maps and distances",
        key: &["area"],
        periods: &[],
        required: false,
        columns: &[
            of("area", TableName::Areas, Structure, "the area"),
            must(
                "latitude",
                Decimal(-90.0, 90.0),
                Structure,
                "centre, degrees north, WGS 84",
            ),
            must(
                "longitude",
                Decimal(-180.0, 180.0),
                Structure,
                "centre, degrees east, WGS 84",
            ),
            may(
                "polygon",
                Text(100_000),
                Structure,
                "outline as WKT `POLYGON ((lon lat, ...))`, one ring, first point repeated at the end",
            ),
        ],
    },
    Schema {
        table: TableName::AreaNeighbours,
        name: "area_neighbours",
        meaning: "two areas that touch; each pair stands in both directions",
        key: &["area", "neighbour"],
        periods: &[],
        required: false,
        columns: &[
            of("area", TableName::Areas, Structure, "an area"),
            of(
                "neighbour",
                TableName::Areas,
                Structure,
                "an area it touches",
            ),
        ],
    },
    Schema {
        table: TableName::Providers,
        name: "providers",
        meaning: "a provider (Träger) with an operating agreement",
        key: &["provider_id"],
        periods: &[("participates_from", "participates_to")],
        required: true,
        columns: &[
            must("provider_id", Identifier, Structure, "the provider's key"),
            must("name", Text(200), Structure, "name on pages"),
            must(
                "kind",
                Code(&["municipal", "independent", "childminding_agency"]),
                Structure,
                "kommunal, frei, or agency for childminders",
            ),
            must(
                "legal_regime",
                Code(&["secular", "protestant", "catholic"]),
                Structure,
                "data-protection law it is under (K60)",
            ),
            must(
                "participates_from",
                Date,
                Structure,
                "first day of the operating agreement (K19)",
            ),
            may(
                "participates_to",
                Date,
                Structure,
                "last day; empty while no end is agreed",
            ),
        ],
    },
    Schema {
        table: TableName::RolloutStages,
        name: "rollout_stages",
        meaning: "from a day on, a provider's care type is in a stage of the portal's introduction (K27)",
        key: &["provider_id", "care_type", "valid_from"],
        periods: &[],
        required: false,
        columns: &[
            of(
                "provider_id",
                TableName::Providers,
                Structure,
                "the provider",
            ),
            must("care_type", CARE_TYPES, Structure, "Betreuungsart"),
            must(
                "stage",
                Code(&["off", "import", "read_only", "registration", "full"]),
                Structure,
                "Einführungsstufe",
            ),
            must("valid_from", Date, Structure, "first day of the stage"),
        ],
    },
    Schema {
        table: TableName::Attestations,
        name: "attestations",
        meaning: "a provider's word that its data are complete as of the 1st of a month (K24)",
        key: &["provider_id", "month"],
        periods: &[],
        required: false,
        columns: &[
            of(
                "provider_id",
                TableName::Providers,
                Structure,
                "the provider",
            ),
            must(
                "month",
                Date,
                Structure,
                "the month attested for, given as its 1st",
            ),
            must(
                "attested_on",
                Date,
                Structure,
                "day of the attestation; after the 1st it comes too late",
            ),
        ],
    },
    Schema {
        table: TableName::Facilities,
        name: "facilities",
        meaning: "a facility (Einrichtung, Kindertagespflegestelle)",
        key: &["facility_id"],
        periods: &[("opens_on", "closes_on")],
        required: true,
        columns: &[
            must("facility_id", Identifier, Structure, "the facility's key"),
            of(
                "provider_id",
                TableName::Providers,
                Structure,
                "who runs it",
            ),
            must(
                "name",
                Text(200),
                Structure,
                "name on pages; a childminder site carries no person's name",
            ),
            must(
                "kind",
                Code(&["day_care_centre", "after_school_centre", "childminder_site"]),
                Structure,
                "Kita, Hort or Kindertagespflegestelle",
            ),
            of(
                "area",
                TableName::Areas,
                Structure,
                "the smallest area it lies in",
            ),
            must(
                "latitude",
                Decimal(-90.0, 90.0),
                Structure,
                "degrees north, WGS 84",
            ),
            must(
                "longitude",
                Decimal(-180.0, 180.0),
                Structure,
                "degrees east, WGS 84",
            ),
            must(
                "opens_on",
                Date,
                Structure,
                "first day of operation; may lie ahead (K43)",
            ),
            may("closes_on", Date, Structure, "last day of operation"),
            must(
                "in_needs_plan",
                Flag,
                Structure,
                "listed in the needs plan (Bedarfsplan, K11)",
            ),
            must(
                "groups",
                Integer(0, 100),
                Structure,
                "number of groups; 0 = no group structure",
            ),
            must(
                "opening_hour",
                Decimal(0.0, 24.0),
                Structure,
                "opens at, hours of the day",
            ),
            must(
                "closing_hour",
                Decimal(0.0, 24.0),
                Structure,
                "closes at, hours of the day",
            ),
            must(
                "closing_days",
                Integer(0, 365),
                Structure,
                "closing days on regular opening days in the previous year",
            ),
        ],
    },
    Schema {
        table: TableName::Licences,
        name: "licences",
        meaning: "a span in which a facility's operating licence (Betriebserlaubnis, § 45 SGB VIII) is valid",
        key: &["facility_id", "valid_from"],
        periods: &[("valid_from", "valid_to")],
        required: true,
        columns: &[
            of(
                "facility_id",
                TableName::Facilities,
                Structure,
                "the facility",
            ),
            must("valid_from", Date, Structure, "first day"),
            may(
                "valid_to",
                Date,
                Structure,
                "last day; empty for an unlimited licence",
            ),
        ],
    },
    Schema {
        table: TableName::Capacities,
        name: "capacities",
        meaning: "places of a facility and care type over a span; licensed places count only while a licence is valid",
        key: &["facility_id", "care_type", "valid_from"],
        periods: &[("valid_from", "valid_to")],
        required: true,
        columns: &[
            of(
                "facility_id",
                TableName::Facilities,
                Structure,
                "the facility",
            ),
            must("care_type", CARE_TYPES, Structure, "Betreuungsart"),
            must("valid_from", Date, Structure, "first day"),
            may(
                "valid_to",
                Date,
                Structure,
                "last day; empty while it goes on",
            ),
            must(
                "licensed",
                PLACES,
                Structure,
                "places by licence (Kapazität laut Betriebserlaubnis)",
            ),
            must(
                "planned",
                PLACES,
                Structure,
                "places by needs plan (Kapazität laut Bedarfsplan)",
            ),
            may(
                "staffed",
                PLACES,
                Structure,
                "places the staff present allows (betreibbare Plätze) as the provider reports them; empty: computed from the staff table",
            ),
        ],
    },
    Schema {
        table: TableName::BlockedPlaces,
        name: "blocked_places",
        meaning: "places that cannot be given for a time, e.g. during building works",
        key: &["facility_id", "care_type", "valid_from"],
        periods: &[("valid_from", "valid_to")],
        required: false,
        columns: &[
            of(
                "facility_id",
                TableName::Facilities,
                Structure,
                "the facility",
            ),
            must("care_type", CARE_TYPES, Structure, "Betreuungsart"),
            must("valid_from", Date, Structure, "first day"),
            may(
                "valid_to",
                Date,
                Structure,
                "last day; empty while it goes on",
            ),
            must("places", PLACES, Structure, "blocked places"),
        ],
    },
    Schema {
        table: TableName::Staff,
        name: "staff",
        meaning: "employment of a member of staff at a facility, pseudonymous",
        key: &["staff_id", "valid_from"],
        periods: &[("valid_from", "valid_to")],
        required: false,
        columns: &[
            must("staff_id", Identifier, Staff, "pseudonym"),
            of(
                "facility_id",
                TableName::Facilities,
                Staff,
                "where employed",
            ),
            must("care_type", CARE_TYPES, Staff, "care type worked in"),
            must(
                "role",
                Code(&["qualified", "assistant", "head"]),
                Staff,
                "Fachkraft, Assistenzkraft (counts up to 20 %), Leitung (does not count)",
            ),
            must(
                "weekly_hours",
                Decimal(0.5, 60.0),
                Staff,
                "contracted hours a week; 40 = full time",
            ),
            must("valid_from", Date, Staff, "first day present"),
            may(
                "valid_to",
                Date,
                Staff,
                "last day present; empty while employed",
            ),
        ],
    },
    Schema {
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
    },
    Schema {
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
    },
    Schema {
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
    },
    Schema {
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
    },
    Schema {
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
    },
    Schema {
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
    },
    Schema {
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
    },
    Schema {
        table: TableName::Population,
        name: "population",
        meaning: "inhabitants of a smallest area on the last day of a year; `placewright forecast --population` reads the same file",
        key: &["area", "year", "age"],
        periods: &[],
        required: false,
        columns: &[
            of("area", TableName::Areas, Structure, "the area"),
            must("year", Integer(1900, 2199), Structure, "31 December of"),
            must("age", Integer(0, 120), Structure, "age in completed years"),
            must("count", Integer(0, 100_000_000), Structure, "inhabitants"),
        ],
    },
    Schema {
        table: TableName::Births,
        name: "births",
        meaning: "births of a calendar year to mothers of an area; `placewright forecast --births` reads the same file",
        key: &["area", "year"],
        periods: &[],
        required: false,
        columns: &[
            of("area", TableName::Areas, Structure, "the area"),
            must("year", Integer(1900, 2199), Structure, "calendar year"),
            must("births", Integer(0, 100_000_000), Structure, "live births"),
        ],
    },
    Schema {
        table: TableName::Dwellings,
        name: "dwellings",
        meaning: "dwelling stock of an area at the end of a year",
        key: &["area", "year"],
        periods: &[],
        required: false,
        columns: &[
            of("area", TableName::Areas, Structure, "the area"),
            must("year", Integer(1900, 2199), Structure, "31 December of"),
            must("dwellings", Integer(0, 100_000_000), Structure, "dwellings"),
        ],
    },
];
