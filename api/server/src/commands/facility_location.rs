//! `placewright plan --facility-location`: the best facilities of an instance of the OR-Library.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use scenario::{
    FacilityPlan, PlanOptions, check_facility_plan, plan_facilities, read_facility_instance,
};
use sha2::{Digest as _, Sha256};

use super::Context;
use crate::failure::Failure;
use crate::files::{OutputFolder, name, open};
use crate::summary::Summary;

/// Options of facility location.
#[derive(Debug, clap::Args)]
pub(crate) struct FacilityArguments {
    /// Plan this instance (capacitated format of the OR-Library) in place of a scenario.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["scenario", "city", "known_on"])]
    facility_location: Option<PathBuf>,
    /// Capacity of every facility; replaces what the file says.
    #[arg(long, value_name = "N", requires = "facility_location")]
    capacity: Option<f64>,
    /// Proven relative gap that is good enough; 0 asks for the optimum.
    #[arg(long, default_value_t = 0.0, requires = "facility_location")]
    gap: f64,
    /// Most nodes of a branch and bound run.
    #[arg(long, value_name = "NODES", requires = "facility_location")]
    node_limit: Option<u32>,
    /// Most seconds of a branch and bound run; such a plan need not repeat on another machine.
    #[arg(long, value_name = "S", requires = "facility_location")]
    time_limit: Option<f64>,
}

/// Runs the command.
pub(crate) fn run(
    arguments: &FacilityArguments,
    out: Option<&Path>,
    context: &Context,
) -> Result<Summary, Failure> {
    let Some(path) = &arguments.facility_location else {
        return Err(Failure::Run(anyhow::anyhow!(
            "neither a scenario nor an instance was given"
        )));
    };
    let mut bytes = Vec::new();
    open(path)?
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::open(path, &error))?;
    let file = name(path);
    let hash: String = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    // A byte that is no text becomes a word that is no number, which the reader reports with its line.
    let text = String::from_utf8_lossy(&bytes);
    let instance =
        read_facility_instance(&text, &file, arguments.capacity).map_err(Failure::Input)?;
    let options = PlanOptions {
        gap: sound(arguments.gap, "--gap")?,
        node_limit: arguments.node_limit,
        time_limit_seconds: arguments
            .time_limit
            .map(|seconds| sound(seconds, "--time-limit"))
            .transpose()?,
        capacity: arguments.capacity,
    };
    let bar = context.progress.working("planning");
    let plan = plan_facilities(&instance, &file, &hash, &options).map_err(Failure::Input)?;
    bar.done();
    if let Err(fault) = check_facility_plan(&instance, &plan) {
        let message =
            "the checker found a fault in the plan, so nothing was written; please report this";
        return Err(Failure::Run(anyhow::anyhow!("{message}: {fault}")));
    }
    let mut summary = told(&plan, &file)?;
    if let Some(out) = out {
        write(&plan, out)?;
        summary.line(format!("The plan is in {}.", out.display()));
    }
    Ok(summary)
}

fn sound(value: f64, what: &str) -> Result<f64, Failure> {
    if value.is_finite() && value >= 0.0 {
        return Ok(value);
    }
    let message = format!("{value} is out of range");
    Err(Failure::argument(
        "E4133",
        what,
        message,
        "give a number of 0 or more",
    ))
}

fn told(plan: &FacilityPlan, file: &str) -> Result<Summary, Failure> {
    let mut summary = Summary::default();
    summary.line(format!(
        "{file}: {} of {} facilities open for {} customers and cost {:.3}.",
        plan.open_facilities.len(),
        plan.facilities,
        plan.customers,
        plan.objective
    ));
    summary.line(match plan.status {
        "proven" if plan.options.gap == 0.0 => "No plan costs less (proven).".to_owned(),
        "proven" => format!(
            "The gap asked for is proven: no plan costs less than {:.3}.",
            plan.bound
        ),
        _ => format!(
            "A limit ended the search: no plan costs less than {:.3}, {:.4} % below this one.",
            plan.bound,
            100.0 * plan.gap
        ),
    });
    let numbers: Vec<String> = plan
        .open_facilities
        .iter()
        .map(ToString::to_string)
        .collect();
    summary.line(format!("Open: {}.", numbers.join(", ")));
    summary.line(format!(
        "Solver: {}; input SHA-256 {}.",
        plan.solver, plan.input_sha256
    ));
    summary.value("plan", plan)?;
    for (name, value) in [
        ("objective", plan.objective),
        ("bound", plan.bound),
        ("gap", plan.gap),
    ] {
        summary.value(name, value)?;
    }
    summary.value("status", plan.status)?;
    summary.value("open_facilities", &plan.open_facilities)?;
    Ok(summary)
}

fn write(plan: &FacilityPlan, out: &Path) -> Result<(), Failure> {
    let mut output = OutputFolder::new(out)?;
    output.write("plan.json", |to| serde_json::to_writer_pretty(to, plan))?;
    output.write("flows.csv", |to| {
        let mut rows = csv::Writer::from_writer(to);
        for flow in &plan.flows {
            rows.serialize(flow)?;
        }
        rows.flush().map_err(csv::Error::from)
    })?;
    output.publish()?;
    Ok(())
}
