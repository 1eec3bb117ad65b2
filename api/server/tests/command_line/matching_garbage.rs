//! Ten million rows of garbage as a round: an answer of bounded length, in bounded memory, and no file.

#![allow(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::matching_commands::round_with;

/// What the program took and told.
struct Took {
    code: Option<i32>,
    told: usize,
    errors: String,
    peak_mib: Option<u64>,
    seconds: f64,
}

/// Runs `match` and looks at its memory until it ends.
fn watched(round: &Path, out: &Path) -> Took {
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_placewright"))
        .arg("match")
        .arg(round)
        .arg("--out")
        .arg(out)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = child.stdout.take().unwrap();
    let mut problems = child.stderr.take().unwrap();
    let reader = std::thread::spawn(move || {
        let (mut told, mut errors) = (Vec::new(), Vec::new());
        problems.read_to_end(&mut errors).unwrap();
        output.read_to_end(&mut told).unwrap();
        (told.len(), String::from_utf8_lossy(&errors).into_owned())
    });
    let mut peak_mib = None;
    let status = loop {
        peak_mib = peak_mib.max(peak_of(child.id()));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let (told, errors) = reader.join().unwrap();
    Took {
        code: status.code(),
        told,
        errors,
        peak_mib,
        seconds: started.elapsed().as_secs_f64(),
    }
}

/// High-water mark of a process; `None` where the system does not tell.
fn peak_of(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}

fn garbage(rows: usize, row: impl Fn(usize) -> String, most_mib: u64) {
    let folder = tempfile::tempdir().unwrap();
    let round = round_with(
        folder.path(),
        &[(
            "programmes.csv",
            "programme_id,seat_group,capacity\nP1,,1\n",
        )],
    );
    let file = std::fs::File::create(round.join("applications.csv")).unwrap();
    let mut file = BufWriter::new(file);
    writeln!(file, "applicant_id,programme_id,rank,points,lot").unwrap();
    for number in 0..rows {
        writeln!(file, "{}", row(number)).unwrap();
    }
    file.into_inner().unwrap();
    let out = folder.path().join("out");
    let took = watched(&round, &out);
    println!(
        "{rows} rows such as {:?}: exit code {:?}, {} lines on standard error, {:?} MiB, {:.1} s",
        row(1),
        took.code,
        took.errors.lines().count(),
        took.peak_mib,
        took.seconds
    );
    assert_eq!(took.code, Some(2), "{}", took.errors);
    assert!(took.errors.contains("E20"), "{}", took.errors);
    assert!(
        took.told + took.errors.len() < 200_000,
        "{}",
        took.errors.len()
    );
    assert!(!out.exists(), "nothing is written");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    if let Some(peak) = took.peak_mib {
        assert!(peak <= most_mib, "{peak} MiB");
    }
}

#[test]
fn twenty_thousand_rows_of_garbage_end_with_two_and_a_short_list() {
    garbage(
        20_000,
        |number| format!("\u{1}\u{2}{number},P{number},x,y,z"),
        200,
    );
}

#[test]
#[ignore = "minutes without optimisation; run by name with --ignored --nocapture"]
fn ten_million_rows_of_garbage_end_with_two_and_a_short_list() {
    // The same nonsense again and again; and ten million different children.
    garbage(10_000_000, |_| "\u{1}\u{2},\u{fffd},,x,-".to_owned(), 400);
    garbage(
        10_000_000,
        |number| format!("\u{1}{number},P{number},x,y,z"),
        2_000,
    );
}
