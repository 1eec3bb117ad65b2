//! Offers, their ends, and contracts.

use super::children::LiveChild;
use super::deviation::DeviationReason;
use super::event::{OfferEnd, PoolApplication, PoolChange, PoolError};
use super::pool::{Fixed, Pool};

impl Pool {
    pub(super) fn offer(
        &mut self,
        applicant_id: &str,
        programme_id: &str,
        deviation: Option<DeviationReason>,
        change: &mut PoolChange,
    ) -> Result<(), PoolError> {
        let (number, programme) = self.applied(applicant_id, programme_id)?;
        let child = self.child(number);
        let seat = self.seat(programme_id, &child.group)?;
        if child.own() == Some(programme) || child.enrolled == Some(programme) {
            return Err(PoolError::HeldAlready {
                applicant_id: applicant_id.to_owned(),
                programme_id: programme_id.to_owned(),
            });
        }
        let held = self.live.place_of(number);
        let suggested = held.is_some_and(|(held, _)| held == seat);
        if !suggested && deviation.is_none() {
            return Err(PoolError::ReasonMissing {
                applicant_id: applicant_id.to_owned(),
                programme_id: programme_id.to_owned(),
            });
        }
        self.refuse_without_room(seat)?;
        let rank = child.rank_of(programme);
        let own = child.own();
        if own.is_some_and(|own| child.rank_of(own) <= rank) {
            // The family holds something at least as good: the offer ends as it comes.
            let ended = Self::ended(child, programme_id, OfferEnd::DeclinedForBetter);
            change.offers_ended.push(ended);
            return Ok(());
        }
        if let Some(worse) = child.offer {
            let ended = Self::ended(
                child,
                self.places.programme_id(worse),
                OfferEnd::DeclinedForBetter,
            );
            change.offers_ended.push(ended);
            self.free(self.seat_of(self.child(number), worse));
            self.deviations.remove(&(applicant_id.to_owned(), worse));
        }
        self.promise(seat);
        if let Some(reason) = deviation.filter(|_| !suggested) {
            self.deviations
                .insert((applicant_id.to_owned(), programme), reason);
        }
        self.alter(number, |child| child.offer = Some(programme));
        Ok(())
    }

    pub(super) fn confirm(
        &mut self,
        applicant_id: &str,
        programme_id: &str,
    ) -> Result<(), PoolError> {
        let number = self.number(applicant_id)?;
        let programme = self.open_offer(number, programme_id)?;
        let seat = self.seat_of(self.child(number), programme);
        let child = self.take_with_seat(number, seat);
        self.promised[seat as usize] -= 1;
        let old_seat = child
            .enrolled
            .map(|enrolled| self.seat_of(&child, enrolled));
        if let Some(old) = old_seat {
            self.promised[old as usize] -= 1;
            self.live.close(old);
        }
        self.fixed.insert(
            applicant_id.to_owned(),
            Fixed {
                child,
                programme,
                seat,
                old_seat,
            },
        );
        Ok(())
    }

    pub(super) fn decline(
        &mut self,
        applicant_id: &str,
        programme_id: &str,
        change: &mut PoolChange,
    ) -> Result<(), PoolError> {
        let confirmed = self
            .fixed
            .get(applicant_id)
            .is_some_and(|fixed| self.places.programme(programme_id) == Some(fixed.programme));
        if !confirmed {
            let number = self.number(applicant_id)?;
            self.open_offer(number, programme_id)?;
            self.end_offer(number, OfferEnd::Declined, change);
        } else if let Some(fixed) = self.fixed.remove(applicant_id) {
            change
                .offers_ended
                .push(Self::ended(&fixed.child, programme_id, OfferEnd::Declined));
            self.deviations
                .remove(&(applicant_id.to_owned(), fixed.programme));
            self.open(fixed.seat);
            if let Some(old) = fixed.old_seat {
                self.live.open(old);
                self.promise(old);
            }
            let mut child = fixed.child;
            child.offer = None;
            child
                .applications
                .retain(|row| row.programme != fixed.programme);
            self.enter(child);
        }
        change.withdrawn.push(PoolApplication {
            applicant_id: applicant_id.to_owned(),
            programme_id: programme_id.to_owned(),
        });
        Ok(())
    }

    pub(super) fn lapse(
        &mut self,
        applicant_id: &str,
        programme_id: &str,
        change: &mut PoolChange,
    ) -> Result<(), PoolError> {
        let number = self.number(applicant_id)?;
        self.open_offer(number, programme_id)?;
        self.end_offer(number, OfferEnd::Lapsed, change);
        change.withdrawn.push(PoolApplication {
            applicant_id: applicant_id.to_owned(),
            programme_id: programme_id.to_owned(),
        });
        Ok(())
    }

    pub(super) fn conclude(
        &mut self,
        applicant_id: &str,
        programme_id: &str,
        change: &mut PoolChange,
    ) -> Result<(), PoolError> {
        let confirmed = self
            .fixed
            .get(applicant_id)
            .is_some_and(|fixed| self.places.programme(programme_id) == Some(fixed.programme));
        if confirmed && let Some(fixed) = self.fixed.remove(applicant_id) {
            if let Some(old) = fixed.old_seat {
                self.open(old);
            }
            self.deviations
                .remove(&(applicant_id.to_owned(), fixed.programme));
            self.note_withdrawn(&fixed.child, Some(fixed.programme), change);
            return Ok(());
        }
        let (number, programme) = self.applied(applicant_id, programme_id)?;
        let child = self.child(number);
        let seat = self.seat(programme_id, &child.group)?;
        if child.offer != Some(programme) {
            if child.enrolled == Some(programme) {
                return Err(PoolError::HeldAlready {
                    applicant_id: applicant_id.to_owned(),
                    programme_id: programme_id.to_owned(),
                });
            }
            if self
                .live
                .place_of(number)
                .is_none_or(|(held, _)| held != seat)
            {
                return Err(PoolError::ReasonMissing {
                    applicant_id: applicant_id.to_owned(),
                    programme_id: programme_id.to_owned(),
                });
            }
            self.refuse_without_room(seat)?;
        }
        let child = self.take_with_seat(number, seat);
        if let Some(enrolled) = child.enrolled {
            self.free(self.seat_of(&child, enrolled));
        }
        if let Some(offer) = child.offer {
            let offered = self.seat_of(&child, offer);
            self.promised[offered as usize] -= 1;
            self.deviations.remove(&(applicant_id.to_owned(), offer));
            if offer != programme {
                self.freed.push(offered);
                let programme_id = self.places.programme_id(offer);
                change.offers_ended.push(Self::ended(
                    &child,
                    programme_id,
                    OfferEnd::DeclinedByContract,
                ));
            }
        }
        self.note_withdrawn(&child, Some(programme), change);
        Ok(())
    }

    /// Ends the open offer of a child together with its application.
    pub(super) fn end_offer(&mut self, number: u32, end: OfferEnd, change: &mut PoolChange) {
        let child = self.child(number);
        let Some(offer) = child.offer else { return };
        let ended = Self::ended(child, self.places.programme_id(offer), end);
        let id = child.id.clone();
        self.free(self.seat_of(self.child(number), offer));
        self.deviations.remove(&(id, offer));
        change.offers_ended.push(ended);
        self.alter(number, |child| {
            child.offer = None;
            child.applications.retain(|row| row.programme != offer);
        });
    }

    /// Takes a child and a seat out of the matching, whether or not it has this seat there.
    fn take_with_seat(&mut self, number: u32, seat: u32) -> LiveChild {
        if self
            .live
            .place_of(number)
            .is_some_and(|(held, _)| held == seat)
        {
            return self.take(number, true);
        }
        let child = self.take(number, false);
        self.live.close(seat);
        child
    }

    /// The programme of the open offer of a child, which has to be this one.
    fn open_offer(&self, number: u32, programme_id: &str) -> Result<u32, PoolError> {
        let child = self.child(number);
        let offer = child
            .offer
            .filter(|offer| self.places.programme_id(*offer) == programme_id);
        offer.ok_or_else(|| PoolError::NoSuchOffer {
            applicant_id: child.id.clone(),
            programme_id: programme_id.to_owned(),
            state: "open",
        })
    }
}
