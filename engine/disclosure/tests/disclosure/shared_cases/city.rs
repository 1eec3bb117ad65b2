//! Synthetic children of a city as the method sheet describes them: 400 facilities in 63 areas of
//! 10 districts, 3 care types, 11 ages, 6 tiers of hours. No real data.

#![allow(clippy::unwrap_used, unreachable_pub, dead_code)] // not every test uses all

use disclosure::{Code, CodeList, Instance, TableLayout};

/// A small generator, the same on every machine (splitmix64).
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

/// One child: facility, care type, age, tier of hours.
pub fn children(rows: usize) -> Vec<[usize; 4]> {
    let mut numbers = Numbers::new(20_261_122);
    // Facilities of very different size; each has one or two care types it lives from.
    let sizes: Vec<u64> = (0..400).map(|_| 10 + numbers.below(90)).collect();
    let main_care: Vec<u64> = (0..400).map(|_| numbers.below(3)).collect();
    let total: u64 = sizes.iter().sum();
    (0..rows)
        .map(|_| {
            let mut at = numbers.below(total);
            let facility = sizes
                .iter()
                .position(|&size| {
                    let here = at < size;
                    at = at.saturating_sub(size);
                    here
                })
                .unwrap();
            let other = numbers.below(10) == 0;
            let care = if other {
                numbers.below(3)
            } else {
                main_care[facility]
            };
            let (youngest, ages) = [(0, 3), (3, 4), (6, 5)][care as usize];
            let age = youngest + numbers.below(ages);
            // Long hours are frequent, short ones rare.
            let tier = 5 - (numbers.below(6) * numbers.below(6) / 5).min(5);
            [facility, care as usize, age as usize, tier as usize]
        })
        .collect()
}

pub fn lists() -> Vec<CodeList> {
    let mut facilities = Vec::new();
    for facility in 0..400 {
        let area = format!("area{:02}", facility * 63 / 400);
        facilities.push(Code::new(&format!("f{facility:03}"), [area.as_str()]));
    }
    for area in 0..63 {
        let district = format!("district{}", area * 10 / 63);
        facilities.push(Code::new(&format!("area{area:02}"), [district.as_str()]));
    }
    for district in 0..10 {
        facilities.push(Code::new(&format!("district{district}"), []));
    }
    let flat = |column: &str, codes: usize| CodeList {
        column: column.to_owned(),
        codes: (0..codes)
            .map(|code| Code::new(&format!("{column}{code:02}"), []))
            .collect(),
    };
    vec![
        CodeList {
            column: "place".to_owned(),
            codes: facilities,
        },
        flat("care", 3),
        flat("age", 11),
        flat("hours", 6),
    ]
}

/// The codes of a child, in the order of [`lists`].
pub fn codes([place, care, age, hours]: &[usize; 4]) -> [String; 4] {
    [
        format!("f{place:03}"),
        format!("care{care:02}"),
        format!("age{age:02}"),
        format!("hours{hours:02}"),
    ]
}

/// One table of the columns named, over these columns only.
pub fn instance(rows: usize, columns: &[&str]) -> Instance {
    let all = lists();
    let places: Vec<usize> = columns
        .iter()
        .map(|column| all.iter().position(|list| list.column == *column).unwrap())
        .collect();
    let chosen: Vec<CodeList> = places.iter().map(|&place| all[place].clone()).collect();
    let records: Vec<[String; 4]> = children(rows).iter().map(codes).collect();
    let records = records.iter().map(|codes| {
        (
            places.iter().map(|&place| codes[place].as_str()).collect(),
            1,
        )
    });
    let table = TableLayout::new("table", columns.iter().copied());
    Instance::from_records("synthetic city", &chosen, &[table], records).unwrap()
}
