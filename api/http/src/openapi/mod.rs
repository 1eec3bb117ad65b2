//! The description of the API (OpenAPI 3.1), from the code.
//!
//! Handlers describe their bodies; what holds for every route - token, roles, headers, problems - is
//! added here from the table of roles, and the German labels from [`labels`].

mod labels;
mod problem;

use std::sync::Arc;

use domain::procedure::Role;
use serde_json::Value;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required,
    ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use crate::access::Route;
use crate::resources;
use crate::service::Service;
use crate::vocabulary::Key;
use problem::{Fault, ProblemDocument, WrongRow};

/// Name of the security scheme.
const TOKEN: &str = "token";

/// Tag, what it is about, and the German word.
const TAGS: &[(&str, &str, &str)] = &[
    ("operations", "The service itself", "Betrieb"),
    ("providers", "Who takes part", "Träger"),
    (
        "facilities",
        "Places, licences, capacities",
        "Einrichtungen",
    ),
    ("existing children", "The initial load", "Bestandskinder"),
    ("children", "Children under pseudonyms", "Kinder"),
    (
        "applications",
        "Applications of a child at a facility",
        "Anmeldungen",
    ),
    ("offers", "Places offered by people", "Platzangebote"),
    ("contracts", "Care contracts", "Betreuungsverträge"),
    ("suggestions", "Proposals with reasons", "Vorschläge"),
    (
        "rule lab",
        "What other mechanisms would have done",
        "Regelvergleich",
    ),
    (
        "runs",
        "Forecasts, back-tests, demand, levers and scenarios, done in the background",
        "Rechenläufe",
    ),
    (
        "scenarios",
        "Measures of planners, in versions, and what they come to",
        "Szenarien",
    ),
    ("catalogues", "Criteria catalogues", "Kriterienkataloge"),
    ("city", "Released numbers for the city", "Stadt"),
    (
        "statistics",
        "Official extracts (single records) and the standing set of released tables",
        "Amtliche und laufende Statistik",
    ),
    (
        "releases",
        "The release ledger: what was released, the gate, the attacker",
        "Verzeichnis der Freigaben",
    ),
    ("events", "The change feed", "Änderungsdienst"),
    ("sync", "Provider software", "Kita-Verwaltungsprogramme"),
    ("audit", "The two logs", "Protokolle"),
    ("accounts", "Tokens", "Zugänge"),
];

/// All routes of the procedure with their description.
pub(crate) fn routes() -> OpenApiRouter<Arc<Service>> {
    OpenApiRouter::with_openapi(frame()).merge(resources::routes())
}

/// The description of the API.
///
/// ```
/// let api = http_api::openapi();
/// assert!(api.paths.get_path_item("/v1/contracts").is_some());
/// ```
#[must_use]
pub fn openapi() -> OpenApi {
    let (_, mut api) = routes().split_for_parts();
    for (path, item) in &mut api.paths.paths {
        let operations = [
            ("GET", &mut item.get),
            ("PUT", &mut item.put),
            ("POST", &mut item.post),
            ("DELETE", &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                complete(method, path, operation);
            }
        }
    }
    let components = api.components.get_or_insert_with(Components::new);
    for (name, schema) in [
        (ProblemDocument::name(), ProblemDocument::schema()),
        (WrongRow::name(), WrongRow::schema()),
        (Fault::name(), Fault::schema()),
        (Key::name(), Key::schema()),
    ] {
        components.schemas.insert(name.into_owned(), schema);
    }
    api
}

/// The description of the API as JSON with German labels, as committed in `docs/openapi.json`.
#[must_use]
pub fn openapi_json() -> String {
    let mut document = serde_json::to_value(openapi()).unwrap_or(Value::Null);
    labels::add(&mut document);
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn frame() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Placewright")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Placement of children in childcare: applications, offers, contracts, places. \
             Platzvergabe in der Kindertagesbetreuung. Shapes and conventions in short: docs/API.md.",
        ));
    let tags = TAGS.iter().map(|(name, english, german)| {
        let description = format!("{english} ({german})");
        TagBuilder::new()
            .name(*name)
            .description(Some(description))
            .build()
    });
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    let mut components = Components::new();
    components.add_security_scheme(TOKEN, SecurityScheme::Http(scheme));
    OpenApiBuilder::new()
        .info(info.build())
        .tags(Some(tags))
        .components(Some(components))
        .build()
}

/// Adds what holds for every route.
fn complete(method: &str, path: &str, operation: &mut Operation) {
    let mut parameters: Vec<Parameter> = keys(path).map(key_parameter).collect();
    if matches!(method, "POST" | "PUT" | "DELETE") {
        parameters.push(header(
            "Idempotency-Key",
            "Makes a repeated request harmless: 1 to 128 visible ASCII characters",
            method == "POST",
        ));
        let about = "Entity tag of the child, else the facility, else the provider, as read";
        parameters.push(header("If-Match", about, false));
    }
    let about = "Names the request in answers and logs; made if absent";
    parameters.push(header("x-correlation-id", about, false));
    let known = operation.parameters.get_or_insert_with(Vec::new);
    known.splice(0..0, parameters.into_iter().map(RefOr::T));
    let responses = &mut operation.responses.responses;
    responses.insert("default".to_owned(), RefOr::T(problem_response()));
    operation.security = Some(vec![SecurityRequirement::new(TOKEN, [] as [&str; 0])]);
    let roles = Route::of(method, path).map_or(&[] as &[Role], |route| route.roles);
    let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    let extensions = Extensions::builder().add("x-roles", roles).build();
    operation.extensions = Some(extensions);
}

/// Names in braces.
fn keys(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn key_parameter(name: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(Ref::from_schema_name(Key::name())))
        .build()
}

fn header(name: &str, about: &str, is_required: bool) -> Parameter {
    let required = if is_required {
        Required::True
    } else {
        Required::False
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some(about))
        .schema(Some(String::schema()))
        .build()
}

fn problem_response() -> utoipa::openapi::Response {
    let schema = Ref::from_schema_name(ProblemDocument::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new()
        .description("A problem (RFC 9457)")
        .content("application/problem+json", content)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::ROUTES;

    #[test]
    fn every_described_route_has_roles_and_every_route_with_roles_is_described() {
        let api = openapi();
        for route in ROUTES {
            let item = api.paths.get_path_item(route.path);
            let item = item.unwrap_or_else(|| panic!("{} is not described", route.path));
            let operation = match route.method {
                "GET" => &item.get,
                "PUT" => &item.put,
                "POST" => &item.post,
                _ => &item.delete,
            };
            assert!(operation.is_some(), "{} {}", route.method, route.path);
        }
        for (path, item) in &api.paths.paths {
            let described = [
                ("GET", item.get.is_some()),
                ("PUT", item.put.is_some()),
                ("POST", item.post.is_some()),
                ("DELETE", item.delete.is_some()),
                ("PATCH", item.patch.is_some()),
            ];
            for (method, _) in described.iter().filter(|(_, is_there)| *is_there) {
                assert!(
                    Route::of(method, path).is_some(),
                    "{method} {path} has no roles"
                );
            }
        }
    }

    #[test]
    fn the_description_is_openapi_3_1_and_every_field_has_a_german_label() {
        let document: Value = serde_json::from_str(&openapi_json()).unwrap();
        assert_eq!(document["openapi"], "3.1.0");
        let mut missing = Vec::new();
        labels::each_property(&mut document.clone(), &mut |name, property| {
            if property.get("x-label-de").is_none() && !missing.contains(&name.to_owned()) {
                missing.push(name.to_owned());
            }
        });
        assert!(missing.is_empty(), "without a German label: {missing:?}");
    }

    #[test]
    fn writes_ask_for_an_idempotency_key_and_all_name_problems_and_roles() {
        let document: Value = serde_json::from_str(&openapi_json()).unwrap();
        let offers = &document["paths"]["/v1/offers"]["post"];
        let parameters = offers["parameters"].as_array().unwrap();
        let key = parameters.iter().find(|it| it["name"] == "Idempotency-Key");
        assert_eq!(key.unwrap()["required"], true);
        assert!(offers["responses"]["default"].is_object());
        assert_eq!(
            offers["x-roles"],
            serde_json::json!(["provider.admin", "provider.staff"])
        );
    }
}
