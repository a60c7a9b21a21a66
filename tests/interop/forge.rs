//! Tools of an attacker: takes tokens apart, changes them, and puts them together again.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// The parts of a token. Unchanged parts give the same token again, byte for byte.
#[derive(Clone)]
pub(crate) struct Parts {
    header: String,
    payload: String,
    pub(crate) signature: Vec<u8>,
}

impl Parts {
    pub(crate) fn of(token: &str) -> Self {
        let parts: Vec<&str> = token.split('.').collect();
        let [header, payload, signature] = parts.try_into().expect("three parts");
        Self {
            header: header.to_owned(),
            payload: payload.to_owned(),
            signature: decode(signature),
        }
    }

    /// Returns the signing input.
    pub(crate) fn signing_input(&self) -> String {
        format!("{}.{}", self.header, self.payload)
    }

    pub(crate) fn token(&self) -> String {
        format!("{}.{}", self.signing_input(), encode(&self.signature))
    }

    pub(crate) fn claim(&self, name: &str) -> Value {
        members(&self.payload)[name].clone()
    }

    /// Sets or removes a header parameter, and keeps the signature.
    pub(crate) fn with_header(mut self, name: &str, value: Option<Value>) -> Self {
        self.header = set_member(&self.header, name, value);
        self
    }

    /// Sets a claim, and keeps the signature.
    pub(crate) fn with_claim(mut self, name: &str, value: Value) -> Self {
        self.payload = set_member(&self.payload, name, Some(value));
        self
    }

    /// Signs with HMAC and a public secret.
    pub(crate) fn signed_with_hmac(mut self, alg: &str, secret: &[u8]) -> String {
        let algorithm = match alg {
            "HS256" => hmac::HMAC_SHA256,
            "HS384" => hmac::HMAC_SHA384,
            "HS512" => hmac::HMAC_SHA512,
            _ => panic!("{alg}"),
        };
        self = self.with_header("alg", Some(alg.into()));
        let key = hmac::Key::new(algorithm, secret);
        self.signature = hmac::sign(&key, self.signing_input().as_bytes())
            .as_ref()
            .to_vec();
        self.token()
    }
}

/// Returns a public key in each encoding that a library may use as a secret; the first is PEM.
pub(crate) fn encodings(jwk: &Value) -> Vec<(&'static str, Vec<u8>)> {
    let der = public_key_info(jwk);
    let pem = pem(&der);
    let number = if jwk["kty"] == "RSA" { "n" } else { "x" };
    vec![
        ("PEM", pem.clone().into()),
        ("PEM without final newline", pem.trim_end().into()),
        ("DER", der),
        ("JWK", jwk.to_string().into()),
        ("first number", decode(jwk[number].as_str().unwrap())),
        ("first number as text", jwk[number].as_str().unwrap().into()),
        ("key ID", jwk["kid"].as_str().unwrap().into()),
        ("empty secret", Vec::new()),
    ]
}

/// `SubjectPublicKeyInfo` (RFC 5280 §4.1; RFC 3279 §2.3.1, RFC 5480 §2, RFC 8410 §4).
fn public_key_info(jwk: &Value) -> Vec<u8> {
    const RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
    const P256: &[u8] =
        b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
    const ED25519: &[u8] = b"\x06\x03\x2b\x65\x70";

    let member = |name: &str| decode(jwk[name].as_str().unwrap());
    let (algorithm, key) = match jwk["kty"].as_str().unwrap() {
        "RSA" => {
            let unsigned = |name| der(0x02, &[&[0], &*member(name)].concat());
            (
                RSA,
                der(0x30, &[unsigned("n"), der(0x02, &member("e"))].concat()),
            )
        }
        "EC" => (P256, [vec![4], member("x"), member("y")].concat()),
        "OKP" => (ED25519, member("x")),
        kty => panic!("{kty}"),
    };
    let bits = der(0x03, &[&[0], &*key].concat());
    der(0x30, &[der(0x30, algorithm), bits].concat())
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let [.., high, low] = length.to_be_bytes();
    let head = match length {
        0..0x80 => vec![tag, low],
        0x80..0x100 => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [&head, content].concat()
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    let lines = lines.join("\n");
    format!("-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n")
}

fn members(part: &str) -> Map<String, Value> {
    serde_json::from_slice(&decode(part)).unwrap()
}

fn set_member(part: &str, name: &str, value: Option<Value>) -> String {
    let mut members = members(part);
    match value {
        Some(value) => members.insert(name.to_owned(), value),
        None => members.remove(name),
    };
    encode(&serde_json::to_vec(&members).unwrap())
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).unwrap()
}
