//! The signature check alone with a parsed key: the lower bound for a new token.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use palisade::Algorithm;
use serde_json::Value;

use crate::outcome::Outcome;
use crate::tokens::issuer;

/// A parsed public key.
pub(crate) struct RawKey(ParsedPublicKey);

/// A token, split into the signing input and the decoded signature.
pub(crate) struct Signed<'a> {
    input: &'a str,
    signature: Vec<u8>,
}

impl RawKey {
    /// Parses the issuer's key for an algorithm.
    pub(crate) fn of(algorithm: Algorithm) -> Outcome<Self> {
        let jwk = issuer().jwk(algorithm);
        Ok(Self(match algorithm {
            Algorithm::RS256 => PublicKeyComponents {
                n: member(&jwk, "n")?,
                e: member(&jwk, "e")?,
            }
            .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)?,
            Algorithm::ES256 => {
                // an uncompressed point (SEC 1 §2.3.3): 0x04, x, y
                let point = [vec![4], member(&jwk, "x")?, member(&jwk, "y")?].concat();
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)?
            }
            Algorithm::EdDSA => ParsedPublicKey::new(&ED25519, member(&jwk, "x")?)?,
            other => return Err(format!("{other:?} is not benchmarked").into()),
        }))
    }

    /// Whether the signature is valid.
    pub(crate) fn verifies(&self, token: &Signed<'_>) -> bool {
        let verified = self.0.verify_sig(token.input.as_bytes(), &token.signature);
        verified.is_ok()
    }
}

impl<'a> Signed<'a> {
    pub(crate) fn parse(token: &'a str) -> Outcome<Self> {
        let (input, signature) = token.rsplit_once('.').ok_or("a token has three segments")?;
        let signature = URL_SAFE_NO_PAD.decode(signature)?;
        Ok(Self { input, signature })
    }
}

fn member(jwk: &Value, name: &str) -> Outcome<Vec<u8>> {
    let text = jwk.get(name).and_then(Value::as_str);
    Ok(URL_SAFE_NO_PAD.decode(text.ok_or("the key lacks a member")?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::{ALGORITHMS, valid_token, with_wrong_signature};

    #[test]
    fn wrong_signature_is_rejected() {
        for algorithm in ALGORITHMS {
            let key = RawKey::of(algorithm).unwrap();
            let token = valid_token(algorithm).sign();
            assert!(key.verifies(&Signed::parse(&token).unwrap()));
            let wrong = with_wrong_signature(&token).unwrap();
            assert!(!key.verifies(&Signed::parse(&wrong).unwrap()));
        }
    }
}
