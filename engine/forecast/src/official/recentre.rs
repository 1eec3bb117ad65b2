//! Our intervals around an official forecast.

use std::collections::BTreeSet;

use domain::InputProblem;

use super::table::OfficialForecast;
use crate::age::AgeClass;
use crate::children::Forecast;
use crate::input::sheet::Sheet;
use crate::quality::codes;

/// An official forecast with our intervals.
#[derive(Debug, Clone, PartialEq)]
pub struct Recentred {
    /// Means are the official values, divided by our shares where those are coarser in age or area;
    /// means add up over areas and ages. Quantiles stray from them as far, relatively, as ours from
    /// our means.
    pub forecast: Forecast,
    /// Forecast years the office does not give; there the values are ours.
    pub our_years: Vec<i32>,
    /// Age classes the office does not give; there the values are ours.
    pub our_ages: Vec<AgeClass>,
}

impl Recentred {
    /// What a reader has to know, in English.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if !self.our_years.is_empty() {
            warnings.push(format!(
                "the official forecast does not have {:?}; these years are ours",
                self.our_years
            ));
        }
        if !self.our_ages.is_empty() {
            let ages: Vec<String> = self.our_ages.iter().map(ToString::to_string).collect();
            warnings.push(format!(
                "the official forecast does not have the ages {}; these are ours",
                ages.join(", ")
            ));
        }
        warnings
    }
}

/// Puts our relative spreads around the values of an office.
///
/// The office may give coarser areas (any level of `forecast`, such as districts) and coarser ages
/// (groups made of whole classes); its values are divided as ours are. Every lowest area must belong
/// to exactly one official area.
///
/// # Errors
///
/// E4108 for areas that are unknown, stand one within the other or leave lowest areas out, E4109 for
/// age groups that cut through a class, E4112 without a common year; all at once.
pub fn recentre(
    forecast: &Forecast,
    official: &OfficialForecast,
) -> Result<Recentred, Vec<InputProblem>> {
    let mut sheet = Sheet::new(official.file());
    let owners = owners(forecast, official, &mut sheet);
    let classes: Vec<AgeClass> = forecast
        .ages()
        .iter()
        .filter_map(|label| label.parse().ok())
        .collect();
    let groups = groups(&classes, official, &mut sheet);
    let first = forecast.origin_year() + 1;
    let years: Vec<Option<usize>> = (0..forecast.horizon())
        .map(|ahead| {
            let year = first + ahead as i32;
            official.years().binary_search(&year).ok()
        })
        .collect();
    if years.iter().all(Option::is_none) {
        let message = format!(
            "our years are {first} to {}, the official ones {:?}",
            forecast.origin_year() + forecast.horizon() as i32,
            official.years()
        );
        sheet.refuse_file(codes::NO_COMMON_YEAR, message);
    }
    if !sheet.problems.is_empty() {
        return Err(sheet.problems);
    }
    let mut values = forecast.leaf_means();
    for (ahead, year) in years.iter().enumerate() {
        let Some(year) = year else { continue };
        for owner in 0..official.areas().len() {
            let leaves: Vec<usize> = (0..owners.len())
                .filter(|leaf| owners[*leaf] == Some(owner))
                .collect();
            for (group, members) in groups.iter().enumerate() {
                let Some(wanted) = official.persons(owner, *year, group) else {
                    continue;
                };
                let cells: Vec<(usize, usize)> = leaves
                    .iter()
                    .flat_map(|leaf| members.iter().map(move |class| (*leaf, *class)))
                    .collect();
                let ours: f64 = cells
                    .iter()
                    .map(|(leaf, class)| values[*leaf][ahead][*class])
                    .sum();
                let even = wanted / cells.len().max(1) as f64;
                for (leaf, class) in cells {
                    let value = &mut values[leaf][ahead][class];
                    *value = if ours > 0.0 {
                        *value * wanted / ours
                    } else {
                        even
                    };
                }
            }
        }
    }
    let covered: BTreeSet<usize> = groups.iter().flatten().copied().collect();
    let ours = years.iter().enumerate().filter(|(_, year)| year.is_none());
    Ok(Recentred {
        forecast: forecast.around(&values),
        our_years: ours.map(|(ahead, _)| first + ahead as i32).collect(),
        our_ages: (0..classes.len())
            .filter(|class| !covered.contains(class))
            .map(|class| classes[class])
            .collect(),
    })
}

/// For each lowest area of the forecast, in the order of its areas, the official area above or at it.
fn owners(
    forecast: &Forecast,
    official: &OfficialForecast,
    sheet: &mut Sheet<'_>,
) -> Vec<Option<usize>> {
    let areas = forecast.areas();
    for code in official.areas() {
        if !areas.iter().any(|area| area.code == *code) {
            let message = format!("area {code:?} is not in our forecast");
            sheet.refuse_file(codes::UNKNOWN_OFFICIAL_AREA, message);
        }
    }
    let mut owners = Vec::new();
    for (place, area) in areas.iter().enumerate().filter(|(_, area)| area.is_leaf) {
        let line = std::iter::successors(Some(place), |place| areas[*place].parent);
        let found: Vec<usize> = line
            .filter_map(|place| official.areas().binary_search(&areas[place].code).ok())
            .collect();
        if found.len() != 1 {
            let message = if found.is_empty() {
                format!("no official area holds our area {:?}", area.code)
            } else {
                let names: Vec<&str> = found
                    .iter()
                    .map(|owner| official.areas()[*owner].as_str())
                    .collect();
                format!(
                    "our area {:?} stands in {} official areas ({}); list the sums in skip_areas",
                    area.code,
                    found.len(),
                    names.join(", ")
                )
            };
            sheet.refuse_file(codes::UNKNOWN_OFFICIAL_AREA, message);
        }
        owners.push(found.first().copied());
    }
    owners
}

/// The classes of each official age group; groups above our oldest class are left out.
fn groups(
    classes: &[AgeClass],
    official: &OfficialForecast,
    sheet: &mut Sheet<'_>,
) -> Vec<Vec<usize>> {
    let mut groups = Vec::new();
    for ages in official.ages() {
        let touches =
            |class: &AgeClass| class.first() <= ages.last() && class.last() >= ages.first();
        let members: Vec<usize> = (0..classes.len())
            .filter(|class| touches(&classes[*class]))
            .collect();
        let persons: u32 = members
            .iter()
            .map(|class| u32::from(classes[*class].width()))
            .sum();
        if !members.is_empty() && persons != u32::from(ages.width()) {
            let ours: Vec<String> = members.iter().map(|it| classes[*it].to_string()).collect();
            let message = format!(
                "the ages {ages} are not made of whole classes of ours ({})",
                ours.join(", ")
            );
            sheet.refuse_file(codes::UNKNOWN_OFFICIAL_AGE, message);
        }
        groups.push(members);
    }
    groups
}
