//! Cut-offs, budgets and room of the flexible programmes of an outcome.

use serde::Serialize;

use super::amount::Amount;
use super::fairness::fits_one_more;
use crate::reasons::LastAdmitted;
use crate::round::NONE;
use crate::solve::Outcome;

/// One flexible programme after a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FlexibleProgramme {
    /// The programme.
    pub programme_id: String,
    /// Staff that its children may need together, exact.
    pub budget: Amount,
    /// Staff that the children placed need, exact.
    pub used: Option<Amount>,
    /// Children placed, of all seat groups.
    pub placed: u64,
    /// Children that want it more than what they got: all of them behind the cut-off.
    pub turned_away: u64,
    /// Of those, the ones for whom room would be left, were it their turn.
    pub denied_room: u64,
    /// Points of the last child admitted, of any group; `None` if nobody was, or only children
    /// enrolled before.
    pub points: Option<i32>,
    /// Its lot, if it has one.
    pub lot: Option<u32>,
}

/// Children placed, by seat.
fn children_by_seat(outcome: &Outcome<'_>) -> Vec<u32> {
    let mut children = vec![0; outcome.round.seats.len()];
    for granted in &outcome.granted {
        if let Some(wish) = outcome.round.wishes.get(*granted as usize) {
            children[wish.seat as usize] += 1;
        }
    }
    children
}

/// Seats of flexible programmes at which somebody was turned away although the first child turned
/// away there would fit: no rule explains that.
pub(crate) fn out_of_turn(outcome: &Outcome<'_>) -> Vec<bool> {
    let round = outcome.round;
    let mut out_of_turn = vec![false; round.seats.len()];
    if round.budgets.is_empty() {
        return out_of_turn;
    }
    let fits = fits_one_more(round, &children_by_seat(outcome));
    for (seat, out_of_turn) in out_of_turn.iter_mut().enumerate() {
        if round.budgets.of(round.seats[seat].programme).is_none() {
            continue;
        }
        let first = outcome.priorities.line(seat).iter().find(|wish| {
            let applicant = outcome.priorities.applicant[**wish as usize] as usize;
            round.wishes[**wish as usize].rank < outcome.granted_rank(applicant)
        });
        *out_of_turn = first.is_some_and(|wish| fits[round.wishes[*wish as usize].seat as usize]);
    }
    out_of_turn
}

/// The flexible programmes of an outcome, bytewise; `last` is the last child admitted to each seat.
pub(crate) fn flexible_programmes(
    outcome: &Outcome<'_>,
    last: &[Option<LastAdmitted>],
) -> Vec<FlexibleProgramme> {
    let round = outcome.round;
    let children = children_by_seat(outcome);
    let fits = fits_one_more(round, &children);
    let mut turned_away = vec![(0, 0); round.programme_count()];
    for applicant in 0..round.applicant_count() {
        let rank = outcome.granted_rank(applicant);
        for wish in round.wishes_of(applicant) {
            if wish.rank < rank && wish.seat != NONE {
                let entry = &mut turned_away[wish.programme as usize];
                entry.0 += 1;
                entry.1 += u64::from(fits[wish.seat as usize]);
            }
        }
    }
    let used = round.budgets.used(round, &children);
    used.into_iter()
        .filter_map(|(programme, units)| {
            let budget = round.budgets.of(programme)?;
            let first = round
                .seats
                .partition_point(|seat| seat.programme < programme);
            let seats = (first..round.seats.len())
                .take_while(|seat| round.seats[*seat].programme == programme);
            let (turned_away, denied_room) = turned_away[programme as usize];
            let wish = last[first].and_then(|last| last.wish);
            Some(FlexibleProgramme {
                programme_id: round.programmes.get(programme as usize).to_owned(),
                budget: budget.amount,
                used: budget.amount_of(units),
                placed: seats.map(|seat| u64::from(children[seat])).sum(),
                turned_away,
                denied_room,
                points: wish.map(|wish| wish.points),
                lot: wish.and_then(|wish| wish.given_lot()),
            })
        })
        .collect()
}
