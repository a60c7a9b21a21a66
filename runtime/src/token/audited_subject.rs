//! The subject of a token in audit events: absent, hashed with a key, or as in the token.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::secret::Secret;

/// The settings of an issuer for the subjects in audit events. By default, events have none.
#[derive(Clone, Debug, Default)]
pub(crate) struct AuditedSubject {
    /// The key of the field `subject_hash`.
    pub(crate) key: Option<SubjectKey>,
    /// Whether events have the field `subject`.
    pub(crate) is_plain: bool,
}

/// A key under which subjects are hashed, so that the events of one subject can be joined.
#[derive(Clone)]
pub(crate) struct SubjectKey(Arc<hmac::Key>);

impl SubjectKey {
    /// The minimum length in bytes: the size of the hash ([RFC 2104 §3]).
    ///
    /// [RFC 2104 §3]: https://www.rfc-editor.org/rfc/rfc2104#section-3
    pub(crate) const MIN_LEN: usize = 32;

    /// Creates a key, or returns `None` if the secret is too short.
    pub(crate) fn new(secret: &Secret) -> Option<Self> {
        let key = || Arc::new(hmac::Key::new(hmac::HMAC_SHA256, secret.expose()));
        (secret.len() >= Self::MIN_LEN).then(|| Self(key()))
    }

    /// Hashes the issuer, a line feed and the subject with HMAC-SHA-256, as base64url.
    ///
    /// Two issuers may use the same subject for different users. An issuer is a URL, which cannot
    /// contain a line feed, so that two different pairs are different messages.
    pub(crate) fn hash(&self, issuer: &str, subject: &str) -> Box<str> {
        let mut context = hmac::Context::with_key(&self.0);
        for part in [issuer, "\n", subject] {
            context.update(part.as_bytes());
        }
        URL_SAFE_NO_PAD.encode(context.sign()).into()
    }
}

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubjectKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(len: usize) -> Option<SubjectKey> {
        SubjectKey::new(&Secret::new(vec![0x0b; len]))
    }

    #[test]
    fn key_shorter_than_the_hash_is_rejected() {
        for (len, is_accepted) in [(0, false), (31, false), (32, true), (33, true), (200, true)] {
            assert_eq!(key(len).is_some(), is_accepted, "{len}");
        }
    }

    /// Computed with Python's `hmac` and `base64`.
    #[test]
    fn hash_equals_the_vectors_of_another_implementation() {
        let key = key(32).unwrap();
        for (issuer, subject, expected) in [
            (
                "https://login.example",
                "alice",
                "FQAnoXdY0vaUMu3jqqly5hV8ii0wBzmLMEf40ujopAo",
            ),
            (
                "https://login.example",
                "",
                "UKGhsHG84cjZEEDFEdEPY-sjy8wd2raFhFvoZGQlHKg",
            ),
            (
                "https://other.example",
                "alice",
                "jXMmmALpirVaVXhcGDQttAtESxx7c-LgOne45ve-TJE",
            ),
            (
                "https://login.example",
                "zoë\n",
                "kiB-OnKwGl3gi5mYhLnJPFfy8jNxnqXscFNTFTRN-2E",
            ),
        ] {
            assert_eq!(&*key.hash(issuer, subject), expected, "{issuer} {subject}");
        }
    }

    #[test]
    fn hash_depends_on_key_issuer_and_subject_separately() {
        let (key, other) = (key(32).unwrap(), key(33).unwrap());
        let hash = key.hash("https://a.example/x", "y");
        assert_ne!(hash, other.hash("https://a.example/x", "y"));
        assert_ne!(hash, key.hash("https://a.example/", "xy"));
        assert_ne!(hash, key.hash("https://a.example/xy", ""));
        assert_ne!(hash, key.hash("https://a.example/x", "Y"));
    }

    #[test]
    fn debug_prints_no_byte_of_the_key() {
        let printed = format!("{:?}", key(32).unwrap());
        assert_eq!(printed, "SubjectKey([redacted])");
    }
}
