//! Offers, conclusions and suggestion lists.

use domain::procedure::{
    Command, Conclusion, NewOffer, OfferState, Role, SuggestionList, SuggestionRow,
};
use domain::{ContractId, OfferId, SuggestionListId};
use jiff::ToSpan as _;

use super::super::world::{Request, World, facility, months_after, person, pick};

impl World {
    pub(super) fn offer(&mut self, [number, shift, reply, ends]: [u8; 4]) -> Option<Request> {
        let id = OfferId::new(&self.new_key("o")).expect("letters are an identifier");
        let waiting =
            self.applications(|a| number > 235 || (a.is_open() && a.holding_offer().is_none()));
        let (file, application) = pick(&waiting, number)?;
        let shift = [0, 0, 1, 3][usize::from(shift % 4)];
        let starts_on = months_after(application.wished_start.max(self.today()), shift);
        Some(Request::of_a_provider(Command::MakeOffer {
            child: file.child.id.clone(),
            offer: NewOffer {
                id,
                application: application.id.clone(),
                starts_on,
                ends_on: (ends < 80).then(|| {
                    months_after(starts_on, 1 + i32::from(ends % 16)).saturating_sub(1.day())
                }),
                daily_hours: None,
                reply_by: if reply > 250 {
                    months_after(self.today(), 4)
                } else {
                    self.today()
                        .saturating_add((1 + i64::from(reply % 30)).days())
                },
                by: person(Role::ProviderStaff),
                override_reason: (ends % 2 == 0).then(|| "sibling".to_owned()),
            },
        }))
    }

    /// The offer a number names: mostly one that holds a place.
    fn named_offer(&self, number: u8) -> Option<(domain::ChildId, OfferId)> {
        let found = self.offers(|offer| number > 235 || offer.holds_a_place());
        let (file, _, offer) = pick(&found, number)?;
        Some((file.child.id.clone(), offer.id.clone()))
    }

    pub(super) fn confirm(&mut self, [number, ..]: [u8; 4]) -> Option<Request> {
        let open = self.offers(|o| number > 215 || matches!(o.state, OfferState::Open));
        let (file, _, offer) = pick(&open, number)?;
        Some(Request::of_a_family(Command::ConfirmOffer {
            child: file.child.id.clone(),
            offer: offer.id.clone(),
        }))
    }

    pub(super) fn decline(&mut self, [number, ..]: [u8; 4]) -> Option<Request> {
        let (child, offer) = self.named_offer(number)?;
        Some(Request::of_a_family(Command::DeclineOffer { child, offer }))
    }

    pub(super) fn revoke(&mut self, [number, reason, ..]: [u8; 4]) -> Option<Request> {
        let (child, offer) = self.named_offer(number)?;
        let reason = if reason > 245 { "" } else { "staff" }.to_owned();
        Some(Request::of_a_provider(Command::RevokeOffer {
            child,
            offer,
            reason,
        }))
    }

    pub(super) fn expire(&mut self, [child, ..]: [u8; 4]) -> Option<Request> {
        let child = self.child(child)?.child.id.clone();
        Some(Request::of_a_job(Command::ExpireOffers { child }))
    }

    pub(super) fn conclude(&mut self, [number, days, lunch, _]: [u8; 4]) -> Option<Request> {
        let contract = ContractId::new(&self.new_key("v")).expect("letters are an identifier");
        let (child, offer) = self.named_offer(number)?;
        Some(Request::of_a_provider(Command::ConcludeContract {
            child,
            conclusion: Conclusion {
                contract,
                offer,
                days_per_week: if days > 245 { 9 } else { 5 },
                lunch: lunch % 2 == 0,
                by: person(Role::ProviderStaff),
            },
        }))
    }

    pub(super) fn suggest(&mut self, [at, ..]: [u8; 4]) -> Option<Request> {
        let id = SuggestionListId::new(&self.new_key("s")).expect("letters are an identifier");
        let found = self.applications(|a| a.is_open() && a.facility == facility(at));
        let (_, first) = pick(&found, 0)?;
        let (care_type, starts_on) = (first.care_type, first.wished_start);
        let rows = found
            .iter()
            .filter(|(_, a)| a.care_type == care_type)
            .zip(1..)
            .map(|((file, application), position)| SuggestionRow {
                position,
                application: application.id.clone(),
                child: file.child.id.clone(),
                points: application.total_points(),
                rank: application.rank,
                suggested: position == 1,
                reason: "points".to_owned(),
            });
        let list = SuggestionList {
            id,
            facility: facility(at),
            care_type,
            starts_on,
            computed_from: 1,
            free_places: 1,
            rows: rows.collect(),
            override_reason: None,
        };
        Some(Request::of_a_provider(Command::KeepSuggestions { list }))
    }

    pub(super) fn reorder(&mut self, [number, how, ..]: [u8; 4]) -> Option<Request> {
        let key = self.new_key("s");
        let lists: Vec<&SuggestionList> = self.lists.values().collect();
        let list = pick(&lists, number)?;
        let mut order: Vec<_> = list
            .rows
            .iter()
            .map(|row| row.application.clone())
            .collect();
        order.reverse();
        if how > 235 {
            order.pop();
        }
        Some(Request::of_a_provider(Command::ReorderSuggestions {
            facility: list.facility.clone(),
            list: list.id.clone(),
            reordered: SuggestionListId::new(&key).expect("letters are an identifier"),
            order,
            reason: if how < 20 { "" } else { "hardship" }.to_owned(),
            by: person(Role::ProviderAdmin),
        }))
    }
}
