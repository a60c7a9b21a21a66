//! Sealing and opening, with the keys of one purpose.
//!
//! | part of a sealed value | bytes |
//! |---|--:|
//! | format version, 1 | 1 |
//! | identifier of the key | 8 |
//! | nonce, random | 12 |
//! | ciphertext, as long as the plaintext | |
//! | tag | 16 |

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::{Zeroize as _, Zeroizing};

use crate::seal::associated_data;
use crate::seal::error::{OpenError, SealError};
use crate::seal::key::{KeyId, SealingKey, SealingKeyError};

/// The longest plaintext, 1 MiB.
pub(crate) const MAX_PLAINTEXT: usize = 1 << 20;

/// The format version of a sealed value.
const VERSION: u8 = 1;
const NONCE: usize = 12;
const TAG: usize = 16;
const HEAD: usize = 1 + KeyId::LEN + NONCE;

/// The use of sealed values, such as one kind of cookie.
///
/// Each purpose has keys of its own, so that a value of one purpose is never opened for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Purpose(&'static str);

impl Purpose {
    /// The name must be unique in the crate, and is never changed: it is part of the key.
    pub(crate) const fn new(name: &'static str) -> Self {
        Self(name)
    }
}

/// Seals values of a purpose with the current key, and opens those of each key.
pub(crate) struct Sealer {
    current: DerivedKey,
    older: Vec<DerivedKey>,
}

struct DerivedKey {
    id: KeyId,
    cipher: RandomizedNonceKey,
}

impl DerivedKey {
    fn new(key: &SealingKey, purpose: Purpose) -> Result<Self, SealingKeyError> {
        let derived = key.derive(purpose.0)?;
        let cipher = RandomizedNonceKey::new(&AES_256_GCM_SIV, derived.as_slice())
            .map_err(|_| SealingKeyError::Length)?;
        Ok(Self {
            id: key.id(),
            cipher,
        })
    }
}

impl Sealer {
    pub(super) fn new(
        current: &SealingKey,
        older: &[SealingKey],
        purpose: Purpose,
    ) -> Result<Self, SealingKeyError> {
        let older = older.iter().map(|key| DerivedKey::new(key, purpose));
        Ok(Self {
            current: DerivedKey::new(current, purpose)?,
            older: older.collect::<Result<_, _>>()?,
        })
    }

    /// Seals a plaintext with the current key, bound to associated data, which is not stored.
    ///
    /// The same parts of associated data, in the same order, are required to open the value.
    ///
    /// # Errors
    ///
    /// Returns an error if the plaintext is longer than [`MAX_PLAINTEXT`], or without random bytes.
    pub(crate) fn seal(
        &self,
        plaintext: &[u8],
        associated_data: &[&[u8]],
    ) -> Result<Vec<u8>, SealError> {
        if plaintext.len() > MAX_PLAINTEXT {
            return Err(SealError::TooLong);
        }
        let DerivedKey { id, cipher } = &self.current;
        let aad = associated_data::encode(VERSION, *id, associated_data);
        // encrypted in place; never grown, so that no plaintext remains in a former buffer
        let mut body = Zeroizing::new(plaintext.to_vec());
        let (nonce, tag) = cipher
            .seal_in_place_separate_tag(Aad::from(aad), body.as_mut_slice())
            .map_err(|_| SealError::NoRandomBytes)?;
        let mut sealed = Vec::with_capacity(HEAD + body.len() + TAG);
        sealed.push(VERSION);
        sealed.extend_from_slice(&id.to_bytes());
        sealed.extend_from_slice(nonce.as_ref());
        sealed.extend_from_slice(&body);
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// Opens a sealed value, with the key that it names.
    ///
    /// # Errors
    ///
    /// Returns an error unless the value is complete, has a known version and key, and was sealed with the same
    /// associated data.
    pub(crate) fn open(
        &self,
        sealed: &[u8],
        associated_data: &[&[u8]],
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        if sealed.len() > HEAD + MAX_PLAINTEXT + TAG {
            return Err(OpenError::TooLong);
        }
        let (id, nonce, ciphertext) = split(sealed)?;
        let key = [&self.current]
            .into_iter()
            .chain(&self.older)
            .find(|key| key.id == id)
            .ok_or(OpenError::UnknownKey)?;
        let aad = associated_data::encode(VERSION, id, associated_data);
        let mut plaintext = Zeroizing::new(ciphertext.to_vec());
        let opened = key
            .cipher
            .open_in_place(nonce, Aad::from(aad), plaintext.as_mut_slice())
            .map(|opened| opened.len());
        let Ok(len) = opened else {
            plaintext.zeroize();
            return Err(OpenError::NotAuthentic);
        };
        plaintext.truncate(len);
        Ok(plaintext)
    }

    /// Seals a plaintext as unpadded base64url text, which may be the value of a cookie.
    ///
    /// # Errors
    ///
    /// See [`seal`](Self::seal).
    pub(crate) fn seal_text(
        &self,
        plaintext: &[u8],
        associated_data: &[&[u8]],
    ) -> Result<String, SealError> {
        let sealed = self.seal(plaintext, associated_data)?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Opens base64url text of at most `max_len` characters.
    ///
    /// # Errors
    ///
    /// See [`open`](Self::open).
    pub(crate) fn open_text(
        &self,
        sealed: &str,
        max_len: usize,
        associated_data: &[&[u8]],
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        if sealed.len() > max_len.min(sealed_text_len(MAX_PLAINTEXT)) {
            return Err(OpenError::TooLong);
        }
        let sealed = URL_SAFE_NO_PAD
            .decode(sealed)
            .map_err(|_| OpenError::Malformed)?;
        self.open(&sealed, associated_data)
    }

    /// Returns whether a sealed value names the current key; one of an older key should be sealed again.
    pub(crate) fn is_current(&self, sealed: &[u8]) -> bool {
        split(sealed).is_ok_and(|(id, ..)| id == self.current.id)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer")
            .field("current", &self.current.id)
            .finish_non_exhaustive()
    }
}

/// Returns the length of the text of a sealed value, from that of its plaintext.
pub(crate) const fn sealed_text_len(plaintext: usize) -> usize {
    ((HEAD + plaintext + TAG) * 4).div_ceil(3)
}

/// Splits a sealed value into its key's identifier, its nonce, and its ciphertext with the tag.
fn split(sealed: &[u8]) -> Result<(KeyId, Nonce, &[u8]), OpenError> {
    let (version, rest) = sealed.split_first().ok_or(OpenError::Malformed)?;
    if *version != VERSION {
        return Err(OpenError::UnknownVersion);
    }
    let (id, rest) = rest.split_first_chunk().ok_or(OpenError::Malformed)?;
    let (nonce, ciphertext) = rest
        .split_first_chunk::<NONCE>()
        .ok_or(OpenError::Malformed)?;
    if ciphertext.len() < TAG {
        return Err(OpenError::Malformed);
    }
    let nonce = Nonce::assume_unique_for_key(*nonce);
    Ok((KeyId::from_bytes(*id), nonce, ciphertext))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::SealingKeys;

    const COOKIE: Purpose = Purpose::new("test cookie");
    const VAULT: Purpose = Purpose::new("test vault");

    fn key() -> SealingKey {
        SealingKey::generate().unwrap()
    }

    fn sealer() -> Sealer {
        SealingKeys::new(key()).sealer(COOKIE).unwrap()
    }

    #[test]
    fn sealed_value_opens_with_the_same_associated_data() {
        let sealer = sealer();
        for plaintext in [&b""[..], b"a", b"a token", &[0xA5; 4096]] {
            let sealed = sealer.seal(plaintext, &[b"issuer", b"client"]).unwrap();
            assert_eq!(sealed.len(), plaintext.len() + 37);
            let opened = sealer.open(&sealed, &[b"issuer", b"client"]).unwrap();
            assert_eq!(*opened, plaintext);
        }
    }

    #[test]
    fn sealed_value_does_not_contain_its_plaintext() {
        let sealed = sealer().seal(b"a token of a user", &[b"issuer"]).unwrap();
        for part in [&b"a token"[..], b"issuer"] {
            assert!(!sealed.windows(part.len()).any(|window| window == part));
        }
    }

    #[test]
    fn same_plaintext_is_sealed_differently_each_time() {
        let sealer = sealer();
        let first = sealer.seal(b"a token", &[]).unwrap();
        let second = sealer.seal(b"a token", &[]).unwrap();
        assert_ne!(first, second);
        assert_ne!(first.get(HEAD..), second.get(HEAD..));
    }

    #[test]
    fn other_associated_data_is_not_authentic() {
        let sealer = sealer();
        let sealed = sealer.seal(b"a token", &[b"issuer", b"client"]).unwrap();
        let others: [&[&[u8]]; 7] = [
            &[],
            &[b"issuer"],
            &[b"client", b"issuer"],
            &[b"issuerclient"],
            &[b"issuerc", b"lient"],
            &[b"issuer", b"client", b""],
            &[b"Issuer", b"client"],
        ];
        for other in others {
            let opened = sealer.open(&sealed, other);
            assert_eq!(opened.unwrap_err(), OpenError::NotAuthentic, "{other:?}");
        }
    }

    #[test]
    fn any_changed_bit_is_rejected() {
        let sealer = sealer();
        let sealed = sealer.seal(b"a token", &[b"issuer"]).unwrap();
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut changed = sealed.clone();
                changed[at] ^= 1 << bit;
                let expected = match at {
                    0 => OpenError::UnknownVersion,
                    1..=8 => OpenError::UnknownKey,
                    _ => OpenError::NotAuthentic,
                };
                let opened = sealer.open(&changed, &[b"issuer"]);
                assert_eq!(opened.unwrap_err(), expected, "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn truncated_or_extended_value_is_rejected() {
        let sealer = sealer();
        let sealed = sealer.seal(b"a token", &[]).unwrap();
        for len in 0..sealed.len() {
            let error = sealer.open(&sealed[..len], &[]).unwrap_err();
            let is_short = len < HEAD + TAG;
            let expected = if is_short {
                OpenError::Malformed
            } else {
                OpenError::NotAuthentic
            };
            assert_eq!(error, expected, "{len}");
        }
        let extended = [&sealed[..], &[0]].concat();
        assert_eq!(
            sealer.open(&extended, &[]).unwrap_err(),
            OpenError::NotAuthentic
        );
    }

    #[test]
    fn key_identifier_of_another_key_is_not_authentic() {
        let (first, second) = (key(), key());
        let keys = SealingKeys::new(first).older(second.clone()).unwrap();
        let mut sealed = keys.sealer(COOKIE).unwrap().seal(b"a token", &[]).unwrap();
        sealed[1..9].copy_from_slice(&second.id().to_bytes());
        let opened = keys.sealer(COOKIE).unwrap().open(&sealed, &[]);
        assert_eq!(opened.unwrap_err(), OpenError::NotAuthentic);
    }

    #[test]
    fn value_of_another_purpose_is_not_authentic() {
        let keys = SealingKeys::new(key());
        let sealed = keys.sealer(COOKIE).unwrap().seal(b"a token", &[]).unwrap();
        let opened = keys.sealer(VAULT).unwrap().open(&sealed, &[]);
        assert_eq!(opened.unwrap_err(), OpenError::NotAuthentic);
    }

    #[test]
    fn older_key_opens_and_does_not_seal() {
        let (new, old, oldest) = (key(), key(), key());
        let before = SealingKeys::new(old.clone()).sealer(COOKIE).unwrap();
        let keys = SealingKeys::new(new)
            .older(oldest)
            .unwrap()
            .older(old)
            .unwrap();
        let after = keys.sealer(COOKIE).unwrap();

        let sealed_before = before.seal(b"a token", &[]).unwrap();
        assert_eq!(*after.open(&sealed_before, &[]).unwrap(), b"a token");
        assert!(before.is_current(&sealed_before));
        assert!(!after.is_current(&sealed_before));

        let sealed_after = after.seal(b"a token", &[]).unwrap();
        assert!(after.is_current(&sealed_after));
        assert_eq!(
            before.open(&sealed_after, &[]).unwrap_err(),
            OpenError::UnknownKey
        );
    }

    #[test]
    fn length_is_limited_before_anything_is_copied() {
        let sealer = sealer();
        let longest = vec![0; MAX_PLAINTEXT];
        let mut sealed = sealer.seal(&longest, &[]).unwrap();
        assert_eq!(sealer.open(&sealed, &[]).unwrap().len(), MAX_PLAINTEXT);
        sealed.push(0);
        assert_eq!(sealer.open(&sealed, &[]).unwrap_err(), OpenError::TooLong);
        let too_long = vec![0; MAX_PLAINTEXT + 1];
        assert_eq!(sealer.seal(&too_long, &[]).unwrap_err(), SealError::TooLong);
    }

    #[test]
    fn text_has_the_announced_length_and_only_characters_of_cookies() {
        let sealer = sealer();
        for len in [0, 1, 2, 3, 100, 1000] {
            let text = sealer.seal_text(&vec![1; len], &[]).unwrap();
            assert_eq!(text.len(), sealed_text_len(len));
            assert!(
                text.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
            );
            let opened = sealer.open_text(&text, text.len(), &[]).unwrap();
            assert_eq!(opened.len(), len);
            let limited = sealer.open_text(&text, text.len() - 1, &[]);
            assert_eq!(limited.unwrap_err(), OpenError::TooLong);
        }
    }

    #[test]
    fn malformed_text_is_rejected() {
        let sealer = sealer();
        let text = sealer.seal_text(b"abc", &[]).unwrap();
        for malformed in [
            String::new(),
            "*".into(),
            format!("{text}="),
            format!(" {text}"),
            format!("{text}\n"),
            text.replacen('A', "+", 1).replace("AQ", "A/"),
            format!("é{text}"),
        ] {
            let opened = sealer.open_text(&malformed, 4096, &[]);
            assert!(opened.is_err(), "{malformed}");
        }
        assert_eq!(
            sealer.open_text("", 4096, &[]).unwrap_err(),
            OpenError::Malformed
        );
    }

    /// RFC 8452 appendix C.2: the cipher is AES-256-GCM-SIV.
    #[test]
    fn cipher_opens_the_vector_of_rfc_8452() {
        let mut key_bytes = [0; 32];
        key_bytes[0] = 1;
        let mut nonce = [0; 12];
        nonce[0] = 3;
        let cipher = RandomizedNonceKey::new(&AES_256_GCM_SIV, &key_bytes).unwrap();
        let mut result = [
            0xc2, 0xef, 0x32, 0x8e, 0x5c, 0x71, 0xc8, 0x3b, 0x84, 0x31, 0x22, 0x13, 0x0f, 0x73,
            0x64, 0xb7, 0x61, 0xe0, 0xb9, 0x74, 0x27, 0xe3, 0xdf, 0x28,
        ];
        let nonce = Nonce::assume_unique_for_key(nonce);
        let opened = cipher
            .open_in_place(nonce, Aad::empty(), &mut result)
            .unwrap();
        assert_eq!(opened, [1, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn debug_prints_the_identifier_only() {
        let key = key();
        let id = key.id();
        let sealer = SealingKeys::new(key).sealer(COOKIE).unwrap();
        assert_eq!(
            format!("{sealer:?}"),
            format!("Sealer {{ current: {id}, .. }}")
        );
    }
}
