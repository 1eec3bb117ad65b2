//! The template: which columns, what they hold, in both languages.

/// Version of the template; a file of another version is refused.
pub const TEMPLATE_VERSION: u32 = 1;

/// A column of the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Column {
    /// Name in the header.
    pub name: &'static str,
    /// Whether every row fills it.
    pub is_required: bool,
    /// What it holds and how it is written, English.
    pub description: &'static str,
    /// What it holds and how it is written, German.
    pub description_de: &'static str,
    /// A value as an example.
    pub example: &'static str,
}

const fn column(
    name: &'static str,
    is_required: bool,
    example: &'static str,
    description: &'static str,
    description_de: &'static str,
) -> Column {
    Column {
        name,
        is_required,
        description,
        description_de,
        example,
    }
}

/// The columns, in the order of the template.
#[rustfmt::skip] // one column per three lines: read as a table
pub const COLUMNS: &[Column] = &[
    column("provider_key", true, "V-2024-017",
        "The provider's key of the contract; a row with a known key corrects it or changes nothing",
        "Schlüssel des Vertrags beim Träger; eine Zeile mit bekanntem Schlüssel berichtigt oder ändert nichts"),
    column("child_id", false, "",
        "The pseudonym, where the child is known to the portal",
        "Pseudonym, falls das Kind im Portal bekannt ist"),
    column("household_id", false, "H-0815",
        "Household; siblings share one",
        "Haushalt; Geschwister teilen einen"),
    column("birth_date", true, "2023-05-20",
        "Date of birth, YYYY-MM-DD",
        "Geburtsdatum, JJJJ-MM-TT"),
    column("sex", true, "female",
        "Entry in the register of births: male, female, divers or none",
        "Eintrag im Geburtenregister: male, female, divers oder none"),
    column("area", true, "21",
        "Home area, the smallest",
        "Wohngebiet, das kleinste"),
    column("municipality", true, "14612000",
        "Municipality key (AGS) of residence",
        "Gemeindeschlüssel (AGS) des Wohnorts"),
    column("single_custodian", true, "no",
        "One custodian: yes or no",
        "Alleinerziehend: yes oder no"),
    column("custodians_working", true, "yes",
        "All custodians work, study or look for work: yes or no",
        "Alle Personensorgeberechtigten arbeiten, lernen oder suchen Arbeit: yes oder no"),
    column("inclusion_place", true, "no",
        "Needs an inclusion place: yes or no",
        "Integrationsplatz: yes oder no"),
    column("school_class", false, "",
        "Class attended, 1 to 13; empty before school",
        "Besuchte Klasse, 1 bis 13; leer vor der Schule"),
    column("facility_id", true, "K-0012",
        "The facility",
        "Einrichtung"),
    column("care_type", true, "kindergarten",
        "childminding, nursery, kindergarten or after_school",
        "childminding (Tagespflege), nursery (Krippe), kindergarten oder after_school (Hort)"),
    column("daily_hours", true, "9",
        "Hours a day in quarter hours, for example 4.5",
        "Stunden am Tag in Viertelstunden, zum Beispiel 4.5"),
    column("days_per_week", true, "5",
        "Days a week, 1 to 7",
        "Tage in der Woche, 1 bis 7"),
    column("lunch", true, "yes",
        "Takes lunch: yes or no",
        "Mittagessen: yes oder no"),
    column("valid_from", true, "2026-08-01",
        "First day of care, YYYY-MM-DD",
        "Erster Betreuungstag, JJJJ-MM-TT"),
    column("valid_to", false, "",
        "Last day of care; empty for the expected end",
        "Letzter Betreuungstag; leer für das voraussichtliche Ende"),
];

/// The template as a file: the header and a row of examples.
#[must_use]
pub fn template() -> String {
    let line = |of: fn(&Column) -> &'static str| {
        let cells: Vec<&str> = COLUMNS.iter().map(of).collect();
        cells.join(",")
    };
    let header = line(|column| column.name);
    let example = line(|column| column.example);
    format!("{header}\n{example}\n")
}
