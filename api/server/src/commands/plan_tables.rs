//! Tables of a council pack as texts.

use disclosure::{Label, ReleasedTable};
use scenario::{Language, PackTable, ScenarioComparison, TOTAL_AREA};

/// Name of an area, the whole city included.
pub(super) fn area_name(area: &str, name: &str, german: bool) -> String {
    match (area == TOTAL_AREA, german) {
        (true, true) => "Gesamtstadt".to_owned(),
        (true, false) => "Whole city".to_owned(),
        (false, _) => name.to_owned(),
    }
}

/// A released table as texts; members of the second dimension stand in columns.
pub(super) fn released_table(table: &ReleasedTable, language: Language) -> PackTable {
    let german = language == Language::German;
    let pick = |label: &Label| {
        if german {
            label.de.clone()
        } else {
            label.en.clone()
        }
    };
    let dimensions = table.dimensions();
    let [rows, columns] = &dimensions[..] else {
        return PackTable {
            caption: pick(table.label()),
            columns: Vec::new(),
            rows: Vec::new(),
        };
    };
    let mut header = vec![pick(rows.label)];
    header.extend(columns.members.iter().map(|member| pick(member.label)));
    let body = rows.members.iter().map(|row| {
        let mut cells = vec![pick(row.label)];
        cells.extend(
            columns
                .members
                .iter()
                .map(|column| table.display(&[row.code, column.code]).unwrap_or_default()),
        );
        cells
    });
    PackTable {
        caption: pick(table.label()),
        columns: header,
        rows: body.collect(),
    }
}

/// Staffed places of every scenario where something changes.
pub(super) fn comparison_table(comparison: &ScenarioComparison, language: Language) -> PackTable {
    let german = language == Language::German;
    let first = if german {
        ["Gebiet", "Betreuungsart", "Stichtag", "ohne Maßnahmen"]
    } else {
        ["area", "care type", "date", "without measures"]
    };
    let mut columns: Vec<String> = first.map(str::to_owned).to_vec();
    for name in &comparison.scenarios {
        columns.push(name.clone());
        columns.push(if german {
            format!("{name}: Unterschied")
        } else {
            format!("{name}: difference")
        });
    }
    let rows = comparison.changed().map(|row| {
        let care = row.care_type;
        let mut cells = vec![
            area_name(&row.area, &row.area_name, german),
            if german {
                care.german()
            } else {
                care.english()
            }
            .to_owned(),
            row.date.to_string(),
            row.baseline.staffed.to_string(),
        ];
        for (number, side) in row.scenarios.iter().enumerate() {
            cells.push(side.staffed.to_string());
            cells.push(format!("{:+}", row.staffed_difference(number).unwrap_or(0)));
        }
        cells
    });
    PackTable {
        caption: if german {
            "Betreibbare Plätze je Szenario, wo sich etwas ändert"
        } else {
            "Staffed places by scenario, where something changes"
        }
        .to_owned(),
        columns,
        rows: rows.collect(),
    }
}
