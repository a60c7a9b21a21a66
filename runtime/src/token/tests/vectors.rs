//! The examples of RFC 7515 and RFC 8037, and signatures that only a lenient verifier accepts.
//!
//! They test signatures only, because their claims are not those of access tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::keys::{Algorithm, Key, KeySet, SkippedKeys, parse_jwks};
use crate::secret::Secret;
use crate::token::TokenError;
use crate::token::compact::UntrustedCompact;
use crate::token::header::UntrustedHeader;

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
    let (keys, skipped) = parse_jwks(json.as_bytes(), allowed).unwrap();
    KeySet::new(keys, skipped).unwrap()
}

/// Returns whether the key that the token's header selects verifies its signature.
fn verifies(token: &str, keys: &KeySet) -> Result<bool, TokenError> {
    let compact = UntrustedCompact::read(token.as_bytes())?;
    let json = compact.header()?;
    let header = UntrustedHeader::read(&json)?;
    let key = keys.select(header.kid.as_deref(), header.algorithm);
    let key = key.ok_or(TokenError::UnknownKey)?;
    Ok(key.verifies(compact.signing_input(), &compact.signature()?))
}

/// Checks that the example is verified, and rejected after one bit of a part has changed.
fn assert_verifies(token: &str, keys: &KeySet) {
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
fn hs256_example_of_rfc_7515_is_verified() {
    let secret = Secret::new(URL_SAFE_NO_PAD.decode(HS256_KEY).unwrap());
    let key = Key::from_secret(Algorithm::HS256, &secret).unwrap();
    let token = format!("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{JOE}.{HS256}");
    assert_verifies(
        &token,
        &KeySet::new(vec![key], SkippedKeys::default()).unwrap(),
    );
}

/// RFC 7515 §A.2.
#[test]
fn rs256_example_of_rfc_7515_is_verified() {
    let keys = key_set(RS256_KEY, &[Algorithm::RS256]);
    assert_verifies(&format!("eyJhbGciOiJSUzI1NiJ9.{JOE}.{RS256}"), &keys);
}

/// RFC 7515 §A.3.
#[test]
fn es256_example_of_rfc_7515_is_verified() {
    let keys = key_set(ES256_KEY, &[Algorithm::ES256]);
    assert_verifies(&format!("eyJhbGciOiJFUzI1NiJ9.{JOE}.{ES256}"), &keys);
}

/// RFC 7515 §A.4: jsonwebtoken's `Algorithm` has no ES512.
#[test]
fn es512_example_of_rfc_7515_is_rejected() {
    let keys = key_set(ES256_KEY, &[Algorithm::ES256]);
    assert_eq!(verifies(ES512, &keys), Err(TokenError::Algorithm));
    let p521 = r#"{"keys":[{"kty":"EC","crv":"P-521","x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk","y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"}]}"#;
    let allowed = [Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA];
    let (keys, skipped) = parse_jwks(p521.as_bytes(), &allowed).unwrap();
    assert_eq!((keys.len(), skipped.count()), (0, 1));
    assert!(skipped.to_string().contains("P-521 (ES512)"), "{skipped}");
}

/// RFC 7515 §A.5: an unsecured JWS has an empty signature.
#[test]
fn unsecured_example_of_rfc_7515_is_rejected() {
    let keys = key_set(ES256_KEY, &[Algorithm::ES256]);
    let unsecured = format!("eyJhbGciOiJub25lIn0.{JOE}.");
    assert_eq!(verifies(&unsecured, &keys), Err(TokenError::NotCompact));
    let padded = format!("{unsecured}AA");
    assert_eq!(verifies(&padded, &keys), Err(TokenError::Algorithm));
}

/// RFC 8037 §A.4 and §A.5.
#[test]
fn ed25519_example_of_rfc_8037_is_verified() {
    let keys = key_set(ED25519_KEY, &[Algorithm::EdDSA]);
    assert_verifies(ED25519, &keys);
}

/// Signatures of one message by one key, made by OpenSSL for this test: with the salt length of
/// PS256 (32 bytes), with 20, 0 and the most bytes of salt, and with SHA-1 in the mask.
const PS256_KEY: &str = r#"{"kty":"RSA","e":"AQAB","n":"6CNDx2DIA7D7HIcPpHURaDcSFttRP_v1Lk7rXcpCu2oN91xUbNRtknFc9VMwzdUO9PA6FHSIjJwZqNuaYBeB3pNJuqHFrPZHg2SVl5AUAkwwxyxaxEmRBocrjQmB4sWRhXk9ib2ETRizMsHnapixa038iZOiPIT6oAOr4aC11WlqF479T1RQ_FXf8yHybAufolnKsUBRhov2IoJg90Q_10Vdu-2Q6nrrbdnOOH3qD0KoXvfkwmDz72gIKDsEPlThjjSFfsBhy6G56vuX0oST8EHBog7SX_oNRVFlIdE8422jjPMmjPIm-1VRj2m1N3p6MmUJNLidjD-iPSPQ2oLcRQ"}"#;
const PS256: &str = "Csm3dgj4jD-BANH38U6aksvcz9S97uDDnb5pzHT5q0IuKR4IIrYYpEk0oghgKRDGHoEAAsLiAUNYCXM4LIU_j649BeJjR71K4ioKPTKKt1eNcITPczAKcUJqYP_cNrbcJDFAq0G8jE46Mvq6NXopfi30wnVbZx2QxmBGzh-fxDrfo-Elvq6HMt5XpsjMi9GcWPuy6v6Gzx06MUekfidmVer_FwcldNhZ-6x2viHfeSe_Iz9yAq2CQe2x1IWd70a1hZ_bSu_Y8ylDufnWCUJxnkqkv56qo32WJDWsMdtxY9oQCYXQQoVCUFWUeDG_gtdaQ9BIlZQYGAz407kLY2XcOg";
const PS256_OTHER_PARAMETERS: [&str; 4] = [
    "SNe4811oGAx3PAIWFfexiSFfRxZISFL6Gy3sT08mPqaQyJuViLNcHYcRFjghkLAxDc7Ysk3FXAU0fvP44rg1cI029yTrQuHAE2De9rvSoelA0X_4aK2vxs4JWcMNYU2fr-X0jfWIgVORUjxYnPy0cGWxQHcsQpf8DM4tUopo8cloEAL6ZtAjXJPVZ-NcL_5gQ9jFfLPEYCHZsMD21ufxtz5foiySz8ICxw2Cy7-pVE5rRloXTOD7n6fFRygGTYI9D1QqMhPyXbSN847NmDUhku9UdPLi9BGkFKEs1pRGQWNLAIIXIuUCOi7aq_hAEutyrdp2aGHCVGIyq7bgfW_lbw",
    "rXif5p_fFRbSSX0j455PI6ip18QBM88tTH5uaU_htJ3l3U4ALQpbBlwIpGhujA_hyLX7YwdXiLxDCijSzlJ8BYCMflNnFGF14Fg5WXLgsLnvRstrrxfsNMR1p9a3tBj4l7mtjtHxPlrc9-uIEAKeiK4U28LXw0g21U6jMJxOlRGrSrCLaT_mbWd6sJm1gVZz82viJkeWG92ND9Va8Xoj7RqfVrE57mI8OOMhcZxF0dJUcM3aFVe3qf8a_kmlB0v3MCvUO8-qt9nlcIJ__ITs6wl__Nm774PQn51Wy4gAuQ6H_uNxgiWkx2qdw-s85FglrFcfPlD01JYbMLcML9xXVg",
    "vZdZYCGm2PEFqbd2UoZHHwyfEi3B5j6vnl1-9eTtK_yVtOV3BNgPuqWol9SVX1DyfnNgBdbH-QcwvNGLtqNX9UfMykK6-qQHTg-BUJr0kK6xvG18XYWST-iVggMe6ZZoI-cyPi-S5WD_Dpu7rqvloPgIWSFALr-q2-ESZDGIJz6AS_DcnHZ7NyPcNNXgjYhuHmgtVZjPY-KMdt7aFSTzzZmPqusvjhhudf51UM9ZenHmhoRy7VMZPR2c4AS8OdBdEpwal5YV6v_tOg4TYTfP4qoh4AAJ6exnfXV2N14KVesj64yIYfI6Vp7rySLDMtRpRnxzsdtFA_F_whXnmoOJ5g",
    "fTqOfXY12JRsds8IOl23ApM92az8rEePWijux4eNCOphYHbErUV81innhn5F9o_lPpIHnubJt17pctL_xknZNXQ04Fy2SzQpGxFPoLk8CcaBuPQreMthAdJMwbNvIfMq1VBHDB2YP6eUgxe96CHYQm4sZHvBmVNkKCisMI6dwFD6dQHHpyM52REYIEBw1IkWN2NCfpj8I_joSrT0WXd3uMwGhZGsoYJApguuKGEy6Z9vvxkaOTRMu0GHKjlzVxt3rlzYkQkhVHKSIvodCv33-kLc3X1-gqHBje0ikKVSiIIXVwIG9Cbjh3f-cYsauGCk4db56KKXF70IhsmKFGpqSA",
];

/// RFC 7518 §3.5: the salt is as long as the hash, and the mask uses the same hash.
#[test]
fn ps256_with_other_salt_length_or_mask_is_rejected() {
    let keys = key_set(PS256_KEY, &[Algorithm::PS256]);
    let token = |signature| format!("eyJhbGciOiJQUzI1NiJ9.UGF5bG9hZA.{signature}");
    assert_verifies(&token(PS256), &keys);
    for signature in PS256_OTHER_PARAMETERS {
        assert_eq!(verifies(&token(signature), &keys), Ok(false));
    }
}

/// RFC 7518 §3.4: r and s are concatenated, not a DER sequence as in X.509.
#[test]
fn ecdsa_signature_in_der_is_rejected() {
    let keys = key_set(ES256_KEY, &[Algorithm::ES256]);
    let raw = URL_SAFE_NO_PAD.decode(ES256).unwrap();
    let mut der = Vec::new();
    for number in raw.chunks(32) {
        let zero = usize::from(number[0] >= 0x80);
        let length = u8::try_from(number.len() + zero).unwrap();
        der.extend([2, length]);
        der.extend(vec![0; zero]);
        der.extend(number);
    }
    let length = u8::try_from(der.len()).unwrap();
    let der = URL_SAFE_NO_PAD.encode([&[0x30, length], &der[..]].concat());
    let token = format!("eyJhbGciOiJFUzI1NiJ9.{JOE}.{der}");
    assert_eq!(verifies(&token, &keys), Ok(false));
}

/// RFC 8032 §5.1.7: S must be below the order L, because S + L would be a second valid signature.
#[test]
fn ed25519_signature_with_s_above_the_order_is_rejected() {
    const L: [u8; 32] = *b"\xed\xd3\xf5\x5c\x1a\x63\x12\x58\xd6\x9c\xf7\xa2\xde\xf9\xde\x14\
        \x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10";
    let keys = key_set(ED25519_KEY, &[Algorithm::EdDSA]);
    let (input, signature) = ED25519.rsplit_once('.').unwrap();
    let mut raw = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let mut carry = 0_u16;
    for (byte, add) in raw[32..].iter_mut().zip(L) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    let other = format!("{input}.{}", URL_SAFE_NO_PAD.encode(&raw));
    assert_eq!(verifies(&other, &keys), Ok(false));
}
