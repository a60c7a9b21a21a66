//! The compact form of a JWS ([RFC 7515 §7.1]), checked before any part is decoded.
//!
//! The header is read next.
//!
//! [RFC 7515 §7.1]: https://www.rfc-editor.org/rfc/rfc7515#section-7.1

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::token::bearer::MAX_TOKEN_LIMIT;
use crate::token::error::TokenError;

/// A token in compact form; nothing in it is decoded or verified.
pub(crate) struct UntrustedCompact<'a> {
    header: &'a [u8],
    payload: &'a [u8],
    signature: &'a [u8],
    signing_input: &'a [u8],
}

impl<'a> UntrustedCompact<'a> {
    /// Splits a token into its three parts.
    ///
    /// # Errors
    ///
    /// Returns [`TokenError::TooLong`] above 64 KiB, whatever a server allows; [`TokenError::NotCompact`] for a character
    /// outside `A–Z a–z 0–9 - _ .`, an empty part, or a number of dots other than two.
    pub(crate) fn read(token: &'a [u8]) -> Result<Self, TokenError> {
        if token.len() > MAX_TOKEN_LIMIT {
            return Err(TokenError::TooLong);
        }
        let mut dots = memchr::memchr_iter(b'.', token);
        let (Some(first), Some(second), None) = (dots.next(), dots.next(), dots.next()) else {
            return Err(TokenError::NotCompact);
        };
        let parts = (
            token.get(..first),
            token.get(first + 1..second),
            token.get(second + 1..),
            token.get(..second),
        );
        let (Some(header), Some(payload), Some(signature), Some(signing_input)) = parts else {
            return Err(TokenError::NotCompact);
        };
        if ![header, payload, signature]
            .iter()
            .all(|part| is_base64url(part))
        {
            return Err(TokenError::NotCompact);
        }
        Ok(Self {
            header,
            payload,
            signature,
            signing_input,
        })
    }

    /// Returns the input of the signature: the first two parts and the dot between them.
    pub(crate) fn signing_input(&self) -> &'a [u8] {
        self.signing_input
    }

    /// Returns the header as in the token, in base64url.
    pub(super) fn encoded_header(&self) -> &'a [u8] {
        self.header
    }

    pub(crate) fn header(&self) -> Result<Vec<u8>, TokenError> {
        decode(self.header)
    }

    pub(crate) fn payload(&self) -> Result<Vec<u8>, TokenError> {
        decode(self.payload)
    }

    pub(crate) fn signature(&self) -> Result<Vec<u8>, TokenError> {
        decode(self.signature)
    }
}

/// Returns whether a part is not empty and only has characters of base64url.
///
/// It does not stop at the first wrong byte, which lets the compiler vectorize the loop.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "a lazy operator would be a branch for each byte"
)]
fn is_base64url(part: &[u8]) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() | (byte == b'-') | (byte == b'_');
    !part.is_empty() && part.iter().fold(true, |all, byte| all & is_allowed(*byte))
}

/// Decodes a part; padding, impossible lengths and nonzero trailing bits are errors, so that every
/// value has one encoding.
fn decode(part: &[u8]) -> Result<Vec<u8>, TokenError> {
    let mut decoded = vec![0; part.len() * 3 / 4];
    let length = URL_SAFE_NO_PAD
        .decode_slice(part, &mut decoded)
        .map_err(|_| TokenError::NotCompact)?;
    decoded.truncate(length);
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(token: &str) -> Option<TokenError> {
        let compact = UntrustedCompact::read(token.as_bytes());
        compact
            .and_then(|compact| {
                compact.header()?;
                compact.payload()?;
                compact.signature()
            })
            .err()
    }

    #[test]
    fn token_is_split_and_decoded() {
        let compact = UntrustedCompact::read(b"YQ.YmI.Y2Nj").unwrap();
        assert_eq!(compact.signing_input(), b"YQ.YmI");
        assert_eq!(compact.header().unwrap(), b"a");
        assert_eq!(compact.payload().unwrap(), b"bb");
        assert_eq!(compact.signature().unwrap(), b"ccc");
    }

    /// CVE-2020-28042 (no signature), CVE-2023-51774 and CVE-2026-29000 (JWE has five parts).
    #[test]
    fn token_without_three_parts_or_with_an_empty_one_is_rejected() {
        for token in [
            "",
            ".",
            "..",
            "...",
            "YQ",
            "YQ.YQ",
            "YQ.YQ.",
            "YQ..YQ",
            ".YQ.YQ",
            "YQ.YQ.YQ.",
            "YQ.YQ.YQ.YQ",
            "YQ.YQ.YQ.YQ.YQ",
            "YQ....YQ",
        ] {
            assert_eq!(error(token), Some(TokenError::NotCompact), "{token}");
        }
    }

    /// RFC 8725bis §3.14, CVE-2022-39227, CVE-2024-5037: polyglots and the JSON serialization.
    #[test]
    fn token_outside_the_alphabet_is_rejected() {
        for token in [
            r#"{"payload":"YQ","signatures":[]}"#,
            r#"{"a":"YQ.YQ.YQ"}"#,
            "{\"YQ\":1}.YQ.YQ",
            "YQ.YQ.YQ\n",
            " YQ.YQ.YQ",
            "YQ.Y Q.YQ",
            "YQ==.YQ.YQ",
            "YQ.YQ.YQ=",
            "Y+.YQ.YQ",
            "Y/.YQ.YQ",
            "YQ~.YQ.YQ",
            "YQ.YQ.Y\0",
            "Y\u{e9}.YQ.YQ",
        ] {
            assert_eq!(error(token), Some(TokenError::NotCompact), "{token:?}");
        }
    }

    /// The alphabet is checked before decoding, independently of the decoder.
    #[test]
    fn wrong_character_at_any_position_is_rejected() {
        for at in [0, 1, 4, 5, 8, 9] {
            for wrong in [b'+', b'/', b'=', b' ', b'\n', b'~', 0, 0x80, 0xFF] {
                let mut token = *b"AAAA.AAAA.AAAA";
                token[at] = if token[at] == b'.' { b'.' } else { wrong };
                let is_unchanged = token == *b"AAAA.AAAA.AAAA";
                let read = UntrustedCompact::read(&token);
                assert_eq!(read.is_ok(), is_unchanged, "{wrong:#x} at {at}");
            }
        }
        assert!(UntrustedCompact::read(b"AZaz.09-_.AAAA").is_ok());
    }

    /// RFC 7515 §2.
    #[test]
    fn trailing_bits_and_impossible_lengths_are_rejected() {
        for token in ["YR.YQ.YQ", "YQ.YR.YQ", "YQ.YQ.YR", "YQ.YQ.A", "YQ.YWJjZ.YQ"] {
            assert_eq!(error(token), Some(TokenError::NotCompact), "{token}");
        }
    }

    /// CVE-2025-27144, CVE-2025-30204: the length is checked before the token is split.
    #[test]
    fn token_above_8_kib_is_rejected() {
        let of_length = |length: usize| format!("YQ.{}.YQ", "A".repeat(length - 6));
        assert_eq!(error(&of_length(MAX_TOKEN_LIMIT - 2)), None);
        assert_eq!(error(&of_length(MAX_TOKEN_LIMIT)), None);
        assert_eq!(
            error(&of_length(MAX_TOKEN_LIMIT + 1)),
            Some(TokenError::TooLong)
        );
        assert_eq!(error(&".".repeat(1024 * 1024)), Some(TokenError::TooLong));
    }
}
