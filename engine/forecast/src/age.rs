//! Age classes of the population table and age groups of the planner.

use std::fmt;
use std::str::FromStr;

/// Highest age in completed years that is accepted.
pub(crate) const OLDEST: u8 = 120;

/// A class of the population table: all ages from `first` to `last`, in completed years.
///
/// Written `3` for a single age and `3-4` for a range, both ends included.
///
/// ```
/// use forecast::AgeClass;
/// let class: AgeClass = "3-4".parse()?;
/// assert_eq!((class.first(), class.last(), class.width()), (3, 4, 2));
/// assert_eq!(class.to_string(), "3-4");
/// assert!("4-3".parse::<AgeClass>().is_err());
/// # Ok::<(), forecast::AgeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AgeClass {
    first: u8,
    last: u8,
}

/// Why a text is not an age class or an age group.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AgeError {
    /// The text is neither `3` nor `3-4`.
    #[error("{text:?} is no age; write completed years as `3`, or an inclusive range as `3-4`")]
    Form {
        /// The text found.
        text: String,
    },
    /// The range ends before it begins, or goes past the highest age.
    #[error("the ages {first} to {last} are no range within 0 to 120; put the lower age first")]
    Range {
        /// First age found.
        first: u8,
        /// Last age found.
        last: u8,
    },
    /// A group is not written `NAME=first-last`.
    #[error("{text:?} is no age group; write `NAME=first-last`, such as `U3=0-2,K=3-5`")]
    Group {
        /// The text found.
        text: String,
    },
    /// A group name is empty or cannot be told apart from an age.
    #[error("{name:?} cannot name an age group; use a name such as `U3` that is not itself an age")]
    GroupName {
        /// The name found.
        name: String,
    },
    /// Two groups have the same name.
    #[error("two age groups are named {name:?}; give each group its own name")]
    GroupTwice {
        /// The name found twice.
        name: String,
    },
}

impl AgeClass {
    /// The ages from `first` to `last`, both included.
    ///
    /// # Errors
    ///
    /// [`AgeError::Range`] when `first` is above `last` or `last` above 120.
    pub fn new(first: u8, last: u8) -> Result<Self, AgeError> {
        if first > last || last > OLDEST {
            return Err(AgeError::Range { first, last });
        }
        Ok(Self { first, last })
    }

    /// Youngest age in completed years.
    #[must_use]
    pub fn first(self) -> u8 {
        self.first
    }

    /// Oldest age in completed years.
    #[must_use]
    pub fn last(self) -> u8 {
        self.last
    }

    /// Number of single ages in the class, at least 1.
    #[must_use]
    pub fn width(self) -> u8 {
        self.last - self.first + 1
    }

    /// Middle of the class in years of age.
    pub(crate) fn middle(self) -> f64 {
        f64::midpoint(f64::from(self.first), f64::from(self.last))
    }
}

impl FromStr for AgeClass {
    type Err = AgeError;

    fn from_str(text: &str) -> Result<Self, AgeError> {
        let form = || AgeError::Form {
            text: text.to_owned(),
        };
        let age = |part: &str| {
            if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(form());
            }
            part.parse::<u8>().map_err(|_| form())
        };
        let (first, last) = match text.split_once('-') {
            None => (age(text)?, age(text)?),
            Some((first, last)) => (age(first)?, age(last)?),
        };
        Self::new(first, last)
    }
}

impl fmt::Display for AgeClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}-{}", self.first, self.last)
        }
    }
}

/// A group of ages the planner asks for, such as `U3` for the ages 0 to 2.
///
/// ```
/// use forecast::AgeGroup;
/// let groups = AgeGroup::parse_list("U3=0-2,K=3-5")?;
/// assert_eq!(groups[1].name(), "K");
/// assert_eq!(groups[1].ages().to_string(), "3-5");
/// assert!(AgeGroup::parse_list("U3=0-2,U3=3-5").is_err());
/// # Ok::<(), forecast::AgeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgeGroup {
    name: String,
    ages: AgeClass,
}

impl AgeGroup {
    /// A named group of ages.
    ///
    /// # Errors
    ///
    /// [`AgeError::GroupName`] when the name is empty, holds `,`, `=`, a quote or a control
    /// character, or reads like an age.
    pub fn new(name: &str, ages: AgeClass) -> Result<Self, AgeError> {
        let unusable = |c: char| matches!(c, ',' | '=' | '"') || c.is_control();
        if name.trim().is_empty() || name.contains(unusable) || name.parse::<AgeClass>().is_ok() {
            return Err(AgeError::GroupName {
                name: name.to_owned(),
            });
        }
        Ok(Self {
            name: name.to_owned(),
            ages,
        })
    }

    /// Reads `U3=0-2,K=3-5`. A single age is written `A0=0`.
    ///
    /// # Errors
    ///
    /// [`AgeError`] naming the part that is not a group.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, AgeError> {
        let mut groups: Vec<Self> = Vec::new();
        for part in text.split(',') {
            let part = part.trim();
            let (name, ages) = part.split_once('=').ok_or_else(|| AgeError::Group {
                text: part.to_owned(),
            })?;
            groups.push(Self::new(name.trim(), ages.trim().parse()?)?);
        }
        refuse_twins(&groups)?;
        Ok(groups)
    }

    /// Name as given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The ages of the group.
    #[must_use]
    pub fn ages(&self) -> AgeClass {
        self.ages
    }
}

/// Refuses a list in which a name stands twice.
pub(crate) fn refuse_twins(groups: &[AgeGroup]) -> Result<(), AgeError> {
    for (position, group) in groups.iter().enumerate() {
        if groups[..position]
            .iter()
            .any(|other| other.name == group.name)
        {
            return Err(AgeError::GroupTwice {
                name: group.name.clone(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_single_or_inclusive_ranges_and_nothing_else() {
        assert_eq!("0".parse::<AgeClass>(), AgeClass::new(0, 0));
        assert_eq!("3-4".parse::<AgeClass>(), AgeClass::new(3, 4));
        for text in [
            "", "-", "3-", "-4", "a", "3-4-5", "+3", " 3", "300", "4-3", "0-121",
        ] {
            assert!(text.parse::<AgeClass>().is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn a_group_needs_a_name_of_its_own_that_is_not_an_age() {
        for text in [
            "",
            "U3",
            "=0-2",
            "3=0-2",
            "U3=0-2,",
            "U3=0-2,U3=3-5",
            "U3=2-0",
        ] {
            assert!(AgeGroup::parse_list(text).is_err(), "{text:?} was accepted");
        }
        assert_eq!(AgeGroup::parse_list(" U3 = 0-2 ").unwrap()[0].name(), "U3");
    }
}
