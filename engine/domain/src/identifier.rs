//! Typed identifiers.

use std::fmt;
use std::sync::Arc;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// The text is empty or longer than 64 bytes.
    #[error("an identifier has 1 to 64 bytes, this one has {length}; shorten it or fill it in")]
    Length {
        /// Bytes found.
        length: usize,
    },
    /// The text holds a character outside `A-Z a-z 0-9 . _ -`.
    #[error(
        "an identifier holds only letters, digits, '.', '_' and '-', but position {position} holds {character:?}; replace it"
    )]
    Character {
        /// Byte position, from 0.
        position: usize,
        /// The offending character.
        character: char,
    },
}

/// Longest identifier in bytes.
const LONGEST: usize = 64;

/// Checks the form shared by all identifiers.
fn check(text: &str) -> Result<(), IdentifierError> {
    if text.is_empty() || text.len() > LONGEST {
        return Err(IdentifierError::Length { length: text.len() });
    }
    if text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    {
        return Ok(());
    }
    match text
        .char_indices()
        .find(|(_, c)| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')))
    {
        None => Ok(()),
        Some((position, character)) => Err(IdentifierError::Character {
            position,
            character,
        }),
    }
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// 1 to 64 bytes of `A-Z a-z 0-9 . _ -`; ordered as text; cheap to clone.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks and wraps a text.
            ///
            /// # Errors
            ///
            /// [`IdentifierError`] when the text is empty, longer than 64 bytes or holds another
            /// character.
            pub fn new(text: &str) -> Result<Self, IdentifierError> {
                check(text)?;
                Ok(Self(Arc::from(text)))
            }

            /// Checks the form of a text without wrapping it: the inner loop of table checks.
            ///
            /// # Errors
            ///
            /// [`IdentifierError`] as [`Self::new`].
            pub fn well_formed(text: &str) -> Result<(), IdentifierError> {
                check(text)
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdentifierError;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(&text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdentifierError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

identifier!(
    /// A small area of the city (Stadtteil, statistischer Bezirk).
    AreaId
);
identifier!(
    /// A provider of childcare (Träger).
    ProviderId
);
identifier!(
    /// A facility (Einrichtung): day-care centre, after-school centre or childminder site.
    FacilityId
);
identifier!(
    /// A household; siblings share one.
    HouseholdId
);
identifier!(
    /// The pseudonym of a child. Never a name (P03).
    ChildId
);
identifier!(
    /// One application of one child at one facility (Anmeldung).
    ApplicationId
);
identifier!(
    /// An offer of a place (Platzangebot, Platzzusage).
    OfferId
);
identifier!(
    /// A care contract (Betreuungsvertrag).
    ContractId
);
identifier!(
    /// A member of staff, pseudonymous.
    StaffId
);

identifier!(
    /// Account of a person or program, pseudonymous.
    ActorId
);
identifier!(
    /// A reference into somebody's files, for example of a mandate, a notice or a proof.
    ReferenceId
);
identifier!(
    /// Key of a suggestion list.
    SuggestionListId
);
identifier!(
    /// Key of a freed place.
    FreedPlaceId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_keeps_its_text() {
        assert_eq!(
            FacilityId::new("F-0012.a_b").unwrap().as_str(),
            "F-0012.a_b"
        );
    }

    #[test]
    fn an_identifier_refuses_spaces_and_umlauts_and_names_the_position() {
        assert_eq!(
            ProviderId::new("T 1"),
            Err(IdentifierError::Character {
                position: 1,
                character: ' '
            })
        );
        assert!(ProviderId::new("Süd").is_err());
    }

    #[test]
    fn an_identifier_has_one_to_sixty_four_bytes() {
        assert_eq!(ChildId::new(""), Err(IdentifierError::Length { length: 0 }));
        assert!(ChildId::new(&"a".repeat(64)).is_ok());
        assert_eq!(
            ChildId::new(&"a".repeat(65)),
            Err(IdentifierError::Length { length: 65 })
        );
    }

    #[test]
    fn an_identifier_is_checked_when_deserialised() {
        assert!(serde_json::from_str::<AreaId>("\"A 1\"").is_err());
        assert_eq!(
            serde_json::from_str::<AreaId>("\"A1\"").unwrap().as_str(),
            "A1"
        );
    }
}
