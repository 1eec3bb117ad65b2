//! The charts of the demo as files, and a page that shows them without a server.

use std::fmt::Write as _;

use charts::{
    BeforeAfter, ComparedFans, DemandMonths, DemandNames, FanNames, ForecastFan, Language, Svg,
};
use disclosure::Label;
use domain::{CareType, ReferenceDate};
use forecast::{ChildYield, DwellingType, Dwellings, Lever, LeverSheet, TOTAL_AREA};
use http_api::{HonestyPicture, PlannerView};

use super::real::RealForecast;
use crate::analysis::Analysis;
use crate::failure::Failure;
use crate::files::OutputFolder;
use crate::words::{group_names, source};

/// A chart file and what it shows.
pub(super) struct Picture {
    file: String,
    title: String,
}

/// Writes every chart in German and English; gives the German ones.
pub(super) fn write(
    analysis: &Analysis,
    view: &PlannerView,
    real: &[RealForecast],
    output: &mut OutputFolder,
) -> Result<Vec<Picture>, Failure> {
    let mut pictures = Gallery {
        output,
        pictures: Vec::new(),
    };
    for section in &view.occupancy {
        let title = Language::German.label(section.history().scope()).to_owned();
        pictures.add(
            &format!("occupancy-{}", section.name()),
            &format!("Belegung: {title}"),
            |language| Ok(section.history().svg(language)?),
        )?;
    }
    if let Some(own) = &analysis.forecast {
        for group in ["U3", "K", "H"] {
            let names = FanNames {
                area: Label::new("Stadt gesamt", "Whole city"),
                group: group_names()
                    .remove(group)
                    .unwrap_or_else(|| Label::new(group, group)),
                source: source(true),
            };
            let title = format!("Prognose: {}", Language::German.label(&names.group));
            let fan = ForecastFan::new(&own.forecast, TOTAL_AREA, group, names)?;
            pictures.add(
                &format!("forecast-{}", group.to_lowercase()),
                &title,
                |language| Ok(fan.svg(language)?),
            )?;
        }
    }
    if let Some(own) = &analysis.demand {
        for care in CareType::ALL {
            let names = DemandNames {
                area: Label::new("Stadt gesamt", "Whole city"),
                source: source(true),
            };
            let chart = DemandMonths::new(&own.monthly, TOTAL_AREA, care, names)?;
            pictures.add(
                &format!("demand-{}", care.as_str().replace('_', "-")),
                &format!("Bedarf nach Monaten: {}", care.german()),
                |language| Ok(chart.svg(language)?),
            )?;
        }
    }
    honesty(view, &mut pictures)?;
    levers(view, &mut pictures)?;
    for map in &view.maps {
        let title = Language::German.label(map.map().title()).to_owned();
        pictures.add(&format!("map-{}", map.name()), &title, |language| {
            Ok(map.map().svg(language)?)
        })?;
    }
    if let Some((_, report)) = &analysis.scenario
        && let Some(row) = report.rows.last()
    {
        let day = ReferenceDate::new(row.date);
        let chart = BeforeAfter::new(report, day, CareType::Kindergarten, &source(true))?;
        pictures.add(
            "scenario",
            &report.name,
            |language| Ok(chart.svg(language)?),
        )?;
    }
    for one in real {
        for group in one.groups() {
            let fan = one.fan(group)?;
            let title = format!(
                "Echte Daten: {}, {}",
                Language::German.label(&one.population.name),
                Language::German.label(fan.group())
            );
            let name = format!("real-{}-{}", one.population.key, group.to_lowercase());
            pictures.add(&name, &title, |language| Ok(fan.svg(language)?))?;
        }
    }
    Ok(pictures.pictures)
}

/// How good forecasts were: of the city and of every real population.
fn honesty(view: &PlannerView, pictures: &mut Gallery<'_>) -> Result<(), Failure> {
    for one in &view.honesty {
        for group in one.report.groups() {
            for kind in HonestyPicture::ALL {
                let Some((german, _)) = one.picture(group, kind, Language::German)? else {
                    continue;
                };
                let (name, city) = (kind.name(), one.name());
                let file = format!("honesty-{city}-{name}-{}", group.to_lowercase());
                let label = Language::German.label(&one.label);
                pictures.add(&file, &format!("{label}: {}", german.title()), |language| {
                    let drawn = one.picture(group, kind, language)?;
                    let drawn = drawn.map(|(svg, _)| svg);
                    drawn.ok_or_else(|| {
                        anyhow::anyhow!("{file} is drawn in one language only").into()
                    })
                })?;
            }
        }
    }
    Ok(())
}

/// What a new quarter of 500 dwellings needs, in the first area.
fn levers(view: &PlannerView, pictures: &mut Gallery<'_>) -> Result<(), Failure> {
    let Some(levers) = &view.levers else {
        return Ok(());
    };
    let model = levers.paths().model();
    let Some(area) = model.leaf_areas().first() else {
        return Ok(());
    };
    let built = Dwellings {
        area: area.clone(),
        year: model.first_year() + 1,
        dwellings: 500.0,
        dwelling_type: DwellingType::Any,
        child_yield: ChildYield::berlin(),
    };
    let sheet = LeverSheet {
        levers: vec![Lever::Dwellings(built)],
        file: "demo".to_owned(),
    };
    let with = levers.paths().run(&sheet).map_err(Failure::Input)?;
    let areas = levers.forecast().areas().iter();
    let name = areas
        .filter(|it| it.code == *area)
        .map(|it| it.name.clone())
        .next();
    let name = name.unwrap_or_else(|| area.clone());
    for group in levers.groups() {
        let names = FanNames {
            area: Label::new(name.clone(), name.clone()),
            group: levers.group_name(group),
            source: levers.source.clone(),
        };
        let fans = (levers.without(), &with);
        let chart = ComparedFans::new(levers.forecast(), fans, area, group, names)?;
        let title = format!("500 neue Wohnungen in {name}: {group}");
        let file = format!("levers-{}", group.to_lowercase());
        pictures.add(&file, &title, |language| Ok(chart.svg(language)?))?;
    }
    Ok(())
}

/// Charts written so far.
struct Gallery<'a> {
    output: &'a mut OutputFolder,
    pictures: Vec<Picture>,
}

impl Gallery<'_> {
    /// Writes one chart in both languages.
    fn add(
        &mut self,
        name: &str,
        title: &str,
        svg: impl Fn(Language) -> Result<Svg, Failure>,
    ) -> Result<(), Failure> {
        for (language, tag) in [(Language::German, "de"), (Language::English, "en")] {
            let picture = svg(language)?;
            let file = format!("charts/{name}.{tag}.svg");
            self.output
                .write(&file, |to| to.write_all(picture.as_str().as_bytes()))?;
            if language == Language::German {
                self.pictures.push(Picture {
                    file,
                    title: title.to_owned(),
                });
            }
        }
        Ok(())
    }
}

/// Text for HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// `index.html`: findings and charts, to be opened from the folder.
pub(super) fn index(
    view: &PlannerView,
    pictures: &[Picture],
    output: &mut OutputFolder,
) -> anyhow::Result<()> {
    let mut page = String::from(
        "<!doctype html>\n<html lang=\"de\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>Placewright: Ergebnisse</title>\n<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}img{max-width:100%;height:auto}</style>\n</head>\n<body>\n<h1>Placewright: Ergebnisse</h1>\n<p><strong>Synthetische Daten.</strong> Keine Zeile beschreibt eine Person.</p>\n<h2>Was gefunden wurde</h2>\n<ul>\n",
    );
    // Writing to a String cannot fail.
    for found in &view.findings {
        let _ = writeln!(page, "<li>{}</li>", escaped(&found.german));
    }
    page.push_str("</ul>\n<h2>Bilder</h2>\n");
    for picture in pictures {
        let (title, file) = (escaped(&picture.title), escaped(&picture.file));
        let _ = writeln!(
            page,
            "<h3>{title}</h3>\n<p><img src=\"{file}\" alt=\"{title}\"></p>"
        );
    }
    page.push_str("</body>\n</html>\n");
    output.write("index.html", |to| to.write_all(page.as_bytes()))
}
