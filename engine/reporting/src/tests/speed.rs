//! How long the months of a full city take beside the ledger. Run with
//! `cargo nextest run -p placewright-reporting --run-ignored all --no-capture a_full_city`.

#![allow(clippy::disallowed_methods)] // how long it takes is what is asked

use std::time::Instant;

use disclosure::DisclosurePolicy;
use domain::Month;

use crate::{ReleaseDesk, statistics_of_month_beside};

#[test]
#[ignore = "takes a minute"]
fn three_months_of_a_full_city_are_released_beside_each_other() {
    let spec = datasets::CitySpec::new(11, 1.0).unwrap();
    let frames = datasets::generate_in_memory(&spec).unwrap();
    let city = tables::City::from_frames(frames).unwrap();
    let policy = DisclosurePolicy::default();
    let mut desk = ReleaseDesk::default();
    for month in [9, 10, 11].map(|month| Month::new(2026, month).unwrap()) {
        let tell = |desk: &mut ReleaseDesk| {
            let started = Instant::now();
            let day = month.first_day();
            let made = statistics_of_month_beside(&city, month, day, &policy, desk).unwrap();
            (made, started.elapsed())
        };
        let (made, took) = tell(&mut desk);
        println!("{month}: released in {took:.1?}");
        for (level, table) in made.released() {
            let (loss, level) = (table.loss(), level.as_str());
            let (hidden, cells) = (loss.suppressed_cells, loss.cells);
            println!(
                "  {} down to {level}: {hidden} of {cells} cells hidden",
                table.name()
            );
        }
        let releases = desk.passed().len();
        let (again, took) = tell(&mut desk);
        println!("{month}: told again in {took:.1?}");
        assert_eq!(desk.passed().len(), releases, "nothing is released twice");
        assert_eq!(made.released().count(), again.released().count());
    }
}
