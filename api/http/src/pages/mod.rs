//! Pages for planners and for people of providers: one file per page, one template each.

use askama::Template;
use axum::response::Html;
use charts::Language;
use disclosure::Label;
use jiff::civil::Date;

use crate::problem::Problem;
use crate::view::PlannerView;

pub(crate) mod demand;
pub(crate) mod forecast;
mod grid;
pub(crate) mod honesty;
pub(crate) mod levers;
pub(crate) mod map;
pub(crate) mod method;
pub(crate) mod occupancy;
pub(crate) mod overview;
pub(crate) mod problem;
pub(crate) mod provider;
pub(crate) mod scenario;
pub(crate) mod scenarios;
pub(crate) mod tables;

/// What the frame of every page needs.
pub(crate) struct Page<'a> {
    pub(crate) view: &'a PlannerView,
    pub(crate) language: Language,
    /// Address without language, for the navigation and the other language.
    pub(crate) path: String,
    /// Whether the pages for planners are there to link to.
    pub(crate) has_planner_pages: bool,
    /// Whether the numbers are real in a view of made-up ones: the page says so instead.
    pub(crate) shows_real_data: bool,
}

/// A link of the navigation.
pub(crate) struct NavigationLink {
    pub(crate) address: String,
    pub(crate) word: &'static str,
    pub(crate) is_current: bool,
}

impl<'a> Page<'a> {
    pub(crate) fn new(view: &'a PlannerView, language: Language, path: impl Into<String>) -> Self {
        Self {
            view,
            language,
            path: path.into(),
            has_planner_pages: true,
            shows_real_data: false,
        }
    }

    /// The words of the page's language.
    pub(crate) fn t<'b>(&self, german: &'b str, english: &'b str) -> &'b str {
        self.language.pick(german, english)
    }

    pub(crate) fn tag(&self) -> &'static str {
        self.language.tag()
    }

    pub(crate) fn label<'b>(&self, label: &'b Label) -> &'b str {
        self.language.label(label)
    }

    /// An address in the page's language.
    pub(crate) fn link(&self, path: &str) -> String {
        let joint = if path.contains('?') { '&' } else { '?' };
        format!("{path}{joint}lang={}", self.language.tag())
    }

    /// The same page in the other language.
    pub(crate) fn other(&self) -> String {
        let joint = if self.path.contains('?') { '&' } else { '?' };
        format!("{}{joint}lang={}", self.path, self.other_tag())
    }

    pub(crate) fn other_tag(&self) -> &'static str {
        match self.language {
            Language::German => Language::English.tag(),
            Language::English => Language::German.tag(),
        }
    }

    pub(crate) fn navigation(&self) -> Vec<NavigationLink> {
        let links = [
            ("/", "Überblick", "Overview"),
            ("/occupancy", "Belegung", "Occupancy"),
            ("/forecast", "Prognose", "Forecast"),
            ("/demand", "Bedarf", "Demand"),
            ("/levers", "Neubau", "New quarter"),
            ("/honesty", "Treffsicherheit", "Track record"),
            ("/map", "Karte", "Map"),
            ("/scenario", "Szenario", "Scenario"),
            (scenarios::ADDRESS, "Szenarien", "Scenarios"),
            ("/tables", "Tabellen", "Tables"),
            ("/method", "Methode", "Method"),
            (provider::ADDRESS, "Träger", "Providers"),
        ];
        let own = self.path.split('?').next().unwrap_or_default();
        let link = |(path, german, english)| NavigationLink {
            address: self.link(path),
            word: self.language.pick(german, english),
            is_current: own == path
                || (["/tables", scenarios::ADDRESS].contains(&path)
                    && own
                        .strip_prefix(path)
                        .is_some_and(|rest| rest.starts_with('/'))),
        };
        let is_served = |path: &str| match path {
            scenarios::ADDRESS => self.view.has_service,
            provider::ADDRESS => true,
            _ => self.has_planner_pages,
        };
        let links = links.into_iter().filter(|(path, ..)| is_served(path));
        links.map(link).collect()
    }

    pub(crate) fn day(&self, date: Date) -> String {
        match self.language {
            Language::German => format!("{}.{}.{}", date.day(), date.month(), date.year()),
            Language::English => {
                let month = self.language.month_name(domain::Month::of(date));
                format!("{} {month} {}", date.day(), date.year())
            }
        }
    }

    pub(crate) fn as_of(&self) -> String {
        self.day(self.view.as_of)
    }

    pub(crate) fn count(&self, value: u64) -> String {
        self.language
            .whole(i64::try_from(value).unwrap_or(i64::MAX))
    }

    pub(crate) fn unknown(&self) -> String {
        self.t("unbekannt", "unknown").to_owned()
    }

    pub(crate) fn per_cent(&self, part: u64, whole: u64) -> String {
        if whole == 0 {
            return "–".to_owned();
        }
        let share = part as f64 / whole as f64 * 100.0;
        format!("{} %", self.language.number(share, 1))
    }

    /// Age of attested data in words.
    pub(crate) fn age(&self, days: Option<i32>) -> String {
        match days {
            Some(1) => self.t("1 Tag", "1 day").to_owned(),
            Some(days) => format!("{days} {}", self.t("Tage", "days")),
            None => self.t("nie bestätigt", "never attested").to_owned(),
        }
    }
}

pub(crate) fn html(template: &impl Template) -> Result<Html<String>, Problem> {
    let text = template.render().map_err(|error| Problem::failed(&error))?;
    Ok(Html(text))
}
