//! A facility with its places and who holds them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::command::Operation;
use super::stay_months::Stay;
use crate::{
    Attestation, CareType, ChildId, ContractId, Facility, FreedPlaceId, Month, OfferId, Provider,
    RolloutStep,
};

/// A provider with what it has said and how far the portal is introduced for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderFile {
    /// The provider.
    pub provider: Provider,
    /// Name on pages.
    pub name: String,
    /// Steps of the introduction (K27).
    pub rollout: Vec<RolloutStep>,
    /// Attestations given (K24).
    pub attestations: Vec<Attestation>,
}

/// Places of a care type over a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CapacitySpan {
    /// Care type.
    pub care_type: CareType,
    /// First day.
    pub valid_from: Date,
    /// Last day; `None` while it goes on.
    pub valid_to: Option<Date>,
    /// Places by licence.
    pub licensed: u32,
    /// Places by needs plan.
    pub planned: u32,
    /// Places the staff present allows, as the provider reports them; at most `licensed`.
    pub staffed: u32,
}

/// Places that cannot be given for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BlockedSpan {
    /// Care type.
    pub care_type: CareType,
    /// First day.
    pub valid_from: Date,
    /// Last day; `None` while it goes on.
    pub valid_to: Option<Date>,
    /// Blocked places.
    pub places: u32,
}

/// What holds a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// A contract.
    Contract(ContractId),
    /// An open or confirmed offer.
    Offer(OfferId),
}

/// A place held over a stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPlace {
    /// For whom. A child takes one place of a care type in a month, whatever it holds: an old and a
    /// continuing contract that share a month take one place.
    pub child: ChildId,
    /// By what.
    pub holder: Holder,
    /// Over which months, with which care type.
    pub stay: Stay,
}

/// Why a place became free.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "cause")]
pub enum FreedPlaceCause {
    /// An offer closed without a contract.
    OfferClosed {
        /// The offer.
        offer: OfferId,
    },
    /// A contract ends earlier than it was to, or never began.
    ContractShortened {
        /// The contract.
        contract: ContractId,
    },
}

/// What became of a freed place.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum FreedPlaceOutcome {
    /// It was offered again.
    Offered {
        /// The offer.
        offer: OfferId,
    },
    /// Nobody waits for it.
    NobodyWaits,
}

impl FreedPlaceCause {
    /// The key of the place it frees: `freed.<offer>`, or `freed.<contract>.<version>` with the
    /// version that gave it up. Keys too long for that are replaced by their FNV-1a hash.
    ///
    /// # Panics
    ///
    /// Never: both forms are at most 64 allowed characters.
    #[must_use]
    pub fn key(&self, version: u32) -> FreedPlaceId {
        let plain = match self {
            Self::OfferClosed { offer } => format!("freed.{offer}"),
            Self::ContractShortened { contract } => format!("freed.{contract}.{version}"),
        };
        FreedPlaceId::new(&plain).unwrap_or_else(|_| {
            let hash = plain.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
            FreedPlaceId::new(&format!("freed.{hash:016x}"))
                .expect("22 letters, digits and points are an identifier")
        })
    }
}

/// A place that became free: the start or a link of a cascade (Nachrücken, K40).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FreedPlace {
    /// The key: derived from the cause, so that the same cause frees one place.
    pub id: FreedPlaceId,
    /// Care type of the place in the month it becomes free.
    pub care_type: CareType,
    /// First day it is free.
    pub free_from: Date,
    /// Why.
    pub cause: FreedPlaceCause,
}

/// A place is not free for a whole stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoRoom {
    /// The first month without room.
    pub month: Month,
    /// Care type of the place needed in it.
    pub care_type: CareType,
    /// Places that can be staffed in it.
    pub staffed: u32,
    /// Places held or blocked in it.
    pub held: u32,
}

/// A facility, its provider, its places and who holds them; locked, loaded and decided on as one.
#[derive(Debug, Clone, PartialEq)]
pub struct FacilityFile {
    /// The facility with its licences.
    pub facility: Facility,
    /// Name on pages.
    pub name: String,
    /// Groups and times.
    pub operation: Operation,
    /// Who runs it.
    pub provider: ProviderFile,
    /// Places over time.
    pub capacities: Vec<CapacitySpan>,
    /// Blocked places over time.
    pub blocked: Vec<BlockedSpan>,
    /// Places held by contracts and by open and confirmed offers. In a decision it holds what lasts to
    /// [`Self::held_from`] or later, that is to the first day of the month of today, because a place
    /// is taken for the whole of a month in which a stay ends; no order is promised.
    pub held: Vec<HeldPlace>,
    /// Freed places still waiting, oldest first.
    pub freed: Vec<FreedPlace>,
}

impl FacilityFile {
    /// Places that can be given in a month: staffed, never more than licensed, none outside the
    /// opening dates or without a valid licence; where two spans share a month the later one holds.
    #[must_use]
    pub fn staffed_in(&self, month: Month, care_type: CareType) -> u32 {
        let (first, last) = (month.first_day(), month.last_day());
        let open = self
            .capacities
            .iter()
            .filter(|span| {
                span.care_type == care_type && touches(span.valid_from, span.valid_to, month)
            })
            .max_by_key(|span| span.valid_from)
            .filter(|span| {
                let from = first.max(span.valid_from);
                let to = span.valid_to.map_or(last, |to| last.min(to));
                self.facility.takes_applications_between(from, to)
            });
        open.map_or(0, |span| span.staffed.min(span.licensed))
    }

    /// Places blocked in a month.
    #[must_use]
    pub fn blocked_in(&self, month: Month, care_type: CareType) -> u32 {
        self.blocked
            .iter()
            .filter(|span| {
                span.care_type == care_type && touches(span.valid_from, span.valid_to, month)
            })
            .fold(0, |sum, span| sum.saturating_add(span.places))
    }

    /// Whether there is room for a stay in every month of it, beside the places held by those that
    /// `counts` and the blocked ones.
    ///
    /// # Errors
    ///
    /// [`NoRoom`] with the first month without room.
    pub fn room_for(&self, stay: &Stay, counts: impl Fn(&Holder) -> bool) -> Result<(), NoRoom> {
        self.room_in(stay.months(), |place| counts(&place.holder))
    }

    /// First day of the stays that count in a decision made on a day: the first of its month.
    #[must_use]
    pub fn held_from(today: Date) -> Date {
        today.first_of_month()
    }

    /// As [`Self::room_for`] for single months and by the whole of a held place.
    pub(crate) fn room_in(
        &self,
        needed: impl IntoIterator<Item = (Month, CareType)>,
        counts: impl Fn(&HeldPlace) -> bool,
    ) -> Result<(), NoRoom> {
        let mut holders: BTreeMap<(Month, CareType), BTreeSet<&ChildId>> = BTreeMap::new();
        for place in self.held.iter().filter(|place| counts(place)) {
            for cell in place.stay.months() {
                holders.entry(cell).or_default().insert(&place.child);
            }
        }
        for (month, care_type) in needed {
            let children = holders.get(&(month, care_type)).map_or(0, BTreeSet::len);
            let held = u32::try_from(children)
                .unwrap_or(u32::MAX)
                .saturating_add(self.blocked_in(month, care_type));
            let staffed = self.staffed_in(month, care_type);
            if held >= staffed {
                return Err(NoRoom {
                    month,
                    care_type,
                    staffed,
                    held,
                });
            }
        }
        Ok(())
    }
}

/// Whether a span lasts on at least one day of a month.
fn touches(from: Date, to: Option<Date>, month: Month) -> bool {
    from <= month.last_day() && to.is_none_or(|to| month.first_day() <= to)
}
