//! The prefix of an issuer's opaque tokens, which no JWT may start with.

use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::resource_server::introspection::IntrospectionConfigError;
use crate::text::is_b64token_byte;

const LEN: RangeInclusive<usize> = 1..=64;

/// Checks the length and the characters of a prefix, and that no JWT starts with it.
///
/// # Errors
///
/// Returns [`IntrospectionConfigError::Prefix`] if the prefix is malformed,
/// [`IntrospectionConfigError::JwtPrefix`] if a JWT can start with it.
pub(super) fn check(prefix: &str) -> Result<(), IntrospectionConfigError> {
    if !LEN.contains(&prefix.len()) || !prefix.bytes().all(is_b64token_byte) {
        return Err(IntrospectionConfigError::Prefix);
    }
    if can_start_jwt(prefix) {
        return Err(IntrospectionConfigError::JwtPrefix);
    }
    Ok(())
}

/// The whitespace of JSON, allowed before a brace and before a name ([RFC 8259 §2]).
///
/// [RFC 8259 §2]: https://www.rfc-editor.org/rfc/rfc8259#section-2
const WHITESPACE: [u8; 4] = [b' ', b'\t', b'\n', b'\r'];

/// Returns whether some JWT starts with the prefix.
///
/// A JWT starts with a header in base64url ([RFC 7515 §3.1]), a JSON object with at least one
/// member. Nearly all start with `eyJ`. JSON also allows whitespace before the brace and before the
/// name, so a JWT can start with `IH` (a space), `Cn` (a newline) or `ewo` (a brace, a newline).
///
/// [RFC 7515 §3.1]: https://www.rfc-editor.org/rfc/rfc7515#section-3.1
fn can_start_jwt(prefix: &str) -> bool {
    let header = prefix.split('.').next().unwrap_or_default();
    // the bits after the prefix have any value between all zeros and all ones
    let completed = |suffix: &str| {
        let text = format!("{header}{suffix}");
        let (whole, _) = text.split_at(text.len() - text.len() % 4);
        URL_SAFE_NO_PAD.decode(whole).ok()
    };
    let (Some(least), Some(most)) = (completed("AAAA"), completed("____")) else {
        return false;
    };
    let known = header.len() * 6 / 8;
    let json = trim_start(least.split_at(known).0);
    let (expected, json) = match json.strip_prefix(b"{") {
        Some(inside) => (b'"', trim_start(inside)),
        None => (b'{', json),
    };
    match (json.first(), least.get(known), most.get(known)) {
        (Some(found), ..) => *found == expected,
        (None, Some(least), Some(most)) if header.len() == prefix.len() => {
            let mut next = WHITESPACE.iter().chain([&expected]);
            next.any(|byte| (least..=most).contains(&byte))
        }
        // the header ends without a member
        (None, ..) => false,
    }
}

fn trim_start(json: &[u8]) -> &[u8] {
    let start = json.iter().position(|byte| !WHITESPACE.contains(byte));
    json.split_at(start.unwrap_or(json.len())).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_accepted(prefix: &str) -> bool {
        check(prefix).is_ok()
    }

    #[test]
    fn prefix_outside_length_or_alphabet_is_rejected() {
        for prefix in ["opq_", "a", "~x/", "a.b", &"p".repeat(64)] {
            assert!(is_accepted(prefix), "{prefix}");
        }
        for prefix in ["", "a b", "a=", "=", "ä", "a\n", "a\"", &"p".repeat(65)] {
            let result = check(prefix);
            assert!(
                matches!(result, Err(IntrospectionConfigError::Prefix)),
                "{prefix}"
            );
        }
    }

    /// Otherwise a JWT would be sent to another issuer before its signature is verified.
    #[test]
    fn prefix_that_a_jwt_can_start_with_is_rejected() {
        let spaces = [
            "", " ", "\t", "\n", "\r", "\r\n", "  ", " \t\n\r ", "\n\n\n",
        ];
        for before in spaces {
            for inside in spaces {
                let header = format!("{before}{{{inside}\"alg\":\"ES256\",\"typ\":\"at+jwt\"}}");
                let jwt = format!("{}.e30.x", URL_SAFE_NO_PAD.encode(header));
                for end in 1..=64.min(jwt.len()) {
                    let prefix = &jwt[..end];
                    let result = check(prefix);
                    assert!(
                        matches!(result, Err(IntrospectionConfigError::JwtPrefix)),
                        "{prefix}"
                    );
                }
            }
        }
    }

    #[test]
    fn prefix_that_no_jwt_starts_with_is_accepted() {
        for prefix in [
            "E", "A", "i", "ID", "IQ", "C_", "Corp_", "D-", "DP", "e_", "e3", "e-", "eA", "ew_",
            "eyM", "ey_", "ey.", "IA.", "IHsi/", "IH_", "Cn_", "IA_", "e.", "e/", "ey~", "I+",
            "opq", "sso_", "one_",
        ] {
            assert!(is_accepted(prefix), "{prefix}");
        }
        for prefix in [
            "e", "I", "C", "D", "ey", "ew", "IH", "Cn", "DX", "CX", "IA", "IC", "eyA", "eyI",
            "eyK", "eyJ.x", "IHsi.", "ewo",
        ] {
            assert!(!is_accepted(prefix), "{prefix}");
        }
    }
}
