//! The handlers of the routes.

use axum::extract::{Query, State};
use axum::response::{AppendHeaders, IntoResponse, Response};
use garde::Validate;
use http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use palisade_macros::{SecureInput, public, secured};
use serde::Deserialize;

use crate::audit::{
    LoginStage, RequestId, emit_logged_in, emit_login_failed, emit_provider_logout,
};
use crate::input::types::ReturnTo;
use crate::relying_party::login::parameters;
use crate::relying_party::routes::failure::{login_failed, report};
use crate::relying_party::routes::flow::{FailedLogout, Flow};
use crate::relying_party::routes::reason;
use crate::session::Login;
use crate::{Problem, Unvalidated, Valid};

/// The query of a login that begins.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub(super) struct BeginLogin {
    #[serde(default)]
    #[garde(skip)]
    return_to: ReturnTo,
}

/// Redirects the browser to the provider.
#[public(
    reason = "begins a login",
    unvalidated = "only the sealed cookies of pending logins are read from the fields"
)]
pub(super) async fn begin(
    State(flow): State<Flow>,
    id: RequestId,
    Unvalidated(headers): Unvalidated<HeaderMap>,
    Valid(Query(login)): Valid<Query<BeginLogin>>,
) -> Response {
    let request = flow.request.clone().return_to(login.return_to);
    match flow.logins.begin(&request, &headers).await {
        Ok(begun) => see_other(begun.location(), begun.set_cookies().iter().cloned()),
        Err(error) => {
            let reason = reason::of_login(&error);
            emit_login_failed(flow.context(&id), LoginStage::Begin, reason);
            failed(login_failed(&error), None)
        }
    }
}

/// Completes a login, and starts the session.
#[public(
    reason = "completes a login",
    unvalidated = "the response of the provider is validated against the sealed cookie of the pending login"
)]
pub(super) async fn callback(
    State(flow): State<Flow>,
    id: RequestId,
    Unvalidated(uri): Unvalidated<Uri>,
    Unvalidated(headers): Unvalidated<HeaderMap>,
) -> Response {
    let outcome = flow.logins.complete(&uri, &headers).await;
    let pending_cookie = outcome.set_cookie().cloned();
    let started = match outcome.into_result() {
        Ok(completed) => {
            let started = flow.start_session(&completed, &headers).await;
            started.map_err(|problem| (LoginStage::Session, "not_stored", problem))
        }
        Err(error) => {
            let reason = reason::of_login(&error);
            Err((LoginStage::Callback, reason, login_failed(&error)))
        }
    };
    match started {
        Ok((session_cookie, page)) => {
            emit_logged_in(flow.context(&id));
            let cookies = pending_cookie.into_iter().chain([session_cookie]);
            see_other(page.as_str(), cookies)
        }
        Err((stage, reason, problem)) => {
            emit_login_failed(flow.context(&id), stage, reason);
            failed(problem, pending_cookie)
        }
    }
}

/// Ends the session, and redirects to the logout of the provider.
#[secured(login)]
pub(super) async fn log_out(State(flow): State<Flow>, login: Login) -> Response {
    let id_token = match &flow.tokens {
        Some(tokens) => tokens.id_token(&login).await,
        None => Ok(None),
    };
    let removed_cookie = match flow.sessions.end(&login).await {
        Ok(cookie) => cookie,
        Err(error) => {
            report(&error);
            let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE);
            return failed(problem.detail("the session could not be ended"), None);
        }
    };
    let id_token = id_token.unwrap_or_else(|error| {
        report(&error);
        None
    });
    let page = &flow.logged_out;
    let ended = flow
        .logins
        .end_session_with_hint(id_token.as_ref(), page)
        .await;
    let location = ended.unwrap_or_else(|error| {
        report(&error);
        None
    });
    let location = location.as_deref().unwrap_or(page.as_str());
    see_other(location, [removed_cookie])
}

/// Ends the sessions that the provider has logged out.
#[public(
    reason = "the provider's logout token authenticates the request",
    body_limit = "64 KiB",
    unvalidated = "the logout token is validated by its signature and claims"
)]
pub(super) async fn end_sessions(
    State(flow): State<Flow>,
    id: RequestId,
    Unvalidated(headers): Unvalidated<HeaderMap>,
    Unvalidated(form): Unvalidated<String>,
) -> Response {
    let ended = match logout_token(&headers, &form) {
        Some(token) => flow.end_sessions(&token).await,
        None => Err(FailedLogout::NO_TOKEN),
    };
    let reported = ended.as_ref().map(|sessions| *sessions);
    emit_provider_logout(flow.context(&id), reported.map_err(|failed| failed.reason));
    match ended {
        Ok(_) => StatusCode::OK.into_response(),
        // Back-Channel Logout §2.8: 400 also if the logout failed
        Err(FailedLogout { detail, .. }) => {
            failed(Problem::new(StatusCode::BAD_REQUEST).detail(detail), None)
        }
    }
}

/// Returns the logout token of a form; other parameters are ignored (Back-Channel Logout §2.5).
fn logout_token(headers: &HeaderMap, form: &str) -> Option<String> {
    let media_type = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return None;
    }
    parameters(form).ok()?.remove("logout_token")
}

/// Returns a redirect that is followed with `GET`.
fn see_other(location: &str, cookies: impl IntoIterator<Item = HeaderValue>) -> Response {
    let cookies = cookies.into_iter().map(|cookie| (SET_COOKIE, cookie));
    let cookies = AppendHeaders(cookies.collect::<Vec<_>>());
    (StatusCode::SEE_OTHER, [(LOCATION, location)], cookies).into_response()
}

fn failed(problem: Problem, cookie: Option<HeaderValue>) -> Response {
    let cookie = AppendHeaders(cookie.map(|cookie| (SET_COOKIE, cookie)));
    (cookie, problem).into_response()
}
