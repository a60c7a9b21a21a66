//! The handlers of the issuer's own routes.

use axum::extract::rejection::QueryRejection;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, ORIGIN};
use axum::http::{HeaderMap, HeaderValue};
use palisade::authorization_server::{
    Approval, ApprovalError, AuthorizationRequest, AuthorizationServer, ErrorCode, FormOrigin,
    NewAccessToken, Prompt,
};
use palisade::prelude::*;
use palisade::{Clock as _, SystemClock};

use crate::options::Claims;
use crate::pages;
use crate::users;

/// The client of tokens without a login.
const DEVELOPMENT: &str = "development";

/// The maximum length of the sealed request in the form, in characters.
const MAX_SEALED: usize = 60_000;

/// The state of the handlers.
#[derive(Clone)]
pub(crate) struct Development {
    pub(crate) server: AuthorizationServer,
    pub(crate) audiences: Vec<String>,
    pub(crate) defaults: Claims,
    pub(crate) auto_login: Option<String>,
}

impl axum::extract::FromRef<Development> for AuthorizationServer {
    fn from_ref(development: &Development) -> Self {
        development.server.clone()
    }
}

/// The query of a token for development.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenQuery {
    aud: Option<String>,
    sub: Option<String>,
    scope: Option<String>,
    role: Option<String>,
}

/// The form of the page.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecisionForm {
    #[garde(length(chars, max = MAX_SEALED))]
    request: String,
    #[garde(length(chars, max = 64))]
    user: Option<String>,
    #[garde(skip)]
    decision: Decision,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(rename_all = "snake_case")]
enum Decision {
    Allow,
    Deny,
}

/// Shows the page on which the user logs in and consents, or redirects at once with `--auto-login`.
#[public(reason = "the page on which users log in")]
pub(crate) async fn authorize(
    State(development): State<Development>,
    request: AuthorizationRequest,
) -> Result<Response, ApprovalError> {
    let server = &development.server;
    if let Some(user) = &development.auto_login {
        return approve(server, &request, user).await;
    }
    if request.prompts().contains(&Prompt::None) {
        let denied = server.deny(&request, ErrorCode::LoginRequired);
        return Ok(denied.into_response());
    }
    let sealed = server.seal_request(&request)?;
    Ok(pages::sign_in(&request, &sealed))
}

/// Redirects to the client after the user's decision.
#[public(reason = "the form of the page on which users log in")]
pub(crate) async fn decide(
    State(development): State<Development>,
    origin: FormOrigin,
    Valid(Form(form)): Valid<Form<DecisionForm>>,
) -> Result<Response, ApprovalError> {
    let server = &development.server;
    let request = server.open_request(&form.request, &origin).await?;
    let user = form.user.as_deref().and_then(users::find);
    if let (Decision::Allow, Some(user)) = (form.decision, user) {
        return approve(server, &request, user.id).await;
    }
    let denied = server.deny(&request, ErrorCode::AccessDenied);
    Ok(denied.into_response())
}

async fn approve(
    server: &AuthorizationServer,
    request: &AuthorizationRequest,
    user: &str,
) -> Result<Response, ApprovalError> {
    if request
        .required_subject()
        .is_some_and(|required| required != user)
    {
        let denied = server.deny(request, ErrorCode::LoginRequired);
        return Ok(denied.into_response());
    }
    let mut approval = Approval::new(user, SystemClock.now());
    if let Some(known) = users::find(user) {
        let has_profile = request.scopes().iter().any(|scope| scope == "profile");
        if has_profile {
            approval = approval
                .claim("name", known.name)
                .claim("preferred_username", known.id);
        }
    }
    Ok(server.approve(request, approval).await?.into_response())
}

/// Returns a token for the claims of the query, to programs of this machine.
#[public(
    reason = "for development, on loopback only",
    unvalidated = "`Claims::check` limits each value, and pages and proxies are refused"
)]
pub(crate) async fn development_token(
    State(development): State<Development>,
    Unvalidated(headers): Unvalidated<HeaderMap>,
    Unvalidated(query): Unvalidated<Result<Query<TokenQuery>, QueryRejection>>,
) -> Result<Response, Response> {
    require_local_program(&headers).map_err(refused(StatusCode::FORBIDDEN))?;
    let bad_request = refused(StatusCode::BAD_REQUEST);
    let Query(query) = query.map_err(|rejection| bad_request(&rejection.body_text()))?;
    let defaults = development.defaults.clone();
    let claims = Claims {
        audience: query.aud.unwrap_or(defaults.audience),
        subject: query.sub.unwrap_or(defaults.subject),
        scopes: query.scope.unwrap_or(defaults.scopes),
        roles: query.role.map_or(defaults.roles, |role| vec![role]),
    };
    let checked = claims.check(&development.audiences);
    checked.map_err(|message| bad_request(&message))?;
    let token = development.sign(&claims).await;
    let token =
        token.map_err(|error| refused(StatusCode::INTERNAL_SERVER_ERROR)(&error.to_string()))?;
    let fields = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        ),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((fields, token + "\n").into_response())
}

#[public(reason = "the style of the pages")]
pub(crate) async fn style() -> ([(HeaderName, &'static str); 1], &'static str) {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], pages::STYLE)
}

impl Development {
    pub(crate) async fn sign(
        &self,
        claims: &Claims,
    ) -> Result<String, palisade::authorization_server::MintError> {
        let token = NewAccessToken::new(&claims.subject, DEVELOPMENT, &claims.audience)
            .scopes(&claims.scopes)
            .roles(&claims.roles);
        let token = self.server.access_tokens().mint(&token).await?;
        Ok(token.as_str().to_owned())
    }
}

fn refused(status: StatusCode) -> impl Fn(&str) -> Response {
    move |message| (status, format!("{message}\n")).into_response()
}

/// Refuses requests that a page or another machine may have caused: a page of any site can send requests to loopback.
fn require_local_program(headers: &HeaderMap) -> Result<(), &'static str> {
    let names = || headers.keys().map(HeaderName::as_str);
    if headers.contains_key(ORIGIN) || names().any(|name| name.starts_with("sec-fetch-")) {
        return Err("tokens for development are not for browsers");
    }
    let is_of_proxy =
        |name: &str| matches!(name, "forwarded" | "via") || name.starts_with("x-forwarded-");
    if names().any(is_of_proxy) {
        return Err("tokens for development are not for proxies");
    }
    Ok(())
}
