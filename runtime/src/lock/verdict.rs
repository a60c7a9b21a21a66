//! The result of a comparison.

use std::fmt;

/// The differences between two versions of an API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a comparison has no effect until its changes are checked"]
pub struct Comparison {
    changes: Vec<Change>,
}

/// One difference, as one sentence with the route and a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub(super) verdict: Verdict,
    pub(super) subject: String,
    pub(super) detail: String,
}

/// The effect of a [`Change`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Verdict {
    /// A caller is admitted, or an input accepted, that was not before.
    Weaker,
    /// Neither version admits or accepts all that the other does, or the comparison cannot decide it. It counts
    /// as weaker.
    Incomparable,
    /// A route that did not exist.
    New,
    /// A caller is refused, or an input rejected, that was not before, and none is added.
    Stronger,
    /// A route that no longer exists.
    Gone,
}

impl Comparison {
    pub(super) fn new(mut changes: Vec<Change>) -> Self {
        // stable: within a verdict, changes are in the order of the file
        changes.sort_by_key(|change| change.verdict);
        Self { changes }
    }

    /// Returns the changes, the weaker ones first.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Returns whether the versions admit the same callers and accept the same input.
    pub fn is_unchanged(&self) -> bool {
        self.changes.is_empty()
    }

    /// Returns whether a change is weaker or incomparable; new routes are neither.
    pub fn is_weaker(&self) -> bool {
        let mut changes = self.changes.iter();
        changes.any(|change| change.verdict.is_weaker())
    }
}

/// One sentence on each line.
impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, change) in self.changes.iter().enumerate() {
            let separator = if at == 0 { "" } else { "\n" };
            write!(f, "{separator}{change}")?;
        }
        Ok(())
    }
}

impl Change {
    /// Returns the effect.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Returns what changed, such as `` `GET /orders` `` or `` issuer `https://login.example` ``.
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

/// A sentence: the verdict, the subject, and a witness.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.verdict, self.subject, self.detail)
    }
}

impl Verdict {
    /// Returns whether the change counts as weaker: `Weaker` and `Incomparable` do.
    pub fn is_weaker(self) -> bool {
        matches!(self, Self::Weaker | Self::Incomparable)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Weaker => "weaker",
            Self::Incomparable => "incomparable, counts as weaker",
            Self::New => "new",
            Self::Stronger => "stronger",
            Self::Gone => "gone",
        })
    }
}
