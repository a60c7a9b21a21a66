//! Secret keys that an issuer has published by mistake.

use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine as _, alphabet};
use serde_json::Value;

use crate::keys::jwk::{Object, member};
use crate::keys::skipped::SkipReason;

/// The members that only private and symmetric keys have.
const SECRET_MEMBERS: [&str; 9] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/// The base64 of members that are compared only, which need not be canonical.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Returns why the key must not be published, if it is private or symmetric.
pub(super) fn secret(jwk: &Object) -> Option<SkipReason> {
    if jwk.get("kty").and_then(Value::as_str) == Some("oct") {
        return Some(SkipReason::Symmetric);
    }
    let mut members = SECRET_MEMBERS.iter();
    members
        .find(|name| member(jwk, name).is_some())
        .map(|name| SkipReason::Private(name))
}

/// Returns the modulus or the coordinate that the private and the public form of a key share.
pub(super) fn public_number(jwk: &Object) -> Option<Vec<u8>> {
    let number = member(jwk, "n").or_else(|| member(jwk, "x"))?;
    let mut number = LENIENT.decode(number.as_str()?).ok()?;
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.drain(..zeros);
    Some(number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(jwk: Value) -> Object {
        let Value::Object(jwk) = jwk else {
            panic!("a JWK is an object")
        };
        jwk
    }

    #[test]
    fn private_and_symmetric_keys_are_recognized() {
        assert_eq!(secret(&key(json!({}))), None);
        let symmetric = key(json!({"kty": "oct", "k": null}));
        assert_eq!(secret(&symmetric), Some(SkipReason::Symmetric));
        for name in SECRET_MEMBERS {
            for value in [
                json!("AQAB"),
                json!(7),
                json!(false),
                json!([{"r": "AQAB"}]),
                json!([null]),
            ] {
                let private = key(json!({"kty": "EC", name: value}));
                assert_eq!(secret(&private), Some(SkipReason::Private(name)), "{value}");
            }
        }
    }

    #[test]
    fn null_and_empty_members_hold_no_secret() {
        for empty in [Value::Null, json!(""), json!([]), json!({})] {
            for name in SECRET_MEMBERS {
                let public = key(json!({"kty": "EC", name: empty}));
                assert_eq!(secret(&public), None, "{name}: {empty}");
            }
        }
    }

    #[test]
    fn public_number_is_compared_in_every_encoding() {
        for text in ["AQAB", "AAEAAQ", "AAEAAQ==", "AAAAAQAB", "AAEAAR"] {
            let number = public_number(&key(json!({"kty": "RSA", "n": text})));
            assert_eq!(number.as_deref(), Some(&[1, 0, 1][..]), "{text}");
        }
        assert_eq!(public_number(&key(json!({"kty": "RSA", "n": "!"}))), None);
        assert_eq!(public_number(&key(json!({"kty": "RSA"}))), None);
    }
}
