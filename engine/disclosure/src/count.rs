//! One number of children by itself.

use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::DisclosurePolicy;
use crate::policy::ZeroRule;

/// A count of children that stands alone, for example on a map or in a sentence.
///
/// Small counts show as `<3`. That is safe only for a number without neighbours: where parts or a
/// total of the same children are shown as well, use a table and [`crate::release`], because
/// `<3` beside a total and the other parts can be calculated.
///
/// ```
/// use disclosure::{DisclosurePolicy, ReleasedCount};
/// let policy = DisclosurePolicy::default();
/// assert_eq!(ReleasedCount::new(17, "waiting", &policy).to_string(), "17");
/// assert_eq!(ReleasedCount::new(2, "waiting", &policy).to_string(), "<3");
/// assert_eq!(ReleasedCount::new(2, "waiting", &policy).value(), None);
/// assert_eq!(ReleasedCount::new(0, "waiting", &policy).to_string(), "0");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ReleasedCount(Shown);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Exact(u64),
    Below(u32),
}

impl ReleasedCount {
    /// Applies the policy to one count; `name` selects the stricter minimum of sensitive tables.
    #[must_use]
    pub fn new(count: u64, name: &str, policy: &DisclosurePolicy) -> Self {
        let minimum = policy.minimum_frequency(name);
        let empty_and_shown = count == 0 && policy.zeros() == ZeroRule::Published;
        if count >= u64::from(minimum) || empty_and_shown {
            Self(Shown::Exact(count))
        } else {
            Self(Shown::Below(minimum))
        }
    }

    /// The count; `None` when it is too small to show.
    #[must_use]
    pub fn value(self) -> Option<u64> {
        match self.0 {
            Shown::Exact(count) => Some(count),
            Shown::Below(_) => None,
        }
    }
}

impl fmt::Display for ReleasedCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Shown::Exact(count) => write!(f, "{count}"),
            Shown::Below(minimum) => write!(f, "<{minimum}"),
        }
    }
}

impl fmt::Debug for ReleasedCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReleasedCount({self})")
    }
}

impl Serialize for ReleasedCount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ReleasedCount", 2)?;
        fields.serialize_field("value", &self.value())?;
        fields.serialize_field("display", &self.to_string())?;
        fields.end()
    }
}
