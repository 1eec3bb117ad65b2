//! Rules that remember what they were asked and what they decided.

use std::sync::{Arc, Mutex};

use domain::procedure::{Change, Command, Refusal, Rules, Situation};

/// A decision: what was loaded, and what was decided on it.
#[derive(Debug, Clone)]
pub(super) struct Decision {
    pub(super) situation: Situation,
    pub(super) changes: Vec<Change>,
}

/// Wraps rules; keeps the last decision that was no refusal.
pub(super) struct Recorder {
    rules: Arc<dyn Rules>,
    last: Mutex<Option<Decision>>,
}

impl Recorder {
    pub(super) fn of(rules: Arc<dyn Rules>) -> Arc<Self> {
        Arc::new(Self {
            rules,
            last: Mutex::new(None),
        })
    }

    /// The last decision, once.
    pub(super) fn take(&self) -> Option<Decision> {
        self.last.lock().expect("nothing panics under it").take()
    }
}

impl Rules for Recorder {
    fn decide(&self, situation: &Situation, command: &Command) -> Result<Vec<Change>, Refusal> {
        let changes = self.rules.decide(situation, command)?;
        *self.last.lock().expect("nothing panics under it") = Some(Decision {
            situation: situation.clone(),
            changes: changes.clone(),
        });
        Ok(changes)
    }
}
