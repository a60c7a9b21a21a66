//! Assertions about responses that accept or refuse a token.

use crate::environment::{Api, Environment};
use crate::http::{Request, Response};
use crate::provider::Provider;

/// A route that requires `orders:read`.
pub(crate) const READ: &str = "/orders";

/// The scopes of tokens that are accepted.
pub(crate) const SCOPE: &str = "orders:read orders:write";

/// The reason of a refusal.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cause {
    /// The request has no credential by RFC 6750 §2.1.
    NoCredential,
    /// The request does not have exactly one well-formed credential.
    InvalidRequest,
    InvalidToken,
    InsufficientScope(&'static str),
}

impl Cause {
    fn status(self) -> u16 {
        match self {
            Self::NoCredential | Self::InvalidToken => 401,
            Self::InvalidRequest => 400,
            Self::InsufficientScope(_) => 403,
        }
    }

    /// Returns the whole challenge (RFC 6750 §3).
    fn challenge(self) -> String {
        let realm = "Bearer realm=\"orders\"";
        match self {
            Self::NoCredential => realm.to_owned(),
            Self::InvalidRequest => format!("{realm}, error=\"invalid_request\""),
            Self::InvalidToken => format!("{realm}, error=\"invalid_token\""),
            Self::InsufficientScope(scope) => {
                format!("{realm}, error=\"insufficient_scope\", scope=\"{scope}\"")
            }
        }
    }
}

/// Asserts that a response refuses the token for this reason, without echoing it.
#[track_caller]
pub(crate) fn assert_refused(response: &Response, cause: Cause, token: &str, description: &str) {
    assert_eq!(
        response.status,
        cause.status(),
        "{description}: {response:?}"
    );
    let challenge = cause.challenge();
    assert_eq!(
        response.header("www-authenticate"),
        Some(&*challenge),
        "{description}"
    );
    assert_eq!(
        response.header("content-type"),
        Some("application/problem+json"),
        "{description}"
    );
    assert_eq!(response.json()["status"], cause.status(), "{description}");
    for part in token.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_') {
        let is_echoed = part.len() >= 8
            && [&response.head, &response.body]
                .iter()
                .any(|t| t.contains(part));
        assert!(
            !is_echoed,
            "{description}: the response echoes the token: {response:?}"
        );
    }
}

/// Asserts that a token is accepted at the route that requires `orders:read`.
#[track_caller]
pub(crate) fn assert_accepted(api: &Api, token: &str, description: &str) {
    let response = api.send(&Request::get(READ).bearer(token));
    assert_eq!(
        response.status,
        200,
        "{}, {description}: {response:?}",
        api.name()
    );
}

/// Asserts that every API accepts its token, and refuses each broken form of it.
pub(crate) fn assert_all_refused(
    environment: &Environment,
    broken: impl Fn(&Api, &str) -> Vec<Broken>,
) {
    for api in environment.apis() {
        let token = api.token(environment.provider(), "", SCOPE);
        assert_accepted(api, &token, "valid token");
        let forms = broken(api, &token);
        assert!(!forms.is_empty(), "no broken tokens");
        for Broken {
            description,
            token: form,
        } in forms
        {
            let response = api.send(&Request::get(READ).bearer(&form));
            let description = format!("{}, {description}", api.name());
            assert_ne!(form, token, "{description}: unchanged");
            assert_refused(&response, Cause::InvalidToken, &form, &description);
        }
        assert_accepted(api, &token, "valid token again");
    }
}

/// A token that must be refused.
pub(crate) struct Broken {
    description: String,
    token: String,
}

impl Broken {
    pub(crate) fn new(description: impl Into<String>, token: impl Into<String>) -> Self {
        Self {
            description: description.into(),
            token: token.into(),
        }
    }

    /// Requests a token that the provider signs, in one of its invalid variants.
    pub(crate) fn issued(provider: &Provider, api: &Api, variant: &str) -> Self {
        Self::new(variant, api.token(provider, variant, SCOPE))
    }
}
