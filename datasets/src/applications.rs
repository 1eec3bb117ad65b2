//! Applications, offers and criteria points: the history of recent contracts and the children still
//! seeking.

use domain::CareType;

use crate::calendar::{self, Day};
use crate::calibration as figures;
use crate::children::Children;
use crate::contracts::{Grouped, Terms};
use crate::facilities::Facility;
use crate::grid::{Grid, Limit, Stay};
use crate::model::Model;
use crate::placement::{Contract, Nearby, Seeker};
use crate::plan::UnitPlan;
use crate::random::{Draw, Topic};

/// Days before `as_of` from which on a started contract keeps its applications: 15 months.
const KEPT_DAYS: i32 = 456;
/// Chance to wish the nearest facility, then the second, and so on.
const NEAREST: f64 = 0.22;
/// Distance in degrees of latitude that counts as short: about 1.5 km.
const SHORT_DISTANCE: f64 = 0.0135;
/// Criteria and their points (example catalogue; every provider sets its own).
const SIBLING: (&str, i32) = ("sibling_at_facility", 10);
const WORKING: (&str, i32) = ("custodians_working", 4);
const SINGLE: (&str, i32) = ("single_custodian", 3);
const DISTANCE: (&str, i32) = ("short_distance", 2);
/// Versions of the catalogues in use.
const CATALOGUES: [&str; 3] = ["2025-1", "2025-2", "2026-1"];

/// An application.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Application {
    pub(crate) child: u32,
    pub(crate) facility: u16,
    pub(crate) care: CareType,
    pub(crate) rank: i32,
    pub(crate) wished: Day,
    pub(crate) daily_hours: f64,
    pub(crate) applied: Day,
    pub(crate) state: &'static str,
    pub(crate) closed: Option<Day>,
}

/// An offer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offer {
    pub(crate) application: u32,
    pub(crate) starts: Day,
    pub(crate) offered: Day,
    pub(crate) reply_by: Day,
    pub(crate) state: &'static str,
    pub(crate) closed: Option<Day>,
}

/// Points of a criterion.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Points {
    pub(crate) application: u32,
    pub(crate) criterion: &'static str,
    pub(crate) points: i32,
    pub(crate) catalogue: &'static str,
}

/// The procedure of a unit.
#[derive(Default)]
pub(crate) struct Procedure {
    pub(crate) applications: Vec<Application>,
    pub(crate) offers: Vec<Offer>,
    pub(crate) points: Vec<Points>,
}

/// What the applications are drawn from.
pub(crate) struct Sources<'a> {
    pub(crate) plan: &'a UnitPlan,
    pub(crate) model: &'a Model,
    pub(crate) children: &'a Children,
    pub(crate) nearby: &'a Nearby,
    pub(crate) contracts: &'a [Contract],
    pub(crate) terms: &'a [Terms],
    pub(crate) by_child: &'a Grouped,
    pub(crate) siblings: &'a Grouped,
    /// Whether families may apply, by provider and care type.
    pub(crate) takes: &'a [[bool; CareType::COUNT]],
}

struct Writer<'a> {
    sources: &'a Sources<'a>,
    grid: &'a mut Grid,
    draw: Draw,
    out: Procedure,
}

/// Applications of every child with a recent or coming contract and of every child that seeks.
/// Open and confirmed offers take places in `grid`.
pub(crate) fn procedure(sources: &Sources<'_>, seekers: &[Seeker], grid: &mut Grid) -> Procedure {
    let mut seeking = vec![None; sources.children.len()];
    for seeker in seekers {
        // The earliest wish counts: a family seeks one place at a time.
        let known: &mut Option<Seeker> = &mut seeking[seeker.child as usize];
        if known.is_none_or(|other| seeker.start < other.start) {
            *known = Some(*seeker);
        }
    }
    let mut writer = Writer {
        sources,
        grid,
        draw: sources.plan.draw(Topic::Applications),
        out: Procedure::default(),
    };
    for (child, seeker) in seeking.into_iter().enumerate() {
        let last = sources
            .by_child
            .of(child)
            .iter()
            .copied()
            .max_by_key(|&contract| sources.contracts[contract as usize].from);
        match (seeker, last) {
            (Some(seeker), _) => writer.seeking(&seeker),
            (None, Some(contract)) => writer.history(contract as usize),
            (None, None) => {}
        }
    }
    writer.out
}

impl Writer<'_> {
    fn accepts(&self, facility: u16, care: CareType, start: Day) -> bool {
        let number = usize::from(facility);
        let facts = &self.sources.model.facilities[number];
        facts.in_needs_plan
            && self.sources.takes[facts.provider][care.index()]
            && facts.is_open_on(start)
            && facts.slots[care.index()].is_some_and(|slot| {
                self.sources.model.slots[slot]
                    .on(start)
                    .is_some_and(|span| span.licensed > 0)
            })
    }

    /// Different facilities near by that take applications, without `but`.
    fn wishes(
        &mut self,
        child: usize,
        care: CareType,
        start: Day,
        count: usize,
        but: Option<u16>,
    ) -> Vec<u16> {
        let sources = self.sources;
        let near = sources
            .nearby
            .of(care, usize::from(sources.children.area[child]));
        let mut wishes = Vec::with_capacity(count);
        for &facility in near.iter().cycle().take(3 * near.len()) {
            if wishes.len() == count {
                break;
            }
            if self.draw.chance(NEAREST)
                && Some(facility) != but
                && !wishes.contains(&facility)
                && self.accepts(facility, care, start)
            {
                wishes.push(facility);
            }
        }
        wishes
    }

    fn wish_count(&mut self, care: CareType) -> usize {
        1 + match care {
            CareType::AfterSchool => self.draw.weighted(&[0.62, 0.28, 0.10]),
            CareType::Childminding => self.draw.weighted(&[0.40, 0.30, 0.20, 0.10]),
            CareType::Nursery | CareType::Kindergarten => self.draw.weighted(&figures::WISHES),
        }
    }

    /// Applications that led to a contract.
    fn history(&mut self, position: usize) {
        let contract = self.sources.contracts[position];
        let terms = self.sources.terms[position];
        let child = contract.child as usize;
        let as_of = self.sources.plan.as_of;
        if contract.from <= as_of - KEPT_DAYS
            || !self.accepts(contract.facility, contract.care, contract.from)
        {
            return;
        }
        let count = self.wish_count(contract.care);
        let got = self.draw.weighted(&figures::RANK_GOT[..count]);
        let mut wishes = self.wishes(
            child,
            contract.care,
            contract.from,
            count - 1,
            Some(contract.facility),
        );
        let got = got.min(wishes.len());
        wishes.insert(got, contract.facility);
        let concluded = terms.recorded;
        let born = self.sources.children.birth[child];
        let applied = (concluded - self.draw.between(10, 240)).max(born);
        for (rank, &facility) in wishes.iter().enumerate() {
            let (state, closed) = if rank == got {
                ("contracted", concluded)
            } else if self.draw.chance(0.05) {
                ("withdrawn", self.draw.between(applied, concluded))
            } else {
                ("withdrawn_by_contract", concluded)
            };
            let number = self.apply(Application {
                child: contract.child,
                facility,
                care: contract.care,
                rank: rank as i32 + 1,
                wished: contract.from,
                daily_hours: terms.daily_hours,
                applied,
                state,
                closed: Some(closed),
            });
            if state != "withdrawn" {
                self.past_offer(number, state, contract.from, applied, concluded);
            }
        }
    }

    /// The offer that was taken, or sometimes one that was not.
    fn past_offer(
        &mut self,
        application: u32,
        state: &str,
        starts: Day,
        applied: Day,
        concluded: Day,
    ) {
        if state == "contracted" {
            let offered = (concluded - self.draw.between(2, figures::REPLY_DAYS)).max(applied);
            self.offer(application, starts, offered, "contracted", Some(concluded));
        } else if self.draw.chance(0.10) {
            let offered = (concluded - self.draw.between(0, 9)).max(applied);
            self.offer(
                application,
                starts,
                offered,
                "declined_by_contract",
                Some(concluded),
            );
        } else if self.draw.chance(0.06) && concluded - applied > 30 {
            let offered = self.draw.between(applied, concluded - 20);
            let (state, closed) = if self.draw.chance(0.6) {
                (
                    "declined",
                    offered + self.draw.between(1, figures::REPLY_DAYS),
                )
            } else {
                ("expired", offered + figures::REPLY_DAYS + 1)
            };
            self.offer(application, starts, offered, state, Some(closed));
        }
    }

    /// Applications of a child that still seeks, and the offers it has.
    fn seeking(&mut self, seeker: &Seeker) {
        let child = seeker.child as usize;
        let as_of = self.sources.plan.as_of;
        let starts = if seeker.start > as_of {
            seeker.start
        } else {
            calendar::first_day(calendar::month_of(as_of) + 1)
        };
        let count = self.wish_count(seeker.care);
        let wishes = self.wishes(child, seeker.care, starts, count, None);
        let born = self.sources.children.birth[child];
        let applied = self.draw.between(born.max(as_of - 330), as_of - 1);
        let tiers = figures::HOURS_BEFORE_SCHOOL;
        let daily_hours = match seeker.care {
            CareType::AfterSchool => 6.0,
            _ => tiers[self.draw.weighted(&tiers.map(|(_, share)| share))].0,
        };
        let mut offers_left = match self.draw.weighted(&[0.68, 0.10, 0.16, 0.06]) {
            0 => OffersLeft::None,
            1 => OffersLeft::Confirmed,
            2 => OffersLeft::Open(1),
            _ => OffersLeft::Open(2),
        };
        for (rank, &facility) in wishes.iter().enumerate() {
            let withdrawn = rank > 0 && self.draw.chance(0.04);
            let closed = withdrawn.then(|| self.draw.between(applied, as_of));
            let hours =
                daily_hours.min(self.sources.model.facilities[usize::from(facility)].open_hours());
            let number = self.apply(Application {
                child: seeker.child,
                facility,
                care: seeker.care,
                rank: rank as i32 + 1,
                wished: seeker.start,
                daily_hours: hours,
                applied,
                state: if withdrawn { "withdrawn" } else { "open" },
                closed,
            });
            if !withdrawn {
                self.current_offer(number, facility, seeker, starts, applied, &mut offers_left);
            }
        }
    }

    fn current_offer(
        &mut self,
        application: u32,
        facility: u16,
        seeker: &Seeker,
        starts: Day,
        applied: Day,
        left: &mut OffersLeft,
    ) {
        let as_of = self.sources.plan.as_of;
        let sooner = !matches!(left, OffersLeft::None) && self.draw.chance(0.6);
        if sooner && starts + 60 < seeker.to && self.reserve(facility, seeker, starts) {
            if let OffersLeft::Open(count) = left {
                let offered = self
                    .draw
                    .between((as_of - figures::REPLY_DAYS).max(applied), as_of);
                self.offer(application, starts, offered, "open", None);
                *left = if *count > 1 {
                    OffersLeft::Open(*count - 1)
                } else {
                    OffersLeft::None
                };
            } else {
                let offered = self.draw.between((as_of - 60).max(applied), as_of);
                self.offer(application, starts, offered, "confirmed", None);
                *left = OffersLeft::None;
            }
        } else if as_of - applied > 40 && self.draw.chance(0.06) {
            let offered = self.draw.between(applied, as_of - 20);
            let (state, closed) = match self.draw.weighted(&[0.55, 0.35, 0.10]) {
                0 => (
                    "declined",
                    offered + self.draw.between(1, figures::REPLY_DAYS),
                ),
                1 => ("expired", offered + figures::REPLY_DAYS + 1),
                _ => ("revoked", offered + self.draw.between(0, 5)),
            };
            self.offer(application, starts, offered, state, Some(closed));
        }
    }

    /// Takes a place for an open or confirmed offer, if one is free for the whole stay.
    fn reserve(&mut self, facility: u16, seeker: &Seeker, starts: Day) -> bool {
        let facts: &Facility = &self.sources.model.facilities[usize::from(facility)];
        let born = self.sources.children.birth[seeker.child as usize];
        let stay = Stay {
            care: seeker.care,
            from: starts,
            turns_three: calendar::birthday(born, 3),
            to: seeker.to,
        };
        let fits = self.grid.fits(facts, &stay, Limit::Planned);
        if fits {
            self.grid.bind(facts, &stay);
        }
        fits
    }

    fn offer(
        &mut self,
        application: u32,
        starts: Day,
        offered: Day,
        state: &'static str,
        closed: Option<Day>,
    ) {
        self.out.offers.push(Offer {
            application,
            starts,
            offered,
            reply_by: offered + figures::REPLY_DAYS,
            state,
            closed,
        });
    }

    /// Adds an application with its points and gives its number.
    fn apply(&mut self, application: Application) -> u32 {
        let number = self.out.applications.len() as u32;
        let sources = self.sources;
        let child = application.child as usize;
        let household = sources.children.household[child] as usize;
        let facility = &sources.model.facilities[usize::from(application.facility)];
        let centre = sources.model.map.areas[usize::from(sources.children.area[child])].centre;
        let distance = ((facility.point.0 - centre.0) * 0.63).hypot(facility.point.1 - centre.1);
        let sibling = sources.siblings.of(household).iter().any(|&other| {
            other != application.child
                && sources.by_child.of(other as usize).iter().any(|&contract| {
                    let contract = &sources.contracts[contract as usize];
                    contract.facility == application.facility
                        && contract.from <= application.wished
                        && contract.to >= application.wished
                })
        });
        let households = &sources.model.households;
        for (holds, (criterion, points)) in [
            (sibling, SIBLING),
            (households.working[household], WORKING),
            (households.single[household], SINGLE),
            (distance < SHORT_DISTANCE, DISTANCE),
        ] {
            if holds {
                self.out.points.push(Points {
                    application: number,
                    criterion,
                    points,
                    catalogue: CATALOGUES[facility.provider % CATALOGUES.len()],
                });
            }
        }
        self.out.applications.push(application);
        number
    }
}

#[derive(Debug, Clone, Copy)]
enum OffersLeft {
    None,
    Confirmed,
    Open(u8),
}
