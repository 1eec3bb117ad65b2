//! The model card: what was done, from what, and what it cannot do.

use crate::input::population::Population;
use crate::quality::{
    BreakRule, Breaks, FilledYear, PreferredAge, RoundedCells, find_breaks, find_preferred_ages,
    find_rounding,
};
use crate::request::BacktestRequest;

/// A statement in both languages.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BothLanguages {
    /// German.
    pub de: String,
    /// English.
    pub en: String,
}

impl BothLanguages {
    /// A statement in both languages.
    pub fn new(de: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            de: de.into(),
            en: en.into(),
        }
    }
}

/// What a forecast was made of, and what it cannot do.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ModelCard {
    /// File of the population.
    pub population: String,
    /// First year of the population.
    pub first_year: i32,
    /// Last year of the population.
    pub last_year: i32,
    /// Number of lowest areas.
    pub areas: usize,
    /// Age classes.
    pub ages: Vec<String>,
    /// First origin the method was tested from.
    pub first_origin: i32,
    /// Last origin the method was tested from.
    pub last_origin: i32,
    /// What was chosen.
    pub chosen: Vec<BothLanguages>,
    /// What was noticed in the data.
    pub warnings: Vec<BothLanguages>,
    /// What is known not to be covered.
    pub limits: Vec<BothLanguages>,
}

impl ModelCard {
    /// The card of a back-test, with the method of this crate and its known limits.
    #[must_use]
    pub fn new(population: &Population, request: &BacktestRequest) -> Self {
        let years = population.years();
        let held: usize = (0..population.areas().len())
            .map(|area| {
                let held = years.clone().filter(|year| population.is_held(area, *year));
                held.count()
            })
            .sum();
        let mut card = Self {
            population: population.file().to_owned(),
            first_year: *years.start(),
            last_year: *years.end(),
            areas: population.areas().len(),
            ages: population
                .classes()
                .iter()
                .map(ToString::to_string)
                .collect(),
            first_origin: *request.origins.start(),
            last_origin: *request.origins.end(),
            chosen: method(),
            warnings: Vec::new(),
            limits: limits(),
        };
        if held > 0 {
            card.warn(
                format!(
                    "{held} Schritte (Gebiet und Jahr) gehen nicht in die Übergangsquoten ein, weil sie gebrochen, interpoliert oder ausgeschlossen sind"
                ),
                format!(
                    "{held} steps (area and year) are left out of the ratios because they are broken, interpolated or excluded"
                ),
            );
        }
        card
    }

    /// The card of a back-test with what the checks of the register found: breaks, rounding and
    /// preferred ages.
    #[must_use]
    pub fn checked(population: &Population, request: &BacktestRequest) -> Self {
        let mut card = Self::new(population, request);
        let breaks = find_breaks(population, BreakRule::default());
        let rounded = find_rounding(population);
        let preferred = find_preferred_ages(population);
        card.warn_of_register(&breaks, rounded.as_ref(), &preferred, &[]);
        card
    }

    /// Adds something chosen.
    pub fn choose(&mut self, de: impl Into<String>, en: impl Into<String>) {
        self.chosen.push(BothLanguages::new(de, en));
    }

    /// Adds a warning.
    pub fn warn(&mut self, de: impl Into<String>, en: impl Into<String>) {
        self.warnings.push(BothLanguages::new(de, en));
    }

    /// Adds a known limit.
    pub fn limit(&mut self, de: impl Into<String>, en: impl Into<String>) {
        self.limits.push(BothLanguages::new(de, en));
    }

    /// Adds what the checks of the register found.
    pub fn warn_of_register(
        &mut self,
        breaks: &Breaks,
        rounded: Option<&RoundedCells>,
        preferred: &[PreferredAge],
        filled: &[FilledYear],
    ) {
        for found in breaks.found() {
            self.warn(found.warning_german(), found.warning());
        }
        if let Some(found) = rounded {
            self.warn(found.warning_german(), found.warning());
        }
        for found in preferred {
            self.warn(found.warning_german(), found.warning());
        }
        for found in filled {
            self.warn(found.warning_german(), found.warning());
        }
    }
}

fn method() -> Vec<BothLanguages> {
    [
        (
            "Jahrgänge folgen den Übergangsquoten der letzten acht Jahre; die Quote eines Gebiets wird so weit zur Quote des übergeordneten Gebiets gezogen, wie der Unterschied Zufall sein kann",
            "Cohorts follow the ratios of the last eight years; an area's ratio is drawn to its parent's as far as the difference can be chance",
        ),
        (
            "Neugeborene folgen dem Trend der Stadt und werden nach kleinen Kindern und jungen Erwachsenen verteilt; eine feste Geburtenrate allein wird nie fortgeschrieben",
            "Newborns follow the trend of the city and are shared out by young children and young adults; a constant birth rate is never used alone",
        ),
        (
            "Intervalle stammen aus den Fehlern, die dasselbe Verfahren an früheren Stichtagen gemacht hat; kein Stichtag sieht spätere Jahre",
            "Intervals come from the errors the same method made at earlier origins; no origin sees later years",
        ),
    ]
    .map(|(de, en)| BothLanguages::new(de, en))
    .to_vec()
}

fn limits() -> Vec<BothLanguages> {
    [
        (
            "Neubaugebiete, Gesetze und Wanderungswellen nach dem letzten Jahr der Daten sind nicht enthalten; dafür gibt es Stellschrauben",
            "New quarters, laws and waves of migration after the last year of data are not included; levers are there for them",
        ),
        (
            "Fehler verschiedener Vorausschauen und Gebiete hängen zusammen: die Abdeckung der Gesamtstadt beruht auf wenigen unabhängigen Fällen",
            "Errors of different horizons and areas depend on each other: coverage of the whole city rests on few independent cases",
        ),
        (
            "Wie gut die Prognose war, sagt nicht sicher, wie gut sie sein wird",
            "How good the forecast was does not say for certain how good it will be",
        ),
    ]
    .map(|(de, en)| BothLanguages::new(de, en))
    .to_vec()
}
