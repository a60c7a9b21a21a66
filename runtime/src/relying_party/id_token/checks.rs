//! The checks of [OpenID Connect Core §3.1.3.7] that follow the signature, one function each.
//!
//! [OpenID Connect Core §3.1.3.7]: https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation

use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::claims::{Audience, NumericDate};
use crate::keys::Algorithm;
use crate::relying_party::id_token::claims::IdTokenClaims;
use crate::relying_party::id_token_error::IdTokenError;
use crate::relying_party::members::Members;
use crate::token::TokenError;

/// The maximum age of a token that a response contains.
pub(in crate::relying_party) const MAX_ISSUED_AGE: Duration = Duration::from_mins(10);

/// The claims in which some providers name the kind of a token.
const KIND_CLAIMS: [&str; 3] = ["token_use", "token_type", "typ"];

/// The words for an ID token in [`KIND_CLAIMS`].
const ID_TOKEN_WORDS: [&str; 3] = ["id", "id_token", "jwt"];

/// The claims that only logout tokens and `DPoP` proofs have.
const CLAIMS_OF_OTHER_TOKENS: [&str; 3] = ["events", "htm", "htu"];

type Check = Result<(), IdTokenError>;

/// Step 2: `iss` is the provider, code point by code point.
pub(super) fn issuer(claims: &IdTokenClaims, issuer: &str) -> Check {
    if claims.issuer() != issuer {
        return Err(TokenError::Issuer.into());
    }
    Ok(())
}

/// Step 3: `aud` has this client, and no audience that the client does not trust.
pub(super) fn audience(claims: &IdTokenClaims, client: &str, trusted: &[Box<str>]) -> Check {
    is_audience_trusted(claims.audience(), client, trusted)
}

/// Checks that an audience has this client, and no other that is not trusted.
pub(in crate::relying_party) fn is_audience_trusted(
    audience: &Audience,
    client: &str,
    trusted: &[Box<str>],
) -> Check {
    if !audience.contains(client) {
        return Err(TokenError::Audience.into());
    }
    let is_trusted =
        |name: &str| name == client || trusted.iter().any(|trusted| **trusted == *name);
    if !audience.iter().all(is_trusted) {
        return Err(IdTokenError::UntrustedAudience);
    }
    Ok(())
}

/// Steps 4 and 5: `azp` is this client, and is present if `aud` has several values.
pub(super) fn authorized_party(claims: &IdTokenClaims, client: &str) -> Check {
    let is_client = match claims.authorized_party() {
        Some(party) => party == client,
        None => claims.audience().iter().count() == 1,
    };
    if is_client {
        Ok(())
    } else {
        Err(IdTokenError::AuthorizedParty)
    }
}

/// [RFC 8725 §3.12]: no claim names another kind of token, or belongs to one.
///
/// [RFC 8725 §3.12]: https://www.rfc-editor.org/rfc/rfc8725#section-3.12
pub(super) fn kind(claims: &IdTokenClaims) -> Check {
    if names_another_kind(claims.members(), &ID_TOKEN_WORDS)
        || CLAIMS_OF_OTHER_TOKENS
            .iter()
            .any(|name| claims.get(name).is_some())
    {
        return Err(IdTokenError::Kind);
    }
    Ok(())
}

/// Returns whether a claim names a kind that is not one of `words`.
pub(in crate::relying_party) fn names_another_kind(members: &Members, words: &[&str]) -> bool {
    KIND_CLAIMS.iter().any(|name| match members.get(name) {
        None => false,
        Some(Value::String(kind)) => !words.iter().any(|word| kind.eq_ignore_ascii_case(word)),
        Some(_) => true,
    })
}

/// Step 9: the current time is before `exp`, and `exp` is after `iat`.
pub(super) fn expiry(claims: &IdTokenClaims, now: NumericDate, skew: Duration) -> Check {
    if claims.expires_at() <= claims.issued_at() {
        return Err(TokenError::Lifetime.into());
    }
    if now >= claims.expires_at().saturating_add(skew) {
        return Err(TokenError::Expired.into());
    }
    Ok(())
}

/// Step 10: `iat` (and `nbf`, if present) is not in the future, and `iat` is not long ago.
pub(super) fn issued_at(claims: &IdTokenClaims, now: NumericDate, skew: Duration) -> Check {
    at_most_skew_ahead(claims.issued_at(), now, skew)?;
    if let Some(not_before) = claims.members().date("nbf")? {
        at_most_skew_ahead(not_before, now, skew)?;
    }
    if now.since(claims.issued_at()) > MAX_ISSUED_AGE.saturating_add(skew) {
        return Err(IdTokenError::IssuedLongAgo);
    }
    Ok(())
}

/// Checks that a time is not in the future.
pub(in crate::relying_party) fn at_most_skew_ahead(
    time: NumericDate,
    now: NumericDate,
    skew: Duration,
) -> Result<(), TokenError> {
    if time > now.saturating_add(skew) {
        return Err(TokenError::NotYetValid);
    }
    Ok(())
}

/// Step 11: `nonce` is the one of this login.
pub(super) fn nonce(claims: &IdTokenClaims, expected: &str) -> Check {
    let nonce = claims.members().string("nonce")?.unwrap_or_default();
    verify_slices_are_equal(nonce.as_bytes(), expected.as_bytes()).map_err(|_| IdTokenError::Nonce)
}

/// Step 12: `acr` is one of the requested values, if there are any.
pub(super) fn authentication_context(claims: &IdTokenClaims, requested: &[Box<str>]) -> Check {
    let is_requested = |acr: &str| requested.iter().any(|requested| **requested == *acr);
    if requested.is_empty() || claims.acr().is_some_and(is_requested) {
        Ok(())
    } else {
        Err(IdTokenError::AuthenticationContext)
    }
}

/// Step 13: `auth_time` is not in the future, and is recent enough if that was requested.
pub(super) fn authentication_time(
    claims: &IdTokenClaims,
    max_age: Option<Duration>,
    now: NumericDate,
    skew: Duration,
) -> Check {
    let Some(time) = claims.authenticated_at() else {
        return match max_age {
            Some(_) => Err(IdTokenError::AuthenticationTime),
            None => Ok(()),
        };
    };
    let is_too_old = max_age.is_some_and(|max| now.since(time) > max.saturating_add(skew));
    if is_too_old || at_most_skew_ahead(time, now, skew).is_err() {
        return Err(IdTokenError::AuthenticationTime);
    }
    Ok(())
}

/// [§3.1.3.8]: `at_hash`, if present, is the hash of the access token.
///
/// [§3.1.3.8]: https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowTokenValidation
pub(super) fn access_token_hash(
    claims: &IdTokenClaims,
    algorithm: Algorithm,
    token: &[u8],
) -> Check {
    match claims.members().string("at_hash")? {
        Some(hash) if left_half_hash(algorithm, token).as_deref() != Some(hash) => {
            Err(IdTokenError::AccessTokenHash)
        }
        _ => Ok(()),
    }
}

/// [§3.3.2.11]: `c_hash`, if present, is the hash of the authorization code.
///
/// [§3.3.2.11]: https://openid.net/specs/openid-connect-core-1_0.html#HybridIDToken
pub(super) fn code_hash(
    claims: &IdTokenClaims,
    algorithm: Algorithm,
    code: Option<&[u8]>,
) -> Check {
    match claims.members().string("c_hash")? {
        Some(hash) => match code.and_then(|code| left_half_hash(algorithm, code)) {
            Some(expected) if expected == hash => Ok(()),
            _ => Err(IdTokenError::CodeHash),
        },
        None => Ok(()),
    }
}

/// Returns the left half of the hash that belongs to a signature algorithm, in base64url.
fn left_half_hash(algorithm: Algorithm, text: &[u8]) -> Option<String> {
    let hash = match algorithm {
        Algorithm::RS256 | Algorithm::PS256 | Algorithm::ES256 => &digest::SHA256,
        Algorithm::RS384 | Algorithm::PS384 | Algorithm::ES384 => &digest::SHA384,
        // Ed25519 signs with SHA-512 (RFC 8032 §5.1)
        Algorithm::RS512 | Algorithm::PS512 | Algorithm::EdDSA => &digest::SHA512,
        _ => return None,
    };
    let hash = digest::digest(hash, text);
    let half = hash.as_ref().get(..hash.as_ref().len() / 2)?;
    Some(URL_SAFE_NO_PAD.encode(half))
}

/// [§12.2]: a refreshed ID token is about the same user, client and login.
///
/// [§12.2]: https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse
pub(super) fn refreshed(claims: &IdTokenClaims, original: &IdTokenClaims) -> Check {
    let same = |name: &'static str, is_same: bool| {
        if is_same {
            Ok(())
        } else {
            Err(IdTokenError::Changed(name))
        }
    };
    same("iss", claims.issuer() == original.issuer())?;
    same("sub", claims.subject() == original.subject())?;
    same("aud", is_same_audience(claims, original))?;
    same(
        "azp",
        claims.authorized_party() == original.authorized_party(),
    )?;
    for name in ["auth_time", "nonce", "sid"] {
        let is_same = claims.get(name).is_none() || claims.get(name) == original.get(name);
        same(name, is_same)?;
    }
    Ok(())
}

fn is_same_audience(claims: &IdTokenClaims, original: &IdTokenClaims) -> bool {
    let contains_all = |one: &IdTokenClaims, other: &IdTokenClaims| {
        one.audience()
            .iter()
            .all(|name| other.audience().contains(name))
    };
    contains_all(claims, original) && contains_all(original, claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OpenID Connect Core §3.1.3.6; the hashes of `abc` are those of FIPS 180-4.
    #[test]
    fn hash_is_that_of_the_signature_algorithm() {
        use Algorithm::{ES256, ES384, EdDSA, HS256, PS256, PS384, PS512, RS256, RS384, RS512};
        for (algorithms, expected) in [
            ([RS256, PS256, ES256], "ungWv48Bz-pBQUDeXa4iIw"),
            ([RS384, PS384, ES384], "ywB1P0WjXou1oD1pmsZQBycsMqsO3tFj"),
            (
                [RS512, PS512, EdDSA],
                "3a81oZNherrMQXNJriBBMRLm-k6JqX6iCp7u5ktV05o",
            ),
        ] {
            for algorithm in algorithms {
                let hash = left_half_hash(algorithm, b"abc");
                assert_eq!(hash.as_deref(), Some(expected), "{algorithm:?}");
            }
        }
        assert_eq!(left_half_hash(HS256, b"abc"), None);
    }
}
