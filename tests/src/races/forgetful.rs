//! Rules with a planted bug: they decide on what they saw first.

use std::collections::BTreeMap;
use std::sync::Mutex;

use domain::procedure::{
    Change, ChildFile, Command, FacilityFile, Refusal, Rules, Situation, decide,
};
use domain::{ChildId, FacilityId};

/// What stood there when somebody first looked.
#[derive(Debug, Default)]
struct Seen {
    children: BTreeMap<ChildId, ChildFile>,
    facilities: BTreeMap<FacilityId, FacilityFile>,
}

/// Decides offers and conclusions as if nothing had happened since the first look, which is what a
/// store would do that holds nothing.
#[derive(Debug, Default)]
pub(super) struct Forgetful {
    seen: Mutex<Seen>,
}

impl Rules for Forgetful {
    fn decide(&self, situation: &Situation, command: &Command) -> Result<Vec<Change>, Refusal> {
        let mut stale = situation.clone();
        let mut seen = self.seen.lock().expect("nothing panics under it");
        for (id, file) in &mut stale.children {
            let first = seen.children.entry(id.clone()).or_insert(file.clone());
            file.clone_from(first);
        }
        for (id, file) in &mut stale.facilities {
            let first = seen.facilities.entry(id.clone()).or_insert(file.clone());
            file.clone_from(first);
        }
        decide(&stale, command)
    }
}
