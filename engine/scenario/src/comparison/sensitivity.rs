//! What each measure contributes: the scenario without it.

use std::io::{self, Write};

use domain::{AreaId, CareType, Month};
use jiff::civil::Date;
use tables::City;

use super::quoted;
use crate::apply::{self, Counting};
use crate::cover::Cover;
use crate::demand::{DemandTable, Quantiles, TOTAL_AREA};
use crate::districts::Districts;
use crate::error::ScenarioError;
use crate::fits;
use crate::planning::{PlanRequest, merged};
use crate::spec::{Change, Closing, Direction, Opening, ScenarioSpec};

/// A measure of a scenario that can be left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Lever {
    /// A closing.
    Close {
        /// The facility.
        facility: String,
        /// Its last day.
        on: Date,
    },
    /// An opening.
    Open {
        /// The facility.
        facility: String,
        /// Its first day.
        from: Date,
    },
    /// More places.
    Expand {
        /// The facility.
        facility: String,
        /// The care type.
        care_type: CareType,
        /// The first day.
        from: Date,
    },
    /// Fewer places.
    Shrink {
        /// The facility.
        facility: String,
        /// The care type.
        care_type: CareType,
        /// The first day.
        from: Date,
    },
    /// A facility closes for a time.
    Pause {
        /// The facility.
        facility: String,
        /// Its last day before.
        on: Date,
    },
    /// An operating licence is withdrawn.
    WithdrawLicence {
        /// The facility.
        facility: String,
        /// The first day without it.
        from: Date,
    },
    /// The operating licence allows another number of places.
    Licence {
        /// The facility.
        facility: String,
        /// The care type.
        care_type: CareType,
        /// The first day.
        from: Date,
    },
    /// Places change their care type.
    Convert {
        /// The facility.
        facility: String,
        /// The care type they become.
        care_type: CareType,
        /// The first day.
        from: Date,
    },
    /// More or less staff.
    Staff {
        /// The facility.
        facility: String,
        /// The care type.
        care_type: CareType,
        /// The first day.
        from: Date,
    },
    /// Staff moves to another facility.
    MoveStaff {
        /// Where it leaves.
        facility: String,
        /// Where it goes.
        to: String,
        /// The care type.
        care_type: CareType,
        /// The first day.
        from: Date,
    },
}

impl Lever {
    /// In German, for pages.
    #[must_use]
    pub fn german(&self) -> String {
        match self {
            Self::Close { facility, on } => format!("{facility} schließt {on}"),
            Self::Open { facility, from } => format!("{facility} öffnet {from}"),
            Self::Expand {
                facility,
                care_type,
                from,
            } => {
                format!("{facility} wächst {from} ({})", care_type.german())
            }
            Self::Shrink {
                facility,
                care_type,
                from,
            } => {
                format!("{facility} schrumpft {from} ({})", care_type.german())
            }
            Self::Pause { facility, on } => format!("{facility} schließt vorübergehend {on}"),
            Self::WithdrawLicence { facility, from } => {
                format!("{facility} verliert die Betriebserlaubnis {from}")
            }
            Self::Licence {
                facility,
                care_type,
                from,
            } => format!(
                "{facility}: andere Betriebserlaubnis {from} ({})",
                care_type.german()
            ),
            Self::Convert {
                facility,
                care_type,
                from,
            } => format!("{facility} wandelt um {from} (zu {})", care_type.german()),
            Self::Staff {
                facility,
                care_type,
                from,
            } => format!("{facility}: Personal {from} ({})", care_type.german()),
            Self::MoveStaff {
                facility,
                to,
                care_type,
                from,
            } => format!(
                "Personal von {facility} zu {to} {from} ({})",
                care_type.german()
            ),
        }
    }

    /// In English, for pages.
    #[must_use]
    pub fn english(&self) -> String {
        match self {
            Self::Close { facility, on } => format!("{facility} closes {on}"),
            Self::Open { facility, from } => format!("{facility} opens {from}"),
            Self::Expand {
                facility,
                care_type,
                from,
            } => {
                format!("{facility} grows {from} ({})", care_type.english())
            }
            Self::Shrink {
                facility,
                care_type,
                from,
            } => {
                format!("{facility} shrinks {from} ({})", care_type.english())
            }
            Self::Pause { facility, on } => format!("{facility} closes for a time {on}"),
            Self::WithdrawLicence { facility, from } => {
                format!("{facility} loses its licence {from}")
            }
            Self::Licence {
                facility,
                care_type,
                from,
            } => format!(
                "{facility}: another licence {from} ({})",
                care_type.english()
            ),
            Self::Convert {
                facility,
                care_type,
                from,
            } => format!("{facility} converts {from} (to {})", care_type.english()),
            Self::Staff {
                facility,
                care_type,
                from,
            } => format!("{facility}: staff {from} ({})", care_type.english()),
            Self::MoveStaff {
                facility,
                to,
                care_type,
                from,
            } => format!(
                "Staff from {facility} to {to} {from} ({})",
                care_type.english()
            ),
        }
    }
}

/// The figure that is looked at.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SensitivityOf {
    /// The district; `None` for the whole city.
    pub area: Option<AreaId>,
    /// The care type.
    pub care_type: CareType,
    /// The day.
    pub date: Date,
}

/// One measure left out.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct SensitivityBar {
    /// The measure.
    pub lever: Lever,
    /// Staffed places without it; `None` if another measure needs it, so that it cannot be left out.
    pub staffed_without: Option<u64>,
    /// Staffed places that the measure adds; negative where it takes some away.
    pub staffed_difference: Option<i64>,
    /// Percentage points of cover of the median demand that it adds; `None` without demand.
    pub cover_difference: Option<f64>,
}

/// What each measure contributes to one figure, the greatest contribution first.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Sensitivity {
    /// The figure.
    pub of: SensitivityOf,
    /// Name of the scenario.
    pub scenario: String,
    /// Staffed places with all measures.
    pub staffed: u64,
    /// Staffed places without any.
    pub staffed_baseline: u64,
    /// Median demand, if anybody said so.
    pub demand_p50: Option<f64>,
    /// Cover with all measures, per cent of the median demand.
    pub cover_per_cent: Option<f64>,
    /// The measures.
    pub bars: Vec<SensitivityBar>,
}

/// Counts a scenario again without each of its measures in turn.
///
/// Measures of staff that moves belong to the closing it moves from. Differences need not add up to the
/// effect of all measures together: two of them may share what they do.
///
/// # Errors
///
/// [`ScenarioError`] as [`crate::plan()`]; a day outside the horizon is E4006.
pub fn sensitivity(
    city: &City,
    spec: &ScenarioSpec,
    request: &PlanRequest,
    demand: &DemandTable,
    of: SensitivityOf,
) -> Result<Sensitivity, ScenarioError> {
    let districts = Districts::of(city)?;
    let counting = Counting {
        months: spec.months(),
        known_on: request.known_on,
        staffing: &request.staffing,
    };
    let baseline = counting.cube(city)?;
    let staffed = |cube: &occupancy::OccupancyCube| -> u64 {
        let totals = cube.totals(of.care_type, Month::of(of.date), |facility| {
            let area = cube.facilities()[facility].area();
            of.area
                .as_ref()
                .is_none_or(|wanted| districts.district(area) == Some(wanted))
        });
        totals.map_or(0, |totals| u64::try_from(totals.staffed).unwrap_or(0))
    };
    let counted = |spec: &ScenarioSpec| -> Result<u64, ScenarioError> {
        let lines = fits::check(city, spec, &districts, &baseline, &request.staffing)?;
        let applied = apply::apply(city, spec, &districts, &counting, &lines)?;
        Ok(match &applied.city {
            Some(city) => staffed(&counting.cube(city)?),
            None => staffed(&baseline),
        })
    };
    let with_all = counted(spec)?;
    let merged = merged(spec, demand);
    let area = of.area.as_ref().map_or(TOTAL_AREA, AreaId::as_str);
    let needed = merged.get(area, of.care_type, of.date);
    let cover = |places: u64| {
        let needed: Quantiles = needed?;
        Cover::of(places, needed, spec.target_cover()).at_p50_per_cent
    };
    let mut bars = Vec::new();
    for (lever, without) in left_out(spec) {
        let staffed_without = match counted(&without) {
            Ok(places) => Some(places),
            Err(ScenarioError::Input(_)) => None,
            Err(other) => return Err(other),
        };
        let count = |places: u64| i64::try_from(places).unwrap_or(i64::MAX);
        let difference = staffed_without.map(|places| count(with_all) - count(places));
        let points = staffed_without.and_then(|places| Some(cover(with_all)? - cover(places)?));
        bars.push(SensitivityBar {
            lever,
            staffed_without,
            staffed_difference: difference,
            cover_difference: points,
        });
    }
    bars.sort_by(|a, b| {
        let size = |bar: &SensitivityBar| bar.staffed_difference.map(i64::unsigned_abs);
        size(b).cmp(&size(a)).then_with(|| a.lever.cmp(&b.lever))
    });
    Ok(Sensitivity {
        scenario: spec.name().to_owned(),
        staffed: with_all,
        staffed_baseline: staffed(&baseline),
        demand_p50: needed.map(Quantiles::p50),
        cover_per_cent: cover(with_all),
        of,
        bars,
    })
}

/// The scenario without each of its measures.
fn left_out(spec: &ScenarioSpec) -> Vec<(Lever, ScenarioSpec)> {
    let mut all = each_left_out(spec, |it| &mut it.closings, close);
    all.extend(each_left_out(spec, |it| &mut it.openings, open));
    all.extend(each_left_out(spec, |it| &mut it.changes, grow_or_shrink));
    all.extend(each_left_out(
        spec,
        |it| &mut it.pauses,
        |it| Lever::Pause {
            facility: it.facility.to_string(),
            on: it.on,
        },
    ));
    all.extend(each_left_out(
        spec,
        |it| &mut it.withdrawals,
        |it| Lever::WithdrawLicence {
            facility: it.facility.to_string(),
            from: it.withdrawn_on,
        },
    ));
    all.extend(each_left_out(
        spec,
        |it| &mut it.licensed,
        |it| Lever::Licence {
            facility: it.facility.to_string(),
            care_type: it.care_type,
            from: it.from,
        },
    ));
    all.extend(each_left_out(
        spec,
        |it| &mut it.conversions,
        |it| Lever::Convert {
            facility: it.facility.to_string(),
            care_type: it.to_care_type,
            from: it.from,
        },
    ));
    all.extend(each_left_out(
        spec,
        |it| &mut it.staff_changes,
        |it| Lever::Staff {
            facility: it.facility.to_string(),
            care_type: it.care_type,
            from: it.from,
        },
    ));
    all.extend(each_left_out(
        spec,
        |it| &mut it.staff_shifts,
        |it| Lever::MoveStaff {
            facility: it.from_facility.to_string(),
            to: it.to_facility.to_string(),
            care_type: it.care_type,
            from: it.from,
        },
    ));
    all
}

/// The scenario without each measure of a kind.
fn each_left_out<T: Clone>(
    spec: &ScenarioSpec,
    of: impl Fn(&mut ScenarioSpec) -> &mut Vec<T>,
    lever: impl Fn(&T) -> Lever,
) -> Vec<(Lever, ScenarioSpec)> {
    let measures = of(&mut spec.clone()).clone();
    let without = |number: usize| {
        let mut without = spec.clone();
        of(&mut without).remove(number);
        without
    };
    let measures = measures.iter().enumerate();
    measures
        .map(|(number, measure)| (lever(measure), without(number)))
        .collect()
}

fn close(closing: &Closing) -> Lever {
    Lever::Close {
        facility: closing.facility.to_string(),
        on: closing.on,
    }
}

fn open(opening: &Opening) -> Lever {
    Lever::Open {
        facility: opening.facility.to_string(),
        from: opening.from,
    }
}

fn grow_or_shrink(change: &Change) -> Lever {
    let facility = change.facility.to_string();
    let (care_type, from) = (change.care_type, change.from);
    match change.direction {
        Direction::Expand => Lever::Expand {
            facility,
            care_type,
            from,
        },
        Direction::Shrink => Lever::Shrink {
            facility,
            care_type,
            from,
        },
    }
}

impl Sensitivity {
    /// Writes one line per measure as CSV.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    pub fn write_csv(&self, mut target: impl Write) -> io::Result<()> {
        let header = "measure,date,area,care_type,staffed,staffed_without,staffed_difference,cover_difference_points";
        writeln!(target, "{header}")?;
        let area = self.of.area.as_ref().map_or(TOTAL_AREA, AreaId::as_str);
        for bar in &self.bars {
            let shown = |number: Option<String>| number.unwrap_or_default();
            let points = bar
                .cover_difference
                .map(|it| format!("{:.2}", (it * 100.0).round() / 100.0 + 0.0));
            writeln!(
                target,
                "{},{},{area},{},{},{},{},{}",
                quoted(&bar.lever.english()),
                self.of.date,
                self.of.care_type,
                self.staffed,
                shown(bar.staffed_without.map(|it| it.to_string())),
                shown(bar.staffed_difference.map(|it| it.to_string())),
                shown(points),
            )?;
        }
        Ok(())
    }
}
