//! `placewright plan` with `[optimise]` in the scenario: which facilities close and open.

use std::io::Read as _;
use std::path::Path;

use jiff::civil::Date;
use scenario::{
    ChosenFacility, ClosureChecker, ClosurePlan, ClosureProblem, ClosureStatus, DemandTable,
    Language, PlanRequest, ScenarioError, ScenarioSpec,
};
use sha2::{Digest as _, Sha256};
use tables::City;
use tables::Format;
use tables::schema::TableName;

use crate::failure::Failure;
use crate::files::{OutputFolder, open};
use crate::summary::Summary;

/// Where the input stands, for its hash.
pub(crate) struct Input<'a> {
    /// The scenario file as it was read.
    pub(crate) text: &'a str,
    /// Its name.
    pub(crate) file: &'a str,
    /// The folder of the city.
    pub(crate) city: &'a Path,
}

/// Plans closures if the scenario asks for them, and has the plan checked.
///
/// A scenario that no set of closures can meet is refused with the constraints that clash.
pub(crate) fn planned(
    city: &City,
    spec: &ScenarioSpec,
    known_on: Date,
    demand: &DemandTable,
    input: &Input<'_>,
) -> Result<Option<ClosurePlan>, Failure> {
    let failed = |error: ScenarioError| match error {
        ScenarioError::Input(problems) => Failure::Input(problems),
        other => Failure::Run(other.into()),
    };
    let request = PlanRequest::new(known_on);
    let Some(problem) = ClosureProblem::of(city, spec, &request, demand).map_err(failed)? else {
        return Ok(None);
    };
    let plan = problem.solve(&hash(input, known_on)?).map_err(failed)?;
    if let Err(faults) = ClosureChecker.check(&plan) {
        let first = faults.first().map(ToString::to_string).unwrap_or_default();
        return Err(Failure::Run(anyhow::anyhow!(
            "the checker found {} faults in the closure plan, so nothing was written; please report this: {first}",
            faults.len()
        )));
    }
    if let Some(refusal) = plan.refusal(input.file) {
        return Err(Failure::Input(vec![refusal]));
    }
    Ok(Some(plan))
}

/// SHA-256 of the scenario file, the day of knowledge and every table of the city.
fn hash(input: &Input<'_>, known_on: Date) -> Result<String, Failure> {
    let mut hash = Sha256::new();
    hash.update(input.text.as_bytes());
    hash.update(known_on.to_string().as_bytes());
    for table in TableName::ALL {
        for format in Format::ALL {
            let path = input.city.join(format!("{table}.{}", format.extension()));
            if !path.exists() {
                continue;
            }
            hash.update(table.to_string().as_bytes());
            let mut file = open(&path)?;
            let mut block = vec![0; 1 << 16];
            loop {
                let read = file.read(&mut block)?;
                if read == 0 {
                    break;
                }
                hash.update(&block[..read]);
            }
        }
    }
    let bytes = hash.finalize();
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The plan in sentences and for programs.
pub(crate) fn tell(plan: &ClosurePlan, summary: &mut Summary) -> Result<(), Failure> {
    for set in &plan.sets {
        let proof = match set.status {
            ClosureStatus::Proven => "no set left is better (proven)".to_owned(),
            _ => format!(
                "a limit ended the search; no set left is better than {:.2}, a gap of {:.2} %",
                set.bound,
                100.0 * set.gap
            ),
        };
        summary.line(format!(
            "Set {}: {}; cost {:+.0} EUR, points {}; {proof}.",
            set.rank,
            ChosenFacility::worded(&set.chosen),
            set.cost,
            set.points
        ));
    }
    if plan.complete {
        summary.line("No other set meets all constraints.");
    }
    for set in &plan.ruled_out {
        let reasons: Vec<String> = set
            .broken
            .iter()
            .map(|value| value.worded(Language::English))
            .collect();
        summary.line(format!(
            "Ruled out: {}; cost {:+.0} EUR: {}.",
            ChosenFacility::worded(&set.chosen),
            set.cost,
            reasons.join("; ")
        ));
    }
    summary.line(format!(
        "Solver: {}; input SHA-256 {}.",
        plan.solver, plan.input_sha256
    ));
    summary.value("closure_plan", plan)?;
    Ok(())
}

/// Writes the plan and the table of its sets.
pub(crate) fn write(plan: &ClosurePlan, output: &mut OutputFolder) -> anyhow::Result<()> {
    output.write("closure_plan.json", |to| {
        serde_json::to_writer_pretty(to, plan)
    })?;
    output.write("closure_sets.csv", |to| plan.write_csv(to))
}
