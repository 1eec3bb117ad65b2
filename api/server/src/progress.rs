//! Progress bars on a terminal; silence elsewhere.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Whether and where progress is shown: on standard error, if it is a terminal.
pub(crate) struct Progress {
    shown: bool,
}

impl Progress {
    /// Shown on a terminal unless the output is meant for programs.
    #[must_use]
    pub(crate) fn new(json: bool) -> Self {
        Self {
            shown: !json && std::io::stderr().is_terminal(),
        }
    }

    /// A bar over a known number of steps.
    pub(crate) fn steps(&self, what: &str, steps: usize) -> Bar {
        let bar = if self.shown {
            ProgressBar::new(steps as u64)
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template("{prefix:>12} [{bar:32}] {pos}/{len} {msg}")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(what.to_owned());
        Bar(bar)
    }

    /// A sign of life for work of unknown length.
    pub(crate) fn working(&self, what: &str) -> Bar {
        let bar = if self.shown {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::hidden()
        };
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        Bar(bar)
    }
}

/// One bar; disappears when done.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// One more step is done.
    pub(crate) fn step(&self, what: &str) {
        self.0.set_message(what.to_owned());
        self.0.inc(1);
    }

    /// The work is done.
    pub(crate) fn done(self) {
        self.0.finish_and_clear();
    }
}
