//! The kinds of problems: their names and numbers are stable.

use axum::http::StatusCode;
use charts::Language;

/// A kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    status: u16,
    code: &'static str,
    name: &'static str,
    german: &'static str,
    english: &'static str,
}

const fn kind(
    status: u16,
    code: &'static str,
    name: &'static str,
    german: &'static str,
    english: &'static str,
) -> Kind {
    Kind {
        status,
        code,
        name,
        german,
        english,
    }
}

#[rustfmt::skip] // one line or two per kind: read as a table
impl Kind {
    pub(crate) const NOT_FOUND: Self = kind(404, "E8201", "not-found",
        "Das gibt es hier nicht", "There is no such page or resource");
    pub(crate) const UNKNOWN_NAME: Self = kind(404, "E8202", "unknown-name",
        "Diesen Namen gibt es hier nicht", "There is no such name here");
    pub(crate) const NOT_ACCEPTABLE: Self = kind(406, "E8203", "not-acceptable",
        "Keines der gewünschten Formate wird angeboten", "None of the formats asked for is offered");
    pub(crate) const CHILDREN_NEVER_LEAVE: Self = kind(403, "E8204", "children-never-leave",
        "Angaben zu einzelnen Kindern werden nicht herausgegeben", "Rows of children are never given out");
    pub(crate) const METHOD_NOT_ALLOWED: Self = kind(405, "E8205", "method-not-allowed",
        "Diese Methode ist hier nicht erlaubt", "This method is not allowed here");
    pub(crate) const BAD_VALUE: Self = kind(400, "E8206", "bad-value",
        "Ein Wert in der Adresse ist falsch", "A value in the address is wrong");
    pub(crate) const SERVER_FAILED: Self = kind(500, "E8207", "server-failed",
        "Der Server ist gescheitert", "The server failed");
    pub(crate) const TOKEN_MISSING: Self = kind(401, "E8210", "token-missing",
        "Es fehlt ein Zugangsschlüssel", "A token is missing");
    pub(crate) const TOKEN_UNKNOWN: Self = kind(401, "E8211", "token-unknown",
        "Der Zugangsschlüssel ist unbekannt", "The token is unknown");
    pub(crate) const TOKEN_EXPIRED: Self = kind(401, "E8212", "token-expired",
        "Der Zugangsschlüssel ist abgelaufen", "The token has expired");
    pub(crate) const TOKEN_REVOKED: Self = kind(401, "E8213", "token-revoked",
        "Der Zugang wurde gesperrt", "The token was revoked");
    pub(crate) const ROLE_NOT_ALLOWED: Self = kind(403, "E8214", "role-not-allowed",
        "Diese Rolle darf das nicht", "This role may not do that");
    pub(crate) const FOREIGN_FACILITY: Self = kind(403, "E8215", "foreign-facility",
        "Die Einrichtung gehört zu einem anderen Träger", "The facility belongs to another provider");
    pub(crate) const AGREEMENT_ENDED: Self = kind(403, "E8216", "agreement-ended",
        "Die Vereinbarung des Trägers gilt nicht", "The provider's agreement is not in force");
    pub(crate) const KEY_MISSING: Self = kind(400, "E8217", "idempotency-key-missing",
        "Es fehlt der Kopf Idempotency-Key", "The header Idempotency-Key is missing");
    pub(crate) const BAD_HEADER: Self = kind(400, "E8218", "bad-header",
        "Ein Kopf der Anfrage ist falsch", "A header of the request is wrong");
    pub(crate) const BODY_TOO_LARGE: Self = kind(413, "E8219", "body-too-large",
        "Der Inhalt ist zu groß", "The body is too large");
    pub(crate) const MALFORMED_JSON: Self = kind(400, "E8220", "malformed-json",
        "Der Inhalt ist kein JSON", "The body is no JSON");
    pub(crate) const UNKNOWN_FIELD: Self = kind(422, "E8221", "unknown-field",
        "Ein Feld ist nicht vorgesehen", "A field is not foreseen");
    pub(crate) const MISSING_FIELD: Self = kind(422, "E8222", "missing-field",
        "Ein Feld fehlt", "A field is missing");
    pub(crate) const WRONG_VALUE: Self = kind(422, "E8223", "wrong-value",
        "Ein Feld hat einen falschen Wert", "A field has a wrong value");
    pub(crate) const NOTICE_MISSING: Self = kind(422, "E8224", "notice-missing",
        "Es fehlt der Tag, an dem das Hinweisblatt ausgehändigt wurde", "The day on which the privacy notice was handed out is missing");
    pub(crate) const MANDATE_MISSING: Self = kind(422, "E8225", "mandate-missing",
        "Es fehlt die Bevollmächtigung der Personensorgeberechtigten", "The custodians' mandate is missing");
    pub(crate) const PRE_CONTRACT_OBJECT: Self = kind(409, "E8226", "pre-contract-object",
        "Vor dem Vertragsabschluss wird nur im Portal erfasst", "Before the contract everything is entered in the portal only");
    pub(crate) const NOT_CONCLUDED_IN_PORTAL: Self = kind(409, "E8227", "contract-not-concluded-in-portal",
        "Dieser Vertrag wurde nicht über das Portal geschlossen", "This contract was not concluded through the portal");
    pub(crate) const TIME_LIMIT: Self = kind(503, "E8228", "time-limit",
        "Die Anfrage hat zu lange gedauert", "The request took too long");
    pub(crate) const STORE_UNAVAILABLE: Self = kind(503, "E8229", "database-unavailable",
        "Die Datenbank antwortet nicht", "The database does not answer");
    pub(crate) const CATALOGUE_REFUSED: Self = kind(422, "E8233", "catalogue-refused",
        "Der Kriterienkatalog hat Fehler", "The criteria catalogue has errors");
    pub(crate) const ANSWERS_REFUSED: Self = kind(422, "E8234", "answers-refused",
        "Die Angaben zu den Kriterien haben Fehler", "The answers to the criteria have errors");
    pub(crate) const CATALOGUE_OF_ANOTHER: Self = kind(422, "E8271", "catalogue-of-another-provider",
        "Der Kriterienkatalog ist der eines anderen Trägers", "The criteria catalogue is another provider's");
    pub(crate) const NO_CATALOGUE: Self = kind(409, "E8272", "no-catalogue-in-force",
        "Es gilt kein Kriterienkatalog", "No criteria catalogue is in force");
    pub(crate) const NO_OPEN_APPLICATION: Self = kind(409, "E8270", "no-open-application",
        "Das Kind hat keine offene Anmeldung", "The child has no open application");
    pub(crate) const RELEASES_BUSY: Self = kind(503, "E8273", "releases-busy",
        "Gleichzeitig wird zu viel freigegeben", "Too much is being released at the same time");
    pub(crate) const RELEASE_REQUEST_REFUSED: Self = kind(422, "E8274", "release-request-refused",
        "Die Anfrage an das Verzeichnis der Freigaben hat Fehler", "The request to the release ledger has errors");
    pub(crate) const ROUND_HELD_BACK: Self = kind(409, "E8250", "round-not-publishable",
        "Die Runde wird nicht herausgegeben: Sie würde tun, was nie geschehen darf", "The round is not given out: it would do what must never happen");
    pub(crate) const RUN_WITHOUT_RESULT: Self = kind(409, "E8323", "run-without-result",
        "Der Rechenlauf hat (noch) kein Ergebnis", "The run has no result (yet)");
    pub(crate) const LEVERS_REFUSED: Self = kind(422, "E8340", "levers-refused",
        "Die Stellschrauben haben Fehler", "The levers have errors");
    pub(crate) const OFFICIAL_REFUSED: Self = kind(422, "E8341", "official-forecast-refused",
        "Die amtliche Prognose oder ihre Zuordnung hat Fehler", "The official forecast or its mapping has errors");
    pub(crate) const SCENARIO_REFUSED: Self = kind(422, "E8324", "scenario-refused",
        "Das Szenario hat Fehler", "The scenario has errors");
    pub(crate) const SCENARIO_TOO_LARGE: Self = kind(422, "E8325", "scenario-too-large",
        "Das Szenario ist zu groß", "The scenario is too large");
    pub(crate) const IF_MATCH_MISSING: Self = kind(428, "E8326", "if-match-missing",
        "Es fehlt der Kopf If-Match", "The header If-Match is missing");
    pub(crate) const SCENARIO_WITHOUT_RESULT: Self = kind(409, "E8327", "scenario-without-result",
        "Das Szenario wurde (in dieser Fassung) noch nicht gerechnet", "The scenario was not run yet (in this version)");
    pub(crate) const NOTHING_TO_COMPARE: Self = kind(400, "E8330", "nothing-to-compare",
        "Diese Szenarien lassen sich nicht in einer Tabelle vergleichen", "These scenarios cannot be compared in one table");
    pub(crate) const FORM_REFUSED: Self = kind(400, "E8331", "form-refused",
        "Das Formular ist unvollständig oder kommt von einer anderen Seite", "The form is incomplete or comes from another page");
    pub(crate) const IMPORT_REFUSED: Self = kind(422, "E9034", "import-refused",
        "Die Datei hat Fehler; es wurde nichts übernommen", "The file has errors; nothing was taken in");
    pub(crate) const KEY_REUSED: Self = kind(422, "E7007", "idempotency-key-reused",
        "Der Idempotency-Key gehört zu einer anderen Anfrage", "The idempotency key belongs to another request");
    pub(crate) const REVISION_CHANGED: Self = kind(412, "E7008", "revision-changed",
        "Der Stand hat sich inzwischen geändert", "The state has changed in between");
    pub(crate) const REASON_MISSING: Self = kind(422, "E9031", "reason-missing",
        "Es fehlt ein Grund", "A reason code is missing");
}

impl Kind {
    pub(super) const fn refused(
        status: u16,
        code: &'static str,
        name: &'static str,
        (german, english): (&'static str, &'static str),
    ) -> Self {
        kind(status, code, name, german, english)
    }

    /// The same kind under the number of the rule that was broken.
    pub(crate) const fn with_code(self, code: &'static str) -> Self {
        Self { code, ..self }
    }

    pub(crate) fn status(self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub(crate) const fn code(self) -> &'static str {
        self.code
    }

    /// The `type` of RFC 9457: an identifier, not an address to open.
    pub(crate) fn type_uri(self) -> String {
        format!("urn:placewright:problem:{}", self.name)
    }

    pub(crate) const fn title(self, language: Language) -> &'static str {
        language.pick(self.german, self.english)
    }

    /// The kind of an answer that another layer refused.
    pub(crate) fn of_status(status: StatusCode) -> Option<Self> {
        match status {
            StatusCode::NOT_FOUND => Some(Self::NOT_FOUND),
            StatusCode::METHOD_NOT_ALLOWED => Some(Self::METHOD_NOT_ALLOWED),
            StatusCode::PAYLOAD_TOO_LARGE => Some(Self::BODY_TOO_LARGE),
            _ if status.is_server_error() => Some(Self::SERVER_FAILED),
            _ if status.is_client_error() => Some(Self::BAD_VALUE),
            _ => None,
        }
    }
}
