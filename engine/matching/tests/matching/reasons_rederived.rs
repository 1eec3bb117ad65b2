//! Every reason of the round worked out once more, from the rows and the placements alone.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;

use crate::common::{seats, wish};
use matching::{
    ApplicationRow, DecidedBy, Explainer, PlacementRow, ProgrammeRow, ReasonKind, Round,
    RoundOptions, lottery_number, solve,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

struct City {
    programmes: Vec<ProgrammeRow>,
    applications: Vec<ApplicationRow>,
}

/// Many ties: few points, some lots empty, some programmes closed or without seats.
fn city(seed: u64, children: usize) -> City {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let mut below = move |bound: usize| generator.next_u32() as usize % bound;
    let count = children / 10;
    let programmes = (0..count)
        .map(|number| {
            let group = if number % 11 == 5 { "other" } else { "" };
            seats(
                &format!("P{number:03}"),
                group,
                if number % 9 == 4 {
                    0
                } else {
                    1 + below(12) as u32
                },
            )
        })
        .collect();
    let mut applications = Vec::new();
    for number in 0..children {
        let mut wished: Vec<usize> = (0..6).map(|_| below(count)).collect();
        wished.sort_unstable();
        wished.dedup();
        let first = below(wished.len());
        wished.rotate_left(first);
        for (rank, programme) in (1..).zip(wished) {
            let lot = (below(4) > 0).then(|| below(5) as u32);
            let points = below(4) as i32;
            applications.push(wish(
                &format!("A{number:05}"),
                &format!("P{programme:03}"),
                rank,
                points,
                lot,
            ));
        }
    }
    City {
        programmes,
        applications,
    }
}

/// Lots as published: an empty one is drawn from the family's number, within the lots of the round.
fn lot(row: &ApplicationRow, seed: u64, greatest: u32) -> (u32, u64) {
    let number = lottery_number(seed, &row.applicant_id);
    let drawn = (u128::from(number) * (u128::from(greatest) + 1)) >> 64;
    (row.lot.unwrap_or(drawn as u32), number)
}

#[test]
fn every_better_wish_has_a_reason_and_an_independent_reading_comes_to_the_same() {
    let (mut pairs, mut mismatches) = (0, 0);
    for seed in 0..12 {
        let City {
            programmes,
            applications,
        } = city(seed, 300);
        let round = Round::from_rows(&programmes, &applications, &[]).unwrap();
        let options = RoundOptions {
            seed,
            ..RoundOptions::default()
        };
        let outcome = solve(&round, &options).unwrap();
        let placements: BTreeMap<String, PlacementRow> = outcome
            .placements()
            .into_iter()
            .map(|row| (row.applicant_id.clone(), row))
            .collect();
        let greatest = applications.iter().filter_map(|row| row.lot).max().unwrap();
        let rank_got = |applicant: &str| {
            placements[applicant]
                .place
                .as_ref()
                .map_or(u32::MAX, |place| place.rank)
        };
        let sits = |row: &&ApplicationRow| {
            let place = placements[&row.applicant_id].place.as_ref();
            place.is_some_and(|place| place.programme_id == row.programme_id)
        };
        let explainer = Explainer::new(&outcome);
        for row in &applications {
            if row.rank >= rank_got(&row.applicant_id) {
                continue;
            }
            pairs += 1;
            let reasons = explainer.reasons(&row.applicant_id).unwrap();
            let reason = reasons
                .iter()
                .find(|it| it.programme_id == row.programme_id)
                .unwrap();
            let at = programmes
                .iter()
                .find(|it| it.programme_id == row.programme_id)
                .unwrap();
            let here: Vec<&ApplicationRow> = applications
                .iter()
                .filter(|it| it.programme_id == row.programme_id)
                .collect();
            let standing =
                |it: &ApplicationRow| (std::cmp::Reverse(it.points), lot(it, seed, greatest));
            let ahead = here.iter().filter(|it| standing(it) < standing(row));
            let waiting = ahead
                .clone()
                .filter(|it| it.rank < rank_got(&it.applicant_id));
            let last = here
                .iter()
                .copied()
                .filter(sits)
                .max_by_key(|it| standing(it));
            let derived = if !at.seat_group.is_empty() {
                (ReasonKind::GroupClosed, None, None, None, None, None, None)
            } else {
                let (position, waits) =
                    (ahead.clone().count() as u32 + 1, waiting.count() as u32 + 1);
                let (position, waits) = (Some(position), Some(waits));
                if at.capacity == 0 {
                    (
                        ReasonKind::CapacityZero,
                        None,
                        Some(0),
                        None,
                        None,
                        position,
                        waits,
                    )
                } else {
                    let last = last.unwrap();
                    assert!(standing(last) < standing(row));
                    assert_eq!(
                        here.iter().copied().filter(sits).count(),
                        at.capacity as usize
                    );
                    let decided = if last.points > row.points {
                        DecidedBy::Points
                    } else if last.lot.zip(row.lot).is_some_and(|(a, b)| a < b) {
                        DecidedBy::Lot
                    } else {
                        DecidedBy::Lottery
                    };
                    let capacity = Some(at.capacity);
                    (
                        ReasonKind::Full,
                        Some(decided),
                        capacity,
                        Some(last.points),
                        last.lot,
                        position,
                        waits,
                    )
                }
            };
            let stated = (
                reason.reason,
                reason.decided_by,
                reason.capacity,
                reason.cut_off_points,
                reason.cut_off_lot,
                reason.position,
                reason.waiting_position,
            );
            let own = (reason.own_points, reason.own_lot, reason.rank);
            mismatches += u32::from(stated != derived || own != (row.points, row.lot, row.rank));
        }
    }
    assert!(pairs > 5_000, "{pairs}");
    assert_eq!(mismatches, 0, "of {pairs}");
}
