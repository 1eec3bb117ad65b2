//! Pages, endpoints and refusals, asked through the router without a socket.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

mod forecasts;
mod made_up;
mod made_up_forecasts;
mod provider;
mod well_formed;

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;
use arrow::ipc::reader::StreamReader;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_api::{ERROR_CODES, PlannerView, router};
use tower::ServiceExt;

static VIEW: LazyLock<Arc<PlannerView>> = LazyLock::new(|| Arc::new(made_up::view()));

const PAGES: [&str; 11] = [
    "/",
    "/occupancy",
    "/forecast",
    "/demand",
    "/levers",
    "/honesty",
    "/map",
    "/scenario",
    "/tables",
    "/tables/children-by-area",
    "/method",
];

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

async fn send(view: &Arc<PlannerView>, request: Request<Body>) -> Answer {
    let response = router(Arc::clone(view)).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
    }
}

async fn get(path: &str) -> Answer {
    send(&VIEW, Request::get(path).body(Body::empty()).unwrap()).await
}

async fn get_as(path: &str, accept: &str) -> Answer {
    let request = Request::get(path).header(header::ACCEPT, accept);
    send(&VIEW, request.body(Body::empty()).unwrap()).await
}

fn in_language(path: &str, language: &str) -> String {
    let joint = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joint}lang={language}")
}

#[tokio::test]
async fn every_page_answers_in_both_languages_and_its_tags_are_balanced() {
    for path in PAGES {
        for (language, banner) in [("de", "Synthetische Daten"), ("en", "Synthetic data")] {
            let answer = get(&in_language(path, language)).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            let text = answer.text();
            well_formed::check(text).unwrap_or_else(|problem| panic!("{path}: {problem}"));
            assert!(
                text.contains(&format!("<html lang=\"{language}\">")),
                "{path}"
            );
            assert!(
                text.contains(banner),
                "{path} hides that the data are made up"
            );
            assert!(text.contains("class=\"skip\" href=\"#content\""));
            assert!(text.contains("aria-current=\"page\""), "{path}");
            assert_eq!(answer.header("content-language"), language);
            assert_eq!(text.matches("<h1>").count(), 1, "{path}");
        }
    }
}

#[tokio::test]
async fn pages_of_an_empty_view_say_that_there_is_nothing_yet() {
    let city = disclosure::Label::new("Leer", "Empty");
    let view = Arc::new(PlannerView::empty(
        city,
        jiff::civil::date(2026, 11, 1),
        "0.1.0",
    ));
    for path in [
        "/",
        "/occupancy",
        "/forecast",
        "/demand",
        "/levers",
        "/honesty",
        "/map",
        "/scenario",
        "/tables",
        "/method",
    ] {
        let answer = send(&view, Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        well_formed::check(answer.text()).unwrap();
        assert!(answer.text().contains(" noch kein"), "{path}");
        assert!(!answer.text().contains("Synthetische Daten"));
    }
}

#[tokio::test]
async fn no_page_loads_or_links_anything_from_elsewhere_and_all_links_lead_somewhere() {
    let mut seen = std::collections::BTreeSet::new();
    for path in PAGES {
        let answer = get(&in_language(path, "en")).await;
        let text = answer.text();
        assert!(!text.contains("://"), "{path} names an address elsewhere");
        for forbidden in ["<script", " style=", "javascript:", " onclick"] {
            assert!(!text.contains(forbidden), "{path} has {forbidden}");
        }
        for attribute in ["href=\"", "src=\""] {
            for link in text.split(attribute).skip(1) {
                let link = link
                    .split('"')
                    .next()
                    .unwrap()
                    .replace("&#38;", "&")
                    .replace("&amp;", "&");
                seen.insert(link);
            }
        }
    }
    for link in seen.iter().filter(|link| !link.starts_with('#')) {
        assert!(link.starts_with('/') && !link.starts_with("//"), "{link}");
        assert_eq!(get(link).await.status, StatusCode::OK, "{link}");
    }
    assert!(seen.len() > 20, "{seen:?}");
}

#[tokio::test]
async fn every_answer_has_the_security_headers_and_a_correlation_id_of_its_own() {
    let mut ids = std::collections::BTreeSet::new();
    for path in [
        "/",
        "/health",
        "/v1/children/1",
        "/nowhere",
        "/assets/console.css",
        "/charts/map-nursery.svg",
    ] {
        let answer = get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
            "{path}"
        );
        assert!(policy.contains("frame-ancestors 'none'"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(
            ids.insert(answer.header("x-correlation-id").to_owned()),
            "{path}"
        );
    }
    assert!(ids.iter().all(|id| id.len() == 36), "{ids:?}");
}

#[tokio::test]
async fn problems_have_a_stable_type_a_listed_number_and_the_correlation_id() {
    let cases = [
        ("/nowhere", 404, "not-found", "E8201"),
        ("/v1/tables/none", 404, "unknown-name", "E8202"),
        ("/tables/none", 404, "unknown-name", "E8202"),
        ("/v1/forecasts/none", 404, "unknown-name", "E8202"),
        ("/forecast?group=none", 404, "unknown-name", "E8202"),
        ("/charts/none.svg", 404, "unknown-name", "E8202"),
        ("/charts/map-nursery.png", 404, "unknown-name", "E8202"),
        (
            "/scenario?choice=2028-03-01+after_school",
            404,
            "unknown-name",
            "E8202",
        ),
        (
            "/v1/tables/children-by-area?format=xml",
            400,
            "bad-value",
            "E8206",
        ),
        ("/scenario?choice=tomorrow", 400, "bad-value", "E8206"),
        ("/v1/children", 403, "children-never-leave", "E8204"),
        ("/v1/children/42", 403, "children-never-leave", "E8204"),
        (
            "/v1/children/42/contracts?format=csv",
            403,
            "children-never-leave",
            "E8204",
        ),
    ];
    for (path, status, kind, code) in cases {
        let answer = get(path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{path}"
        );
        let problem = answer.json();
        assert_eq!(
            problem["type"],
            format!("urn:placewright:problem:{kind}"),
            "{path}"
        );
        assert_eq!(problem["code"], code, "{path}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["instance"], path.split('?').next().unwrap());
        assert_eq!(problem["correlation_id"], answer.header("x-correlation-id"));
        assert!(ERROR_CODES.iter().any(|listed| listed.code == code));
    }
}

#[tokio::test]
async fn wrong_methods_and_formats_are_refused_and_readers_get_a_page() {
    let post = Request::post("/v1/occupancy").body(Body::empty()).unwrap();
    let answer = send(&VIEW, post).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.json()["code"], "E8205");
    assert!(answer.header("allow").contains("GET"));
    let answer = get_as("/v1/tables/children-by-area", "image/png").await;
    assert_eq!(
        (answer.status, &answer.json()["code"]),
        (StatusCode::NOT_ACCEPTABLE, &"E8203".into())
    );
    let answer = get_as("/nowhere?lang=en", "text/html,*/*;q=0.8").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    well_formed::check(answer.text()).unwrap();
    assert!(answer.text().contains("There is no such page"));
    assert!(answer.text().contains(answer.header("x-correlation-id")));
    let english = get("/v1/children/1?lang=en").await;
    assert_eq!(
        english.json()["title"],
        "Rows of children are never given out"
    );
}

#[tokio::test]
async fn the_language_follows_the_header_unless_the_address_names_one() {
    let ask = async |path: &str, language: &str| {
        let request = Request::get(path).header(header::ACCEPT_LANGUAGE, language);
        let answer = send(&VIEW, request.body(Body::empty()).unwrap()).await;
        answer.text().contains("<h1>Overview</h1>")
    };
    assert!(ask("/", "en-GB,de;q=0.5").await);
    assert!(!ask("/?lang=de", "en-GB").await);
    assert!(!ask("/", "fr").await, "German unless asked otherwise");
}

#[tokio::test]
async fn a_released_table_is_the_same_in_all_three_formats() {
    let path = "/v1/tables/children-by-area";
    let json = get(path).await;
    assert_eq!(json.header("content-type"), "application/json");
    let table = VIEW.tables[0].table();
    assert_eq!(
        json.header("etag"),
        format!("\"{}-json\"", table.content_hash())
    );
    let cells = json.json()["cells"].as_array().unwrap().clone();
    let csv = get_as(path, "text/csv").await;
    assert_eq!(csv.header("content-type"), "text/csv");
    assert!(
        csv.header("content-disposition")
            .contains("children-by-area.csv")
    );
    assert_eq!(
        csv.text().lines().next(),
        Some("area,care_type,value,status")
    );
    assert_eq!(csv.text().lines().count(), cells.len() + 1);

    let stream = get_as(path, "application/vnd.apache.arrow.stream").await;
    assert_eq!(
        stream.header("content-type"),
        "application/vnd.apache.arrow.stream"
    );
    let reader = StreamReader::try_new(stream.body.as_slice(), None).unwrap();
    let facts = reader.schema().metadata().clone();
    assert_eq!(facts["content_sha256"], table.content_hash());
    assert!(facts["method_note_de"].contains("gesperrt"));
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    let rows: usize = batches.iter().map(|batch| batch.num_rows()).sum();
    assert_eq!(rows, cells.len());
    let batch = &batches[0];
    let values = batch
        .column_by_name("value")
        .unwrap()
        .as_primitive::<Int64Type>();
    let status = batch.column_by_name("status").unwrap().as_string::<i32>();
    for (row, cell) in cells.iter().enumerate() {
        assert_eq!(status.value(row), cell["status"].as_str().unwrap());
        let value = (!values.is_null(row)).then(|| values.value(row));
        assert_eq!(value, cell["value"].as_i64());
    }
    assert!(
        values.null_count() >= 4,
        "the small cell and those that protect it are empty"
    );
    let again = get_as(path, "application/vnd.apache.arrow.stream").await;
    assert_eq!(again.body, stream.body, "the same bytes every time");
}

#[tokio::test]
async fn a_client_that_has_the_table_is_told_so() {
    let first = get("/v1/tables/children-by-area").await;
    let request = Request::get("/v1/tables/children-by-area")
        .header(header::IF_NONE_MATCH, first.header("etag"));
    let second = send(&VIEW, request.body(Body::empty()).unwrap()).await;
    assert_eq!(second.status, StatusCode::NOT_MODIFIED);
    assert!(second.body.is_empty());
}

#[tokio::test]
async fn occupancy_and_forecasts_come_as_json_csv_and_arrow() {
    let occupancy = get("/v1/occupancy").await.json();
    assert_eq!(occupancy["rows"].as_array().unwrap().len(), 24);
    assert_eq!(
        occupancy["rows"][23]["bookable"],
        serde_json::Value::Null,
        "nobody attested: unknown"
    );
    assert!(
        occupancy["sections"][0]["method_note"]["de"]
            .as_str()
            .unwrap()
            .contains("gesperrt")
    );
    let csv = get("/v1/occupancy?format=csv").await;
    assert!(
        csv.text()
            .starts_with("section,month,licensed,planned,staffed,contracts,bookable,")
    );
    let area = "/v1/forecasts/Neustadt%20%26%20Hafen";
    let json = get(area).await.json();
    assert_eq!(json["area"], "Neustadt & Hafen");
    let csv = get_as(area, "text/csv").await;
    assert!(
        csv.text()
            .starts_with("area,year,group,mean,q025,q10,q50,q90,q975\n"),
        "{}",
        csv.text()
    );
    let stream = get_as(area, "application/vnd.apache.arrow.stream").await;
    let mut reader = StreamReader::try_new(stream.body.as_slice(), None).unwrap();
    let rows = reader.next().unwrap().unwrap().num_rows();
    assert_eq!(rows, json["rows"].as_array().unwrap().len());
    assert_eq!(rows, 8 * 8, "two groups and six ages, eight years each");
}

#[tokio::test]
async fn every_picture_is_an_svg_in_the_language_asked_for() {
    for (path, german) in [
        ("/charts/occupancy-city.svg", "Plätze"),
        ("/charts/map-nursery.svg", "Krippenkinder"),
        ("/charts/forecast.svg?area=Altstadt&group=K", "Prognose"),
        ("/charts/scenario.svg", "Szenario"),
        ("/charts/demand.svg?care_type=nursery", "Bedarf an Plätzen"),
        ("/charts/honesty-calibration.svg", "Stimmen die Intervalle?"),
        ("/charts/honesty-editions.svg?group=K", "Beispielstadt, K"),
        ("/charts/honesty-areas.svg", "daneben lagen"),
        (
            "/charts/levers.svg?dwellings=900",
            "Ohne und mit Stellschraube",
        ),
    ] {
        let answer = get(&in_language(path, "de")).await;
        assert_eq!(answer.header("content-type"), "image/svg+xml", "{path}");
        assert!(answer.text().contains(german), "{path}");
        let english = get(&in_language(path, "en")).await;
        assert!(
            english.text().contains("lang=\"en\"") && english.body != answer.body,
            "{path}"
        );
    }
}

#[tokio::test]
async fn lights_say_their_colour_in_words_and_unknown_is_never_free() {
    let scenario = get("/scenario").await;
    for word in ["grün: reicht", "gelb: knapp", "rot: zu wenig"] {
        assert!(scenario.text().contains(word), "{word}");
    }
    let occupancy = get("/occupancy").await;
    let last = occupancy.text().split(">Dez 2027").nth(1).unwrap();
    let row = last.split("</tr>").next().unwrap();
    assert!(
        row.contains("unbekannt") && row.contains("384 von 384"),
        "{row}"
    );
}

#[tokio::test]
async fn what_a_finding_says_cannot_become_markup() {
    let page = get("/?lang=en").await;
    assert!(!page.text().contains("<South>"));
    assert!(page.text().contains("South"));
}

#[tokio::test]
async fn health_tells_version_and_state_as_json() {
    let health = get("/health").await.json();
    assert_eq!(health["status"], "ok");
    assert_eq!(health["synthetic"], true);
    assert_eq!(health["as_of"], "2026-11-01");
}

#[tokio::test]
async fn the_overview_reads_like_this() {
    insta::assert_snapshot!("overview_german", get("/").await.text());
    insta::assert_snapshot!("overview_english", get("/?lang=en").await.text());
}
