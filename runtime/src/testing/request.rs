//! A request to an API under test.

use std::future::poll_fn;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE};
use axum::http::{HeaderValue, Method, Request};
use axum::middleware::AddExtension;
use http_body::Body as _;
use jsonwebtoken::Algorithm;
use serde::Serialize;
use tower_layer::Layer;
use tower_service::Service;

use crate::policy::Declaration;
use crate::routing::Explanation;
use crate::steps::Recording;
use crate::testing::{
    MultipartForm, TestCookies, TestResponse, TestStream, TokenBuilder, or_panic,
};

/// The peer address of every request.
const PEER: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 49_152));

/// A builder of a request to a [`TestApi`](crate::testing::TestApi).
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct TestRequest {
    router: axum::Router,
    declarations: Arc<[&'static Declaration]>,
    token: Option<TokenBuilder>,
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    cookies: Option<TestCookies>,
}

/// A request that is ready to be sent.
pub(super) struct Prepared {
    /// Responds to the request; it adds the peer address.
    pub(super) router: AddExtension<axum::Router, ConnectInfo<SocketAddr>>,
    pub(super) request: Request<Body>,
    /// The jar that stores the cookies of the response.
    pub(super) cookies: Option<TestCookies>,
}

impl TestRequest {
    pub(super) fn new(
        router: axum::Router,
        declarations: Arc<[&'static Declaration]>,
        token: Option<TokenBuilder>,
    ) -> Self {
        Self {
            router,
            declarations,
            token,
            method: Method::GET,
            path: "/".to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            cookies: None,
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

    /// Sends the cookies of a jar that apply to the path, and stores those of the response.
    pub fn cookies(mut self, jar: &TestCookies) -> Self {
        self.cookies = Some(jar.clone());
        self
    }

    /// Sends the request in process, through the API's guard, and reads the whole response.
    ///
    /// A response that has no end needs [`stream`](Self::stream).
    ///
    /// # Panics
    ///
    /// Panics if the path or a header field is invalid, or if the response body ends with an error.
    pub async fn send(self) -> TestResponse {
        self.stream().await.collect().await
    }

    /// Sends the request in process, and lists the steps of the guard, each passed or not.
    ///
    /// The response body is not read.
    ///
    /// # Panics
    ///
    /// Panics if the path or a header field is invalid.
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::prelude::*;
    /// use palisade::testing::TestApi;
    ///
    /// #[secured(scopes = "orders:read")]
    /// async fn list_orders() {}
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let api = TestApi::new(SecureRouter::new().route("/orders", get(list_orders))).await;
    /// let explanation = api.anonymous().get("/orders").explain().await;
    /// assert_eq!(explanation.failed_step(), Some("bearer credential"));
    /// assert_eq!(explanation.reason(), Some("no_credential"));
    /// # }
    /// ```
    pub async fn explain(self) -> Explanation {
        let declarations = Arc::clone(&self.declarations);
        let recording = Recording::default();
        let stream = recording.scope(self.stream()).await;
        Explanation::new(stream.status(), recording.take(), |(module, handler)| {
            let mut all = declarations.iter();
            let declared = all.find(|other| other.module == module && other.handler == handler);
            declared.map(|declared| declared.access.to_string())
        })
    }

    /// Sends the request in process, through the API's guard, and returns the response with its unread body.
    ///
    /// # Panics
    ///
    /// Panics if the path or a header field is invalid.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::convert::Infallible;
    ///
    /// use axum::response::sse::{Event, Sse};
    /// use futures_util::{Stream, StreamExt as _, stream};
    /// use palisade::prelude::*;
    /// use palisade::testing::TestApi;
    ///
    /// #[secured(authenticated)]
    /// async fn order_events(caller: Caller) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    ///     let open = stream::iter([Ok(Event::default().event("order").data("open"))]);
    ///     Sse::new(caller.until_expired(open.chain(stream::pending())))
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let api = TestApi::new(SecureRouter::new().route("/events", get(order_events))).await;
    /// let mut stream = api.caller("alice").get("/events").stream().await;
    /// assert_eq!(stream.status(), 200);
    /// let event = stream.event().await.unwrap();
    /// assert_eq!((event.name(), event.data()), ("order", "open"));
    ///
    /// api.clock().advance(std::time::Duration::from_secs(5 * 60)); // the token expires
    /// assert!(stream.event().await.is_none());
    /// # }
    /// ```
    pub async fn stream(self) -> TestStream {
        let Prepared {
            mut router,
            request,
            cookies,
        } = self.prepare();
        let path = request.uri().path().to_owned();
        let is_head = request.method() == Method::HEAD;
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
        if let Some(cookies) = cookies {
            cookies.store(&path, &parts.headers);
        }
        let body = if is_head { Body::empty() } else { body };
        TestStream::new(parts.status, parts.headers, body)
    }

    /// Returns the request, signed and with its cookies, and the router that responds to it.
    pub(super) fn prepare(self) -> Prepared {
        let mut request = Request::builder().method(self.method).uri(self.path);
        if let Some(token) = self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {}", token.sign()));
        }
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let mut request = or_panic(request.body(Body::from(self.body)), "invalid request");
        let field = self.cookies.as_ref();
        let field = field.and_then(|cookies| cookies.field(request.uri().path()));
        if let Some(field) = field {
            request.headers_mut().append(COOKIE, field);
        }
        Prepared {
            router: Extension(ConnectInfo(PEER)).layer(self.router),
            request,
            cookies: self.cookies,
        }
    }
}
