//! Columns that leave as JSON rows, CSV, Arrow stream or Parquet.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use arrow::ipc::writer::StreamWriter;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use disclosure::ReleasedTable;
use serde_json::{Map, Value};
use tables::{ColumnValues, ColumnsError, write_columns};

use crate::negotiation::Format;
use crate::problem::Problem;

/// Values of one column; `None` is an empty field.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Values {
    Text(Vec<String>),
    Whole(Vec<Option<i64>>),
    Number(Vec<Option<f64>>),
}

/// A small table of named columns of equal length.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Sheet {
    columns: Vec<(String, Values)>,
    /// Facts that travel with an Arrow stream.
    facts: Vec<(&'static str, String)>,
}

impl Sheet {
    pub(crate) fn column(mut self, name: impl Into<String>, values: Values) -> Self {
        self.columns.push((name.into(), values));
        self
    }

    pub(crate) fn fact(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.facts.push((name, value.into()));
        self
    }

    /// Names and values.
    pub(crate) fn into_columns(self) -> Vec<(String, Values)> {
        self.columns
    }

    /// The cells of a released table: a column per dimension, `value`, `status`.
    pub(crate) fn of_released(table: &ReleasedTable) -> Self {
        let mut codes: Vec<Vec<String>> = vec![Vec::new(); table.dimensions().len()];
        let (mut values, mut status) = (Vec::new(), Vec::new());
        for cell in table.cells() {
            for (column, code) in codes.iter_mut().zip(&cell.coordinates) {
                column.push((*code).to_owned());
            }
            values.push(cell.value.and_then(|value| i64::try_from(value).ok()));
            status.push(cell.status.as_str().to_owned());
        }
        let mut sheet = Self::default();
        for (dimension, codes) in table.dimensions().iter().zip(codes) {
            sheet = sheet.column(dimension.code, Values::Text(codes));
        }
        let note = table.method_note();
        sheet
            .column("value", Values::Whole(values))
            .column("status", Values::Text(status))
            .fact("name", table.name())
            .fact("policy_version", table.policy().version())
            .fact("content_sha256", table.content_hash())
            .fact("method_note_de", note.de)
            .fact("method_note_en", note.en)
    }

    fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, values)| match values {
            Values::Text(texts) => texts.len(),
            Values::Whole(numbers) => numbers.len(),
            Values::Number(numbers) => numbers.len(),
        })
    }

    pub(crate) fn json_rows(&self) -> Vec<Value> {
        let field = |values: &Values, row: usize| match values {
            Values::Text(texts) => Value::from(texts[row].as_str()),
            Values::Whole(numbers) => Value::from(numbers[row]),
            Values::Number(numbers) => Value::from(numbers[row]),
        };
        (0..self.rows())
            .map(|row| {
                let fields = self.columns.iter();
                let fields = fields.map(|(name, values)| (name.clone(), field(values, row)));
                Value::Object(fields.collect::<Map<_, _>>())
            })
            .collect()
    }

    pub(crate) fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.columns.iter().map(|(name, _)| name))?;
        for row in 0..self.rows() {
            let fields = self.columns.iter().map(|(_, values)| match values {
                Values::Text(texts) => texts[row].clone(),
                Values::Whole(numbers) => numbers[row].map(|it| it.to_string()).unwrap_or_default(),
                Values::Number(numbers) => {
                    numbers[row].map(|it| it.to_string()).unwrap_or_default()
                }
            });
            writer.write_record(fields)?;
        }
        writer
            .into_inner()
            .map_err(|error| error.into_error().into())
    }

    pub(crate) fn arrow_stream(&self) -> Result<Vec<u8>, ArrowError> {
        let mut fields = Vec::new();
        let mut arrays: Vec<ArrayRef> = Vec::new();
        for (name, values) in &self.columns {
            let (kind, array, optional): (DataType, ArrayRef, bool) = match values {
                Values::Text(texts) => {
                    let array = StringArray::from_iter_values(texts);
                    (DataType::Utf8, Arc::new(array), false)
                }
                Values::Whole(numbers) => (
                    DataType::Int64,
                    Arc::new(Int64Array::from(numbers.clone())),
                    true,
                ),
                Values::Number(numbers) => (
                    DataType::Float64,
                    Arc::new(Float64Array::from(numbers.clone())),
                    true,
                ),
            };
            fields.push(Field::new(name, kind, optional));
            arrays.push(array);
        }
        let facts = self.facts.iter();
        let facts: HashMap<String, String> = facts
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        let schema = Arc::new(Schema::new_with_metadata(fields, facts));
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)?;
        let mut writer = StreamWriter::try_new(Vec::new(), &schema)?;
        writer.write(&batch)?;
        writer.finish()?;
        writer.into_inner()
    }

    pub(crate) fn parquet(&self) -> Result<Vec<u8>, ColumnsError> {
        let columns = self.columns.iter().map(|(name, values)| {
            let values = match values {
                Values::Text(texts) => {
                    ColumnValues::Text(texts.iter().map(|text| Some(text.clone())).collect())
                }
                Values::Whole(numbers) => ColumnValues::Whole(numbers.clone()),
                Values::Number(numbers) => ColumnValues::Number(numbers.clone()),
            };
            (name.as_str(), values)
        });
        let mut file = Vec::new();
        write_columns(columns.collect(), tables::Format::Parquet, &mut file)?;
        Ok(file)
    }

    /// The answer in a format; `json` is the document around the rows, `file` its name on disk.
    pub(crate) fn answer(
        &self,
        format: Format,
        file: &str,
        json: impl FnOnce(&Self) -> Value,
    ) -> Result<Response, Problem> {
        let body = match format {
            Format::Json => json(self).to_string().into_bytes(),
            Format::Csv => self.csv().map_err(|error| Problem::failed(&error))?,
            Format::Arrow => self
                .arrow_stream()
                .map_err(|error| Problem::failed(&error))?,
            Format::Parquet => self.parquet().map_err(|error| Problem::failed(&error))?,
        };
        Ok(answer(format, file, body))
    }
}

/// Bytes with their media type; everything but JSON is offered as a file.
pub(crate) fn answer(format: Format, file: &str, body: Vec<u8>) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(format.media_type()),
    );
    if format != Format::Json {
        let text = format!("attachment; filename=\"{file}.{}\"", format.word());
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(header::CONTENT_DISPOSITION, value);
        }
    }
    response
}
