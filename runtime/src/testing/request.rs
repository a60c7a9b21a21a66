//! One request to an API under test, and its answer.

use std::future::poll_fn;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use jsonwebtoken::Algorithm;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower_layer::Layer;
use tower_service::Service;

use crate::testing::broken::or_panic;
use crate::testing::{MultipartForm, TokenBuilder};

/// From where requests under test come.
const PEER: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 49_152));

/// A request in the making; see [`TestApi`](crate::testing::TestApi).
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct TestRequest {
    router: axum::Router,
    token: Option<TokenBuilder>,
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl TestRequest {
    pub(super) fn new(router: axum::Router, token: Option<TokenBuilder>) -> Self {
        Self {
            router,
            token,
            method: Method::GET,
            path: "/".to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Gives the caller these scopes, separated by one space.
    pub fn scopes(self, scopes: &str) -> Self {
        self.with_token(|token| token.scopes(scopes))
    }

    /// Gives the caller these roles, in the `roles` claim.
    pub fn roles<R: Into<String>>(self, roles: impl IntoIterator<Item = R>) -> Self {
        self.with_token(|token| token.roles(roles))
    }

    /// Sets one claim of the caller's token.
    pub fn claim(self, name: &str, value: impl Serialize) -> Self {
        self.with_token(|token| token.claim(name, value))
    }

    /// Signs the caller's token by this algorithm.
    pub fn algorithm(self, algorithm: Algorithm) -> Self {
        self.with_token(|token| token.algorithm(algorithm))
    }

    /// Changes the caller's token in any way.
    pub fn with_token(mut self, change: impl FnOnce(TokenBuilder) -> TokenBuilder) -> Self {
        self.token = self.token.map(change);
        self
    }

    /// The caller's token, signed; empty for an anonymous request.
    #[must_use]
    pub fn token(self) -> String {
        self.token.map(TokenBuilder::sign).unwrap_or_default()
    }

    /// Adds a header; a second one of the same name stands beside the first.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends this text as bearer credential, whatever it is.
    pub fn bearer(self, credential: &str) -> Self {
        self.header("authorization", &format!("Bearer {credential}"))
    }

    /// Makes it a `GET`.
    pub fn get(self, path: &str) -> Self {
        self.request("GET", path)
    }

    /// Makes it a `POST`.
    pub fn post(self, path: &str) -> Self {
        self.request("POST", path)
    }

    /// Makes it a `PUT`.
    pub fn put(self, path: &str) -> Self {
        self.request("PUT", path)
    }

    /// Makes it a `PATCH`.
    pub fn patch(self, path: &str) -> Self {
        self.request("PATCH", path)
    }

    /// Makes it a `DELETE`.
    pub fn delete(self, path: &str) -> Self {
        self.request("DELETE", path)
    }

    /// Makes it a request of any method.
    ///
    /// # Panics
    ///
    /// Where the method is no HTTP token.
    pub fn request(mut self, method: &str, path: &str) -> Self {
        self.method = or_panic(
            Method::from_bytes(method.as_bytes()),
            "the method is no HTTP",
        );
        path.clone_into(&mut self.path);
        self
    }

    /// Sends a value as JSON.
    ///
    /// # Panics
    ///
    /// Where the value cannot be serialised.
    pub fn json(self, value: &impl Serialize) -> Self {
        let body = or_panic(serde_json::to_vec(value), "the value is no JSON");
        self.body(body, "application/json")
    }

    /// Sends a form with files.
    pub fn multipart(self, form: MultipartForm) -> Self {
        let (body, media_type) = form.into_body();
        self.body(body, &media_type)
    }

    /// Sends pairs as a form.
    pub fn form(self, pairs: &[(&str, &str)]) -> Self {
        let encode = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        };
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        self.body(pairs.join("&"), "application/x-www-form-urlencoded")
    }

    /// Sends these bytes as this media type.
    pub fn body(mut self, body: impl Into<Vec<u8>>, media_type: &str) -> Self {
        self.body = body.into();
        self.header(CONTENT_TYPE.as_str(), media_type)
    }

    /// Sends it, in process, through the API's guard.
    ///
    /// # Panics
    ///
    /// Where path or headers are no HTTP, or the answer's body breaks off.
    pub async fn send(self) -> TestResponse {
        let mut request = Request::builder().method(self.method).uri(self.path);
        if let Some(token) = self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {}", token.sign()));
        }
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let request = or_panic(
            request.body(Body::from(self.body)),
            "the request is no HTTP",
        );
        let mut router = Extension(ConnectInfo(PEER)).layer(self.router);
        let _ = poll_fn(|context| Service::<Request<Body>>::poll_ready(&mut router, context)).await;
        let (parts, body) = match router.call(request).await {
            Ok(response) => response.into_parts(),
            Err(never) => match never {},
        };
        let body = or_panic(body.collect().await, "the answer broke off").to_bytes();
        TestResponse {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}

/// What an API answered.
#[derive(Clone, Debug)]
pub struct TestResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl TestResponse {
    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Every header.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// One header's value, where it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body.
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The body as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body, decoded from JSON.
    ///
    /// # Panics
    ///
    /// Where it is no such JSON.
    pub fn json<T: DeserializeOwned>(&self) -> T {
        or_panic(
            serde_json::from_slice(&self.body),
            "the answer is no such JSON",
        )
    }
}
