//! Ordinary least squares of a few columns.

/// Coefficients with their standard errors.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fit {
    pub(crate) coefficients: Vec<f64>,
    /// Under equal variances.
    pub(crate) standard_errors: Vec<f64>,
    /// Under any variances and any dependence within a group (White 1980, Liang & Zeger 1986, with
    /// n/(n − k)).
    pub(crate) robust_errors: Vec<f64>,
    pub(crate) r_squared: f64,
}

/// Fits `target = rows · coefficients`; rows of the same group (numbered from 0) may depend on each
/// other. `None` if the columns depend on each other or there are no more rows than columns.
pub(crate) fn fit(rows: &[Vec<f64>], target: &[f64], groups: &[usize]) -> Option<Fit> {
    let columns = rows.first()?.len();
    if rows.len() <= columns {
        return None;
    }
    let mut normal = vec![vec![0.0; columns]; columns];
    let mut right = vec![0.0; columns];
    for (row, y) in rows.iter().zip(target) {
        for ((value, right), sums) in row.iter().zip(&mut right).zip(&mut normal) {
            *right += value * y;
            for (sum, other) in sums.iter_mut().zip(row) {
                *sum += value * other;
            }
        }
    }
    let inverse = inverted(normal)?;
    let times = |vector: &[f64]| -> Vec<f64> {
        inverse
            .iter()
            .map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
            .collect()
    };
    let coefficients = times(&right);
    let residual = |row: &Vec<f64>, y: f64| -> f64 {
        y - row
            .iter()
            .zip(&coefficients)
            .map(|(a, b)| a * b)
            .sum::<f64>()
    };
    let residuals: Vec<f64> = rows
        .iter()
        .zip(target)
        .map(|(row, y)| residual(row, *y))
        .collect();
    let freedom = (rows.len() - columns) as f64;
    let squares: f64 = residuals.iter().map(|e| e * e).sum();
    let mean = target.iter().sum::<f64>() / target.len() as f64;
    let total: f64 = target.iter().map(|y| (y - mean).powi(2)).sum();
    let mut by_group = vec![vec![0.0; columns]; groups.iter().max().map_or(0, |last| last + 1)];
    for ((row, e), group) in rows.iter().zip(&residuals).zip(groups) {
        for (sum, lever) in by_group[*group].iter_mut().zip(times(row)) {
            *sum += lever * e;
        }
    }
    let mut robust = vec![0.0; columns];
    for sums in &by_group {
        for (square, sum) in robust.iter_mut().zip(sums) {
            *square += sum * sum;
        }
    }
    let scale = rows.len() as f64 / freedom;
    Some(Fit {
        standard_errors: (0..columns)
            .map(|i| (inverse[i][i] * squares / freedom).sqrt())
            .collect(),
        robust_errors: robust.iter().map(|sum| (sum * scale).sqrt()).collect(),
        r_squared: if total > 0.0 {
            1.0 - squares / total
        } else {
            1.0
        },
        coefficients,
    })
}

/// Gauss-Jordan with row exchange; `None` for a matrix that cannot be inverted.
fn inverted(mut matrix: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    let size = matrix.len();
    for (i, row) in matrix.iter_mut().enumerate() {
        row.extend((0..size).map(|j| f64::from(u8::from(i == j))));
    }
    for column in 0..size {
        let largest = matrix
            .iter()
            .map(|row| row[column].abs())
            .fold(0.0, f64::max);
        let pivot = (column..size).max_by(|a, b| {
            matrix[*a][column]
                .abs()
                .total_cmp(&matrix[*b][column].abs())
        })?;
        if matrix[pivot][column].abs() <= 1e-12 * largest.max(1e-300) {
            return None;
        }
        matrix.swap(column, pivot);
        let leading = matrix[column][column];
        for value in &mut matrix[column] {
            *value /= leading;
        }
        let row = matrix[column].clone();
        for (place, other) in matrix.iter_mut().enumerate() {
            let factor = other[column];
            if place != column && factor != 0.0 {
                for (value, from) in other.iter_mut().zip(&row) {
                    *value -= factor * from;
                }
            }
        }
    }
    let inverse: Vec<Vec<f64>> = matrix.into_iter().map(|row| row[size..].to_vec()).collect();
    inverse
        .iter()
        .flatten()
        .all(|value| value.is_finite() && value.abs() < 1e15)
        .then_some(inverse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_through_four_points_is_that_of_the_textbook() {
        let rows: Vec<Vec<f64>> = [1.0, 2.0, 3.0, 4.0].iter().map(|x| vec![1.0, *x]).collect();
        let fit = fit(&rows, &[2.0, 4.0, 5.0, 4.0], &[0, 1, 2, 3]).unwrap();
        // slope 0.7, intercept 2, residual sum of squares 2.3, variance 1.15, Sxx 5
        assert!((fit.coefficients[0] - 2.0).abs() < 1e-12);
        assert!((fit.coefficients[1] - 0.7).abs() < 1e-12);
        assert!((fit.standard_errors[1] - (1.15_f64 / 5.0).sqrt()).abs() < 1e-12);
        assert!((fit.r_squared - (1.0 - 2.3 / 4.75)).abs() < 1e-12);
    }

    #[test]
    fn columns_that_depend_on_each_other_are_refused() {
        let rows: Vec<Vec<f64>> = (0..9)
            .map(|x| vec![1.0, f64::from(x), f64::from(2 * x)])
            .collect();
        assert_eq!(fit(&rows, &[1.0; 9], &[0; 9]), None);
        assert_eq!(fit(&rows[..2], &[1.0; 2], &[0; 2]), None);
    }
}
