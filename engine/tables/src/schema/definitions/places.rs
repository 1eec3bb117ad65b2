//! Areas, providers, facilities and what they can offer.

use super::*;

pub(super) const AREAS: Schema = Schema {
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
};

pub(super) const AREA_SHAPES: Schema = Schema {
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
};

pub(super) const AREA_NEIGHBOURS: Schema = Schema {
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
};

pub(super) const PROVIDERS: Schema = Schema {
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
};

pub(super) const ROLLOUT_STAGES: Schema = Schema {
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
};

pub(super) const ATTESTATIONS: Schema = Schema {
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
};

pub(super) const FACILITIES: Schema = Schema {
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
};

pub(super) const LICENCES: Schema = Schema {
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
};

pub(super) const CAPACITIES: Schema = Schema {
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
};

pub(super) const BLOCKED_PLACES: Schema = Schema {
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
};

pub(super) const STAFF: Schema = Schema {
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
};
