//! The issuers that keep a server from being ready.

use std::collections::BTreeSet;
use std::fmt;

/// The issuers whose tokens cannot be validated at present.
///
/// # Security
///
/// `Display` and `Debug` contain issuers and details of their responses: log them, and do not send
/// them to clients.
#[derive(Clone, PartialEq, Eq)]
pub struct NotReady {
    pub(super) unavailable: Vec<UnavailableIssuer>,
}

/// An issuer without usable keys, or with an introspection endpoint that fails.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct UnavailableIssuer {
    pub(super) issuer: String,
    pub(super) cause: Option<String>,
}

impl NotReady {
    /// Returns the URLs of the issuers, without duplicates.
    pub fn issuers(&self) -> impl Iterator<Item = &str> {
        let issuers = self.unavailable.iter().map(|entry| entry.issuer.as_str());
        issuers.collect::<BTreeSet<_>>().into_iter()
    }
}

impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tokens cannot be validated for ")?;
        for (at, UnavailableIssuer { issuer, cause }) in self.unavailable.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            write!(f, "`{issuer}`")?;
            if let Some(cause) = cause {
                write!(f, " ({cause})")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NotReady({self})")
    }
}

impl std::error::Error for NotReady {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuer_with_two_causes_is_listed_once() {
        let entry = |issuer: &str, cause: &str| UnavailableIssuer {
            issuer: issuer.to_owned(),
            cause: Some(cause.to_owned()),
        };
        let not_ready = NotReady {
            unavailable: vec![
                entry("https://b.example", "no keys"),
                entry("https://a.example", "no keys"),
                entry("https://b.example", "no answer"),
            ],
        };
        let issuers: Vec<_> = not_ready.issuers().collect();
        assert_eq!(issuers, ["https://a.example", "https://b.example"]);
        assert!(not_ready.to_string().contains("(no answer)"));
    }
}
