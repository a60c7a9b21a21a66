//! The signature check alone, with a key that was parsed before: the least that a token costs.

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

/// A public key, ready.
pub(crate) struct RawKey(ParsedPublicKey);

/// A token taken apart: what was signed, and the signature's bytes.
pub(crate) struct Signed<'a> {
    input: &'a str,
    signature: Vec<u8>,
}

impl RawKey {
    /// The issuer's key for an algorithm.
    pub(crate) fn of(algorithm: Algorithm) -> Outcome<Self> {
        let jwk = issuer().jwk(algorithm);
        Ok(Self(match algorithm {
            Algorithm::RS256 => PublicKeyComponents {
                n: member(&jwk, "n")?,
                e: member(&jwk, "e")?,
            }
            .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)?,
            Algorithm::ES256 => {
                // SEC 1's uncompressed point: 0x04, then x and y.
                let point = [vec![4], member(&jwk, "x")?, member(&jwk, "y")?].concat();
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)?
            }
            Algorithm::EdDSA => ParsedPublicKey::new(&ED25519, member(&jwk, "x")?)?,
            other => return Err(format!("{other:?} is not compared").into()),
        }))
    }

    pub(crate) fn verifies(&self, token: &Signed<'_>) -> bool {
        let verified = self.0.verify_sig(token.input.as_bytes(), &token.signature);
        verified.is_ok()
    }
}

impl<'a> Signed<'a> {
    pub(crate) fn read(token: &'a str) -> Outcome<Self> {
        let (input, signature) = token.rsplit_once('.').ok_or("a token has three parts")?;
        let signature = URL_SAFE_NO_PAD.decode(signature)?;
        Ok(Self { input, signature })
    }
}

fn member(jwk: &Value, name: &str) -> Outcome<Vec<u8>> {
    let text = jwk.get(name).and_then(Value::as_str);
    Ok(URL_SAFE_NO_PAD.decode(text.ok_or("a member of the key is missing")?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::{ALGORITHMS, good, with_broken_signature};

    #[test]
    fn it_tells_a_signature_from_a_broken_one() {
        for algorithm in ALGORITHMS {
            let key = RawKey::of(algorithm).unwrap();
            let token = good(algorithm).sign();
            assert!(key.verifies(&Signed::read(&token).unwrap()));
            let broken = with_broken_signature(&token).unwrap();
            assert!(!key.verifies(&Signed::read(&broken).unwrap()));
        }
    }
}
