//! The figures behind the synthetic city, each with its source or marked as an assumption.
//!
//! Source keys such as D1 are resolved in `SOURCES.md`. Counts are those of Dresden (scale 1).

/// Live births of a calendar year: known years, straight lines between them.
///
/// 2007, 2012 official (D5); 2022, 2023 press citing the city, 2023 being two thirds of 2018 (D3);
/// 2025 press citing the city. The other years are assumptions.
pub const BIRTHS: [(i32, f64); 14] = [
    (1994, 3000.0),
    (2000, 4200.0),
    (2007, 5252.0),
    (2012, 6007.0),
    (2014, 6230.0),
    (2016, 6450.0),
    (2018, 6402.0),
    (2020, 6000.0),
    (2021, 5780.0),
    (2022, 4740.0),
    (2023, 4268.0),
    (2024, 4060.0),
    (2025, 3890.0),
    (2026, 3850.0),
];

/// Births of a year, read off [`BIRTHS`]; constant before and after.
#[must_use]
pub fn births(year: i32) -> f64 {
    interpolated(&BIRTHS, year)
}

/// Places for children up to school by needs plan, by start of the Kita year [D1, D2, D3].
///
/// 2023/24, 2024/25 and March 2026 (2025/26) are published; 2022 and from 2026 on are assumptions.
pub const PLACES_TO_SCHOOL: [(i32, f64); 6] = [
    (2022, 32_900.0),
    (2023, 32_580.0),
    (2024, 32_170.0),
    (2025, 31_027.0),
    (2026, 30_300.0),
    (2027, 30_000.0),
];

/// Places occupied by children up to school on 1 March 2026 (D1).
pub const OCCUPIED_TO_SCHOOL_MARCH_2026: i32 = 25_269;

/// After-school places: the 56,000 places of all kinds (D16) less those to school (derived).
pub const AFTER_SCHOOL_PLACES: [(i32, f64); 6] = [
    (2022, 24_500.0),
    (2023, 24_700.0),
    (2024, 24_900.0),
    (2025, 24_973.0),
    (2026, 25_000.0),
    (2027, 25_000.0),
];

/// Linear interpolation over years, constant outside.
pub(crate) fn interpolated(points: &[(i32, f64)], year: i32) -> f64 {
    let after = points.partition_point(|&(known, _)| known < year);
    match (
        after.checked_sub(1).map(|before| points[before]),
        points.get(after),
    ) {
        (None, Some(&(_, value))) | (Some((_, value)), None) => value,
        (Some((year_0, value_0)), Some(&(year_1, value_1))) => {
            value_0 + (value_1 - value_0) * f64::from(year - year_0) / f64::from(year_1 - year_0)
        }
        (None, None) => 0.0,
    }
}

/// Kitas in the needs plan, without pure after-school centres (10/2022) (D7).
pub const KITAS: f64 = 295.0;
/// After-school centres (74 to 80) [D11, D16].
pub const AFTER_SCHOOL_CENTRES: f64 = 75.0;
/// Childminder sites ever in the list (345 in 10/2022) (D7).
pub const CHILDMINDER_SITES: f64 = 345.0;
/// Share of childminder sites that closed in 2024 (34 of about 350) (D17).
pub const CHILDMINDER_SITES_CLOSED_2024: f64 = 0.098;
/// Share of childminder sites with five places; the others have four (4.55 each in 2015) (D11).
pub const FIVE_PLACES_SHARE: f64 = 0.62;
/// Share of the after-school places that combined Kitas hold (derived from [D11, D16]).
pub const AFTER_SCHOOL_IN_KITAS: f64 = 0.30;
/// Independent providers (assumption).
pub const INDEPENDENT_PROVIDERS: f64 = 80.0;
/// Childminding agencies (assumption).
pub const CHILDMINDING_AGENCIES: f64 = 3.0;
/// Share of Kitas that independent providers run (assumption; 170 of 288 in 2015 (D11)).
pub const INDEPENDENT_KITAS: f64 = 0.60;
/// Share of after-school centres that independent providers run (23 of 74 in 2015) (D11).
pub const INDEPENDENT_AFTER_SCHOOL: f64 = 0.31;
/// Neighbourhoods (D14).
pub const NEIGHBOURHOODS: f64 = 64.0;
/// Districts (D14).
pub const DISTRICTS: f64 = 10.0;
/// Members of staff (2018) (D16).
pub const STAFF: f64 = 6200.0;

/// Share of births still in the city as children of age 0 at the end of the year (assumption).
pub const PRESENT_AT_AGE_0: f64 = 0.985;
/// Factor from one age to the next below school age: 5,914 six-year-olds of 2022 came from some
/// 6,450 births of 2016 (derived from forecast_history).
pub const STAY_BELOW_SCHOOL_AGE: f64 = 0.9885;
/// Factor from one age to the next at school age (assumption).
pub const STAY_AT_SCHOOL_AGE: f64 = 0.996;

/// Share of children whose care began by an age in months: steps of a distribution function.
///
/// Set so that the shares in care follow the Saxon uptake: 2.3 % under one, 77.1 % from one to
/// under three, 96.8 % from three to under six, 97.7 % at five (X2).
pub const STARTED_BY_MONTH: [(i32, f64); 14] = [
    (4, 0.0),
    (8, 0.030),
    (11, 0.075),
    (12, 0.155),
    (13, 0.430),
    (15, 0.590),
    (18, 0.720),
    (21, 0.785),
    (24, 0.842),
    (30, 0.910),
    (36, 0.957),
    (42, 0.975),
    (48, 0.984),
    (60, 0.990),
];

/// Share of starts below two and a half years at a childminder (wish 13 to 16 % (D19); set so that
/// the places of (D17) are used).
pub const CHILDMINDING_SHARE: f64 = 0.24;

/// Chance that a natural start month is moved: month, target month, probability.
///
/// Sends 35 % of the starts to August and September with dips in July and December (assumption,
/// D17 tells the direction).
pub const SEASONAL_MOVES: [(i32, i32, f64); 11] = [
    (4, 8, 0.22),
    (5, 8, 0.32),
    (6, 8, 0.36),
    (6, 9, 0.16),
    (7, 8, 0.48),
    (7, 9, 0.18),
    (10, 9, 0.38),
    (11, 9, 0.26),
    (12, 11, 0.14),
    (12, 13, 0.22),
    (12, 14, 0.20),
];

/// Daily hours and their share before school (assumption; keeps 36 and more hours a week near 88 %) (D20).
pub const HOURS_BEFORE_SCHOOL: [(f64, f64); 7] = [
    (4.5, 0.03),
    (6.0, 0.05),
    (7.0, 0.04),
    (8.0, 0.06),
    (9.0, 0.72),
    (10.0, 0.08),
    (11.0, 0.02),
];
/// Daily hours and their share in after-school care (6 h is the Saxon base (D20); shares assumed).
pub const HOURS_AFTER_SCHOOL: [(f64, f64); 2] = [(5.0, 0.15), (6.0, 0.85)];
/// Share contracted for five days a week (X2).
pub const FIVE_DAYS: f64 = 0.999;
/// Share with lunch before school (X2).
pub const LUNCH_BEFORE_SCHOOL: f64 = 0.990;
/// Share with lunch in after-school care (X2).
pub const LUNCH_AFTER_SCHOOL: f64 = 0.789;

/// Share of children put back a year at school entry (Saxony 2022/23) (L9).
pub const SCHOOL_DEFERRAL: f64 = 0.0927;
/// Share of children born 1 July to 30 September who enter early: 1.2 % of all regular entries (L9).
pub const EARLY_ENTRY_OF_SUMMER_BORN: f64 = 0.048;
/// Share of first-graders in after-school care; with the shares leaving after class 1, 2 and 3 this
/// gives 90 % of primary pupils (D18) (split by class assumed).
pub const AFTER_SCHOOL_START: f64 = 0.972;
/// Share of after-school children leaving after class 1, 2 and 3 (assumption).
pub const AFTER_SCHOOL_LEAVE: [f64; 3] = [0.02, 0.06, 0.15];

/// Share of contracts that are corrected after they were recorded (assumption).
pub const CORRECTED_CONTRACTS: f64 = 0.012;
/// Share of Kita contracts that end with a move to another Kita (assumption).
pub const TRANSFERS: f64 = 0.05;
/// Share of Kita contracts that end because the family leaves the city (assumption).
pub const LEAVERS: f64 = 0.02;
/// Most wishes a family may state (D6).
pub const MOST_WISHES: usize = 5;
/// Shares of families with one, two, ... wishes (assumption).
pub const WISHES: [f64; MOST_WISHES] = [0.14, 0.17, 0.21, 0.20, 0.28];
/// Rank of the wish a family got: over 70 % the first (D19), the rest assumed.
pub const RANK_GOT: [f64; MOST_WISHES] = [0.72, 0.14, 0.07, 0.04, 0.03];
/// Days a family has to answer an offer (facilities had 14 days per step in the old process) (D8).
pub const REPLY_DAYS: i32 = 14;
/// Municipality key of the city.
pub const MUNICIPALITY: i32 = 14_612_000;
/// Keys of places around it, for non-resident children.
pub const AROUND: [i32; 5] = [14_625_060, 14_627_140, 14_627_210, 14_628_110, 14_628_270];
/// Share of households that live outside the municipality (assumption, K29).
pub const NON_RESIDENT: f64 = 0.025;
/// Share of children with an inclusion place (assumption).
pub const INCLUSION: f64 = 0.03;
/// Share of children with a parent of foreign origin (assumption).
pub const FOREIGN_ORIGIN: f64 = 0.19;
