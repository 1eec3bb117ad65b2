//! The console's pages of scenarios, as a browser without scripts uses them.

use axum::body::Body;
use axum::http::Request;
use domain::procedure::Role;
use jiff::civil::date;
use rstest::rstest;
use server::Ending;

use super::Database;
use super::city::City;
use super::client::{Answer, Client};

/// A browser with its cookie.
struct Browser {
    client: Client,
    cookie: String,
}

fn encoded(text: &str) -> String {
    let mut coded = String::new();
    for byte in text.bytes() {
        coded.push_str(&format!("%{byte:02X}"));
    }
    coded
}

/// The value of a hidden field of a form.
fn hidden(page: &str, name: &str) -> String {
    let field = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&field).expect("the form has the field");
    rest.split('"').next().unwrap_or_default().to_owned()
}

impl Browser {
    async fn get(&self, address: &str) -> Answer {
        let request = Request::get(address).header("cookie", &self.cookie);
        self.client
            .send(request.body(Body::empty()).expect("the address is one"))
            .await
    }

    async fn post(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let fields = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)));
        let form = fields.collect::<Vec<_>>().join("&");
        let request = Request::post(address)
            .header("cookie", &self.cookie)
            .header("origin", "null")
            .header("sec-fetch-site", "same-origin");
        let media_type = "application/x-www-form-urlencoded";
        self.client.send_text(request, media_type, form).await
    }

    /// Signs in with the token of a client.
    async fn signed_in(client: &Client, token: &str) -> Self {
        let mut browser = Self {
            client: client.clone(),
            cookie: String::new(),
        };
        let answer = browser
            .post("/scenarios/sign-in?lang=en", &[("token", token)])
            .await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        let cookie = answer.header("set-cookie");
        for guard in ["HttpOnly", "SameSite=Strict", "Path=/scenarios", "Secure"] {
            assert!(cookie.contains(guard), "{cookie}");
        }
        browser.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        browser
    }
}

const TEXT: &str = "name = \"Süd <b>&amp;\"\nfirst_month = \"2026-04\"\nmonths = 48\n\n[[demand]]\n\
    date = 2029-03-01\ncare_type = \"kindergarten\"\np10 = 1\np50 = 2\np90 = 3\n";

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn a_planner_writes_runs_and_compares_scenarios_without_scripts(#[case] database: Database) {
    let Some(city) = City::open(database, date(2026, 4, 1)).await else {
        return;
    };
    let (client, token) = city.client_and_token(Role::CityPlanner, "planner-1").await;
    let stranger = Browser {
        client: client.clone(),
        cookie: String::new(),
    };
    let turned_away = stranger.get("/scenarios").await;
    assert_eq!(turned_away.status, 303);
    assert!(
        turned_away
            .header("location")
            .starts_with("/scenarios/sign-in")
    );
    let wrong = stranger
        .post("/scenarios/sign-in?lang=en", &[("token", "pw_0")])
        .await;
    assert_eq!((wrong.status, wrong.header("set-cookie")), (403, ""));
    assert!(wrong.text().contains("The token is unknown"));

    let planner = Browser::signed_in(&client, &token).await;
    let form = planner.get("/scenarios/new?lang=en").await;
    let key = hidden(form.text(), "form_key");
    let bad = TEXT.replace("months", "month");
    let fields = [("text", bad.as_str()), ("parent", ""), ("form_key", &key)];
    let refused = planner.post("/scenarios/new?lang=en", &fields).await;
    assert_eq!(refused.status, 422);
    for told in [
        "E4003",
        "E4002",
        "<td class=\"number\">3</td>",
        "Süd &#60;b&#62;",
    ] {
        assert!(refused.text().contains(told), "{told}: {}", refused.text());
    }
    assert!(!refused.text().contains("<b>"), "texts are escaped");

    let fields = [("text", TEXT), ("parent", ""), ("form_key", &key)];
    let kept = planner.post("/scenarios/new?lang=en", &fields).await;
    assert_eq!(kept.status, 303, "{}", kept.text());
    let again = planner.post("/scenarios/new?lang=en", &fields).await;
    assert_eq!(
        again.header("location"),
        kept.header("location"),
        "sent twice"
    );
    let address = kept
        .header("location")
        .split('?')
        .next()
        .unwrap_or_default()
        .to_owned();
    let page = planner.get(&format!("{address}?lang=en")).await;
    assert!(page.text().contains("This version was not run yet."));

    let fields = [("version", "1"), ("form_key", "k1")];
    let asked = planner
        .post(&format!("{address}/runs?lang=en"), &fields)
        .await;
    assert_eq!(asked.status, 303);
    let run = asked.header("location").to_owned();
    let waiting = planner.get(&run).await;
    assert!(
        waiting.text().contains("http-equiv=\"refresh\"")
            && waiting.text().contains("Run: waiting")
    );
    assert_eq!(city.work_off_runs().await, [Ending::Finished]);
    assert_eq!(planner.get(&run).await.status, 303);
    let page = planner.get(&format!("{address}?lang=de")).await;
    for told in [
        "Ohne und mit Maßnahmen",
        "Gesamtstadt",
        "2 (1–3)",
        "rot: zu wenig",
    ] {
        assert!(page.text().contains(told), "{told}: {}", page.text());
    }
    let csv = planner.get(&format!("{address}/results/report.csv")).await;
    assert!(
        csv.text()
            .starts_with("date,area,area_name,care_type,demand_p10")
    );

    let edit = planner.get(&format!("{address}/edit?lang=en")).await;
    let (version, key) = (
        hidden(edit.text(), "version"),
        hidden(edit.text(), "form_key"),
    );
    let changed = TEXT.replace("p50 = 2", "p50 = 3");
    let fields = [
        ("text", changed.as_str()),
        ("version", &version),
        ("form_key", &key),
    ];
    let address_of_edit = format!("{address}/edit?lang=en");
    assert_eq!(planner.post(&address_of_edit, &fields).await.status, 303);
    let fields = [("text", TEXT), ("version", &version), ("form_key", "later")];
    let stale = planner.post(&address_of_edit, &fields).await;
    assert_eq!(stale.status, 412);
    assert!(stale.text().contains("In between somebody kept version 2"));

    let key = address.rsplit('/').next().unwrap_or_default();
    let compared = planner
        .get(&format!("/scenarios/compare?ids={key}&lang=en"))
        .await;
    assert_eq!(compared.status, 200, "{}", compared.text());
    assert!(compared.text().contains("±0"));
    who_may_not(&city, &planner, &address).await;
}

async fn who_may_not(city: &City, planner: &Browser, address: &str) {
    // A form of another site, with the cookie or not.
    let foreign = Request::post("/scenarios/new")
        .header("cookie", &planner.cookie)
        .header("origin", "https://elsewhere.example");
    let media_type = "application/x-www-form-urlencoded";
    let form = format!("text={}&parent=&form_key=k", encoded(TEXT));
    let refused = planner.client.send_text(foreign, media_type, form).await;
    refused.refused(400, "form-refused");

    let (client, token) = city.client_and_token(Role::Auditor, "auditor").await;
    let auditor = Browser::signed_in(&client, &token).await;
    let page = auditor.get(&format!("{address}?lang=en")).await;
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("Run this version") && !page.text().contains("Change</a>"));
    let fields = [("text", TEXT), ("parent", ""), ("form_key", "k")];
    let refused = auditor.post("/scenarios/new", &fields).await;
    refused.refused(403, "role-not-allowed");
    let fields = [("version", "1"), ("form_key", "k")];
    let refused = auditor.post(&format!("{address}/runs"), &fields).await;
    refused.refused(403, "role-not-allowed");

    let (client, token) = city.client_and_token(Role::Portal, "portal").await;
    let family = Browser::signed_in(&client, &token).await;
    family
        .get("/scenarios")
        .await
        .refused(403, "role-not-allowed");

    let out = auditor.post("/scenarios/sign-out", &[]).await;
    assert!(out.header("set-cookie").contains("Max-Age=0"));
}
