//! Tests of the standing set.

use super::*;
use datasets::{CitySpec, generate_in_memory};

fn synthetic(scale: f64) -> City {
    let spec = CitySpec::new(7, scale).unwrap();
    City::from_frames(generate_in_memory(&spec).unwrap()).unwrap()
}

fn november() -> Month {
    Month::new(2026, 11).unwrap()
}

#[test]
#[ignore = "a measurement"]
fn sizes_and_losses_by_scale() {
    for scale in [0.05, 0.2] {
        let city = synthetic(scale);
        let start = std::time::Instant::now();
        let month = november();
        let policy = DisclosurePolicy::default();
        let made = statistics_of_month(&city, month, month.first_day(), &policy).unwrap();
        eprintln!("scale {scale}: {:?} {:?}", start.elapsed(), city);
        for (level, table) in made.released() {
            eprintln!("  {} {} {:?}", table.name(), level.as_str(), table.loss());
        }
        for kind in StatisticsKind::ALL {
            eprintln!("  {} {} rows", kind.name(), made.table(kind).rows().len());
        }
    }
}
