//! The rules by number, with what to do when they speak.

/// Version of columns and rules together; part of every manifest beside that of the parameters.
pub const RULE_SET_VERSION: &str = "2027-2";

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The extract must not be sent.
    Block,
    /// Somebody must confirm that it is right.
    Confirm,
    /// Worth knowing.
    Inform,
}

impl Severity {
    /// The letter of the method sheet: E, W or I.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Block => "E",
            Self::Confirm => "W",
            Self::Inform => "I",
        }
    }
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wording {
    /// German.
    pub german: String,
    /// English.
    pub english: String,
}

macro_rules! rules {
    ($($(#[$meta:meta])* $name:ident $code:literal $german:literal $english:literal)+) => {
        /// A plausibility rule by the number it has in the method sheet.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule {
            $($(#[$meta])* $name,)+
        }

        impl Rule {
            /// All rules.
            pub const ALL: [Self; 22] = [$(Self::$name),+];

            /// The key (`schluessel`), as in the method sheet.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }

            /// The code in the error index: `E6104` for rule E4.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// What to do, German and English.
            #[must_use]
            pub const fn remedy(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$name => ($german, $english),)+
                }
            }
        }
    };
}

rules! {
    /// Keys are unique.
    E1 "E6101" "Auszug neu ziehen; nach dem Nummerieren wurden Sätze geändert"
        "draw the extract again; records were changed after numbering"
    /// A person's facility is reported; a facility's children are reported.
    E2 "E6102" "beides melden; eine Einrichtung ohne Kinder meldet 0"
        "report both; a facility without children reports 0"
    /// Codes and numbers are in their lists and ranges; required cells are filled.
    E3 "E6103" "Wert an seiner Quelle berichtigen" "correct the value at its source"
    /// The number of children of a facility is the number of its child records.
    E4 "E6104" "Auszug neu ziehen; nach dem Zählen wurden Sätze geändert"
        "draw the extract again; records were changed after counting"
    /// Birth month, and birth before the reference date and less than 14 years ago.
    E5 "E6105" "Geburtsdatum berichtigen oder Vertrag beenden"
        "correct the date of birth, or end the contract"
    /// Birth, admission, reference date in this order.
    E6 "E6106" "Geburtsdatum oder Vertragsbeginn berichtigen"
        "correct the date of birth or the start of the contract"
    /// Hours and days a week.
    E7 "E6107" "vereinbarte Stunden oder Tage berichtigen oder bestätigen"
        "correct the contracted hours or days, or confirm them"
    /// School attendance, class and age.
    E8 "E6108" "Klassenstufe oder Geburtsdatum berichtigen oder bestätigen"
        "correct the school class or the date of birth, or confirm them"
    /// Groups of children and staff are groups of the facility.
    E9 "E6109" "Gruppe im Register berichtigen oder ergänzen"
        "correct or add the group in the register"
    /// One child, one facility.
    E10 "E6110" "bestätigen (Hort und Tagespflege gehen zusammen) oder einen Vertrag beenden"
        "confirm it (after-school care and childminding go together) or end one contract"
    /// Opening times.
    E11 "E6111" "Öffnungszeiten oder vereinbarte Stunden berichtigen"
        "correct the opening times or the contracted hours"
    /// Closing days.
    E12 "E6112" "Schließtage berichtigen oder bestätigen" "correct or confirm the closing days"
    /// Children and approved places.
    E13 "E6113" "Betriebserlaubnis und Verträge prüfen; geteilte Plätze bestätigen"
        "check licence and contracts; confirm shared places"
    /// Hours, start and particulars of staff.
    E14 "E6114" "Zeile im Personalregister berichtigen" "correct the row of the staff register"
    /// Children of childminders.
    E15 "E6115" "Zahl der Kinder im Register oder Verträge berichtigen; mehr als fünf bestätigen"
        "correct the number of children in the register or the contracts; confirm more than five"
    /// Joint childminding.
    E16 "E6116" "Register der Großtagespflege ergänzen oder bestätigen"
        "complete the register of joint childminding, or confirm"
    /// Nine-hour equivalents.
    E17 "E6117" "Auszug neu ziehen oder die Stunden bestätigen"
        "draw the extract again, or confirm the hours"
    /// Sums of a cost publication.
    E18 "E6118" "Summe vor der Veröffentlichung berichtigen"
        "correct the sum before publication"
    /// Ratios of a cost publication.
    E19 "E6119" "Aufteilung prüfen oder bestätigen" "check the split, or confirm it"
    /// Change against the year before.
    E20 "E6120" "zur Kenntnis nehmen; bei einem Fehler die Quelle berichtigen"
        "take note; correct the source if it is a mistake"
    /// The extract's children are those of the contracts in force.
    E21 "E6121" "der genannten Ursache nachgehen: meist sind Einrichtungsdaten oder Vertrag falsch"
        "follow the reason given: as a rule the facility's dates or the contract are wrong"
    /// Rules of DatML/RAW documents.
    E22 "E6122" "Dokument neu schreiben lassen; Programmfehler melden, wenn es bleibt"
        "have the document written again; report a defect if it stays"
}
