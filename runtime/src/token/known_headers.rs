//! The headers of recent valid tokens: an issuer signs most of its tokens with the same header.

use std::sync::{Arc, PoisonError, RwLock};

use crate::token::header::UntrustedHeader;

/// The maximum number of headers: two for each of a few issuers, while their keys rotate.
const MAX_HEADERS: usize = 8;

/// Decoded headers by their text.
///
/// Only headers of valid tokens are added, so a client cannot replace them. A known header saves its decoding, and
/// nothing else: it does not select an issuer or a key.
#[derive(Default)]
pub(super) struct KnownHeaders(RwLock<Entries>);

#[derive(Default)]
struct Entries {
    headers: Vec<Arc<KnownHeader>>,
    /// The position of the oldest header, or the end while there are fewer than [`MAX_HEADERS`].
    oldest: usize,
}

/// A header and its text.
pub(super) struct KnownHeader {
    /// As in the token, in base64url.
    encoded: Box<[u8]>,
    header: UntrustedHeader<'static>,
}

impl KnownHeader {
    pub(super) fn header(&self) -> &UntrustedHeader<'static> {
        &self.header
    }
}

impl KnownHeaders {
    /// Returns the header with this text.
    pub(super) fn get(&self, encoded: &[u8]) -> Option<Arc<KnownHeader>> {
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut headers = entries.headers.iter();
        headers.find(|known| *known.encoded == *encoded).cloned()
    }

    /// Adds the header of a valid token, in place of the oldest one.
    pub(super) fn add(&self, encoded: &[u8], header: &UntrustedHeader<'_>) {
        let known = Arc::new(KnownHeader {
            encoded: encoded.into(),
            header: header.to_static(),
        });
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let oldest = entries.oldest;
        match entries.headers.get_mut(oldest) {
            Some(replaced) => *replaced = known,
            None => entries.headers.push(known),
        }
        entries.oldest = (oldest + 1) % MAX_HEADERS;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Algorithm;

    fn add(known: &KnownHeaders, kid: usize) {
        let json = format!(r#"{{"alg":"ES256","kid":"{kid}","typ":"at+jwt"}}"#);
        let header = UntrustedHeader::read(json.as_bytes()).unwrap();
        known.add(kid.to_string().as_bytes(), &header);
    }

    fn kid(known: &KnownHeaders, kid: usize) -> Option<String> {
        let header = known.get(kid.to_string().as_bytes())?;
        header.header().kid.as_deref().map(str::to_owned)
    }

    #[test]
    fn header_is_found_by_its_complete_text() {
        let known = KnownHeaders::default();
        add(&known, 12);
        let found = known.get(b"12").unwrap();
        assert_eq!(found.header().algorithm, Algorithm::ES256);
        assert_eq!(found.header().kid.as_deref(), Some("12"));
        assert_eq!(found.header().typ.as_deref(), Some("at+jwt"));
        for other in [&b""[..], b"1", b"123", b"21"] {
            assert!(known.get(other).is_none(), "{other:?}");
        }
    }

    #[test]
    fn oldest_header_is_replaced() {
        let known = KnownHeaders::default();
        for added in 0..3 * MAX_HEADERS {
            add(&known, added);
            for other in 0..=added {
                let is_recent = added - other < MAX_HEADERS;
                let expected = is_recent.then(|| other.to_string());
                assert_eq!(kid(&known, other), expected, "{other} after {added}");
            }
        }
    }
}
