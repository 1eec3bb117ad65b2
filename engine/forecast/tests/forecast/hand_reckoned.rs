//! The formulas of the method, written a second time and without the crate's own code.

use forecast::{Areas, Births, forecast};

use crate::tables::{Rows, flat, request};

/// Children of two areas by year and age 0 and 1.
const COUNTS: [[[f64; 2]; 5]; 2] = [
    [
        [89.0, 90.0],
        [82.0, 111.0],
        [97.0, 112.0],
        [88.0, 103.0],
        [108.0, 107.0],
    ],
    [
        [57.0, 52.0],
        [52.0, 41.0],
        [43.0, 59.0],
        [42.0, 49.0],
        [34.0, 27.0],
    ],
];

/// Shrunk factors of two units by the formulas of the method sheet.
fn factors(expected: [&[f64]; 2], observed: [&[f64]; 2]) -> [f64; 2] {
    let years = expected[0].len();
    let w: Vec<f64> = (0..years)
        .map(|t| 0.9_f64.powf((years - 1 - t) as f64))
        .collect();
    let sum = |f: &dyn Fn(usize) -> f64| (0..years).map(f).sum::<f64>();
    let we = [0, 1].map(|i| sum(&|t| w[t] * expected[i][t]));
    let f = [0, 1].map(|i| sum(&|t| w[t] * observed[i][t]) / we[i]);
    let phi_of = |i: usize| {
        sum(&|t| (observed[i][t] - f[i] * expected[i][t]).powi(2) / expected[i][t])
            / (years - 1) as f64
    };
    let phi = f64::midpoint(phi_of(0), phi_of(1));
    let v = [0, 1].map(|i| phi * sum(&|t| w[t] * w[t] * expected[i][t]) / we[i].powi(2));
    let excess = [0, 1].map(|i| we[i] * ((f[i] - 1.0).powi(2) - v[i]));
    let tau2 = ((excess[0] + excess[1]) / (we[0] + we[1])).max(0.0);
    [0, 1].map(|i| 1.0 + tau2 / (tau2 + v[i]) * (f[i] - 1.0))
}

/// The cohort forecast `[area][age]` one year after `years` years.
fn cohort(years: usize) -> [[f64; 2]; 2] {
    let n = |i: usize, t: usize, x: usize| COUNTS[i][t][x];
    let city = |t: usize, x: usize| n(0, t, x) + n(1, t, x);
    let ts: Vec<usize> = (1..years).collect();
    let rho = |t: usize| city(t, 1) / city(t - 1, 0);
    let weight = |t: usize| 0.7_f64.powf((years - 1 - t) as f64);
    let mean = ts.iter().map(|t| weight(*t) * rho(*t)).sum::<f64>()
        / ts.iter().map(|t| weight(*t)).sum::<f64>();
    let aged = |i: usize| {
        ts.iter()
            .map(|t| n(i, t - 1, 0) * rho(*t))
            .collect::<Vec<f64>>()
    };
    let of_age = |i: usize, x: usize| ts.iter().map(|t| n(i, *t, x)).collect::<Vec<f64>>();
    let ratio = factors([&aged(0), &aged(1)], [&of_age(0, 1), &of_age(1, 1)]);

    let young = |i: usize, t: usize| n(i, t, 0) + n(i, t, 1);
    let born = |i: usize| {
        let share = |t: usize| young(i, t - 1) / (young(0, t - 1) + young(1, t - 1));
        ts.iter()
            .map(|t| city(*t, 0) * share(*t))
            .collect::<Vec<f64>>()
    };
    let birth = factors([&born(0), &born(1)], [&of_age(0, 0), &of_age(1, 0)]);
    let (mut level, mut trend) = (city(0, 0).ln(), 0.0);
    for t in 1..years {
        let next = 0.8 * city(t, 0).ln() + 0.2 * (level + 0.85 * trend);
        trend = 0.4 * (next - level) + 0.6 * 0.85 * trend;
        level = next;
    }
    let newborns = (level + 0.85 * trend).exp();
    let exposed = [0, 1].map(|i| birth[i] * young(i, years - 1));
    [0, 1].map(|i| {
        let entered = newborns * exposed[i] / (exposed[0] + exposed[1]);
        [entered, mean * ratio[i] * n(i, years - 1, 0)]
    })
}

/// The forecast of both ages together, mixed with the smoothed share by weight `w`.
fn mixed(years: usize, w: f64) -> [f64; 2] {
    let cohort = cohort(years).map(|ages| ages[0] + ages[1]);
    let of_year = |i: usize, t: usize| {
        0.75_f64.powf((years - 1 - t) as f64) * (COUNTS[i][t][0] + COUNTS[i][t][1])
    };
    let now = [0, 1].map(|i| (0..years).map(|t| of_year(i, t)).sum::<f64>());
    [0, 1].map(|i| (1.0 - w) * cohort[i] + w * (cohort[0] + cohort[1]) * now[i] / (now[0] + now[1]))
}

#[test]
fn point_forecasts_equal_the_written_formulas() {
    let loss = |w: f64| -> f64 {
        let of_origin = |years: usize| {
            let forecast = mixed(years, w);
            let outcome = |i: usize| COUNTS[i][years][0] + COUNTS[i][years][1];
            (forecast[0] - outcome(0)).abs() + (forecast[1] - outcome(1)).abs()
        };
        of_origin(3) + of_origin(4)
    };
    let best = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
        .into_iter()
        .min_by(|one, other| loss(*one).total_cmp(&loss(*other)))
        .unwrap();
    assert!(
        best > 0.0,
        "the example must exercise the mixing, best weight {best}"
    );
    let rows = Rows::new(&["a", "b"], 2020, 5, &["0", "1"], |i, t, x| COUNTS[i][t][x]);
    let found = flat(&rows, 1, "ALL=0-1");
    let (cohort, mixed) = (cohort(5), mixed(5, best));
    for (area, code) in ["a", "b"].into_iter().enumerate() {
        let sum = cohort[area][0] + cohort[area][1];
        for (age, label) in ["0", "1"].into_iter().enumerate() {
            let expected = cohort[area][age] * mixed[area] / sum;
            let mean = found.fan(code, label).unwrap()[0].mean;
            assert!(
                (mean - expected).abs() < 1e-6,
                "{code} {label}: {mean} {expected}"
            );
        }
        let all = found.fan(code, "ALL").unwrap()[0].mean;
        assert!((all - mixed[area]).abs() < 2e-6);
    }
}

#[test]
fn steady_ratios_are_carried_on_in_each_area() {
    // Three-year-olds are always 110 % of a's two-year-olds and 90 % of b's; a had 120 of age 2 last.
    let rows = Rows::new(&["a", "b"], 2020, 6, &["2", "3"], |area, year, age| {
        let two = if area == 0 && year == 5 { 120.0 } else { 100.0 };
        if age == 0 { two } else { [110.0, 90.0][area] }
    });
    let found = flat(&rows, 1, "");
    assert!((found.fan("a", "3").unwrap()[0].mean - 132.0).abs() < 1e-6);
    assert!((found.fan("b", "3").unwrap()[0].mean - 90.0).abs() < 1e-6);
}

#[test]
fn known_births_of_the_last_year_give_the_newborns_of_the_next() {
    // Reference date 1 January: age 0 is 95 % of the births of the year before.
    let births = [400.0, 440.0, 380.0, 420.0, 460.0, 300.0, 500.0];
    let rows = Rows::new(&["a", "b"], 2019, 7, &["0", "1"], |area, year, age| {
        let born = births[year.saturating_sub(1)];
        [0.25, 0.75][area] * if age == 0 { 0.95 * born } else { 400.0 }
    });
    let mut table = String::from("area,year,births\n");
    for (year, born) in (2019..).zip(births) {
        table += &format!("_total,{year},{born}\n");
    }
    let births = Births::read(table.as_bytes(), "births.csv").unwrap();
    // 2019 has no earlier births and its ratio is not used.
    let found = forecast(
        &rows.population(),
        Some(&births),
        &Areas::flat(),
        &request(2, ""),
    )
    .unwrap();
    let fan = found.fan("_total", "0").unwrap();
    assert!((fan[0].mean - 0.95 * 500.0).abs() < 1e-3, "{}", fan[0].mean);
    let without = flat(&rows, 2, "");
    assert!((without.fan("_total", "0").unwrap()[0].mean - fan[0].mean).abs() > 10.0);
}

#[test]
fn an_area_that_had_nobody_follows_the_ratio_of_its_parent() {
    let rows = Rows::new(
        &["a", "b", "new"],
        2018,
        8,
        &["0", "1", "2"],
        |area, year, age| {
            if area == 2 {
                return if year == 7 && age == 0 { 50.0 } else { 0.0 };
            }
            [100.0, 100.0][area] * 1.2_f64.powi(age as i32)
        },
    );
    let found = flat(&rows, 1, "");
    let fan = found.fan("new", "1").unwrap();
    assert!(fan[0].mean > 10.0 && fan[0].mean < 61.0, "{}", fan[0].mean);
}

#[test]
fn a_year_left_out_does_not_enter_the_ratios() {
    // Two-year-olds stay at 100; the three-year-olds are 110 % of them but 150 % in 2023.
    let rows = Rows::new(&["a", "b"], 2018, 8, &["2", "3"], |_, year, age| {
        match (age, year) {
            (0, _) => 100.0,
            (_, 5) => 150.0,
            _ => 110.0,
        }
    });
    let mean = |excluded: &[i32]| {
        let mut request = request(1, "");
        request.excluded_years = excluded.to_vec();
        forecast(&rows.population(), None, &Areas::flat(), &request)
            .map(|found| found.fan("a", "3").unwrap()[0].mean)
    };
    assert!((mean(&[2023]).unwrap() - 110.0).abs() < 1e-6);
    assert!(mean(&[]).unwrap() > 115.0);
    let all: Vec<i32> = (2018..=2024).collect();
    let refusal = mean(&all).unwrap_err().to_string();
    assert!(
        refusal.contains("leaves 1 of the last eight steps"),
        "{refusal}"
    );
}
