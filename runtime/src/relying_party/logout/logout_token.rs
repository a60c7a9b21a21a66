//! Logout tokens, with which the provider ends sessions ([Back-Channel Logout §2.6]).
//!
//! [Back-Channel Logout §2.6]: https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation

use std::fmt;

use serde_json::Value;

use crate::claims::NumericDate;
use crate::relying_party::id_token::{
    MAX_ISSUED_AGE, at_most_skew_ahead, is_audience_trusted, names_another_kind,
};
use crate::relying_party::id_token_error::IdTokenError;
use crate::relying_party::login::Logins;
use crate::relying_party::members::Members;
use crate::relying_party::random::NotUsable;
use crate::relying_party::signed_jwt::Type;
use crate::token::TokenError;

/// The member of `events` that makes a security event token a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A logout at the provider: the sessions that must end.
#[derive(Clone, PartialEq, Eq)]
#[must_use = "the sessions must be ended"]
pub struct LogoutEvent {
    issuer: Box<str>,
    subject: Option<Box<str>>,
    session_id: Option<Box<str>>,
    /// The identifier of the token (`jti`).
    token_id: Box<str>,
    /// The time from which the token is invalid without a record of its use.
    valid_until: NumericDate,
}

impl LogoutEvent {
    /// Returns the issuer identifier of the provider.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns `sub`: without a session ID, all sessions of this user end.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// Returns `sid`: the sessions whose ID token has it end.
    pub fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }

    /// Returns whether a session of this user, whose ID token had this `sid`, ends.
    ///
    /// If the ID token had no `sid`, each session of the user could be the one, and ends.
    pub fn ends(&self, issuer: &str, subject: &str, session_id: Option<&str>) -> bool {
        let is_session = match (self.session_id(), session_id) {
            (Some(own), Some(session_id)) => own == session_id,
            (Some(_), None) => self.subject.is_some(),
            (None, _) => true,
        };
        *self.issuer == *issuer && self.subject().is_none_or(|own| own == subject) && is_session
    }
}

/// Prints no identifier of a user.
impl fmt::Debug for LogoutEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogoutEvent")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

impl Logins {
    /// Validates a logout token, the parameter `logout_token` of a request from the provider.
    ///
    /// Respond with status 200 once the sessions have ended, with 400 to an invalid token, and with `no-store`. Then call
    /// [`sessions_ended`](Self::sessions_ended): from that time on, the same token is invalid. Until then, the provider can
    /// deliver it again, for example because the sessions could not be ended.
    ///
    /// The token must have the type `logout+jwt`; without it, or with a `nonce`, an ID token could end sessions, or a logout
    /// token could log a user in.
    ///
    /// # Errors
    ///
    /// Returns the first check of [Back-Channel Logout §2.6] that fails.
    ///
    /// [Back-Channel Logout §2.6]: https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation
    pub async fn validate_logout_token(&self, token: &str) -> Result<LogoutEvent, IdTokenError> {
        let (clock, skew) = self.clock();
        let jwt = self
            .id_token_keys()
            .verify(token.as_bytes(), Type::Logout, clock)
            .await?;
        let members = jwt.members;
        let now = clock.now();
        let issuer = members.required_string("iss")?;
        if issuer != self.issuer() {
            return Err(TokenError::Issuer.into());
        }
        let audience = members.audience()?.ok_or(TokenError::MissingClaim("aud"))?;
        is_audience_trusted(&audience, self.client_id(), self.trusted_audiences())?;
        let issued_at = members.required_date("iat")?;
        let expires_at = members.required_date("exp")?;
        at_most_skew_ahead(issued_at, now, skew)?;
        if expires_at <= issued_at {
            return Err(TokenError::Lifetime.into());
        }
        if now >= expires_at.saturating_add(skew) {
            return Err(TokenError::Expired.into());
        }
        if now.since(issued_at) > MAX_ISSUED_AGE.saturating_add(skew) {
            return Err(IdTokenError::IssuedLongAgo);
        }
        check_kind(&members)?;
        let (subject, session_id) = (members.string("sub")?, members.string("sid")?);
        if subject.is_none() && session_id.is_none() {
            return Err(TokenError::MissingClaim("sub").into());
        }
        let token_id = members.required_string("jti")?;
        if self.used_logout_tokens().is_used(token_id, now) {
            return Err(IdTokenError::Replayed);
        }
        Ok(LogoutEvent {
            issuer: issuer.into(),
            subject: subject.map(Into::into),
            session_id: session_id.map(Into::into),
            token_id: token_id.into(),
            valid_until: issued_at
                .saturating_add(MAX_ISSUED_AGE)
                .saturating_add(skew * 3),
        })
    }

    /// Records that the sessions of a logout have ended, so that its token is invalid from now on.
    ///
    /// Two requests with the same token can be validated at the same time; both end the same sessions.
    pub fn sessions_ended(&self, event: &LogoutEvent) {
        let (clock, _) = self.clock();
        let used =
            self.used_logout_tokens()
                .use_once(&event.token_id, event.valid_until, clock.now());
        match used {
            // without a record, the token could end sessions again; to refuse a logout would be worse
            Ok(()) | Err(NotUsable::UsedBefore | NotUsable::Full) => {}
        }
    }
}

/// Checks that the token is a logout token, and no other.
fn check_kind(members: &Members) -> Result<(), IdTokenError> {
    if members.get("nonce").is_some() {
        return Err(IdTokenError::NonceInLogoutToken);
    }
    let event = members
        .get("events")
        .and_then(|events| events.as_object()?.get(EVENT));
    if !event.is_some_and(Value::is_object) {
        return Err(IdTokenError::Events);
    }
    if names_another_kind(members, &["logout", "logout_token", "logout+jwt", "jwt"]) {
        return Err(IdTokenError::Kind);
    }
    Ok(())
}
