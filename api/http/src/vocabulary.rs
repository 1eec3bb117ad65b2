//! Keys, days and names as the description of the API shows them.
//!
//! The types here are never made: they stand for types of the domain, whose names they take over, so
//! that the description cannot drift away.

use std::borrow::Cow;

use domain::procedure::{Channel, ContractEnd, Role, Sex, SiblingsRule};
use domain::{CareType, FacilityKind, LegalRegime, ProviderKind, RolloutStage};
use matching::DeviationReason;
use serde_json::Value;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String))
}

fn object() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::Object))
}

/// Makes a type of the description.
macro_rules! described {
    ($($(#[$doc:meta])* $name:ident as $shown:literal = $schema:expr;)+) => {$(
        $(#[$doc])*
        pub(crate) enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $schema.build().into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($shown)
            }
        }
    )+};
}

fn names<T: serde::Serialize>(values: &[T]) -> ObjectBuilder {
    let names = values.iter().map(serde_json::to_value);
    let names: Vec<Value> = names.filter_map(Result::ok).collect();
    text().enum_values(Some(names))
}

const SIBLINGS_RULES: [SiblingsRule; 3] = [
    SiblingsRule::Independent,
    SiblingsRule::TogetherPreferred,
    SiblingsRule::TogetherOnly,
];
const SEXES: [Sex; 4] = [Sex::Male, Sex::Female, Sex::Divers, Sex::None];
const CHANNELS: [Channel; 3] = [Channel::Online, Channel::Onsite, Channel::Mediation];
const CONTRACT_ENDS: [ContractEnd; 6] = [
    ContractEnd::ByFamily,
    ContractEnd::ByProvider,
    ContractEnd::MovedAway,
    ContractEnd::Transfer,
    ContractEnd::Continued,
    ContractEnd::Regular,
];

described! {
    /// A key.
    Key as "Key" = text()
        .description(Some("A key: 1 to 64 of A-Z a-z 0-9 . _ -"))
        .pattern(Some("^[A-Za-z0-9._-]{1,64}$"));
    /// A day.
    Day as "Day" = text()
        .description(Some("A day of the city's calendar, YYYY-MM-DD"))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
    /// A month.
    CalendarMonth as "Month" = text()
        .description(Some("A calendar month, YYYY-MM"))
        .pattern(Some("^[0-9]{4}-[0-9]{2}$"));
    /// Hours of care a day.
    Hours as "DailyHours" = ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::Number))
        .description(Some("Hours of care a day, in quarter hours, more than 0 and at most 13"))
        .multiple_of(Some(0.25))
        .maximum(Some(13.0));
    /// A care type.
    CareTypeName as "CareType" = names(&CareType::ALL)
        .description(Some("Kind of care (Betreuungsart)"));
    /// Kind of provider.
    ProviderKindName as "ProviderKind" = names(&ProviderKind::ALL)
        .description(Some("Kind of legal entity (Trägerart)"));
    /// Data-protection law.
    LegalRegimeName as "LegalRegime" = names(&LegalRegime::ALL)
        .description(Some("The data-protection law a provider is under"));
    /// Kind of facility.
    FacilityKindName as "FacilityKind" = names(&FacilityKind::ALL)
        .description(Some("Kind of facility (Einrichtungsart)"));
    /// Stage of the introduction.
    StageName as "RolloutStage" = names(&RolloutStage::ALL)
        .description(Some("How far the portal is introduced (Einführungsstufe)"));
    /// Register entry.
    SexName as "Sex" = names(&SEXES)
        .description(Some("Entry in the register of births"));
    /// Rule for brothers and sisters.
    SiblingsRuleName as "SiblingsRule" = names(&SIBLINGS_RULES)
        .description(Some("How a child is to be placed beside its brothers and sisters"));
    /// Channel.
    ChannelName as "Channel" = names(&CHANNELS)
        .description(Some("How something came in"));
    /// End of a contract.
    ContractEndName as "ContractEnd" = names(&CONTRACT_ENDS)
        .description(Some("Why a contract ends before its expected end"));
    /// Answer of the occupancy endpoint.
    OccupancyOfAnArea as "OccupancyAnswer" = object()
        .description(Some("Occupancy of an area in a month: `care_types` (one line each) and \
            `total`, each with licensed, planned, staffed, contracts (as released; null = not shown), \
            utilisation_of_licensed_percent, utilisation_of_planned_percent, \
            utilisation_of_staffed_percent, naive_free, bookable {state, places}, facilities, \
            unattested_facilities and data_age_days; `children_known_on` is the day children are told \
            as known on, the 1st of the current month; `method` says how counts are protected \
            (Belegung eines Gebiets)"));
    /// Answer of the capacities endpoint.
    CapacitiesOfAFacility as "FacilityCapacities" = object()
        .description(Some("The four capacities of a facility: facility, provider, computed_from and \
            `months`: one entry per month and care type with licensed, planned, staffed, bookable \
            (null = unknown because not attested), contracts, reservations, blocked, freshness \
            (Kapazitäten einer Einrichtung)"));
    /// List of the statistics.
    CatalogueOfStatistics as "StatisticsCatalogue" = object()
        .description(Some("The standing set of tables: `method_note` and `tables`, each with table, \
            title, definition, columns (name, description), formats and address (Verzeichnis der \
            Statistiken)"));
    /// A table of the statistics.
    StatisticsOfAMonth as "StatisticsTable" = object()
        .description(Some("A table of a month: table, title, definition, month, known_on, version \
            (first, revised, not_revised), policy_version, method_note and `rows`, one per place, \
            care type and class, with the columns of the catalogue; null = not shown \
            (Statistik eines Monats)"));
    /// Reason code.
    OverrideReasonName as "OverrideReason" = names(&DeviationReason::all().collect::<Vec<_>>())
        .description(Some("Why an offer leaves the suggested order (Grund der Abweichung)"));
    /// Role.
    RoleName as "Role" = names(&Role::ALL)
        .description(Some("Role of an account"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_description_are_those_of_the_domain() {
        let text = serde_json::to_string(&CareTypeName::schema()).unwrap();
        for care in CareType::ALL {
            assert!(text.contains(&format!("\"{care}\"")), "{text}");
        }
        let text = serde_json::to_string(&RoleName::schema()).unwrap();
        assert!(text.contains("\"provider.staff\""), "{text}");
    }
}
