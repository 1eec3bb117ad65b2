//! One city-sized unit, computed topic by topic.

use crate::applications::{self, Procedure, Sources};
use crate::areas::CityMap;
use crate::calendar::{Day, MonthIndex};
use crate::capacities;
use crate::children::{self, Children, StatisticsAttributes};
use crate::contracts::{self, Grouped, Terms, Version};
use crate::facilities;
use crate::model::Model;
use crate::placement::{self, Contract, Nearby};
use crate::plan::UnitPlan;
use crate::population::Population;
use crate::providers;
use crate::rollout::{self, Step};
use crate::staff::{self, Blocked, Employment};

/// Everything known about a unit.
pub(crate) struct Unit {
    pub(crate) plan: UnitPlan,
    pub(crate) model: Model,
    pub(crate) population: Population,
    pub(crate) children: Children,
    pub(crate) statistics: Vec<StatisticsAttributes>,
    pub(crate) steps: Vec<Step>,
    pub(crate) attestations: Vec<(usize, MonthIndex, Day)>,
    pub(crate) blocked: Vec<Blocked>,
    pub(crate) staff: Vec<Employment>,
    pub(crate) contracts: Vec<Contract>,
    pub(crate) terms: Vec<Terms>,
    pub(crate) versions: Vec<Version>,
    pub(crate) procedure: Procedure,
    pub(crate) seekers: u64,
    pub(crate) unplaced: u64,
}

impl Unit {
    pub(crate) fn new(plan: UnitPlan) -> Self {
        let map = CityMap::new(&plan);
        let population = Population::new(&plan, map.areas.len());
        let providers = providers::providers(&plan);
        let mut facilities = facilities::facilities(&plan, &map, &population, &providers);
        let slots = capacities::slots(&plan, &mut facilities);
        let (children, households) = children::children(&plan, &population);
        let statistics = children::statistics_attributes(&plan, &children);
        let centres: Vec<_> = map.areas.iter().map(|area| area.centre).collect();
        let nearby = Nearby::new(&centres, &facilities);
        let placement::Outcome {
            contracts,
            seekers,
            unplaced,
            mut grid,
        } = placement::place(&plan, &facilities, &slots, &children, &households, &nearby);
        let terms = contracts::terms(&plan, &contracts, &children, &facilities, &providers);
        let versions = contracts::versions(&contracts, &terms);
        let steps = rollout::rollout(&plan, &providers, &facilities);
        let attestations = providers::attestations(&plan, &providers);
        let takes = rollout::takes_applications(providers.len(), &steps, plan.as_of);
        let mut model = Model {
            map,
            providers,
            facilities,
            slots,
            households,
        };
        let by_child = Grouped::new(
            contracts.iter().map(|contract| contract.child as usize),
            children.len(),
        );
        let siblings = Grouped::new(
            children
                .household
                .iter()
                .map(|&household| household as usize),
            model.households.area.len(),
        );
        let sources = Sources {
            plan: &plan,
            model: &model,
            children: &children,
            nearby: &nearby,
            contracts: &contracts,
            terms: &terms,
            by_child: &by_child,
            siblings: &siblings,
            takes: &takes,
        };
        let procedure = applications::procedure(&sources, &seekers, &mut grid);
        staff::settle_staffed(&plan, &mut model.slots, &grid);
        let blocked = staff::blocked(&plan, &model.slots, &grid);
        let staff = staff::staff(&plan, &model.facilities, &model.slots);
        Self {
            plan,
            model,
            population,
            children,
            statistics,
            steps,
            attestations,
            blocked,
            staff,
            contracts,
            terms,
            versions,
            procedure,
            seekers: seekers.len() as u64,
            unplaced,
        }
    }
}
