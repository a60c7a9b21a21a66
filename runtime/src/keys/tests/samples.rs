//! Members of public keys from RFCs, without braces, and sets of them.

use crate::keys::{DEFAULT_ALGORITHMS, KeyError, KeySet, parse_jwks};

/// RFC 8037 §A.2.
pub(crate) const ED: &str =
    r#""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#;
/// RFC 7515 §A.3.1.
pub(crate) const EC: &str = r#""kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#;

/// RFC 7517 §A.1.
pub(crate) const OTHER_EC: &str = r#""kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM""#;

/// Reads a set of these keys.
pub(crate) fn set(keys: &[&str]) -> Result<KeySet, KeyError> {
    let json = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
    let (keys, skipped) = parse_jwks(json.as_bytes(), &DEFAULT_ALGORITHMS)?;
    KeySet::new(keys, skipped)
}
