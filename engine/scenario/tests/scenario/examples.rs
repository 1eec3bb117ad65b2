//! The example files planners start from.

use scenario::ScenarioSpec;

use crate::city::{STORY, Texts, planned};

const CLOSE_AND_OPEN: &str = include_str!("../../../../datasets/scenarios/close_and_open.toml");
const CLOSE_WITHOUT_STAFF: &str =
    include_str!("../../../../datasets/scenarios/close_without_staff.toml");
const GROW_AND_SHRINK: &str = include_str!("../../../../datasets/scenarios/grow_and_shrink.toml");

#[test]
fn every_example_file_is_a_scenario() {
    let close_and_open = ScenarioSpec::parse(CLOSE_AND_OPEN, "close_and_open.toml").unwrap();
    assert_eq!(close_and_open.openings()[0].places.len(), 2);
    assert_eq!(close_and_open.dates().len(), 4);
    let grow = ScenarioSpec::parse(GROW_AND_SHRINK, "grow_and_shrink.toml").unwrap();
    assert_eq!(grow.changes().len(), 2);
    assert_eq!(grow.dates().len(), 3);
}

#[test]
fn the_example_of_story_a_gives_its_numbers() {
    let spec = ScenarioSpec::parse(CLOSE_WITHOUT_STAFF, "close_without_staff.toml").unwrap();
    let report = planned(&Texts::new(&STORY).read(), &spec).unwrap();
    let row = report.rows.iter().find(|row| row.area == "sued").unwrap();
    assert_eq!(row.scenario.staffed, 285);
}
