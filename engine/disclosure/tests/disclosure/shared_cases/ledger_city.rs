//! Sixty thousand synthetic children and the standing tables of a date. No real data.

#![allow(clippy::unwrap_used, unreachable_pub)] // not every test uses all

use disclosure::{
    ConfidentialTable, Dimension, DisclosurePolicy, Label, Member, ReleaseRequest, ReleaseScope,
};

/// Classifications, and how many levels a table may show of each beside nothing.
pub const LEVELS: [(&str, usize); 4] = [("area", 2), ("care", 1), ("age", 2), ("hours", 1)];

/// The tables of a date: level of area (1 districts, 2 areas), care type, age (1 groups, 2 years) and hours.
pub const TABLES: [[usize; 4]; 10] = [
    [2, 1, 0, 0],
    [2, 0, 1, 0],
    [2, 0, 0, 1],
    [1, 1, 2, 0],
    [1, 1, 0, 1],
    [1, 0, 2, 1],
    [0, 1, 2, 1],
    [2, 0, 2, 0],
    [2, 1, 0, 1],
    [2, 1, 2, 0],
];

fn label() -> Label {
    Label::new("Kinder", "Children")
}

/// A number from 0 to 1 that depends on its arguments only.
fn drawn(child: u64, purpose: u64) -> f64 {
    let mut x = (child * 8 + purpose).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x ^= x >> 30;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= x >> 27;
    x = x.wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// The finest codes of a child, one per classification: 63 areas of different size in 10
/// districts, 3 care types that follow from 11 ages, 6 tiers of hours.
pub fn child(number: u64) -> [usize; 4] {
    let area = (drawn(number, 0).powf(1.4) * 63.0) as usize;
    let age = (drawn(number, 1) * 11.0) as usize;
    let care = usize::from(age >= 3) + usize::from(age >= 7);
    let hours = (drawn(number, 2).sqrt() * 6.0) as usize;
    [area, care, age, hours]
}

fn code(classification: usize, level: usize, leaf: usize) -> String {
    match (classification, level) {
        (0, 1) => format!("d{:02}", leaf % 10),
        (2, 1) => format!("g{}", leaf / 4),
        _ => format!("{}{leaf:02}", LEVELS[classification].0),
    }
}

fn dimension(classification: usize, level: usize) -> Dimension {
    let leaves = [63, 3, 11, 6][classification];
    let finest = LEVELS[classification].1;
    let mut members: Vec<Member> = Vec::new();
    for leaf in 0..leaves {
        let member = Member::new(code(classification, level, leaf), label());
        let above = code(classification, 1, leaf);
        if finest == 2 && !members.iter().any(|member| member.code == above) {
            members.push(Member::new(above.clone(), label()));
        }
        match (finest, level) {
            (2, 1) => {}
            (2, _) => members.push(member.under(above)),
            _ => members.push(member),
        }
    }
    Dimension::new(LEVELS[classification].0, label(), members)
}

pub fn request(levels: [usize; 4], month: i8, children: &[[usize; 4]]) -> ReleaseRequest {
    let shown: Vec<usize> = (0..4).filter(|&one| levels[one] > 0).collect();
    let dimensions = shown
        .iter()
        .map(|&one| dimension(one, levels[one]))
        .collect();
    let codes: Vec<Vec<String>> = children
        .iter()
        .map(|child| {
            let own = shown.iter();
            own.map(|&one| code(one, levels[one], child[one])).collect()
        })
        .collect();
    let records = codes
        .iter()
        .map(|codes| (codes.iter().map(String::as_str).collect(), 1));
    let name = format!("by_{}", levels.map(|level| level.to_string()).concat());
    let table = ConfidentialTable::from_records(name, label(), dimensions, records).unwrap();
    let scope = ReleaseScope::new("children", jiff::civil::date(2026, month, 1));
    ReleaseRequest::new(table, DisclosurePolicy::default(), scope)
}
