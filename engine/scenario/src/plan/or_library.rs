//! Facility location in the capacitated format of the OR-Library (J. E. Beasley).
//!
//! `m n`, then `capacity fixed_cost` for each of the `m` facilities, then for each of the `n`
//! customers its demand and `m` costs of serving **all** of it from each facility. Line breaks mean
//! nothing. Some files hold a word such as `capacity` in place of the capacities: one number given by
//! the caller then stands for all of them.

use domain::InputProblem;

use crate::codes;

/// Facilities times customers that may be read.
const MOST_COSTS: usize = 20_000_000;

/// Problems listed before reading stops.
const MOST_PROBLEMS: usize = 50;

/// Facilities, customers and what they cost.
#[derive(Debug, Clone, PartialEq)]
pub struct FacilityInstance {
    /// Demand each facility can serve (≥ 0).
    pub capacities: Vec<f64>,
    /// Cost of opening each facility (≥ 0).
    pub fixed_costs: Vec<f64>,
    /// Demand of each customer (> 0); several facilities may share it.
    pub demands: Vec<f64>,
    /// Cost of serving all of a customer's demand, at `customer * facilities + facility` (≥ 0).
    pub total_costs: Vec<f64>,
}

/// Reads an instance; `capacity` replaces every capacity of the file.
///
/// # Errors
/// Every problem found, with its line: words that are no numbers, numbers out of range, an end too
/// early or too late, capacities that cannot hold the demand.
///
/// ```
/// let text = "2 1\n capacity 10. \n capacity 4 \n 5 \n 1.5 2";
/// let instance = scenario::read_facility_instance(text, "two.txt", Some(8.0)).unwrap();
/// assert_eq!(instance.capacities, [8.0, 8.0]);
/// assert_eq!(instance.total_costs, [1.5, 2.0]);
///
/// let problems = scenario::read_facility_instance(text, "two.txt", None).unwrap_err();
/// assert_eq!(problems[0].code, "E4132");
/// ```
pub fn read_facility_instance(
    text: &str,
    file: &str,
    capacity: Option<f64>,
) -> Result<FacilityInstance, Vec<InputProblem>> {
    if let Some(given) = capacity.filter(|given| !given.is_finite() || *given < 0.0) {
        let problem = InputProblem::new(
            codes::NUMBER_OUT_OF_RANGE,
            "--capacity",
            format!("{given} is no capacity"),
        );
        return Err(vec![problem.remedy("give a number of 0 or more")]);
    }
    let mut reader = Reader::new(text, file);
    let facilities = reader.count("facilities");
    let customers = reader.count("customers");
    let (Some(facilities), Some(customers)) = (facilities, customers) else {
        return Err(reader.problems);
    };
    if facilities.saturating_mul(customers) > MOST_COSTS {
        reader.report(InputProblem::new(
            codes::INSTANCE_TOO_LARGE,
            file,
            format!("{facilities} facilities and {customers} customers have more than {MOST_COSTS} costs"),
        ).remedy("plan a smaller area, or join customers"));
        return Err(reader.problems);
    }
    let mut instance = FacilityInstance {
        capacities: Vec::new(),
        fixed_costs: Vec::new(),
        demands: Vec::new(),
        total_costs: Vec::new(),
    };
    for _ in 0..facilities {
        let places = reader.capacity(capacity);
        instance.capacities.push(places);
        let cost = reader.number("fixed_cost", false);
        instance.fixed_costs.push(cost);
        if reader.is_over() {
            return Err(reader.problems);
        }
    }
    for _ in 0..customers {
        let demand = reader.number("demand", true);
        instance.demands.push(demand);
        for _ in 0..facilities {
            let cost = reader.number("cost", false);
            instance.total_costs.push(cost);
            if reader.is_over() {
                return Err(reader.problems);
            }
        }
    }
    reader.expect_end();
    reader.finish(instance)
}

struct Reader<'a> {
    words: std::vec::IntoIter<(u64, &'a str)>,
    file: &'a str,
    last_line: u64,
    problems: Vec<InputProblem>,
    has_ended: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, file: &'a str) -> Self {
        let lines = text.lines().zip(1..);
        let words: Vec<(u64, &str)> = lines
            .flat_map(|(line, number)| line.split_whitespace().map(move |word| (number, word)))
            .collect();
        Self {
            last_line: words.last().map_or(1, |(line, _)| *line),
            words: words.into_iter(),
            file,
            problems: Vec::new(),
            has_ended: false,
        }
    }

    fn report(&mut self, problem: InputProblem) {
        self.problems.push(problem);
    }

    fn is_over(&self) -> bool {
        self.has_ended || self.problems.len() >= MOST_PROBLEMS
    }

    fn next(&mut self, column: &'static str) -> Option<(u64, &'a str)> {
        let word = self.words.next();
        if word.is_none() && !self.has_ended {
            self.has_ended = true;
            let problem = InputProblem::new(
                codes::INSTANCE_INCOMPLETE,
                self.file,
                "the file ends before all facilities and customers are read",
            );
            let problem = problem.at(self.last_line, column, "");
            self.report(
                problem.remedy("send the whole file, and check the two counts at its beginning"),
            );
        }
        word
    }

    fn count(&mut self, column: &'static str) -> Option<usize> {
        let (line, word) = self.next(column)?;
        match word.parse::<f64>() {
            Ok(count) if count.fract() == 0.0 && (1.0..=1e9).contains(&count) => {
                Some(count as usize)
            }
            Ok(_) => {
                self.out_of_range(line, column, word, "a whole number from 1");
                None
            }
            Err(_) => {
                self.no_number(line, column, word);
                None
            }
        }
    }

    /// A number; 0 where there is none, which has been reported.
    fn number(&mut self, column: &'static str, is_positive: bool) -> f64 {
        let Some((line, word)) = self.next(column) else {
            return 0.0;
        };
        match word.parse::<f64>() {
            Ok(value) if value.is_finite() && (value > 0.0 || (value == 0.0 && !is_positive)) => {
                value
            }
            Ok(_) if is_positive => {
                self.out_of_range(line, column, word, "a number above 0");
                0.0
            }
            Ok(_) => {
                self.out_of_range(line, column, word, "a number of 0 or more");
                0.0
            }
            Err(_) => {
                self.no_number(line, column, word);
                0.0
            }
        }
    }

    fn capacity(&mut self, given: Option<f64>) -> f64 {
        let Some(given) = given else {
            let is_word = |word: &&(u64, &str)| word.1.parse::<f64>().is_err();
            if let Some(&(line, word)) = self.words.as_slice().first().filter(is_word) {
                self.words.next();
                let problem = InputProblem::new(
                    codes::CAPACITY_NOT_GIVEN,
                    self.file,
                    "a word stands for the capacity",
                );
                let problem = problem.at(line, "capacity", word);
                self.report(problem.remedy("give the capacity of all facilities with --capacity"));
                return 0.0;
            }
            return self.number("capacity", false);
        };
        self.next("capacity").map_or(0.0, |_| given)
    }

    fn no_number(&mut self, line: u64, column: &'static str, word: &str) {
        let problem = InputProblem::new(codes::NOT_A_NUMBER, self.file, "this is no number");
        self.report(
            problem
                .at(line, column, shortened(word))
                .remedy("write it as 12 or 12.5"),
        );
    }

    fn out_of_range(&mut self, line: u64, column: &'static str, word: &str, range: &str) {
        let problem = InputProblem::new(
            codes::NUMBER_OUT_OF_RANGE,
            self.file,
            format!("{range} is needed"),
        );
        self.report(
            problem
                .at(line, column, shortened(word))
                .remedy("correct the number"),
        );
    }

    fn expect_end(&mut self) {
        if let Some((line, word)) = self.words.next() {
            let left = self.words.len() + 1;
            let problem = InputProblem::new(
                codes::INSTANCE_TOO_LONG,
                self.file,
                format!("{left} words follow after the last cost"),
            );
            let problem = problem.at(line, "cost", shortened(word));
            self.report(problem.remedy("check the two counts at the beginning of the file"));
        }
    }

    fn finish(mut self, instance: FacilityInstance) -> Result<FacilityInstance, Vec<InputProblem>> {
        let held: f64 = instance.capacities.iter().sum();
        let wanted: f64 = instance.demands.iter().sum();
        let is_finite = held.is_finite() && wanted.is_finite();
        if self.problems.is_empty() && (!is_finite || held < wanted * (1.0 - 1e-12)) {
            let problem = InputProblem::new(
                codes::CAPACITY_TOO_SMALL,
                self.file,
                format!("all facilities together hold {held}, the customers want {wanted}"),
            );
            self.report(problem.remedy("give a larger --capacity, or more facilities"));
        }
        if self.problems.is_empty() {
            Ok(instance)
        } else {
            Err(self.problems)
        }
    }
}

/// A word as a message can show it.
fn shortened(word: &str) -> String {
    word.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::read_facility_instance;

    fn codes(text: &str, capacity: Option<f64>) -> Vec<&'static str> {
        let problems = read_facility_instance(text, "file.txt", capacity).unwrap_err();
        problems.iter().map(|problem| problem.code).collect()
    }

    #[test]
    fn every_kind_of_garbage_has_its_number_and_its_line() {
        assert_eq!(codes("", None), ["E4130"]);
        assert_eq!(codes("2", None), ["E4130"]);
        assert_eq!(codes("1 1 10 5 3", None), ["E4130"]);
        assert_eq!(codes("1 1 10 5 3 x", None), ["E4131"]);
        assert_eq!(codes("x 1", None), ["E4131",]);
        assert_eq!(codes("0 1", None), ["E4133"]);
        assert_eq!(codes("1.5 1", None), ["E4133"]);
        assert_eq!(codes("-1 1", None), ["E4133"]);
        assert_eq!(codes("1 1 10 -5 3 4", None), ["E4133"]);
        assert_eq!(codes("1 1 10 5 0 4", None), ["E4133"]);
        assert_eq!(codes("1 1 10 nan 3 4", None), ["E4133"]);
        assert_eq!(codes("1 1 10 1e999 3 4", None), ["E4133"]);
        assert_eq!(codes("1 1 capacity 5 3 4", None), ["E4132"]);
        assert_eq!(codes("1 1 10 5 3 4 9", None), ["E4134"]);
        assert_eq!(codes("1 1 2 5 3 4", None), ["E4135"]);
        assert_eq!(codes("1 1 10 5 3 4", Some(2.0)), ["E4135"]);
        assert_eq!(codes("1 1 10 5 3 4", Some(f64::NAN)), ["E4133"]);
        assert_eq!(codes("100000 100000", None), ["E4136"]);
        let problems = read_facility_instance("1 1\n10 a\n-3\n4", "file.txt", None).unwrap_err();
        let places: Vec<_> = problems
            .iter()
            .map(|it| (it.row, it.column.as_deref()))
            .collect();
        assert_eq!(
            places,
            [(Some(2), Some("fixed_cost")), (Some(3), Some("demand"))]
        );
    }

    #[test]
    fn a_given_capacity_replaces_every_capacity_numbers_included() {
        let instance =
            read_facility_instance("2 1 capacity 1 7 1 3 4 5", "file.txt", Some(6.0)).unwrap();
        assert_eq!(instance.capacities, [6.0, 6.0]);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "([0-9.eE+-]{0,6}[ \n]|capacity |\\PC{0,3} ){0,40}", given in proptest::option::of(any::<f64>())) {
            let read = read_facility_instance(&text, "file.txt", given);
            if let Err(problems) = read {
                prop_assert!(!problems.is_empty());
                prop_assert!(problems.iter().all(|problem| problem.code.starts_with("E413")));
            }
        }
    }
}
