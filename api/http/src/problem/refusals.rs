//! Refusals of the procedure and failures of the store as problems.

use domain::InputProblem;
use domain::procedure::{Refusal, RefusalClass};
use matching::DeviationReason;
use serde_json::{Value, json};
use store::{PerformError, StoreError};

use super::{Kind, Problem};
use crate::analysis::{AnalysisError, faults};

/// Name of a refusal, German title, English title.
#[rustfmt::skip] // one line per name: read as a table
const TITLES: &[(&str, &str, &str)] = &[
    ("not-found", "Das gibt es hier nicht", "There is no such page or resource"),
    ("already-known", "Diesen Schlüssel gibt es schon", "Something with this key exists"),
    ("consent-missing", "Es fehlt die Einwilligung in die automatische Abmeldung", "The consent to automatic withdrawal is missing"),
    ("consent-needed", "Die Einwilligung wird noch gebraucht", "The consent is still needed"),
    ("too-many-applications", "Zu viele Anmeldungen", "Too many applications"),
    ("already-applied", "Das Kind ist dort schon angemeldet", "The child has applied there already"),
    ("rank-taken", "Der Rang ist vergeben oder nicht erlaubt", "The rank is taken or not allowed"),
    ("no-wishes", "Es fehlt ein Wunsch", "A wish is missing"),
    ("date-in-the-past", "Ein Tag liegt in der Vergangenheit", "A day lies in the past"),
    ("date-in-the-future", "Ein Tag liegt in der Zukunft", "A day lies in the future"),
    ("dates-in-the-wrong-order", "Zwei Tage stehen in der falschen Reihenfolge", "Two days are in the wrong order"),
    ("reply-too-long", "Die Frist zur Antwort ist zu lang", "The time to answer is too long"),
    ("age-does-not-fit", "Das Alter passt nicht zur Betreuungsart", "The age does not fit the care type"),
    ("facility-not-available", "Die Einrichtung nimmt keine Anmeldungen an", "The facility takes no applications"),
    ("no-place-free", "Es ist kein Platz frei", "No place is free"),
    ("application-not-open", "Die Anmeldung ist nicht mehr offen", "The application is no longer open"),
    ("offer-outstanding", "Für diese Anmeldung steht schon ein Angebot aus", "An offer is outstanding for this application"),
    ("offer-not-open", "Das Angebot wartet nicht mehr auf Antwort", "The offer no longer waits for an answer"),
    ("offer-expired", "Die Frist des Angebots ist abgelaufen", "The offer has expired"),
    ("offer-already-confirmed", "Die Familie hat schon ein anderes Angebot bestätigt", "The family has already confirmed another offer"),
    ("contract-exists", "Für diese Zeit gibt es schon einen Vertrag", "There is a contract for this time already"),
    ("contract-ended", "Der Vertrag ist beendet", "The contract has ended"),
    ("value-not-allowed", "Ein Wert ist nicht erlaubt", "A value is not allowed"),
    ("reason-missing", "Es fehlt ein Grund", "A reason code is missing"),
    ("catalogue-not-in-force", "Eine andere Fassung des Kriterienkatalogs gilt", "Another version of the criteria catalogue is in force"),
    ("catalogue-version-taken", "Diese Fassung des Kriterienkatalogs gibt es schon mit anderem Inhalt", "This version of the criteria catalogue exists with another content"),
    ("catalogue-not-after", "Der Kriterienkatalog beginnt nicht nach dem neuesten", "The criteria catalogue does not begin after the newest one"),
    ("override-reason-missing", "Es fehlt der Grund der Abweichung vom Vorschlag", "The reason for leaving the suggestion is missing"),
    ("not-the-same-applications", "Die Liste enthält andere Anmeldungen", "The list holds other applications"),
    ("nothing-to-change", "Es ist schon so", "It is already so"),
    ("import-refused", "Die Datei hat Fehler; es wurde nichts übernommen", "The file has errors; nothing was taken in"),
    ("human-needed", "Das muss ein Mensch tun", "A person has to do this"),
    ("import-deadline-passed", "Der Termin für die Bestandsdaten ist vorbei", "The date for loading existing children has passed"),
];

impl Kind {
    /// The kind of a refusal, under its own name and number.
    pub(crate) fn of_refusal(refusal: &Refusal) -> Self {
        let status = match refusal.class() {
            RefusalClass::NotFound => 404,
            RefusalClass::Invalid => 422,
            RefusalClass::Conflict => 409,
        };
        let name = refusal.name();
        let titles = TITLES.iter().find(|(known, _, _)| *known == name);
        let titles = titles.map_or((name, name), |(_, german, english)| (*german, *english));
        Self::refused(status, refusal.code(), name, titles)
    }
}

/// Wrong rows as members of a problem: place, number, what is wrong and what to do, never a value.
pub(crate) fn errors_of(problems: &[InputProblem]) -> Value {
    let errors = problems.iter().map(|problem| {
        json!({
            "row": problem.row,
            "column": problem.column,
            "code": problem.code,
            "message": problem.message,
            "remedy": problem.remedy,
        })
    });
    Value::Array(errors.collect())
}

/// What a round was held back for, by the number of the engine.
fn fault_name(code: &str) -> &'static str {
    match code {
        "E2180" => "siblings_separated",
        "E2181" => "does_not_fit",
        "E2182" => "promise_broken",
        "E2183" => "not_feasible",
        _ => "not_stable",
    }
}

impl Problem {
    /// An import with wrong rows.
    pub(crate) fn import_refused(mut problems: Vec<InputProblem>) -> Self {
        problems.sort_by(|one, other| {
            let place = |problem: &InputProblem| (problem.row, problem.column.clone());
            place(one).cmp(&place(other))
        });
        let detail = Refusal::Import {
            problems: problems.clone(),
        };
        Self::new(Kind::IMPORT_REFUSED, detail.to_string()).with("errors", errors_of(&problems))
    }
}

impl Problem {
    /// Wrong rows of something other than an import: all of them, none with its value.
    pub(crate) fn rows_refused(kind: Kind, problems: &[InputProblem]) -> Self {
        let detail = format!("{} errors; each is named with its row", problems.len());
        Self::new(kind, detail).with("errors", errors_of(problems))
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Import { problems } => Self::import_refused(problems),
            refusal @ Refusal::OverrideReasonMissing { .. } => {
                let codes: Vec<&str> = DeviationReason::all().map(DeviationReason::code).collect();
                let kind = Kind::of_refusal(&refusal);
                Self::field(kind, "override_reason", refusal.to_string())
                    .with("allowed", codes.into())
            }
            refusal => Self::new(Kind::of_refusal(&refusal), refusal.to_string()),
        }
    }
}

/// The cause stays in the log: it may name what only the operator may know.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(code = error.code(), %error, "the store failed");
        match error {
            StoreError::Open { .. } | StoreError::Transaction { .. } => {
                Self::new(Kind::STORE_UNAVAILABLE, "")
            }
            StoreError::KeyReused => Self::new(Kind::KEY_REUSED, ""),
            _ => Self::new(Kind::SERVER_FAILED, ""),
        }
    }
}

/// What is asked for is named; what failed inside stays in the log.
impl From<AnalysisError> for Problem {
    fn from(error: AnalysisError) -> Self {
        let text = error.to_string();
        if error.is_unknown() {
            return Self::new(Kind::UNKNOWN_NAME.with_code(error.code()), text);
        }
        if error.is_out_of_range() {
            return Self::new(Kind::WRONG_VALUE.with_code(error.code()), text);
        }
        tracing::error!(code = error.code(), %error, "an analysis failed");
        if let AnalysisError::NotPublishable { refusals } = &error {
            let counts = faults(refusals).into_iter();
            let counts = counts.map(
                |(code, count)| json!({"code": code, "fault": fault_name(code), "count": count}),
            );
            return Self::new(Kind::ROUND_HELD_BACK, text).with("faults", counts.collect());
        }
        Self::new(Kind::SERVER_FAILED.with_code(error.code()), "")
    }
}

impl From<PerformError> for Problem {
    fn from(error: PerformError) -> Self {
        let text = error.to_string();
        match error {
            PerformError::Refused(refusal) => refusal.into(),
            PerformError::KeyReused { .. } => Self::new(Kind::KEY_REUSED, text),
            PerformError::RevisionChanged { found, .. } => {
                Self::new(Kind::REVISION_CHANGED, text).with("revision", found.into())
            }
            PerformError::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use charts::Language;
    use domain::OfferId;

    #[test]
    fn a_refusal_keeps_its_name_number_and_class_and_has_titles_in_both_languages() {
        let offer = OfferId::new("o1").unwrap();
        let kind = Kind::of_refusal(&Refusal::OfferAlreadyConfirmed { offer });
        assert_eq!(
            kind.type_uri(),
            "urn:placewright:problem:offer-already-confirmed"
        );
        assert_eq!((kind.status().as_u16(), kind.code()), (409, "E9027"));
        assert_ne!(kind.title(Language::German), kind.title(Language::English));
    }

    #[test]
    fn every_refusal_of_the_domain_has_a_german_and_an_english_title() {
        let source = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../engine/domain/src/procedure/refusal.rs"
        );
        let source = std::fs::read_to_string(source).unwrap();
        let names = source.split_once("pub const fn name(").unwrap().1;
        let names = names.split_once("pub const fn class(").unwrap().0;
        let names: Vec<&str> = names.split('"').skip(1).step_by(2).collect();
        assert!(names.len() > 30, "{names:?}");
        for name in names {
            assert!(TITLES.iter().any(|(known, _, _)| *known == name), "{name}");
        }
    }

    #[test]
    fn errors_of_an_import_name_the_place_and_never_the_value() {
        let wrong = InputProblem::new("E8231", "existing-children.csv", "no date")
            .at(3, "birth_date", "2026-13-01")
            .remedy("write YYYY-MM-DD");
        let problem = Problem::import_refused(vec![wrong]);
        let text = format!("{problem:?}");
        assert!(
            text.contains("birth_date") && !text.contains("2026-13-01"),
            "{text}"
        );
    }
}
