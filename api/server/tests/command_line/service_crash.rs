//! The server is killed in the middle of a thousand conclusions, five times, and started again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::procedure::{HeldPlace, Holder};
use domain::{ChildId, ContractId};
use http_api::Clock;
use workspace_tests::postgres::{self, TestDatabase};

use super::service_client::{Answer, Connection, Server, token_of_staff};
use super::service_ground::{Ground, key, offer, open, provider_of};
use super::{placewright, text};

/// Children with a confirmed offer at one facility and an open one at the next.
const CHILDREN: usize = 1000;

/// Facilities they are spread over.
const FACILITIES: usize = 40;

/// Places of each of them: a confirmed and an open offer for every child.
const PLACES: u32 = 50;

/// Connections that conclude as fast as they can.
const CONNECTIONS: usize = 4;

/// When the server is killed: so many milliseconds after so many contracts were acknowledged. The others
/// are then at different points of their transactions.
const CRASHES: [(usize, u64); 5] = [(150, 0), (300, 2), (450, 5), (600, 9), (750, 14)];

/// Where the service keeps what it knows.
enum Database {
    Sqlite(tempfile::TempDir),
    Postgres(TestDatabase),
}

impl Database {
    fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}", folder.path().join("city.db").display()),
            Self::Postgres(database) => database.url().to_owned(),
        }
    }
}

fn child(number: usize) -> ChildId {
    key(&format!("c{number}"))
}

/// Where a child has its confirmed offer, and where its open one.
fn facilities(number: usize) -> [usize; 2] {
    [number % FACILITIES, (number + 1) % FACILITIES]
}

/// What the client wants and what it knows.
#[derive(Debug, Default)]
struct Diary {
    waiting: VecDeque<usize>,
    /// Asked for, not answered.
    asked: BTreeSet<usize>,
    acknowledged: BTreeMap<usize, String>,
    /// Asked again after a crash and told that it was done before.
    replayed: BTreeSet<usize>,
}

/// The city office: one database, whatever happens to the server.
struct Office {
    url: String,
    tokens: PathBuf,
    diary: Arc<Mutex<Diary>>,
}

impl Office {
    /// Asks for the contract of a child, with the same key every time.
    async fn conclude(
        connection: &mut Connection,
        tokens: &[String; 2],
        number: usize,
    ) -> Result<Answer, hyper::Error> {
        let at = facilities(number)[0];
        let (offer, key) = (offer(&child(number), at), format!("key-{number}"));
        connection
            .conclude(&tokens[at % 2], &key, offer.as_str())
            .await
    }

    /// Concludes until nobody waits, or until so many are acknowledged: then the server is killed by
    /// whoever got the last answer, while the others wait for theirs.
    async fn conclude_until(&self, server: Server, crash: Option<(usize, u64)>) -> Server {
        let (kill_at, delay) = crash.unzip();
        let delay = Duration::from_millis(delay.unwrap_or_default());
        let tokens = [0, 1].map(|number| token_of_staff(&self.tokens, &provider_of(number)));
        let mut connections = Vec::new();
        for _ in 0..CONNECTIONS {
            connections.push(server.connect().await);
        }
        let server = Arc::new(Mutex::new(server));
        let mut clients = Vec::new();
        for mut connection in connections {
            let (server, diary) = (Arc::clone(&server), Arc::clone(&self.diary));
            let tokens = tokens.clone();
            clients.push(tokio::spawn(async move {
                while let Some(number) = next(&diary) {
                    match Self::conclude(&mut connection, &tokens, number).await {
                        Ok(answer) if note(&diary, number, &answer) == kill_at => {
                            tokio::time::sleep(delay).await;
                            server.lock().unwrap().kill();
                            return;
                        }
                        Ok(_) => {}
                        Err(_) => return, // the server is gone
                    }
                }
            }));
        }
        for client in clients {
            client.await.expect("no client panics");
        }
        let acknowledged = self.diary.lock().unwrap().acknowledged.len();
        assert!(
            acknowledged >= kill_at.unwrap_or(CHILDREN),
            "the server ended by itself"
        );
        let server = Arc::into_inner(server).expect("all clients have ended");
        server.into_inner().unwrap()
    }

    /// Every acknowledged contract is there, what was never asked for is untouched, and what was asked
    /// for is one or the other. Gives the contracts nobody was told of, by child.
    async fn nothing_is_lost_or_half_done(&self) -> BTreeMap<usize, ContractId> {
        let ground = self.ground().await;
        let mut untold = BTreeMap::new();
        for number in 0..CHILDREN {
            let standing = ground.standing(&child(number), &facilities(number)).await;
            let standing = standing.unwrap_or_else(|fault| panic!("{fault}"));
            let place = standing.as_ref().map(|it| it.facility);
            assert!(place.is_none_or(|at| at == facilities(number)[0]));
            let contract = standing.map(|it| it.contract);
            let diary = self.diary.lock().unwrap();
            match (diary.acknowledged.get(&number), contract) {
                (Some(told), Some(contract)) => assert_eq!(contract.as_str(), told),
                (Some(told), None) => panic!("contract {told} was acknowledged and is lost"),
                (None, Some(contract)) => {
                    assert!(diary.asked.contains(&number), "nobody asked for {contract}");
                    untold.insert(number, contract);
                }
                (None, None) => {}
            }
        }
        ground.store.close().await;
        untold
    }

    /// All children have the contract they were told of, those that nobody was told of first have the
    /// one made then, and every facility has one contract for every child that was promised a place.
    async fn everybody_has_a_contract(&self, untold: &BTreeMap<usize, ContractId>) {
        assert_eq!(self.nothing_is_lost_or_half_done().await, BTreeMap::new());
        {
            let diary = self.diary.lock().unwrap();
            assert_eq!(diary.acknowledged.len(), CHILDREN);
            for (number, contract) in untold {
                assert_eq!(diary.acknowledged[number], contract.as_str());
                assert!(diary.replayed.contains(number), "child {number}");
            }
        }
        let ground = self.ground().await;
        for at in 0..FACILITIES {
            let held = ground.file_of_facility(at).await.unwrap().held;
            let is_contract = |held: &HeldPlace| matches!(held.holder, Holder::Contract(_));
            assert!(held.iter().all(is_contract), "facility {at}");
            let children: BTreeSet<&ChildId> = held.iter().map(|held| &held.child).collect();
            assert_eq!(children.len(), held.len(), "facility {at}");
            assert_eq!(children.len(), CHILDREN / FACILITIES, "facility {at}");
        }
        ground.store.close().await;
    }

    async fn ground(&self) -> Ground {
        Ground::of(open(&self.url).await, Clock::system().today(), PLACES)
    }

    /// `placewright verify-log` finds nothing wrong.
    fn logs_hold(&self) {
        let checked = placewright(&["verify-log", "--database", &self.url]);
        let told = format!("{}{}", text(&checked.stdout), text(&checked.stderr));
        assert_eq!(checked.status.code(), Some(0), "{told}");
    }

    /// Those asked for and not answered are asked for again, before all others.
    fn asks_again(&self) -> usize {
        let mut diary = self.diary.lock().unwrap();
        let asked = std::mem::take(&mut diary.asked);
        let number = asked.len();
        for child in asked {
            diary.waiting.push_front(child);
        }
        number
    }

    /// Those acknowledged first are asked for again and told of the same contract.
    async fn acknowledged_ones_can_be_repeated(&self, server: &Server) {
        let tokens = [0, 1].map(|number| token_of_staff(&self.tokens, &provider_of(number)));
        let acknowledged = self.diary.lock().unwrap().acknowledged.clone();
        let mut connection = server.connect().await;
        for (number, contract) in acknowledged.iter().take(20) {
            let answer = Self::conclude(&mut connection, &tokens, *number).await;
            let answer = answer.expect("the server answers");
            assert!(answer.status == 201 && answer.is_replay, "{answer:?}");
            assert_eq!(answer.contract(), Some(contract.as_str()));
        }
    }
}

/// The next child to conclude for.
fn next(diary: &Mutex<Diary>) -> Option<usize> {
    let mut diary = diary.lock().unwrap();
    let number = diary.waiting.pop_front()?;
    diary.asked.insert(number);
    Some(number)
}

/// Remembers an answer; gives how many contracts are acknowledged now.
fn note(diary: &Mutex<Diary>, number: usize, answer: &Answer) -> Option<usize> {
    assert_eq!(answer.status, 201, "child {number}: {answer:?}");
    let contract = answer.contract().expect("a 201 names what is new");
    let mut diary = diary.lock().unwrap();
    diary.asked.remove(&number);
    if answer.is_replay {
        diary.replayed.insert(number);
    }
    let before = diary.acknowledged.insert(number, contract.to_owned());
    assert_eq!(before, None, "child {number} was acknowledged twice");
    Some(diary.acknowledged.len())
}

/// A city in which a thousand children wait for their contracts.
async fn prepare(url: &str) {
    let ground = Ground::found(url, Clock::system().today(), FACILITIES, PLACES).await;
    for number in 0..CHILDREN {
        let [here, there] = facilities(number);
        let child = ground
            .child_applies(&format!("c{number}"), &[here, there])
            .await;
        ground.offers(&child, here).await;
        ground.offers(&child, there).await;
        ground.confirms(&child, here).await;
    }
    ground.store.close().await;
}

/// Concludes a thousand contracts with five crashes on the way.
#[allow(clippy::print_stdout)] // a figure for those who read the log of the tests
async fn survives(database: Option<Database>) {
    let Some(database) = database else {
        return; // the reason is printed
    };
    let begin = Instant::now();
    prepare(&database.url()).await;
    let prepared = begin.elapsed().as_secs_f64();
    let folder = tempfile::tempdir().unwrap();
    let office = Office {
        url: database.url(),
        tokens: folder.path().join("tokens.json"),
        diary: Arc::default(),
    };
    office.diary.lock().unwrap().waiting.extend(0..CHILDREN);
    let begin = Instant::now();
    let (mut unanswered, mut untold) = (0, BTreeMap::new());
    let mut server = Server::start(&office.url, &office.tokens);
    for crash in CRASHES {
        drop(office.conclude_until(server, Some(crash)).await);
        // The first to open the database after the crash is a server again.
        server = Server::start(&office.url, &office.tokens);
        untold.extend(office.nothing_is_lost_or_half_done().await);
        office.logs_hold();
        unanswered += office.asks_again();
    }
    office.acknowledged_ones_can_be_repeated(&server).await;
    drop(office.conclude_until(server, None).await);
    office.everybody_has_a_contract(&untold).await;
    office.logs_hold();
    println!(
        "{} of {CHILDREN} conclusions prepared in {prepared:.1} s, carried out in {:.1} s with {} crashes: {unanswered} were not answered, {} of these had been carried out",
        office.diary.lock().unwrap().acknowledged.len(),
        begin.elapsed().as_secs_f64(),
        CRASHES.len(),
        untold.len(),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_killed_in_the_middle_loses_nothing_it_acknowledged_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    survives(Some(Database::Sqlite(folder))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_killed_in_the_middle_loses_nothing_it_acknowledged_on_postgres() {
    survives(postgres::database().map(Database::Postgres)).await;
}
