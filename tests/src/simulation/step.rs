//! Steps of a random history: a verb and four small numbers, which a [`super::world::World`] makes a
//! command of in the state it finds. So every part of a history means something in every state, and a
//! history can be shortened anywhere.

use proptest::collection::vec;
use proptest::prelude::*;

macro_rules! verbs {
    ($($verb:ident = $name:literal, $weight:literal;)+) => {
        /// What is tried.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Verb {
            $($verb,)+
        }

        impl Verb {
            /// The name in kept histories.
            pub(super) const fn name(self) -> &'static str {
                match self {
                    $(Self::$verb => $name,)+
                }
            }

            /// The verb with a name.
            fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$verb),)+
                    _ => None,
                }
            }
        }

        /// Verbs, the frequent ones often; a shrinking history moves towards the first ones.
        fn verbs() -> impl Strategy<Value = Verb> {
            prop_oneof![$($weight => Just(Verb::$verb),)+]
        }
    };
}

verbs! {
    Apply = "apply", 14;
    Offer = "offer", 18;
    Conclude = "conclude", 10;
    Confirm = "confirm", 8;
    Decline = "decline", 3;
    Revoke = "revoke", 2;
    Expire = "expire", 1;
    Withdraw = "withdraw", 3;
    Rank = "rank", 1;
    Score = "score", 1;
    Register = "register", 2;
    Consent = "consent", 3;
    RevokeConsent = "revoke consent", 1;
    MoveHome = "move home", 1;
    Correct = "correct", 3;
    Continue = "continue", 3;
    End = "end", 3;
    Import = "import", 5;
    Capacity = "capacity", 5;
    Block = "block", 2;
    LoseLicence = "lose licence", 2;
    GrantLicence = "grant licence", 2;
    NeedsPlan = "needs plan", 1;
    CloseFacility = "close facility", 1;
    EndProvider = "end provider", 1;
    Rollout = "rollout", 1;
    Attest = "attest", 1;
    Deadline = "deadline", 1;
    Suggest = "suggest", 1;
    Reorder = "reorder", 1;
    Job = "job", 4;
    Days = "days", 4;
    Months = "months", 2;
    Restart = "restart", 1;
    Repeat = "repeat", 3;
}

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    /// What is tried.
    pub(super) verb: Verb,
    /// Which of the things there are, how far, how many: read by the verb.
    pub(super) numbers: [u8; 4],
    /// Whether the caller has seen an older revision than there is: then it must be refused.
    pub(super) stale: bool,
}

/// A history.
pub(super) type History = Vec<Step>;

/// Histories of up to `longest` steps.
pub(super) fn histories(longest: usize) -> impl Strategy<Value = History> {
    let step = (verbs(), any::<[u8; 4]>(), prop::bool::weighted(0.04)).prop_map(
        |(verb, numbers, stale)| Step {
            verb,
            numbers,
            stale,
        },
    );
    vec(step, 8..=longest)
}

/// A history as JSON: a list of `[verb, number, number, number, number, is stale]`.
pub(super) fn to_json(history: &[Step]) -> String {
    let lines: Vec<String> = history
        .iter()
        .map(|step| {
            let [a, b, c, d] = step.numbers;
            format!(
                r#"  ["{}", {a}, {b}, {c}, {d}, {}]"#,
                step.verb.name(),
                step.stale
            )
        })
        .collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

/// A history from JSON.
pub(super) fn from_json(text: &str) -> Option<History> {
    let lines: Vec<(String, u8, u8, u8, u8, bool)> = serde_json::from_str(text).ok()?;
    lines
        .into_iter()
        .map(|(verb, a, b, c, d, stale)| {
            Some(Step {
                verb: Verb::named(&verb)?,
                numbers: [a, b, c, d],
                stale,
            })
        })
        .collect()
}

proptest! {
    #[test]
    fn a_kept_history_is_read_as_it_was_written(history in histories(30)) {
        prop_assert_eq!(from_json(&to_json(&history)), Some(history));
    }
}
