//! Where the children of an area are cared for: flows shrunk to a gravity model.

use std::collections::BTreeMap;

use domain::InputProblem;

use super::codes;
use crate::input::areas::Area;

/// Where children who live outside the city are said to live.
pub const OUTSIDE: &str = "_outside";

/// Contracts of children who live in one area and are cared for in another.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowCount {
    /// Area of residence, or [`OUTSIDE`].
    pub from: String,
    /// Area of care.
    pub to: String,
    /// Contracts.
    pub contracts: f64,
}

/// Centre of an area on a plane, in kilometres.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaPoint {
    /// Area code.
    pub area: String,
    /// Kilometres east.
    pub east: f64,
    /// Kilometres north.
    pub north: f64,
}

/// How attraction falls with distance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Decay {
    /// `exp(−rate · km)`.
    Exponential {
        /// Per kilometre, 0 or more.
        rate: f64,
    },
    /// `(km + 0.1)^(−power)`.
    Power {
        /// 0 or more.
        power: f64,
    },
}

impl Decay {
    fn at(self, kilometres: f64) -> f64 {
        match self {
            Self::Exponential { rate } => (-rate * kilometres).exp(),
            Self::Power { power } => (kilometres + 0.1).powf(-power),
        }
    }
}

/// Shares of the children of each area by area of care; rows add up to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowMatrix {
    /// By leaf of residence: leaf of care and share, shares too small to matter left out.
    pub(crate) rows: Vec<Vec<(usize, f64)>>,
    /// Shares of the children from outside, by leaf of care.
    pub(crate) outside: Vec<(usize, f64)>,
    decay: Decay,
    strength: f64,
}

/// Largest decay that is tried.
const STEEPEST: f64 = 8.0;
/// Shares below are left out and the row made to add up again.
const SMALLEST_SHARE: f64 = 2e-4;
/// Golden section.
const GOLDEN: f64 = 0.618_033_988_749_894_8;

impl FlowMatrix {
    /// Everybody is cared for where they live; children from outside by no area in particular.
    #[must_use]
    pub fn at_home(areas: &[Area]) -> Self {
        let leaves = areas.iter().filter(|area| area.is_leaf).count();
        Self {
            rows: (0..leaves).map(|leaf| vec![(leaf, 1.0)]).collect(),
            outside: (0..leaves)
                .map(|leaf| (leaf, 1.0 / leaves as f64))
                .collect(),
            decay: Decay::Exponential { rate: 0.0 },
            strength: 0.0,
        }
    }

    /// Learns the flows between the leaves of `areas`.
    ///
    /// The gravity model `share ∝ attraction(to) · decay(distance)` is fitted by likelihood: the
    /// attractions so that every area of care has the contracts it has, the decay as exponential and as
    /// power, of which the likelier stays. The distance of an area to itself is half that to its nearest
    /// neighbour. Each row is then `(contracts + k · gravity) / (all contracts + k)`, with the `k` under
    /// which the contracts are likeliest (Dirichlet-multinomial): few contracts follow the model, many
    /// themselves. The second value holds warnings (E4060).
    ///
    /// # Errors
    ///
    /// Every problem at once: E4057 unknown areas, E4058 counts, E4059 coordinates, E4065 twice.
    pub fn learn(
        areas: &[Area],
        counts: &[FlowCount],
        points: &[AreaPoint],
    ) -> Result<(Self, Vec<InputProblem>), Vec<InputProblem>> {
        let leaves: Vec<&str> = areas
            .iter()
            .filter(|area| area.is_leaf)
            .map(|area| area.code.as_str())
            .collect();
        let distances = distances(&leaves, points);
        let table = table(&leaves, counts);
        let (distances, table) = match (distances, table) {
            (Ok(distances), Ok(table)) => (distances, table),
            (distances, table) => {
                let mut problems = distances.err().unwrap_or_default();
                problems.extend(table.err().unwrap_or_default());
                return Err(problems);
            }
        };
        let mut warnings = Vec::new();
        let (inside, outside) = table.split_at(leaves.len());
        if inside.iter().flatten().sum::<f64>() == 0.0 {
            let message = "no contract shows an area of care; all areas attract alike and distance does not matter";
            warnings.push(codes::problem(codes::NO_FLOWS, "flows", message));
        }
        for (leaf, row) in leaves.iter().zip(inside) {
            if row.iter().sum::<f64>() == 0.0 && warnings.is_empty() {
                let message = format!(
                    "area {leaf:?} has no contracts: its flows are those of the gravity model"
                );
                warnings.push(codes::problem(codes::NO_FLOWS, "flows", message));
            }
        }
        let (decay, gravity) = gravity(inside, &distances);
        let strength = strength(inside, &gravity);
        let rows = inside
            .iter()
            .zip(&gravity)
            .map(|(row, model)| shrunk(row, model, strength))
            .collect();
        let everywhere: Vec<f64> = attraction_of(inside);
        let outside = shrunk(&outside[0], &everywhere, strength);
        Ok((
            Self {
                rows,
                outside,
                decay,
                strength,
            },
            warnings,
        ))
    }

    /// The fitted decay.
    #[must_use]
    pub fn decay(&self) -> Decay {
        self.decay
    }

    /// Contracts the gravity model is worth in each row.
    #[must_use]
    pub fn strength(&self) -> f64 {
        self.strength
    }

    /// Share of the children of leaf `from` cared for in leaf `to`, by places among the leaves.
    #[must_use]
    pub fn share(&self, from: usize, to: usize) -> f64 {
        let row = self.rows.get(from).map_or(&[][..], Vec::as_slice);
        row.iter()
            .find(|(leaf, _)| *leaf == to)
            .map_or(0.0, |(_, share)| *share)
    }
}

/// Share of all contracts by area of care; equal shares without contracts.
fn attraction_of(table: &[Vec<f64>]) -> Vec<f64> {
    let leaves = table.len();
    let column = |to: usize| table.iter().map(|row| row[to]).sum::<f64>();
    let sums: Vec<f64> = (0..leaves).map(column).collect();
    let total: f64 = sums.iter().sum();
    // Half a contract spread over all keeps every area possible.
    sums.iter()
        .map(|sum| (sum + 0.5 / leaves as f64) / (total + 0.5))
        .collect()
}

fn distances(leaves: &[&str], points: &[AreaPoint]) -> Result<Vec<Vec<f64>>, Vec<InputProblem>> {
    let mut problems = Vec::new();
    let by_area: BTreeMap<&str, &AreaPoint> = points
        .iter()
        .map(|point| (point.area.as_str(), point))
        .collect();
    let mut found = Vec::new();
    for leaf in leaves {
        match by_area.get(leaf) {
            Some(point) if point.east.is_finite() && point.north.is_finite() => {
                found.push((point.east, point.north));
            }
            Some(point) => problems.push(codes::problem(
                codes::COORDINATES,
                "coordinates",
                format!(
                    "area {leaf:?} lies at {} east, {} north",
                    point.east, point.north
                ),
            )),
            None => problems.push(codes::problem(
                codes::COORDINATES,
                "coordinates",
                format!("area {leaf:?} has no coordinates"),
            )),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut all: Vec<Vec<f64>> = found
        .iter()
        .map(|one| {
            found
                .iter()
                .map(|other| (one.0 - other.0).hypot(one.1 - other.1))
                .collect()
        })
        .collect();
    for (place, row) in all.iter_mut().enumerate() {
        let nearest = row
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != place)
            .map(|(_, km)| *km);
        let nearest = nearest.fold(f64::INFINITY, f64::min);
        row[place] = if nearest.is_finite() {
            nearest / 2.0
        } else {
            0.0
        };
    }
    Ok(all)
}

/// Contracts by leaf of residence (children from outside last) and leaf of care.
fn table(leaves: &[&str], counts: &[FlowCount]) -> Result<Vec<Vec<f64>>, Vec<InputProblem>> {
    let mut problems = Vec::new();
    let places: BTreeMap<&str, usize> = leaves
        .iter()
        .enumerate()
        .map(|(place, leaf)| (*leaf, place))
        .collect();
    let mut cells: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for count in counts {
        let from = if count.from == OUTSIDE {
            Some(leaves.len())
        } else {
            places.get(count.from.as_str()).copied()
        };
        let to = places.get(count.to.as_str()).copied();
        for (area, place) in [(&count.from, from), (&count.to, to)] {
            if place.is_none() {
                let message = format!(
                    "contracts from {:?} to {:?}: there is no area {area:?}",
                    count.from, count.to
                );
                problems.push(codes::problem(codes::FLOW_AREA, "flows", message));
            }
        }
        if !(count.contracts >= 0.0 && count.contracts.is_finite()) {
            let message = format!(
                "{} contracts from {:?} to {:?}",
                count.contracts, count.from, count.to
            );
            problems.push(codes::problem(codes::FLOW_COUNT, "flows", message));
        }
        if let (Some(from), Some(to)) = (from, to)
            && cells.insert((from, to), count.contracts).is_some()
        {
            let message = format!(
                "contracts from {:?} to {:?} are given twice",
                count.from, count.to
            );
            problems.push(codes::problem(codes::TWICE, "flows", message));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut table = vec![vec![0.0; leaves.len()]; leaves.len() + 1];
    for ((from, to), contracts) in cells {
        table[from][to] = contracts;
    }
    Ok(table)
}

/// The place of the highest value of `value` between `low` and `high`.
pub(crate) fn highest(low: f64, high: f64, mut value: impl FnMut(f64) -> f64) -> f64 {
    let (mut low, mut high) = (low, high);
    let mut inner = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
    let mut values = inner.map(&mut value);
    for _ in 0..40 {
        if values[0] < values[1] {
            low = inner[0];
            inner = [inner[1], low + GOLDEN * (high - low)];
            values = [values[1], value(inner[1])];
        } else {
            high = inner[1];
            inner = [high - GOLDEN * (high - low), inner[0]];
            values = [value(inner[0]), values[0]];
        }
    }
    f64::midpoint(low, high)
}

fn gravity(table: &[Vec<f64>], distances: &[Vec<f64>]) -> (Decay, Vec<Vec<f64>>) {
    let likelihood = |decay| {
        let rows = balanced(table, distances, decay);
        let terms = table
            .iter()
            .zip(&rows)
            .flat_map(|(row, model)| row.iter().zip(model));
        terms
            .filter(|(count, _)| **count > 0.0)
            .map(|(count, share)| count * share.max(1e-300).ln())
            .sum::<f64>()
    };
    if table.iter().flatten().sum::<f64>() == 0.0 {
        let flat = Decay::Exponential { rate: 0.0 };
        return (flat, balanced(table, distances, flat));
    }
    let rate = highest(0.0, STEEPEST, |rate| {
        likelihood(Decay::Exponential { rate })
    });
    let power = highest(0.0, STEEPEST, |power| likelihood(Decay::Power { power }));
    let (exponential, power) = (Decay::Exponential { rate }, Decay::Power { power });
    let decay = if likelihood(power) > likelihood(exponential) {
        power
    } else {
        exponential
    };
    (decay, balanced(table, distances, decay))
}

/// Gravity shares by row, with attractions that give each area of care its contracts.
fn balanced(table: &[Vec<f64>], distances: &[Vec<f64>], decay: Decay) -> Vec<Vec<f64>> {
    let wanted = attraction_of(table);
    let total: f64 = table.iter().flatten().sum();
    let leaves = table.len();
    let sums: Vec<f64> = table.iter().map(|row| row.iter().sum::<f64>()).collect();
    let weight = |row: usize| {
        if total > 0.0 {
            sums[row] / total
        } else {
            1.0 / leaves as f64
        }
    };
    let pull: Vec<Vec<f64>> = distances
        .iter()
        .map(|row| row.iter().map(|&km| decay.at(km).max(1e-300)).collect())
        .collect();
    let mut attraction = wanted.clone();
    let shares = |attraction: &[f64], row: usize| -> Vec<f64> {
        let raw: Vec<f64> = pull[row]
            .iter()
            .zip(attraction)
            .map(|(pull, a)| pull * a)
            .collect();
        let sum: f64 = raw.iter().sum();
        raw.iter().map(|value| value / sum).collect()
    };
    for _ in 0..12 {
        let mut received = vec![0.0; leaves];
        for row in 0..leaves {
            for (sum, share) in received.iter_mut().zip(shares(&attraction, row)) {
                *sum += weight(row) * share;
            }
        }
        for ((a, wanted), received) in attraction.iter_mut().zip(&wanted).zip(&received) {
            *a = (*a * wanted / received.max(1e-12)).clamp(1e-12, 1e12);
        }
    }
    (0..leaves).map(|row| shares(&attraction, row)).collect()
}

/// Logarithm of the gamma function for positive arguments (Lanczos, g = 7).
fn ln_gamma(x: f64) -> f64 {
    const C: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        return (std::f64::consts::PI / (std::f64::consts::PI * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let series = C
        .iter()
        .enumerate()
        .fold(0.999_999_999_999_809_9, |sum, (k, c)| {
            sum + c / (x + k as f64 + 1.0)
        });
    let t = x + 7.5;
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + series.ln()
}

/// The number of contracts the model is worth: likeliest under Dirichlet-multinomial rows.
fn strength(table: &[Vec<f64>], gravity: &[Vec<f64>]) -> f64 {
    let likelihood = |log: f64| {
        let k = log.exp();
        let mut sum = 0.0;
        for (row, model) in table.iter().zip(gravity) {
            let contracts: f64 = row.iter().sum();
            if contracts > 0.0 {
                sum += ln_gamma(k) - ln_gamma(k + contracts);
                for (count, share) in row.iter().zip(model).filter(|(count, _)| **count > 0.0) {
                    let a = (k * share).max(1e-12);
                    sum += ln_gamma(a + count) - ln_gamma(a);
                }
            }
        }
        sum
    };
    highest(0.1_f64.ln(), 1e5_f64.ln(), likelihood).exp()
}

/// A row of contracts mixed with the model, small shares left out; adds up to 1.
fn shrunk(row: &[f64], model: &[f64], strength: f64) -> Vec<(usize, f64)> {
    let contracts: f64 = row.iter().sum();
    let mixed = row
        .iter()
        .zip(model)
        .map(|(count, share)| (count + strength * share) / (contracts + strength));
    let kept: Vec<(usize, f64)> = mixed
        .enumerate()
        .filter(|(_, share)| *share >= SMALLEST_SHARE)
        .collect();
    let sum: f64 = kept.iter().map(|(_, share)| share).sum();
    kept.into_iter()
        .map(|(leaf, share)| (leaf, share / sum))
        .collect()
}

#[cfg(test)]
mod tests;
