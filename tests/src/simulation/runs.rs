//! The runs: ten thousand histories in all, and the planted bugs that must be caught.

use std::cell::RefCell;
use std::sync::Arc;

use domain::procedure::Rules;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use rstest::rstest;
use tokio::runtime::Runtime;

use super::ground::{Founded, Kind};
use super::kept;
use super::planted::{LeavesApplicationsOpen, OverlooksConfirmedOffers, SellsPlacesTwice};
use super::player::{Tally, play};
use super::step::{History, Step, histories, to_json};

/// Histories of one test on SQLite in memory: six tests, so that processors share them.
const IN_MEMORY: u32 = 1_500;

/// Histories on SQLite files, which are closed and opened again in between.
const ON_FILES: u32 = 600;

/// Histories of one test on PostgreSQL: two tests.
const ON_POSTGRES: u32 = 200;

/// Steps of the longest history.
const LONGEST: usize = 36;

/// Histories within which a planted bug must be caught.
const CAUGHT_WITHIN: u32 = 400;

/// The seed unless another one is asked for.
const SEED: u64 = 20_270_111;

fn number_in(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// The generator of one test.
fn generator(test: u64) -> TestRng {
    let seed = number_in("PLACEWRIGHT_SIMULATION_SEED").unwrap_or(SEED);
    let mut bytes = [0_u8; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&test.to_le_bytes());
    say(&format!("seed {seed}, test {test}"));
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}

#[allow(clippy::print_stderr)] // what a reader of the test's output looks for
fn say(what: &str) {
    eprintln!("simulation: {what}");
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime starts")
}

/// What many histories came to: what happened, or the shortest history that fails and why.
type Outcome = Result<Tally, (String, History)>;

/// Plays histories until one fails; then makes that one short.
fn play_many(
    runtime: &Runtime,
    founded: &Founded,
    rules: Option<&Arc<dyn Rules>>,
    (test, cases): (u64, u32),
) -> Outcome {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 1_500,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, generator(test));
    let tally = RefCell::new(Tally::default());
    let found = runner.run(&histories(LONGEST), |history| {
        let played = runtime.block_on(play(founded, rules.cloned(), &history));
        tally.borrow_mut().add(played.map_err(TestCaseError::fail)?);
        Ok(())
    });
    match found {
        Ok(()) => Ok(tally.into_inner()),
        Err(TestError::Fail(why, history)) => {
            let fails = |history: &[Step]| {
                let played = runtime.block_on(play(founded, rules.cloned(), history));
                played.err()
            };
            Err(without_needless_steps(why.to_string(), history, fails))
        }
        Err(TestError::Abort(why)) => panic!("the generator gave up: {why}"),
    }
}

/// A failing history without the steps it fails without: those that a generated history cannot lose.
fn without_needless_steps(
    mut why: String,
    mut history: History,
    fails: impl Fn(&[Step]) -> Option<String>,
) -> (String, History) {
    for position in (0..history.len()).rev() {
        let mut shorter = history.clone();
        shorter.remove(position);
        if let Some(reason) = fails(&shorter) {
            (why, history) = (reason, shorter);
        }
    }
    (why, history)
}

/// Histories under the rules of the agreement: none fails, and much happens in them.
fn promises_hold(kind: Kind, test: u64, cases: u32) {
    let Some(founded) = Founded::on(kind) else {
        return;
    };
    let factor = number_in("PLACEWRIGHT_SIMULATION_FACTOR").unwrap_or(1);
    let cases = cases * u32::try_from(factor).expect("a small factor");
    match play_many(&runtime(), &founded, None, (test, cases)) {
        Ok(tally) => {
            say(&format!("{cases} histories, {kind:?}: {tally:?}"));
            let cases = u64::from(cases);
            assert!(
                tally.steps > 8 * cases,
                "histories are too short: {tally:?}"
            );
            assert!(tally.accepted > 4 * cases, "little is accepted: {tally:?}");
            assert!(tally.refused > cases, "little is refused: {tally:?}");
            assert!(tally.contracts > cases / 2, "few contracts: {tally:?}");
            assert!(
                tally.freed_places > cases / 4,
                "few places freed: {tally:?}"
            );
            assert!(tally.repeated > cases / 8, "little is repeated: {tally:?}");
            assert!(tally.stale > cases / 8, "little is stale: {tally:?}");
            let restarts = tally.restarts > cases / 8;
            assert!(restarts || kind == Kind::Memory, "few restarts: {tally:?}");
        }
        Err((why, history)) => {
            let place = kept::keep(&history);
            panic!("{why}\nthe history, {place}:\n{}", to_json(&history));
        }
    }
}

#[rstest]
fn promises_hold_in_random_histories_in_memory(#[values(1, 2, 3, 4, 5, 6)] test: u64) {
    promises_hold(Kind::Memory, test, IN_MEMORY);
}

#[test]
fn promises_hold_in_random_histories_on_files() {
    promises_hold(Kind::File, 7, ON_FILES);
}

#[rstest]
fn promises_hold_in_random_histories_on_postgres(#[values(8, 9)] test: u64) {
    promises_hold(Kind::Postgres, test, ON_POSTGRES);
}

#[rstest]
#[case::applications_left_open(Arc::new(LeavesApplicationsOpen), 21, "is open beside a contract")]
#[case::places_sold_twice(Arc::new(SellsPlacesTwice), 22, "places are taken")]
#[case::confirmed_offers_overlooked(Arc::new(OverlooksConfirmedOffers), 23, "confirm offer")]
fn a_planted_bug_is_caught(
    #[case] rules: Arc<dyn Rules>,
    #[case] test: u64,
    #[case] complaint: &str,
) {
    let founded = Founded::on(Kind::Memory).expect("there is memory");
    let found = play_many(&runtime(), &founded, Some(&rules), (test, CAUGHT_WITHIN));
    let (why, history) = found.expect_err("the planted bug was not caught");
    say(&format!("caught: {why}\n{}", to_json(&history)));
    assert!(why.contains(complaint), "caught as something else: {why}");
    assert!(
        history.len() <= 8,
        "the history was not made short:\n{}",
        to_json(&history)
    );
}

#[test]
fn kept_histories_hold_on_both_databases() {
    let kept = kept::all();
    assert!(!kept.is_empty(), "no history is kept");
    let runtime = runtime();
    let kinds = [Kind::Memory, Kind::File, Kind::Postgres];
    let founded: Vec<Founded> = kinds.into_iter().filter_map(Founded::on).collect();
    for (name, history) in kept {
        for founded in &founded {
            if let Err(why) = runtime.block_on(play(founded, None, &history)) {
                panic!("{name}: {why}");
            }
        }
    }
}
