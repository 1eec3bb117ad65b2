//! Rows as they come in, checked and sorted into a [`Round`].

use domain::InputProblem;

use super::joint::{JointOptions, join_siblings};
use super::rows::Siblings;
use super::{NONE, Round, Seat, Wish};
use crate::error_codes as code;
use crate::texts::Interner;

pub(super) const PROGRAMMES: &str = "programmes.csv";
pub(super) const APPLICATIONS: &str = "applications.csv";
pub(super) const APPLICANTS: &str = "applicants.csv";
pub(super) const FAMILY_OPTIONS: &str = "family_options.csv";

struct SeatDraft {
    programme: u32,
    group: u32,
    capacity: u32,
    row: u64,
}

struct ApplicationDraft {
    applicant: u32,
    programme: u32,
    rank: u32,
    points: i32,
    lot: u32,
    row: u32,
}

struct ApplicantDraft {
    applicant: u32,
    group: u32,
    family: u32,
    enrolled: u32,
    row: u64,
}

/// The siblings rule of one row of `applicants.csv`.
pub(super) struct PersonRule {
    pub(super) applicant: u32,
    pub(super) family: u32,
    pub(super) siblings: Siblings,
    pub(super) row: u64,
}

/// One row of `family_options.csv`.
pub(super) struct OptionDraft {
    pub(super) family: u32,
    pub(super) option: u32,
    pub(super) applicant: u32,
    /// [`NONE`] = unplaced.
    pub(super) programme: u32,
    pub(super) row: u64,
}

/// Rows gathered so far. Add all programmes first, family options last.
#[derive(Default)]
pub(super) struct Draft {
    programmes: Interner,
    groups: Interner,
    applicants: Interner,
    families: Interner,
    seats: Vec<SeatDraft>,
    applications: Vec<ApplicationDraft>,
    people: Vec<ApplicantDraft>,
    rules: Vec<PersonRule>,
    options: Vec<OptionDraft>,
    /// The programmes could not be read: whether one is known cannot be said.
    pub(super) programmes_unreadable: bool,
    /// A row of applicants.csv is faulty: whether a child has a family cannot be said.
    pub(super) people_unreadable: bool,
    /// A row of family_options.csv is faulty: whether an option is complete cannot be said.
    pub(super) options_unreadable: bool,
    pub(super) problems: Vec<InputProblem>,
}

impl Draft {
    /// Takes note of a programme whose row is faulty, so that its applications are not.
    pub(super) fn mention_programme(&mut self, programme: &str) {
        self.programmes.number(programme);
    }

    pub(super) fn add_programme(&mut self, row: u64, programme: &str, group: &str, capacity: u32) {
        let (programme, group) = (self.programmes.number(programme), self.groups.number(group));
        self.seats.push(SeatDraft {
            programme,
            group,
            capacity,
            row,
        });
    }

    /// The number of a programme; `None`, with a problem, when the round does not have it.
    fn known_programme(
        &mut self,
        code: &'static str,
        file: &str,
        row: u64,
        column: &str,
        programme: &str,
    ) -> Option<u32> {
        let number = self.programmes.find(programme);
        if number.is_none() && !self.programmes_unreadable {
            self.problems.push(
                InputProblem::new(code, file, "programmes.csv does not have this programme")
                    .at(row, column, programme)
                    .remedy(
                        "add the programme (capacity 0 if it admits nobody) or correct the row",
                    ),
            );
        }
        number
    }

    pub(super) fn add_application(
        &mut self,
        row: u64,
        applicant: &str,
        programme: &str,
        rank: u32,
        points: i32,
        lot: Option<u32>,
    ) {
        let known = self.known_programme(
            code::UNKNOWN_PROGRAMME,
            APPLICATIONS,
            row,
            "programme_id",
            programme,
        );
        let Some(programme) = known else { return };
        let applicant = self.applicants.number(applicant);
        self.applications.push(ApplicationDraft {
            applicant,
            programme,
            rank,
            points,
            lot: lot.unwrap_or(NONE),
            row: row as u32,
        });
    }

    /// Adds a child; `family` and `enrolled` are `None` when there is none.
    pub(super) fn add_applicant(
        &mut self,
        row: u64,
        applicant: &str,
        group: &str,
        family: Option<&str>,
        siblings: Siblings,
        enrolled: Option<&str>,
    ) {
        let enrolled = enrolled.and_then(|programme| {
            self.known_programme(
                code::UNKNOWN_ENROLLED,
                APPLICANTS,
                row,
                "enrolled_programme_id",
                programme,
            )
        });
        let applicant = self.applicants.number(applicant);
        let family = family.map_or(NONE, |family| self.families.number(family));
        self.people.push(ApplicantDraft {
            applicant,
            group: self.groups.number(group),
            family,
            enrolled: enrolled.unwrap_or(NONE),
            row,
        });
        self.rules.push(PersonRule {
            applicant,
            family,
            siblings,
            row,
        });
    }

    /// Adds one row of `family_options.csv`; `programme` is `None` when the child stays unplaced.
    pub(super) fn add_family_option(
        &mut self,
        row: u64,
        family: &str,
        option: u32,
        applicant: &str,
        programme: Option<&str>,
    ) {
        let refuse = |code, column, value: &str, message: &str, remedy: &str| {
            InputProblem::new(code, FAMILY_OPTIONS, message)
                .at(row, column, value)
                .remedy(remedy)
        };
        let programme = programme.map_or(Some(NONE), |programme| {
            self.known_programme(
                code::UNKNOWN_OPTION_PROGRAMME,
                FAMILY_OPTIONS,
                row,
                "programme_id",
                programme,
            )
        });
        let family_number = self.families.find(family);
        let number = self.applicants.find(applicant);
        if self.people_unreadable && (family_number.is_none() || number.is_none()) {
            return;
        }
        let Some(family_number) = family_number else {
            self.problems.push(refuse(
                code::UNKNOWN_FAMILY,
                "family_id",
                family,
                "applicants.csv has no child of this family",
                "name the family in the rows of its children, or correct the family_id",
            ));
            return;
        };
        if number.is_none() {
            self.problems.push(refuse(
                code::UNKNOWN_OPTION_CHILD,
                "applicant_id",
                applicant,
                "the round does not have this child",
                "add the child to applicants.csv, or correct the applicant_id",
            ));
        }
        if let Some(applicant) = number {
            self.options.push(OptionDraft {
                family: family_number,
                option,
                applicant,
                programme: programme.unwrap_or(NONE),
                row,
            });
        }
    }

    /// Numbers everything in bytewise order, finds what contradicts itself, builds the round.
    pub(super) fn finish(mut self) -> Result<Round, Vec<InputProblem>> {
        // Applicants without a row in applicants.csv belong to the common group.
        let common = self.groups.number("");
        let (applicants, applicant_place) = self.applicants.into_sorted();
        let (programmes, programme_place) = self.programmes.into_sorted();
        let (groups, group_place) = self.groups.into_sorted();
        let (families, family_place) = self.families.into_sorted();
        let place = |places: &[u32], number: u32| places.get(number as usize).copied();

        let mut round = Round {
            applicant_group: vec![group_place[common as usize]; applicants.len()],
            applicant_family: vec![NONE; applicants.len()],
            applicant_enrolled: vec![NONE; applicants.len()],
            applicants,
            programmes,
            groups,
            families,
            seats: Vec::new(),
            wish_starts: Vec::new(),
            wishes: Vec::new(),
            joint: JointOptions::default(),
        };
        for seat in &mut self.seats {
            seat.programme = programme_place[seat.programme as usize];
            seat.group = group_place[seat.group as usize];
        }
        sort_seats(&mut round, self.seats, &mut self.problems);
        for person in &mut self.people {
            person.applicant = applicant_place[person.applicant as usize];
            person.group = group_place[person.group as usize];
            person.family = place(&family_place, person.family).unwrap_or(NONE);
            person.enrolled = place(&programme_place, person.enrolled).unwrap_or(NONE);
        }
        sort_people(&mut round, self.people, &mut self.problems);
        for application in &mut self.applications {
            application.applicant = applicant_place[application.applicant as usize];
            application.programme = programme_place[application.programme as usize];
        }
        sort_wishes(&mut round, self.applications, &mut self.problems);
        for rule in &mut self.rules {
            rule.applicant = applicant_place[rule.applicant as usize];
            rule.family = place(&family_place, rule.family).unwrap_or(NONE);
        }
        for option in &mut self.options {
            option.applicant = applicant_place[option.applicant as usize];
            option.family = family_place[option.family as usize];
            option.programme = place(&programme_place, option.programme).unwrap_or(NONE);
        }
        let complete = !self.options_unreadable;
        join_siblings(
            &mut round,
            &self.rules,
            self.options,
            complete,
            &mut self.problems,
        );
        if self.problems.is_empty() {
            Ok(round)
        } else {
            self.problems.sort();
            Err(self.problems)
        }
    }
}

fn sort_seats(round: &mut Round, mut drafts: Vec<SeatDraft>, problems: &mut Vec<InputProblem>) {
    drafts.sort_unstable_by_key(|seat| (seat.programme, seat.group, seat.row));
    let mut first_row = 0;
    for draft in drafts {
        let seat = Seat {
            programme: draft.programme,
            group: draft.group,
            capacity: draft.capacity,
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
                round.seats.push(seat);
            }
        }
    }
}

fn sort_people(
    round: &mut Round,
    mut people: Vec<ApplicantDraft>,
    problems: &mut Vec<InputProblem>,
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

fn sort_wishes(
    round: &mut Round,
    mut drafts: Vec<ApplicationDraft>,
    problems: &mut Vec<InputProblem>,
) {
    drafts.sort_unstable_by_key(|draft| (draft.applicant, draft.rank, draft.programme, draft.row));
    let mut wishes = Vec::with_capacity(drafts.len() + round.enrolled_count());
    let mut wish_starts = Vec::with_capacity(round.applicants.len() + 1);
    let mut rest = &drafts[..];
    for applicant in 0..round.applicants.len() {
        wish_starts.push(wishes.len() as u32);
        let count = rest.partition_point(|draft| draft.applicant as usize == applicant);
        let (own, others) = rest.split_at(count);
        rest = others;
        find_duplicates(round, own, problems);
        let group = round.applicant_group[applicant];
        let seat = |programme| {
            round
                .find_seat(programme, group)
                .map_or(NONE, |seat| seat as u32)
        };
        wishes.extend(own.iter().map(|draft| Wish {
            programme: draft.programme,
            seat: seat(draft.programme),
            rank: draft.rank,
            points: draft.points,
            lot: draft.lot,
        }));
        let enrolled = round.applicant_enrolled[applicant];
        if enrolled != NONE && own.iter().all(|draft| draft.programme != enrolled) {
            wishes.push(Wish {
                programme: enrolled,
                seat: seat(enrolled),
                rank: own.last().map_or(0, |draft| draft.rank) + 1,
                points: 0,
                lot: NONE,
            });
        }
    }
    wish_starts.push(wishes.len() as u32);
    round.wishes = wishes;
    round.wish_starts = wish_starts;
}

/// Applications of one applicant for the same programme.
fn find_duplicates(round: &Round, own: &[ApplicationDraft], problems: &mut Vec<InputProblem>) {
    let mut seen: Vec<(u32, u32)> = Vec::new();
    if own.len() < 2 {
        return;
    }
    seen.extend(own.iter().map(|draft| (draft.programme, draft.row)));
    seen.sort_unstable();
    for pair in seen.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
        let applicant = round.applicants.get(own[0].applicant as usize);
        problems.push(
            InputProblem::new(
                code::DUPLICATE_APPLICATION,
                APPLICATIONS,
                format!(
                    "applicant {applicant} applies for this programme in row {} already",
                    pair[0].1
                ),
            )
            .at(
                u64::from(pair[1].1),
                "programme_id",
                round.programmes.get(pair[0].0 as usize),
            )
            .remedy("keep one of the rows"),
        );
    }
}
