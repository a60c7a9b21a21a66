//! What an answer must look like that refuses a token.

use crate::http::{Answer, Request};
use crate::provider::Provider;
use crate::world::{Api, World};

/// A route that needs `orders:read`.
pub(crate) const READ: &str = "/orders";

/// The scope of tokens that would be accepted.
pub(crate) const SCOPE: &str = "orders:read orders:write";

/// Why a request is refused.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cause {
    /// It carries no credential, as far as RFC 6750 §2.1 goes.
    NoCredential,
    /// Its credential is no single, well-formed one.
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

    /// The whole challenge (RFC 6750 §3).
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

/// Asserts that an answer refuses for that cause, and tells nothing of the token.
#[track_caller]
pub(crate) fn assert_refused(answer: &Answer, cause: Cause, token: &str, what: &str) {
    assert_eq!(answer.status, cause.status(), "{what}: {answer:?}");
    let challenge = cause.challenge();
    assert_eq!(
        answer.header("www-authenticate"),
        Some(&*challenge),
        "{what}"
    );
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json"),
        "{what}"
    );
    assert_eq!(answer.json()["status"], cause.status(), "{what}");
    for part in token.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_') {
        let told = part.len() >= 8
            && [&answer.head, &answer.body]
                .iter()
                .any(|t| t.contains(part));
        assert!(!told, "{what}: the answer repeats the token: {answer:?}");
    }
}

/// Asserts that a token opens the route that needs `orders:read`.
#[track_caller]
pub(crate) fn assert_accepted(api: &Api, token: &str, what: &str) {
    let answer = api.send(&Request::get(READ).bearer(token));
    assert_eq!(answer.status, 200, "{}, {what}: {answer:?}", api.name());
}

/// Asserts that every API accepts its token and refuses each broken form of it.
pub(crate) fn refuse_everywhere(world: &World, broken: impl Fn(&Api, &str) -> Vec<Broken>) {
    for api in world.everywhere() {
        let token = api.token(world.provider(), "", SCOPE);
        assert_accepted(api, &token, "unbroken");
        let forms = broken(api, &token);
        assert!(!forms.is_empty(), "nothing is broken");
        for Broken { what, token: form } in forms {
            let answer = api.send(&Request::get(READ).bearer(&form));
            let what = format!("{}, {what}", api.name());
            assert_ne!(form, token, "{what}: not broken");
            assert_refused(&answer, Cause::InvalidToken, &form, &what);
        }
        assert_accepted(api, &token, "unbroken, once more");
    }
}

/// A token that must not be accepted.
pub(crate) struct Broken {
    what: String,
    token: String,
}

impl Broken {
    pub(crate) fn new(what: impl Into<String>, token: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            token: token.into(),
        }
    }

    /// A token that the provider made and signed in a faulty manner.
    pub(crate) fn made(provider: &Provider, api: &Api, manner: &str) -> Self {
        Self::new(manner, api.token(provider, manner, SCOPE))
    }
}
