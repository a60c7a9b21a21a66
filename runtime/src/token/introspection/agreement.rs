//! The claims on which a JWT and the introspection response for it agree.
//!
//! | claim | in both, and different |
//! |---|---|
//! | `iss`, `sub`, `client_id`, `jti` | the token is rejected |
//! | scopes, as `scope`, `scp` or the profile's claim | those in both |
//! | roles, at the configured pointer | those in both |
//! | `aud` | the values in both, one of which is this API |
//! | `exp` | the earlier one |
//! | `iat` | the earlier one |
//! | `nbf` | the latest of every `nbf` and `iat` |
//! | `active`, `token_type`, `token_use`, `typ` | the JWT's; the response is checked separately |
//! | any other array or object | the response's, if the JWT's has each of its elements or members |
//! | any other claim | the token is rejected |
//!
//! The response can thus narrow a claim. It cannot replace one: whether an element that the JWT does
//! not have permits or forbids something is unknown, and so is the weaker one of two values.
//!
//! A claim that only one of them has is that of the JWT, or absent: RFC 7662 makes every member of a
//! response optional, and the response adds nothing to a JWT.

use crate::claims::{Audience, NumericDate, ScopeSet};
use crate::json::{ExactObject, ExactValue};
use crate::token::claims::Claims;
use crate::token::claims_object::{ClaimsObject, scope_claims};
use crate::token::error::TokenError;
use crate::token::roles_claim::{retain_roles, role_names};
use crate::token::rules::TokenRules;

/// The members of a response that describe the token instead of a claim.
pub(super) const DESCRIPTIVE: [&str; 4] = ["active", "token_type", "token_use", "typ"];

/// The claims that have their own rule.
const DATES: [&str; 3] = ["exp", "iat", "nbf"];

/// A claim set and the members that it was read from.
pub(super) struct Statement<'a> {
    pub(super) claims: &'a Claims<'a>,
    pub(super) members: &'a ExactObject,
}

/// Returns the claims on which a JWT and the response for it agree, as JSON.
///
/// # Errors
///
/// Returns [`TokenError::ConflictingClaims`] if they contradict each other.
pub(super) fn agreed_claims(
    jwt: &[u8],
    response: &Statement<'_>,
    rules: &TokenRules,
) -> Result<String, TokenError> {
    let claims = rules.read(jwt)?;
    let mut agreed = ClaimsObject::parse(jwt)?;
    let names = &rules.format.claim_names;
    let scope_names: Vec<_> = scope_claims(names, &rules.roles).collect();
    for (name, value) in agreed.members_mut() {
        let name = name.as_str();
        let is_special = DESCRIPTIVE.contains(&name)
            || DATES.contains(&name)
            || name == "aud"
            || scope_names.contains(&name);
        if let Some(other) = response.members.get(name)
            && !is_special
        {
            let roles = (name == rules.roles.first()).then(|| rules.roles.rest());
            narrow(value, other, roles)?;
        }
    }
    for name in scope_names {
        if let Some(scopes) = response.members.get(name) {
            let scopes = read_scopes(scopes)?;
            agreed.retain_scopes(names, &rules.roles, |scope| {
                scopes.iter().any(|other| other == scope)
            });
        }
    }
    if let Some(audience) = &response.claims.aud {
        intersect_audience(agreed.members_mut(), audience)?;
    }
    let jwt = Statement {
        claims: &claims,
        members: &agreed.members_mut().clone(),
    };
    restrict_dates(agreed.members_mut(), &jwt, response);
    Ok(agreed.into_json())
}

/// Reads scopes from a string or an array.
fn read_scopes(value: &ExactValue) -> Result<ScopeSet, TokenError> {
    let joined = match value {
        ExactValue::String(scopes) => scopes.clone(),
        ExactValue::Array(scopes) => {
            let scopes = scopes.iter().map(ExactValue::as_str);
            scopes
                .collect::<Option<Vec<_>>>()
                .ok_or(TokenError::Scope)?
                .join(" ")
        }
        _ => return Err(TokenError::Scope),
    };
    Ok(ScopeSet::parse(&joined)?)
}

/// Narrows a value of the JWT to that of the response.
///
/// `roles` is the path to the roles, if they are in this value.
fn narrow(
    value: &mut ExactValue,
    other: &ExactValue,
    roles: Option<&[Box<str>]>,
) -> Result<(), TokenError> {
    if roles == Some(&[]) {
        // a malformed value has no roles
        let others = role_names(other).unwrap_or_default();
        retain_roles(value, |role| others.contains(&role));
        return Ok(());
    }
    match (value, other) {
        (ExactValue::Array(elements), ExactValue::Array(others)) => {
            if !others.iter().all(|other| elements.contains(other)) {
                return Err(TokenError::ConflictingClaims);
            }
            elements.retain(|element| others.contains(element));
            Ok(())
        }
        (ExactValue::Object(members), ExactValue::Object(others)) => {
            if others.keys().any(|name| !members.contains_key(name)) {
                return Err(TokenError::ConflictingClaims);
            }
            members.retain(|name, _| others.contains_key(name));
            for (name, member) in members {
                if let Some(other) = others.get(name) {
                    let (next, rest) = roles.and_then(<[_]>::split_first).unzip();
                    let is_next = next.is_some_and(|next| **next == **name);
                    narrow(member, other, rest.filter(|_| is_next))?;
                }
            }
            Ok(())
        }
        (value, other) if value == other => Ok(()),
        _ => Err(TokenError::ConflictingClaims),
    }
}

/// Removes the values of `aud` that are not in the response's; one of the rest must be this API.
///
/// The response may be for another of this API's audiences than the JWT.
fn intersect_audience(members: &mut ExactObject, audience: &Audience) -> Result<(), TokenError> {
    let is_common =
        |value: &ExactValue| value.as_str().is_some_and(|value| audience.contains(value));
    match members.get_mut("aud") {
        Some(ExactValue::Array(values)) => {
            values.retain(is_common);
            if values.is_empty() {
                return Err(TokenError::ConflictingClaims);
            }
        }
        Some(value) if !is_common(value) => return Err(TokenError::ConflictingClaims),
        _ => {}
    }
    Ok(())
}

/// Sets the dates so that they describe the time in which both are valid.
///
/// Values are copied as the issuer wrote them.
fn restrict_dates(agreed: &mut ExactObject, jwt: &Statement<'_>, response: &Statement<'_>) {
    let mut set = |name: &str, value: Option<&ExactValue>| {
        if let Some(value) = value {
            agreed.insert(name.to_owned(), value.clone());
        }
    };
    let is_earlier = |response: Option<NumericDate>, jwt: Option<NumericDate>| {
        response.is_some_and(|response| jwt.is_none_or(|jwt| response < jwt))
    };
    if is_earlier(response.claims.exp, jwt.claims.exp) {
        set("exp", response.members.get("exp"));
    }
    if is_earlier(response.claims.iat, jwt.claims.iat) {
        set("iat", response.members.get("iat"));
    }
    if response.claims.nbf.is_some() || response.claims.iat.is_some() {
        let starts = [jwt, response].into_iter().flat_map(|statement| {
            let Statement { claims, members } = statement;
            [
                (claims.nbf, members.get("nbf")),
                (claims.iat, members.get("iat")),
            ]
        });
        // the earlier `iat` alone would make the token valid too early
        if let Some((_, latest)) = starts.max_by_key(|(date, _)| *date) {
            set("nbf", latest);
        }
    }
}
