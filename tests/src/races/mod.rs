//! Commands at the same time, on both databases: whatever the order in which eight of them get their
//! turn, the outcome is that of one after the other, and nobody is told of a database's troubles.

mod field;
mod forgetful;
mod ground;
mod rounds;

use std::sync::Arc;
use std::time::Instant;

use field::{Field, Site};
use forgetful::Forgetful;

/// Rounds of every race on each database.
const ROUNDS: usize = 300;

/// A kind of race.
#[derive(Debug, Clone, Copy)]
enum Race {
    /// Eight conclusions for one child with offers at eight facilities.
    OneChild,
    /// Eight children with confirmed offers conclude for the one place that is left.
    LastPlace,
    /// Eight offers are made for one place.
    LastOffer,
    /// Eight children with offers at the same eight facilities conclude at one each.
    Crosswise,
}

impl Race {
    /// Runs rounds; gives the first in which something was not as it should be.
    async fn run(self, field: &mut Field, rounds: usize) -> Result<(), String> {
        for round in 0..rounds {
            let outcome = match self {
                Self::OneChild => rounds::one_child(field, round).await,
                Self::LastPlace => rounds::last_place(field, round).await,
                Self::LastOffer => rounds::last_offer(field, round).await,
                Self::Crosswise => rounds::crosswise(field, round).await,
            };
            outcome.map_err(|fault| format!("round {round}: {fault}"))?;
        }
        field.logs_hold().await
    }

    /// Runs all rounds on a database and says how long it took.
    #[allow(clippy::print_stdout)] // a figure for those who read the log of the tests
    async fn is_won_by_who_may(self, site: Option<Site>) {
        let Some(site) = site else {
            return; // the reason is printed
        };
        let rounds = match self {
            // Eight times as much to prepare, and eight conclusions that write.
            Self::Crosswise => ROUNDS / (2 * ground::RUNNERS),
            Self::OneChild | Self::LastPlace | Self::LastOffer => ROUNDS,
        };
        let mut field = Field::on(&site, rounds).await;
        let begin = Instant::now();
        let outcome = self.run(&mut field, rounds).await;
        let seconds = begin.elapsed().as_secs_f64();
        outcome.unwrap_or_else(|fault| panic!("{self:?}: {fault}"));
        let (rate, racing) = (rounds as f64 / seconds, field.racing.as_secs_f64());
        println!(
            "{self:?} on {}: {rounds} rounds in {seconds:.1} s, {rate:.1} a second; {racing:.1} s of it racing",
            site.name()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn of_eight_conclusions_for_one_child_one_wins_on_sqlite() {
    Race::OneChild.is_won_by_who_may(Site::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn of_eight_conclusions_for_one_child_one_wins_on_postgres() {
    Race::OneChild.is_won_by_who_may(Site::postgres()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn of_eight_conclusions_for_the_last_place_one_wins_on_sqlite() {
    Race::LastPlace.is_won_by_who_may(Site::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn of_eight_conclusions_for_the_last_place_one_wins_on_postgres() {
    Race::LastPlace.is_won_by_who_may(Site::postgres()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn of_eight_offers_of_the_last_place_one_is_made_on_sqlite() {
    Race::LastOffer.is_won_by_who_may(Site::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn of_eight_offers_of_the_last_place_one_is_made_on_postgres() {
    Race::LastOffer.is_won_by_who_may(Site::postgres()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn eight_conclusions_across_the_same_facilities_all_succeed_on_sqlite() {
    Race::Crosswise.is_won_by_who_may(Site::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn eight_conclusions_across_the_same_facilities_all_succeed_on_postgres() {
    Race::Crosswise.is_won_by_who_may(Site::postgres()).await;
}

/// As if nobody held what is decided on: everybody sees what was there before the race.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn decisions_on_what_was_there_before_are_noticed() {
    let sites = [Site::sqlite(), Site::postgres()];
    for site in sites.into_iter().flatten() {
        for race in [Race::OneChild, Race::LastPlace, Race::LastOffer] {
            let mut field = Field::on(&site, 1).await;
            field.decide_by(&(Arc::new(Forgetful::default()) as _));
            let fault = race.run(&mut field, 1).await.expect_err("it is planted");
            assert!(
                fault.starts_with("round 0: ") && fault.contains("should have won"),
                "{race:?} on {}: {fault}",
                site.name()
            );
        }
    }
}
