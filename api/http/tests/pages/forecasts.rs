//! Pages and tables of demand by month, levers and past errors.

use axum::http::StatusCode;
use http_api::{LeversView, ViewError};

use crate::{get, get_as, in_language, made_up_forecasts, well_formed};

/// The cells of the first table whose caption holds the words, row by row.
fn rows(page: &str, words: &str) -> Vec<Vec<String>> {
    let table = page
        .split("<caption>")
        .skip(1)
        .find(|table| table.split("</caption>").next().unwrap().contains(words));
    let table = table.unwrap_or_else(|| panic!("no table {words:?}"));
    let body = table.split("<tbody>").nth(1).unwrap();
    let body = body.split("</tbody>").next().unwrap();
    let cells = |row: &str| {
        let cells = row.split(['<', '>']).map(str::trim);
        let is_text = |text: &&str| {
            !text.is_empty()
                && !text.starts_with(['/', '\n'])
                && !text.starts_with("td")
                && !text.starts_with("th")
                && !text.starts_with("tr")
        };
        cells.filter(is_text).map(str::to_owned).collect::<Vec<_>>()
    };
    body.split("</tr>")
        .map(cells)
        .filter(|row| !row.is_empty())
        .collect()
}

#[tokio::test]
async fn the_demand_page_shows_the_wave_of_august_and_every_month_as_a_table() {
    let page = get("/demand?area=Altstadt&care_type=kindergarten&lang=en").await;
    let text = page.text();
    well_formed::check(text).unwrap();
    let waves = rows(text, "turn of the school year");
    assert_eq!(waves.len(), 2, "{waves:?}");
    let number = |text: &str| text.replace(',', "").parse::<f64>().unwrap();
    assert!(
        number(&waves[0][1]) > number(&waves[0][2]),
        "kindergarten empties in August: {waves:?}"
    );
    assert!(waves[0][4].starts_with('−'), "{waves:?}");
    let after_school = get("/demand?care_type=after_school&lang=en").await;
    let waves = rows(after_school.text(), "turn of the school year");
    assert!(waves.iter().all(|row| row.len() == 5), "{waves:?}");
    assert_eq!(rows(text, "Places needed").len(), 24);
    // What was learned is told and cannot become markup.
    assert!(text.contains("E4053: four yearly counts") && !text.contains("<are>"));
    for (path, code) in [
        ("/demand?area=nowhere", "E8202"),
        ("/demand?care_type=school", "E8206"),
        ("/charts/demand.svg?area=nowhere", "E8202"),
        ("/v1/demand/nowhere", "E8202"),
    ] {
        assert_eq!(get(path).await.json()["code"], code, "{path}");
    }
}

#[tokio::test]
async fn demand_comes_as_json_csv_and_parquet_and_adds_up() {
    let json = get("/v1/demand/_total").await.json();
    let rows = json["rows"].as_array().unwrap();
    // Three views, four care types and their sum, 24 months.
    assert_eq!(rows.len(), 3 * 5 * 24);
    let mean = |care: &str| {
        let found = rows.iter().find(|row| {
            row["view"] == "residence" && row["care_type"] == care && row["month"] == "2026-07"
        });
        found.unwrap()["mean"].as_f64().unwrap()
    };
    let parts = ["childminding", "nursery", "kindergarten", "after_school"];
    let sum: f64 = parts.map(mean).iter().sum();
    assert!((sum - mean("all")).abs() < 0.01);
    let csv = get_as("/v1/demand/Altstadt", "text/csv").await;
    let header = "view,area,care_type,month,mean,q025,q10,q50,q90,q975\n";
    assert!(csv.text().starts_with(header), "{:.80}", csv.text());
    let parquet = get("/v1/demand/Altstadt?format=parquet").await;
    assert!(parquet.body.starts_with(b"PAR1"));
}

#[tokio::test]
async fn the_page_of_honesty_shows_pictures_tables_card_and_says_what_is_real() {
    let page = get("/honesty?group=K&lang=en").await;
    let text = page.text();
    well_formed::check(text).unwrap();
    assert!(text.contains("Synthetic data"));
    for picture in ["editions", "calibration", "areas"] {
        let address = format!("/charts/honesty-{picture}.svg?city=city&#38;group=K&#38;lang=en");
        assert!(text.contains(&address), "{address}");
    }
    assert!(!text.contains("honesty-map"), "there are no outlines");
    let scores = rows(text, "Error, bias and coverage");
    // Whole city and smallest areas; all years ahead together, and three by themselves.
    assert_eq!(scores.len(), 2 * 4, "{scores:?}");
    assert_eq!(scores[0][..2], ["whole city", "all"]);
    assert!(text.contains("Model card") && text.contains("2019 – 2024"));
    let real = get("/honesty?city=real&lang=en").await;
    assert!(real.text().contains("Real population counts"));
    assert!(!real.text().contains("Synthetic data"));
    for (path, code) in [
        ("/honesty?city=nowhere", "E8202"),
        ("/honesty?group=nobody", "E8202"),
        ("/charts/honesty-map.svg?city=city", "E8202"),
        ("/v1/forecasts/honesty?city=nowhere", "E8202"),
        ("/v1/forecasts/honesty?table=children", "E8202"),
    ] {
        assert_eq!(get(path).await.json()["code"], code, "{path}");
    }
}

#[tokio::test]
async fn every_table_of_honesty_can_be_had_with_the_model_card() {
    let json = get("/v1/forecasts/honesty").await.json();
    assert_eq!(json["city"], "city");
    assert_eq!(json["cities"], serde_json::json!(["city", "real"]));
    assert_eq!(
        (&json["synthetic"], &json["model_card"]["areas"]),
        (&true.into(), &3.into())
    );
    let real = get("/v1/forecasts/honesty?city=real").await.json();
    assert_eq!(real["synthetic"], false);
    for (table, header, count) in [
        (
            "scores",
            "level,group,horizon,origins,forecasts,wape,bias,coverage80,coverage95,weighted_interval_score,verdict",
            2 * 2 * 4,
        ),
        (
            "calibration",
            "level,group,quantile,outcomes_below,cases",
            2 * 2 * 5,
        ),
        (
            "areas",
            "group,area,forecasts,mean_outcome,wape,bias",
            2 * 3,
        ),
        (
            "editions",
            "area,group,origin_year,year,mean,q025,q10,q50,q90,q975,observed",
            2 * 6 * 3,
        ),
    ] {
        let csv = get(&format!("/v1/forecasts/honesty?table={table}&format=csv")).await;
        assert_eq!(csv.text().lines().next(), Some(header));
        assert_eq!(csv.text().lines().count(), count + 1, "{table}");
    }
}

#[tokio::test]
async fn a_new_quarter_is_reckoned_without_javascript_and_a_wrong_one_is_told_with_its_number() {
    let path =
        "/levers?area=Pieschen&group=U3&year=2027&dwellings=1.000&dwelling_type=any&per_dwelling=";
    // 1.000 is one dwelling: only the comma and the point of decimals are read.
    let one = get(&in_language(path, "de")).await;
    well_formed::check(one.text()).unwrap();
    let thousand = get("/levers?area=Pieschen&group=U3&year=2027&dwellings=1000&lang=de").await;
    let more = |text: &str| -> Vec<f64> {
        let found = rows(text, "Mehr Kinder und mehr Plätze");
        let last = |row: &Vec<String>| row.last().unwrap().replace('.', "").replace(',', ".");
        found.iter().map(|row| last(row).parse().unwrap()).collect()
    };
    let (small, large) = (more(one.text()), more(thousand.text()));
    assert_eq!(large.len(), 4, "one row a year");
    assert_eq!(large[0], 0.0, "nothing before it is built");
    assert!(large[3] > 60.0 && small[3] < 1.0, "{small:?} {large:?}");
    assert!(
        thousand
            .text()
            .contains("/charts/levers.svg?area=Pieschen&#38;group=U3&#38;year=2027")
    );
    for (query, code) in [
        ("dwellings=many", "E4093"),
        ("year=soon", "E4093"),
        ("year=2099", "E4096"),
        ("area=nowhere", "E4095"),
        ("dwelling_type=houses", "E4092"),
        ("per_dwelling=9", "E4094"),
    ] {
        let page = get(&format!("/levers?{query}&lang=en")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
        well_formed::check(page.text()).unwrap();
        let told = page.text().split("role=\"alert\"").nth(1);
        let told = told.unwrap_or_else(|| panic!("{query} is not refused"));
        assert!(told.contains(code), "{query}: {told:.300}");
        let picture = get(&format!("/charts/levers.svg?{query}")).await;
        assert_eq!(picture.json()["code"], "E8206", "{query}");
    }
    let with_yield = get("/levers?dwelling_type=houses&per_dwelling=0,4&lang=en").await;
    assert!(!with_yield.text().contains("role=\"alert\""));
    let unknown = get("/levers?group=nobody").await;
    assert_eq!(unknown.json()["code"], "E8202");
}

#[tokio::test]
async fn levers_need_the_groups_that_the_page_shows() {
    let whole = made_up_forecasts::levers();
    let groups = forecast::AgeGroup::parse_list("H=6-9").unwrap();
    let kept = made_up_forecasts::kept();
    let refused = LeversView::new(
        kept,
        whole.forecast().clone(),
        &groups,
        whole.take_up.clone(),
        whole.source.clone(),
    );
    assert!(matches!(refused, Err(ViewError::Paths { .. })));
}

#[tokio::test]
async fn another_population_is_chosen_on_the_page_of_forecasts_and_called_real() {
    let own = get("/forecast?lang=en").await;
    assert!(own.text().contains("Synthetic data") && own.text().contains("name=\"city\""));
    let other = get("/forecast?city=real&area=Altstadt&group=K&lang=en").await;
    well_formed::check(other.text()).unwrap();
    assert!(other.text().contains("Real population counts"));
    assert!(
        other
            .text()
            .contains("/charts/forecast.svg?area=Altstadt&#38;group=K&#38;city=real")
    );
    assert!(
        other
            .text()
            .contains("/v1/forecasts/Altstadt?city=real&#38;format=csv")
    );
    let json = get("/v1/forecasts/Altstadt?city=real").await.json();
    assert_eq!(
        (&json["synthetic"], &json["source"]["de"]),
        (&false.into(), &"Amt für Statistik".into())
    );
    // Coming from another population with an area that this one does not have: the whole of it.
    let switched = get("/forecast?city=real&from=&area=nowhere&group=X&lang=en").await;
    assert_eq!(switched.status, StatusCode::OK);
    assert!(
        switched
            .text()
            .contains("/charts/forecast.svg?area=_total&#38;group=U3&#38;city=real")
    );
    let unknown = get("/forecast?city=nowhere").await;
    assert_eq!(unknown.json()["code"], "E8202");
}
