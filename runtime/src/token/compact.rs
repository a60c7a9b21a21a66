//! The compact form of a JWS ([RFC 7515 §7.1]): judged as bytes, before anything is decoded.
//!
//! The header comes next.
//!
//! [RFC 7515 §7.1]: https://www.rfc-editor.org/rfc/rfc7515#section-7.1

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::token::bearer::MAX_TOKEN_LEN;
use crate::token::error::TokenError;

/// A token in the legal format; nothing in it has been decoded, let alone verified.
pub(super) struct UntrustedCompact<'a> {
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
    /// [`TokenError::TooLong`] above 8 KiB; [`TokenError::NotCompact`] for a character
    /// outside `A–Z a–z 0–9 - _ .`, another number of dots than two, an empty part.
    pub(super) fn read(token: &'a [u8]) -> Result<Self, TokenError> {
        if token.len() > MAX_TOKEN_LEN {
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

    /// What the signature covers: the first two parts with the dot between them.
    pub(super) fn signing_input(&self) -> &'a [u8] {
        self.signing_input
    }

    pub(super) fn header(&self) -> Result<Vec<u8>, TokenError> {
        decode(self.header)
    }

    pub(super) fn payload(&self) -> Result<Vec<u8>, TokenError> {
        decode(self.payload)
    }

    pub(super) fn signature(&self) -> Result<Vec<u8>, TokenError> {
        decode(self.signature)
    }
}

/// Looks at every byte, without an end at the first that is wrong: so the compiler can look at
/// many at once.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "a lazy operator is a branch for each byte"
)]
fn is_base64url(part: &[u8]) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() | (byte == b'-') | (byte == b'_');
    !part.is_empty() && part.iter().fold(true, |so_far, byte| so_far & legal(*byte))
}

/// Refuses padding, impossible lengths and stray bits: one value has one spelling.
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
    fn three_parts_are_split_and_decoded() {
        let compact = UntrustedCompact::read(b"YQ.YmI.Y2Nj").unwrap();
        assert_eq!(compact.signing_input(), b"YQ.YmI");
        assert_eq!(compact.header().unwrap(), b"a");
        assert_eq!(compact.payload().unwrap(), b"bb");
        assert_eq!(compact.signature().unwrap(), b"ccc");
    }

    /// CVE-2020-28042 (no signature), CVE-2023-51774 and CVE-2026-29000 (JWE has five parts).
    #[test]
    fn exactly_three_parts_that_are_not_empty() {
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

    /// RFC 8725bis §3.14, CVE-2022-39227, CVE-2024-5037: no polyglot, no JSON serialisation.
    #[test]
    fn only_the_legal_alphabet_is_read() {
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

    /// The format is judged before anything is decoded, whatever the decoder would say.
    #[test]
    fn one_character_outside_the_alphabet_is_enough_wherever_it_stands() {
        for at in [0, 1, 4, 5, 8, 9] {
            for wrong in [b'+', b'/', b'=', b' ', b'\n', b'~', 0, 0x80, 0xFF] {
                let mut token = *b"AAAA.AAAA.AAAA";
                token[at] = if token[at] == b'.' { b'.' } else { wrong };
                let is_legal = token == *b"AAAA.AAAA.AAAA";
                let read = UntrustedCompact::read(&token);
                assert_eq!(read.is_ok(), is_legal, "{wrong:#x} at {at}");
            }
        }
        assert!(UntrustedCompact::read(b"AZaz.09-_.AAAA").is_ok());
    }

    /// RFC 7515 §2: one value has one spelling.
    #[test]
    fn stray_bits_and_impossible_lengths_are_refused() {
        for token in ["YR.YQ.YQ", "YQ.YR.YQ", "YQ.YQ.YR", "YQ.YQ.A", "YQ.YWJjZ.YQ"] {
            assert_eq!(error(token), Some(TokenError::NotCompact), "{token}");
        }
    }

    /// CVE-2025-27144, CVE-2025-30204: the length is capped before anything is split.
    #[test]
    fn eight_kibibytes_are_the_limit() {
        let of_length = |length: usize| format!("YQ.{}.YQ", "A".repeat(length - 6));
        assert_eq!(error(&of_length(MAX_TOKEN_LEN - 2)), None);
        assert_eq!(error(&of_length(MAX_TOKEN_LEN)), None);
        assert_eq!(
            error(&of_length(MAX_TOKEN_LEN + 1)),
            Some(TokenError::TooLong)
        );
        assert_eq!(error(&".".repeat(1024 * 1024)), Some(TokenError::TooLong));
    }
}
