//! Two API processes on one PostgreSQL: conclusions at the same time, over HTTP.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::ChildId;
use domain::procedure::OfferState;
use http_api::Clock;
use tokio::sync::Barrier;
use workspace_tests::postgres::{self, TestDatabase};

use super::service_client::{Answer, Connection, Server, token_of_staff};
use super::service_ground::{Ground, RUNNERS, key, offer, provider_of};

/// Rounds of a race, if there is time for them.
const ROUNDS: usize = 300;

/// Time for the rounds of a race.
const TIME: Duration = Duration::from_secs(120);

/// Fewest rounds that say something.
const FEWEST_ROUNDS: usize = 30;

/// Two processes on one database, and eight connections, every second one to the other process.
struct Service {
    ground: Ground,
    connections: Vec<Connection>,
    tokens: PathBuf,
    _servers: [Server; 2],
    _folder: tempfile::TempDir,
    _database: TestDatabase,
}

/// A contract to be concluded by staff of a facility.
struct Conclusion {
    child: ChildId,
    facility: usize,
}

impl Service {
    /// `None` where PostgreSQL cannot be started; the reason is printed.
    async fn start() -> Option<Self> {
        let database = postgres::database()?;
        let places = u32::try_from(ROUNDS + RUNNERS).expect("there are few rounds");
        let today = Clock::system().today();
        let ground = Ground::found(database.url(), today, RUNNERS, places).await;
        let folder = tempfile::tempdir().unwrap();
        let tokens = folder.path().join("tokens.json");
        let servers = [
            Server::start(database.url(), &folder.path().join("other.json")),
            Server::start(database.url(), &tokens),
        ];
        let mut connections = Vec::new();
        for number in 0..RUNNERS {
            connections.push(servers[number % 2].connect().await);
        }
        Some(Self {
            ground,
            connections,
            tokens,
            _servers: servers,
            _folder: folder,
            _database: database,
        })
    }

    /// Concludes at the same time, half by each process; gives the answers in the order asked.
    async fn race(&mut self, conclusions: Vec<Conclusion>) -> Vec<Answer> {
        let line = Arc::new(Barrier::new(conclusions.len()));
        let connections = std::mem::take(&mut self.connections);
        let runners: Vec<_> = connections
            .into_iter()
            .zip(conclusions)
            .map(|(mut connection, Conclusion { child, facility })| {
                let line = Arc::clone(&line);
                let token = token_of_staff(&self.tokens, &provider_of(facility));
                tokio::spawn(async move {
                    let offer = offer(&child, facility);
                    line.wait().await;
                    let answer = connection.conclude(&token, offer.as_str(), offer.as_str());
                    let answer = answer.await.expect("the server answers");
                    (connection, answer)
                })
            })
            .collect();
        let mut answers = Vec::new();
        for runner in runners {
            let (connection, answer) = runner.await.expect("no runner panics");
            self.connections.push(connection);
            answers.push(answer);
        }
        answers
    }

    /// Both logs hold.
    async fn logs_hold(&self) {
        use store::ProcedureStore as _;
        let report = self.ground.store.verify_logs().await.unwrap();
        assert_eq!(report.fault, None);
    }
}

/// The only 201 with the key of its contract; all others are 409 of one of these names.
fn only_winner<'a>(answers: &'a [Answer], allowed: &[&str]) -> (usize, &'a str) {
    let mut won = answers.iter().enumerate().filter(|(_, a)| a.status == 201);
    let winner = won
        .next()
        .unwrap_or_else(|| panic!("none won: {answers:?}"));
    assert!(won.next().is_none(), "two won: {answers:?}");
    for answer in answers {
        let is_right =
            answer.status == 201 || answer.status == 409 && allowed.contains(&answer.problem());
        assert!(is_right, "{answer:?}");
    }
    let contract = winner.1.contract();
    (winner.0, contract.expect("a 201 names what is new"))
}

/// Runs a round as often as there is time for.
#[allow(clippy::print_stdout)] // a figure for those who read the log of the tests
async fn rounds(name: &str, mut one: impl AsyncFnMut(usize)) {
    let begin = Instant::now();
    let mut rounds = 0;
    while rounds < ROUNDS && begin.elapsed() < TIME {
        one(rounds).await;
        rounds += 1;
    }
    let seconds = begin.elapsed().as_secs_f64();
    let rate = rounds as f64 / seconds;
    println!("{name}: {rounds} rounds in {seconds:.1} s, {rate:.1} a second");
    assert!(rounds >= FEWEST_ROUNDS, "only {rounds} rounds were run");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_eight_conclusions_for_one_child_at_two_processes_one_wins() {
    let Some(mut service) = Service::start().await else {
        return;
    };
    let everywhere: Vec<usize> = (0..RUNNERS).collect();
    rounds("one child, two processes", async |round| {
        let id = format!("c{round}");
        let child = service.ground.child_applies(&id, &everywhere).await;
        for facility in &everywhere {
            service.ground.offers(&child, *facility).await;
        }
        let conclusions = everywhere.iter().map(|facility| Conclusion {
            child: child.clone(),
            facility: *facility,
        });
        let answers = service.race(conclusions.collect()).await;
        let (winner, contract) = only_winner(&answers, &["offer-not-open", "application-not-open"]);
        let standing = service.ground.standing(&child, &everywhere).await;
        let standing = standing.unwrap_or_else(|fault| panic!("round {round}: {fault}"));
        let standing = standing.expect("a contract was acknowledged");
        assert_eq!(standing.facility, winner);
        assert_eq!(standing.contract.as_str(), contract);
    })
    .await;
    service.logs_hold().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_eight_conclusions_for_the_last_place_at_two_processes_one_wins() {
    const HERE: usize = 0;
    let Some(mut service) = Service::start().await else {
        return;
    };
    let mut children: Vec<ChildId> = Vec::new();
    rounds("last place, two processes", async |round| {
        let ground = service.ground.clone();
        ground.set_places(HERE, RUNNERS as u32).await;
        for number in children.len()..RUNNERS {
            let id = format!("c{round}-{number}");
            let child = ground.child_applies(&id, &[HERE]).await;
            ground.offers(&child, HERE).await;
            ground.confirms(&child, HERE).await;
            children.push(child);
        }
        ground.set_places(HERE, 1).await;
        let conclusions = children.iter().map(|child| Conclusion {
            child: child.clone(),
            facility: HERE,
        });
        let answers = service.race(conclusions.collect()).await;
        let (winner, contract) = only_winner(&answers, &["no-place-free"]);
        let winner = children.swap_remove(winner);
        let standing = ground.standing(&winner, &[HERE]).await.unwrap();
        let standing = standing.expect("a contract was acknowledged");
        assert_eq!(standing.contract.as_str(), contract);
        for child in &children {
            assert_eq!(ground.standing(child, &[HERE]).await, Ok(None));
            let file = ground.file_of(child).await.unwrap();
            let (_, offer) = file.offer(&offer(child, HERE)).unwrap();
            assert!(matches!(offer.state, OfferState::Confirmed { .. }));
        }
        ground.cancels(&winner, &key(contract)).await;
    })
    .await;
    service.logs_hold().await;
}
