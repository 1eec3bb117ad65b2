//! What nobody may be judged by: the one list of words, and the law behind each.

use std::borrow::Cow;

use serde::Serialize;

/// Why an attribute must not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LegalGround {
    /// Origin of the family.
    Origin,
    /// Language spoken at home.
    FamilyLanguage,
    /// Religion or belief.
    Religion,
    /// Nationality or residence status.
    Nationality,
    /// Sex or gender.
    Sex,
    /// Sexual identity or form of the parents' partnership.
    FamilyForm,
    /// Income or wealth.
    Income,
    /// Health or disability.
    Health,
    /// Political opinion or membership.
    PoliticalOpinion,
    /// Residence inside or outside the municipality.
    Residence,
}

impl LegalGround {
    /// The rule in words, with its source.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Origin => {
                "nobody may be treated worse for origin or descent (Art. 3(3) GG, § 1 AGG); migration background is kept for statistics only (§ 99(7) SGB VIII)"
            }
            Self::FamilyLanguage => {
                "nobody may be treated worse for language (Art. 3(3) GG); the family language is kept for statistics only (§ 99(7) SGB VIII)"
            }
            Self::Religion => {
                "nobody may be treated worse for faith (Art. 3(3), Art. 4 GG, § 1 AGG); a special category of data (Art. 9 GDPR)"
            }
            Self::Nationality => {
                "the claim to a place does not depend on nationality (§ 24 SGB VIII); nobody may be treated worse for homeland or origin (Art. 3(3) GG)"
            }
            Self::Sex => "nobody may be treated worse for sex (Art. 3(2) and (3) GG, § 1 AGG)",
            Self::FamilyForm => {
                "nobody may be treated worse for sexual identity (§ 1 AGG); families of every form are equal before the claim (Art. 3(1) GG)"
            }
            Self::Income => {
                "income bears on the fee (§ 90 SGB VIII), never on the claim to a place (§ 24 SGB VIII, Art. 3(1) GG)"
            }
            Self::Health => {
                "nobody may be treated worse for a disability (Art. 3(3) GG, § 22a(4) SGB VIII); health is a special category of data (Art. 9 GDPR); a need for an inclusion place may count in a child's favour as inclusion_need"
            }
            Self::PoliticalOpinion => {
                "nobody may be treated worse for political opinions (Art. 3(3) GG)"
            }
            Self::Residence => {
                "parents choose among available places inside and outside the municipality, without a general priority of residents (§ 5 SGB VIII, § 4 SächsKitaG)"
            }
        }
    }
}

/// How a word of the list below is compared with a word of a catalogue or a key.
#[derive(Clone, Copy)]
enum Match {
    /// The whole word.
    Word,
    /// Its beginning.
    Start,
    /// Any part of it: stems that German compounds hold in the middle, and no harmless word does.
    Part,
}

/// English and German words for what must not be used.
const FORBIDDEN_WORDS: &[(&str, Match, LegalGround)] = &[
    ("migration", Match::Part, LegalGround::Origin),
    ("migrant", Match::Part, LegalGround::Origin),
    ("zuwander", Match::Start, LegalGround::Origin),
    ("ethni", Match::Part, LegalGround::Origin),
    ("skin", Match::Word, LegalGround::Origin),
    ("hautfarbe", Match::Part, LegalGround::Origin),
    ("race", Match::Word, LegalGround::Origin),
    ("rasse", Match::Word, LegalGround::Origin),
    ("origin", Match::Word, LegalGround::Origin),
    ("herkunft", Match::Part, LegalGround::Origin),
    ("abstammung", Match::Start, LegalGround::Origin),
    ("birthplace", Match::Word, LegalGround::Origin),
    ("geburtsland", Match::Word, LegalGround::Origin),
    ("language", Match::Part, LegalGround::FamilyLanguage),
    ("sprache", Match::Start, LegalGround::FamilyLanguage),
    ("familiensprach", Match::Start, LegalGround::FamilyLanguage),
    ("erstsprach", Match::Start, LegalGround::FamilyLanguage),
    ("haussprach", Match::Start, LegalGround::FamilyLanguage),
    ("muttersprach", Match::Start, LegalGround::FamilyLanguage),
    ("deutschkenntnis", Match::Start, LegalGround::FamilyLanguage),
    ("religio", Match::Part, LegalGround::Religion),
    ("religiös", Match::Start, LegalGround::Religion),
    ("faith", Match::Word, LegalGround::Religion),
    ("denomination", Match::Start, LegalGround::Religion),
    ("konfession", Match::Part, LegalGround::Religion),
    ("baptised", Match::Word, LegalGround::Religion),
    ("taufe", Match::Word, LegalGround::Religion),
    ("getauft", Match::Start, LegalGround::Religion),
    ("kirchenmitglied", Match::Start, LegalGround::Religion),
    ("church", Match::Word, LegalGround::Religion),
    ("nationalit", Match::Part, LegalGround::Nationality),
    ("citizenship", Match::Part, LegalGround::Nationality),
    ("staatsang", Match::Part, LegalGround::Nationality),
    ("staatsbürger", Match::Start, LegalGround::Nationality),
    ("passport", Match::Word, LegalGround::Nationality),
    ("aufenthaltsstatus", Match::Word, LegalGround::Nationality),
    ("asyl", Match::Start, LegalGround::Nationality),
    ("asylum", Match::Start, LegalGround::Nationality),
    ("refugee", Match::Start, LegalGround::Nationality),
    ("sex", Match::Word, LegalGround::Sex),
    ("gender", Match::Part, LegalGround::Sex),
    ("geschlecht", Match::Part, LegalGround::Sex),
    ("girl", Match::Word, LegalGround::Sex),
    ("boy", Match::Word, LegalGround::Sex),
    ("mädchen", Match::Word, LegalGround::Sex),
    ("junge", Match::Word, LegalGround::Sex),
    ("jungen", Match::Word, LegalGround::Sex),
    ("sexual", Match::Start, LegalGround::FamilyForm),
    ("sexuelle", Match::Start, LegalGround::FamilyForm),
    ("married", Match::Word, LegalGround::FamilyForm),
    ("verheiratet", Match::Start, LegalGround::FamilyForm),
    ("income", Match::Start, LegalGround::Income),
    ("wealth", Match::Word, LegalGround::Income),
    ("salary", Match::Word, LegalGround::Income),
    ("einkommen", Match::Part, LegalGround::Income),
    ("gehalt", Match::Word, LegalGround::Income),
    ("vermögen", Match::Start, LegalGround::Income),
    ("bürgergeld", Match::Start, LegalGround::Income),
    ("spende", Match::Start, LegalGround::Income),
    ("donation", Match::Start, LegalGround::Income),
    ("health", Match::Start, LegalGround::Health),
    ("disab", Match::Start, LegalGround::Health),
    ("illness", Match::Start, LegalGround::Health),
    ("allerg", Match::Start, LegalGround::Health),
    ("gesundheit", Match::Part, LegalGround::Health),
    ("behinder", Match::Part, LegalGround::Health),
    ("krankheit", Match::Part, LegalGround::Health),
    ("diagnos", Match::Start, LegalGround::Health),
    ("politic", Match::Part, LegalGround::PoliticalOpinion),
    ("politisch", Match::Part, LegalGround::PoliticalOpinion),
    ("partei", Match::Word, LegalGround::PoliticalOpinion),
    (
        "parteimitglied",
        Match::Start,
        LegalGround::PoliticalOpinion,
    ),
    ("parteizugehör", Match::Start, LegalGround::PoliticalOpinion),
    ("residence", Match::Word, LegalGround::Residence),
    ("resident", Match::Word, LegalGround::Residence),
    ("municipality", Match::Word, LegalGround::Residence),
    ("wohnort", Match::Start, LegalGround::Residence),
    ("einheimisch", Match::Start, LegalGround::Residence),
    ("ortsansässig", Match::Start, LegalGround::Residence),
    ("fremdgemeinde", Match::Start, LegalGround::Residence),
];

/// The first word of a text or key that names what must not be used, with the reason.
///
/// Words are runs of letters; umlauts may be written out (`ae`, `oe`, `ue`, `ss`).
///
/// ```
/// use matching::{LegalGround, forbidden_word};
/// assert_eq!(
///     forbidden_word("Kinder mit Migrationshintergrund"),
///     Some(("migrationshintergrund".to_owned(), LegalGround::Origin)),
/// );
/// assert_eq!(forbidden_word("jüngere Geschwister in der Kirchstraße"), None);
/// assert_eq!(forbidden_word("buergergeld_2"), Some(("buergergeld".to_owned(), LegalGround::Income)));
/// ```
#[must_use]
pub fn forbidden_word(text: &str) -> Option<(String, LegalGround)> {
    let lower = text.to_lowercase();
    lower
        .split(|letter: char| !letter.is_alphabetic())
        .filter(|word| !word.is_empty())
        .find_map(|word| {
            let written = written_out(word);
            let found = FORBIDDEN_WORDS.iter().find(|(forbidden, by, _)| {
                let forbidden = written_out(forbidden);
                match by {
                    Match::Word => written == forbidden,
                    Match::Start => written.starts_with(&*forbidden),
                    Match::Part => written.contains(&*forbidden),
                }
            })?;
            Some((word.to_owned(), found.2))
        })
}

/// A word of small letters without umlauts.
fn written_out(word: &str) -> Cow<'_, str> {
    if word.is_ascii() {
        return Cow::Borrowed(word);
    }
    let mut written = String::with_capacity(word.len() + 4);
    for letter in word.chars() {
        match letter {
            'ä' => written.push_str("ae"),
            'ö' => written.push_str("oe"),
            'ü' => written.push_str("ue"),
            'ß' => written.push_str("ss"),
            other => written.push(other),
        }
    }
    Cow::Owned(written)
}
