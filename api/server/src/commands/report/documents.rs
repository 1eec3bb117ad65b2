//! DatML files as input.

use std::path::{Path, PathBuf};

use domain::InputProblem;
use reporting::datml::{
    DatmlError, Fault, read_response, read_xml, validate_raw, validate_response,
};

use crate::failure::Failure;
use crate::files::name;
use crate::summary::Summary;

/// Largest file read, in bytes.
const MOST_BYTES: u64 = 512 * 1024 * 1024;

fn text_of(path: &Path) -> Result<String, Failure> {
    let size = std::fs::metadata(path).map_err(|error| Failure::open(path, &error))?;
    if size.len() > MOST_BYTES {
        return Err(Failure::argument(
            "E8001",
            &path.display().to_string(),
            "the file is larger than 512 MiB",
            "give one document per facility",
        ));
    }
    std::fs::read_to_string(path).map_err(|error| Failure::open(path, &error))
}

/// A fault as a problem of the file.
fn problem(path: &Path, fault: &Fault) -> InputProblem {
    let text = format!("{}: {}", fault.position, fault.problem);
    InputProblem::new(fault.code, &name(path), text)
        .remedy("have the document written again by its sender")
}

fn refused(path: &Path, error: DatmlError) -> Vec<InputProblem> {
    match error {
        DatmlError::Faults(faults) => faults.iter().map(|fault| problem(path, fault)).collect(),
        DatmlError::Xml(error) => {
            let text = format!("{} (at byte {})", error.problem, error.position);
            let problem = InputProblem::new("E6140", &name(path), text);
            vec![problem.remedy("have the document written again by its sender")]
        }
    }
}

/// Checks deliveries and receipts; every fault of every file is told.
pub(super) fn validate(files: &[PathBuf]) -> Result<Summary, Failure> {
    let mut problems = Vec::new();
    let mut summary = Summary::default();
    for path in files {
        let text = text_of(path)?;
        let is_response = read_xml(&text).is_ok_and(|it| it.root.name == "DatML-RES-D");
        let checked = if is_response {
            validate_response(&text)
        } else {
            validate_raw(&text)
        };
        match checked {
            Ok(faults) => problems.extend(faults.iter().map(|fault| problem(path, fault))),
            Err(error) => problems.extend(refused(path, error.into())),
        }
        let kind = if is_response { "receipt" } else { "delivery" };
        summary.line(format!("{}: a valid {kind}.", path.display()));
    }
    if !problems.is_empty() {
        return Err(Failure::Input(problems));
    }
    summary.value("valid", files.len())?;
    Ok(summary)
}

/// Tells what receipts say; a faulty delivery makes the command end with 1.
pub(super) fn read(files: &[PathBuf]) -> Result<Summary, Failure> {
    let mut summary = Summary::default();
    let mut told = Vec::new();
    for path in files {
        let text = text_of(path)?;
        let response =
            read_response(&text).map_err(|error| Failure::Input(refused(path, error)))?;
        let status = response.document.status.as_str();
        summary.line(format!(
            "{}: {status}, checked: {}.",
            path.display(),
            response.level_in_words()
        ));
        let mut faults = Vec::new();
        for fault in &response.document.faults {
            let part = |text: &Option<String>| text.clone().unwrap_or_default();
            let position = fault.position.clone().unwrap_or_default();
            summary.line(format!(
                "  {} {} {} {}: {}",
                part(&fault.key),
                part(&fault.weight),
                position.1,
                part(&fault.feature),
                part(&fault.text)
            ));
            faults.push(serde_json::json!({
                "key": fault.key,
                "weight": fault.weight,
                "text": fault.text,
                "position": { "format": position.0, "at": position.1 },
                "feature": fault.feature,
            }));
        }
        let parts = response.parts.iter();
        let parts: serde_json::Map<_, _> = parts
            .map(|part| (part.part.clone(), part.status.as_str().into()))
            .collect();
        told.push(serde_json::json!({
            "file": path.display().to_string(),
            "sound": response.is_sound(),
            "status": status,
            "level": response.level,
            "parts": parts,
            "faults": faults,
        }));
        if !response.is_sound() {
            summary.not_passed();
        }
    }
    summary.value("responses", told)?;
    Ok(summary)
}
