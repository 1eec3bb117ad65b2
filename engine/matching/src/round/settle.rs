//! From drafts to a round: seats, people and wishes sorted, checked and joined.

use domain::InputProblem;

use super::draft::{APPLICANTS, APPLICATIONS, ApplicantDraft, PROGRAMMES, SeatDraft};
use super::{NONE, Round, Seat, Wish};
use crate::error_codes as code;
use crate::flexible::NO_CAP;
use crate::problems::Problems;

/// Returns the seats with an empty capacity and the row of each.
pub(super) fn sort_seats(
    round: &mut Round,
    mut drafts: Vec<SeatDraft>,
    problems: &mut Problems,
) -> Vec<(usize, u64)> {
    let mut uncapped = Vec::new();
    drafts.sort_unstable_by_key(|seat| (seat.programme, seat.group, seat.row));
    let mut first_row = 0;
    for draft in drafts {
        let seat = Seat {
            programme: draft.programme,
            group: draft.group,
            capacity: draft.capacity.unwrap_or(NO_CAP),
        };
        match round.seats.last() {
            Some(last) if (last.programme, last.group) == (seat.programme, seat.group) => {
                let programme = round.programmes.get(seat.programme as usize);
                let group = round.groups.get(seat.group as usize);
                problems.push(
                    InputProblem::new(
                        code::DUPLICATE_SEATS,
                        PROGRAMMES,
                        format!("row {first_row} has programme {programme} and this group already"),
                    )
                    .at(draft.row, "seat_group", group)
                    .remedy("add the capacities up in one row"),
                );
            }
            _ => {
                first_row = draft.row;
                if draft.capacity.is_none() {
                    uncapped.push((round.seats.len(), draft.row));
                }
                round.seats.push(seat);
            }
        }
    }
    uncapped
}

pub(super) fn sort_people(
    round: &mut Round,
    mut people: Vec<ApplicantDraft>,
    problems: &mut Problems,
) {
    people.sort_unstable_by_key(|person| (person.applicant, person.row));
    let mut held = vec![0_u32; round.seats.len()];
    let mut last: Option<(u32, u64)> = None;
    for person in people {
        let name = round.applicants.get(person.applicant as usize);
        if let Some((applicant, row)) = last
            && applicant == person.applicant
        {
            problems.push(
                InputProblem::new(
                    code::DUPLICATE_APPLICANT,
                    APPLICANTS,
                    format!("row {row} has this applicant already"),
                )
                .at(person.row, "applicant_id", name)
                .remedy("keep one of the rows"),
            );
            continue;
        }
        last = Some((person.applicant, person.row));
        round.applicant_group[person.applicant as usize] = person.group;
        round.applicant_family[person.applicant as usize] = person.family;
        round.applicant_enrolled[person.applicant as usize] = person.enrolled;
        if person.enrolled == NONE {
            continue;
        }
        let programme = round.programmes.get(person.enrolled as usize);
        match round.find_seat(person.enrolled, person.group) {
            Some(seat) => held[seat] += 1,
            None => problems.push(
                InputProblem::new(
                    code::ENROLLED_WITHOUT_SEATS,
                    APPLICANTS,
                    format!(
                        "the child is enrolled here, but programmes.csv has no seats of its group {:?} here",
                        round.groups.get(person.group as usize)
                    ),
                )
                .at(person.row, "enrolled_programme_id", programme)
                .remedy("add the row of the seat group, or correct the applicant's group"),
            ),
        }
    }
    round.budgets.refuse_enrolled_above(round, &held, problems);
    for (seat, held) in held.into_iter().enumerate() {
        if held > round.seats[seat].capacity {
            let (programme, group) = round.seat_name(seat);
            problems.push(
                InputProblem::new(
                    code::ENROLLED_ABOVE_CAPACITY,
                    PROGRAMMES,
                    format!(
                        "programme {programme:?}, group {group:?}: {held} children are enrolled, the capacity is {}",
                        round.seats[seat].capacity
                    ),
                )
                .remedy("raise the capacity: it counts all seats, those of the enrolled children included"),
            );
        }
    }
}

/// Puts the applications into the round by applicant, rank, programme and row.
pub(super) fn sort_applications(
    round: &mut Round,
    mut applications: Vec<Wish>,
    application_of: Vec<u32>,
) {
    let mut starts = vec![0_u32; round.applicants.len() + 1];
    for applicant in &application_of {
        starts[*applicant as usize + 1] += 1;
    }
    for applicant in 1..starts.len() {
        starts[applicant] += starts[applicant - 1];
    }
    if !application_of.is_sorted() {
        let mut next = starts.clone();
        let mut sorted = applications.clone();
        for (application, applicant) in applications.into_iter().zip(application_of) {
            let place = &mut next[applicant as usize];
            sorted[*place as usize] = application;
            *place += 1;
        }
        applications = sorted;
    }
    for applicant in 1..starts.len() {
        let own = &mut applications[starts[applicant - 1] as usize..starts[applicant] as usize];
        let key = |wish: &Wish| (wish.rank, wish.programme, wish.seat);
        if !own.is_sorted_by_key(key) {
            own.sort_unstable_by_key(key);
        }
    }
    round.wishes = applications;
    round.wish_starts = starts;
}

/// Finds the seat of every application and appends the own places of enrolled children.
pub(super) fn settle_wishes(round: &mut Round, problems: &mut Problems) {
    let open_seats = OpenSeats::of(round);
    // The last applicant seen to apply for each programme.
    let mut applied = vec![NONE; round.programmes.len()];
    let mut appended: Vec<u32> = Vec::new();
    for applicant in 0..round.applicants.len() {
        let group = round.applicant_group[applicant];
        let range = round.wish_range(applicant);
        let mut twice = false;
        for wish in &round.wishes[range.clone()] {
            let last = std::mem::replace(&mut applied[wish.programme as usize], applicant as u32);
            twice |= last == applicant as u32;
        }
        if twice {
            find_duplicates(round, applicant, problems);
        }
        for wish in &mut round.wishes[range] {
            wish.seat = open_seats.find(wish.programme, group);
        }
        let enrolled = round.applicant_enrolled[applicant];
        if enrolled != NONE && applied[enrolled as usize] != applicant as u32 {
            appended.push(applicant as u32);
        }
    }
    append_own_places(round, &appended, &open_seats);
}

/// Appends the own place, one rank below the last wish, to the wishes of these applicants.
fn append_own_places(round: &mut Round, appended: &[u32], open_seats: &OpenSeats) {
    let blank = Wish {
        programme: NONE,
        seat: NONE,
        rank: 1,
        points: 0,
        lot: NONE,
    };
    let old_length = round.wishes.len();
    round.wishes.resize(old_length + appended.len(), blank);
    // From the back, so that everything moves into room that is free.
    let mut end = old_length;
    for (before, applicant) in appended.iter().enumerate().rev() {
        let applicant = *applicant as usize;
        let own = round.wish_range(applicant);
        round.wishes.copy_within(own.end..end, own.end + before + 1);
        end = own.end;
        let last = own.clone().next_back().map(|wish| round.wishes[wish].rank);
        let enrolled = round.applicant_enrolled[applicant];
        round.wishes[own.end + before] = Wish {
            programme: enrolled,
            seat: open_seats.find(enrolled, round.applicant_group[applicant]),
            rank: last.unwrap_or(0) + 1,
            ..blank
        };
    }
    let mut more = 0;
    let mut next = appended.iter().peekable();
    for applicant in 0..round.applicants.len() {
        if next
            .next_if(|given| **given as usize == applicant)
            .is_some()
        {
            more += 1;
        }
        round.wish_starts[applicant + 1] += more;
    }
}

/// Seats by programme, those of closed groups of flexible programmes left out.
struct OpenSeats {
    /// Where the seats of each programme start; one entry more than programmes.
    starts: Vec<u32>,
    /// Group and number of each seat.
    seats: Vec<(u32, u32)>,
}

impl OpenSeats {
    fn of(round: &Round) -> Self {
        let mut starts = vec![0; round.programmes.len() + 1];
        let mut seats = Vec::with_capacity(round.seats.len());
        for (number, seat) in round.seats.iter().enumerate() {
            if !round.budgets.is_closed(number, &round.seats) {
                seats.push((seat.group, number as u32));
            }
            starts[seat.programme as usize + 1] = seats.len() as u32;
        }
        // A programme without seats starts where the one before it ends.
        for programme in 1..starts.len() {
            starts[programme] = starts[programme].max(starts[programme - 1]);
        }
        Self { starts, seats }
    }

    /// Seat number of a programme and group; [`NONE`] when the group is closed.
    fn find(&self, programme: u32, group: u32) -> u32 {
        let programme = programme as usize;
        let seats =
            &self.seats[self.starts[programme] as usize..self.starts[programme + 1] as usize];
        seats
            .binary_search_by_key(&group, |seat| seat.0)
            .map_or(NONE, |place| seats[place].1)
    }
}

/// Applications of one applicant for the same programme; they still have their rows.
fn find_duplicates(round: &Round, applicant: usize, problems: &mut Problems) {
    let mut seen: Vec<(u32, u32)> = round
        .wishes_of(applicant)
        .iter()
        .map(|wish| (wish.programme, wish.seat))
        .collect();
    seen.sort_unstable();
    for pair in seen.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
        let (first, row) = (pair[0].1, u64::from(pair[1].1));
        problems.add(code::DUPLICATE_APPLICATION, APPLICATIONS, || {
            let message = format!(
                "applicant {} applies for this programme in row {first} already",
                round.applicants.get(applicant)
            );
            InputProblem::new(code::DUPLICATE_APPLICATION, APPLICATIONS, message)
                .at(
                    row,
                    "programme_id",
                    round.programmes.get(pair[0].0 as usize),
                )
                .remedy("keep one of the rows")
        });
    }
}
