//! The identifier of a session, which only the browser has, and its hash, which the store has.

use aws_lc_rs::{digest, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::session::error::SessionError;
use crate::session::store::SessionKey;

/// The number of random bytes: 256 bits.
const RANDOM_BYTES: usize = 32;

/// A random identifier, the value of the session's cookie.
pub(super) struct SessionId(Zeroizing<[u8; RANDOM_BYTES]>);

impl SessionId {
    pub(super) fn random() -> Result<Self, SessionError> {
        let mut bytes = Zeroizing::new([0; RANDOM_BYTES]);
        rand::fill(&mut *bytes).map_err(|_| SessionError::NoRandomBytes)?;
        Ok(Self(bytes))
    }

    /// Reads the value of a cookie; there is one text for each identifier.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; RANDOM_BYTES]);
        let read = URL_SAFE_NO_PAD.decode_slice(text, &mut *bytes).ok()?;
        (read == RANDOM_BYTES).then_some(Self(bytes))
    }

    /// Returns the value of the cookie: 43 letters, digits, `-` and `_`.
    pub(super) fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(*self.0))
    }

    /// Returns the SHA-256 hash, so that the content of a store does not open a session.
    pub(super) fn key(&self) -> SessionKey {
        SessionKey::of(digest::digest(&digest::SHA256, &*self.0).as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_an_identifier_is_read_back() {
        let id = SessionId::random().unwrap();
        let text = id.text();
        assert_eq!(text.len(), 43);
        let read = SessionId::parse(text.as_bytes()).unwrap();
        assert_eq!(read.key(), id.key());
        assert_ne!(SessionId::random().unwrap().key(), id.key());
    }

    #[test]
    fn other_texts_name_no_session() {
        let text = SessionId::random().unwrap().text();
        let padded = format!("{}=", *text);
        // the last character has two unused bits, which must be zero
        let loose = format!("{}B", "A".repeat(42));
        for other in ["", "A", &text[..42], &padded, &loose, &"A".repeat(44)] {
            assert!(SessionId::parse(other.as_bytes()).is_none(), "{other}");
        }
        assert!(SessionId::parse("A".repeat(43).as_bytes()).is_some());
    }
}
