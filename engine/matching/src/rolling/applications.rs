//! Children and applications that come, change and go.

use super::children::{LiveApplication, LiveChild};
use super::event::{OfferEnd, PoolApplication, PoolChange, PoolError};
use super::pool::Pool;
use crate::round::{ApplicantRow, ApplicationRow, ProgrammeRow, Round, Siblings};

impl Pool {
    pub(super) fn join(
        &mut self,
        row: &ApplicantRow,
        applications: &[ApplicationRow],
    ) -> Result<(), PoolError> {
        let id = &row.applicant_id;
        if self.numbers.contains_key(id) || self.fixed.contains_key(id) {
            return Err(PoolError::DuplicateChild(id.clone()));
        }
        if row.siblings != Siblings::Independent {
            return Err(PoolError::SiblingsTogether(id.clone()));
        }
        self.check_rows(row, applications)?;
        let enrolled = row.enrolled_programme_id.as_deref();
        let enrolled = enrolled.and_then(|programme| self.places.programme(programme));
        let mut child = LiveChild::new(row, enrolled, self.seed());
        if let Some(enrolled) = enrolled {
            let seat = self.seat_of(&child, enrolled);
            self.refuse_without_room(seat)?;
            self.promise(seat);
        }
        child.applications = applications
            .iter()
            .filter_map(|row| self.live_application(row))
            .collect();
        self.enter(child);
        Ok(())
    }

    pub(super) fn add_application(&mut self, row: &ApplicationRow) -> Result<(), PoolError> {
        let number = self.number(&row.applicant_id)?;
        let (applicant, mut rows) = self.places.rows(self.child(number));
        rows.push(row.clone());
        self.check_rows(&applicant, &rows)?;
        if let Some(application) = self.live_application(row) {
            self.alter(number, |child| child.applications.push(application));
        }
        Ok(())
    }

    pub(super) fn withdraw(
        &mut self,
        applicant_id: &str,
        programme_id: &str,
        change: &mut PoolChange,
    ) -> Result<(), PoolError> {
        let (number, programme) = self.applied(applicant_id, programme_id)?;
        if self.child(number).offer == Some(programme) {
            self.end_offer(number, OfferEnd::Withdrawn, change);
        } else {
            self.alter(number, |child| {
                child.applications.retain(|row| row.programme != programme);
            });
        }
        change.withdrawn.push(PoolApplication {
            applicant_id: applicant_id.to_owned(),
            programme_id: programme_id.to_owned(),
        });
        Ok(())
    }

    pub(super) fn change_points(
        &mut self,
        applicant_id: &str,
        programme_id: &str,
        points: i32,
    ) -> Result<(), PoolError> {
        let (number, programme) = self.applied(applicant_id, programme_id)?;
        self.alter(number, |child| {
            let rows = child.applications.iter_mut();
            for row in rows.filter(|row| row.programme == programme) {
                row.points = points;
            }
        });
        Ok(())
    }

    pub(super) fn leave(
        &mut self,
        applicant_id: &str,
        change: &mut PoolChange,
    ) -> Result<(), PoolError> {
        let child = if let Some(fixed) = self.fixed.remove(applicant_id) {
            let programme_id = self.places.programme_id(fixed.programme);
            change
                .offers_ended
                .push(Self::ended(&fixed.child, programme_id, OfferEnd::Withdrawn));
            self.open(fixed.seat);
            if let Some(old) = fixed.old_seat {
                self.open(old);
            }
            self.deviations
                .remove(&(applicant_id.to_owned(), fixed.programme));
            fixed.child
        } else {
            let number = self.number(applicant_id)?;
            let child = self.take(number, false);
            if let Some(enrolled) = child.enrolled {
                self.free(self.seat_of(&child, enrolled));
            }
            if let Some(offer) = child.offer {
                self.free(self.seat_of(&child, offer));
                let programme_id = self.places.programme_id(offer);
                change
                    .offers_ended
                    .push(Self::ended(&child, programme_id, OfferEnd::Withdrawn));
                self.deviations.remove(&(applicant_id.to_owned(), offer));
            }
            child
        };
        self.note_withdrawn(&child, None, change);
        Ok(())
    }

    /// Notes the applications of a child that leaves, but for one that became a contract.
    pub(super) fn note_withdrawn(
        &self,
        child: &LiveChild,
        kept: Option<u32>,
        change: &mut PoolChange,
    ) {
        let others = child
            .applications
            .iter()
            .filter(|row| Some(row.programme) != kept);
        change.withdrawn.extend(others.map(|row| PoolApplication {
            applicant_id: child.id.clone(),
            programme_id: self.places.programme_id(row.programme).to_owned(),
        }));
    }

    /// The numbers of a child and of a programme for which it has applied.
    pub(super) fn applied(
        &self,
        applicant_id: &str,
        programme_id: &str,
    ) -> Result<(u32, u32), PoolError> {
        let number = self.number(applicant_id)?;
        let programme = self.places.programme(programme_id);
        programme
            .filter(|programme| self.child(number).application(*programme).is_some())
            .map(|programme| (number, programme))
            .ok_or_else(|| PoolError::Application {
                applicant_id: applicant_id.to_owned(),
                programme_id: programme_id.to_owned(),
                has: "does not have",
            })
    }

    fn live_application(&self, row: &ApplicationRow) -> Option<LiveApplication> {
        Some(LiveApplication {
            programme: self.places.programme(&row.programme_id)?,
            rank: row.rank,
            points: row.points,
            lot: row.lot,
        })
    }

    /// Checks the rows of a child by the rules of a round.
    fn check_rows(
        &self,
        applicant: &ApplicantRow,
        applications: &[ApplicationRow],
    ) -> Result<(), PoolError> {
        let id = &applicant.applicant_id;
        if let Some(other) = applications.iter().find(|row| row.applicant_id != *id) {
            return Err(PoolError::Application {
                applicant_id: id.clone(),
                programme_id: other.programme_id.clone(),
                has: "is not the child of",
            });
        }
        let named = applications.iter().map(|row| row.programme_id.as_str());
        let named = named.chain(applicant.enrolled_programme_id.as_deref());
        let mut known: Vec<u32> = named.filter_map(|id| self.places.programme(id)).collect();
        known.sort_unstable();
        known.dedup();
        let programmes: Vec<ProgrammeRow> = known
            .into_iter()
            .flat_map(|programme| {
                self.places
                    .groups_of(programme)
                    .map(move |group| (programme, group))
            })
            .map(|(programme, group)| ProgrammeRow {
                programme_id: self.places.programme_id(programme).to_owned(),
                seat_group: group.to_owned(),
                capacity: 1,
            })
            .collect();
        let checked = Round::from_rows(&programmes, applications, std::slice::from_ref(applicant));
        checked.map(|_| ()).map_err(|problems| PoolError::BadRows {
            applicant_id: id.clone(),
            problems,
        })
    }
}
