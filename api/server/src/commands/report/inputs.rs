//! What a report is drawn from.

use std::io::Read;
use std::path::Path;

use domain::ReferenceDate;
use jiff::civil::Date;
use reporting::{
    ExtractError, ParameterError, Parameters, RegisterName, RegisterSource, Registers,
};
use tables::City;

use super::{ExtractArguments, Form};
use crate::commands::Context;
use crate::failure::Failure;
use crate::files::{name, open, read_city};
use crate::stored_city;

/// Everything a report needs besides the city.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) reference: ReferenceDate,
    pub(crate) known_on: Date,
    pub(crate) compare: Option<Date>,
    pub(crate) previous_year: bool,
    pub(crate) registers: Registers,
    pub(crate) parameters: Parameters,
    pub(crate) forms: Vec<Form>,
}

impl Run {
    /// A report with the shipped parameters, as CSV.
    pub(crate) fn plain(reference: ReferenceDate, known_on: Date) -> Self {
        Self {
            reference,
            known_on,
            compare: None,
            previous_year: false,
            registers: Registers::none(),
            parameters: Parameters::shipped().clone(),
            forms: vec![Form::Csv],
        }
    }

    /// As the arguments say.
    pub(super) fn of(arguments: &ExtractArguments) -> Result<Self, Failure> {
        let registers = arguments.registers.as_deref();
        Ok(Self {
            reference: ReferenceDate::new(arguments.reference_date),
            known_on: arguments.known_on.unwrap_or(arguments.reference_date),
            compare: arguments.compare,
            previous_year: arguments.previous_year,
            registers: registers.map_or_else(|| Ok(Registers::none()), read_registers)?,
            parameters: read_parameters(arguments.parameters.as_deref())?,
            forms: arguments.format.clone(),
        })
    }
}

/// The city of a directory or database.
pub(super) async fn city_of(
    arguments: &ExtractArguments,
    context: &Context,
) -> Result<City, Failure> {
    match (&arguments.city, &arguments.database) {
        (Some(folder), _) => read_city(folder, &context.progress),
        (None, Some(database)) => stored_city::read_existing(database).await,
        (None, None) => Err(Failure::argument(
            "E8002",
            "--city",
            "no city was given",
            "give a folder with --city or a database with --database",
        )),
    }
}

/// The registers of a folder; a folder with none of them is a mistake.
pub(crate) fn read_registers(folder: &Path) -> Result<Registers, Failure> {
    let mut files = Vec::new();
    for register in RegisterName::ALL {
        let path = folder.join(format!("{}.csv", register.as_str()));
        if path.exists() {
            files.push((register, name(&path), open(&path)?));
        }
    }
    if files.is_empty() {
        let names: Vec<&str> = RegisterName::ALL.iter().map(|it| it.as_str()).collect();
        return Err(Failure::argument(
            "E8001",
            &folder.display().to_string(),
            "the folder holds no register",
            &format!("registers are named {} with .csv", names.join(", ")),
        ));
    }
    let mut sources: Vec<RegisterSource<'_>> = files
        .iter_mut()
        .map(|(register, name, file)| (*register, name.clone(), file as &mut dyn Read))
        .collect();
    Registers::none().with(&mut sources).map_err(Failure::Input)
}

/// The parameters of a file, or the shipped ones.
pub(super) fn read_parameters(path: Option<&Path>) -> Result<Parameters, Failure> {
    let Some(path) = path else {
        return Ok(Parameters::shipped().clone());
    };
    let mut text = String::new();
    open(path)?
        .read_to_string(&mut text)
        .map_err(|error| Failure::open(path, &error))?;
    Parameters::from_toml(&text).map_err(|error| {
        let code = match error {
            ParameterError::Form { .. } => "E6150",
            ParameterError::Value { .. } => "E6151",
        };
        let message = error.to_string();
        let message = message.trim_start_matches(code).trim_start().to_owned();
        let remedy = "compare with engine/reporting/parameters.toml";
        Failure::argument(code, &path.display().to_string(), message, remedy)
    })
}

/// An extract that could not be drawn: rows of registers are bad input, the rest fails the run.
pub(super) fn failed(error: ExtractError) -> Failure {
    match error {
        ExtractError::Registers { problems } => Failure::Input(problems),
        other => other.into(),
    }
}
