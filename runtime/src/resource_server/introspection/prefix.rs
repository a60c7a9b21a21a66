//! How an issuer's opaque tokens begin: as no JWT does.

use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::resource_server::introspection::IntrospectionConfigError;

const LEN: RangeInclusive<usize> = 1..=64;

/// Checks the prefix of an issuer's opaque tokens.
///
/// # Errors
///
/// [`IntrospectionConfigError::Prefix`] and [`IntrospectionConfigError::JwtPrefix`].
pub(super) fn check(prefix: &str) -> Result<(), IntrospectionConfigError> {
    if !LEN.contains(&prefix.len()) || !prefix.bytes().all(is_token_byte) {
        return Err(IntrospectionConfigError::Prefix);
    }
    if may_begin_a_jwt(prefix) {
        return Err(IntrospectionConfigError::JwtPrefix);
    }
    Ok(())
}

/// What a bearer token may hold ([RFC 6750 §2.1]), but for the `=` at its end.
///
/// [RFC 6750 §2.1]: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
}

/// What JSON allows before a brace and a name ([RFC 8259 §2]).
///
/// [RFC 8259 §2]: https://www.rfc-editor.org/rfc/rfc8259#section-2
const SPACES: [u8; 4] = [b' ', b'\t', b'\n', b'\r'];

/// Whether some JWT begins so: with a header in base64url ([RFC 7515 §3.1]), which is a JSON
/// object that has a member.
///
/// Nearly all begin with `eyJ`. But white space may stand before the brace and before the name, so
/// that a JWT may begin with `IH` (a space), `Cn` (a line break) or `ewo` (a line break inside).
///
/// [RFC 7515 §3.1]: https://www.rfc-editor.org/rfc/rfc7515#section-3.1
fn may_begin_a_jwt(prefix: &str) -> bool {
    let header = prefix.split('.').next().unwrap_or_default();
    // what follows is open: all its bits may be zero, and all may be one
    let completed = |open: &str| {
        let text = format!("{header}{open}");
        let (whole, _) = text.split_at(text.len() - text.len() % 4);
        URL_SAFE_NO_PAD.decode(whole).ok()
    };
    let (Some(least), Some(most)) = (completed("AAAA"), completed("____")) else {
        return false;
    };
    let known = header.len() * 6 / 8;
    let json = without_space(least.split_at(known).0);
    let (expected, json) = match json.strip_prefix(b"{") {
        Some(inside) => (b'"', without_space(inside)),
        None => (b'{', json),
    };
    match (json.first(), least.get(known), most.get(known)) {
        (Some(found), ..) => *found == expected,
        (None, Some(least), Some(most)) if header.len() == prefix.len() => {
            let mut next = SPACES.iter().chain([&expected]);
            next.any(|byte| (least..=most).contains(&byte))
        }
        // a header that has ended before it has a member
        (None, ..) => false,
    }
}

fn without_space(json: &[u8]) -> &[u8] {
    let start = json.iter().position(|byte| !SPACES.contains(byte));
    json.split_at(start.unwrap_or(json.len())).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_fit(prefix: &str) -> bool {
        check(prefix).is_ok()
    }

    #[test]
    fn a_prefix_is_short_and_of_the_tokens_alphabet() {
        for prefix in ["opq_", "a", "~x/", "a.b", &"p".repeat(64)] {
            assert!(is_fit(prefix), "{prefix}");
        }
        for prefix in ["", "a b", "a=", "=", "ä", "a\n", "a\"", &"p".repeat(65)] {
            let refused = check(prefix);
            assert!(
                matches!(refused, Err(IntrospectionConfigError::Prefix)),
                "{prefix}"
            );
        }
    }

    /// Or a JWT would be sent to an issuer that it is not of, before any key has proved it.
    #[test]
    fn however_a_jwt_begins_that_is_no_prefix() {
        let spaces = [
            "", " ", "\t", "\n", "\r", "\r\n", "  ", " \t\n\r ", "\n\n\n",
        ];
        for before in spaces {
            for inside in spaces {
                let header = format!("{before}{{{inside}\"alg\":\"ES256\",\"typ\":\"at+jwt\"}}");
                let jwt = format!("{}.e30.x", URL_SAFE_NO_PAD.encode(header));
                for end in 1..=64.min(jwt.len()) {
                    let prefix = &jwt[..end];
                    let refused = check(prefix);
                    assert!(
                        matches!(refused, Err(IntrospectionConfigError::JwtPrefix)),
                        "{prefix}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_no_jwt_begins_with_is_a_prefix() {
        for prefix in [
            "E", "A", "i", "ID", "IQ", "C_", "Corp_", "D-", "DP", "e_", "e3", "e-", "eA", "ew_",
            "eyM", "ey_", "ey.", "IA.", "IHsi/", "IH_", "Cn_", "IA_", "e.", "e/", "ey~", "I+",
            "opq", "sso_", "one_",
        ] {
            assert!(is_fit(prefix), "{prefix}");
        }
        for prefix in [
            "e", "I", "C", "D", "ey", "ew", "IH", "Cn", "DX", "CX", "IA", "IC", "eyA", "eyI",
            "eyK", "eyJ.x", "IHsi.", "ewo",
        ] {
            assert!(!is_fit(prefix), "{prefix}");
        }
    }
}
