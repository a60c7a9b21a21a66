//! The redirect to the login, instead of 401, for the navigation of a browser.

use axum::extract::OriginalUri;
use axum::http::header::{HeaderMap, HeaderName, LOCATION};
use axum::http::{Method, Request, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use crate::guard::RefusalCause;
use crate::https::Form;
use crate::input::types::ReturnTo;
use crate::policy::Access;
use crate::resource_server::ResourceServer;
use crate::response::acceptable::Acceptable;
use crate::session::SessionRefusal;

const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Returns the redirect to the login, if the request is a navigation to a page for which the login is missing, and
/// [`LoginRoutes::redirect_navigations`](crate::relying_party::LoginRoutes::redirect_navigations) is set.
///
/// Programs, scripts and frames get the refusal itself.
pub(crate) fn login_redirect<B>(
    cause: &RefusalCause,
    server: &ResourceServer,
    access: &Access,
    request: &Request<B>,
) -> Option<Response> {
    let is_missing = match cause {
        RefusalCause::Session(refusal) => matches!(
            refusal,
            SessionRefusal::Missing | SessionRefusal::Unknown | SessionRefusal::Expired
        ),
        RefusalCause::MissingCredential => access.admits_login(),
        _ => false,
    };
    if !is_missing || !is_navigation(request.method(), request.headers()) {
        return None;
    }
    let login = server.sessions()?.login_path()?;
    let OriginalUri(uri) = match request.extensions().get() {
        Some(original) => Clone::clone(original),
        None => OriginalUri(request.uri().clone()),
    };
    let location = match return_to(&uri) {
        Some(page) => {
            let query = Form::new().with("return_to", page.as_str()).into_bytes();
            format!("{login}?{}", String::from_utf8_lossy(&query))
        }
        None => login.to_owned(),
    };
    Some((StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response())
}

/// Returns the page of the request, unless it is no value of `return_to`.
fn return_to(uri: &Uri) -> Option<ReturnTo> {
    uri.path_and_query()?.as_str().parse().ok()
}

/// Returns whether the browser shows the response as a page in a tab.
fn is_navigation(method: &Method, headers: &HeaderMap) -> bool {
    let is = |name: &HeaderName, expected: &[u8]| {
        let mut values = headers.get_all(name).iter();
        let is_expected = values.next().map(|value| value.as_bytes() == expected);
        is_expected.filter(|_| values.next().is_none())
    };
    method == Method::GET
        && is(&SEC_FETCH_MODE, b"navigate") == Some(true)
        && is(&SEC_FETCH_DEST, b"document") == Some(true)
        && Acceptable::of(method, headers).is_some_and(|accepted| accepted.names("text/html"))
}
