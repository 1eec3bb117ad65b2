//! What a criterion may be built from, and what never.

use serde::{Deserialize, Serialize};

/// The closed list of attributes that a criterion may be built from.
///
/// Statistics-only attributes (migration background, family language, health) and the grounds on which
/// nobody may be treated worse have no name here, so no criterion and no answer can hold them (K63).
///
/// ```
/// use matching::AdmissibleAttribute;
/// assert!(AdmissibleAttribute::from_name("single_parent").is_some());
/// assert!(AdmissibleAttribute::from_name("religion").is_none());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdmissibleAttribute {
    /// Work, training or search of the custodians the child lives with: a choice of
    /// [`WORK_STATUS_VALUES`].
    WorkStatus,
    /// The child lives with one custodian: yes or no.
    SingleParent,
    /// A brother or sister of the household attends the facility: yes or no.
    SiblingAtFacility,
    /// Brothers and sisters of the household in any facility of the city: a number.
    SiblingsInCare,
    /// Way from home to the facility in minutes: a number.
    DistanceMinutes,
    /// Completed months since the application came in: a number.
    WaitingMonths,
    /// The child lost a place by closure or by a move of the family: yes or no.
    LostPlace,
    /// A certificate of hardship was issued: yes or no; never counts against a child.
    HardshipCertificate,
    /// The child needs an inclusion place: yes or no; never counts against a child.
    InclusionNeed,
    /// A custodian works for the provider: yes or no.
    EmployeesChild,
    /// Completed months of life at the first day of care: a number.
    AgeMonths,
    /// Months until the care the child has now, or the claim to it, ends: a number.
    MonthsToEndOfClaim,
    /// The youth welfare office asks for a place (§ 24(1), § 27 SGB VIII): yes or no; never counts
    /// against a child.
    ReferredByAuthority,
}

/// The values of [`AdmissibleAttribute::WorkStatus`].
pub const WORK_STATUS_VALUES: &[&str] = &[
    "all_custodians_work",
    "some_custodians_work",
    "in_training",
    "seeking_work",
    "no_work",
];

/// What kind of answer an attribute has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// `yes` or `no`.
    YesNo,
    /// One of a closed list of words.
    Choice,
    /// A whole number from 0.
    Number,
}

impl AdmissibleAttribute {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::WorkStatus,
        Self::SingleParent,
        Self::SiblingAtFacility,
        Self::SiblingsInCare,
        Self::DistanceMinutes,
        Self::WaitingMonths,
        Self::LostPlace,
        Self::HardshipCertificate,
        Self::InclusionNeed,
        Self::EmployeesChild,
        Self::AgeMonths,
        Self::MonthsToEndOfClaim,
        Self::ReferredByAuthority,
    ];

    /// The name in catalogues and answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WorkStatus => "work_status",
            Self::SingleParent => "single_parent",
            Self::SiblingAtFacility => "sibling_at_facility",
            Self::SiblingsInCare => "siblings_in_care",
            Self::DistanceMinutes => "distance_minutes",
            Self::WaitingMonths => "waiting_months",
            Self::LostPlace => "lost_place",
            Self::HardshipCertificate => "hardship_certificate",
            Self::InclusionNeed => "inclusion_need",
            Self::EmployeesChild => "employees_child",
            Self::AgeMonths => "age_months",
            Self::MonthsToEndOfClaim => "months_to_end_of_claim",
            Self::ReferredByAuthority => "referred_by_authority",
        }
    }

    /// The attribute with a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|attribute| attribute.name() == name)
    }

    /// What kind of answer it has.
    #[must_use]
    pub const fn kind(self) -> AnswerKind {
        match self {
            Self::WorkStatus => AnswerKind::Choice,
            Self::SiblingsInCare
            | Self::DistanceMinutes
            | Self::WaitingMonths
            | Self::AgeMonths
            | Self::MonthsToEndOfClaim => AnswerKind::Number,
            _ => AnswerKind::YesNo,
        }
    }

    /// Whether it may only ever count in a child's favour.
    #[must_use]
    pub const fn never_counts_against(self) -> bool {
        matches!(
            self,
            Self::HardshipCertificate | Self::InclusionNeed | Self::ReferredByAuthority
        )
    }
}

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

/// How a word of the list below is compared with a word of a catalogue.
#[derive(Clone, Copy)]
enum Match {
    /// The whole word.
    Word,
    /// Its beginning.
    Start,
}

/// English and German words for what must not be used.
const FORBIDDEN_WORDS: &[(&str, Match, LegalGround)] = &[
    ("migration", Match::Start, LegalGround::Origin),
    ("migrant", Match::Start, LegalGround::Origin),
    ("zuwander", Match::Start, LegalGround::Origin),
    ("ethnic", Match::Start, LegalGround::Origin),
    ("ethnie", Match::Start, LegalGround::Origin),
    ("ethnisch", Match::Start, LegalGround::Origin),
    ("race", Match::Word, LegalGround::Origin),
    ("rasse", Match::Word, LegalGround::Origin),
    ("origin", Match::Word, LegalGround::Origin),
    ("herkunft", Match::Start, LegalGround::Origin),
    ("abstammung", Match::Start, LegalGround::Origin),
    ("birthplace", Match::Word, LegalGround::Origin),
    ("geburtsland", Match::Word, LegalGround::Origin),
    ("language", Match::Start, LegalGround::FamilyLanguage),
    ("sprache", Match::Start, LegalGround::FamilyLanguage),
    ("familiensprache", Match::Start, LegalGround::FamilyLanguage),
    ("muttersprach", Match::Start, LegalGround::FamilyLanguage),
    ("deutschkenntnis", Match::Start, LegalGround::FamilyLanguage),
    ("religio", Match::Start, LegalGround::Religion),
    ("religiös", Match::Start, LegalGround::Religion),
    ("faith", Match::Word, LegalGround::Religion),
    ("denomination", Match::Start, LegalGround::Religion),
    ("konfession", Match::Start, LegalGround::Religion),
    ("baptised", Match::Word, LegalGround::Religion),
    ("taufe", Match::Word, LegalGround::Religion),
    ("getauft", Match::Start, LegalGround::Religion),
    ("kirchenmitglied", Match::Start, LegalGround::Religion),
    ("church", Match::Word, LegalGround::Religion),
    ("nationalit", Match::Start, LegalGround::Nationality),
    ("citizenship", Match::Word, LegalGround::Nationality),
    ("staatsangehörig", Match::Start, LegalGround::Nationality),
    ("staatsbürger", Match::Start, LegalGround::Nationality),
    ("passport", Match::Word, LegalGround::Nationality),
    ("aufenthaltsstatus", Match::Word, LegalGround::Nationality),
    ("asyl", Match::Start, LegalGround::Nationality),
    ("asylum", Match::Start, LegalGround::Nationality),
    ("refugee", Match::Start, LegalGround::Nationality),
    ("sex", Match::Word, LegalGround::Sex),
    ("gender", Match::Word, LegalGround::Sex),
    ("geschlecht", Match::Start, LegalGround::Sex),
    ("girl", Match::Word, LegalGround::Sex),
    ("boy", Match::Word, LegalGround::Sex),
    ("mädchen", Match::Word, LegalGround::Sex),
    ("junge", Match::Word, LegalGround::Sex),
    ("jungen", Match::Word, LegalGround::Sex),
    ("sexual", Match::Start, LegalGround::FamilyForm),
    ("sexuelle", Match::Start, LegalGround::FamilyForm),
    ("married", Match::Word, LegalGround::FamilyForm),
    ("verheiratet", Match::Start, LegalGround::FamilyForm),
    ("income", Match::Word, LegalGround::Income),
    ("wealth", Match::Word, LegalGround::Income),
    ("salary", Match::Word, LegalGround::Income),
    ("einkommen", Match::Start, LegalGround::Income),
    ("gehalt", Match::Word, LegalGround::Income),
    ("vermögen", Match::Start, LegalGround::Income),
    ("bürgergeld", Match::Start, LegalGround::Income),
    ("spende", Match::Start, LegalGround::Income),
    ("donation", Match::Start, LegalGround::Income),
    ("health", Match::Word, LegalGround::Health),
    ("disability", Match::Word, LegalGround::Health),
    ("disabled", Match::Word, LegalGround::Health),
    ("allerg", Match::Start, LegalGround::Health),
    ("gesundheit", Match::Start, LegalGround::Health),
    ("behinderung", Match::Start, LegalGround::Health),
    ("krankheit", Match::Start, LegalGround::Health),
    ("diagnos", Match::Start, LegalGround::Health),
    ("political", Match::Start, LegalGround::PoliticalOpinion),
    ("politisch", Match::Start, LegalGround::PoliticalOpinion),
    (
        "parteimitglied",
        Match::Start,
        LegalGround::PoliticalOpinion,
    ),
    ("residence", Match::Word, LegalGround::Residence),
    ("resident", Match::Word, LegalGround::Residence),
    ("municipality", Match::Word, LegalGround::Residence),
    ("wohnort", Match::Start, LegalGround::Residence),
    ("einheimisch", Match::Start, LegalGround::Residence),
    ("ortsansässig", Match::Start, LegalGround::Residence),
    ("fremdgemeinde", Match::Start, LegalGround::Residence),
];

/// The first word of a text that names what must not be used, with the reason.
///
/// ```
/// use matching::{LegalGround, forbidden_word};
/// assert_eq!(
///     forbidden_word("Kinder mit Migrationshintergrund"),
///     Some(("migrationshintergrund".to_owned(), LegalGround::Origin)),
/// );
/// assert_eq!(forbidden_word("jüngere Geschwister in der Kirchstraße"), None);
/// ```
#[must_use]
pub fn forbidden_word(text: &str) -> Option<(String, LegalGround)> {
    let lower = text.to_lowercase();
    lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .find_map(|word| {
            let found = FORBIDDEN_WORDS.iter().find(|(forbidden, by, _)| match by {
                Match::Word => word == *forbidden,
                Match::Start => word.starts_with(forbidden),
            })?;
            Some((word.to_owned(), found.2))
        })
}
