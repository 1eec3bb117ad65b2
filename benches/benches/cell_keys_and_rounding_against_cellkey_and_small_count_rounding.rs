//! How long do a cell-key cube of 24,864 cells and the additive rounding of 13,272 and 159,264 cells
//! take, from records in memory to the released table, against the R packages cellKey and
//! SmallCountRounding?
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

use std::hint::black_box;
use std::io;
use std::time::Instant;

use benches::Purpose;
use criterion::{Criterion, SamplingMode, Throughput};
use disclosure::{
    ConfidentialTable, DatedKey, Dimension, DisclosurePolicy, KeyedCounts, Label, Member,
    PerturbationParameters, PerturbationTable, ReleasedTable, RoundingRule, SecretKey, perturb,
    round,
};

const FACILITIES: usize = 400;
const AREAS: usize = 63;
const DISTRICTS: usize = 10;

/// Children, and the processor seconds of the peers as measured on two loaded cores: cellKey on the
/// cube, SmallCountRounding on facility × care × hours and on facility × care × age × hours.
const SIZES: [(usize, [f64; 3]); 3] = [
    (10_000, [0.9, 0.5, 2.2]),
    (100_000, [1.3, 0.5, 3.2]),
    (1_000_000, [3.5, 0.3, 2.0]),
];

/// The goal for the cube of a million children, in seconds.
const GOAL: f64 = 0.3;

fn main() -> io::Result<()> {
    let purpose = Purpose::of_this_run();
    if purpose == Purpose::Measure {
        compare()?;
    }
    let number = match purpose {
        Purpose::Measure => 100_000,
        Purpose::Try => 1_000,
    };
    let city = City::new(number);
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("protection");
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .throughput(Throughput::Elements(number as u64));
    group.bench_function("cell_keys", |bencher| {
        bencher.iter(|| city.cube(black_box(&city.keys())).expect("a good table"));
    });
    for with_age in [false, true] {
        let cells = if with_age { 159_264 } else { 13_272 };
        group.bench_function(format!("rounding_{cells}"), |bencher| {
            bencher.iter(|| city.rounded(with_age).expect("a good table"));
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}

/// Prints our time by the clock beside the processor time of the peers.
fn compare() -> io::Result<()> {
    println!("children   task                         seconds   peer's processor seconds");
    for (number, [cube, small, large]) in SIZES {
        let city = City::new(number);
        let timed = |task: &str, peer: f64, run: &dyn Fn() -> io::Result<ReleasedTable>| {
            let start = Instant::now();
            let released = black_box(run()?);
            let seconds = start.elapsed().as_secs_f64();
            let cells = released.loss().cells;
            println!("{number:8}   {task:12} {cells:8} cells {seconds:12.3} {peer:12.1}");
            io::Result::Ok(seconds)
        };
        let seconds = timed("cell keys", cube, &|| city.cube(&city.keys()))?;
        if number == 1_000_000 && seconds > GOAL {
            println!("the goal of {GOAL} s is missed");
        }
        timed("rounding", small, &|| city.rounded(false))?;
        timed("rounding", large, &|| city.rounded(true))?;
    }
    Ok(())
}

/// Facility, care type, age and tier of hours.
type Child = (usize, usize, usize, usize);

/// Children of a made-up city: care follows age, facilities differ in size and in whom they take.
struct City {
    children: Vec<Child>,
    pseudonyms: Vec<String>,
    perturbation: PerturbationTable,
}

impl City {
    fn new(number: usize) -> Self {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut draw = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) as usize) % below
        };
        let mut children = Vec::with_capacity(number);
        while children.len() < number {
            let facility = draw(FACILITIES).min(draw(FACILITIES));
            let age = draw(11);
            let care = usize::from(age > 2) + usize::from(age > 5);
            let taken = match facility % 4 {
                0 => care < 2,
                1 => care == 1,
                2 => care == 2,
                _ => true,
            };
            if taken {
                let hours = [0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4, 4, 4, 4, 4, 5][draw(16)];
                children.push((facility, care, age, hours));
            }
        }
        let parameters = PerturbationParameters::new(5, 3.0)
            .and_then(|parameters| parameters.publishing_nothing_up_to(2))
            .and_then(|parameters| PerturbationTable::of_greatest_entropy(&parameters));
        Self {
            children,
            pseudonyms: (0..number)
                .map(|child| format!("child-{child:08}"))
                .collect(),
            perturbation: parameters.expect("the set is feasible"),
        }
    }

    fn keys(&self) -> DatedKey {
        let secret = SecretKey::new("1", &[7; 32]).expect("32 bytes are enough");
        secret.on(jiff::civil::date(2026, 3, 1))
    }

    /// Area × care × age × hours with noise.
    fn cube(&self, keys: &DatedKey) -> io::Result<ReleasedTable> {
        let dimensions = vec![
            places(false),
            numbered("c", 3),
            numbered("y", 11),
            numbered("h", 6),
        ];
        let mut counts =
            KeyedCounts::new("cube", label("cube"), dimensions).map_err(io::Error::other)?;
        let members = |dimension: usize, code: &str, number: usize| -> Vec<_> {
            let codes = (0..number).map(|n| counts.member(dimension, &format!("{code}{n:03}")));
            codes.collect::<Option<_>>().expect("the members above")
        };
        let (area, care) = (members(0, "s", AREAS), members(1, "c", 3));
        let (age, hours) = (members(2, "y", 11), members(3, "h", 6));
        for (&(facility, c, a, h), pseudonym) in self.children.iter().zip(&self.pseudonyms) {
            let child = [area[facility % AREAS], care[c], age[a], hours[h]];
            counts.add(&child, keys.record_key(pseudonym));
        }
        let policy = DisclosurePolicy::default();
        perturb(counts, &self.perturbation, "1", &policy).map_err(io::Error::other)
    }

    /// Facility × care × hours, with ages where wanted, rounded to the base 3.
    fn rounded(&self, with_age: bool) -> io::Result<ReleasedTable> {
        let mut dimensions = vec![places(true), numbered("c", 3)];
        let ages = if with_age { 11 } else { 1 };
        if with_age {
            dimensions.push(numbered("y", ages));
        }
        dimensions.push(numbered("h", 6));
        let mut counts = vec![0_u32; FACILITIES * 3 * ages * 6];
        for &(facility, care, age, hours) in &self.children {
            let age = if with_age { age } else { 0 };
            counts[((facility * 3 + care) * ages + age) * 6 + hours] += 1;
        }
        let table = ConfidentialTable::new("t", label("t"), dimensions, counts);
        let rule = RoundingRule::new(3).map_err(io::Error::other)?;
        let policy = DisclosurePolicy::default();
        round(table.map_err(io::Error::other)?, rule, &policy).map_err(io::Error::other)
    }
}

fn label(text: &str) -> Label {
    Label::new(text, text)
}

fn numbered(code: &str, members: usize) -> Dimension {
    let members = (0..members).map(|number| {
        let code = format!("{code}{number:03}");
        Member::new(code.as_str(), label(&code))
    });
    Dimension::new(code, label(code), members.collect())
}

/// District, area and, where wanted, facility.
fn places(facilities: bool) -> Dimension {
    let member = |code: String| Member::new(code.as_str(), label(&code));
    let districts = (0..DISTRICTS).map(|district| member(format!("d{district:03}")));
    let areas = (0..AREAS)
        .map(|area| member(format!("s{area:03}")).under(format!("d{:03}", area % DISTRICTS)));
    let lowest = (0..FACILITIES).filter(|_| facilities).map(|facility| {
        member(format!("f{facility:03}")).under(format!("s{:03}", facility % AREAS))
    });
    let members = districts.chain(areas).chain(lowest).collect();
    Dimension::new("place", label("place"), members)
}
