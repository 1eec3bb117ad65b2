//! `POST /v1/rule-lab:run`: the round of the suggestions under other mechanisms.

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::procedure::Role;
use domain::{CareType, ChildId, FacilityId};
use jiff::civil::Date;
use matching::{Mechanism, MechanismReport};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::NothingRead;
use crate::analysis::{EnviedPlace, ReplayedMechanism};
use crate::problem::{Kind, Problem};
use crate::resources::Served;
use crate::vocabulary::{CareTypeName, Day, Key};
use crate::written::Write;

/// What planners do not see: a count of one or two children.
const FEWEST_SHOWN: u64 = 3;

/// A way to give out places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Mechanism)]
pub(crate) enum MechanismName {
    /// Deferred acceptance, as in the suggestions: fair, and the best fair outcome for every child.
    FamilyOptimal,
    /// Facilities offer round by round, families hold the best: fair, and the best for the facilities.
    ProgrammeOptimal,
    /// First wishes first, for good, then second wishes, and so on.
    FirstPreferenceFirst,
    /// Every facility offers on its own; families accept the best offer of a round for good.
    Uncoordinated,
    /// Children choose one after the other by lot; points count for nothing.
    SerialDictatorship,
    /// Most children placed; points count for nothing.
    MostPlaced,
    /// Least sum of ranks; points count for nothing.
    LeastRankSum,
}

impl MechanismName {
    const ALL: [Self; 7] = [
        Self::FamilyOptimal,
        Self::ProgrammeOptimal,
        Self::FirstPreferenceFirst,
        Self::Uncoordinated,
        Self::SerialDictatorship,
        Self::MostPlaced,
        Self::LeastRankSum,
    ];

    const fn mechanism(self) -> Mechanism {
        match self {
            Self::FamilyOptimal => Mechanism::FamilyOptimal,
            Self::ProgrammeOptimal => Mechanism::ProgrammeOptimal,
            Self::FirstPreferenceFirst => Mechanism::FirstPreferenceFirst,
            Self::Uncoordinated => Mechanism::Uncoordinated,
            Self::SerialDictatorship => Mechanism::SerialDictatorship,
            Self::MostPlaced => Mechanism::MostPlaced,
            Self::LeastRankSum => Mechanism::LeastRankSum,
        }
    }

    fn of(mechanism: Mechanism) -> Self {
        Self::ALL
            .into_iter()
            .find(|name| name.mechanism() == mechanism)
            .expect("every mechanism has a name")
    }

    /// Whether it gives places out by offers or requests, round by round.
    const fn has_rounds(self) -> bool {
        matches!(
            self,
            Self::ProgrammeOptimal | Self::FirstPreferenceFirst | Self::Uncoordinated
        )
    }
}

/// What is to be compared.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Comparison {
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    /// First day of care the places are looked at for.
    #[schema(value_type = Day)]
    starts_on: Date,
    /// The mechanisms; all if absent.
    mechanisms: Option<Vec<MechanismName>>,
    /// Seed of the lottery that decides between equals.
    #[serde(default)]
    seed: u64,
}

/// What the mechanisms did with the same round.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleLabReport)]
pub(crate) struct ReportView {
    #[schema(value_type = Day)]
    starts_on: Date,
    /// Number of the change it was computed from.
    computed_from: u64,
    seed: u64,
    /// Care types of the round: those tied to the one asked for by wishes, brothers and sisters, or stays.
    #[schema(value_type = Vec<CareTypeName>)]
    care_types: Vec<CareType>,
    /// In a fixed order, whatever the order asked in.
    mechanisms: Vec<MechanismView>,
    /// Mechanisms asked for that are not defined where brothers and sisters are placed together.
    left_out: Vec<LeftOutView>,
}

/// A mechanism that was not replayed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LeftOutMechanism)]
pub(crate) struct LeftOutView {
    mechanism: MechanismName,
    /// Number of the reason, see docs/ERRORS.md.
    code: &'static str,
    /// The reason, in words.
    reason: String,
}

/// What a mechanism did. The figures count the whole city; they are not tables under disclosure control.
/// For city.planner counts of one or two children are null, as is what would give one of them away
/// within the same report, and `envy` is null; comparing several answers is not protected against.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MechanismReport)]
pub(crate) struct MechanismView {
    mechanism: MechanismName,
    /// Children with a place.
    placed: Option<u64>,
    /// Children without.
    unplaced: Option<u64>,
    /// Children by the rank of the wish granted.
    rank_histogram: Vec<RankView>,
    /// Sum of the ranks of all children placed.
    rank_sum: Option<u64>,
    /// Children passed over for one with a weaker claim, somewhere they want more to be.
    envious_children: Option<u64>,
    /// Children denied a free place they want more.
    denied_free_seat: Option<u64>,
    /// Offers made; null where the mechanism makes all at once.
    offers_made: Option<u64>,
    /// Offers that came to nothing because the family took another; null as `offers_made`.
    offers_lapsed: Option<u64>,
    /// Rounds of offers, or steps; null as `offers_made`.
    rounds: Option<u64>,
    /// Every child passed over, by child, then place; null for city.planner.
    envy: Option<Vec<EnvyView>>,
}

/// Children with a wish of a rank granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RankCount)]
pub(crate) struct RankView {
    rank: u32,
    children: Option<u64>,
}

/// A child passed over.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EnvyPair)]
pub(crate) struct EnvyView {
    #[schema(value_type = Key)]
    child: ChildId,
    /// The place it wants more than its own.
    #[schema(value_type = Key)]
    facility: FacilityId,
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    /// The child with the weakest claim that got a place there.
    #[schema(value_type = Key)]
    holder: ChildId,
}

impl From<EnviedPlace> for EnvyView {
    fn from(envy: EnviedPlace) -> Self {
        Self {
            child: envy.child,
            facility: envy.facility,
            care_type: envy.care_type,
            holder: envy.holder,
        }
    }
}

/// Replays the round of the suggestions under other mechanisms. Nothing is stored or offered.
///
/// The mediation office sees exact figures and every child passed over; planners see figures only, with
/// counts of one or two children left out.
#[utoipa::path(post, path = "/v1/rule-lab:run", tag = "rule lab",
    request_body = Comparison, responses((status = 200, body = ReportView)))]
pub(crate) async fn run(service: Served, write: Write<Comparison>) -> Result<Response, Problem> {
    let asked = &write.body;
    let (care_type, starts_on, seed) = (asked.care_type, asked.starts_on, asked.seed);
    let names = asked
        .mechanisms
        .clone()
        .unwrap_or(MechanismName::ALL.into());
    if names.is_empty() {
        let detail = "name at least one mechanism, or leave the field out for all";
        return Err(Problem::field(Kind::WRONG_VALUE, "mechanisms", detail));
    }
    let mechanisms: Vec<Mechanism> = names.into_iter().map(MechanismName::mechanism).collect();
    let today = write.envelope.today;
    let computed = service.analyse(move |analyses, snapshot| {
        analyses.rule_lab(snapshot, care_type, starts_on, today, &mechanisms, seed)
    });
    let computed = computed.await?;
    let sees_children = write.caller.role() == Role::CityMediation;
    let views = computed
        .mechanisms
        .into_iter()
        .map(|replayed| view(replayed, sees_children));
    let report = ReportView {
        starts_on,
        computed_from: computed.computed_from,
        seed,
        care_types: computed.care_types,
        mechanisms: views.collect(),
        left_out: computed
            .left_out
            .into_iter()
            .map(|it| LeftOutView {
                mechanism: MechanismName::of(it.mechanism),
                code: it.code,
                reason: it.reason,
            })
            .collect(),
    };
    let mut response = Json(report).into_response();
    if !sees_children {
        response.extensions_mut().insert(NothingRead);
    }
    Ok(response)
}

fn view(replayed: ReplayedMechanism, sees_children: bool) -> MechanismView {
    let ReplayedMechanism { report, envy } = replayed;
    let name = MechanismName::of(report.mechanism);
    let shown = |count: u64| (sees_children || !is_small(count)).then_some(count);
    let rank_histogram = histogram(&report, sees_children);
    let is_whole = rank_histogram.iter().all(|cell| cell.children.is_some());
    let of_rounds = |count: u64| name.has_rounds().then_some(count);
    MechanismView {
        mechanism: name,
        placed: shown(report.placed),
        unplaced: shown(report.unplaced),
        rank_sum: is_whole.then_some(report.rank_sum),
        rank_histogram,
        envious_children: shown(report.envious_children),
        denied_free_seat: shown(report.denied_free_seat),
        offers_made: of_rounds(report.offers_made).and_then(shown),
        offers_lapsed: of_rounds(report.offers_lapsed).and_then(shown),
        rounds: of_rounds(report.rounds),
        envy: sees_children.then(|| envy.into_iter().map(Into::into).collect()),
    }
}

/// Whether a count is of one or two children.
const fn is_small(count: u64) -> bool {
    0 < count && count < FEWEST_SHOWN
}

/// Children by rank. For planners without small counts; where one alone is left out, the smallest other
/// one is left out too, for the children placed are told.
fn histogram(report: &MechanismReport, sees_children: bool) -> Vec<RankView> {
    let counts = &report.rank_histogram;
    let mut hidden: Vec<u32> = Vec::new();
    if !sees_children {
        let small = counts.iter().filter(|(_, count)| is_small(**count));
        hidden.extend(small.map(|(rank, _)| *rank));
        if let [only] = hidden[..] {
            let others = counts
                .iter()
                .filter(|(rank, count)| **rank != only && **count > 0);
            let smallest = others.min_by_key(|(rank, count)| (**count, **rank));
            hidden.extend(smallest.map(|(rank, _)| *rank));
        }
    }
    let cells = counts.iter().map(|(rank, count)| RankView {
        rank: *rank,
        children: (!hidden.contains(rank)).then_some(*count),
    });
    cells.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use matching::{LabOptions, RoundFiles, read_round, replay};

    /// Children with a first, second and third wish granted.
    fn replayed(counts: [u64; 3]) -> ReplayedMechanism {
        let round = read_round(RoundFiles::new(
            "programme_id,seat_group,capacity\nP,,1\n".as_bytes(),
            "applicant_id,programme_id,rank,points,lot\nA,P,1,9,1\n".as_bytes(),
        ));
        let mut report = replay(
            &round.unwrap(),
            Mechanism::Uncoordinated,
            &LabOptions::default(),
        )
        .unwrap();
        report.rank_histogram = (1..).zip(counts).collect();
        report.placed = counts.iter().sum();
        report.rank_sum = (1..).zip(counts).map(|(rank, count)| rank * count).sum();
        ReplayedMechanism {
            report,
            envy: Vec::new(),
        }
    }

    fn cells(view: &MechanismView) -> Vec<Option<u64>> {
        view.rank_histogram.iter().map(|it| it.children).collect()
    }

    #[test]
    fn planners_see_no_count_of_one_or_two_and_nothing_it_follows_from() {
        let exact = view(replayed([40, 2, 7]), true);
        assert_eq!(cells(&exact), [Some(40), Some(2), Some(7)]);
        assert_eq!((exact.placed, exact.rank_sum), (Some(49), Some(65)));
        assert!(exact.envy.is_some());
        let figures = view(replayed([40, 2, 7]), false);
        assert_eq!(cells(&figures), [Some(40), None, None]);
        assert_eq!((figures.placed, figures.rank_sum), (Some(49), None));
        assert!(figures.envy.is_none());
        assert_eq!(figures.offers_made, None, "one offer was made");
        let two = view(replayed([40, 2, 1]), false);
        assert_eq!(cells(&two), [Some(40), None, None]);
        let none = view(replayed([40, 0, 7]), false);
        assert_eq!(cells(&none), [Some(40), Some(0), Some(7)]);
        assert_eq!(none.rank_sum, Some(61));
    }

    #[test]
    fn every_mechanism_of_the_engine_has_the_engines_name() {
        let names = MechanismName::ALL.map(MechanismName::mechanism);
        assert_eq!(names, Mechanism::ALL);
        for name in MechanismName::ALL {
            let own = serde_json::to_value(name).unwrap();
            assert_eq!(own, serde_json::to_value(name.mechanism()).unwrap());
        }
    }
}
