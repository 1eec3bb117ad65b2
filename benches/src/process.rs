//! Processes measured from outside: processor time, wall time and peak memory.
//!
//! Processor time and memory come from `/proc` and are absent on systems without it.

use std::fmt;
use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Ticks of the times in `/proc/<pid>/stat`, per second: `USER_HZ`, fixed for programs on Linux.
const TICKS_A_SECOND: u64 = 100;

/// Pause between two looks at a running process; its peak memory is a high-water mark, so only
/// growth in the last moments can be missed.
const PAUSE: Duration = Duration::from_millis(5);

/// What a process cost.
#[derive(Debug, Clone)]
pub struct Usage {
    /// User and system time of all threads, to 10 ms.
    pub processor: Option<Duration>,
    /// Time on the clock.
    pub wall: Duration,
    /// Largest resident memory, in bytes.
    pub peak_memory: Option<u64>,
    /// What it printed.
    pub answer: String,
}

/// Runs a process to its end and measures it; its messages go to ours.
///
/// No other child process may end meanwhile, as the system adds up the times of all of them.
///
/// # Errors
///
/// When it cannot be started, or ends with a failure.
pub fn run(command: &mut Command) -> io::Result<Usage> {
    let before = ended_children();
    let start = Instant::now();
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let mut peak_memory = None;
    let status = loop {
        peak_memory = high_water_mark(child.id()).max(peak_memory);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(PAUSE);
    };
    let wall = start.elapsed();
    let processor = ended_children()
        .zip(before)
        .map(|(after, before)| after.saturating_sub(before));
    if !status.success() {
        return Err(io::Error::other(format!(
            "{command:?} failed: {status}; run it by hand to see why"
        )));
    }
    let mut answer = String::new();
    if let Some(mut output) = child.stdout.take() {
        output.read_to_string(&mut answer)?;
    }
    Ok(Usage {
        processor,
        wall,
        peak_memory,
        answer: answer.trim().to_owned(),
    })
}

/// The run with the least processor time of a few: what else the machine does only adds to it.
///
/// # Errors
///
/// When a run fails, or two runs answer differently.
pub fn least_of(runs: usize, mut command: impl FnMut() -> Command) -> io::Result<Usage> {
    let mut best = run(&mut command())?;
    for _ in 1..runs {
        let next = run(&mut command())?;
        if next.answer != best.answer {
            return Err(io::Error::other(format!(
                "two runs of {:?} answer differently: {} and {}",
                command(),
                best.answer,
                next.answer
            )));
        }
        if next.processor < best.processor {
            best = next;
        }
    }
    Ok(best)
}

/// User and system time of this process so far.
#[must_use]
pub fn own_processor_time() -> Option<Duration> {
    times(11, 12)
}

/// User and system time of all child processes that have ended.
fn ended_children() -> Option<Duration> {
    times(13, 14)
}

/// The sum of two times of `/proc/self/stat`, counted from the field after the program's name.
fn times(user: usize, system: usize) -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name stands in brackets and may hold anything, so count from the last bracket.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field)?.parse::<u64>().ok();
    let ticks = ticks(user)? + ticks(system)?;
    Some(Duration::from_millis(ticks * 1000 / TICKS_A_SECOND))
}

/// The largest resident memory of a running process so far, in bytes.
fn high_water_mark(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// The interpreter of the Python environment that `./run bench` sets up for the peers.
///
/// # Errors
///
/// The reason why there are no peers, in words.
pub fn python() -> Result<PathBuf, String> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let python = PathBuf::from(root).join(".venv/bin/python");
    let usable = Command::new(&python)
        .args(["-c", "import duckdb, polars"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if usable {
        Ok(python)
    } else {
        Err(
            ".venv with duckdb and polars is missing, so no peer is measured; make it with \
             python3 -m venv .venv && .venv/bin/pip install -r benches/peers/requirements.txt"
                .to_owned(),
        )
    }
}

/// What several processes cost, as a Markdown table.
///
/// The last column is a rate where the rows that a process went through are known, else its
/// processor time as a multiple of the first process's.
#[derive(Debug, Default)]
pub struct Comparison {
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    name: String,
    usage: Usage,
    rows: Option<u64>,
}

impl Comparison {
    /// Adds a process.
    pub fn push(&mut self, name: impl Into<String>, usage: Usage) {
        let (name, rows) = (name.into(), None);
        self.lines.push(Line { name, usage, rows });
    }

    /// Adds a process that went through as many rows as it answered.
    pub fn push_rows(&mut self, name: &str, usage: Usage) {
        let name = format!("{name}, {} rows", usage.answer);
        let rows = usage.answer.parse().ok();
        self.lines.push(Line { name, usage, rows });
    }

    /// A usage's processor time as a multiple of the first process's.
    #[must_use]
    pub fn ratio_of(&self, usage: &Usage) -> Option<f64> {
        let own = self.lines.first()?.usage.processor?;
        if own.is_zero() {
            return None; // less than the clock of processes tells
        }
        Some(usage.processor?.as_secs_f64() / own.as_secs_f64())
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let optional =
            |number: Option<f64>, digits| number.map_or("-".into(), |n| format!("{n:.digits$}"));
        let with_rows = self.lines.iter().any(|line| line.rows.is_some());
        let last = if with_rows {
            "rows per CPU s"
        } else {
            "CPU ratio"
        };
        writeln!(f, "| process | CPU s | wall s | peak MiB | {last} |")?;
        writeln!(f, "|---|---|---|---|---|")?;
        for Line { name, usage, rows } in &self.lines {
            let seconds = usage.processor.map(|time| time.as_secs_f64());
            let peak = usage.peak_memory.map(|bytes| bytes as f64 / 1_048_576.0);
            let last = match rows {
                Some(rows) => optional(seconds.map(|seconds| *rows as f64 / seconds), 0),
                None => optional(self.ratio_of(usage), 1),
            };
            let wall = usage.wall.as_secs_f64();
            let (cpu, peak) = (optional(seconds, 2), optional(peak, 0));
            writeln!(f, "| {name} | {cpu} | {wall:.2} | {peak} | {last} |")?;
        }
        Ok(())
    }
}
