//! The page of providers: it needs no token, runs scripts of this server only, and has words for
//! everything the API can say.

use std::collections::{BTreeMap, BTreeSet};

use axum::Router;
use http_api::analysis::{Analyses, StaticTables};
use http_api::{Clock, Service, service_router};
use jiff::civil::date;
use store::SqlStore;

use super::*;

/// The scripts of the page, the first as the page names it and the others as they name each other.
const SCRIPTS: [(&str, &str); 7] = [
    ("provider.js", include_str!("../../assets/provider.js")),
    (
        "provider-words.js",
        include_str!("../../assets/provider-words.js"),
    ),
    (
        "provider-client.js",
        include_str!("../../assets/provider-client.js"),
    ),
    (
        "provider-page.js",
        include_str!("../../assets/provider-page.js"),
    ),
    (
        "provider-lists.js",
        include_str!("../../assets/provider-lists.js"),
    ),
    (
        "provider-offer.js",
        include_str!("../../assets/provider-offer.js"),
    ),
    (
        "provider-cascade.js",
        include_str!("../../assets/provider-cascade.js"),
    ),
];

/// Where the reasons of suggestion lists come from.
const SUGGESTIONS: &str = include_str!("../../src/analysis/suggestions.rs");
const ROUND: &str = include_str!("../../src/analysis/round.rs");

/// A text in German and English.
#[derive(Debug, PartialEq, Eq)]
struct InBoth<'a> {
    german: &'a str,
    english: &'a str,
}

/// The entries of a table of words: `key: { de: "…", en: "…" },`, one a line.
fn words(table: &str) -> BTreeMap<&'static str, InBoth<'static>> {
    let script = SCRIPTS[1].1;
    let start = format!("const {table} = {{\n");
    let (_, rest) = script.split_once(&start).expect("the table is there");
    let (body, _) = rest.split_once("\n};").expect("the table ends");
    let entry = |line: &'static str| {
        let (key, texts) = line.trim().split_once(": { de: \"").expect(line);
        let (german, rest) = texts.split_once("\", en: \"").expect(line);
        let english = rest.strip_suffix("\" },").expect(line);
        (key, InBoth { german, english })
    };
    body.lines().map(entry).collect()
}

/// The texts in quotation marks of a piece of code.
fn quoted(code: &str) -> impl Iterator<Item = &str> {
    code.split('"').skip(1).step_by(2)
}

fn is_key(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_lowercase());
    text.split('_').all(is_part)
}

/// The placeholders of a text.
fn placeholders(text: &str) -> BTreeSet<&str> {
    let opened = text.split('{').skip(1);
    opened.filter_map(|rest| rest.split('}').next()).collect()
}

/// The reasons as the documentation of the suggestions lists them.
fn documented_reasons() -> BTreeSet<&'static str> {
    let (_, rest) = SUGGESTIONS
        .split_once("/// Reasons of suggested rows:")
        .expect("the list of reasons is there");
    let (list, _) = rest.split_once("# Errors").expect("the list ends");
    list.split('`').skip(1).step_by(2).collect()
}

/// What the code of the suggestions names in the form of a reason.
fn reasons_in_code() -> BTreeSet<&'static str> {
    let lines = SUGGESTIONS.lines().chain(ROUND.lines());
    let code = lines.filter(|line| !line.trim_start().starts_with("//"));
    let named = code.flat_map(quoted).filter(|text| is_key(text));
    // The name of the analysis, in messages about failures.
    named.filter(|text| *text != "suggestions").collect()
}

/// The values of a tag that tells the kinds of a schema apart, as the description of the API has them.
fn kinds(schema: &str, tag: &str) -> Vec<String> {
    let description: serde_json::Value = serde_json::from_str(&http_api::openapi_json()).unwrap();
    let kinds = description["components"]["schemas"][schema]["oneOf"].clone();
    let kind = |one: &serde_json::Value| {
        let value = &one["properties"][tag]["enum"][0];
        value.as_str().expect("a tag has one value").to_owned()
    };
    kinds.as_array().expect(schema).iter().map(kind).collect()
}

#[tokio::test]
async fn the_page_of_providers_needs_no_token_and_speaks_both_languages() {
    let sentences = [
        ("de", "Von selbst wird nie ein Platz angeboten"),
        ("en", "nothing is ever offered by itself"),
    ];
    for (language, sentence) in sentences {
        let answer = get(&in_language("/provider", language)).await;
        assert_eq!(answer.status, StatusCode::OK);
        let text = answer.text();
        well_formed::check(text).unwrap();
        assert!(text.contains(&format!("<html lang=\"{language}\">")));
        for (other, foreign) in sentences {
            assert_eq!(text.contains(foreign), other == language, "{foreign}");
        }
        assert!(text.contains(sentence));
        assert_eq!(text.matches("<h1>").count(), 1);
        assert!(text.contains("aria-current=\"page\""));
        for attribute in ["for=\"", "aria-labelledby=\"", "aria-describedby=\""] {
            for named in text.split(attribute).skip(1) {
                let id = named.split('"').next().unwrap();
                assert!(text.contains(&format!(" id=\"{id}\"")), "{attribute}{id}");
            }
        }
        let heads = text.matches("<th ").count();
        assert_eq!(heads, text.matches("<th scope=\"col\"").count());
    }
    let request = Request::get("/provider").header(header::AUTHORIZATION, "Bearer pw_any");
    let with_token = send(&VIEW, request.body(Body::empty()).unwrap()).await;
    assert_eq!(with_token.body, get("/provider").await.body);
}

#[tokio::test]
async fn the_page_of_providers_runs_scripts_of_this_server_only_and_sends_no_form() {
    let answer = get("/provider?lang=en").await;
    let text = answer.text();
    let scripts: Vec<&str> = text.split("<script").skip(1).collect();
    assert_eq!(scripts.len(), 1);
    assert!(scripts[0].starts_with(" type=\"module\" src=\"/assets/provider.js\"></script>"));
    for forbidden in [" style=", "javascript:", "://", " action=", "formaction"] {
        assert!(!text.contains(forbidden), "{forbidden}");
    }
    for tag in text.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap();
        let mut attributes = tag.split_ascii_whitespace().skip(1);
        assert!(!attributes.any(|it| it.starts_with("on")), "<{tag}>");
    }
    // What has no name is in no form that is sent, so it never stands in an address.
    let (_, main) = text.split_once("<main").unwrap();
    assert!(!main.contains(" name=\""));
    let policy = answer.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "form-action 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"));
    let other = get("/").await;
    let other = other.header("content-security-policy");
    assert!(!other.contains("script-src"), "other pages run no script");
}

#[tokio::test]
async fn scripts_of_the_page_are_served_as_such_and_put_no_markup_into_it() {
    let mut named = BTreeSet::from(["provider.js"]);
    for (name, script) in SCRIPTS {
        let answer = get(&format!("/assets/{name}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}");
        let media_type = answer.header("content-type");
        assert_eq!(media_type, "text/javascript; charset=utf-8");
        assert_eq!(answer.text(), script);
        for forbidden in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "Function(",
            "localStorage",
            "document.cookie",
            "setTimeout",
            "setInterval",
        ] {
            assert!(!script.contains(forbidden), "{name} has {forbidden}");
        }
        let addresses: Vec<&str> = quoted(script).filter(|it| it.contains("://")).collect();
        let is_a_name = |it: &&str| **it == *"http://www.w3.org/2000/svg";
        assert!(addresses.iter().all(is_a_name), "{name}: {addresses:?}");
        let imports = script.split("from \"./").skip(1);
        named.extend(imports.map(|rest| rest.split('"').next().unwrap()));
    }
    assert_eq!(named, SCRIPTS.iter().map(|(name, _)| *name).collect());
}

#[test]
fn places_are_offered_in_one_place_only_where_a_person_sends_the_form() {
    let offering = SCRIPTS.map(|(name, script)| (name, script.matches("\"/v1/offers\"").count()));
    let offering: Vec<_> = offering
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .collect();
    assert_eq!(offering, [("provider-offer.js", 1)]);
    let script = SCRIPTS[5].1;
    assert_eq!(script.matches("send()").count(), 2, "defined, and called");
    let (before, _) = script.split_once("send();").unwrap();
    let listener = before.rfind("addEventListener(\"submit\"").unwrap();
    assert!(!before[listener..].contains("});"), "called on submit only");
}

#[test]
fn every_reason_of_a_suggestion_list_has_words_in_both_languages() {
    let words = words("REASONS");
    let known: BTreeSet<&str> = words.keys().copied().collect();
    assert_eq!(known, documented_reasons());
    for reason in reasons_in_code() {
        assert!(known.contains(reason), "{reason:?} has no words");
    }
    assert!(reasons_in_code().len() > 12, "{:?}", reasons_in_code());
}

#[test]
fn the_reasons_for_another_order_are_those_of_the_audit() {
    let offered: Vec<&str> = words("DEVIATIONS").into_keys().collect();
    let mut audited: Vec<&str> = matching::DeviationReason::all()
        .map(matching::DeviationReason::code)
        .collect();
    audited.sort_unstable();
    assert_eq!(offered, audited);
}

#[test]
fn every_word_a_script_asks_for_is_there_in_both_languages() {
    let words = words("WORDS");
    for (key, said) in &words {
        assert!(!said.german.is_empty() && !said.english.is_empty(), "{key}");
        let values = placeholders(said.german);
        assert_eq!(values, placeholders(said.english), "{key}");
    }
    let mut asked = BTreeSet::new();
    for (name, script) in SCRIPTS {
        for call in script.split("word(").skip(1) {
            // The key, or a choice between keys, is the first argument.
            let argument = call.split([',', ')']).next().unwrap();
            if name != "provider-words.js" {
                asked.extend(quoted(argument).filter(|key| is_key(key)));
            }
        }
    }
    for key in &asked {
        assert!(words.contains_key(key), "{key:?} has no words");
    }
    assert!(asked.len() > 80, "{asked:?}");
    // Keys that begin with what the script says and end with what the API says.
    for (start, schema, tag) in [
        ("offer_state", "OfferState", "state"),
        ("cause", "FreedPlaceCause", "cause"),
        ("outcome", "FreedPlaceOutcome", "outcome"),
        ("days_from", "ChainDaysFrom", "from"),
    ] {
        for kind in kinds(schema, tag) {
            let key = format!("{start}_{kind}");
            assert!(words.contains_key(key.as_str()), "{key:?} has no words");
        }
    }
    for reason in ["offered", "offer_confirmed"] {
        assert!(words.contains_key(format!("mark_{reason}").as_str()));
        assert!(documented_reasons().contains(reason));
    }
}

#[tokio::test]
async fn the_page_of_providers_is_there_without_the_pages_for_planners() {
    let service = async |is_demo: bool| -> Router {
        let store = SqlStore::in_memory().await.unwrap();
        let clock = Clock::fixed_on(date(2026, 11, 22)).unwrap();
        let service = Service::new(store, clock, Analyses::new(StaticTables::new()));
        service_router(if is_demo { service.as_demo() } else { service })
    };
    let get = async |router: &Router, path: &str| {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    };
    let real = service(false).await;
    let (status, page) = get(&real, "/provider").await;
    assert_eq!(status, StatusCode::OK);
    well_formed::check(&page).unwrap();
    assert!(!page.contains("Synthetische Daten"));
    for link in page.split("href=\"/").skip(1) {
        let path = link.split(['"', '?']).next().unwrap();
        assert!(["provider", "assets/console.css"].contains(&path), "{path}");
        assert_eq!(get(&real, &format!("/{path}")).await.0, StatusCode::OK);
    }
    assert_eq!(get(&real, "/").await.0, StatusCode::NOT_FOUND);
    let demo = service(true).await;
    assert!(
        get(&demo, "/provider")
            .await
            .1
            .contains("Synthetische Daten")
    );
}
