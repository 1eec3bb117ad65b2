//! Brothers and sisters who are to be placed together: their joint options, counted by facility.

use std::collections::{BTreeMap, BTreeSet};

use super::round::SuggestionRound;
use crate::round::{FamilyOptionRow, Siblings};

/// Most joint options of one family; of a family with more, each child's least wishes are left out of
/// its combinations until they are no more.
const MOST_OPTIONS: usize = 2_000;

/// The children of a family that apply and do not say `independent`: two at least.
///
/// The strictest rule of them holds for all: one `together_only` binds its brothers and sisters.
pub(super) struct Household<'a> {
    pub(super) family_id: &'a str,
    /// Numbers of the children, ascending.
    pub(super) children: Vec<usize>,
    pub(super) rule: Siblings,
}

/// The families that are to be placed together, by name.
pub(super) fn households(round: &SuggestionRound) -> Vec<Household<'_>> {
    let applies: BTreeSet<usize> = round
        .lines
        .iter()
        .flat_map(|line| line.iter().map(|it| it.child))
        .collect();
    let mut found: BTreeMap<&str, Household<'_>> = BTreeMap::new();
    for (number, child) in (0..).zip(&round.children) {
        let is_alone = child.family_id.is_empty() || child.siblings == Siblings::Independent;
        if is_alone || !applies.contains(&number) {
            continue;
        }
        let household = found.entry(&child.family_id).or_insert(Household {
            family_id: &child.family_id,
            children: Vec::new(),
            rule: Siblings::TogetherPreferred,
        });
        household.children.push(number);
        if child.siblings == Siblings::TogetherOnly {
            household.rule = Siblings::TogetherOnly;
        }
    }
    let mut all: Vec<Household<'_>> = found.into_values().collect();
    all.retain(|it| it.children.len() > 1);
    all
}

/// A wish that the stay allows: rank and number of the programme.
type Wish = (u32, usize);

/// How well a family likes an option, smaller is better: children unplaced, facilities, sum of ranks,
/// greatest rank, and the programmes, so that no two are equal.
type Liking<'a> = (usize, usize, u64, u32, Vec<&'a str>);

/// The joint options of a family, best first, for the wishes whose stays fit and that are not excluded.
///
/// `together_only`: all at one facility, or none of them anywhere, also where one of them has no wish
/// left. `together_preferred`: every combination; few unplaced first, then few facilities, then good
/// ranks.
pub(super) fn family_options(
    round: &SuggestionRound,
    household: &Household<'_>,
    excluded: &BTreeSet<(&str, &str)>,
) -> Vec<FamilyOptionRow> {
    let wishes: Vec<Vec<Wish>> = household
        .children
        .iter()
        .map(|child| open_wishes(round, *child, excluded))
        .collect();
    let mut chosen: Vec<Vec<Option<Wish>>> = Vec::new();
    if household.rule == Siblings::TogetherOnly {
        let facility_of = |wish: &Wish| round.programmes[wish.1].facility_id.as_str();
        let facilities: BTreeSet<&str> = wishes.iter().flatten().map(facility_of).collect();
        for facility in facilities {
            let here: Vec<Vec<Option<Wish>>> = wishes
                .iter()
                .map(|own| {
                    let here = own.iter().filter(|wish| facility_of(wish) == facility);
                    here.copied().map(Some).collect()
                })
                .collect();
            chosen.extend(combinations(here));
        }
    } else {
        let or_none = |own: &Vec<Wish>| own.iter().copied().map(Some).chain([None]).collect();
        chosen = combinations(wishes.iter().map(or_none).collect());
    }
    chosen.retain(|option| option.iter().any(Option::is_some));
    chosen.sort_by_cached_key(|option| liking(round, option));
    // A family without an option is told so, and is placed nowhere.
    chosen.push(vec![None; household.children.len()]);
    (1..)
        .zip(chosen)
        .flat_map(|(number, option)| {
            let children = household.children.iter().zip(option);
            children.map(move |(child, wish)| FamilyOptionRow {
                family_id: household.family_id.to_owned(),
                option: number,
                applicant_id: round.children[*child].applicant_id.clone(),
                programme_id: wish.map(|wish| round.programmes[wish.1].programme_id.clone()),
            })
        })
        .collect()
}

/// The wishes of a child whose stay fits, best first.
fn open_wishes(
    round: &SuggestionRound,
    child: usize,
    excluded: &BTreeSet<(&str, &str)>,
) -> Vec<Wish> {
    let id = round.children[child].applicant_id.as_str();
    let mut wishes: Vec<Wish> = round.wishes[child]
        .iter()
        .filter(|(programme, position)| {
            let name = round.programmes[*programme].programme_id.as_str();
            round.lines[*programme][*position].suitability.is_ok()
                && !excluded.contains(&(id, name))
        })
        .map(|(programme, position)| (round.lines[*programme][*position].rank, *programme))
        .collect();
    wishes.sort_unstable();
    wishes
}

/// Every way to choose one of each list; lists are cut short from their end where these are too many.
fn combinations(mut lists: Vec<Vec<Option<Wish>>>) -> Vec<Vec<Option<Wish>>> {
    while lists.iter().map(Vec::len).product::<usize>() > MOST_OPTIONS {
        // The last entry may be "none", which stays; before it stands the least wish.
        if let Some(longest) = lists.iter_mut().max_by_key(|list| list.len()) {
            let least = longest.iter().rposition(Option::is_some).unwrap_or(0);
            longest.remove(least);
        }
    }
    let mut chosen = vec![Vec::new()];
    for list in lists {
        chosen = chosen
            .iter()
            .flat_map(|start: &Vec<Option<Wish>>| {
                list.iter().map(move |wish| {
                    let mut longer = start.clone();
                    longer.push(*wish);
                    longer
                })
            })
            .collect();
    }
    chosen
}

fn liking<'a>(round: &'a SuggestionRound, option: &[Option<Wish>]) -> Liking<'a> {
    let placed = || option.iter().flatten();
    let facilities: BTreeSet<&str> = placed()
        .map(|wish| round.programmes[wish.1].facility_id.as_str())
        .collect();
    let name = |wish: &Option<Wish>| {
        wish.map_or("", |wish| round.programmes[wish.1].programme_id.as_str())
    };
    (
        option.len() - placed().count(),
        facilities.len(),
        placed().map(|wish| u64::from(wish.0)).sum(),
        placed().map(|wish| wish.0).max().unwrap_or(0),
        option.iter().map(name).collect(),
    )
}
