//! Middleware as a careful team writes it: axum's `from_fn_with_state` and jsonwebtoken's `decode`.
//!
//! Keys and validations are prepared once, by `kid`. It has no token cache.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

use crate::contenders::handler::show_orders;
use crate::outcome::Outcome;
use crate::tokens::{AUDIENCE, ISSUER, PATH, SCOPE, issuer};

/// The claims that such middleware passes to its handlers.
#[derive(Clone, Deserialize)]
#[expect(
    dead_code,
    reason = "decoded for handlers; the measured one reads no claim"
)]
pub(crate) struct Claims {
    sub: String,
    client_id: String,
    jti: String,
    #[serde(default)]
    scope: String,
}

/// A key, and the validation of its tokens.
pub(crate) struct Key {
    decoding: DecodingKey,
    validation: Validation,
}

type Keys = HashMap<String, Key>;

pub(super) fn router() -> Outcome<Router> {
    let keys = Arc::new(keys()?);
    Ok(Router::new()
        .route(PATH, get(show_orders))
        .layer(middleware::from_fn_with_state(keys, guard)))
}

/// Returns the issuer's keys by `kid`.
pub(crate) fn keys() -> Outcome<Keys> {
    let set: JwkSet = serde_json::from_str(&issuer().jwks())?;
    let mut keys = Keys::new();
    for jwk in &set.keys {
        let kid = jwk.common.key_id.clone().ok_or("the key has no `kid`")?;
        let algorithm = jwk.common.key_algorithm.ok_or("the key has no `alg`")?;
        let algorithm: Algorithm = algorithm.to_string().parse()?;
        let key = Key {
            decoding: DecodingKey::from_jwk(jwk)?,
            validation: validation(algorithm),
        };
        keys.insert(kid, key);
    }
    Ok(keys)
}

fn validation(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.leeway = 30;
    validation
}

/// Returns the key that the token's header names, if the token is an access token.
pub(crate) fn key_of<'a>(keys: &'a Keys, token: &str) -> Option<&'a Key> {
    let header = decode_header(token).ok()?;
    if header.typ.as_deref() != Some("at+jwt") {
        return None;
    }
    keys.get(header.kid.as_deref()?)
}

/// Returns the claims of a valid token.
pub(crate) fn verify(key: &Key, token: &str) -> Option<Claims> {
    let data = decode::<Claims>(token, &key.decoding, &key.validation).ok()?;
    Some(data.claims)
}

async fn guard(State(keys): State<Arc<Keys>>, mut request: Request, next: Next) -> Response {
    let Some(claims) = authenticate(&keys, &request) else {
        return challenge(StatusCode::UNAUTHORIZED, "Bearer error=\"invalid_token\"");
    };
    if !claims.scope.split(' ').any(|scope| scope == SCOPE) {
        return challenge(
            StatusCode::FORBIDDEN,
            "Bearer error=\"insufficient_scope\", scope=\"orders:read\"",
        );
    }
    request.extensions_mut().insert(claims);
    next.run(request).await
}

fn authenticate(keys: &Keys, request: &Request) -> Option<Claims> {
    let bearer = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let token = bearer.strip_prefix("Bearer ")?;
    verify(key_of(keys, token)?, token)
}

fn challenge(status: StatusCode, challenge: &'static str) -> Response {
    (status, [(WWW_AUTHENTICATE, challenge)]).into_response()
}
