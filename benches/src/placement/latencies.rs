//! How long single requests take: percentiles, which criterion does not give.

use std::fmt;
use std::time::{Duration, Instant};

use crate::process::own_processor_time;

/// Durations of requests of one kind, and the time on the clock and the processor time of this process
/// in which they were all answered.
#[derive(Debug, Clone)]
pub struct Latencies {
    name: String,
    single: Vec<Duration>,
    elapsed: Duration,
    processor: Duration,
}

/// Time on the clock and processor time of this process, from a moment on.
#[derive(Debug)]
pub struct Watch {
    begin: Instant,
    processor: Option<Duration>,
}

impl Watch {
    /// Starts to count.
    #[must_use]
    pub fn start() -> Self {
        Self {
            processor: own_processor_time(),
            begin: Instant::now(),
        }
    }

    /// What it took.
    #[must_use]
    pub fn stop(self) -> Taken {
        let elapsed = self.begin.elapsed();
        let processor = own_processor_time().zip(self.processor);
        Taken {
            elapsed,
            processor: processor.map_or(Duration::ZERO, |(now, before)| now.saturating_sub(before)),
        }
    }
}

/// What something took.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    /// Time on the clock.
    pub elapsed: Duration,
    /// Processor time of this process, to 10 ms; none where the system does not tell.
    pub processor: Duration,
}

impl Latencies {
    /// None yet.
    #[must_use]
    pub fn of(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            single: Vec::new(),
            elapsed: Duration::ZERO,
            processor: Duration::ZERO,
        }
    }

    /// Adds requests that were all answered in what was taken.
    pub fn add(&mut self, single: &[Duration], taken: Taken) {
        self.single.extend_from_slice(single);
        self.elapsed += taken.elapsed;
        self.processor += taken.processor;
    }

    /// The duration that a share of all requests does not exceed (nearest rank); `None` without any.
    #[must_use]
    pub fn percentile(&self, share: f64) -> Option<Duration> {
        let mut sorted = self.single.clone();
        sorted.sort_unstable();
        let rank = (share * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.max(1) - 1).copied()
    }

    /// Requests a second.
    fn rate(&self) -> f64 {
        self.single.len() as f64 / self.elapsed.as_secs_f64()
    }
}

/// Latencies of several kinds as a Markdown table.
#[derive(Debug, Default)]
pub struct LatencyTable {
    lines: Vec<Latencies>,
}

impl LatencyTable {
    /// Adds a kind; one without requests is left out.
    pub fn push(&mut self, latencies: Latencies) {
        if !latencies.single.is_empty() {
            self.lines.push(latencies);
        }
    }
}

impl fmt::Display for LatencyTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| requests | number | per second | p50 ms | p99 ms | max ms | own CPU ms each |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|")?;
        for line in &self.lines {
            let milliseconds = |share| {
                let duration = line.percentile(share).unwrap_or_default();
                duration.as_secs_f64() * 1_000.0
            };
            let (half, most, all) = (milliseconds(0.5), milliseconds(0.99), milliseconds(1.0));
            let processor = line.processor.as_secs_f64() * 1_000.0 / line.single.len() as f64;
            writeln!(
                f,
                "| {} | {} | {:.0} | {half:.2} | {most:.2} | {all:.2} | {processor:.2} |",
                line.name,
                line.single.len(),
                line.rate(),
            )?;
        }
        Ok(())
    }
}
