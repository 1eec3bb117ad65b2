//! Children who wait: open applications, each child once.

use std::collections::BTreeMap;

use domain::{InputProblem, Month};

use super::bands::CareBands;
use super::codes;
use crate::input::areas::Area;

/// An open application, one of perhaps many of the same child.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenApplication {
    /// Pseudonym of the child; only told apart, never kept.
    pub child: String,
    /// Area of residence.
    pub area: String,
    /// Band of the child, by name.
    pub band: String,
    /// Month wished for.
    pub wished_start: Month,
    /// Whether the child has a place elsewhere and wants to change.
    pub has_place: bool,
}

/// Children waiting by leaf and band.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// By leaf of the areas and band.
    pub(crate) children: Vec<Vec<u32>>,
}

impl Waiting {
    /// Nobody waits.
    #[must_use]
    pub fn nobody(areas: &[Area], bands: &CareBands) -> Self {
        let leaves = areas.iter().filter(|area| area.is_leaf).count();
        Self {
            children: vec![vec![0; bands.all().len()]; leaves],
        }
    }

    /// Counts every child once who wished to start by `month` and has no place; where its
    /// applications disagree on area or band, the earliest wish counts, then the first in order.
    ///
    /// **An upper bound of unmet demand:** families keep applications open that they would not follow.
    /// Wishes for later months are no shortage yet and children with a place are served.
    ///
    /// # Errors
    ///
    /// Every application with an area or band that is not known (E4062).
    pub fn count(
        areas: &[Area],
        bands: &CareBands,
        applications: &[OpenApplication],
        month: Month,
    ) -> Result<Self, Vec<InputProblem>> {
        let leaves: BTreeMap<&str, usize> = areas
            .iter()
            .filter(|area| area.is_leaf)
            .enumerate()
            .map(|(leaf, area)| (area.code.as_str(), leaf))
            .collect();
        let mut problems = Vec::new();
        // By child: whether it has a place, and its first wish.
        let mut children: BTreeMap<&str, (bool, (Month, usize, usize))> = BTreeMap::new();
        for application in applications {
            let leaf = leaves.get(application.area.as_str()).copied();
            let band = bands.position(&application.band);
            let (Some(leaf), Some(band)) = (leaf, band) else {
                let message = format!(
                    "an open application names area {:?} and band {:?}",
                    application.area, application.band
                );
                problems.push(codes::problem(
                    codes::APPLICATION,
                    "open applications",
                    message,
                ));
                continue;
            };
            let wish = (application.wished_start, leaf, band);
            let entry = children
                .entry(&application.child)
                .or_insert((application.has_place, wish));
            *entry = (entry.0 || application.has_place, entry.1.min(wish));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut waiting = Self::nobody(areas, bands);
        for (has_place, (start, leaf, band)) in children.into_values() {
            if !has_place && start <= month {
                waiting.children[leaf][band] += 1;
            }
        }
        Ok(waiting)
    }

    /// Children waiting in all areas and bands.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.children
            .iter()
            .flatten()
            .map(|count| u64::from(*count))
            .sum()
    }

    /// Share of the children not in care who wait, by leaf and band.
    ///
    /// An area's share is shrunk to the city's as if [`PRIOR_CHILDREN`] more children had the city's.
    pub(crate) fn shares(&self, not_in_care: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let bands = self.children.first().map_or(0, Vec::len);
        let city: Vec<f64> = (0..bands)
            .map(|band| {
                let waiting: f64 = self.children.iter().map(|row| f64::from(row[band])).sum();
                let all: f64 = not_in_care.iter().map(|row| row[band]).sum();
                if all > 0.0 {
                    (waiting / all).min(1.0)
                } else {
                    0.0
                }
            })
            .collect();
        self.children
            .iter()
            .zip(not_in_care)
            .map(|(waiting, all)| {
                (0..bands)
                    .map(|band| {
                        let waiting = f64::from(waiting[band]) + PRIOR_CHILDREN * city[band];
                        (waiting / (all[band] + PRIOR_CHILDREN)).min(1.0)
                    })
                    .collect()
            })
            .collect()
    }
}

/// Children the city's share of waiting children is worth in an area.
const PRIOR_CHILDREN: f64 = 10.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn areas() -> Vec<Area> {
        let area = |code: &str, parent, depth, is_leaf| Area {
            name: code.to_owned(),
            code: code.to_owned(),
            parent,
            depth,
            is_leaf,
        };
        vec![
            area("_total", None, 0, false),
            area("a", Some(0), 1, true),
            area("b", Some(0), 1, true),
        ]
    }

    fn application(child: &str, area: &str, start: &str, has_place: bool) -> OpenApplication {
        OpenApplication {
            child: child.to_owned(),
            area: area.to_owned(),
            band: "2".to_owned(),
            wished_start: start.parse().unwrap(),
            has_place,
        }
    }

    #[test]
    fn a_child_with_eleven_applications_waits_once() {
        let mut applications = vec![application("c1", "a", "2026-01", false); 11];
        applications.push(application("c2", "b", "2026-08", false)); // later
        applications.push(application("c3", "b", "2026-01", false));
        applications.push(application("c3", "b", "2026-01", true)); // wants to change
        applications.push(application("c4", "b", "2026-02", false));
        let bands = CareBands::saxony();
        let waiting =
            Waiting::count(&areas(), &bands, &applications, "2026-02".parse().unwrap()).unwrap();
        let band = bands.position("2").unwrap();
        assert_eq!(
            (waiting.children[0][band], waiting.children[1][band]),
            (1, 1)
        );
        assert_eq!(waiting.total(), 2);
        applications.reverse();
        assert_eq!(
            Waiting::count(&areas(), &bands, &applications, "2026-02".parse().unwrap()),
            Ok(waiting)
        );
    }

    #[test]
    fn unknown_areas_and_bands_are_all_told() {
        let mut wrong = vec![
            application("c1", "x", "2026-01", false),
            application("c2", "_total", "2026-01", false),
        ];
        wrong.push(OpenApplication {
            band: "U3".to_owned(),
            ..application("c3", "a", "2026-01", false)
        });
        let problems = Waiting::count(
            &areas(),
            &CareBands::saxony(),
            &wrong,
            "2026-02".parse().unwrap(),
        )
        .unwrap_err();
        assert_eq!(problems.len(), 3);
        assert!(
            problems
                .iter()
                .all(|problem| problem.code == codes::APPLICATION)
        );
    }

    #[test]
    fn shares_stay_within_zero_and_one_and_shrink_to_the_city() {
        let waiting = Waiting {
            children: vec![vec![50], vec![0]],
        };
        let shares = waiting.shares(&[vec![40.0], vec![60.0]]);
        assert!(
            shares[0][0] <= 1.0 && shares[1][0] > 0.0 && shares[1][0] < 0.5,
            "{shares:?}"
        );
    }
}
