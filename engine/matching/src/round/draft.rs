//! Rows as they come in, checked and sorted into a [`Round`].

use domain::InputProblem;

use super::family_rows::{OptionDraft, PersonRule};
use super::joint::{JointOptions, join_siblings};
use super::rows::Siblings;
use super::settle::{settle_wishes, sort_applications, sort_people, sort_seats};
use super::{NONE, Round, Wish};
use crate::error_codes as code;
use crate::flexible::{BudgetDrafts, Budgets};
use crate::problems::Problems;
use crate::texts::Interner;

pub(crate) const PROGRAMMES: &str = "programmes.csv";
pub(super) const APPLICATIONS: &str = "applications.csv";
pub(super) const APPLICANTS: &str = "applicants.csv";

pub(super) struct SeatDraft {
    pub(super) programme: u32,
    pub(super) group: u32,
    /// `None` when the field is empty.
    pub(super) capacity: Option<u32>,
    pub(super) row: u64,
}

pub(super) struct ApplicantDraft {
    pub(super) applicant: u32,
    pub(super) group: u32,
    pub(super) family: u32,
    pub(super) enrolled: u32,
    pub(super) row: u64,
}

/// Rows gathered so far. Add all programmes first, family options last.
#[derive(Default)]
pub(super) struct Draft {
    programmes: Interner,
    groups: Interner,
    pub(super) applicants: Interner,
    pub(super) families: Interner,
    seats: Vec<SeatDraft>,
    /// Applicant of each application.
    application_of: Vec<u32>,
    /// Applications; instead of the seat, which is not known yet, each has its row.
    applications: Vec<Wish>,
    people: Vec<ApplicantDraft>,
    pub(super) budgets: BudgetDrafts,
    rules: Vec<PersonRule>,
    pub(super) options: Vec<OptionDraft>,
    /// The programmes could not be read: whether one is known cannot be said.
    pub(super) programmes_unreadable: bool,
    /// A row of applicants.csv is faulty: whether a child has a family cannot be said.
    pub(super) people_unreadable: bool,
    /// A row of family_options.csv is faulty: whether an option is complete cannot be said.
    pub(super) options_unreadable: bool,
    pub(super) problems: Problems,
    /// Number of the applicant of the last application.
    last_applicant: u32,
}

impl Draft {
    /// Takes note of a programme whose row is faulty, so that its applications are not.
    pub(super) fn mention_programme(&mut self, programme: &str) {
        self.programmes.number(programme);
    }

    pub(super) fn add_programme(
        &mut self,
        row: u64,
        programme: &str,
        group: &str,
        capacity: Option<u32>,
    ) {
        let (programme, group) = (self.programmes.number(programme), self.groups.number(group));
        self.seats.push(SeatDraft {
            programme,
            group,
            capacity,
            row,
        });
    }

    /// The number of a programme of the round.
    pub(super) fn find_programme(&self, programme: &[u8]) -> Option<u32> {
        self.programmes.find(programme)
    }

    /// Makes ready for many searches for programmes.
    pub(super) fn programmes_are_complete(&mut self) {
        self.programmes.index();
    }

    /// Adds the problem that the round does not have a programme.
    pub(super) fn refuse_programme(
        &mut self,
        code: &'static str,
        file: &'static str,
        row: u64,
        programme: &str,
    ) {
        if self.programmes_unreadable {
            return;
        }
        let column = if file == APPLICANTS {
            "enrolled_programme_id"
        } else {
            "programme_id"
        };
        self.problems.add(code, file, || {
            InputProblem::new(code, file, "programmes.csv does not have this programme")
                .at(row, column, programme)
                .remedy("add the programme (capacity 0 if it admits nobody) or correct the row")
        });
    }

    /// The number of the applicant of an application; `None` when the text is empty or not UTF-8.
    pub(super) fn applicant(&mut self, applicant: &[u8]) -> Option<u32> {
        // The wishes of a child mostly stand together.
        if !self.applicants.is(self.last_applicant, applicant) {
            let text = std::str::from_utf8(applicant).ok()?;
            self.last_applicant = self.applicants.number(text);
        }
        Some(self.last_applicant).filter(|_| !applicant.is_empty())
    }

    /// Adds an application of a known applicant for a known programme.
    pub(super) fn push_application(
        &mut self,
        row: u64,
        (applicant, programme): (u32, u32),
        (rank, points, lot): (u32, i32, Option<u32>),
    ) {
        self.application_of.push(applicant);
        self.applications.push(Wish {
            programme,
            seat: row as u32,
            rank,
            points,
            lot: lot.unwrap_or(NONE),
        });
    }

    /// Adds an application; a problem when the round does not have the programme.
    pub(super) fn add_application(
        &mut self,
        row: u64,
        applicant: &str,
        programme: &str,
        standing: (u32, i32, Option<u32>),
    ) {
        match self.find_programme(programme.as_bytes()) {
            Some(programme) => {
                let applicant = self.applicants.number(applicant);
                self.push_application(row, (applicant, programme), standing);
            }
            None => self.refuse_programme(code::UNKNOWN_PROGRAMME, APPLICATIONS, row, programme),
        }
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
            let number = self.find_programme(programme.as_bytes());
            if number.is_none() {
                self.refuse_programme(code::UNKNOWN_ENROLLED, APPLICANTS, row, programme);
            }
            number
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
        if family != NONE || siblings != Siblings::Independent {
            self.rules.push(PersonRule {
                applicant,
                family,
                siblings,
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
            budgets: Budgets::default(),
            wish_starts: Vec::new(),
            wishes: Vec::new(),
            joint: JointOptions::default(),
        };
        for seat in &mut self.seats {
            seat.programme = programme_place[seat.programme as usize];
            seat.group = group_place[seat.group as usize];
        }
        let uncapped = sort_seats(&mut round, self.seats, &mut self.problems);
        let names = (&round.programmes, &round.groups);
        if !self.programmes_unreadable {
            round.budgets = Budgets::settle(
                self.budgets,
                names,
                &round.seats,
                &uncapped,
                &mut self.problems,
            );
        }
        for person in &mut self.people {
            person.applicant = applicant_place[person.applicant as usize];
            person.group = group_place[person.group as usize];
            person.family = place(&family_place, person.family).unwrap_or(NONE);
            person.enrolled = place(&programme_place, person.enrolled).unwrap_or(NONE);
        }
        sort_people(&mut round, self.people, &mut self.problems);
        for applicant in &mut self.application_of {
            *applicant = applicant_place[*applicant as usize];
        }
        for application in &mut self.applications {
            application.programme = programme_place[application.programme as usize];
        }
        sort_applications(&mut round, self.applications, self.application_of);
        settle_wishes(&mut round, &mut self.problems);
        for rule in &mut self.rules {
            rule.applicant = applicant_place[rule.applicant as usize];
            rule.family = place(&family_place, rule.family).unwrap_or(NONE);
        }
        for option in &mut self.options {
            option.applicant = applicant_place[option.applicant as usize];
            option.family = family_place[option.family as usize];
            option.programme = place(&programme_place, option.programme).unwrap_or(NONE);
        }
        drop(applicant_place);
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
            Err(self.problems.into_list())
        }
    }
}
