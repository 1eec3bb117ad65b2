//! Care types.

use std::fmt;

/// The kind of care (Betreuungsart) a place is for.
///
/// ```
/// use domain::CareType;
/// assert_eq!("nursery".parse::<CareType>().unwrap().german(), "Krippe");
/// assert!("Krippe".parse::<CareType>().is_err()); // files use the English names
/// ```
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum CareType {
    /// Kindertagespflege: a childminder, at most five children present at a time (§ 43 SGB VIII).
    Childminding,
    /// Krippe: as a rule to the third birthday (§ 1 SächsKitaG).
    Nursery,
    /// Kindergarten: from three to school entry; admission from the 34th month is possible.
    Kindergarten,
    /// Hort: as a rule to the end of class 4.
    AfterSchool,
}

/// A text that names no care type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{found:?} is no care type; write one of childminding, nursery, kindergarten, after_school"
)]
pub struct UnknownCareType {
    /// The text found.
    pub found: String,
}

impl CareType {
    /// All care types in the order of every table and chart.
    pub const ALL: [Self; 4] = [
        Self::Childminding,
        Self::Nursery,
        Self::Kindergarten,
        Self::AfterSchool,
    ];

    /// The number of care types: the width of dense arrays.
    pub const COUNT: usize = Self::ALL.len();

    /// Position in [`Self::ALL`], 0 to 3.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The care type at a position of [`Self::ALL`], if there is one.
    #[must_use]
    pub fn from_index(index: usize) -> Option<Self> {
        Self::ALL.get(index).copied()
    }

    /// The name in files and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Childminding => "childminding",
            Self::Nursery => "nursery",
            Self::Kindergarten => "kindergarten",
            Self::AfterSchool => "after_school",
        }
    }

    /// The German term, for pages.
    #[must_use]
    pub const fn german(self) -> &'static str {
        match self {
            Self::Childminding => "Kindertagespflege",
            Self::Nursery => "Krippe",
            Self::Kindergarten => "Kindergarten",
            Self::AfterSchool => "Hort",
        }
    }

    /// The name on English pages.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::Childminding => "Childminding",
            Self::Nursery => "Nursery",
            Self::Kindergarten => "Kindergarten",
            Self::AfterSchool => "After-school care",
        }
    }

    /// What a nursery child becomes at its third birthday; the others stay what they are.
    #[must_use]
    pub const fn from_third_birthday(self) -> Self {
        match self {
            Self::Nursery => Self::Kindergarten,
            other => other,
        }
    }
}

impl fmt::Display for CareType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for CareType {
    type Err = UnknownCareType;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|care| care.as_str() == text)
            .ok_or_else(|| UnknownCareType {
                found: text.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_care_type_is_found_by_its_name_and_by_its_index() {
        for care in CareType::ALL {
            assert_eq!(care.as_str().parse(), Ok(care));
            assert_eq!(CareType::from_index(care.index()), Some(care));
        }
        assert_eq!(CareType::from_index(4), None);
    }

    #[test]
    fn only_nursery_changes_at_the_third_birthday() {
        assert_eq!(
            CareType::Nursery.from_third_birthday(),
            CareType::Kindergarten
        );
        for care in [
            CareType::Childminding,
            CareType::Kindergarten,
            CareType::AfterSchool,
        ] {
            assert_eq!(care.from_third_birthday(), care);
        }
    }
}
