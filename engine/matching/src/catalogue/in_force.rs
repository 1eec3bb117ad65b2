//! The catalogues of a city: which applies when, and whether they agree on the city's criteria.

use std::collections::BTreeMap;

use domain::InputProblem;
use jiff::civil::Date;

use super::criterion::{CriteriaCatalogue, Criterion, CriterionScope};
use crate::error_codes as code;

/// The catalogues of all providers, one per provider, in force on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CataloguesInForce {
    by_provider: BTreeMap<String, CriteriaCatalogue>,
}

impl CataloguesInForce {
    /// Takes of each provider the catalogue with the latest `valid_from` not after `on`.
    ///
    /// # Errors
    ///
    /// Every problem at once: two catalogues of a provider from the same day (E2163), one version with
    /// two contents (E2164), and global criteria that differ between providers (E2165): they are the
    /// city's, so all must have the same.
    pub fn on(
        catalogues: impl IntoIterator<Item = CriteriaCatalogue>,
        on: Date,
    ) -> Result<Self, Vec<InputProblem>> {
        let mut problems = Vec::new();
        let mut versions: BTreeMap<(String, u32), String> = BTreeMap::new();
        let mut by_provider: BTreeMap<String, CriteriaCatalogue> = BTreeMap::new();
        let mut all: Vec<CriteriaCatalogue> = catalogues.into_iter().collect();
        all.sort_by_cached_key(|it| {
            (
                it.provider.clone(),
                it.valid_from,
                it.id.clone(),
                it.version,
                it.version_hash(),
            )
        });
        for catalogue in all {
            let hash = catalogue.version_hash();
            let name = (catalogue.id.clone(), catalogue.version);
            if versions
                .insert(name, hash.clone())
                .is_some_and(|before| before != hash)
            {
                problems.push(
                    problem(
                        &catalogue,
                        code::CATALOGUE_VERSION,
                        "this version exists with another content",
                    )
                    .remedy("give every change a new version"),
                );
            }
            if catalogue.valid_from > on {
                continue;
            }
            let provider = catalogue.provider.clone();
            if by_provider
                .get(&provider)
                .is_some_and(|it| it.valid_from == catalogue.valid_from)
            {
                problems.push(
                    problem(
                        &catalogue,
                        code::CATALOGUE_SAME_DAY,
                        "the provider has another catalogue from the same day",
                    )
                    .remedy("remove one of them or set another day"),
                );
            }
            by_provider.insert(provider, catalogue);
        }
        refuse_other_globals(&by_provider, &mut problems);
        if problems.is_empty() {
            Ok(Self { by_provider })
        } else {
            Err(problems)
        }
    }

    /// One catalogue per provider as each has it in force, whether the city's criteria agree or not.
    ///
    /// For lines whose points are recorded: the catalogue gives the order among equal points only, and
    /// while providers take over a change of the city's criteria one after the other they differ.
    /// Of two catalogues of a provider the one with the later `valid_from` is taken.
    #[must_use]
    pub fn each(catalogues: impl IntoIterator<Item = CriteriaCatalogue>) -> Self {
        let mut all: Vec<CriteriaCatalogue> = catalogues.into_iter().collect();
        all.sort_by_cached_key(|it| (it.valid_from, it.version, it.version_hash()));
        let by_provider = all.into_iter().map(|it| (it.provider.clone(), it));
        Self {
            by_provider: by_provider.collect(),
        }
    }

    /// The catalogue of a provider.
    #[must_use]
    pub fn of(&self, provider: &str) -> Option<&CriteriaCatalogue> {
        self.by_provider.get(provider)
    }

    /// All of them, by provider.
    pub fn iter(&self) -> impl Iterator<Item = &CriteriaCatalogue> {
        self.by_provider.values()
    }
}

impl CriteriaCatalogue {
    /// What this catalogue does to the city's criteria, which another one states: global criteria dropped,
    /// changed (worth, order or wording) or added, one problem for each (E2190). Nothing where it takes
    /// them over unchanged; local criteria are the provider's own.
    #[must_use]
    pub fn against_the_city(&self, city: &Self) -> Vec<InputProblem> {
        fn globals(of: &CriteriaCatalogue) -> BTreeMap<&str, &Criterion> {
            let all = of.criteria.iter();
            all.filter(|it| it.scope == CriterionScope::Global)
                .map(|it| (it.key.as_str(), it))
                .collect()
        }
        let (own, stated) = (globals(self), globals(city));
        let mut problems = Vec::new();
        let mut note = |key: &str, what: &str| {
            let message = format!("the global criterion {key} of the city is {what}");
            problems.push(
                problem(self, code::CATALOGUE_AGAINST_CITY, &message).remedy(
                    "take over the city's criteria unchanged; criteria of your own are local",
                ),
            );
        };
        if self.mode != city.mode && !stated.is_empty() {
            note(
                "*",
                "put into another mode: points and order of steps do not weigh the same",
            );
        }
        for (key, criterion) in &stated {
            match own.get(key) {
                None => note(key, "left out"),
                Some(own) if own != criterion => note(key, "changed"),
                Some(_) => {}
            }
        }
        for key in own.keys().filter(|key| !stated.contains_key(*key)) {
            note(key, "not among those the city has");
        }
        problems
    }
}

fn problem(catalogue: &CriteriaCatalogue, code: &'static str, message: &str) -> InputProblem {
    InputProblem::new(
        code,
        &format!("catalogue {} version {}", catalogue.id, catalogue.version),
        message,
    )
}

fn refuse_other_globals(
    by_provider: &BTreeMap<String, CriteriaCatalogue>,
    problems: &mut Vec<InputProblem>,
) {
    let globals = |catalogue: &CriteriaCatalogue| -> Vec<Criterion> {
        let of_city = |it: &&Criterion| it.scope == CriterionScope::Global;
        catalogue.criteria.iter().filter(of_city).cloned().collect()
    };
    let Some(first) = by_provider.values().next() else {
        return;
    };
    let expected = globals(first);
    for catalogue in by_provider.values().skip(1) {
        if globals(catalogue) != expected {
            let message = format!(
                "the global criteria differ from those of catalogue {} of provider {}",
                first.id, first.provider
            );
            problems.push(
                problem(catalogue, code::CATALOGUE_GLOBALS, &message)
                    .remedy("take over the city's criteria unchanged in every catalogue"),
            );
        }
    }
}
