//! Lines, placements and decisions, worked out once more.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::inputs::{
    PointsSource, SuggestionApplication, SuggestionChild, SuggestionInputs,
};
use super::stay::{Asked, book, reasons, take};
use crate::catalogue::{AnswerRow, CriteriaCatalogue, sha256_hex};
use crate::lottery::{DrawnFor, draw, lottery_number};
use crate::round::Siblings;

/// One place in the order of a line; smaller goes first.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Rung {
    Points(Reverse<i64>),
    Older(jiff::civil::Date),
    Earlier(jiff::civil::Date),
    Key(String),
    Lot(u64, u64),
}

impl Rung {
    fn name(&self) -> &'static str {
        match self {
            Self::Points(_) => "points",
            Self::Older(_) => "older_child",
            Self::Earlier(_) => "earlier_application",
            Self::Key(_) => "key",
            Self::Lot(..) => "lot",
        }
    }
}

pub(super) struct Entry<'a> {
    pub(super) child: &'a str,
    rank: u32,
    rungs: Vec<Rung>,
    points: i64,
    contributions: Vec<Value>,
    pub(super) obstacles: Vec<Value>,
    pub(super) asked: Asked<'a>,
}

/// Everything worked out from the inputs alone.
pub(super) struct Derivation<'a> {
    pub(super) inputs: &'a SuggestionInputs,
    /// By programme: its line in order.
    pub(super) lines: BTreeMap<&'a str, Vec<Entry<'a>>>,
    children: BTreeMap<&'a str, &'a SuggestionChild>,
}

pub(super) type Pair<'a> = (&'a str, &'a str);

impl<'a> Derivation<'a> {
    pub(super) fn new(inputs: &'a SuggestionInputs) -> Self {
        let children: BTreeMap<&str, &SuggestionChild> = inputs
            .children
            .iter()
            .map(|it| (it.applicant_id.as_str(), it))
            .collect();
        let book = book(inputs);
        let mut applications: BTreeMap<&str, Vec<&SuggestionApplication>> = BTreeMap::new();
        for it in &inputs.applications {
            applications.entry(&it.programme_id).or_default().push(it);
        }
        let given = Given::of(inputs);
        let mut lines = BTreeMap::new();
        for programme in &inputs.programmes {
            let canonical = inputs
                .catalogues
                .of(&programme.provider_id)
                .map(CriteriaCatalogue::canonical)
                .unwrap_or_default();
            let catalogue: Value = serde_json::from_str(&canonical).unwrap_or_default();
            let own = applications.get(programme.programme_id.as_str());
            let mut line: Vec<Entry<'a>> = own
                .into_iter()
                .flatten()
                .filter_map(|it| {
                    let child = children.get(it.applicant_id.as_str())?;
                    let (points, contributions) = match programme.points_from {
                        PointsSource::Catalogue => evaluate(&given, &catalogue, it),
                        PointsSource::Recorded => recorded(&given, it),
                    };
                    let asked = Asked {
                        facility: &programme.facility_id,
                        care: programme.care_type,
                        born: child.born,
                        first: it.first_day,
                        quarters: it.daily_hours.quarters().into(),
                        inclusion: child.inclusion_need,
                    };
                    Some(Entry {
                        child: &it.applicant_id,
                        rank: it.rank,
                        rungs: rungs(inputs, &catalogue, it, child, points),
                        points,
                        contributions,
                        obstacles: reasons(inputs, &book, &asked),
                        asked,
                    })
                })
                .collect();
            line.sort_by(|a, b| a.rungs.cmp(&b.rungs));
            lines.insert(programme.programme_id.as_str(), line);
        }
        Self {
            inputs,
            lines,
            children,
        }
    }

    pub(super) fn catalogues(&self) -> Vec<Value> {
        self.inputs
            .catalogues
            .iter()
            .map(|it| {
                json!({
                    "provider_id": it.provider(), "id": it.id(), "version": it.version(),
                    "hash": sha256_hex(it.canonical().as_bytes()), "canonical": it.canonical(),
                })
            })
            .collect()
    }

    /// The stays that the placements take, with child and place in line, by programme.
    pub(super) fn taken(&self, placements: &Value) -> Vec<(&'a str, usize, &Entry<'a>)> {
        let mut taken = Vec::new();
        for row in placements.as_array().into_iter().flatten() {
            let (Some(child), Some(programme)) =
                (row["applicant_id"].as_str(), row["programme_id"].as_str())
            else {
                continue;
            };
            if let Some((name, line)) = self.lines.get_key_value(programme)
                && let Some(at) = line.iter().position(|it| it.child == child)
            {
                taken.push((*name, at, &line[at]));
            }
        }
        taken
    }

    /// The stated exclusions that hold beside the stated placements, each with its reason, by child and
    /// programme.
    pub(super) fn exclusions(&self, stated: &Value, placements: &Value) -> Value {
        let taken = self.taken(placements);
        let mut held = BTreeMap::new();
        for row in stated.as_array().into_iter().flatten() {
            let (child, programme) = (row["applicant_id"].as_str(), row["programme_id"].as_str());
            let (Some(child), Some(line)) =
                (child, programme.and_then(|it| self.lines.get_key_value(it)))
            else {
                continue;
            };
            let Some(own) = line.1.iter().position(|it| it.child == child) else {
                continue;
            };
            let mut book = book(self.inputs);
            for (programme, at, entry) in &taken {
                if programme != line.0 || *at < own {
                    take(self.inputs, &mut book, &entry.asked);
                }
            }
            let entry = &line.1[own];
            if let Some(reason) = reasons(self.inputs, &book, &entry.asked).into_iter().next()
                && entry.obstacles.is_empty()
            {
                let row = json!({
                    "applicant_id": entry.child, "programme_id": *line.0, "reason": reason,
                });
                held.insert((entry.child, *line.0), row);
            }
        }
        held.into_values().collect()
    }

    /// The family-optimal placements of the suitable applications that are not excluded, by proposals in
    /// rounds; as stated where families want to be placed together.
    pub(super) fn placements(&self, exclusions: &Value, stated: &Value) -> Value {
        if self.is_joint() {
            return stated.clone();
        }
        let mut wishes: BTreeMap<&str, Vec<(u32, &str, usize)>> = self
            .inputs
            .children
            .iter()
            .map(|it| (it.applicant_id.as_str(), Vec::new()))
            .collect();
        for (programme, line) in &self.lines {
            for (at, entry) in line.iter().enumerate() {
                if entry.obstacles.is_empty()
                    && find(exclusions, (entry.child, programme)).is_none()
                {
                    wishes
                        .entry(entry.child)
                        .or_default()
                        .push((entry.rank, programme, at));
                }
            }
        }
        for own in wishes.values_mut() {
            own.sort_unstable();
        }
        // Everybody asks at once; every programme keeps its best; who is turned away asks on.
        let mut asked: BTreeMap<&str, usize> = wishes.keys().map(|child| (*child, 0)).collect();
        let places: BTreeMap<&str, usize> = self
            .inputs
            .programmes
            .iter()
            .map(|it| (it.programme_id.as_str(), it.free_places as usize))
            .collect();
        loop {
            let mut at_door: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
            for (child, own) in &wishes {
                if let Some((_, programme, at)) = own.get(asked[child]) {
                    at_door.entry(programme).or_default().push((*at, child));
                }
            }
            let mut turned_away = 0;
            for (programme, mut line) in at_door {
                line.sort_unstable();
                for (_, child) in line.iter().skip(places[programme]) {
                    *asked.entry(child).or_default() += 1;
                    turned_away += 1;
                }
            }
            if turned_away == 0 {
                break;
            }
        }
        wishes
            .iter()
            .map(|(child, own)| {
                let got = own.get(asked[child]);
                json!({
                    "applicant_id": child,
                    "programme_id": got.map(|it| it.1),
                    "rank": got.map(|it| it.0),
                })
            })
            .collect()
    }

    /// Whether families want to be placed together.
    pub(super) fn is_joint(&self) -> bool {
        let mut children = self.inputs.children.iter();
        children.any(|it| it.siblings != Siblings::Independent)
    }

    /// Months in which the placed stays exceed what is free.
    pub(super) fn overbooked(&self, placements: &Value) -> Vec<Value> {
        let mut book = book(self.inputs);
        let mut problems = Vec::new();
        let mut taken = self.taken(placements);
        taken.sort_by_key(|(programme, at, entry)| (entry.asked.first, *at, *programme));
        for (programme, _, entry) in taken {
            let misfit = reasons(self.inputs, &book, &entry.asked).into_iter().next();
            problems.extend(misfit.map(|reason| {
                json!({ "applicant_id": entry.child, "programme_id": programme, "reason": reason })
            }));
            take(self.inputs, &mut book, &entry.asked);
        }
        problems
    }

    /// Who blocks because no stable matching exists: nobody, unless families want to be placed together;
    /// then as stated.
    pub(super) fn blocking(&self, stated: &Value) -> Value {
        if self.is_joint() {
            stated.clone()
        } else {
            json!([])
        }
    }

    pub(super) fn programmes(
        &self,
        placements: &Value,
        (exclusions, unsettled): (&Value, &Value),
        blocking: &Value,
    ) -> Vec<Value> {
        let places: BTreeMap<&str, (&str, u64)> = placements
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|row| {
                let place = (row["programme_id"].as_str()?, row["rank"].as_u64()?);
                Some((row["applicant_id"].as_str()?, place))
            })
            .collect();
        let mut programmes: Vec<_> = self.inputs.programmes.iter().collect();
        programmes.sort_by_key(|it| &it.programme_id);
        programmes
            .into_iter()
            .map(|programme| {
                let name = programme.programme_id.as_str();
                let line = &self.lines[name];
                let here = |entry: &Entry<'_>| {
                    places.get(entry.child).is_some_and(|place| place.0 == name)
                };
                let last = (0..line.len()).rev().find(|at| here(&line[*at]));
                let count = line.iter().filter(|it| here(it)).count();
                let cut_off = last.filter(|_| count as u64 == u64::from(programme.free_places));
                let mut waiting = 0;
                let lines: Vec<Value> = (0..line.len())
                    .map(|at| {
                        let decision = decide(
                            (name, programme.free_places),
                            (line, at, cut_off),
                            &places,
                            find(exclusions, (line[at].child, name)),
                            self.left((line[at].child, name), unsettled, blocking),
                            &mut waiting,
                        );
                        self.line(line, at, &places, &decision)
                    })
                    .collect();
                let catalogue = self.inputs.catalogues.of(&programme.provider_id);
                json!({
                    "programme_id": name,
                    "provider_id": programme.provider_id,
                    "catalogue_hash": catalogue
                        .map(|it| sha256_hex(it.canonical().as_bytes()))
                        .unwrap_or_default(),
                    "free_places": programme.free_places,
                    "cut_off_points": cut_off.map(|at| line[at].points),
                    "cut_off_position": cut_off.map(|at| at + 1),
                    "lines": lines,
                })
            })
            .collect()
    }

    /// What is left to be said of a child that no other reason explains.
    fn left(&self, pair: Pair<'_>, unsettled: &Value, blocking: &Value) -> Value {
        if let Some(row) = find(unsettled, pair) {
            return json!({
                "kind": "no_stable_stays", "facility_id": row["facility_id"],
                "reason": row["reason"],
            });
        }
        let names = blocking.as_array().into_iter().flatten();
        let mut names = names.filter_map(Value::as_str);
        let kind = match self.children.get(pair.0) {
            Some(child) if child.siblings != Siblings::Independent => "siblings_rule",
            Some(child)
                if names.any(|it| {
                    it == child.applicant_id || !it.is_empty() && it == child.family_id
                }) =>
            {
                "no_stable_matching"
            }
            _ => "unexplained",
        };
        json!({ "kind": kind })
    }

    fn line(
        &self,
        line: &[Entry<'_>],
        at: usize,
        places: &BTreeMap<&str, (&str, u64)>,
        decision: &Value,
    ) -> Value {
        let entry = &line[at];
        let better = places
            .get(entry.child)
            .filter(|place| place.1 < u64::from(entry.rank));
        json!({
            "position": at + 1,
            "applicant_id": entry.child,
            "wish_rank": entry.rank,
            "points": entry.points,
            "contributions": entry.contributions,
            "behind_by": (at > 0).then(|| first_difference(&line[at - 1], entry)),
            "obstacles": entry.obstacles,
            "better_place": better.map(|place| json!({ "programme_id": place.0, "rank": place.1 })),
            "decision": decision,
        })
    }
}

fn first_difference(one: &Entry<'_>, other: &Entry<'_>) -> &'static str {
    let mut pairs = one.rungs.iter().zip(&other.rungs);
    pairs.find(|(a, b)| a != b).map_or("key", |(a, _)| a.name())
}

pub(super) fn find<'v>(rows: &'v Value, pair: Pair<'_>) -> Option<&'v Value> {
    rows.as_array()
        .into_iter()
        .flatten()
        .find(|row| row["applicant_id"] == pair.0 && row["programme_id"] == pair.1)
}

fn decide(
    (programme, free_places): (&str, u32),
    (line, at, cut_off): (&[Entry<'_>], usize, Option<usize>),
    places: &BTreeMap<&str, (&str, u64)>,
    exclusion: Option<&Value>,
    left: Value,
    waiting: &mut u32,
) -> Value {
    let entry = &line[at];
    let place = places.get(entry.child);
    if place.is_some_and(|place| place.0 == programme) {
        return json!({ "kind": "suggested" });
    }
    if let Some(reason) = entry.obstacles.first() {
        return json!({ "kind": "unsuitable", "reason": reason });
    }
    if let Some(place) = place.filter(|place| place.1 < u64::from(entry.rank)) {
        return json!({
            "kind": "placed_at_better_wish", "programme_id": place.0, "rank": place.1,
        });
    }
    if let Some(exclusion) = exclusion {
        return json!({ "kind": "no_room_beside_others", "reason": exclusion["reason"] });
    }
    if free_places == 0 {
        return json!({ "kind": "no_free_place" });
    }
    if let Some(last) = cut_off.filter(|last| *last < at) {
        *waiting += 1;
        return json!({
            "kind": "full",
            "free_places": free_places,
            "cut_off_points": line[last].points,
            "decided_by": first_difference(&line[last], entry),
            "waiting_position": *waiting,
        });
    }
    left
}

/// The order of a child in a line, from the catalogue's tie rules.
fn rungs(
    inputs: &SuggestionInputs,
    catalogue: &Value,
    application: &SuggestionApplication,
    child: &SuggestionChild,
    points: i64,
) -> Vec<Rung> {
    let mut rungs = vec![Rung::Points(Reverse(points))];
    let id = &child.applicant_id;
    let usual = [json!("older_child"), json!("key")];
    let steps = catalogue["tie"].as_array();
    for step in steps.map_or(&usual[..], |steps| steps) {
        rungs.push(match step.as_str() {
            Some("older_child") => Rung::Older(child.born),
            Some("earlier_application") => Rung::Earlier(application.applied_on),
            Some("lot") => {
                let family = if child.family_id.is_empty() {
                    id
                } else {
                    &child.family_id
                };
                let own = draw(inputs.seed, DrawnFor::Applicant, id);
                Rung::Lot(lottery_number(inputs.seed, family), own)
            }
            _ => Rung::Key(id.clone()),
        });
    }
    rungs.push(Rung::Key(id.clone()));
    rungs
}

/// Answers and recorded points by what they belong to.
struct Given<'a> {
    /// By child, programme and attribute.
    answers: BTreeMap<(&'a str, &'a str, &'a str), &'a AnswerRow>,
    /// By child, programme and criterion.
    recorded: BTreeMap<(&'a str, &'a str, &'a str), i64>,
}

impl<'a> Given<'a> {
    fn of(inputs: &'a SuggestionInputs) -> Self {
        let answers = inputs.answers.iter().map(|it| {
            let name = (
                it.applicant_id.as_str(),
                it.programme_id.as_str(),
                it.attribute.as_str(),
            );
            (name, it)
        });
        let recorded = inputs.recorded_points.iter().map(|it| {
            let name = (
                it.applicant_id.as_str(),
                it.programme_id.as_str(),
                it.criterion.as_str(),
            );
            (name, i64::from(it.points))
        });
        Self {
            answers: answers.collect(),
            recorded: recorded.collect(),
        }
    }
}

/// Points and contributions as recorded.
fn recorded(given: &Given<'_>, application: &SuggestionApplication) -> (i64, Vec<Value>) {
    let (child, programme) = (
        application.applicant_id.as_str(),
        application.programme_id.as_str(),
    );
    let own = given.recorded.range((child, programme, "")..);
    let own = own.take_while(|((one, at, _), _)| (*one, *at) == (child, programme));
    let mut sum = 0;
    let contributions = own
        .map(|((_, _, criterion), points)| {
            sum += points;
            json!({
                "criterion": criterion, "scope": "local", "answer": "", "evidence": "recorded",
                "points": points,
            })
        })
        .collect();
    (sum, contributions)
}

/// Points and contributions from the canonical form of a catalogue.
fn evaluate(
    given: &Given<'_>,
    catalogue: &Value,
    application: &SuggestionApplication,
) -> (i64, Vec<Value>) {
    let answer = |attribute: &str| {
        let given = |programme: &str| {
            let name = (application.applicant_id.as_str(), programme, attribute);
            given.answers.get(&name).copied()
        };
        given(&application.programme_id).or_else(|| given(""))
    };
    let mut sum = 0;
    let mut contributions = Vec::new();
    for criterion in catalogue["criteria"].as_array().into_iter().flatten() {
        let given = answer(criterion["attribute"].as_str().unwrap_or_default());
        let text = given.map_or("", |row| row.value.as_str());
        let number = text.parse::<i64>().ok();
        let evidence = match given {
            None => "no_answer",
            Some(_) if criterion["evidence"].is_null() => "not_needed",
            Some(row) if row.evidence_shown => "shown",
            Some(_) => "missing",
        };
        let rule = &criterion["value"];
        let whole = |key: &str| rule[key].as_i64();
        let value = match rule["kind"].as_str() {
            Some("yes_no") if text == "yes" => whole("value"),
            Some("choice") => rule["options"][text].as_i64(),
            Some("count") => number
                .zip(whole("each").zip(whole("cap")))
                .map(|(number, (each, cap))| each * number.min(cap)),
            Some("threshold") => number
                .filter(|it| whole("at_least").is_none_or(|low| *it >= low))
                .filter(|it| whole("at_most").is_none_or(|high| *it <= high))
                .and_then(|_| whole("value")),
            _ => None,
        };
        let counts = evidence != "missing" || catalogue["evidence_missing"] == "count";
        let key = criterion["key"].as_str().unwrap_or_default();
        let weight = catalogue["weights"][key].as_i64().unwrap_or_default();
        let points = value.filter(|_| counts).unwrap_or_default() * weight;
        sum += points;
        contributions.push(json!({
            "criterion": key,
            "scope": criterion["scope"],
            "answer": number.map_or_else(|| text.to_owned(), |it| it.to_string()),
            "evidence": evidence,
            "points": points,
        }));
    }
    (sum, contributions)
}
