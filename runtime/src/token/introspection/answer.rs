//! What an issuer says of a token ([RFC 7662 §2.2]), judged as a JWT's claims are.
//!
//! [RFC 7662 §2.2]: https://www.rfc-editor.org/rfc/rfc7662#section-2.2

use serde_json::{Map, Value};

use crate::claims::{NumericDate, RoleSet, ScopeSet};
use crate::json;
use crate::token::claims::Claims;
use crate::token::error::TokenError;
use crate::token::introspection::IntrospectionError;
use crate::token::rules::Rules;
use crate::token::verified::{Facts, VerifiedToken};

/// Members that tell one kind of token from another, with what they say of an access token.
///
/// None of them has to be there. Where one is, it may say nothing else: an endpoint may call a
/// refresh token or an ID token active as well. Compared without regard to case, as
/// [RFC 6749 §7.1] has it for `token_type`.
///
/// [RFC 6749 §7.1]: https://www.rfc-editor.org/rfc/rfc6749#section-7.1
const KINDS: [(&str, &[&str]); 3] = [
    ("token_type", &["Bearer"]),
    ("token_use", &["access_token", "access"]),
    ("typ", &["Bearer", "at+jwt", "application/at+jwt"]),
];

/// An answer that can be read.
pub(super) struct Answer {
    json: Vec<u8>,
    members: Map<String, Value>,
}

impl Answer {
    /// Reads an answer.
    ///
    /// # Errors
    ///
    /// [`IntrospectionError::NotAnAnswer`] for anything but a strict JSON object: then nothing
    /// is known of the token.
    pub(super) fn read(json: Vec<u8>) -> Result<Self, IntrospectionError> {
        match json::parse(&json) {
            Ok(Value::Object(members)) => Ok(Self { json, members }),
            _ => Err(IntrospectionError::NotAnAnswer),
        }
    }

    /// Whether the token is active: only where that is literally `true`.
    pub(super) fn is_active(&self) -> bool {
        self.members.get("active") == Some(&Value::Bool(true))
    }

    /// Judges an opaque token: the answer is all that is known of it.
    ///
    /// With `client_as_subject`, a token without `sub` speaks for its client.
    pub(super) fn accept(
        self,
        rules: &Rules,
        client_as_subject: bool,
        now: NumericDate,
    ) -> Result<VerifiedToken, TokenError> {
        let mut claims = self.claims(rules)?;
        if client_as_subject && claims.sub.is_none() {
            claims.sub.clone_from(&claims.client_id);
        }
        let facts = rules.accept(claims, now)?;
        Ok(VerifiedToken::new(facts, self.json))
    }

    /// Judges a JWT once more, which its keys have proved: what the answer says, it must say too.
    ///
    /// Where both tell of scopes, roles or time, the narrower counts.
    pub(super) fn confirm(
        self,
        jwt: &VerifiedToken,
        rules: &Rules,
        now: NumericDate,
    ) -> Result<VerifiedToken, TokenError> {
        let claims = self.claims(rules)?;
        rules.form.judge(&claims)?;
        if claims.aud.is_some() {
            rules.form.judge_audience(&claims, &rules.audience)?;
        }
        agrees("sub", claims.sub.as_deref(), Some(jwt.subject()))?;
        agrees("client_id", claims.client_id.as_deref(), jwt.client_id())?;
        agrees("jti", claims.token_id.as_deref(), jwt.jti())?;
        let facts = narrow(jwt.facts(), &claims, rules)?;
        facts.validity.judge(now)?;
        Ok(VerifiedToken::new(facts, jwt.claims_json()))
    }

    /// The claims of an active access token of this issuer.
    fn claims(&self, rules: &Rules) -> Result<Claims<'_>, TokenError> {
        if !self.is_active() {
            return Err(TokenError::Inactive);
        }
        for (member, known) in KINDS {
            let Some(said) = self.members.get(member) else {
                continue;
            };
            let is_known = |text: &str| known.iter().any(|known| text.eq_ignore_ascii_case(known));
            if !said.as_str().is_some_and(is_known) {
                return Err(TokenError::WrongClaim(member));
            }
        }
        let claims = Claims::read(&self.json, &rules.form.names, &rules.roles)?;
        match &claims.iss {
            Some(issuer) if **issuer != *rules.issuer => Err(TokenError::Issuer),
            _ => Ok(claims),
        }
    }
}

/// Refuses what the answer says otherwise than the token.
fn agrees(claim: &'static str, said: Option<&str>, signed: Option<&str>) -> Result<(), TokenError> {
    match (said, signed) {
        (Some(said), Some(signed)) if said != signed => Err(TokenError::WrongClaim(claim)),
        _ => Ok(()),
    }
}

/// A JWT's facts, no wider than the answer.
fn narrow(signed: &Facts, said: &Claims<'_>, rules: &Rules) -> Result<Facts, TokenError> {
    let mut facts = signed.clone();
    if let Some(scope) = &said.scope {
        let said = ScopeSet::parse(scope)?;
        let both: Vec<_> = facts
            .scopes
            .iter()
            .filter(|scope| said.iter().any(|other| other == *scope))
            .collect();
        facts.scopes = ScopeSet::parse(&both.join(" "))?;
    }
    if let Some(roles) = &said.roles {
        let both = |role: &&str| roles.iter().any(|other| other == *role);
        facts.roles = facts.roles.iter().filter(both).collect::<RoleSet>();
    }
    let iat = said.iat.unwrap_or(facts.issued_at);
    facts.expires_at = said
        .exp
        .map_or(facts.expires_at, |exp| exp.min(facts.expires_at));
    let said_validity = rules.limits.validity(facts.expires_at, iat, said.nbf)?;
    facts.validity = facts.validity.and(said_validity);
    // the earlier: what is revoked by time must not miss it
    facts.issued_at = facts.issued_at.min(iat);
    facts.issued_from = facts
        .issued_from
        .min(iat.saturating_sub(rules.limits.clock_skew));
    Ok(facts)
}

#[cfg(test)]
mod tests;
