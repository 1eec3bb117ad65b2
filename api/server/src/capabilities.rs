//! What the program can do, and how far: the status table of the pages and the README.

use disclosure::Label;
use http_api::{Capability, CapabilityState};

/// Rows: German name, English name, state, German note, English note.
const ROWS: &[(&str, &str, CapabilityState, &str, &str)] = &[
    (
        "Tabellen und Prüfung",
        "Tables and validation",
        CapabilityState::Complete,
        "21 Tabellen; jede falsche Zeile mit Nummer und Abhilfe; CSV, Parquet, Arrow",
        "21 tables; every bad row with number and remedy; CSV, Parquet, Arrow",
    ),
    (
        "Belegung",
        "Occupancy",
        CapabilityState::Complete,
        "vier Kapazitäten, Monat für Monat, mit Datenstand; unbekannt ist nicht frei",
        "four capacities, month by month, with the age of the data; unknown is not free",
    ),
    (
        "Vermittlungsrunde",
        "Placement round",
        CapabilityState::Thin,
        "familienoptimal und geprüft; noch ohne gemeinsame Geschwisterwünsche, flexible Gruppen und größtmögliche Platzzahl bei Gleichstand",
        "family-optimal and checked; no joint wishes of siblings, flexible groups or largest number of places under ties yet",
    ),
    (
        "Prognose",
        "Forecast",
        CapabilityState::Thin,
        "Kinder und Plätze nach Monaten mit Intervallen, Neubau als Stellschraube, Prüfung an früheren Jahren; amtliche Prognosen und weitere Stellschrauben nur über die API, Szenarien noch mit fester Inanspruchnahme",
        "children and places by month with intervals, new quarters as a lever, tested on earlier years; official forecasts and further levers through the API only, scenarios still at a fixed take-up",
    ),
    (
        "Szenarien",
        "Scenarios",
        CapabilityState::Thin,
        "schließen, öffnen, vergrößern, verkleinern und neu zählen; noch keine Optimierung, Wege als Luftlinie",
        "close, open, expand, shrink and recount; no optimisation yet, ways as the crow flies",
    ),
    (
        "Geheimhaltung",
        "Disclosure control",
        CapabilityState::Thin,
        "Mindestzahl und ergänzende Sperrung, mit Angriff geprüft; noch kein Abgleich mit früheren Veröffentlichungen",
        "minimum count and complementary suppression, attacked before release; no check against earlier releases yet",
    ),
    (
        "Amtliche Meldungen",
        "Official extracts",
        CapabilityState::Thin,
        "Bund (1. März) und Land (1. April) mit Plausibilitätsregeln; noch ohne Personal und DatML",
        "federal (1 March) and state (1 April) with plausibility rules; no staff and no DatML yet",
    ),
    (
        "Vergabeverfahren",
        "Placement procedure",
        CapabilityState::Complete,
        "Anmeldung, Angebot, Vertrag, Nachrücken und Bestandsdaten; ein Vertrag nimmt alle anderen Anmeldungen im selben Vorgang zurück; SQLite und PostgreSQL",
        "applications, offers, contracts, cascades and the initial load; a contract withdraws every other application in the same transaction; SQLite and PostgreSQL",
    ),
    (
        "Schnittstelle",
        "API",
        CapabilityState::Thin,
        "Rollen und Reichweiten, OpenAPI, Änderungsfeed, Protokolle mit Prüfsummenkette; noch ohne OIDC und Zertifikate",
        "roles and scopes, OpenAPI, change feed, hash-chained logs; no OIDC and no certificates yet",
    ),
];

/// The status table.
pub(crate) fn capabilities() -> Vec<Capability> {
    ROWS.iter()
        .map(
            |(german, english, state, note_german, note_english)| Capability {
                name: Label::new(*german, *english),
                state: *state,
                note: Label::new(*note_german, *note_english),
            },
        )
        .collect()
}
