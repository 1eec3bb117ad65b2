//! Suggestion lists and the end of a cascade: proposals only, nobody gets a place here.

use std::collections::{BTreeMap, BTreeSet};

use super::super::change::Change;
use super::super::command::Command;
use super::super::facility_file::FreedPlaceOutcome;
use super::super::refusal::Refusal;
use super::super::situation::Situation;
use super::super::suggestion::{SuggestionList, SuggestionRow};
use super::Decision;
use super::look_up::{facility, reason};
use crate::{ApplicationId, FacilityId, SuggestionListId};

pub(super) fn decide(situation: &Situation, command: &Command) -> Decision {
    match command {
        Command::CloseFreedPlace {
            facility: id,
            freed_place,
        } => {
            let waits = facility(situation, id)?
                .freed
                .iter()
                .any(|freed| freed.id == *freed_place);
            if !waits {
                return Err(Refusal::UnknownFreedPlace {
                    freed_place: freed_place.clone(),
                });
            }
            Ok(vec![Change::FreedPlaceClosed {
                facility: id.clone(),
                freed_place: freed_place.clone(),
                outcome: FreedPlaceOutcome::NobodyWaits,
            }])
        }
        Command::KeepSuggestions { list } => keep(situation, list),
        Command::ReorderSuggestions {
            facility,
            list,
            reordered,
            order,
            reason,
            ..
        } => reorder(situation, facility, list, reordered, order, reason),
        _ => Err(Refusal::NothingToChange { what: "the list" }),
    }
}

/// A computed list: positions from 1 on, every application once, no reason of a person.
fn keep(situation: &Situation, list: &SuggestionList) -> Decision {
    facility(situation, &list.facility)?;
    if situation.suggestions.as_ref().map(|known| &known.id) == Some(&list.id) {
        return Err(Refusal::AlreadyKnown {
            what: "suggestion list",
            key: list.id.to_string(),
        });
    }
    let applications: BTreeSet<_> = list.rows.iter().map(|row| &row.application).collect();
    let numbered = list
        .rows
        .iter()
        .zip(1..)
        .all(|(row, position)| row.position == position);
    if !numbered || applications.len() != list.rows.len() {
        return Err(Refusal::NotTheSameApplications {
            list: list.id.clone(),
        });
    }
    if let Some(code) = &list.override_reason {
        return Err(Refusal::NotOneOf {
            what: "the reason of a computed list",
            value: code.clone(),
            allowed: "none: only a person puts a list into another order",
        });
    }
    Ok(vec![Change::SuggestionsKept { list: list.clone() }])
}

/// A person puts a list into another order and says why (K16); points, ranks and suggestions stay.
fn reorder(
    situation: &Situation,
    facility: &FacilityId,
    list: &SuggestionListId,
    reordered: &SuggestionListId,
    order: &[ApplicationId],
    code: &str,
) -> Decision {
    let before = situation
        .suggestions
        .as_ref()
        .filter(|known| known.id == *list && known.facility == *facility)
        .ok_or_else(|| Refusal::UnknownSuggestions { list: list.clone() })?;
    reason("another order than suggested", code)?;
    if reordered == list {
        return Err(Refusal::AlreadyKnown {
            what: "suggestion list",
            key: list.to_string(),
        });
    }
    let rows: BTreeMap<&ApplicationId, &SuggestionRow> = before
        .rows
        .iter()
        .map(|row| (&row.application, row))
        .collect();
    let named: BTreeSet<&ApplicationId> = order.iter().collect();
    if order.len() != rows.len() || !named.iter().eq(rows.keys()) {
        return Err(Refusal::NotTheSameApplications { list: list.clone() });
    }
    if before.rows.iter().map(|row| &row.application).eq(order) {
        return Err(Refusal::NothingToChange { what: "the order" });
    }
    let after = SuggestionList {
        id: reordered.clone(),
        override_reason: Some(code.to_owned()),
        rows: order
            .iter()
            .filter_map(|application| rows.get(application))
            .zip(1..)
            .map(|(row, position)| SuggestionRow {
                position,
                ..(*row).clone()
            })
            .collect(),
        ..before.clone()
    };
    Ok(vec![Change::SuggestionsReordered {
        before: before.clone(),
        after,
    }])
}
