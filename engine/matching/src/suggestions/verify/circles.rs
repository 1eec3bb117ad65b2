//! Applications that stay out because the round goes in circles: that they fit, and that none can be let in.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::derive::{Derivation, find};
use super::stay::{book, reasons, take};

/// The rows of two lists.
pub(super) fn both(one: &Value, other: &Value) -> Value {
    let rows = |list: &Value| list.as_array().cloned().unwrap_or_default();
    rows(one).into_iter().chain(rows(other)).collect()
}

impl Derivation<'_> {
    /// The stated applications that fit beside the stated placements, leaving aside those behind them in
    /// their line, and that cannot be let in all the same: each with the first stay that would not fit in
    /// the round that lets it in. That round is not worked out where families want to be placed
    /// together: there the stay is taken as stated.
    pub(super) fn unsettled(
        &self,
        stated: &Value,
        exclusions: &Value,
        placements: &Value,
    ) -> Value {
        let rows = stated.as_array().map_or(&[][..], Vec::as_slice);
        let taken = self.taken(placements);
        let mut held = BTreeMap::new();
        for row in rows {
            let (child, programme) = (row["applicant_id"].as_str(), row["programme_id"].as_str());
            let (Some(child), Some((name, line))) =
                (child, programme.and_then(|it| self.lines.get_key_value(it)))
            else {
                continue;
            };
            let Some(own) = line.iter().position(|it| it.child == child) else {
                continue;
            };
            let mut book = book(self.inputs);
            for (programme, at, entry) in &taken {
                if programme != name || *at < own {
                    take(self.inputs, &mut book, &entry.asked);
                }
            }
            if !reasons(self.inputs, &book, &line[own].asked).is_empty()
                || find(exclusions, (child, name)).is_some()
            {
                continue;
            }
            let others: Value = rows.iter().filter(|it| *it != row).cloned().collect();
            let witness = if self.is_joint() {
                Some((row["facility_id"].clone(), row["reason"].clone()))
            } else {
                let let_in = self.placements(&both(exclusions, &others), &Value::Null);
                self.first_without_room(&let_in)
            };
            if let Some((facility, reason)) = witness {
                let row = json!({
                    "applicant_id": line[own].child, "programme_id": *name,
                    "facility_id": facility, "reason": reason,
                });
                held.insert((line[own].child, *name), row);
            }
        }
        held.into_values().collect()
    }

    /// The first facility by name where a stay does not fit beside those before it, and why: stays go in by
    /// place in line, first day and programme.
    fn first_without_room(&self, placements: &Value) -> Option<(Value, Value)> {
        let mut taken = self.taken(placements);
        taken.sort_by_key(|(programme, at, entry)| {
            (entry.asked.facility, *at, entry.asked.first, *programme)
        });
        let mut book = book(self.inputs);
        taken.into_iter().find_map(|(_, _, entry)| {
            let reason = reasons(self.inputs, &book, &entry.asked).into_iter().next();
            take(self.inputs, &mut book, &entry.asked);
            Some((json!(entry.asked.facility), reason?))
        })
    }
}
