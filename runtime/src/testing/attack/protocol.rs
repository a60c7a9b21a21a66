//! Attacks on the method, the media type and the size of a request.

use axum::body::Bytes;
use axum::http::Method;

use crate::evidence::AttackClass;
use crate::routing::Route;
use crate::testing::attack::engine::RouteAttack;
use crate::testing::attack::request::{AttackRequest, Outcome};

/// The largest body that is sent, in bytes.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// Fields by which some frameworks replace the method.
const OVERRIDES: [&str; 3] = [
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
];

impl RouteAttack<'_> {
    pub(super) async fn protocol(&mut self) {
        // a fallback handles every method and path that no route has
        if !self.target.is_fallback() {
            self.methods().await;
            self.spellings().await;
        }
        self.media_types().await;
        self.sizes().await;
        self.early_refusals().await;
    }

    async fn methods(&mut self) {
        let class = AttackClass::Method;
        let target = self.target;
        if target.route.is_none() {
            return;
        }
        let routes = self.attack.api.api().inventory().routes().iter();
        let on_path: Vec<&Method> = routes
            .filter(|route| route.path() == target.path)
            .flat_map(Route::methods)
            .collect();
        // a layer for CORS answers OPTIONS
        for name in [
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "ATTACK",
        ] {
            let Ok(method) = Method::from_bytes(name.as_bytes()) else {
                continue;
            };
            let is_declared = on_path.contains(&&method)
                || (method == Method::HEAD && on_path.contains(&&Method::GET));
            if is_declared {
                continue;
            }
            let mut request = self.base.clone();
            request.method = method;
            let is_refused =
                |outcome: &Outcome| !outcome.record.reached_handler() && !outcome.is_success();
            self.attempt_accepted(class, &format!("the method {name}"), &request, &is_refused)
                .await;
        }
        self.overridden_methods().await;
    }

    /// Attacks with another method, and the route's in a field or parameter that overrides it.
    async fn overridden_methods(&mut self) {
        let class = AttackClass::Method;
        let target = self.target;
        let carrier = if target.method == Method::POST {
            Method::GET
        } else {
            Method::POST
        };
        for field in OVERRIDES {
            let mut request = self.base.clone();
            request.method = carrier.clone();
            request.header(field, target.method.as_str());
            let is_refused = |outcome: &Outcome| !target.admits(outcome);
            self.attempt_accepted(
                class,
                &format!("the method {carrier} and a field `{field}`"),
                &request,
                &is_refused,
            )
            .await;
        }
        let mut request = self.base.clone();
        request.method = carrier.clone();
        let separator = if request.target.contains('?') {
            '&'
        } else {
            '?'
        };
        request.target = format!("{}{separator}_method={}", request.target, target.method);
        let is_refused = |outcome: &Outcome| !target.admits(outcome);
        self.attempt_accepted(
            class,
            &format!("the method {carrier} and a parameter `_method`"),
            &request,
            &is_refused,
        )
        .await;
    }

    async fn media_types(&mut self) {
        let class = AttackClass::MediaType;
        let Some(types) = self.parts.body_types().filter(|types| !types.is_empty()) else {
            return;
        };
        if self.base.body.bytes.is_empty() {
            return;
        }
        let request = self.base.clone();
        let is_refused = |outcome: &Outcome| outcome.is_refused_with(&[415]);
        let typed = |media_type: Option<&str>| {
            let mut request = request.clone();
            request.headers.retain(|(name, _)| name != "content-type");
            if let Some(media_type) = media_type {
                request.header("content-type", media_type);
            }
            request
        };
        for other in [
            "text/plain",
            "application/xml",
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=a",
            "application/octet-stream",
            "*/*",
            "jsonx",
        ] {
            let essence = other.split(';').next().unwrap_or(other);
            if !types.contains(&essence) && !types.contains(&"*/*") {
                self.attempt_accepted(
                    class,
                    &format!("a body of the type `{other}`"),
                    &typed(Some(other)),
                    &is_refused,
                )
                .await;
            }
        }
        self.attempt_accepted(class, "a body without a type", &typed(None), &is_refused)
            .await;
        let mut twice = request.clone();
        twice.header("content-type", "text/plain");
        self.attempt_accepted(class, "a body with two types", &twice, &is_refused)
            .await;
        for coding in ["gzip", "br", "deflate"] {
            let mut coded = request.clone();
            coded.header("content-encoding", coding);
            self.attempt_accepted(
                class,
                &format!("a body with the content coding `{coding}`"),
                &coded,
                &is_refused,
            )
            .await;
        }
    }

    async fn sizes(&mut self) {
        let class = AttackClass::Oversize;
        let limits = self.target.limits();
        if self.target.route.is_some() {
            let mut request = self.base.clone();
            for at in 0..=limits.header_limit {
                request.header(&format!("x-attack-{at}"), "a");
            }
            let is_refused = |outcome: &Outcome| outcome.is_refused_with(&[431]);
            self.attempt_accepted(
                class,
                "one header field more than allowed",
                &request,
                &is_refused,
            )
            .await;
        }
        if self.base.body.bytes.is_empty() || !self.reads_body() {
            return;
        }
        if limits.body_limit >= MAX_BODY {
            self.not_covered(class, "the limit of the body is 64 MiB or more");
            return;
        }
        let is_refused = |outcome: &Outcome| outcome.is_refused_with(&[400, 413, 422]);
        for (description, is_chunked) in [
            ("a body of one byte more than allowed", false),
            (
                "a body of one byte more than allowed, without a length",
                true,
            ),
        ] {
            let request = self.oversize(limits.body_limit, is_chunked);
            self.attempt_accepted(class, description, &request, &is_refused)
                .await;
        }
    }

    /// Returns whether the route has an argument that reads the body.
    pub(super) fn reads_body(&self) -> bool {
        self.parts.body_types().is_some()
            || self.target.sample.is_some()
            || self
                .target
                .route
                .is_some_and(|route| route.exceptions().next().is_some())
    }

    /// Returns the accepted request with spaces after its body, one byte more than the limit.
    fn oversize(&self, limit: usize, is_chunked: bool) -> AttackRequest {
        let mut request = self.base.clone();
        let length = request.body.bytes.len();
        request.body.filler = (limit + 1).saturating_sub(length).max(1);
        request.body.is_chunked = is_chunked;
        request.headers.retain(|(name, _)| name != "content-length");
        if !is_chunked {
            request.header(
                "content-length",
                &(length + request.body.filler).to_string(),
            );
        }
        request
    }

    /// Attacks with bodies that must not be read, because the request is refused before.
    async fn early_refusals(&mut self) {
        let class = AttackClass::EarlyRefusal;
        let with_body = |mut request: AttackRequest| {
            if request.body.bytes.is_empty() {
                request.set_body(Bytes::from_static(b"{}"), "application/json");
            }
            request
        };
        if self.grant.is_some() || self.browser.is_some() {
            let anonymous = with_body(self.base.clone());
            let is_refused =
                |outcome: &Outcome| !outcome.read_body && !outcome.record.reached_handler();
            self.attempt(
                class,
                "no token, and the body was read or the handler ran",
                &anonymous,
                &is_refused,
            )
            .await;
            let mut large = anonymous;
            large.body.filler = MAX_BODY;
            large.headers.retain(|(name, _)| name != "content-length");
            self.attempt(
                class,
                "no token, and a large body was read or the handler ran",
                &large,
                &is_refused,
            )
            .await;
        }
        let has_types = self
            .parts
            .body_types()
            .is_some_and(|types| !types.is_empty());
        if has_types && !self.base.body.bytes.is_empty() {
            let mut other = self.base.clone();
            other.headers.retain(|(name, _)| name != "content-type");
            other.header("content-type", "application/attack");
            let is_refused = |outcome: &Outcome| !outcome.read_body && outcome.is_refused_input();
            self.attempt_accepted(
                class,
                "a body of another type, and it was read",
                &other,
                &is_refused,
            )
            .await;
        }
    }
}
