//! The table of roles and routes.

use domain::procedure::Role;

/// What a route gives out or changes, for the access log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Records {
    /// Places, dates, released numbers: nothing about persons.
    Places,
    /// Something about persons: every read and every refusal is logged.
    Persons,
}

/// A route and who may use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Route {
    /// The method.
    pub(crate) method: &'static str,
    /// The address with its keys in braces.
    pub(crate) path: &'static str,
    /// Who may use it; the scope (own facilities) is checked by the handler.
    pub(crate) roles: &'static [Role],
    /// What it is about.
    pub(crate) records: Records,
    /// Whether an answer gives rows about persons out, so that it counts as read.
    pub(crate) reads: bool,
}

use Role::{
    Auditor as R, CityAdmin as A, CityMediation as M, CityPlanner as P, CityStatistics as S,
    Portal as F, ProviderAdmin as PA, ProviderStaff as PS,
};

const ALL: &[Role] = &Role::ALL;
const ADMIN: &[Role] = &[A];
const AUDITOR: &[Role] = &[R];
const STATISTICS: &[Role] = &[S];
const LEDGER: &[Role] = &[S, R];
const OWN: &[Role] = &[PA, PS];
const OWN_ADMIN: &[Role] = &[PA];
const ADMIN_OR_OWN_ADMIN: &[Role] = &[A, PA];
const FAMILY: &[Role] = &[F, M];
const FAMILY_OR_OWN: &[Role] = &[F, M, PA, PS];
const MEDIATION_OR_OWN: &[Role] = &[M, PA, PS];
const CITY: &[Role] = &[P, M, S, A];
const CITY_OR_OWN: &[Role] = &[P, M, S, A, PA, PS];
const MEDIATION: &[Role] = &[M];
const MEDIATION_OR_AUDITOR: &[Role] = &[M, R];
const LAB: &[Role] = &[M, P];
const PLANNING: &[Role] = &[P];
const RUNS: &[Role] = &[P, A, R];
const SCENARIOS: &[Role] = &[P, A, R];
const PLANNERS: &[Role] = &[P, A];
const CATALOGUE: &[Role] = &[PA, PS, M, A];
const PROGRESS: &[Role] = &[A, P, PA, PS];
const CITY_PROOF: &[Role] = &[M, R];
const FEED: &[Role] = &[PA, PS, F, A];

const fn places(method: &'static str, path: &'static str, roles: &'static [Role]) -> Route {
    Route {
        method,
        path,
        roles,
        records: Records::Places,
        reads: false,
    }
}

/// Rows about persons go out.
const fn reads(method: &'static str, path: &'static str, roles: &'static [Role]) -> Route {
    Route {
        method,
        path,
        roles,
        records: Records::Persons,
        reads: true,
    }
}

/// Something about persons is changed: the change log has it, the access log has refusals.
const fn writes(method: &'static str, path: &'static str, roles: &'static [Role]) -> Route {
    Route {
        method,
        path,
        roles,
        records: Records::Persons,
        reads: false,
    }
}

/// Every route that needs a token. What is not here answers nobody.
#[rustfmt::skip] // one line per route: read as a table
pub(crate) const ROUTES: &[Route] = &[
    places("GET", "/v1/status", ALL),
    places("POST", "/v1/providers", ADMIN),
    places("GET", "/v1/providers", ALL),
    places("GET", "/v1/providers/{provider}", ALL),
    places("POST", "/v1/providers/{provider}/end", ADMIN),
    places("POST", "/v1/providers/{provider}/rollout-steps", ADMIN),
    places("POST", "/v1/providers/{provider}/import-deadlines", ADMIN),
    places("POST", "/v1/providers/{provider}/attestations", OWN_ADMIN),
    writes("POST", "/v1/providers/{provider}/existing-children", OWN_ADMIN),
    places("GET", "/v1/import-progress", PROGRESS),
    places("GET", "/v1/templates/existing-children.csv", ALL),
    places("GET", "/v1/templates/existing-children", ALL),
    places("POST", "/v1/facilities", ADMIN),
    places("GET", "/v1/facilities", ALL),
    places("GET", "/v1/facilities/{facility}", ALL),
    places("POST", "/v1/facilities/{facility}/licences", ADMIN),
    places("POST", "/v1/facilities/{facility}/licence-withdrawals", ADMIN),
    places("POST", "/v1/facilities/{facility}/closing", ADMIN_OR_OWN_ADMIN),
    places("PUT", "/v1/facilities/{facility}/needs-plan", ADMIN),
    places("PUT", "/v1/facilities/{facility}/capacities", ADMIN_OR_OWN_ADMIN),
    places("GET", "/v1/facilities/{facility}/capacities", CITY_OR_OWN),
    places("POST", "/v1/facilities/{facility}/blocked-places", ADMIN_OR_OWN_ADMIN),
    reads("GET", "/v1/facilities/{facility}/suggestions", MEDIATION_OR_OWN),
    reads("GET", "/v1/facilities/{facility}/suggestion-proof", MEDIATION_OR_OWN),
    reads("GET", "/v1/facilities/{facility}/cascades", MEDIATION_OR_OWN),
    writes("POST", "/v1/children", FAMILY_OR_OWN),
    reads("GET", "/v1/children/{child}", FAMILY_OR_OWN),
    reads("GET", "/v1/children/{child}/chances", FAMILY),
    reads("GET", "/v1/children/{child}/suggestion-statement", FAMILY),
    writes("POST", "/v1/children/{child}/consents", FAMILY_OR_OWN),
    writes("DELETE", "/v1/children/{child}/consents", FAMILY),
    writes("POST", "/v1/children/{child}/moves", FAMILY),
    writes("PUT", "/v1/children/{child}/ranking", FAMILY),
    writes("POST", "/v1/applications", FAMILY_OR_OWN),
    reads("GET", "/v1/applications/{application}", FAMILY_OR_OWN),
    writes("POST", "/v1/applications/{application}/withdrawal", FAMILY_OR_OWN),
    writes("PUT", "/v1/applications/{application}/points", OWN),
    writes("POST", "/v1/offers", OWN),
    reads("GET", "/v1/offers/{offer}", FAMILY_OR_OWN),
    writes("POST", "/v1/offers/{offer}/confirmation", FAMILY_OR_OWN),
    writes("POST", "/v1/offers/{offer}/declination", FAMILY_OR_OWN),
    writes("POST", "/v1/offers/{offer}/revocation", OWN),
    writes("POST", "/v1/contracts", OWN),
    reads("GET", "/v1/contracts/{contract}", FAMILY_OR_OWN),
    writes("POST", "/v1/contracts/{contract}/continuation", OWN),
    writes("POST", "/v1/contracts/{contract}/correction", OWN),
    writes("POST", "/v1/contracts/{contract}/end", OWN),
    reads("POST", "/v1/suggestions:compute", MEDIATION_OR_OWN),
    writes("POST", "/v1/suggestions/{list}/reorder", OWN),
    // Whole: it names where every child of the city is placed.
    reads("GET", "/v1/suggestion-proof", CITY_PROOF),
    // Planners get figures only; the handler marks their answers as nothing read about persons.
    reads("POST", "/v1/rule-lab:run", LAB),
    reads("POST", "/v1/legal-claims:propose", MEDIATION),
    reads("POST", "/v1/decision-audits:run", MEDIATION_OR_AUDITOR),
    places("POST", "/v1/runs", PLANNING),
    places("GET", "/v1/runs", RUNS),
    places("GET", "/v1/runs/{run}", RUNS),
    places("POST", "/v1/runs/{run}/cancellation", PLANNING),
    places("GET", "/v1/runs/{run}/result", PLANNING),
    places("POST", "/v1/scenarios", PLANNERS),
    places("GET", "/v1/scenarios", SCENARIOS),
    places("GET", "/v1/scenarios:compare", SCENARIOS),
    places("GET", "/v1/scenarios/{scenario}", SCENARIOS),
    places("PUT", "/v1/scenarios/{scenario}", PLANNERS),
    places("GET", "/v1/scenarios/{scenario}/versions", SCENARIOS),
    places("GET", "/v1/scenarios/{scenario}/results", SCENARIOS),
    // Counts of children in it are released ones.
    places("GET", "/v1/scenarios/{scenario}/results/{table}", SCENARIOS),
    // Exact counts of the children of closing facilities.
    reads("GET", "/v1/scenarios/{scenario}/displacements", MEDIATION),
    places("POST", "/v1/catalogues:check", CATALOGUE),
    reads("POST", "/v1/catalogues:evaluate", OWN),
    places("GET", "/v1/catalogues/{provider}", ALL),
    places("PUT", "/v1/catalogues/{provider}", OWN_ADMIN),
    places("GET", "/v1/city/occupancy", CITY),
    // Single records of the official extracts: § 103 SGB VIII.
    reads("GET", "/v1/statistics/extracts/{extract}", STATISTICS),
    reads("GET", "/v1/statistics/extracts/{extract}/files/{file}", STATISTICS),
    reads("GET", "/v1/statistics/extracts/{extract}/differences", STATISTICS),
    reads("GET", "/v1/providers/{provider}/statistics-notices", OWN),
    places("GET", "/v1/statistics", ALL),
    places("GET", "/v1/statistics/{table}", ALL),
    // Released numbers; what the gate says of exact counts is logged.
    places("GET", "/v1/releases", LEDGER),
    places("GET", "/v1/releases/{release}", LEDGER),
    reads("GET", "/v1/releases:audit", LEDGER),
    reads("POST", "/v1/releases:check", LEDGER),
    reads("GET", "/v1/events", FEED),
    writes("POST", "/v1/sync/contracts", OWN),
    reads("GET", "/v1/audit/changes", AUDITOR),
    reads("GET", "/v1/audit/accesses", AUDITOR),
    places("GET", "/v1/audit/verification", AUDITOR),
    places("GET", "/v1/audit/breach-report", AUDITOR),
    places("POST", "/v1/tokens/revocations", ADMIN),
];

impl Route {
    /// The route of a method and an address with its keys in braces.
    pub(crate) fn of(method: &str, path: &str) -> Option<&'static Self> {
        // Whoever may read may ask whether there is something to read.
        let method = if method == "HEAD" { "GET" } else { method };
        ROUTES
            .iter()
            .find(|route| route.method == method && route.path == path)
    }

    /// How the access log names it.
    pub(crate) fn resource(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Routes about persons whose answers to planners hold figures only: a test of the routes looks
    /// for children in them.
    const FIGURES_FOR_PLANNERS: &[&str] = &["POST /v1/rule-lab:run"];

    #[test]
    fn planners_use_no_route_about_persons_and_statisticians_only_their_extracts_and_the_ledger() {
        for route in ROUTES
            .iter()
            .filter(|route| route.records == Records::Persons)
        {
            let resource = route.resource();
            // Single records go to the statistics office and nobody else (§ 103 SGB VIII).
            let is_extract = route.path.starts_with("/v1/statistics/extracts/");
            let is_ledger = route.path.starts_with("/v1/releases:");
            assert_eq!(
                route.roles.contains(&Role::CityStatistics),
                is_extract || is_ledger,
                "{resource}"
            );
            assert!(!is_extract || route.roles.len() == 1, "{resource}");
            assert_eq!(
                route.roles.contains(&Role::CityPlanner),
                FIGURES_FOR_PLANNERS.contains(&resource.as_str()),
                "{resource}"
            );
        }
    }

    #[test]
    fn only_people_of_a_provider_offer_and_conclude() {
        for path in [
            "/v1/offers",
            "/v1/contracts",
            "/v1/offers/{offer}/revocation",
        ] {
            let route = Route::of("POST", path).unwrap();
            assert!(
                route.roles.iter().all(|role| role.is_of_a_provider()),
                "{path}"
            );
        }
    }

    #[test]
    fn no_route_is_declared_twice_or_for_nobody() {
        for (place, route) in ROUTES.iter().enumerate() {
            assert_eq!(Route::of(route.method, route.path), Some(&ROUTES[place]));
            assert!(!route.roles.is_empty());
        }
        assert_eq!(Route::of("DELETE", "/v1/children/{child}"), None);
        assert!(Route::of("HEAD", "/v1/children/{child}").is_some());
    }
}
