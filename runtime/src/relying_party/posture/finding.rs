//! The findings of a posture check.

use std::fmt;

use serde::Serialize;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// The provider does not offer a further protection, or its metadata cannot state it.
    Advice,
    /// The provider falls short: it offers what is forbidden, or lacks what is demanded.
    Error,
}

/// One point in which a provider falls short of the standard, or could be better.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    id: &'static str,
    severity: Severity,
    reference: &'static str,
    message: String,
}

impl Finding {
    pub(super) fn new(
        severity: Severity,
        id: &'static str,
        reference: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            id,
            severity,
            reference,
            message: message.into(),
        }
    }

    /// Returns the name of the point, such as `pkce-s256-missing`; it does not change between versions.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// Returns the severity.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Returns the specification that the provider falls short of.
    pub fn reference(&self) -> &'static str {
        self.reference
    }

    /// Returns a sentence that says what is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Advice => "advice",
            Self::Error => "error",
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            id,
            severity,
            reference,
            message,
        } = self;
        write!(f, "{severity}: {id}: {message} ({reference})")
    }
}
