//! Released tables, forecasts and scenarios as SVG and PNG.
//!
//! [`OccupancyHistory`] draws places and children in care over months, [`ForecastFan`] a forecast
//! with its intervals, [`DemandMonths`] places needed month by month, [`AreaMap`] areas in five classes,
//! [`BeforeAfter`] a scenario beside the plan without it, [`CapacityFan`] demand against places,
//! [`PlanTimeline`] what opens and closes when, [`SensitivityTornado`] what each measure does,
//! [`ComparedFans`] children without and with levers; [`CalibrationPlot`], [`PastEditionsChart`] and
//! [`AreaErrors`] show how good earlier forecasts were. All pictures are 900 by 480, in German or English, and carry a title and a
//! description for screen readers; the same input gives the same bytes. Lines differ in dash as well
//! as colour, and areas that are not published are hatched.
//!
//! **Architecture invariant:** no constructor takes a bare number of children. Children come in
//! through [`disclosure::ReleasedTable`] and [`disclosure::ReleasedSeries`], expected children through
//! [`forecast::Forecast`], [`forecast::MonthlyDemand`] and [`scenario`]; only places, which are no children, are plain numbers.
//!
//! ```
//! use charts::{Language, OccupancyHistory, PlaceMonth};
//! use disclosure::{ConfidentialTable, Dimension, DisclosurePolicy, Label, Member, release_series};
//!
//! let care = Dimension::new("care_type", Label::new("Betreuungsart", "Care type"), vec![
//!     Member::new("nursery", Label::new("Krippe", "Nursery")),
//!     Member::new("kindergarten", Label::new("Kindergarten", "Kindergarten")),
//! ]);
//! let children = Label::new("Kinder mit Vertrag", "Children under contract");
//! let exact = ConfidentialTable::new("occupancy", children, vec![care], vec![41, 78])?;
//! let released = release_series(vec![("2026-08".to_owned(), exact)], &DisclosurePolicy::default())?;
//! let places = [PlaceMonth {
//!     month: "2026-08".parse()?,
//!     licensed: 150,
//!     planned: 140,
//!     staffed: 132,
//!     bookable: 11,
//!     facilities: 3,
//!     unattested_facilities: 0,
//!     oldest_attestation_days: Some(4),
//! }];
//! let (scope, source) = (Label::new("Stadt", "City"), Label::new("Beispiel", "Example"));
//! let history = OccupancyHistory::new(scope, source, &released, &["_total"], &places)?;
//! assert_eq!(history.months()[0].contracts, Some(119));
//! assert!(history.svg(Language::German)?.as_str().contains("Plätze"));
//!
//! // Months of places and children must agree.
//! let (scope, source) = (Label::new("Stadt", "City"), Label::new("Beispiel", "Example"));
//! let refusal = OccupancyHistory::new(scope, source, &released, &["_total"], &[]).unwrap_err();
//! assert_eq!(refusal.code(), "E8103");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod area_errors;
mod axis;
mod bars;
mod before_after;
mod calibration;
mod canvas;
mod capacity_fan;
mod classes;
mod compared_fans;
mod demand_months;
mod error;
mod fan;
mod language;
mod map;
mod occupancy;
mod palette;
mod past_editions;
mod picture;
mod plot;
mod png;
mod timeline;
mod tornado;
mod waiting;

pub use area_errors::AreaErrors;
pub use before_after::BeforeAfter;
pub use calibration::CalibrationPlot;
pub use capacity_fan::CapacityFan;
pub use compared_fans::ComparedFans;
pub use demand_months::{DemandMonths, DemandNames};
pub use error::{ChartError, ERROR_CODES};
pub use fan::{FanNames, ForecastFan};
pub use language::Language;
pub use map::{AreaMap, AreaOutline, AreaValue, AreaValues};
pub use occupancy::{OccupancyHistory, OccupancyMonth, PlaceMonth};
pub use past_editions::{PastEditionsChart, PastEditionsNames};
pub use picture::{HEIGHT, Svg, WIDTH};
pub use timeline::PlanTimeline;
pub use tornado::SensitivityTornado;
pub use waiting::{DistrictPlaces, WaitingByDistrict};
