//! Codes and refresh tokens.

use aws_lc_rs::{hmac, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// The length of a code or refresh token, in bytes before its encoding.
const LEN: usize = GrantId::LEN + 4 + MAC;
const MAC: usize = 32;

/// The identifier of an authorization. It is part of access tokens, and is not secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::authorization_server) struct GrantId([u8; Self::LEN]);

impl GrantId {
    const LEN: usize = 16;

    /// Returns a random identifier; `None` if the system has no randomness.
    pub(super) fn random() -> Option<Self> {
        let mut bytes = [0; Self::LEN];
        rand::fill(&mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// Returns 22 characters of base64url.
    pub(in crate::authorization_server) fn to_text(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    pub(in crate::authorization_server) fn from_text(text: &str) -> Option<Self> {
        let mut bytes = [0; Self::LEN];
        let len = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        (len == bytes.len()).then_some(Self(bytes))
    }
}

/// The use of a value that is derived from the secret of an authorization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Code,
    Refresh,
}

impl Use {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Code => b"palisade authorization code",
            Self::Refresh => b"palisade refresh token",
        }
    }
}

/// The secret of an authorization, 256 random bits.
pub(super) struct GrantSecret(Zeroizing<[u8; 32]>);

impl GrantSecret {
    /// Returns a random secret; `None` if the system has no randomness.
    pub(super) fn random() -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        rand::fill(bytes.as_mut_slice()).ok()?;
        Some(Self(bytes))
    }

    pub(super) fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(self.0.as_slice()))
    }

    pub(super) fn from_text(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        let len = URL_SAFE_NO_PAD
            .decode_slice(text, bytes.as_mut_slice())
            .ok()?;
        (len == bytes.len()).then_some(Self(bytes))
    }

    /// Returns the code, or the refresh token with a number, of the authorization with this secret.
    pub(super) fn derive(&self, id: GrantId, usage: Use, number: u32) -> String {
        let tag = hmac::sign(&self.key(), &message(id, usage, number));
        let mut bytes = Zeroizing::new(Vec::with_capacity(LEN));
        bytes.extend_from_slice(&id.0);
        bytes.extend_from_slice(&number.to_be_bytes());
        bytes.extend_from_slice(tag.as_ref());
        URL_SAFE_NO_PAD.encode(bytes.as_slice())
    }

    /// Returns whether a credential was derived from this secret for the use.
    pub(super) fn has_derived(&self, credential: &GrantCredential, usage: Use) -> bool {
        let message = message(credential.id, usage, credential.number);
        hmac::verify(&self.key(), &message, &credential.mac).is_ok()
    }

    fn key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.0.as_slice())
    }
}

fn message(id: GrantId, usage: Use, number: u32) -> Vec<u8> {
    [usage.label(), &id.0, &number.to_be_bytes()].concat()
}

/// A code or refresh token of a request; only the secret of its authorization shows whether it is authentic.
pub(super) struct GrantCredential {
    pub(super) id: GrantId,
    pub(super) number: u32,
    mac: [u8; MAC],
}

impl GrantCredential {
    /// Reads a code or refresh token; returns `None` unless it has the length and the alphabet of one.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; LEN]);
        let len = URL_SAFE_NO_PAD
            .decode_slice(text, bytes.as_mut_slice())
            .ok()?;
        if len != LEN {
            return None;
        }
        let (id, rest) = bytes.split_first_chunk()?;
        let (number, mac) = rest.split_first_chunk()?;
        Some(Self {
            id: GrantId(*id),
            number: u32::from_be_bytes(*number),
            mac: mac.try_into().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credential_is_authentic_for_its_secret_and_use_only() {
        let (secret, other) = (
            GrantSecret::random().unwrap(),
            GrantSecret::random().unwrap(),
        );
        let id = GrantId::random().unwrap();
        let code = secret.derive(id, Use::Code, 0);
        assert_eq!(code.len(), 70);
        let code = GrantCredential::read(&code).unwrap();
        assert!(secret.has_derived(&code, Use::Code));
        assert!(!secret.has_derived(&code, Use::Refresh));
        assert!(!other.has_derived(&code, Use::Code));
        let next = GrantCredential { number: 1, ..code };
        assert!(!secret.has_derived(&next, Use::Code));
    }

    #[test]
    fn malformed_credential_is_rejected() {
        let secret = GrantSecret::random().unwrap();
        let code = secret.derive(GrantId::random().unwrap(), Use::Code, 0);
        let longer = format!("{code}A");
        for text in [
            "",
            "code",
            &code[1..],
            &longer,
            &code.replace(&code[..1], "+"),
        ] {
            assert!(GrantCredential::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn secret_and_identifier_survive_their_text() {
        let id = GrantId::random().unwrap();
        assert_eq!(GrantId::from_text(&id.to_text()), Some(id));
        assert_eq!(GrantId::from_text("short"), None);
        let secret = GrantSecret::random().unwrap();
        let copy = GrantSecret::from_text(&secret.to_text()).unwrap();
        assert_eq!(*secret.to_text(), *copy.to_text());
        assert!(GrantSecret::from_text("short").is_none());
    }
}
