//! The keys of a set that are not used, with the reason for each.

use std::fmt;

use crate::keys::Algorithm;
use crate::text::quoted;

/// The maximum number of skipped keys with details; a 64 KiB key set can have thousands.
const MAX_DETAILS: usize = 16;

/// A key of a key set that is not used.
///
/// # Security
///
/// `Display` quotes the issuer's `kid`, `kty`, `crv` and `alg`, shortened and escaped, and no key
/// material.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedKey {
    /// Counted from 1.
    position: usize,
    kid: Option<Box<str>>,
    reason: SkipReason,
}

/// The reason why a key of a key set is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SkipReason {
    /// The entry is not a JSON object.
    NotAnObject,
    /// The entry is not strict JSON, for example because a member occurs twice.
    Malformed(Box<str>),
    /// The key has a private member, so that it is compromised.
    Private(&'static str),
    /// The key is symmetric: it is published, so it is not secret.
    Symmetric,
    /// The key set contains the private key of this public key.
    Compromised,
    /// `use` is not `sig` ([RFC 7517 §4.2](https://www.rfc-editor.org/rfc/rfc7517#section-4.2)).
    Use,
    /// `key_ops` does not contain `verify` exactly once
    /// ([RFC 7517 §4.3](https://www.rfc-editor.org/rfc/rfc7517#section-4.3)).
    KeyOps,
    /// Palisade does not support the key's type or curve.
    UnsupportedType {
        /// The key's `kty`.
        kty: Box<str>,
        /// The key's `crv`.
        crv: Option<Box<str>>,
    },
    /// Palisade does not support the key's `alg`.
    UnsupportedAlgorithm(Box<str>),
    /// The key's `alg` is for keys of another type.
    AlgorithmOfAnotherType(Algorithm),
    /// The key's `alg` is not among the issuer's allowed algorithms.
    AlgorithmNotAllowed(Algorithm),
    /// The key has no `alg`, and no allowed algorithm fits its type.
    NoAllowedAlgorithm,
    /// A member is missing.
    Missing(&'static str),
    /// A member has the wrong type or encoding.
    InvalidMember(&'static str),
    /// The members are no public key: the point has the wrong length or is not on its curve.
    InvalidKey,
    /// The RSA key is too small, too large or insecure.
    Weak,
    /// A different key has the same `kid` and algorithm, or more than four keys have no `kid`.
    Ambiguous,
}

/// The skipped keys of one key set, those that reveal a secret first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SkippedKeys {
    details: Vec<SkippedKey>,
    count: usize,
}

impl SkippedKey {
    pub(super) fn new(position: usize, kid: Option<&str>, reason: SkipReason) -> Self {
        Self {
            position,
            kid: kid.map(Box::from),
            reason,
        }
    }

    /// Returns the key's `kid`.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Returns why the key is not used.
    pub const fn reason(&self) -> &SkipReason {
        &self.reason
    }
}

impl SkipReason {
    /// Returns whether the key set reveals a secret, so that its keys must be replaced.
    pub const fn is_leak(&self) -> bool {
        matches!(self, Self::Private(_) | Self::Symmetric | Self::Compromised)
    }

    /// Returns whether a correct key set can contain such a key, for another purpose or another API.
    pub const fn is_expected(&self) -> bool {
        matches!(
            self,
            Self::Use
                | Self::KeyOps
                | Self::UnsupportedType { .. }
                | Self::UnsupportedAlgorithm(_)
                | Self::AlgorithmNotAllowed(_)
                | Self::NoAllowedAlgorithm
        )
    }
}

impl SkippedKeys {
    /// Orders the keys by severity, and keeps the details of the first 16.
    pub(super) fn new(mut keys: Vec<SkippedKey>) -> Self {
        let count = keys.len();
        keys.sort_by_key(|key| {
            let severity = (!key.reason.is_leak(), key.reason.is_expected());
            (severity, key.position)
        });
        keys.truncate(MAX_DETAILS);
        Self {
            details: keys,
            count,
        }
    }

    /// Returns the number of skipped keys.
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Returns the first 16 skipped keys, those that reveal a secret first.
    pub fn iter(&self) -> impl Iterator<Item = &SkippedKey> {
        self.details.iter()
    }

    /// Returns whether the key set reveals a secret.
    pub fn has_leak(&self) -> bool {
        self.details.iter().any(|key| key.reason.is_leak())
    }

    /// Logs the keys: those that reveal a secret as an error, other faulty ones as a warning.
    #[cfg_attr(
        not(feature = "tracing"),
        allow(clippy::unused_self, unused_variables, reason = "only logs")
    )]
    pub(crate) fn log(&self, issuer: &str) {
        #[cfg(feature = "tracing")]
        {
            let keys = |severity: fn(&SkipReason) -> bool| {
                let keys = self.details.iter();
                let keys: Vec<_> = keys.filter(|key| severity(&key.reason)).cloned().collect();
                (!keys.is_empty()).then_some(Self {
                    count: keys.len(),
                    details: keys,
                })
            };
            if let Some(keys) = keys(SkipReason::is_leak) {
                tracing::error!(
                    target: "palisade::keys",
                    event = "secret_key_published",
                    issuer,
                    keys = %keys,
                    "the key set reveals secret keys, which are not used"
                );
            }
            if let Some(keys) = keys(|reason| !reason.is_leak() && !reason.is_expected()) {
                tracing::warn!(
                    target: "palisade::keys",
                    event = "keys_skipped",
                    issuer,
                    keys = %keys,
                    "keys of the key set are not used"
                );
            }
            if let Some(keys) = keys(SkipReason::is_expected) {
                tracing::debug!(
                    target: "palisade::keys",
                    event = "keys_skipped",
                    issuer,
                    keys = %keys,
                    "keys of the key set are not used"
                );
            }
        }
    }
}

impl fmt::Display for SkippedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, key) in self.details.iter().enumerate() {
            if at > 0 {
                f.write_str("; ")?;
            }
            key.fmt(f)?;
        }
        match self.count.saturating_sub(self.details.len()) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

impl fmt::Display for SkippedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {}", self.position)?;
        if let Some(kid) = &self.kid {
            write!(f, " (`kid` {})", quoted(kid))?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => f.write_str("not a JSON object"),
            Self::Malformed(problem) => write!(f, "malformed, {problem}"),
            Self::Private(member) => write!(f, "private, it has `{member}`"),
            Self::Symmetric => f.write_str("symmetric, but published"),
            Self::Compromised => f.write_str("its private key is in the key set"),
            Self::Use => f.write_str("`use` is not `sig`"),
            Self::KeyOps => f.write_str("`key_ops` does not contain `verify` exactly once"),
            Self::UnsupportedType { kty, crv } => {
                write!(f, "unsupported type {}", quoted(kty))?;
                match crv.as_deref() {
                    Some("P-521") => {
                        f.write_str(" with the curve P-521 (ES512); use P-256 or P-384")
                    }
                    Some(crv) => write!(f, " with the curve {}", quoted(crv)),
                    None => Ok(()),
                }
            }
            Self::UnsupportedAlgorithm(alg) => write!(f, "unsupported `alg` {}", quoted(alg)),
            Self::AlgorithmOfAnotherType(alg) => {
                write!(f, "`alg` {alg:?} does not fit the type of the key")
            }
            Self::AlgorithmNotAllowed(alg) => write!(
                f,
                "`alg` {alg:?} is not allowed; `Issuer::algorithms` can allow it"
            ),
            Self::NoAllowedAlgorithm => f.write_str(
                "no allowed algorithm fits the type of the key; `Issuer::algorithms` can allow one",
            ),
            Self::Missing(member) => write!(f, "missing `{member}`"),
            Self::InvalidMember(member) => write!(f, "`{member}` is malformed"),
            Self::InvalidKey => f.write_str("the members are not a public key of its type"),
            Self::Weak => f.write_str("the RSA key is too small, too large or insecure"),
            Self::Ambiguous => f.write_str(
                "a different key has the same `kid` and algorithm, or more than four keys have no `kid`",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_bounded_and_leaks_come_first() {
        let mut keys: Vec<_> = (1..=10_000)
            .map(|position| SkippedKey::new(position, None, SkipReason::Use))
            .collect();
        keys.push(SkippedKey::new(10_001, Some("b"), SkipReason::Weak));
        keys.push(SkippedKey::new(10_002, Some("a"), SkipReason::Private("d")));
        let skipped = SkippedKeys::new(keys);
        assert_eq!((skipped.count(), skipped.iter().count()), (10_002, 16));
        assert!(skipped.has_leak());
        let text = skipped.to_string();
        assert!(
            text.starts_with("key 10002 (`kid` \"a\"): private, it has `d`; key 10001 "),
            "{text}"
        );
        assert!(text.ends_with("; and 9986 more"), "{text}");
    }

    #[cfg(all(feature = "testing", feature = "tracing"))]
    #[test]
    fn leaks_are_logged_as_errors_and_expected_keys_at_debug_level() {
        let (log, _capturing) = crate::testing::log::TestLog::capture();
        SkippedKeys::new(vec![
            SkippedKey::new(1, None, SkipReason::Use),
            SkippedKey::new(2, None, SkipReason::Symmetric),
            SkippedKey::new(3, None, SkipReason::Ambiguous),
        ])
        .log("https://issuer.example");
        let text = log.text();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        for (line, level, key) in [
            (lines[0], "ERROR", "key 2: symmetric"),
            (lines[1], "WARN", "key 3: a different key"),
            (lines[2], "DEBUG", "key 1: `use`"),
        ] {
            assert!(line.contains(level) && line.contains(key), "{line}");
        }
    }

    #[test]
    fn text_of_the_issuer_is_escaped_and_shortened() {
        let kid = format!("\n\u{202e}`\"{}", "x".repeat(10_000));
        let text = SkippedKey::new(
            1,
            Some(&kid),
            SkipReason::UnsupportedAlgorithm(kid.as_str().into()),
        )
        .to_string();
        assert!(!text.contains(['\n', '\u{202e}']), "{text}");
        assert!(text.len() < 300, "{}", text.len());
    }
}
