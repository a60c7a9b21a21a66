//! The origin of the form of a page.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::header::{HeaderName, ORIGIN, UPGRADE};
use http::request::Parts;
use http::{HeaderMap, Method};

use crate::TrustedExtractor;
use crate::session::AppOrigin;

/// The origin of a form, as the browser states it: an argument of the handler that receives the form of a login or consent
/// page.
///
/// [`AuthorizationServer::open_request`](crate::authorization_server::AuthorizationServer::open_request) accepts a form of the
/// server's own pages only.
#[derive(Clone, Debug)]
pub struct FormOrigin {
    method: Method,
    headers: HeaderMap,
}

impl FormOrigin {
    /// The header fields by which browsers state the origin.
    const FIELDS: [HeaderName; 4] = [
        ORIGIN,
        UPGRADE,
        HeaderName::from_static("sec-fetch-mode"),
        HeaderName::from_static("sec-fetch-site"),
    ];

    pub(in crate::authorization_server) fn new(method: Method, headers: &HeaderMap) -> Self {
        let mut stated = HeaderMap::new();
        for name in Self::FIELDS {
            for value in headers.get_all(&name) {
                stated.append(name.clone(), value.clone());
            }
        }
        Self {
            method,
            headers: stated,
        }
    }

    /// Returns whether the request changes state, and comes from a page of this origin.
    pub(in crate::authorization_server) fn is_page_of(&self, origin: &AppOrigin) -> bool {
        !matches!(self.method, Method::GET | Method::HEAD)
            && origin.permits(&self.method, &self.headers)
    }
}

impl TrustedExtractor for FormOrigin {
    const REASON: &'static str = "`open_request` compares the origin with that of the server";
}

impl<S: Sync> FromRequestParts<S> for FormOrigin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::new(parts.method.clone(), &parts.headers))
    }
}
