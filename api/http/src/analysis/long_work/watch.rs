//! How far long work is, and whether it is to stop.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use store::RunProgress;

use super::WorkStopped;

/// Shared between long work and whoever looks after it.
///
/// ```
/// use http_api::analysis::Watch;
/// let watch = Watch::default();
/// watch.begin("origins", 4);
/// watch.advance()?;
/// assert_eq!((watch.progress().done, watch.progress().of), (1, 4));
/// watch.cancel();
/// assert!(watch.advance().is_err(), "it is to stop");
/// # Ok::<(), http_api::analysis::WorkStopped>(())
/// ```
#[derive(Debug, Default)]
pub struct Watch {
    step: Mutex<&'static str>,
    done: AtomicU64,
    of: AtomicU64,
    is_cancelled: AtomicBool,
}

impl Watch {
    /// A new step of `of` parts; 0 if their number is not known.
    pub fn begin(&self, step: &'static str, of: u64) {
        *self.step.lock().unwrap_or_else(PoisonError::into_inner) = step;
        self.done.store(0, Ordering::Relaxed);
        self.of.store(of, Ordering::Relaxed);
    }

    /// One part more is done.
    ///
    /// # Errors
    ///
    /// [`WorkStopped::Cancelled`] if it is to stop.
    pub fn advance(&self) -> Result<(), WorkStopped> {
        self.done.fetch_add(1, Ordering::Relaxed);
        self.go_on()
    }

    /// Whether to go on.
    ///
    /// # Errors
    ///
    /// [`WorkStopped::Cancelled`] if it is to stop.
    pub fn go_on(&self) -> Result<(), WorkStopped> {
        if self.is_cancelled.load(Ordering::Relaxed) {
            return Err(WorkStopped::Cancelled);
        }
        Ok(())
    }

    /// Tells the work to stop at its next part.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> RunProgress {
        let step = *self.step.lock().unwrap_or_else(PoisonError::into_inner);
        RunProgress {
            step: step.to_owned(),
            done: self.done.load(Ordering::Relaxed),
            of: self.of.load(Ordering::Relaxed),
        }
    }
}
