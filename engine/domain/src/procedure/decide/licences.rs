//! Operating licences: granted, lost, proven again (K47).

use jiff::civil::Date;

use super::super::change::Change;
use super::super::refusal::Refusal;
use super::super::situation::Situation;
use super::Decision;
use super::look_up::{day_after, facility, in_order};
use crate::{FacilityId, ReferenceId};

/// A licence over a span. It begins after the one in force ends and ends before a later one begins:
/// spans never overlap, so each has its own proof.
pub(super) fn grant(
    situation: &Situation,
    id: &FacilityId,
    valid_from: Date,
    valid_to: Option<Date>,
    proof: &ReferenceId,
) -> Decision {
    let licensed = &facility(situation, id)?.facility;
    let last = valid_to.unwrap_or(Date::MAX);
    in_order("the licence", valid_from, last)?;
    for licence in licensed.licences() {
        let ends = licence.valid_to.unwrap_or(Date::MAX);
        if licence.valid_from <= valid_from && last <= ends {
            return Err(Refusal::NothingToChange {
                what: "the licence",
            });
        }
        if licence.valid_from <= valid_from {
            in_order(
                "the licence must begin after the one in force ends",
                day_after(ends),
                valid_from,
            )?;
        } else {
            in_order(
                "the licence must end before the next one begins",
                day_after(last),
                licence.valid_from,
            )?;
        }
    }
    Ok(vec![Change::LicenceGranted {
        facility: id.clone(),
        valid_from,
        valid_to,
        proof: proof.clone(),
    }])
}

/// From a day on no licence is valid, by a written notice. Contracts stay.
pub(super) fn withdraw(
    situation: &Situation,
    id: &FacilityId,
    from: Date,
    notice: &ReferenceId,
) -> Decision {
    let licensed = &facility(situation, id)?.facility;
    let lasts = licensed
        .licences()
        .iter()
        .any(|licence| licence.valid_to.is_none_or(|to| from <= to));
    if !lasts {
        return Err(Refusal::NothingToChange {
            what: "the facility without a licence",
        });
    }
    Ok(vec![Change::LicenceWithdrawn {
        facility: id.clone(),
        from,
        notice: notice.clone(),
    }])
}
