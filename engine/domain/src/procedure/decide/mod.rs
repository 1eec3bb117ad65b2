//! The decisions of the procedure, by subject.

mod applications;
mod availability;
mod beside;
mod catalogues;
mod children;
mod conclusion;
mod contracts;
mod facilities;
mod freeing;
mod import;
mod import_problems;
mod licences;
mod look_up;
mod offers;
mod providers;
mod suggestions;

use super::change::Change;
use super::command::Command;
use super::refusal::Refusal;
use super::situation::Situation;

pub(super) use import_problems::ERROR_CODES as IMPORT_ERROR_CODES;

/// Every change that follows, in order, or why none does.
type Decision = Result<Vec<Change>, Refusal>;

/// What decides: the rules of the agreement, or, in tests, rules with a planted bug.
pub trait Rules: Send + Sync + 'static {
    /// Decides a command; see [`decide`].
    ///
    /// # Errors
    ///
    /// [`Refusal`]; nothing is to be changed.
    fn decide(&self, situation: &Situation, command: &Command) -> Result<Vec<Change>, Refusal>;
}

/// The rules of the agreement.
#[derive(Debug, Clone, Copy, Default)]
pub struct AgreementRules;

impl Rules for AgreementRules {
    fn decide(&self, situation: &Situation, command: &Command) -> Result<Vec<Change>, Refusal> {
        decide(situation, command)
    }
}

/// Decides a command: every change that follows from it, in order, or a refusal.
///
/// The same situation and command always give the same answer; nothing is changed here. Fold the
/// changes in with [`Situation::apply`]. Only a repeated import may answer with no change at all.
///
/// ```
/// use domain::procedure::{Child, ChildFacts, Command, Consent, Channel, Refusal, Sex, Situation, decide};
/// use domain::{ActorId, AreaId, ChildId, HouseholdId};
/// use jiff::civil::date;
///
/// let mut situation = Situation::on(date(2027, 1, 15));
/// let child = Child {
///     id: ChildId::new("c1").unwrap(),
///     facts: ChildFacts {
///         household: HouseholdId::new("h1").unwrap(),
///         birth_date: date(2026, 3, 10),
///         sex: Sex::None,
///         area: AreaId::new("sued").unwrap(),
///         municipality: 14_612_000,
///         single_custodian: false,
///         custodians_working: true,
///         inclusion_place: false,
///         school_class: None,
///         siblings: domain::procedure::SiblingsRule::Independent,
///     },
/// };
/// let consent = Command::GiveConsent {
///     child: child.id.clone(),
///     consent: Consent {
///         text_version: "2026-1".to_owned(),
///         channel: Channel::Online,
///         given_on: date(2027, 1, 15),
///         given_by: ActorId::new("parent-7").unwrap(),
///     },
/// };
/// // Nobody consents for a child that is not known; the refusal says what to do.
/// let refusal = decide(&situation, &consent).unwrap_err();
/// assert_eq!(refusal, Refusal::UnknownChild { child: child.id.clone() });
/// assert_eq!(refusal.to_string(), "E9001: child c1 is not known; register it first");
///
/// let changes = decide(&situation, &Command::RegisterChild { child }).unwrap();
/// situation.apply(&changes);
/// assert_eq!(decide(&situation, &consent).unwrap()[0].kind(), "consent.given");
/// ```
///
/// An offer names the person who makes it; a job of the service is none, so it cannot make one (P10):
///
/// ```compile_fail,E0308
/// use domain::procedure::{Actor, NewOffer};
/// use domain::{ApplicationId, OfferId};
/// use jiff::civil::date;
/// let offer = NewOffer {
///     id: OfferId::new("o1").unwrap(),
///     application: ApplicationId::new("a1").unwrap(),
///     starts_on: date(2027, 9, 1),
///     ends_on: None,
///     daily_hours: None,
///     reply_by: date(2027, 2, 15),
///     by: Actor::System { job: "cascade".to_owned() }, // expected `HumanActor`, found `Actor`
///     override_reason: None,
/// };
/// ```
///
/// # Errors
///
/// [`Refusal`] with the first rule broken; nothing is to be changed.
pub fn decide(situation: &Situation, command: &Command) -> Result<Vec<Change>, Refusal> {
    match command {
        Command::RegisterProvider(_)
        | Command::EndProvider { .. }
        | Command::SetRollout { .. }
        | Command::SetImportDeadline { .. }
        | Command::Attest { .. } => providers::decide(situation, command),
        Command::StoreCatalogue {
            provider,
            catalogue,
        } => catalogues::store(situation, provider, catalogue),
        Command::RegisterFacility(_)
        | Command::CloseFacility { .. }
        | Command::SetNeedsPlan { .. }
        | Command::SetCapacity(_)
        | Command::BlockPlaces { .. } => facilities::decide(situation, command),
        Command::GrantLicence {
            facility,
            valid_from,
            valid_to,
            proof,
        } => licences::grant(situation, facility, *valid_from, *valid_to, proof),
        Command::WithdrawLicence {
            facility,
            from,
            notice,
        } => licences::withdraw(situation, facility, *from, notice),
        Command::RegisterChild { .. }
        | Command::MoveHome { .. }
        | Command::GiveConsent { .. }
        | Command::RevokeConsent { .. } => children::decide(situation, command),
        Command::ImportExistingChildren {
            provider,
            care_type,
            rows,
        } => import::decide(situation, provider, *care_type, rows),
        Command::CloseFreedPlace { .. }
        | Command::KeepSuggestions { .. }
        | Command::ReorderSuggestions { .. } => suggestions::decide(situation, command),
        _ => decide_for_a_child(situation, command),
    }
}

/// Commands about the applications, offers and contracts of one child.
fn decide_for_a_child(situation: &Situation, command: &Command) -> Decision {
    match command {
        Command::SubmitApplications {
            child,
            wishes,
            entry,
        } => applications::submit(situation, child, wishes, entry),
        Command::WithdrawApplication {
            child,
            application,
            moved_away,
        } => applications::withdraw(situation, child, application, *moved_away),
        Command::RankApplications { child, order } => applications::rank(situation, child, order),
        Command::ScoreApplication {
            child,
            application,
            points,
            catalogue_version,
        } => applications::score(situation, child, application, points, catalogue_version),
        Command::MakeOffer { child, offer } => offers::make(situation, child, offer),
        Command::ConfirmOffer { child, offer } => offers::confirm(situation, child, offer),
        Command::DeclineOffer { child, offer } => offers::decline(situation, child, offer),
        Command::RevokeOffer {
            child,
            offer,
            reason,
        } => offers::revoke(situation, child, offer, reason),
        Command::ExpireOffers { child } => offers::expire(situation, child),
        Command::ConcludeContract { child, conclusion } => {
            conclusion::conclude(situation, child, conclusion)
        }
        Command::ContinueContract {
            child,
            contract,
            continuation,
            terms,
        } => contracts::continue_with(situation, child, contract, continuation, terms),
        Command::CorrectContract {
            child,
            contract,
            terms,
        } => contracts::correct(situation, child, contract, terms),
        Command::EndContract {
            child,
            contract,
            last_day,
            cause,
        } => contracts::end(situation, child, contract, *last_day, *cause),
        // Every other command was decided before; an unknown one changes nothing.
        _ => Err(Refusal::NothingToChange {
            what: "the situation",
        }),
    }
}
