//! A request to an API under test, and its response.

use std::future::poll_fn;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body::Body as _;
use http_body_util::BodyExt;
use jsonwebtoken::Algorithm;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower_layer::Layer;
use tower_service::Service;

use crate::testing::{MultipartForm, TokenBuilder, or_panic};

/// The peer address of every request.
const PEER: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 49_152));

/// A builder of a request to a [`TestApi`](crate::testing::TestApi).
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

    /// Sets the scopes of the caller, separated by one space.
    pub fn scopes(self, scopes: &str) -> Self {
        self.with_token(|token| token.scopes(scopes))
    }

    /// Sets the roles of the caller, in the `roles` claim.
    pub fn roles<R: Into<String>>(self, roles: impl IntoIterator<Item = R>) -> Self {
        self.with_token(|token| token.roles(roles))
    }

    /// Sets one claim of the caller's token.
    ///
    /// # Panics
    ///
    /// Panics if the value cannot be serialized.
    pub fn claim(self, name: &str, value: impl Serialize) -> Self {
        self.with_token(|token| token.claim(name, value))
    }

    /// Signs the caller's token with this algorithm.
    pub fn algorithm(self, algorithm: Algorithm) -> Self {
        self.with_token(|token| token.algorithm(algorithm))
    }

    /// Changes the caller's token. An anonymous request stays anonymous.
    pub fn with_token(mut self, change: impl FnOnce(TokenBuilder) -> TokenBuilder) -> Self {
        self.token = self.token.map(change);
        self
    }

    /// Returns the caller's signed token, or an empty string for an anonymous request.
    #[must_use]
    pub fn token(self) -> String {
        self.token.map(TokenBuilder::sign).unwrap_or_default()
    }

    /// Adds a header field. It does not replace a field with the same name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends this text as the bearer credential, valid or not.
    pub fn bearer(self, credential: &str) -> Self {
        self.header("authorization", &format!("Bearer {credential}"))
    }

    /// Sets the method to `GET`, and the path.
    pub fn get(self, path: &str) -> Self {
        self.request("GET", path)
    }

    /// Sets the method to `POST`, and the path.
    pub fn post(self, path: &str) -> Self {
        self.request("POST", path)
    }

    /// Sets the method to `PUT`, and the path.
    pub fn put(self, path: &str) -> Self {
        self.request("PUT", path)
    }

    /// Sets the method to `PATCH`, and the path.
    pub fn patch(self, path: &str) -> Self {
        self.request("PATCH", path)
    }

    /// Sets the method to `DELETE`, and the path.
    pub fn delete(self, path: &str) -> Self {
        self.request("DELETE", path)
    }

    /// Sets the method and the path.
    ///
    /// # Panics
    ///
    /// Panics if the method is not an HTTP token.
    pub fn request(mut self, method: &str, path: &str) -> Self {
        self.method = or_panic(Method::from_bytes(method.as_bytes()), "invalid method");
        path.clone_into(&mut self.path);
        self
    }

    /// Sets the body to a value, serialized as JSON.
    ///
    /// # Panics
    ///
    /// Panics if the value cannot be serialized.
    pub fn json(self, value: &impl Serialize) -> Self {
        let body = or_panic(serde_json::to_vec(value), "the value cannot be serialized");
        self.body(body, "application/json")
    }

    /// Sets the body to a form with files.
    pub fn multipart(self, form: MultipartForm) -> Self {
        let (body, media_type) = form.into_body();
        self.body(body, &media_type)
    }

    /// Sets the body to a URL-encoded form.
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

    /// Sets the body and its media type.
    pub fn body(mut self, body: impl Into<Vec<u8>>, media_type: &str) -> Self {
        self.body = body.into();
        self.header(CONTENT_TYPE.as_str(), media_type)
    }

    /// Sends the request in process, through the API's guard.
    ///
    /// # Panics
    ///
    /// Panics if the path or a header field is invalid, or if the response body ends with an error.
    pub async fn send(self) -> TestResponse {
        let is_head = self.method == Method::HEAD;
        let mut request = Request::builder().method(self.method).uri(self.path);
        if let Some(token) = self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {}", token.sign()));
        }
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let request = or_panic(request.body(Body::from(self.body)), "invalid request");
        let mut router = Extension(ConnectInfo(PEER)).layer(self.router);
        let _ = poll_fn(|context| Service::<Request<Body>>::poll_ready(&mut router, context)).await;
        let (mut parts, body) = match router.call(request).await {
            Ok(response) => response.into_parts(),
            Err(never) => match never {},
        };
        // as an HTTP server does, for responses that axum leaves to it
        if let Some(length) = body.size_hint().exact() {
            let fields = parts.headers.entry(CONTENT_LENGTH);
            fields.or_insert_with(|| HeaderValue::from(length));
        }
        let body = if is_head { Body::empty() } else { body };
        let body = or_panic(body.collect().await, "cannot read the response body").to_bytes();
        TestResponse {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}

/// The response of an API under test.
#[derive(Clone, Debug)]
pub struct TestResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl TestResponse {
    /// Returns the status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns all header fields.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the first value of a header field, if it is present and visible ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns the body.
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// Returns the body as text, with replacement characters for invalid UTF-8.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Decodes the body from JSON.
    ///
    /// # Panics
    ///
    /// Panics if the body cannot be decoded as `T`.
    pub fn json<T: DeserializeOwned>(&self) -> T {
        or_panic(
            serde_json::from_slice(&self.body),
            "cannot decode the response body",
        )
    }
}
