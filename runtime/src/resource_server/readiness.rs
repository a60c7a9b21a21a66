//! Whether a server can judge tokens now.

use std::collections::BTreeSet;
use std::fmt;

/// When a server whose issuers have to be asked for something is built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Startup {
    /// `build` fetches every issuer's keys, asks each that answers for its tokens about one that
    /// nobody has issued, and fails where it cannot; the default.
    #[default]
    FailFast,
    /// `build` does not wait; requests are answered with 503 until the keys are there and issuers
    /// answer.
    ///
    /// [`ResourceServer::ready`](crate::ResourceServer::ready) tells when they are.
    Deferred,
}

/// The issuers whose tokens cannot be judged at present.
#[derive(Clone, PartialEq, Eq)]
pub struct NotReady {
    pub(super) waiting: Vec<Waiting>,
}

/// An issuer without usable keys, or one that does not answer for its tokens, and why.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) issuer: String,
    pub(super) cause: Option<String>,
}

impl NotReady {
    /// The issuers, by their URLs, each once.
    pub fn issuers(&self) -> impl Iterator<Item = &str> {
        let issuers = self.waiting.iter().map(|waiting| waiting.issuer.as_str());
        issuers.collect::<BTreeSet<_>>().into_iter()
    }
}

/// For the operator's eyes: it names issuers and what their servers answered.
impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no token can be judged of ")?;
        for (at, Waiting { issuer, cause }) in self.waiting.iter().enumerate() {
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

    /// One that has neither keys nor an answering endpoint is told with both causes.
    #[test]
    fn an_issuer_is_named_once() {
        let waiting = |issuer: &str, cause: &str| Waiting {
            issuer: issuer.to_owned(),
            cause: Some(cause.to_owned()),
        };
        let not_ready = NotReady {
            waiting: vec![
                waiting("https://b.example", "no keys"),
                waiting("https://a.example", "no keys"),
                waiting("https://b.example", "no answer"),
            ],
        };
        let issuers: Vec<_> = not_ready.issuers().collect();
        assert_eq!(issuers, ["https://a.example", "https://b.example"]);
        assert!(not_ready.to_string().contains("(no answer)"));
    }
}
