//! Generated cities and random events in the life of a pool.

use matching::{
    ApplicantRow, ApplicationRow, DeviationReason, Pool, PoolEvent, ProgrammeRow, Round,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// How a generated city looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct City {
    pub(crate) children: usize,
    pub(crate) programmes: usize,
    /// Seats per 100 children.
    pub(crate) load: usize,
    pub(crate) most_wishes: usize,
    /// Different points; few make ties.
    pub(crate) points: usize,
    /// Of 100 applications, how many have an empty lot.
    pub(crate) empty_lots: usize,
    /// Of 100 children, how many hold a place already.
    pub(crate) enrolled: usize,
    /// Whether ranks may be equal and there are two groups and families.
    pub(crate) tied: bool,
}

/// A seeded source of rows and events.
pub(crate) struct Life {
    random: ChaCha8Rng,
    city: City,
    /// Children that came so far.
    born: usize,
    /// Children of the pool, those that left included until they are drawn.
    ids: Vec<String>,
}

const GROUPS: [&str; 2] = ["", "special"];

impl Life {
    pub(crate) fn new(city: City, seed: u64) -> Self {
        Self {
            random: ChaCha8Rng::seed_from_u64(seed),
            city,
            born: 0,
            ids: Vec::new(),
        }
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.random.next_u64() % bound as u64) as usize
    }

    fn programme(number: usize) -> String {
        format!("P{number:04}")
    }

    /// The round at the beginning.
    pub(crate) fn round(&mut self) -> Round {
        let city = self.city;
        let mut programmes = Vec::new();
        let groups = if city.tied { 2 } else { 1 };
        for number in 0..city.programmes {
            let mean = city.children * city.load / 100 / city.programmes;
            for group in &GROUPS[..groups] {
                programmes.push(ProgrammeRow {
                    programme_id: Self::programme(number),
                    seat_group: (*group).to_owned(),
                    capacity: self.below(2 * mean / groups + 2) as u32,
                });
            }
        }
        let mut left: Vec<u32> = programmes.iter().map(|row| row.capacity).collect();
        let (mut applicants, mut applications) = (Vec::new(), Vec::new());
        for _ in 0..city.children {
            let (mut child, wishes) = self.child();
            child.enrolled_programme_id = child.enrolled_programme_id.filter(|programme| {
                let seat = programmes.iter().position(|row| {
                    row.programme_id == *programme && row.seat_group == child.seat_group
                });
                let seat = seat.filter(|seat| left[*seat] > 0);
                if let Some(seat) = seat {
                    left[seat] -= 1;
                }
                seat.is_some()
            });
            applicants.push(child);
            applications.extend(wishes);
        }
        Round::from_rows(&programmes, &applications, &applicants).unwrap()
    }

    /// A new child with its wishes.
    fn child(&mut self) -> (ApplicantRow, Vec<ApplicationRow>) {
        let city = self.city;
        let id = format!("A{:06}", self.born);
        self.born += 1;
        self.ids.push(id.clone());
        let group = if city.tied { self.below(4) / 3 } else { 0 };
        let enrolled = self.below(100) < city.enrolled;
        let own = Self::programme(self.below(city.programmes));
        let family = city.tied.then(|| self.below(city.children / 2 + 1));
        let child = ApplicantRow {
            applicant_id: id.clone(),
            seat_group: GROUPS[group].to_owned(),
            family_id: family
                .filter(|family| family % 3 > 0)
                .map(|family| format!("F{family}")),
            enrolled_programme_id: enrolled.then_some(own),
            ..ApplicantRow::default()
        };
        let wishes = 1 + self.below(city.most_wishes);
        let mut wished: Vec<usize> = Vec::new();
        while wished.len() < wishes.min(city.programmes) {
            // Some programmes are more popular than others.
            let programme = self.below(city.programmes).min(self.below(city.programmes));
            if !wished.contains(&programme) {
                wished.push(programme);
            }
        }
        let rows = (1..).zip(wished).map(|(rank, programme)| {
            let rank = if city.tied {
                1 + self.below(3) as u32
            } else {
                rank
            };
            self.application(&id, programme, rank)
        });
        let rows = rows.collect();
        (child, rows)
    }

    fn application(&mut self, id: &str, programme: usize, rank: u32) -> ApplicationRow {
        let lot = self.below(if self.city.tied { 3 } else { 1_000_000 }) as u32;
        ApplicationRow {
            applicant_id: id.to_owned(),
            programme_id: Self::programme(programme),
            rank,
            points: self.below(self.city.points) as i32,
            lot: (self.below(100) >= self.city.empty_lots).then_some(lot),
        }
    }

    fn reason(&mut self) -> Option<DeviationReason> {
        let at = self.below(14);
        DeviationReason::all().nth(at)
    }

    /// A random event; some do not fit the pool and are refused.
    pub(crate) fn event(&mut self, pool: &Pool) -> PoolEvent {
        let applicant_id = if self.ids.is_empty() {
            "nobody".to_owned()
        } else {
            let at = self.below(self.ids.len());
            self.ids[at].clone()
        };
        let programme_id = Self::programme(self.below(self.city.programmes));
        let seat_group = GROUPS[if self.city.tied { self.below(2) } else { 0 }].to_owned();
        match self.below(100) {
            0..20 => {
                let (child, applications) = self.child();
                PoolEvent::ChildJoined {
                    child,
                    applications,
                }
            }
            20..28 => {
                let programme = self.below(self.city.programmes);
                let rank = 1 + self.below(self.city.most_wishes) as u32;
                let application = self.application(&applicant_id, programme, rank);
                PoolEvent::ApplicationAdded { application }
            }
            28..36 => match self.wish_of(pool, &applicant_id) {
                Some(programme_id) => PoolEvent::ApplicationWithdrawn {
                    applicant_id,
                    programme_id,
                },
                None => PoolEvent::ApplicationWithdrawn {
                    applicant_id,
                    programme_id,
                },
            },
            36..46 => PoolEvent::PointsChanged {
                programme_id: self.wish_of(pool, &applicant_id).unwrap_or(programme_id),
                points: self.below(self.city.points) as i32,
                applicant_id,
            },
            46..54 => PoolEvent::SeatOpened {
                programme_id,
                seat_group,
            },
            54..60 => PoolEvent::SeatClosed {
                programme_id,
                seat_group,
            },
            60..78 => self.offer(pool, applicant_id, programme_id),
            78..86 => self
                .answer(pool)
                .unwrap_or(PoolEvent::ChildLeft { applicant_id }),
            86..94 => self.contract(pool).unwrap_or(PoolEvent::SeatOpened {
                programme_id,
                seat_group,
            }),
            _ => {
                self.ids.retain(|id| *id != applicant_id);
                PoolEvent::ChildLeft { applicant_id }
            }
        }
    }

    fn wish_of(&mut self, pool: &Pool, applicant_id: &str) -> Option<String> {
        let wishes: Vec<String> = pool
            .applications_of(applicant_id)?
            .map(str::to_owned)
            .collect();
        let at = self.below(wishes.len().max(1));
        wishes.get(at).cloned()
    }

    /// An offer as suggested, or to somebody with a reason code, or to somebody without one.
    fn offer(&mut self, pool: &Pool, applicant_id: String, programme_id: String) -> PoolEvent {
        let suggested = pool.suggested_offers();
        if !suggested.is_empty() && self.below(3) > 0 {
            let at = self.below(suggested.len());
            let next = &suggested[at];
            return PoolEvent::OfferMade {
                applicant_id: next.applicant_id.clone(),
                programme_id: next.programme_id.clone(),
                deviation: None,
            };
        }
        PoolEvent::OfferMade {
            programme_id: self.wish_of(pool, &applicant_id).unwrap_or(programme_id),
            applicant_id,
            deviation: self.reason(),
        }
    }

    fn answer(&mut self, pool: &Pool) -> Option<PoolEvent> {
        let confirmed = self.below(4) == 0;
        let offers: Vec<(String, String)> = if confirmed {
            pool.confirmed_offers().map(owned).collect()
        } else {
            pool.open_offers().map(owned).collect()
        };
        let at = self.below(offers.len().max(1));
        let (applicant_id, programme_id) = offers.get(at).cloned()?;
        Some(match self.below(3) {
            _ if confirmed => PoolEvent::OfferDeclined {
                applicant_id,
                programme_id,
            },
            0 => PoolEvent::OfferConfirmed {
                applicant_id,
                programme_id,
            },
            1 => PoolEvent::OfferDeclined {
                applicant_id,
                programme_id,
            },
            _ => PoolEvent::OfferLapsed {
                applicant_id,
                programme_id,
            },
        })
    }

    fn contract(&mut self, pool: &Pool) -> Option<PoolEvent> {
        let mut offers: Vec<(String, String)> = pool.confirmed_offers().map(owned).collect();
        offers.extend(pool.open_offers().map(owned));
        let next = pool.suggested_offers();
        offers.extend(
            next.into_iter()
                .map(|next| (next.applicant_id, next.programme_id)),
        );
        let at = self.below(offers.len().max(1));
        let (applicant_id, programme_id) = offers.get(at).cloned()?;
        self.ids.retain(|id| *id != applicant_id);
        Some(PoolEvent::ContractConcluded {
            applicant_id,
            programme_id,
        })
    }
}

fn owned((applicant, programme): (&str, &str)) -> (String, String) {
    (applicant.to_owned(), programme.to_owned())
}
