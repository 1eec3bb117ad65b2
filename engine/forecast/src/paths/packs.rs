//! Age classes in packs of four, which a processor works on at once.
//!
//! A row of classes is padded with zeros to whole packs. What is worked out for the padding is never
//! looked at.

use super::latent::Loading;
use super::shape::Shape;

/// Classes in a pack.
pub(crate) const LANES: usize = 4;

/// Four classes beside each other.
pub(crate) type Pack = [f32; LANES];

/// Packs of a row of `classes`.
pub(crate) const fn packs_of(classes: usize) -> usize {
    classes.div_ceil(LANES)
}

/// Rows of `classes` values as rows of packs.
pub(crate) fn packed(values: impl Iterator<Item = f32>, classes: usize) -> Vec<Pack> {
    let mut packs: Vec<Pack> = Vec::new();
    for (place, value) in values.enumerate() {
        let lane = place % classes % LANES;
        if lane == 0 {
            packs.push([0.0; LANES]);
        }
        if let Some(pack) = packs.last_mut() {
            pack[lane] = value;
        }
    }
    packs
}

/// The loadings of the lowest areas, in the order year, pack.
#[derive(Debug, Default)]
pub(crate) struct PackedLoadings {
    packs: Vec<[Pack; 5]>,
    /// In the order year, class.
    cohorts: Vec<usize>,
}

impl PackedLoadings {
    /// `loadings` stand in the order year, class.
    pub(crate) fn new(loadings: &[Loading], classes: usize) -> Self {
        let of = |value: fn(&Loading) -> f32| packed(loadings.iter().map(value), classes);
        let births = of(|it| it.births);
        let (moves, noise) = (of(|it| it.moves), of(|it| it.noise));
        let (kept, fresh) = (of(|it| it.kept), of(|it| it.fresh));
        Self {
            packs: (0..births.len())
                .map(|at| [births[at], moves[at], noise[at], kept[at], fresh[at]])
                .collect(),
            cohorts: loadings.iter().map(|it| it.cohort).collect(),
        }
    }

    /// Births, moves, noise, noise kept and fresh noise of a year, pack by pack.
    #[inline]
    pub(crate) fn year(&self, year: usize, classes: usize) -> &[[Pack; 5]] {
        let packs = packs_of(classes);
        &self.packs[year * packs..(year + 1) * packs]
    }

    /// The years the cohorts of a year were born in, class by class.
    #[inline]
    pub(crate) fn cohorts(&self, year: usize, classes: usize) -> &[usize] {
        &self.cohorts[year * classes..(year + 1) * classes]
    }
}

/// The same shape in every lane, or another in each.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PackedShape {
    lanes: [Pack; 5],
}

impl PackedShape {
    /// Up to four shapes beside each other.
    pub(crate) fn of(shapes: &[Shape]) -> Self {
        let mut lanes = [[0.0; LANES]; 5];
        for (lane, shape) in shapes.iter().take(LANES).enumerate() {
            for (part, value) in lanes.iter_mut().zip(shape.parts()) {
                part[lane] = value;
            }
        }
        Self { lanes }
    }

    /// The deviations at the draws `z`, as [`Shape::at`] has them.
    #[inline]
    pub(crate) fn at(&self, z: Pack) -> Pack {
        let [centre, below, above, far_below, far_above] = &self.lanes;
        std::array::from_fn(|lane| {
            Shape::deviation(
                [
                    centre[lane],
                    below[lane],
                    above[lane],
                    far_below[lane],
                    far_above[lane],
                ],
                z[lane],
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_padded_with_zeros() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0];
        let packs = packed(values.into_iter(), 5);
        let rows = [
            [1.0, 2.0, 3.0, 4.0],
            [5.0, 0.0, 0.0, 0.0],
            [6.0, 7.0, 8.0, 9.0],
            [10.0, 0.0, 0.0, 0.0],
        ];
        assert_eq!(packs, rows);
        assert_eq!(packs_of(5), 2);
    }

    #[test]
    fn packed_shapes_are_the_shapes_beside_each_other() {
        let shapes: Vec<Shape> = (1..=3)
            .map(|size| Shape::through([-3.0, -1.0, 0.2, 1.5, 4.0], f64::from(size)))
            .collect();
        let packed = PackedShape::of(&shapes);
        for z in [-2.5_f32, -0.3, 0.0, 1.0, 3.0] {
            let beside = packed.at([z; LANES]);
            for (shape, deviation) in shapes.iter().zip(beside) {
                assert_eq!(shape.at(z).to_bits(), deviation.to_bits());
            }
            assert_eq!(beside[3].to_bits(), 0.0_f32.to_bits());
        }
    }
}
