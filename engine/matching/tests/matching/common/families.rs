//! Rounds whose families rank joint options: from certified cases, generated, and as JSON again.

use std::collections::BTreeMap;

use matching::{
    ApplicantRow, ApplicationRow, FamilyOptionRow, PlacementRow, ProgrammeRow, Round, Siblings,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::text;

/// A programme: seats by group, and all children in its order.
#[derive(Debug, Clone)]
pub(crate) struct Programme {
    pub(crate) id: String,
    pub(crate) capacity: BTreeMap<String, u32>,
    pub(crate) priority: Vec<String>,
}

/// A family: its children, and for each option the programme of each child.
#[derive(Debug, Clone)]
pub(crate) struct Family {
    pub(crate) id: String,
    pub(crate) children: Vec<String>,
    pub(crate) options: Vec<Vec<Option<String>>>,
}

/// A round in the form of the certified sibling cases.
#[derive(Debug, Clone)]
pub(crate) struct FamilyCase {
    pub(crate) programmes: Vec<Programme>,
    /// Seat group of each child.
    pub(crate) groups: BTreeMap<String, String>,
    pub(crate) families: Vec<Family>,
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(text).collect()
}

impl FamilyCase {
    pub(crate) fn from_json(case: &Value) -> Self {
        let list = |key: &str| case[key].as_array().unwrap();
        Self {
            programmes: list("programmes")
                .iter()
                .map(|it| Programme {
                    id: text(&it["id"]),
                    capacity: it["capacity"]
                        .as_object()
                        .unwrap()
                        .iter()
                        .map(|(group, seats)| (group.clone(), seats.as_u64().unwrap() as u32))
                        .collect(),
                    priority: texts(&it["priority"]),
                })
                .collect(),
            groups: list("children")
                .iter()
                .map(|it| (text(&it["id"]), text(&it["group"])))
                .collect(),
            families: list("families")
                .iter()
                .map(|it| Family {
                    id: text(&it["id"]),
                    children: texts(&it["children"]),
                    options: it["prefs"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|option| {
                            let programmes = option.as_array().unwrap().iter();
                            programmes
                                .map(|it| it.as_str().map(str::to_owned))
                                .collect()
                        })
                        .collect(),
                })
                .collect(),
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let child = |family: &Family, child: &String| json!({"id": child, "family": family.id, "group": self.groups[child]});
        json!({
            "programmes": self.programmes.iter().map(|it| json!({
                "id": it.id, "capacity": it.capacity, "priority": it.priority,
            })).collect::<Vec<_>>(),
            "children": self.families.iter().flat_map(|family| {
                family.children.iter().map(move |it| child(family, it))
            }).collect::<Vec<_>>(),
            "families": self.families.iter().map(|it| json!({
                "id": it.id, "children": it.children, "prefs": it.options,
            })).collect::<Vec<_>>(),
        })
    }

    /// The round, as the conversion of the certified cases makes it.
    pub(crate) fn round(&self) -> Round {
        self.round_in_order(|_| {})
    }

    /// The round from rows put into another order.
    pub(crate) fn round_in_order(&self, reorder: impl Fn(&mut Rows)) -> Round {
        let mut rows = self.rows();
        reorder(&mut rows);
        Round::from_rows_with_options(
            &rows.programmes,
            &rows.applications,
            &rows.applicants,
            &rows.options,
        )
        .unwrap()
    }

    pub(crate) fn rows(&self) -> Rows {
        let mut rows = Rows::default();
        let mut points = BTreeMap::new();
        for programme in &self.programmes {
            for (group, capacity) in &programme.capacity {
                rows.programmes
                    .push(super::seats(&programme.id, group, *capacity));
            }
            for (place, child) in (0..).zip(&programme.priority) {
                points.insert((programme.id.as_str(), child.as_str()), -place);
            }
        }
        for family in &self.families {
            let mut wished: BTreeMap<(&str, &str), u32> = BTreeMap::new();
            for child in &family.children {
                rows.applicants.push(ApplicantRow {
                    applicant_id: child.clone(),
                    seat_group: self.groups[child].clone(),
                    family_id: Some(family.id.clone()),
                    siblings: Siblings::Independent,
                    enrolled_programme_id: None,
                });
            }
            for (number, option) in (1..).zip(&family.options) {
                for (child, programme) in family.children.iter().zip(option) {
                    rows.options.push(FamilyOptionRow {
                        family_id: family.id.clone(),
                        option: number,
                        applicant_id: child.clone(),
                        programme_id: programme.clone(),
                    });
                    if let Some(programme) = programme {
                        wished.entry((child, programme)).or_insert(number);
                    }
                }
            }
            for ((child, programme), rank) in wished {
                if let Some(points) = points.get(&(programme, child)) {
                    rows.applications
                        .push(super::wish(child, programme, rank, *points, Some(0)));
                }
            }
        }
        rows
    }

    /// Options in which every child may go where it goes.
    pub(crate) fn admissible(&self, family: &Family) -> Vec<Vec<Option<String>>> {
        let may = |child: &String, programme: &String| {
            let programme = self.programmes.iter().find(|it| it.id == *programme);
            programme.is_some_and(|it| it.priority.contains(child))
        };
        let all = |option: &&Vec<Option<String>>| {
            let mut pairs = family.children.iter().zip(*option);
            pairs.all(|(child, programme)| programme.as_ref().is_none_or(|it| may(child, it)))
        };
        family.options.iter().filter(all).cloned().collect()
    }

    /// The option each family has in placements, among the admissible ones.
    pub(crate) fn chosen(&self, rows: &[PlacementRow]) -> BTreeMap<String, Option<usize>> {
        let placed = super::placed(rows);
        let chosen = |family: &Family| {
            let has: Vec<Option<String>> = family
                .children
                .iter()
                .map(|it| placed[it].clone())
                .collect();
            if has.iter().all(Option::is_none) {
                return None;
            }
            let options = self.admissible(family);
            let found = options.iter().position(|option| *option == has);
            assert!(found.is_some(), "family {} got {has:?}", family.id);
            found
        };
        self.families
            .iter()
            .map(|family| (family.id.clone(), chosen(family)))
            .collect()
    }

    /// Placements in which each family has an option.
    pub(crate) fn placements(&self, chosen: &BTreeMap<String, Option<usize>>) -> Vec<PlacementRow> {
        let rows = self.rows();
        let mut placements = Vec::new();
        for family in &self.families {
            let options = self.admissible(family);
            for (position, child) in family.children.iter().enumerate() {
                let programme = chosen[&family.id].and_then(|it| options[it][position].clone());
                placements.push(PlacementRow {
                    applicant_id: child.clone(),
                    place: programme.map(|programme_id| matching::Place {
                        rank: rows
                            .applications
                            .iter()
                            .find(|it| it.applicant_id == *child && it.programme_id == programme_id)
                            .unwrap()
                            .rank,
                        programme_id,
                    }),
                });
            }
        }
        placements.sort();
        placements
    }

    /// Sum of family ranks, as the certified cases count them.
    pub(crate) fn rank_sum(&self, chosen: &BTreeMap<String, Option<usize>>) -> u64 {
        self.families
            .iter()
            .map(|family| {
                chosen[&family.id].unwrap_or_else(|| self.admissible(family).len()) as u64 + 1
            })
            .sum()
    }
}

/// Rows of a round.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    pub(crate) programmes: Vec<ProgrammeRow>,
    pub(crate) applications: Vec<ApplicationRow>,
    pub(crate) applicants: Vec<ApplicantRow>,
    pub(crate) options: Vec<FamilyOptionRow>,
}

/// A seeded source of the draws a generated city needs.
struct Draws(ChaCha8Rng);

impl Draws {
    fn unit(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / 4_294_967_296.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.unit() * end as f64) as usize
    }

    fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

/// A generated city like the certified ones: a share of the children in families of two or three,
/// three age groups, popular and less popular programmes, siblings ahead of others in line.
pub(crate) fn city(children: usize, programmes: usize, seed: u64) -> FamilyCase {
    city_with(children, programmes, seed, 0.921)
}

/// A generated city in which this share of the families has one child.
pub(crate) fn city_with(children: usize, programmes: usize, seed: u64, alone: f64) -> FamilyCase {
    let mut draws = Draws(ChaCha8Rng::seed_from_u64(seed));
    let ids: Vec<String> = (0..programmes).map(|it| format!("P{it:04}")).collect();
    let mut reach = Vec::new();
    let mut sum = 0.0;
    for _ in &ids {
        sum += (0.5 * draws.bell()).exp();
        reach.push(sum);
    }
    let mut groups = BTreeMap::new();
    let mut families = Vec::new();
    let mut lines: Vec<Vec<(u64, String)>> = vec![Vec::new(); programmes];
    let mut next = 0;
    while next < children {
        let size = match draws.unit() {
            it if it < alone => 1,
            it if it < alone + 0.8 * (1.0 - alone) => 2,
            _ => 3,
        };
        let members: Vec<String> = (next..(next + size).min(children))
            .map(|it| format!("C{it:06}"))
            .collect();
        next += members.len();
        let mut wished: Vec<usize> = Vec::new();
        let wishes = if members.len() == 1 {
            5 + draws.below(4)
        } else {
            4 + draws.below(3)
        };
        while wished.len() < wishes.min(programmes) {
            let at = draws.unit() * sum;
            let programme = reach.partition_point(|it| *it < at).min(programmes - 1);
            if !wished.contains(&programme) {
                wished.push(programme);
            }
        }
        let together = wished.iter().map(|it| vec![Some(*it); members.len()]);
        let mut options: Vec<Vec<Option<usize>>> = together.collect();
        if members.len() == 2 && draws.unit() < 0.5 {
            let few: Vec<Option<usize>> = wished.iter().take(3).map(|it| Some(*it)).collect();
            for first in &few {
                let others = few.iter().filter(|it| *it != first);
                options.extend(others.map(|second| vec![*first, *second]));
            }
            if draws.unit() < 0.6 {
                options.extend(few[..2].iter().map(|it| vec![*it, None]));
                options.extend(few[..2].iter().map(|it| vec![None, *it]));
            }
        }
        let standing = 0.7 * draws.unit() + if members.len() > 1 { 0.3 } else { 0.0 };
        for member in &members {
            let group = match draws.unit() {
                it if it < 0.41 => "U3",
                it if it < 0.81 => "K",
                _ => "H",
            };
            groups.insert(member.clone(), group.to_owned());
            for programme in &wished {
                let points = standing + 0.5 * draws.unit();
                lines[*programme].push(((points * 1e9) as u64, member.clone()));
            }
        }
        families.push(Family {
            id: format!("F{}", members[0]),
            children: members,
            options: options
                .into_iter()
                .map(|option| {
                    let programmes = option.into_iter();
                    programmes.map(|it| it.map(|it| ids[it].clone())).collect()
                })
                .collect(),
        });
    }
    let sizes: Vec<f64> = ids.iter().map(|_| (0.4 * draws.bell()).exp()).collect();
    let total: f64 = sizes.iter().sum();
    let programmes = ids
        .into_iter()
        .zip(lines)
        .zip(sizes)
        .map(|((id, mut line), size)| {
            line.sort_by(|a, b| b.cmp(a));
            let seats = 0.92 * children as f64 * size / total;
            let share = |part: f64| ((seats * part).round() as u32).max(1);
            Programme {
                id,
                capacity: [("U3", 0.4), ("K", 0.4), ("H", 0.2)]
                    .map(|(group, part)| (group.to_owned(), share(part)))
                    .into(),
                priority: line.into_iter().map(|it| it.1).collect(),
            }
        })
        .collect();
    FamilyCase {
        programmes,
        groups,
        families,
    }
}

/// What a matching breaks, by the definition written out once more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Violation {
    OverCapacity(String, String),
    Blocking(String, usize),
}

impl FamilyCase {
    /// A tiny random round; every matching of it can be enumerated.
    pub(crate) fn tiny(seed: u64) -> Self {
        let mut draws = Draws(ChaCha8Rng::seed_from_u64(seed));
        let count = 2 + draws.below(2);
        let ids: Vec<String> = (0..count).map(|it| format!("P{it}")).collect();
        let mut groups = BTreeMap::new();
        let mut families = Vec::new();
        for number in 0..2 + draws.below(4) {
            let children: Vec<String> = (0..1 + draws.below(3).min(draws.below(3)))
                .map(|it| format!("C{number}{it}"))
                .collect();
            for child in &children {
                let group = if draws.unit() < 0.8 { "U3" } else { "K" };
                groups.insert(child.clone(), group.to_owned());
            }
            let mut options: Vec<Vec<Option<String>>> = Vec::new();
            for _ in 0..1 + draws.below(4) {
                let option: Vec<_> = children
                    .iter()
                    .map(|_| (draws.unit() < 0.8).then(|| ids[draws.below(count)].clone()))
                    .collect();
                if option.iter().any(Option::is_some) && !options.contains(&option) {
                    options.push(option);
                }
            }
            if options.is_empty() {
                options.push(vec![Some(ids[0].clone()); children.len()]);
            }
            families.push(Family {
                id: format!("F{number}"),
                children,
                options,
            });
        }
        let everybody: Vec<String> = groups.keys().cloned().collect();
        let programmes = ids
            .into_iter()
            .map(|id| {
                let mut line: Vec<(f64, String)> = Vec::new();
                for child in &everybody {
                    if draws.unit() < 0.95 {
                        line.push((draws.unit(), child.clone()));
                    }
                }
                line.sort_by(|a, b| a.0.total_cmp(&b.0));
                Programme {
                    id,
                    capacity: [("U3", 1 + draws.below(2)), ("K", draws.below(2))]
                        .map(|(group, seats)| (group.to_owned(), seats as u32))
                        .into(),
                    priority: line.into_iter().map(|it| it.1).collect(),
                }
            })
            .collect();
        Self {
            programmes,
            groups,
            families,
        }
    }

    /// Every choice of one admissible option, or none, per family.
    pub(crate) fn choices(&self) -> Vec<BTreeMap<String, Option<usize>>> {
        let mut choices = vec![BTreeMap::new()];
        for family in &self.families {
            let options = self.admissible(family).len();
            choices = choices
                .into_iter()
                .flat_map(|choice: BTreeMap<String, Option<usize>>| {
                    let with = move |option| {
                        let mut choice = choice.clone();
                        choice.insert(family.id.clone(), option);
                        choice
                    };
                    (0..options).map(Some).chain([None]).map(with)
                })
                .collect();
        }
        choices
    }

    /// A random choice per family.
    pub(crate) fn random_choice(&self, seed: u64) -> BTreeMap<String, Option<usize>> {
        let mut draws = Draws(ChaCha8Rng::seed_from_u64(seed));
        self.families
            .iter()
            .map(|family| {
                let options = self.admissible(family).len();
                let drawn = draws.below(options + 1);
                (family.id.clone(), (drawn < options).then_some(drawn))
            })
            .collect()
    }

    /// Programme, group and children of each seat that an option of a family needs.
    fn needs(
        &self,
        family: &Family,
        option: &[Option<String>],
    ) -> BTreeMap<(String, String), Vec<String>> {
        let mut needs: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for (child, programme) in family.children.iter().zip(option) {
            if let Some(programme) = programme {
                needs
                    .entry((programme.clone(), self.groups[child].clone()))
                    .or_default()
                    .push(child.clone());
            }
        }
        needs
    }

    /// What a choice breaks, in the words of the rule.
    pub(crate) fn violations(&self, chosen: &BTreeMap<String, Option<usize>>) -> Vec<Violation> {
        let mut at: BTreeMap<(String, String), Vec<(String, String)>> = BTreeMap::new();
        for family in &self.families {
            if let Some(option) = chosen[&family.id] {
                let option = &self.admissible(family)[option];
                for (seat, children) in self.needs(family, option) {
                    let children = children.into_iter().map(|it| (family.id.clone(), it));
                    at.entry(seat).or_default().extend(children);
                }
            }
        }
        let programme = |id: &str| self.programmes.iter().find(|it| it.id == id).unwrap();
        let capacity = |seat: &(String, String)| {
            let seats = programme(&seat.0).capacity.get(&seat.1);
            seats.copied().unwrap_or(0) as usize
        };
        let position = |id: &str, child: &str| {
            let line = &programme(id).priority;
            line.iter().position(|it| it == child).unwrap()
        };
        let mut violations: Vec<Violation> = at
            .iter()
            .filter(|(seat, children)| children.len() > capacity(seat))
            .map(|(seat, _)| Violation::OverCapacity(seat.0.clone(), seat.1.clone()))
            .collect();
        for family in &self.families {
            let options = self.admissible(family);
            let better = chosen[&family.id].unwrap_or(options.len());
            for (number, option) in options[..better].iter().enumerate() {
                let fits = |(seat, children): (&(String, String), &Vec<String>)| {
                    let worst = children
                        .iter()
                        .map(|it| position(&seat.0, it))
                        .max()
                        .unwrap();
                    let ahead = at.get(seat).into_iter().flatten();
                    let ahead = ahead
                        .filter(|(of, child)| *of != family.id && position(&seat.0, child) < worst);
                    ahead.count() + children.len() <= capacity(seat)
                };
                if self.needs(family, option).iter().all(fits) {
                    violations.push(Violation::Blocking(family.id.clone(), number));
                }
            }
        }
        violations.sort();
        violations
    }

    /// Number of children that a choice places.
    pub(crate) fn size(&self, chosen: &BTreeMap<String, Option<usize>>) -> u64 {
        let placed = |family: &Family| {
            let option = chosen[&family.id]?;
            let programmes = &self.admissible(family)[option];
            Some(programmes.iter().flatten().count() as u64)
        };
        self.families.iter().filter_map(placed).sum()
    }
}

/// The violations that the checker names.
pub(crate) fn named(report: &matching::CheckReport) -> Vec<Violation> {
    use matching::Finding;
    let mut violations: Vec<Violation> = report
        .findings
        .iter()
        .map(|finding| match finding {
            Finding::OverCapacity {
                programme_id,
                seat_group,
                ..
            } => Violation::OverCapacity(programme_id.clone(), seat_group.clone()),
            Finding::BlockingFamily {
                family_id, option, ..
            } => Violation::Blocking(family_id.clone(), *option as usize - 1),
            other => panic!("{other}"),
        })
        .collect();
    violations.sort();
    violations
}
