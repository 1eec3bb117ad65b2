//! Places needed: children times take-up, by year at a given take-up and by month with one learned.

mod annual;
mod area_deviation;
mod bands;
mod children_paths;
mod codes;
mod flow;
mod hours;
mod inputs;
mod model;
mod monthly;
mod months;
mod one_path;
mod path_children;
mod school_entry;
mod share_walk;
mod take_up_table;
mod unmet;

pub use annual::{ALL_BANDS, Demand, DemandError, DemandRow, TakeUp, TakeUpBand, demand};
pub use area_deviation::AreaDeviation;
pub use bands::{CareBand, CareBands, CarePhase, LAST_GRADE, OLDEST_BEFORE_SCHOOL};
pub use children_paths::{CertainChildren, ChildrenPaths, FillStocks};
pub use codes::DEMAND_ERROR_CODES;
pub use flow::{AreaPoint, Decay, FlowCount, FlowMatrix, OUTSIDE};
pub use hours::{HoursTiers, TierCount};
pub use inputs::{DemandInput, NonResidentCount, SchoolEntryInput, TakeUpCount, TakeUpShift};
pub use model::DemandModel;
pub use monthly::{DemandPoint, DemandView, MonthlyDemand, MonthlyDemandRequest};
pub use months::{BirthMonths, STOCK_AGES, children_by_band};
pub use path_children::PathChildren;
pub use school_entry::{EntryRates, SchoolCalendar, SchoolEntryRule, entry_shares};
pub use share_walk::{ShareCount, ShareWalk, WalkPrior};
pub use unmet::{OpenApplication, Waiting};
