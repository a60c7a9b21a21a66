//! The rules of codes and refresh tokens: how a request changes the record of its authorization.

use crate::authorization_server::error::{ErrorCode, OAuthFailure};
use crate::authorization_server::grant::credential::{GrantCredential, GrantSecret, Use};
use crate::authorization_server::grant::record::{GrantRecord, GrantState, RefreshPolicy};
use crate::authorization_server::pkce::CodeChallenge;
use crate::claims::NumericDate;

pub(super) const INVALID: OAuthFailure = OAuthFailure::new(
    ErrorCode::InvalidGrant,
    "the code or refresh token is invalid, expired, revoked or used, or was issued to another client",
);

/// A code of a request, and the values that must be those of its authorization request.
#[derive(Clone, Copy)]
pub(in crate::authorization_server) struct PresentedCode<'a> {
    pub(in crate::authorization_server) code: &'a str,
    pub(in crate::authorization_server) redirect_uri: &'a str,
    pub(in crate::authorization_server) verifier: &'a str,
}

/// How a valid request changes the record.
pub(super) enum Transition {
    /// The record gets a new state, and the client this refresh token.
    Replace(GrantState, String),
    /// The record remains. The client gets this refresh token, or keeps its own.
    Keep(Option<String>),
    /// The credential was used before: the authorization is revoked, for this reason.
    Reuse(&'static str),
}

/// Redeems a code. Everything else is verified first, so that a wrong request does not end the login of the right client.
///
/// # Errors
///
/// Returns `invalid_grant` if the code is forged or expired, or if the redirect URI or the code verifier is wrong.
pub(super) fn redeem(
    record: &GrantRecord,
    secret: &GrantSecret,
    code: &GrantCredential,
    presented: PresentedCode<'_>,
    policy: &RefreshPolicy,
    now: NumericDate,
) -> Result<Transition, OAuthFailure> {
    if !secret.has_derived(code, Use::Code) {
        return Err(INVALID);
    }
    let GrantState::Code {
        challenge,
        redirect_uri,
        expires_at,
    } = &record.state
    else {
        return Ok(Transition::Reuse("code"));
    };
    let challenge = CodeChallenge::read(challenge).ok_or(INVALID)?;
    if now >= NumericDate::from_secs(*expires_at)
        || presented.redirect_uri != redirect_uri
        || !challenge.matches(presented.verifier)
    {
        return Err(INVALID);
    }
    let active = GrantState::Active {
        number: 0,
        replaced_at: None,
        until: now.saturating_add(policy.lifetime).as_secs(),
        certificate: policy.certificate.clone(),
    };
    let refresh_token = secret.derive(code.id, Use::Refresh, 0);
    Ok(Transition::Replace(active, refresh_token))
}

/// Uses a refresh token. With rotation, it is replaced, and a use of a token that was replaced before is a reuse
/// ([RFC 9700 §4.14.2]).
///
/// Within the grace time, the token that was replaced last returns its successor again: the response may have been lost.
///
/// # Errors
///
/// Returns `invalid_grant` if the token is forged or expired.
///
/// [RFC 9700 §4.14.2]: https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2
pub(super) fn refresh(
    record: &GrantRecord,
    secret: &GrantSecret,
    token: &GrantCredential,
    policy: &RefreshPolicy,
    now: NumericDate,
) -> Result<Transition, OAuthFailure> {
    let GrantState::Active {
        number,
        replaced_at,
        until,
        ref certificate,
    } = record.state
    else {
        return Err(INVALID);
    };
    if !secret.has_derived(token, Use::Refresh) || now.as_secs() >= until {
        return Err(INVALID);
    }
    if *certificate != policy.certificate {
        return Err(INVALID);
    }
    if token.number == number && !policy.rotates {
        return Ok(Transition::Keep(None));
    }
    if token.number != number {
        let is_previous = token.number.checked_add(1) == Some(number);
        let is_recent = replaced_at
            .map(NumericDate::from_millis)
            .is_some_and(|replaced_at| now.since(replaced_at) <= policy.grace);
        if !is_previous || !is_recent {
            return Ok(Transition::Reuse("refresh_token"));
        }
        let successor = secret.derive(token.id, Use::Refresh, number);
        return Ok(Transition::Keep(Some(successor)));
    }
    let next = number.checked_add(1).ok_or(INVALID)?;
    let active = GrantState::Active {
        number: next,
        replaced_at: Some(now.as_millis()),
        until,
        certificate: certificate.clone(),
    };
    let successor = secret.derive(token.id, Use::Refresh, next);
    Ok(Transition::Replace(active, successor))
}
