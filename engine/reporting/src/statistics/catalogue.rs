//! What the standing set of tables is: names, columns and definitions in both languages.

use disclosure::Label;

/// A table of the standing set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatisticsKind {
    /// Children in care beside the places.
    Occupancy,
    /// Free places by the four capacities.
    FreePlaces,
    /// Children with an open application, each once.
    Applications,
    /// Children who apply, are not in care and have no offer.
    Waiting,
    /// Waiting children whose wished start has come.
    Unserved,
    /// Children in care by home area and age, per 100 inhabitants of that age.
    TakeUp,
    /// Children in care by age.
    AgeStructure,
    /// Children in care by contracted hours a day.
    HoursStructure,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatisticsColumn {
    /// Name in files.
    pub name: &'static str,
    /// What it holds, in German.
    pub german: &'static str,
    /// What it holds, in English.
    pub english: &'static str,
}

const fn column(
    name: &'static str,
    german: &'static str,
    english: &'static str,
) -> StatisticsColumn {
    StatisticsColumn {
        name,
        german,
        english,
    }
}

#[rustfmt::skip] // one line per column: read as a table
mod columns {
    use super::{StatisticsColumn, column};

    pub(super) const WHERE: [StatisticsColumn; 6] = [
        column("month", "Monat; der Stand ist sein Erster", "Month; the state is that of its 1st"),
        column("known_on", "Kenntnisstand: was bis zu diesem Tag bekannt war", "As known on this day"),
        column("level", "Ebene: city, district, neighbourhood, facility", "Level: city, district, neighbourhood, facility"),
        column("area", "Schlüssel des Gebiets oder der Einrichtung; _total für die Stadt", "Key of the area or facility; _total for the city"),
        column("area_name", "Name", "Name"),
        column("parent", "Schlüssel des Gebiets, in dem es liegt; leer für die Stadt", "Key of the area it lies in; empty for the city"),
    ];
    pub(super) const CARE: StatisticsColumn = column("care_type", "Betreuungsart; _total für alle", "Care type; _total for all");
    pub(super) const CHILDREN: [StatisticsColumn; 2] = [
        column("children", "Kinder; leer, wenn gesperrt", "Children; empty where suppressed"),
        column("status", "published, zero oder suppressed", "published, zero or suppressed"),
    ];
    pub(super) const AGE: StatisticsColumn = column("age", "Alter in vollendeten Jahren am Ersten; _total für alle", "Age in completed years on the 1st; _total for all");
    pub(super) const HOURS: StatisticsColumn = column("hours", "Vertraglich vereinbarte Stunden am Tag; _total für alle", "Contracted hours a day; _total for all");
    pub(super) const SHARE: StatisticsColumn = column("share_percent", "Anteil an allen Kindern der Zeile _total, in Prozent", "Share of all children of the row _total, per cent");
    pub(super) const PLACES: [StatisticsColumn; 3] = [
        column("licensed", "Plätze laut Betriebserlaubnis", "Places by licence"),
        column("planned", "Plätze laut Bedarfsplan", "Places by needs plan"),
        column("staffed", "Plätze, die das vorhandene Personal zulässt", "Places the staff present allows"),
    ];
    pub(super) const OCCUPANCY: [StatisticsColumn; 6] = [
        column("utilisation_of_licensed_percent", "Kinder je Platz laut Betriebserlaubnis, in Prozent", "Children per licensed place, per cent"),
        column("utilisation_of_planned_percent", "Kinder je Platz laut Bedarfsplan, in Prozent", "Children per planned place, per cent"),
        column("utilisation_of_staffed_percent", "Kinder je Platz mit Personal, in Prozent", "Children per staffed place, per cent"),
        column("facilities", "Einrichtungen mit Plätzen oder Kindern; eine Zeile je Betreuungsart zählt ihre eigenen", "Facilities with places or children; a row of a care type counts its own"),
        column("unattested_facilities", "davon ohne Bestätigung der Daten zum Ersten", "Of these, without data attested by the 1st"),
        column("data_age_days", "Alter der ältesten Bestätigung in Tagen; leer, wenn eine fehlt", "Days since the oldest attestation; empty where one is missing"),
    ];
    pub(super) const FREE: [StatisticsColumn; 6] = [
        column("blocked", "Gesperrte Plätze", "Blocked places"),
        column("free_of_licensed", "Plätze laut Betriebserlaubnis minus Kinder", "Licensed places minus children"),
        column("free_of_planned", "Plätze laut Bedarfsplan minus Kinder", "Planned places minus children"),
        column("free_of_staffed", "Plätze mit Personal minus Kinder", "Staffed places minus children"),
        column("bookable", "Plätze mit Personal minus Kinder, Platzangebote und gesperrte Plätze", "Staffed places minus children, offers and blocked places"),
        column("bookable_state", "known, not_attested (unbekannt, nicht frei) oder not_shown", "known, not_attested (unknown, not free) or not_shown"),
    ];
    pub(super) const TAKE_UP: [StatisticsColumn; 2] = [
        column("population", "Einwohner dieses Alters am 31. Dezember davor (6_and_older und 7_and_older: bis 10 Jahre)", "Inhabitants of this age on the 31 December before (6_and_older and 7_and_older: up to 10 years)"),
        column("take_up_percent", "Kinder je 100 Einwohner dieses Alters", "Children per 100 inhabitants of this age"),
    ];
}

impl StatisticsKind {
    /// All tables in their order.
    pub const ALL: [Self; 8] = [
        Self::Occupancy,
        Self::FreePlaces,
        Self::Applications,
        Self::Waiting,
        Self::Unserved,
        Self::TakeUp,
        Self::AgeStructure,
        Self::HoursStructure,
    ];

    /// Name in addresses and files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Occupancy => "occupancy",
            Self::FreePlaces => "free_places",
            Self::Applications => "applications",
            Self::Waiting => "waiting",
            Self::Unserved => "unserved",
            Self::TakeUp => "take_up",
            Self::AgeStructure => "age_structure",
            Self::HoursStructure => "hours_structure",
        }
    }

    /// The table of a name.
    ///
    /// ```
    /// use reporting::StatisticsKind;
    /// assert_eq!(StatisticsKind::of_name("take_up"), Some(StatisticsKind::TakeUp));
    /// assert_eq!(StatisticsKind::of_name("children"), None);
    /// ```
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Title.
    #[must_use]
    pub fn title(self) -> Label {
        let (german, english) = match self {
            Self::Occupancy => ("Belegung", "Occupancy"),
            Self::FreePlaces => (
                "Freie Plätze nach vier Kapazitäten",
                "Free places by the four capacities",
            ),
            Self::Applications => ("Angemeldete Kinder", "Children with an application"),
            Self::Waiting => ("Wartende Kinder", "Waiting children"),
            Self::Unserved => ("Unversorgte Kinder", "Unserved children"),
            Self::TakeUp => ("Betreuungsquote", "Take-up"),
            Self::AgeStructure => ("Altersstruktur", "Age structure"),
            Self::HoursStructure => ("Betreuungsumfang", "Contracted hours"),
        };
        Label::new(german, english)
    }

    /// What is counted, and how.
    #[must_use]
    pub fn definition(self) -> Label {
        let (german, english) = match self {
            Self::Occupancy => (
                "Kinder, deren Betreuungsvertrag am Ersten des Monats gilt, nach dem Ort der Einrichtung; \
                 ein Kind mit zwei Verträgen zählt an beiden Orten. Krippenkinder zählen ab dem dritten \
                 Geburtstag als Kindergartenkinder. Plätze sind die des Monats.",
                "Children whose care contract is valid on the 1st of the month, by where the facility is; a \
                 child with two contracts counts at both places. Nursery children count as kindergarten \
                 children from their third birthday on. Places are those of the month.",
            ),
            Self::FreePlaces => (
                "Plätze jeder der vier Kapazitäten minus die Kinder der Tabelle Belegung. Wo diese gesperrt \
                 sind, ist auch die Differenz gesperrt. Buchbare Plätze stehen nur für Bezirke und die Stadt \
                 und nur, wo alle Träger ihre Daten zum Ersten bestätigt haben: unbekannt ist nicht frei.",
                "Places of each of the four capacities minus the children of the table of occupancy. Where \
                 these are suppressed, so is the difference. Bookable places are given for districts and \
                 the city only, and only where all providers attested their data by the 1st: unknown is \
                 not free.",
            ),
            Self::Applications => (
                "Kinder mit mindestens einer offenen Anmeldung am Ersten, jedes einmal: nach dem Wohngebiet \
                 und der Betreuungsart der Anmeldung mit dem besten Rang.",
                "Children with at least one open application on the 1st, each once: by home area and the \
                 care type of the application with the best rank.",
            ),
            Self::Waiting => (
                "Angemeldete Kinder, die am Ersten nicht betreut werden und kein offenes oder bestätigtes \
                 Platzangebot haben.",
                "Children with an application who are not in care on the 1st and have no open or \
                 confirmed offer.",
            ),
            Self::Unserved => (
                "Wartende Kinder, deren gewünschter Beginn am Ersten erreicht ist.",
                "Waiting children whose wished start has come by the 1st.",
            ),
            Self::TakeUp => (
                "Kinder der Tabelle Belegung nach Wohngebiet und Alter, je 100 Einwohner desselben Alters am \
                 31. Dezember davor. Kinder mit Wohnsitz in einer anderen Gemeinde stehen unter outside und \
                 zählen in keiner Quote.",
                "Children of the table of occupancy by home area and age, per 100 inhabitants of the same \
                 age on the 31 December before. Children who live in another municipality are under \
                 outside and count in no rate.",
            ),
            Self::AgeStructure => (
                "Kinder der Tabelle Belegung nach vollendeten Lebensjahren am Ersten.",
                "Children of the table of occupancy by completed years of age on the 1st.",
            ),
            Self::HoursStructure => (
                "Kinder der Tabelle Belegung nach vertraglich vereinbarten Stunden am Tag.",
                "Children of the table of occupancy by contracted hours a day.",
            ),
        };
        Label::new(german, english)
    }

    /// Columns in their order.
    #[must_use]
    pub fn columns(self) -> Vec<StatisticsColumn> {
        use columns::{AGE, CARE, CHILDREN, FREE, HOURS, OCCUPANCY, PLACES, SHARE, TAKE_UP, WHERE};
        let rest: Vec<StatisticsColumn> = match self {
            Self::Occupancy => [&[CARE], &CHILDREN[..], &PLACES, &OCCUPANCY].concat(),
            Self::FreePlaces => [&[CARE], &PLACES[..], &FREE].concat(),
            Self::Applications | Self::Waiting | Self::Unserved => {
                [&[CARE], &CHILDREN[..]].concat()
            }
            Self::TakeUp => [&[AGE], &CHILDREN[..], &TAKE_UP].concat(),
            Self::AgeStructure => [&[CARE, AGE], &CHILDREN[..], &[SHARE]].concat(),
            Self::HoursStructure => [&[CARE, HOURS], &CHILDREN[..], &[SHARE]].concat(),
        };
        [WHERE.to_vec(), rest].concat()
    }
}
