//! Rules with a planted bug each: the simulation must catch them.

use domain::procedure::{
    AgreementRules, Change, Command, OfferState, Refusal, Rules, Situation, Withdrawal,
};
use jiff::civil::Date;

/// A conclusion leaves the child's other applications open.
pub(super) struct LeavesApplicationsOpen;

impl Rules for LeavesApplicationsOpen {
    fn decide(&self, situation: &Situation, command: &Command) -> Result<Vec<Change>, Refusal> {
        let mut changes = AgreementRules.decide(situation, command)?;
        changes.retain(|change| {
            !matches!(
                change,
                Change::ApplicationWithdrawn {
                    cause: Withdrawal::ByContract { .. },
                    ..
                }
            )
        });
        Ok(changes)
    }
}

/// Whoever holds a place is overlooked, so places are sold twice.
pub(super) struct SellsPlacesTwice;

impl Rules for SellsPlacesTwice {
    fn decide(&self, situation: &Situation, command: &Command) -> Result<Vec<Change>, Refusal> {
        let mut situation = situation.clone();
        for file in situation.facilities.values_mut() {
            file.held.clear();
        }
        AgreementRules.decide(&situation, command)
    }
}

/// A confirmed offer elsewhere is overlooked, so a family may confirm two.
pub(super) struct OverlooksConfirmedOffers;

impl Rules for OverlooksConfirmedOffers {
    fn decide(&self, situation: &Situation, command: &Command) -> Result<Vec<Change>, Refusal> {
        let Command::ConfirmOffer { child, offer } = command else {
            return AgreementRules.decide(situation, command);
        };
        let mut situation = situation.clone();
        let on: Date = situation.today;
        let applications = situation
            .children
            .get_mut(child)
            .map(|file| file.applications.iter_mut());
        for other in applications
            .into_iter()
            .flatten()
            .flat_map(|a| &mut a.offers)
        {
            if other.id != *offer && matches!(other.state, OfferState::Confirmed { .. }) {
                other.state = OfferState::Declined { on };
            }
        }
        AgreementRules.decide(&situation, command)
    }
}
