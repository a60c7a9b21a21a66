//! PKCE ([RFC 7636]), with S256 only.
//!
//! [RFC 7636]: https://www.rfc-editor.org/rfc/rfc7636

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The lengths that a code verifier may have (RFC 7636 §4.1).
const VERIFIER_LEN: std::ops::RangeInclusive<usize> = 43..=128;

/// The hash of the code verifier that the client sent with its authorization request, by S256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CodeChallenge([u8; 32]);

impl CodeChallenge {
    /// Reads `code_challenge`; returns `None` unless it is a SHA-256 hash in base64url without padding.
    pub(super) fn read(challenge: &str) -> Option<Self> {
        let mut hash = [0; 32];
        let len = URL_SAFE_NO_PAD.decode_slice(challenge, &mut hash).ok()?;
        (len == hash.len()).then_some(Self(hash))
    }

    /// Returns whether a code verifier is well formed and has this hash.
    pub(super) fn matches(&self, verifier: &str) -> bool {
        let is_unreserved =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        VERIFIER_LEN.contains(&verifier.len())
            && verifier.bytes().all(is_unreserved)
            && verify_slices_are_equal(digest(&SHA256, verifier.as_bytes()).as_ref(), &self.0)
                .is_ok()
    }

    pub(super) fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn challenge_matches_its_verifier_only() {
        let challenge = CodeChallenge::read(CHALLENGE).unwrap();
        assert_eq!(challenge.to_text(), CHALLENGE);
        assert!(challenge.matches(VERIFIER));
        for other in ["", CHALLENGE, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"] {
            assert!(!challenge.matches(other), "{other}");
        }
    }

    #[test]
    fn verifier_outside_the_grammar_is_refused() {
        for verifier in [
            "a".repeat(42),
            "a".repeat(129),
            format!("{}+", "a".repeat(43)),
            format!("{}é", "a".repeat(43)),
            format!("{}=", "a".repeat(43)),
        ] {
            let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
            assert!(
                !CodeChallenge::read(&hash).unwrap().matches(&verifier),
                "{verifier}"
            );
        }
        for verifier in ["a".repeat(43), "-._~".repeat(32)] {
            let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
            assert!(
                CodeChallenge::read(&hash).unwrap().matches(&verifier),
                "{verifier}"
            );
        }
    }

    #[test]
    fn challenge_that_is_not_a_sha256_hash_is_rejected() {
        for challenge in [
            "",
            VERIFIER.get(1..).unwrap(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cMAAAA",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN",
        ] {
            assert_eq!(CodeChallenge::read(challenge), None, "{challenge}");
        }
    }
}
