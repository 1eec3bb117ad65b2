//! How long cell keys and rounding take beside their peers (goals G10 and G12). Run with
//! `cargo test -p placewright-disclosure --test disclosure speed_of_perturbing_methods -- --ignored --nocapture`.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)] // a measurement

use disclosure::{
    ConfidentialTable, Dimension, DisclosurePolicy, KeyedCounts, Label, Member, MemberNumber,
    PerturbationParameters, PerturbationTable, RecordKey, RoundingRule, SecretKey,
    perturb_with_loss, round_with_loss,
};

fn label(text: &str) -> Label {
    Label::new(text, text)
}

const FACILITIES: usize = 400;
const AREAS: usize = 63;
const DISTRICTS: usize = 10;

fn numbered(code: &str, members: usize) -> Dimension {
    let members = (0..members).map(|number| {
        let code = format!("{code}{number:03}");
        Member::new(code.as_str(), label(&code))
    });
    Dimension::new(code, label(code), members.collect())
}

/// District, area and, where wanted, facility.
fn places(facilities: bool) -> Dimension {
    let mut members = Vec::new();
    for district in 0..DISTRICTS {
        let code = format!("d{district:03}");
        members.push(Member::new(code.as_str(), label(&code)));
    }
    for area in 0..AREAS {
        let code = format!("s{area:03}");
        let member = Member::new(code.as_str(), label(&code));
        members.push(member.under(format!("d{:03}", area % DISTRICTS)));
    }
    for facility in (0..FACILITIES).filter(|_| facilities) {
        let code = format!("f{facility:03}");
        let member = Member::new(code.as_str(), label(&code));
        members.push(member.under(format!("s{:03}", facility % AREAS)));
    }
    Dimension::new("place", label("place"), members)
}

/// Facility, care type, age and tier of hours.
type Child = (usize, usize, usize, usize);

/// Children of a made-up city: care follows age, facilities differ in size and in whom they take.
fn children(number: usize) -> Vec<Child> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as usize) % below
    };
    let mut list = Vec::with_capacity(number);
    while list.len() < number {
        let facility = draw(FACILITIES).min(draw(FACILITIES));
        let age = draw(11);
        let care = match age {
            0..=2 => 0,
            3..=5 => 1,
            _ => 2,
        };
        let taken = match facility % 4 {
            0 => care < 2,
            1 => care == 1,
            2 => care == 2,
            _ => true,
        };
        if taken {
            let hours = [0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4, 4, 4, 4, 4, 5][draw(16)];
            list.push((facility, care, age, hours));
        }
    }
    list
}

/// Processor seconds of this thread: other work on the machine lengthens them less than the clock.
fn processor() -> f64 {
    let status = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = status
        .split_whitespace()
        .next()
        .and_then(|text| text.parse::<f64>().ok());
    nanoseconds.unwrap_or(0.0) / 1e9
}

fn peak_mebibytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let kibibytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kibibytes.unwrap_or(0.0) / 1024.0
}

fn members(counts: &KeyedCounts, dimension: usize, code: char, number: usize) -> Vec<MemberNumber> {
    let codes = (0..number).map(|n| counts.member(dimension, &format!("{code}{n:03}")).unwrap());
    codes.collect()
}

#[test]
#[ignore = "a measurement of some seconds"]
fn a_cube_of_cell_keys_beside_the_r_package() {
    println!(
        "cell keys, 24,864 cells      keys s   count s   perturb s   peer's cpu s (processor seconds all)   max   RMS"
    );
    let parameters = PerturbationParameters::new(5, 3.0).unwrap();
    let parameters = parameters.publishing_nothing_up_to(2).unwrap();
    let table = PerturbationTable::of_greatest_entropy(&parameters).unwrap();
    for (rows, peer) in [(10_000, 0.9), (100_000, 1.3), (1_000_000, 3.5)] {
        let children = children(rows);
        let names: Vec<String> = (0..rows).map(|child| format!("child-{child:08}")).collect();
        let start = processor();
        let secret = SecretKey::new("1", &[7; 32]).unwrap();
        let dated = secret.on(jiff::civil::date(2026, 3, 1));
        let keys: Vec<RecordKey> = names.iter().map(|name| dated.record_key(name)).collect();
        let keyed = processor() - start;
        let start = processor();
        let dimensions = vec![
            places(false),
            numbered("c", 3),
            numbered("y", 11),
            numbered("h", 6),
        ];
        let mut counts = KeyedCounts::new("cube", label("cube"), dimensions).unwrap();
        let area = members(&counts, 0, 's', AREAS);
        let care = members(&counts, 1, 'c', 3);
        let age = members(&counts, 2, 'y', 11);
        let hours = members(&counts, 3, 'h', 6);
        for (&(facility, c, a, h), &key) in children.iter().zip(&keys) {
            counts.add(&[area[facility % AREAS], care[c], age[a], hours[h]], key);
        }
        let counted = processor() - start;
        let start = processor();
        let policy = DisclosurePolicy::default();
        let (released, loss) = perturb_with_loss(counts, &table, "1", &policy).unwrap();
        let perturbed = processor() - start;
        assert_eq!(released.loss().cells, 24_864);
        println!(
            "{rows:9} rows           {keyed:12.3} {counted:9.3} {perturbed:11.3} {peer:14.1} {:5} {:7.3}",
            loss.maximum_difference, loss.root_mean_square
        );
    }
    println!("peak memory {:.0} MiB", peak_mebibytes());
}

#[test]
#[ignore = "a measurement of some seconds"]
fn rounding_all_hierarchies_beside_the_r_package() {
    println!(
        "rounding, base 3       rows  finest cells   cpu s (peer's cpu)     max (peer)      mean       RMS   Hellinger utility"
    );
    let peers = [
        ("13,272", 10_000, 0.5, 5),
        ("13,272", 100_000, 0.5, 4),
        ("13,272", 1_000_000, 0.3, 0),
        ("159,264", 10_000, 2.2, 6),
        ("159,264", 100_000, 3.2, 7),
        ("159,264", 1_000_000, 2.0, 4),
    ];
    for (cells, rows, peer_seconds, peer_greatest) in peers {
        let children = children(rows);
        let with_age = cells == "159,264";
        let mut dimensions = vec![places(true), numbered("c", 3)];
        if with_age {
            dimensions.push(numbered("y", 11));
        }
        dimensions.push(numbered("h", 6));
        let mut leaves = vec![0_u32; FACILITIES * 3 * if with_age { 11 } else { 1 } * 6];
        let of_facility = leaves.len() / FACILITIES;
        for &(facility, care, age, hours) in &children {
            let inner = if with_age { care * 11 + age } else { care };
            leaves[facility * of_facility + inner * 6 + hours] += 1;
        }
        let atoms = leaves.iter().filter(|&&count| count > 0).count();
        let table = ConfidentialTable::new("t", label("t"), dimensions, leaves).unwrap();
        let start = processor();
        let rule = RoundingRule::new(3).unwrap();
        let policy = DisclosurePolicy::default();
        let (released, loss) = round_with_loss(table, rule, &policy).unwrap();
        let seconds = processor() - start;
        assert_eq!(released.loss().cells.to_string(), cells.replace(',', ""));
        println!(
            "{cells:8} cells {rows:13} {atoms:13} {seconds:9.3} ({peer_seconds}) {:19} ({peer_greatest}) {:9.4} {:9.4} {:9.5}",
            loss.maximum_difference,
            loss.mean_absolute_difference,
            loss.root_mean_square,
            loss.hellinger_utility
        );
    }
    println!("peak memory {:.0} MiB", peak_mebibytes());
}
