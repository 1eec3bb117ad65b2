//! The private PostgreSQL of the tests: shared by processes, apart in databases.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use workspace_tests::postgres;

/// Set in a process started by a test: it names its database and waits.
const NAME_AND_WAIT: &str = "PLACEWRIGHT_TEST_NAMES_ITS_DATABASE";

/// A process that holds a database until its input is closed.
struct Holder {
    process: Child,
    output: Lines<BufReader<ChildStdout>>,
    url: String,
}

impl Holder {
    fn release(mut self) {
        drop(self.process.stdin.take());
        assert!(self.output.all(|line| line.is_ok()));
        assert!(self.process.wait().is_ok_and(|status| status.success()));
    }
}

/// Runs this test again in a process of its own.
fn process_with_a_database(test: &str) -> Holder {
    let mut process = Command::new(std::env::current_exe().expect("a test has a file"))
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(NAME_AND_WAIT, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the test can run itself");
    let mut output = BufReader::new(process.stdout.take().expect("it was asked for")).lines();
    let url = output
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| line.split_once("DATABASE ").map(|(_, url)| url.to_owned()))
        .expect("the process names its database");
    Holder {
        process,
        output,
        url,
    }
}

#[test]
#[allow(clippy::print_stdout)] // how the other process is told
fn processes_share_one_cluster_and_get_databases_of_their_own() {
    let Some(database) = postgres::database() else {
        return;
    };
    if std::env::var_os(NAME_AND_WAIT).is_some() {
        println!("DATABASE {}", database.url());
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).unwrap(); // until the other side hangs up
        return;
    }
    let test = "postgres_sharing::processes_share_one_cluster_and_get_databases_of_their_own";
    let first = process_with_a_database(test);
    let second = process_with_a_database(test);
    let cluster_of = |url: &str| url.rsplit_once('/').map(|(cluster, _)| cluster.to_owned());
    assert_eq!(cluster_of(&first.url), cluster_of(&second.url));
    assert_eq!(cluster_of(&first.url), cluster_of(database.url()));
    assert_ne!(first.url, second.url);
    assert_ne!(first.url, database.url());
    first.release();
    second.release();
}

#[test]
fn a_test_gets_another_database_each_time() {
    let Some(one) = postgres::database() else {
        return;
    };
    let another = postgres::database().expect("the cluster runs");
    assert_ne!(one.url(), another.url());
}
