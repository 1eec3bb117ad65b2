//! The map: deformed hexagons that share their corners, grouped into districts.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::plan::UnitPlan;
use crate::random::{Draw, Topic};

/// Half axes of a city of scale 1 in degrees: about 14 km east-west and 11 km north-south.
const HALF_AXES: (f64, f64) = (0.2, 0.099);
/// How much smaller areas are in the centre: a distance grows with this power.
const CENTRE_POWER: f64 = 1.35;
/// How far corners are shifted, as a share of the hexagon's side.
const JITTER: f64 = 0.24;
/// Bend of the river valley, as a share of the city's height.
const RIVER_BEND: f64 = 0.12;

/// A point, degrees east and north (WGS 84).
pub(crate) type Point = (f64, f64);

/// A neighbourhood.
#[derive(Debug, Clone)]
pub(crate) struct Area {
    pub(crate) key: String,
    pub(crate) district: usize,
    pub(crate) centre: Point,
    /// Positions in [`CityMap::corners`], counter-clockwise.
    pub(crate) outline: [usize; 6],
}

/// The map of a unit.
#[derive(Debug, Clone)]
pub(crate) struct CityMap {
    pub(crate) areas: Vec<Area>,
    pub(crate) district_keys: Vec<String>,
    pub(crate) corners: Vec<Point>,
    /// Pairs of areas with a common edge, each once, smaller position first.
    pub(crate) touching: Vec<(usize, usize)>,
    /// Key of the top level, in a country of several cities.
    pub(crate) top: Option<String>,
}

struct Cell {
    centre: Point,
    outline: [usize; 6],
}

impl CityMap {
    pub(crate) fn new(plan: &UnitPlan) -> Self {
        let mut draw = plan.draw(Topic::Areas);
        let (mut cells, mut corners) = hexagons(plan.neighbourhoods());
        let radius = (cells.len() as f64 * 1.5 * 3f64.sqrt() / std::f64::consts::PI).sqrt();
        for corner in &mut corners {
            *corner = shift(*corner, &mut draw);
            *corner = on_earth(*corner, radius, plan);
        }
        for cell in &mut cells {
            cell.centre = mean(cell.outline.iter().map(|&corner| corners[corner]));
        }
        let districts = grouped(&cells, plan.districts(), plan.centre);
        let mut areas: Vec<Area> = Vec::with_capacity(cells.len());
        for (district, members) in districts.iter().enumerate() {
            for (number, &cell) in members.iter().enumerate() {
                areas.push(Area {
                    key: format!("{}{district}{}", plan.prefix, number + 1),
                    district,
                    centre: cells[cell].centre,
                    outline: cells[cell].outline,
                });
            }
        }
        let touching = touching(&areas);
        Self {
            district_keys: (0..districts.len())
                .map(|district| format!("{}d{:02}", plan.prefix, district + 1))
                .collect(),
            areas,
            corners,
            touching,
            top: plan.in_country.then(|| format!("c{:03}", plan.unit)),
        }
    }

    /// A random point of an area, not too near its border.
    pub(crate) fn point_in(&self, area: usize, draw: &mut Draw) -> Point {
        let area = &self.areas[area];
        let side = draw.below(6);
        let a = self.corners[area.outline[side]];
        let b = self.corners[area.outline[(side + 1) % 6]];
        let (mut u, mut v) = (draw.uniform(), draw.uniform());
        if u + v > 1.0 {
            (u, v) = (1.0 - u, 1.0 - v);
        }
        let (u, v) = (0.9 * u, 0.9 * v);
        let centre = area.centre;
        let along = |c: f64, a: f64, b: f64| round5(c + u * (a - c) + v * (b - c));
        (along(centre.0, a.0, b.0), along(centre.1, a.1, b.1))
    }

    /// Outline of a set of areas as WKT, `None` if it is not one ring.
    pub(crate) fn outline_of(&self, members: impl Fn(&Area) -> bool) -> Option<String> {
        let mut next: BTreeMap<usize, usize> = BTreeMap::new();
        let mut edges: BTreeMap<(usize, usize), ()> = BTreeMap::new();
        for area in self.areas.iter().filter(|area| members(area)) {
            for side in 0..6 {
                edges.insert((area.outline[side], area.outline[(side + 1) % 6]), ());
            }
        }
        for &(from, to) in edges.keys() {
            if !edges.contains_key(&(to, from)) && next.insert(from, to).is_some() {
                return None; // two rings touch in a corner
            }
        }
        let (&start, _) = next.iter().next()?;
        let mut ring = vec![start];
        let mut corner = *next.get(&start)?;
        while corner != start {
            ring.push(corner);
            corner = *next.get(&corner)?;
        }
        (ring.len() == next.len()).then(|| self.polygon(&ring))
    }

    /// A ring of corners as WKT, closed.
    pub(crate) fn polygon(&self, ring: &[usize]) -> String {
        let mut text = String::from("POLYGON ((");
        for &corner in ring.iter().chain(ring.first()) {
            let (longitude, latitude) = self.corners[corner];
            write!(text, "{longitude:.5} {latitude:.5}, ").expect("writing to a text cannot fail");
        }
        text.truncate(text.len() - 2);
        text.push_str("))");
        text
    }
}

/// The `count` hexagons of side 1 nearest the origin, and their corners.
fn hexagons(count: usize) -> (Vec<Cell>, Vec<Point>) {
    let reach = (count as f64).sqrt().ceil() as i32 + 2;
    // The origin is shifted a little, so that no two hexagons are equally far away.
    let origin = (0.13, 0.07);
    let mut centres: Vec<(f64, Point)> = Vec::new();
    for row in -reach..=reach {
        for column in -reach..=reach {
            let (column, row) = (f64::from(column), f64::from(row));
            let centre = (3f64.sqrt() * (column + row / 2.0), 1.5 * row);
            let distance = (centre.0 - origin.0).hypot(centre.1 - origin.1);
            centres.push((distance, centre));
        }
    }
    centres.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut corners: Vec<Point> = Vec::new();
    let mut known: BTreeMap<(i32, i32), usize> = BTreeMap::new();
    let cells = centres[..count]
        .iter()
        .map(|&(_, centre)| {
            let outline = std::array::from_fn(|side| {
                let angle = (30.0 + 60.0 * side as f64).to_radians();
                let corner = (centre.0 + angle.cos(), centre.1 + angle.sin());
                let place = (
                    (corner.0 / (3f64.sqrt() / 2.0)).round() as i32,
                    (corner.1 / 0.5).round() as i32,
                );
                *known.entry(place).or_insert_with(|| {
                    corners.push(corner);
                    corners.len() - 1
                })
            });
            Cell { centre, outline }
        })
        .collect();
    (cells, corners)
}

fn shift(corner: Point, draw: &mut Draw) -> Point {
    (
        corner.0 + draw.within(-JITTER, JITTER),
        corner.1 + draw.within(-JITTER, JITTER),
    )
}

/// From the plane of hexagons to degrees: a denser centre and a bent valley.
fn on_earth(corner: Point, radius: f64, plan: &UnitPlan) -> Point {
    let (x, y) = (corner.0 / radius, corner.1 / radius);
    let stretch = x.hypot(y).powf(CENTRE_POWER - 1.0);
    let (x, y) = (x * stretch, y * stretch);
    let y = y + RIVER_BEND * (2.2 * x).sin();
    let size = plan.share.powf(0.35);
    (
        round5(plan.centre.0 + HALF_AXES.0 * size * x),
        round5(plan.centre.1 + HALF_AXES.1 * size * y),
    )
}

/// About a metre.
fn round5(degrees: f64) -> f64 {
    (degrees * 1e5).round() / 1e5
}

pub(crate) fn mean(points: impl Iterator<Item = Point>) -> Point {
    let (mut sum, mut count) = ((0.0, 0.0), 0.0);
    for point in points {
        sum = (sum.0 + point.0, sum.1 + point.1);
        count += 1.0;
    }
    (round5(sum.0 / count), round5(sum.1 / count))
}

/// One district in the middle, the others as sectors around it.
fn grouped(cells: &[Cell], districts: usize, centre: Point) -> Vec<Vec<usize>> {
    let inner = cells.len() / districts;
    // Cells come nearest first.
    let mut around: Vec<usize> = (inner..cells.len()).collect();
    let angle = |cell: usize| {
        let (x, y) = cells[cell].centre;
        ((y - centre.1) / HALF_AXES.1).atan2((x - centre.0) / HALF_AXES.0)
    };
    around.sort_by(|&a, &b| angle(a).total_cmp(&angle(b)).then(a.cmp(&b)));
    let mut groups = vec![(0..inner).collect::<Vec<usize>>()];
    let sectors = districts - 1;
    for sector in 0..sectors {
        let from = around.len() * sector / sectors;
        let to = around.len() * (sector + 1) / sectors;
        groups.push(around[from..to].to_vec());
    }
    groups
}

fn touching(areas: &[Area]) -> Vec<(usize, usize)> {
    let mut sides: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut pairs = Vec::new();
    for (position, area) in areas.iter().enumerate() {
        for side in 0..6 {
            let (a, b) = (area.outline[side], area.outline[(side + 1) % 6]);
            if let Some(other) = sides.insert((a.min(b), a.max(b)), position) {
                pairs.push((other, position));
            }
        }
    }
    pairs.sort_unstable();
    pairs
}
