//! The staffing requirement and cost publications: nothing about single persons.

use reporting::{check_costs, read_costs, staffing_requirement, write_costs, write_staffing};

use super::extracts::{create, tell};
use super::inputs::{Run, city_of, failed, read_parameters};
use super::{CostArguments, ExtractArguments};
use crate::commands::Context;
use crate::failure::Failure;
use crate::files::{OutputFolder, name, open};
use crate::summary::Summary;

/// Computes and writes the staffing requirement.
pub(super) async fn staffing(
    arguments: &ExtractArguments,
    context: &Context,
) -> Result<Summary, Failure> {
    let run = Run::of(arguments)?;
    let city = city_of(arguments, context).await?;
    let requirement = staffing_requirement(&city, run.reference, run.known_on, &run.parameters)
        .map_err(failed)?;
    let mut output = OutputFolder::new(&arguments.out)?;
    let open = &mut |file: &str| create(&output, file);
    let manifest = write_staffing(&requirement, &run.parameters, open)?;
    let mut summary = Summary::default();
    let total = requirement.total();
    summary.line(format!(
        "Staffing requirement on {} as known on {}: {} full-time staff ({total}).",
        run.reference,
        run.known_on,
        total.decimals(4)
    ));
    summary.value("full_time", total.decimals(4))?;
    summary.value("full_time_exact", total.to_string())?;
    tell(
        &run,
        Vec::new(),
        &[("csv", manifest)],
        &mut output,
        &mut summary,
    )?;
    output.publish()?;
    summary.line(format!("It is in {}.", arguments.out.display()));
    Ok(summary)
}

/// Checks a cost publication.
pub(super) fn costs(arguments: &CostArguments) -> Result<Summary, Failure> {
    let parameters = read_parameters(arguments.parameters.as_deref())?;
    let publication = read_costs(
        arguments.year,
        &name(&arguments.costs),
        open(&arguments.costs)?,
    )
    .map_err(Failure::Input)?;
    let findings = check_costs(&publication, &parameters);
    let mut output = OutputFolder::new(&arguments.out)?;
    let open = &mut |file: &str| create(&output, file);
    let manifest = write_costs(&publication, &parameters, open)?;
    let mut summary = Summary::default();
    summary.line(format!(
        "Cost publication of {}: {} kinds of care.",
        arguments.year,
        publication.rows.len()
    ));
    for finding in &findings {
        let (rule, weight) = (finding.rule.key(), finding.severity.letter());
        summary.line(format!("{rule} {weight} {}", finding.text.english));
    }
    let day = jiff::civil::date(arguments.year.clamp(1, 9999), 12, 31);
    let run = Run {
        parameters,
        ..Run::plain(domain::ReferenceDate::new(day), day)
    };
    tell(
        &run,
        findings,
        &[("csv", manifest)],
        &mut output,
        &mut summary,
    )?;
    output.publish()?;
    summary.line(format!("It is in {}.", arguments.out.display()));
    Ok(summary)
}
