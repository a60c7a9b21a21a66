//! The examples of RFC 7515 and RFC 8037, through the rooms of compact form, header and key.
//!
//! They show signatures alone: their claims are no access token's.

use crate::keys::{Algorithm, Key, KeySet, read_jwks};
use crate::secret::Secret;
use crate::token::TokenError;
use crate::token::compact::UntrustedCompact;
use crate::token::header::UntrustedHeader;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The claims of RFC 7515 §A.1.1 to §A.3.1.
const JOE: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

const HS256: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const HS256_KEY: &str =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

const RS256: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
const RS256_KEY: &str = r#"{"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}"#;

const ES256: &str =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const ES256_KEY: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

const ES512: &str = "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn";

const ED25519: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
const ED25519_KEY: &str =
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

fn key_set(jwk: &str, allowed: &[Algorithm]) -> KeySet {
    let json = format!(r#"{{"keys":[{jwk}]}}"#);
    let (keys, skipped) = read_jwks(json.as_bytes(), allowed).unwrap();
    KeySet::new(keys, skipped).unwrap()
}

/// Whether the one key that fits the token's header verifies its signature.
fn verifies(token: &str, keys: &KeySet) -> Result<bool, TokenError> {
    let compact = UntrustedCompact::read(token.as_bytes())?;
    let json = compact.header()?;
    let header = UntrustedHeader::read(&json)?;
    let key = keys.select(header.kid.as_deref(), header.algorithm);
    let key = key.ok_or(TokenError::UnknownKey)?;
    Ok(key.verifies(compact.signing_input(), &compact.signature()?))
}

/// The example verifies, and with one bit of any part changed it does not.
fn holds(token: &str, keys: &KeySet) {
    assert_eq!(verifies(token, keys), Ok(true));
    let (input, signature) = token.rsplit_once('.').unwrap();
    let mut raw = URL_SAFE_NO_PAD.decode(signature).unwrap();
    raw[0] ^= 1;
    let changed = format!("{input}.{}", URL_SAFE_NO_PAD.encode(&raw));
    assert_eq!(verifies(&changed, keys), Ok(false));
    let (header, _) = input.split_once('.').unwrap();
    let changed = format!("{header}.YQ.{signature}");
    assert_eq!(verifies(&changed, keys), Ok(false));
}

/// RFC 7515 §A.1.
#[test]
fn hs256_of_rfc_7515() {
    let secret = Secret::new(URL_SAFE_NO_PAD.decode(HS256_KEY).unwrap());
    let key = Key::from_secret(Algorithm::HS256, &secret).unwrap();
    let token = format!("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{JOE}.{HS256}");
    holds(&token, &KeySet::new(vec![key], 0).unwrap());
}

/// RFC 7515 §A.2.
#[test]
fn rs256_of_rfc_7515() {
    let keys = key_set(RS256_KEY, &[Algorithm::RS256]);
    holds(&format!("eyJhbGciOiJSUzI1NiJ9.{JOE}.{RS256}"), &keys);
}

/// RFC 7515 §A.3.
#[test]
fn es256_of_rfc_7515() {
    let keys = key_set(ES256_KEY, &[Algorithm::ES256]);
    holds(&format!("eyJhbGciOiJFUzI1NiJ9.{JOE}.{ES256}"), &keys);
}

/// RFC 7515 §A.4: jsonwebtoken's `Algorithm` has no ES512, so there is none here.
#[test]
fn es512_of_rfc_7515_is_refused() {
    let keys = key_set(ES256_KEY, &[Algorithm::ES256]);
    assert_eq!(verifies(ES512, &keys), Err(TokenError::Algorithm));
    let p521 = r#"{"keys":[{"kty":"EC","crv":"P-521","x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk","y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"}]}"#;
    let allowed = [Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA];
    let (keys, skipped) = read_jwks(p521.as_bytes(), &allowed).unwrap();
    assert_eq!((keys.len(), skipped), (0, 1));
}

/// RFC 7515 §A.5: an unsecured JWS has two dots and no signature.
#[test]
fn the_unsecured_example_of_rfc_7515_is_refused() {
    let keys = key_set(ES256_KEY, &[Algorithm::ES256]);
    let unsecured = format!("eyJhbGciOiJub25lIn0.{JOE}.");
    assert_eq!(verifies(&unsecured, &keys), Err(TokenError::NotCompact));
    let padded = format!("{unsecured}AA");
    assert_eq!(verifies(&padded, &keys), Err(TokenError::Algorithm));
}

/// RFC 8037 §A.4 and §A.5.
#[test]
fn ed25519_of_rfc_8037() {
    let keys = key_set(ED25519_KEY, &[Algorithm::EdDSA]);
    holds(ED25519, &keys);
}
