//! What a change makes of a facility and its places.

use domain::procedure::Change;
use jiff::civil::Date;

use super::statements as sql;
use super::tables::{Table, Writer};
use crate::StoreError;
use crate::session::values;

pub(super) async fn write<'c>(
    writer: &mut Writer<'_, 'c>,
    change: &'c Change,
) -> Result<(), StoreError> {
    match change {
        Change::FacilityCloses { facility, last_day } => {
            let closes = values![facility, *last_day];
            let key = facility.as_str();
            writer
                .change(Table::Facility, key, sql::CLOSE_FACILITY, &closes)
                .await?;
        }
        Change::NeedsPlanSet {
            facility,
            in_needs_plan,
        } => {
            let plan = values![facility, *in_needs_plan];
            let key = facility.as_str();
            writer
                .change(Table::Facility, key, sql::SET_NEEDS_PLAN, &plan)
                .await?;
        }
        Change::LicenceGranted {
            facility,
            valid_from,
            valid_to,
            proof,
        } => {
            let row = values![facility, *valid_from, *valid_to, proof];
            writer.add(Table::Licence, facility.as_str(), row.into());
        }
        Change::LicenceWithdrawn {
            facility,
            from,
            notice,
        } => {
            let key = facility.as_str();
            let later = values![facility, *from];
            writer
                .change_any(Table::Licence, key, sql::DROP_LICENCES_FROM, &later)
                .await?;
            let earlier = values![facility, day_before(*from), notice];
            writer.execute(sql::END_LICENCES, &earlier).await?;
        }
        Change::CapacitySet(capacity) => {
            let (facility, span) = (&capacity.facility, &capacity.span);
            let key = facility.as_str();
            let later = values![facility, span.care_type, span.valid_from];
            writer
                .change_any(Table::Capacity, key, sql::DROP_CAPACITIES_FROM, &later)
                .await?;
            let earlier = values![facility, span.care_type, day_before(span.valid_from)];
            writer.execute(sql::END_CAPACITIES, &earlier).await?;
            let row = values![
                facility,
                span.care_type,
                span.valid_from,
                span.valid_to,
                span.licensed,
                span.planned,
                span.staffed,
            ];
            writer.add(Table::Capacity, key, row.into());
        }
        Change::PlacesBlocked { facility, span } => {
            let key = facility.as_str();
            let same = values![facility, span.care_type, span.valid_from];
            writer
                .change_any(Table::BlockedPlace, key, sql::DROP_BLOCKED, &same)
                .await?;
            let row = values![
                facility,
                span.care_type,
                span.valid_from,
                span.valid_to,
                span.places,
            ];
            writer.add(Table::BlockedPlace, key, row.into());
        }
        _ => {}
    }
    Ok(())
}

fn day_before(day: Date) -> Date {
    day.yesterday().unwrap_or(day)
}
