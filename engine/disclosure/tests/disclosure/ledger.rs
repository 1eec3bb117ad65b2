//! The gate over many tables and months, against an attacker who has everything that was released.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

use disclosure::{
    ConfidentialTable, Dimension, DisclosurePolicy, Label, LedgerDecision, LedgerError, Member,
    ReleaseLedger, ReleaseRequest, ReleaseScope, ReleasedTable, StatedRelease, TOTAL_CODE,
    ZeroRule,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use solver::{Equality, LinearForm, LinearSystem, cell_bounds};

const K: u32 = 3;
const AREAS: [(&str, &str); 4] = [
    ("a1", "north"),
    ("a2", "north"),
    ("a3", "south"),
    ("a4", "south"),
];
pub(crate) const CARE: [&str; 2] = ["nursery", "school"];
const AGES: [&str; 3] = ["1", "2", "3"];
const ATOMS: usize = 24;

/// Counts of one month: area, then care type, then age running fastest.
type Month = Vec<u32>;

/// A table somebody asks for.
#[derive(Debug, Clone)]
struct Wish {
    month: usize,
    /// 0 none, 1 districts, 2 areas below districts.
    area: u8,
    care: bool,
    age: bool,
    /// Only this care type; without the dimension of care types.
    only: Option<usize>,
}

pub(crate) fn label() -> Label {
    Label::new("Kinder", "Children")
}

pub(crate) fn policy() -> DisclosurePolicy {
    DisclosurePolicy::new("test", K, K, ZeroRule::Published).unwrap()
}

pub(crate) fn scope(month: usize) -> ReleaseScope {
    ReleaseScope::new("children", jiff::civil::date(2026, 1 + month as i8, 1))
}

fn coordinates_of(atom: usize) -> (usize, usize, usize) {
    (atom / 6, atom / 3 % 2, atom % 3)
}

impl Wish {
    /// At least one dimension, and a restriction only beside another dimension.
    fn tidy(mut self) -> Self {
        if self.care {
            self.only = None;
        }
        if self.area == 0 && !self.care && !self.age {
            self.area = 1;
        }
        self
    }

    fn name(&self) -> String {
        format!(
            "t{}{}{}{:?}",
            self.area,
            u8::from(self.care),
            u8::from(self.age),
            self.only
        )
    }

    fn request(&self, counts: &[u32]) -> ReleaseRequest {
        let flat = |code: &str, members: &[&str]| {
            let members = members.iter().map(|m| Member::new(*m, label())).collect();
            Dimension::new(code, label(), members)
        };
        let mut dimensions = Vec::new();
        match self.area {
            0 => {}
            1 => dimensions.push(flat("district", &["north", "south"])),
            _ => {
                let mut members =
                    vec![Member::new("north", label()), Member::new("south", label())];
                members.extend(
                    AREAS.map(|(area, district)| Member::new(area, label()).under(district)),
                );
                dimensions.push(Dimension::new("area", label(), members));
            }
        }
        if self.care {
            dimensions.push(flat("care", &CARE));
        }
        if self.age {
            dimensions.push(flat("age", &AGES));
        }
        let records = (0..ATOMS).filter_map(|atom| {
            let (area, care, age) = coordinates_of(atom);
            if self.only.is_some_and(|only| only != care) {
                return None;
            }
            let mut codes = Vec::new();
            match self.area {
                0 => {}
                1 => codes.push(AREAS[area].1),
                _ => codes.push(AREAS[area].0),
            }
            if self.care {
                codes.push(CARE[care]);
            }
            if self.age {
                codes.push(AGES[age]);
            }
            Some((codes, counts[atom]))
        });
        let table =
            ConfidentialTable::from_records(self.name(), label(), dimensions, records).unwrap();
        let mut request = ReleaseRequest::new(table, policy(), scope(self.month));
        if self.area == 1 {
            request = request.measured_as("district", "area");
        }
        if let Some(only) = self.only {
            request = request.restricted_to("care", [CARE[only]]);
        }
        request
    }

    /// The atoms of a cell, from its codes alone.
    fn atoms(&self, table: &ReleasedTable, codes: &[&str]) -> Vec<usize> {
        let columns: Vec<String> = table
            .dimensions()
            .iter()
            .map(|dimension| dimension.code.to_owned())
            .collect();
        let is_in = |atom: &usize| {
            let (area, care, age) = coordinates_of(*atom);
            self.only.is_none_or(|only| only == care)
                && columns.iter().zip(codes).all(|(column, code)| {
                    *code == TOTAL_CODE
                        || match column.as_str() {
                            "care" => CARE[care] == *code,
                            "age" => AGES[age] == *code,
                            _ => AREAS[area].0 == *code || AREAS[area].1 == *code,
                        }
                })
        };
        (0..ATOMS).filter(is_in).collect()
    }
}

/// A cell somebody can read or would like to know.
struct Seen {
    month: usize,
    atoms: Vec<usize>,
    value: Option<u64>,
}

/// What an attacker finds who knows all tables: violations of D3, D6 and the rule for movers, in words.
fn attack(months: &[Month], released: &[(Wish, ReleasedTable)]) -> Vec<String> {
    let mut seen: Vec<Seen> = Vec::new();
    for (wish, table) in released {
        for cell in table.cells() {
            seen.push(Seen {
                month: wish.month,
                atoms: wish.atoms(table, &cell.coordinates),
                value: cell.value,
            });
        }
    }
    let truth = |month: usize, atoms: &[usize]| -> u64 {
        atoms
            .iter()
            .map(|&atom| u64::from(months[month][atom]))
            .sum()
    };
    let mut found = Vec::new();
    let mut bounds = Vec::new();
    for month in 0..months.len() {
        let rows = seen
            .iter()
            .filter(|cell| cell.month == month)
            .filter_map(|cell| {
                Some(Equality {
                    form: LinearForm {
                        terms: cell.atoms.iter().map(|&atom| (atom, 1.0)).collect(),
                    },
                    right_hand_side: cell.value? as f64,
                })
            });
        let system = LinearSystem::new(ATOMS, rows.collect()).unwrap();
        let forms: Vec<LinearForm> = seen
            .iter()
            .map(|cell| LinearForm {
                terms: cell.atoms.iter().map(|&atom| (atom, 1.0)).collect(),
            })
            .collect();
        bounds.push(cell_bounds(&system, &forms).unwrap());
    }
    for (number, cell) in seen.iter().enumerate() {
        let (exact, range) = (truth(cell.month, &cell.atoms), bounds[cell.month][number]);
        assert!(range.lower <= exact as f64 + 1e-6 && exact as f64 <= range.upper + 1e-6);
        if (1..u64::from(K)).contains(&exact)
            && (range.lower > 1e-6 || range.upper < f64::from(K) - 1e-6)
        {
            found.push(format!(
                "month {}: {:?} is {exact}, known as {range:?}",
                cell.month, cell.atoms
            ));
        }
        for other in seen.iter().filter(|other| other.month == cell.month) {
            let is_part = other.atoms.iter().all(|atom| cell.atoms.contains(atom));
            if let (true, Some(whole), Some(part)) = (is_part, cell.value, other.value)
                && (1..u64::from(K)).contains(&(whole - part))
                && part > 0
            {
                found.push(format!(
                    "month {}: {:?} less {:?}",
                    cell.month, cell.atoms, other.atoms
                ));
            }
        }
    }
    // Movers between neighbouring months.
    for (number, cell) in seen.iter().enumerate() {
        let next = cell.month + 1;
        if cell.atoms.len() == ATOMS || next >= months.len() {
            continue;
        }
        let change = truth(next, &cell.atoms).abs_diff(truth(cell.month, &cell.atoms));
        if !(1..u64::from(K)).contains(&change) {
            continue;
        }
        let there = seen
            .iter()
            .any(|other| other.month == next && other.atoms == cell.atoms);
        let width = |month: usize| bounds[month][number].upper - bounds[month][number].lower;
        if there && width(cell.month) < 1e-6 && width(next) < 1e-6 {
            found.push(format!(
                "{:?} changes by {change} from month {}",
                cell.atoms, cell.month
            ));
        }
    }
    found
}

/// Which tables a ledger does not write down.
#[derive(Clone, Copy, PartialEq)]
enum Forgets {
    Nothing,
    EverySecond,
    /// The one released at this place.
    One(usize),
}

/// Asks for all tables in turn.
fn publish(months: &[Month], wishes: &[Wish], forgets: Forgets) -> Vec<(Wish, ReleasedTable)> {
    let mut ledger = ReleaseLedger::default();
    let mut released = Vec::new();
    for (number, wish) in wishes.iter().enumerate() {
        let request = wish.request(&months[wish.month]);
        let passed = match ledger.decide(&request).unwrap() {
            LedgerDecision::Released(passed) => passed,
            LedgerDecision::Repeated(_) => continue,
            LedgerDecision::Refused(refusal) => {
                assert!(refusal.findings() > 0);
                let Some(proposal) = refusal.proposal() else {
                    continue;
                };
                match ledger.decide(proposal.request()).unwrap() {
                    LedgerDecision::Released(passed) => passed,
                    other => panic!("a proposal has to pass: {other:?}"),
                }
            }
        };
        let before = ledger.clone();
        released.push((wish.clone(), ledger.record(*passed)));
        let forgotten = match forgets {
            Forgets::Nothing => false,
            Forgets::EverySecond => number % 2 == 0,
            Forgets::One(place) => released.len() == place + 1,
        };
        if forgotten {
            ledger = before;
        }
    }
    released
}

fn months() -> impl Strategy<Value = Vec<Month>> {
    let first = prop::collection::vec(
        prop_oneof![1 => Just(0_u32), 2 => 1_u32..=4, 4 => 5_u32..=25],
        ATOMS,
    );
    let movers = prop::collection::vec((0..ATOMS, -3_i64..=3), 0..5);
    (first, prop::collection::vec(movers, 1..3)).prop_map(|(first, steps)| {
        let mut months = vec![first];
        for step in steps {
            let mut next = months[months.len() - 1].clone();
            for (atom, by) in step {
                next[atom] = u32::try_from((i64::from(next[atom]) + by).max(0)).unwrap();
            }
            months.push(next);
        }
        months
    })
}

fn wishes(months: usize) -> impl Strategy<Value = Vec<Wish>> {
    let only = prop_oneof![3 => Just(None), 1 => (0_usize..2).prop_map(Some)];
    let wish = (0..months, 0_u8..3, any::<bool>(), any::<bool>(), only).prop_map(
        |(month, area, care, age, only)| {
            Wish {
                month,
                area,
                care,
                age,
                only,
            }
            .tidy()
        },
    );
    prop::collection::vec(wish, 2..7)
}

fn cities() -> impl Strategy<Value = (Vec<Month>, Vec<Wish>)> {
    months().prop_flat_map(|months| {
        let wishes = wishes(months.len());
        (Just(months), wishes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whoever_has_everything_released_finds_no_child((months, wishes) in cities()) {
        let released = publish(&months, &wishes, Forgets::Nothing);
        let found = attack(&months, &released);
        prop_assert!(found.is_empty(), "{:#?}", found);
    }
}

#[test]
fn a_ledger_that_forgets_a_table_is_caught_by_the_same_attacker() {
    let mut runner = TestRunner::deterministic();
    let caught = (0..30).filter(|_| {
        let (months, wishes) = cities().new_tree(&mut runner).unwrap().current();
        !attack(&months, &publish(&months, &wishes, Forgets::EverySecond)).is_empty()
    });
    assert!(caught.count() >= 3);
}

#[test]
fn a_ledger_that_forgets_a_single_table_is_caught_by_the_same_attacker() {
    let mut runner = TestRunner::deterministic();
    let mut caught = 0;
    for _ in 0..30 {
        let (months, wishes) = cities().new_tree(&mut runner).unwrap().current();
        // Up to seven tables: each of them may be the one that matters.
        let found = (0..wishes.len() - 1).any(|place| {
            !attack(&months, &publish(&months, &wishes, Forgets::One(place))).is_empty()
        });
        caught += usize::from(found);
        assert!(attack(&months, &publish(&months, &wishes, Forgets::Nothing)).is_empty());
    }
    assert!(caught >= 5, "{caught} of 30 cities");
}

/// The same wishes in the order of the keys: what somebody else might have asked first.
fn shuffled(wishes: &[Wish], keys: &[u64]) -> Vec<Wish> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by_key(|&place| (keys[place % keys.len()], place));
    order
        .into_iter()
        .map(|place| wishes[place].clone())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_whatever_order_tables_of_several_months_are_asked_for_nobody_is_found(
        (months, wishes) in cities(),
        keys in prop::collection::vec(any::<u64>(), 7),
    ) {
        // Every wish for every month, not only for its own.
        let mut all = Vec::new();
        for month in 0..months.len() {
            all.extend(wishes.iter().take(3).map(|wish| Wish { month, ..wish.clone() }));
        }
        let asked = shuffled(&all, &keys);
        let found = attack(&months, &publish(&months, &asked, Forgets::Nothing));
        prop_assert!(found.is_empty(), "{found:#?}");
    }
}

/// Many children everywhere, so that nothing but the case at hand is small.
fn plenty() -> Month {
    (0..ATOMS as u32).map(|atom| 20 + 7 * (atom % 5)).collect()
}

fn wish(month: usize, area: u8, care: bool, age: bool, only: Option<usize>) -> Wish {
    Wish {
        month,
        area,
        care,
        age,
        only,
    }
}

fn write(ledger: &mut ReleaseLedger, request: &ReleaseRequest) -> ReleasedTable {
    match ledger.decide(request).unwrap() {
        LedgerDecision::Released(passed) => ledger.record(*passed),
        other => panic!("not released: {other:?}"),
    }
}

#[test]
fn the_same_table_gives_the_same_bytes_again_and_the_ledger_does_not_grow() {
    let mut ledger = ReleaseLedger::default();
    let mut counts = plenty();
    counts[0] = 1;
    let request = wish(0, 2, true, true, None).request(&counts);
    let first = write(&mut ledger, &request);
    write(&mut ledger, &wish(0, 1, true, false, None).request(&counts));
    let kept: Vec<Vec<u8>> = ledger
        .releases()
        .iter()
        .map(StatedRelease::to_confidential_bytes)
        .collect();
    let read = kept
        .iter()
        .map(|bytes| StatedRelease::from_confidential_bytes(bytes).unwrap());
    let again = ReleaseLedger::of(read.collect());
    assert!(again == ledger);
    let LedgerDecision::Repeated(second) = again.decide(&request).unwrap() else {
        panic!("known")
    };
    assert_eq!(
        serde_json::to_vec(&first).unwrap(),
        serde_json::to_vec(&*second).unwrap()
    );
    assert_eq!(first.content_hash(), ledger.releases()[0].content_sha256());

    // Other counts under the same name need a revision.
    let changed = wish(0, 2, true, true, None).request(&plenty());
    assert_eq!(ledger.decide(&changed).unwrap_err().code(), "E5097");
}

#[test]
fn one_child_more_in_a_month_is_not_to_be_read_from_two_tables() {
    let mut ledger = ReleaseLedger::default();
    let (first, mut second) = (plenty(), plenty());
    second[0] += 1;
    second[6] += 4;
    write(&mut ledger, &wish(0, 2, false, false, None).request(&first));
    let LedgerDecision::Refused(refusal) = ledger
        .decide(&wish(1, 2, false, false, None).request(&second))
        .unwrap()
    else {
        panic!("area a1 has one child more")
    };
    let witness = refusal.witness().unwrap();
    assert_eq!(witness.subject.coordinates, ["a1"]);
    assert!(
        witness
            .german()
            .contains("um weniger als 3 Kinder geändert"),
        "{}",
        witness.german()
    );
    assert!(!refusal.to_string().contains("a1"), "{refusal}");
    let proposal = refusal.proposal().unwrap();
    let hidden: Vec<String> = proposal
        .hidden()
        .iter()
        .map(|codes| codes.join("/"))
        .collect();
    assert!(hidden.contains(&"a1".to_owned()), "{hidden:?}");
    let table = write(&mut ledger, proposal.request());
    assert_eq!(table.display(&["a1"]).as_deref(), Some("."));
    assert_eq!(
        table.display(&["a3"]).as_deref(),
        Some("204"),
        "what did not move stays"
    );
}

#[test]
fn a_sensitive_attribute_all_of_a_group_share_is_not_released() {
    let members = |codes: &[&str]| {
        codes
            .iter()
            .map(|c| Member::new(*c, label()))
            .collect::<Vec<_>>()
    };
    let dimensions = vec![
        Dimension::new("area", label(), members(&["a", "b", "c"])),
        Dimension::new("language", label(), members(&["german", "other"])),
    ];
    let table = |counts: &[u32]| {
        ConfidentialTable::new("t", label(), dimensions.clone(), counts.to_vec()).unwrap()
    };
    let ledger = ReleaseLedger::default();
    let asked = |counts: &[u32], zeros| {
        let policy = DisclosurePolicy::new("test", 3, 3, zeros).unwrap();
        ReleaseRequest::new(table(counts), policy, scope(0)).sensitive_attribute("language")
    };
    let shown = ledger.decide(&asked(&[9, 8, 7, 9, 8, 9], ZeroRule::Published));
    assert_eq!(shown.unwrap_err().code(), "E5095");
    let even = ledger
        .decide(&asked(&[9, 8, 7, 9, 8, 9], ZeroRule::Suppressed))
        .unwrap();
    assert!(matches!(even, LedgerDecision::Released(_)));
    // Area a: everybody has the other language. The zero is small and hidden; the sum must not show it.
    let one_sided = ledger
        .decide(&asked(&[0, 18, 7, 9, 8, 9], ZeroRule::Suppressed))
        .unwrap();
    let table = match one_sided {
        LedgerDecision::Released(passed) => passed.table().clone(),
        LedgerDecision::Refused(refusal) => {
            let request = refusal.proposal().unwrap().request().clone();
            match ledger.decide(&request).unwrap() {
                LedgerDecision::Released(passed) => passed.table().clone(),
                other => panic!("a proposal passes: {other:?}"),
            }
        }
        LedgerDecision::Repeated(_) => panic!("nothing is known"),
    };
    assert!(table.cell(&["a", "german"]).unwrap().value.is_none());
    assert!(
        table.cell(&["a", "other"]).unwrap().value.is_none()
            || table.cell(&["a", TOTAL_CODE]).unwrap().value.is_none()
    );
}

#[test]
fn what_contradicts_itself_or_an_earlier_table_is_refused_with_its_number() {
    let mut ledger = ReleaseLedger::default();
    write(
        &mut ledger,
        &wish(0, 2, false, false, None).request(&plenty()),
    );
    let mut other = plenty();
    other[0] += 9;
    let code = |request: &ReleaseRequest| ledger.decide(request).unwrap_err().code();
    assert_eq!(
        code(&wish(0, 1, false, false, None).request(&other)),
        "E5091"
    );
    let good = wish(0, 2, true, false, None).request(&plenty());
    assert_eq!(code(&good.clone().measured_as("floor", "area")), "E5090");
    assert_eq!(
        code(&good.clone().restricted_to("care", ["nursery"])),
        "E5090"
    );
    assert_eq!(
        code(
            &good
                .clone()
                .hiding([vec!["a9".to_owned(), "nursery".to_owned()]])
        ),
        "E5090"
    );
    let bytes = ledger.releases()[0].to_confidential_bytes();
    for damaged in [&bytes[..bytes.len() - 1], &[], &bytes[1..]] {
        let error = StatedRelease::from_confidential_bytes(damaged).unwrap_err();
        assert!(matches!(error, LedgerError::Damaged { .. }) && error.code() == "E5094");
    }
    assert!(!format!("{ledger:?}{:?}{good:?}", ledger.releases()).contains("204"));
}
