//! The service's own jobs: one cascade for every freed place.

use std::collections::BTreeMap;

use domain::FreedPlaceId;
use domain::procedure::Command;
use jiff::ToSpan as _;
use store::{Job, ProcedureStore as _};

use super::player::Player;
use super::world::Request;

impl Player {
    /// Takes a job: finishes it, or closes its freed place first if nobody waits, or leaves it lying as
    /// a process does that dies.
    pub(super) async fn work(&mut self, [how, ..]: [u8; 4]) -> Result<(), String> {
        let now = self.now();
        let taken = self.store.take_job(now, now - 24.hours()).await;
        let Some(job) = taken.map_err(|error| error.to_string())? else {
            return Ok(());
        };
        self.note(&job)?;
        if how % 4 == 0 {
            return Ok(());
        }
        let freed = freed_place_of(&job)?;
        let waiting = self
            .world
            .freed
            .iter()
            .find(|place| place.freed_place.id == freed && place.outcome.is_none())
            .map(|place| (place.facility.clone(), place.freed_place.care_type));
        if let Some((facility, care_type)) = waiting {
            let nobody_waits = self
                .world
                .applications(|a| a.is_open() && a.facility == facility && a.care_type == care_type)
                .is_empty();
            if nobody_waits {
                let request = Request::of_a_job(Command::CloseFreedPlace {
                    facility,
                    freed_place: freed,
                });
                self.perform(&request, false).await?;
            }
        }
        let now = self.now();
        let finished = self.store.finish_job(&job.id, now).await;
        finished.map_err(|error| error.to_string())
    }

    /// A job taken belongs to a freed place; the same job may be taken twice if it was left lying.
    fn note(&mut self, job: &Job) -> Result<(), String> {
        if job.kind != "cascade" {
            return Err(format!("there is a job {}", job.kind));
        }
        self.jobs_taken
            .insert((job.id.clone(), job.created_sequence));
        freed_place_of(job).map(drop)
    }

    /// Takes every job left: each freed place has had exactly one.
    pub(super) async fn finish_jobs(&mut self) -> Result<(), String> {
        loop {
            let now = self.now() + 48.hours();
            let taken = self.store.take_job(now, now - 1.hours()).await;
            let Some(job) = taken.map_err(|error| error.to_string())? else {
                break;
            };
            self.note(&job)?;
            let finished = self.store.finish_job(&job.id, now).await;
            finished.map_err(|error| error.to_string())?;
        }
        let mut jobs: BTreeMap<u64, u32> = BTreeMap::new();
        for (_, sequence) in &self.jobs_taken {
            *jobs.entry(*sequence).or_default() += 1;
        }
        let freed = self
            .world
            .freed
            .iter()
            .map(|place| (place.freed_sequence, 1));
        let expected: BTreeMap<u64, u32> = freed.collect();
        if jobs == expected {
            Ok(())
        } else {
            Err(format!(
                "freed places came with changes {expected:?}, jobs with {jobs:?}"
            ))
        }
    }
}

fn freed_place_of(job: &Job) -> Result<FreedPlaceId, String> {
    job.payload["freed_place"]
        .as_str()
        .and_then(|key| FreedPlaceId::new(key).ok())
        .ok_or_else(|| format!("job {} names no freed place: {}", job.id, job.payload))
}
