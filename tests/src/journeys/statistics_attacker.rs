//! An attacker who has every published table of the statistics and a solver, and nothing else.

use std::collections::BTreeMap;

use serde_json::Value;
use solver::{Equality, LinearForm, LinearSystem, cell_bounds};

use super::client::text_of;

/// What is counted, where, of which care type and class: cells of different tables that count the same
/// children have the same key.
pub(super) type Key = [String; 4];

const TOTAL: &str = "_total";

/// What was published: value, or `None` where it is suppressed; and the least count a table shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Published {
    pub(super) cells: BTreeMap<Key, (Option<i64>, i64)>,
    parents: BTreeMap<String, String>,
}

fn key(what: &str, area: &str, care: &str, class: &str) -> Key {
    [what, area, care, class].map(str::to_owned)
}

impl Published {
    /// Takes the rows of a table in, as the API gives them.
    pub(super) fn read(&mut self, month: &str, table: &str, rows: &[Value]) {
        for row in rows {
            let text = |member: &str| row[member].as_str().unwrap_or(TOTAL).to_owned();
            let (area, care) = (text_of(row, "area"), text("care_type"));
            if let Some(parent) = row["parent"].as_str() {
                self.parents.insert(area.to_owned(), parent.to_owned());
            }
            let at = |what: &str, class: &str| key(&format!("{month} {what}"), area, &care, class);
            let (key, least) = match table {
                "occupancy" => (at("care", &format!("{TOTAL}|{TOTAL}")), 5),
                "age_structure" => (at("care", &format!("{}|{TOTAL}", text("age"))), 3),
                "hours_structure" => (at("care", &format!("{TOTAL}|{}", text("hours"))), 3),
                "take_up" => (at("home", &text("age")), 3),
                "applications" | "waiting" | "unserved" => (at("applying", table), 3),
                "free_places" => {
                    self.free_place(row, &at("care", &format!("{TOTAL}|{TOTAL}")));
                    continue;
                }
                other => panic!("table {other} is not known"),
            };
            let value = row["children"].as_i64();
            assert_eq!(
                value.is_none(),
                row["status"] == "suppressed",
                "{table}: {row}"
            );
            self.know(&key, value, least);
        }
    }

    /// Free places tell the children by a difference.
    fn free_place(&mut self, row: &Value, key: &Key) {
        for (places, free) in [
            ("licensed", "free_of_licensed"),
            ("planned", "free_of_planned"),
            ("staffed", "free_of_staffed"),
        ] {
            let places = row[places].as_i64().expect("places are public");
            let children = row[free].as_i64().map(|free| places - free);
            self.know(key, children, 5);
        }
    }

    /// One value wins over none: who has both tables has it.
    fn know(&mut self, key: &Key, value: Option<i64>, least: i64) {
        let known = self.cells.entry(key.clone()).or_insert((value, least));
        if let (Some(one), Some(other)) = (known.0, value) {
            assert_eq!(one, other, "two tables contradict each other at {key:?}");
        }
        known.0 = known.0.or(value);
        known.1 = known.1.max(least);
    }

    /// Cells nobody may know.
    pub(super) fn suppressed(&self) -> Vec<&Key> {
        let hidden = self.cells.iter().filter(|(_, (value, _))| value.is_none());
        hidden.map(|(key, _)| key).collect()
    }

    /// Everything an attacker knows of the cells: sums over areas, care types and classes; every cell
    /// that is not there is an unknown of its own where it may hold somebody.
    fn sums(&self) -> Vec<(Key, Vec<Key>)> {
        let mut parts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (area, parent) in &self.parents {
            parts.entry(parent).or_default().push(area);
        }
        let cares = ["childminding", "nursery", "kindergarten", "after_school"];
        let mut sums = Vec::new();
        for whole in self.cells.keys() {
            let [what, area, care, class] = whole;
            let inside = |key: &Key| self.cells.contains_key(key);
            if let Some(below) = parts.get(area.as_str()) {
                let keys = below.iter().map(|area| key(what, area, care, class));
                let keys: Vec<Key> = keys.filter(inside).collect();
                // A table that does not go down to the parts says nothing of their sum.
                if !keys.is_empty() {
                    sums.push((whole.clone(), keys));
                }
            }
            if care == TOTAL && !what.ends_with("home") {
                let keys = cares.map(|care| key(what, area, care, class));
                let keys: Vec<Key> = keys.into_iter().filter(inside).collect();
                // Where there is no row of a care type, the table is not broken down by it.
                if !keys.is_empty() {
                    sums.push((whole.clone(), keys));
                }
            }
            for classes in classes_of(class) {
                let keys = classes.iter().map(|class| key(what, area, care, class));
                let keys: Vec<Key> = keys.filter(inside).collect();
                if keys.len() == classes.len() {
                    sums.push((whole.clone(), keys));
                }
            }
            // Who lives in the city and who does not are the children of the city's facilities.
            if what.ends_with("care")
                && area == TOTAL
                && care == TOTAL
                && let Some((age, TOTAL)) = class.split_once('|')
            {
                let home = what.replace("care", "home");
                let keys = [TOTAL, "outside"].map(|area| key(&home, area, TOTAL, age));
                if keys.iter().all(inside) {
                    sums.push((whole.clone(), keys.to_vec()));
                }
            }
        }
        sums
    }

    /// The least and the greatest count of every suppressed cell; `None` where there is no limit.
    /// `movers`: two prefixes of keys and the number of children who came or left between the two.
    pub(super) fn attack(
        &self,
        movers: Option<(&str, &str, i64)>,
    ) -> BTreeMap<Key, (i64, Option<i64>)> {
        let hidden = self.suppressed();
        let unknowns: BTreeMap<Key, usize> = hidden
            .iter()
            .enumerate()
            .map(|(number, key)| ((*key).clone(), number))
            .collect();
        let mut count = unknowns.len();
        let mut rows = Vec::new();
        let mut add = |terms: Vec<(&Key, f64)>,
                       extra: Vec<(usize, f64)>,
                       right: f64,
                       unknowns: &BTreeMap<Key, usize>| {
            let mut form = LinearForm { terms: extra };
            let mut right_hand_side = right;
            for (key, sign) in terms {
                match (unknowns.get(key), self.cells.get(key)) {
                    (Some(unknown), _) => form.terms.push((*unknown, sign)),
                    (None, Some((Some(value), _))) => right_hand_side -= sign * *value as f64,
                    (None, _) => {}
                }
            }
            if !form.terms.is_empty() {
                rows.push(Equality {
                    form,
                    right_hand_side,
                });
            }
        };
        for (whole, parts) in &self.sums() {
            let mut terms = vec![(whole, -1.0)];
            terms.extend(parts.iter().map(|part| (part, 1.0)));
            add(terms, Vec::new(), 0.0, &unknowns);
        }
        // The unserved are some of the waiting, the waiting some of the applicants.
        let cells: Vec<Key> = self.cells.keys().cloned().collect();
        for [what, area, care, class] in &cells {
            let above = match class.as_str() {
                "unserved" => "waiting",
                "waiting" => "applications",
                _ => continue,
            };
            let (part, whole) = (key(what, area, care, class), key(what, area, care, above));
            add(
                vec![(&part, 1.0), (&whole, -1.0)],
                vec![(count, 1.0)],
                0.0,
                &unknowns,
            );
            count += 1;
        }
        if let Some((before, after, most)) = movers {
            let mut all = Vec::new();
            for [what, area, care, class] in &cells {
                let is_leaf = !self.parents.values().any(|parent| parent == area) && care != TOTAL;
                if *what != format!("{before} care") || !is_leaf || class != "_total|_total" {
                    continue;
                }
                let earlier = key(what, area, care, class);
                let later = key(&format!("{after} care"), area, care, class);
                // later = earlier + came - left
                let moved = vec![(count, -1.0), (count + 1, 1.0)];
                add(vec![(&later, 1.0), (&earlier, -1.0)], moved, 0.0, &unknowns);
                all.extend([(count, 1.0), (count + 1, 1.0)]);
                count += 2;
            }
            all.push((count, 1.0));
            count += 1;
            add(Vec::new(), all, most as f64, &unknowns);
        }
        let targets: Vec<LinearForm> = (0..unknowns.len()).map(LinearForm::unknown).collect();
        let system = LinearSystem::new(count, rows).expect("the sums are finite");
        let bounds = cell_bounds(&system, &targets).expect("what is published goes together");
        unknowns
            .into_iter()
            .map(|(key, number)| {
                let upper = bounds[number].upper;
                let upper = upper.is_finite().then(|| upper.floor() as i64);
                (key, (bounds[number].lower.ceil().max(0.0) as i64, upper))
            })
            .collect()
    }

    /// Cells that can be calculated in two months and changed by fewer children than their table shows: who
    /// knows one child that came or left reads its attributes. The whole city has none.
    pub(super) fn movers_read(&self, months: &[&str]) -> Vec<(Key, i64)> {
        let bounds = self.attack(None);
        let exact = |key: &Key| match self.cells.get(key)?.0 {
            Some(value) => Some(value),
            None => {
                let (lower, upper) = bounds.get(key)?;
                (Some(*lower) == *upper).then_some(*lower)
            }
        };
        let mut read = Vec::new();
        for (place, one) in months.iter().enumerate() {
            for other in &months[place + 1..] {
                for (key, (_, least)) in &self.cells {
                    let [what, area, care, class] = key;
                    let Some(counted) = what.strip_prefix(one) else {
                        continue;
                    };
                    let is_everybody = area == TOTAL
                        && care == TOTAL
                        && class
                            .split('|')
                            .all(|class| class == TOTAL || class == "applications");
                    let there = self::key(&format!("{other}{counted}"), area, care, class);
                    let Some((here, there)) = exact(key).zip(exact(&there)) else {
                        continue;
                    };
                    let change = there - here;
                    if !is_everybody && change != 0 && change.abs() < (*least).min(3) {
                        read.push((there_key(key, other), change));
                    }
                }
            }
        }
        read
    }

    /// That nobody can know a suppressed cell, nor that it holds fewer than its table shows.
    pub(super) fn holds(&self, movers: Option<(&str, &str, i64)>) -> usize {
        for (key, (value, least)) in &self.cells {
            let is_small = value.is_some_and(|value| (1..*least).contains(&value));
            assert!(!is_small, "{key:?} shows {value:?}");
        }
        let bounds = self.attack(movers);
        assert!(!self.parents.is_empty(), "areas were read");
        for (key, (lower, upper)) in &bounds {
            let least = self.cells[key].1;
            // A count hidden because of a neighbour, or of a child that came, may be calculated if it is
            // not small itself; what two months tell together is asked by `movers_read`.
            let is_pinned = Some(*lower) == *upper && *lower < least;
            assert!(!is_pinned, "{key:?} is pinned to {lower}");
            if movers.is_none() {
                assert!(
                    upper.is_none_or(|upper| upper >= least),
                    "{key:?} is known to be at most {upper:?}"
                );
            }
        }
        bounds.len()
    }
}

fn there_key(key: &Key, month: &str) -> Key {
    let mut there = key.clone();
    there[0] = format!("{} to {month}", key[0]);
    there
}

/// The ways a class is the sum of others.
fn classes_of(class: &str) -> Vec<Vec<String>> {
    const GROUPS: [(&str, &[&str]); 4] = [
        (TOTAL, &["under_3", "3_to_5", "6_and_older"]),
        ("under_3", &["under_1", "1", "2"]),
        ("3_to_5", &["3", "4", "5"]),
        ("6_and_older", &["6", "7_and_older"]),
    ];
    const HOURS: [&str; 4] = ["up_to_4.5", "over_4.5_to_6", "over_6_to_9", "over_9"];
    let of = |age: &str| {
        GROUPS
            .iter()
            .find(|(group, _)| *group == age)
            .map(|(_, of)| *of)
    };
    match class.split_once('|') {
        // A class of take-up.
        None => of(class)
            .map(|of| of.iter().map(|age| (*age).to_owned()).collect())
            .into_iter()
            .collect(),
        Some((age, TOTAL)) => {
            const AGES: [&str; 8] = ["under_1", "1", "2", "3", "4", "5", "6", "7_and_older"];
            let ages =
                (age == TOTAL).then(|| AGES.iter().map(|age| format!("{age}|{TOTAL}")).collect());
            let hours = (age == TOTAL).then(|| {
                HOURS
                    .iter()
                    .map(|hours| format!("{TOTAL}|{hours}"))
                    .collect()
            });
            ages.into_iter().chain(hours).collect()
        }
        Some(_) => Vec::new(),
    }
}
