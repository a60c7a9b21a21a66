//! A key for sealing.

use std::error::Error;
use std::fmt;

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::{Zeroize as _, Zeroizing};

use crate::secret::Secret;
use crate::text::hexadecimal;

/// The domain of the keys that are derived from a [`SealingKey`].
const SALT: &[u8] = b"palisade seal v1";

/// A 256-bit key that seals cookies and stored tokens.
///
/// It is never used directly: each purpose has a key that is derived from it by HKDF-SHA256 ([RFC 5869]), so that a
/// sealed cookie is never a valid record of a vault, even with the same key. `Debug` prints the identifier only, and
/// the bytes are zeroized on drop.
///
/// Replicas that share cookies or a vault need the same key. Generate one with
/// [`generate`](Self::generate), or with `openssl rand 32`.
///
/// # Examples
///
/// ```
/// use palisade::relying_party::{SealingKey, SealingKeyError};
///
/// let key = SealingKey::generate()?;
/// assert_eq!(
///     SealingKey::from_bytes(b"correct horse battery staple 123").unwrap_err(),
///     SealingKeyError::Text,
/// );
/// # Ok::<(), SealingKeyError>(())
/// ```
///
/// [RFC 5869]: https://www.rfc-editor.org/rfc/rfc5869
#[derive(Clone)]
pub struct SealingKey {
    bytes: Zeroizing<[u8; Self::LEN]>,
    id: KeyId,
}

impl SealingKey {
    /// The length of a key in bytes.
    pub const LEN: usize = 32;

    /// Generates a key from the operating system's random bytes.
    ///
    /// # Errors
    ///
    /// Returns [`SealingKeyError::NoRandomBytes`] if the operating system supplies none.
    pub fn generate() -> Result<Self, SealingKeyError> {
        let mut bytes = Zeroizing::new([0; Self::LEN]);
        rand::fill(bytes.as_mut_slice()).map_err(|_| SealingKeyError::NoRandomBytes)?;
        Self::from_generated(bytes)
    }

    /// Creates a key from 32 random bytes.
    ///
    /// # Errors
    ///
    /// Returns an error if there are not exactly 32 bytes, if all are the same, or if they are printable text: a
    /// password is not a key. Among random keys, fewer than one in 10¹³ is rejected.
    pub fn from_bytes(bytes: impl AsRef<[u8]>) -> Result<Self, SealingKeyError> {
        let given = bytes.as_ref();
        if given.len() != Self::LEN {
            return Err(SealingKeyError::Length);
        }
        if given.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err(SealingKeyError::Text);
        }
        if given.iter().all(|byte| given.first() == Some(byte)) {
            return Err(SealingKeyError::Constant);
        }
        let mut bytes = Zeroizing::new([0; Self::LEN]);
        bytes.copy_from_slice(given);
        Self::from_generated(bytes)
    }

    /// Creates a key from the unpadded base64url text of 32 random bytes, 43 characters.
    ///
    /// [`to_base64url`](Self::to_base64url) writes this text. For a file, use
    /// [`Secret::from_file`], which removes the line break at the end.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not base64url, or if [`from_bytes`](Self::from_bytes) rejects the bytes.
    pub fn from_base64url(text: &Secret) -> Result<Self, SealingKeyError> {
        if text.len() != Self::LEN.div_ceil(3) * 4 - 1 {
            return Err(SealingKeyError::Length);
        }
        let mut decoded = Zeroizing::new([0; Self::LEN + 1]);
        let len = URL_SAFE_NO_PAD
            .decode_slice(text.expose(), decoded.as_mut_slice())
            .map_err(|_| SealingKeyError::NotBase64Url)?;
        Self::from_bytes(decoded.get(..len).unwrap_or_default())
    }

    /// Returns the key as unpadded base64url text.
    ///
    /// # Security
    ///
    /// The text is enough to read and forge every sealed value: store it where only the application can read it.
    pub fn to_base64url(&self) -> Secret {
        // of the exact length, so that no part of the key remains in a shorter buffer
        let mut text = vec![0; Self::LEN.div_ceil(3) * 4];
        let len = URL_SAFE_NO_PAD
            .encode_slice(self.bytes.as_slice(), &mut text)
            .unwrap_or_default();
        text.truncate(len);
        Secret::new(text)
    }

    /// Returns the identifier of the key, which is not secret.
    pub(crate) fn id(&self) -> KeyId {
        self.id
    }

    pub(crate) fn expose(&self) -> &[u8; Self::LEN] {
        &self.bytes
    }

    /// Derives the key for a purpose.
    pub(super) fn derive(
        &self,
        purpose: &str,
    ) -> Result<Zeroizing<[u8; Self::LEN]>, SealingKeyError> {
        let mut derived = Zeroizing::new([0; Self::LEN]);
        expand(&prk(&self.bytes), purpose, derived.as_mut_slice())?;
        Ok(derived)
    }

    /// Creates a key from bytes that [`generate`](Self::generate) returned.
    pub(crate) fn from_generated(
        bytes: Zeroizing<[u8; Self::LEN]>,
    ) -> Result<Self, SealingKeyError> {
        let mut id = [0; KeyId::LEN];
        expand(&prk(&bytes), "key identifier", &mut id)?;
        Ok(Self {
            bytes,
            id: KeyId(id),
        })
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingKey({:?}, [redacted])", self.id)
    }
}

/// The identifier of a key, which is derived from it and reveals nothing about it.
///
/// A sealed value contains it, so that one key is tried, and not each of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct KeyId([u8; Self::LEN]);

impl KeyId {
    pub(crate) const LEN: usize = 8;

    pub(crate) fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    pub(crate) fn to_bytes(self) -> [u8; Self::LEN] {
        self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&hexadecimal(&self.0), f)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An error in a [`SealingKey`] or [`SealingKeys`](super::SealingKeys).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SealingKeyError {
    /// The key does not have 32 bytes.
    Length,
    /// The text is not unpadded base64url.
    NotBase64Url,
    /// The key is printable text, such as a password or another key's text.
    Text,
    /// All bytes of the key are the same.
    Constant,
    /// Two keys of a list are the same.
    Duplicate,
    /// A list has more than [`SealingKeys::MAX`](super::SealingKeys::MAX) keys.
    TooMany,
    /// The operating system supplied no random bytes.
    NoRandomBytes,
}

impl fmt::Display for SealingKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "a sealing key must have 32 bytes, or 43 characters of base64url",
            Self::NotBase64Url => "the text of a sealing key must be unpadded base64url",
            Self::Text => "a sealing key must be 32 random bytes, not text",
            Self::Constant => "a sealing key must be random, not 32 equal bytes",
            Self::Duplicate => "two sealing keys of the list are the same",
            Self::TooMany => "too many sealing keys: at most 16",
            Self::NoRandomBytes => "the operating system supplied no random bytes",
        })
    }
}

impl Error for SealingKeyError {}

fn prk(bytes: &[u8; SealingKey::LEN]) -> Prk {
    Salt::new(HKDF_SHA256, SALT).extract(bytes)
}

/// Derives bytes for a label; their number is part of the derivation.
fn expand(prk: &Prk, label: &str, out: &mut [u8]) -> Result<(), SealingKeyError> {
    struct Len(usize);
    impl KeyType for Len {
        fn len(&self) -> usize {
            self.0
        }
    }
    let filled = prk
        .expand(&[label.as_bytes()], Len(out.len()))
        .and_then(|okm| okm.fill(out));
    // fails only beyond 255 blocks; then nothing derived may be used
    filled.map_err(|_| {
        out.zeroize();
        SealingKeyError::Length
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(bytes: [u8; 32]) -> SealingKey {
        SealingKey::from_bytes(bytes).unwrap()
    }

    fn counting() -> [u8; 32] {
        std::array::from_fn(|at| u8::try_from(at).unwrap())
    }

    #[test]
    fn key_of_another_length_is_rejected() {
        for len in [0, 1, 16, 31, 33, 64] {
            let bytes: Vec<u8> = (0..len).collect();
            assert_eq!(
                SealingKey::from_bytes(bytes).unwrap_err(),
                SealingKeyError::Length
            );
        }
        assert!(SealingKey::from_bytes(counting()).is_ok());
    }

    /// RFC 8725 §3.5.
    #[test]
    fn password_as_key_is_rejected() {
        for text in [
            "correct horse battery staple 123",
            "0123456789abcdef0123456789abcdef",
            "                                ",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRY~",
        ] {
            assert_eq!(
                SealingKey::from_bytes(text).unwrap_err(),
                SealingKeyError::Text
            );
        }
        let mut almost = *b"correct horse battery staple 123";
        almost[31] = 0x7F;
        assert!(SealingKey::from_bytes(almost).is_ok());
    }

    #[test]
    fn constant_key_is_rejected() {
        for byte in [0, 1, 0x7F, 0xFF] {
            assert_eq!(
                SealingKey::from_bytes([byte; 32]).unwrap_err(),
                SealingKeyError::Constant
            );
        }
        let mut bytes = [0; 32];
        bytes[31] = 1;
        assert!(SealingKey::from_bytes(bytes).is_ok());
    }

    #[test]
    fn key_survives_its_text() {
        let original = key(counting());
        let text = original.to_base64url();
        assert_eq!(
            text.expose(),
            b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
        );
        let read = SealingKey::from_base64url(&text).unwrap();
        assert_eq!(read.expose(), original.expose());
        assert_eq!(read.id(), original.id());
    }

    #[test]
    fn malformed_text_of_a_key_is_rejected() {
        for (text, error) in [
            ("", SealingKeyError::Length),
            (
                "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh",
                SealingKeyError::Length,
            ),
            (
                "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                SealingKeyError::Length,
            ),
            (
                "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh+",
                SealingKeyError::NotBase64Url,
            ),
            (
                "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh ",
                SealingKeyError::NotBase64Url,
            ),
            // bits beyond the last byte
            (
                "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9",
                SealingKeyError::NotBase64Url,
            ),
            (
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                SealingKeyError::Constant,
            ),
        ] {
            let read = SealingKey::from_base64url(&Secret::new(text));
            assert_eq!(read.unwrap_err(), error, "{text}");
        }
    }

    #[test]
    fn generated_keys_differ() {
        let first = SealingKey::generate().unwrap();
        let second = SealingKey::generate().unwrap();
        assert_ne!(first.expose(), second.expose());
        assert_ne!(first.id(), second.id());
    }

    #[test]
    fn derived_keys_differ_by_purpose_and_from_the_key() {
        let key = key(counting());
        let cookie = key.derive("cookie").unwrap();
        let vault = key.derive("vault").unwrap();
        assert_ne!(*cookie, *vault);
        assert_ne!(*cookie, *key.expose());
        assert_eq!(*cookie, *key.derive("cookie").unwrap());
    }

    #[test]
    fn identifier_is_not_part_of_any_key() {
        let key = key(counting());
        let id = key.id().to_bytes();
        for bytes in [key.expose(), &*key.derive("key identifier").unwrap()] {
            assert!(bytes.windows(id.len()).skip(1).all(|window| window != id));
        }
    }

    #[test]
    fn debug_prints_the_identifier_only() {
        let key = key(counting());
        assert_eq!(
            format!("{key:?}"),
            format!("SealingKey({}, [redacted])", key.id())
        );
    }
}
