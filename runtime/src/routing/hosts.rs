//! The hosts of an `Api`, and the refusal of requests for others ([RFC 9110 §7.4]).
//!
//! [RFC 9110 §7.4]: https://www.rfc-editor.org/rfc/rfc9110#section-7.4

use std::convert::Infallible;
use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::http::header::HOST;
use axum::http::uri::{Authority, Scheme};
use axum::http::{HeaderValue, Method, Version};
use axum::response::Response;
use axum::routing::Route as AxumRoute;
use tower_layer::Layer;
use tower_service::Service;

use crate::audit::RequestId;
use crate::response::{foreign_scheme, malformed_host, misdirected};
use crate::routing::boundary::ErrorFormat;
#[cfg(feature = "serve")]
use crate::routing::common_host::names_common_host;
use crate::routing::unread_body::Upload;

/// The hosts that requests may name.
#[derive(Clone)]
pub(super) struct Hosts {
    allowed: Arc<[Authority]>,
}

/// The mistake in the host of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HostError {
    /// There is no host, there are several, or it is malformed.
    Malformed,
    /// The target has another scheme than `http` and `https`.
    Scheme,
    /// It is not one of the API's.
    NotAllowed,
}

impl HostError {
    fn response(self) -> Response {
        match self {
            Self::Malformed => malformed_host(),
            Self::Scheme => foreign_scheme(),
            Self::NotAllowed => misdirected(),
        }
    }
}

impl Hosts {
    /// Creates a list of hosts, each with or without a port.
    ///
    /// # Panics
    ///
    /// Panics if the list is empty, or if an entry is no host.
    #[track_caller]
    pub(super) fn new(hosts: &[String]) -> Self {
        let mut allowed = Vec::new();
        for host in hosts {
            let authority = parse(host);
            assert!(
                authority.is_some(),
                "`{host}` is not a host: write `api.example` or `api.example:8443`"
            );
            allowed.extend(authority);
        }
        assert!(!allowed.is_empty(), "an API needs at least one host");
        Self {
            allowed: allowed.into(),
        }
    }

    /// Checks the host that a request names.
    fn check(&self, request: &Request) -> Result<(), HostError> {
        let authority = authority(request)?.ok_or(HostError::Malformed)?;
        let is_allowed = |allowed: &Authority| {
            allowed.host().eq_ignore_ascii_case(authority.host())
                && (allowed.port().is_none() || allowed.port_u16() == authority.port_u16())
        };
        if self.allowed.iter().any(is_allowed) {
            Ok(())
        } else {
            Err(HostError::NotAllowed)
        }
    }
}

/// Returns the refusal of a request whose target has another scheme than `http` and `https`, or that does not name exactly one
/// host, as each version of HTTP except 1.0 requires (RFC 9112 §3.2, RFC 9113 §8.3.1).
#[cfg(feature = "serve")]
pub(crate) fn refuse_target<B>(request: &Request<B>) -> Option<Response> {
    if names_common_host(request) {
        return None;
    }
    let is_older = request.version() <= Version::HTTP_10;
    match authority(request) {
        Ok(Some(_)) => None,
        Ok(None) => (!is_older).then(malformed_host),
        Err(error) => Some(error.response()),
    }
}

/// Replaces `Host` by the host of a target in absolute form, as RFC 9112 §3.2.2 requires of a server. Code behind it then reads the
/// host that was checked.
pub(crate) fn use_host_of_target<B>(request: &mut Request<B>) {
    if request.version() > Version::HTTP_11 || request.method() == Method::CONNECT {
        return;
    }
    let target = request.uri().authority().map(Authority::as_str);
    if let Some(Ok(host)) = target.map(HeaderValue::from_str) {
        request.headers_mut().insert(HOST, host);
    }
}

/// Returns the one host that a request names; `None` if it names none.
///
/// The target of the request comes before `Host` (RFC 9112 §3.2.2); in HTTP/2, the two must not differ
/// (RFC 9113 §8.3.1). Its scheme can differ from that of the connection: a proxy that terminates TLS may send `https`.
fn authority<B>(request: &Request<B>) -> Result<Option<Authority>, HostError> {
    let uri = request.uri();
    match uri.scheme() {
        Some(scheme) if *scheme != Scheme::HTTP && *scheme != Scheme::HTTPS => {
            return Err(HostError::Scheme);
        }
        // RFC 9112 §3.2.3: the target of a CONNECT only
        None if uri.authority().is_some() && request.method() != Method::CONNECT => {
            return Err(HostError::Malformed);
        }
        _ => {}
    }
    let parsed = |text: &str| parse(text).ok_or(HostError::Malformed);
    let mut fields = request.headers().get_all(HOST).iter();
    let (first, second) = (fields.next(), fields.next());
    if second.is_some() {
        return Err(HostError::Malformed);
    }
    let field = match first {
        Some(field) => Some(parsed(field.to_str().map_err(|_| HostError::Malformed)?)?),
        None => None,
    };
    let Some(target) = uri.authority() else {
        return Ok(field);
    };
    let target = parsed(target.as_str())?;
    match (field, request.version()) {
        // RFC 9112 §3.2: HTTP/1.1 requires the field
        (None, Version::HTTP_11) => Err(HostError::Malformed),
        (Some(field), Version::HTTP_2 | Version::HTTP_3) if field != target => {
            Err(HostError::Malformed)
        }
        _ => Ok(Some(target)),
    }
}

/// Parses a host with or without a port, but without a user.
fn parse(text: &str) -> Option<Authority> {
    let authority: Authority = text.parse().ok()?;
    let has_port = authority.host().len() < text.len();
    let is_host = !authority.host().is_empty() && !text.contains('@');
    (is_host && has_port == authority.port_u16().is_some()).then_some(authority)
}

/// Refuses requests for other hosts, in the format of the API's errors.
#[derive(Clone)]
pub(super) struct HostLayer {
    pub(super) hosts: Hosts,
    pub(super) format: ErrorFormat,
}

/// A route behind the check of the host.
#[derive(Clone)]
pub(super) struct HostCheck {
    layer: HostLayer,
    route: AxumRoute,
}

impl Layer<AxumRoute> for HostLayer {
    type Service = HostCheck;

    fn layer(&self, route: AxumRoute) -> HostCheck {
        HostCheck {
            layer: self.clone(),
            route,
        }
    }
}

impl Service<Request> for HostCheck {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(())) // as axum's routes are
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let refusal = match self.layer.hosts.check(&request) {
            Ok(()) => {
                use_host_of_target(&mut request);
                return Box::pin(self.route.call(request));
            }
            Err(error) => error.response(),
        };
        let upload = Upload::watch(&mut request);
        let id: Option<RequestId> = request.extensions_mut().remove();
        drop(request);
        let mut refusal = self.layer.format.apply(refusal, id.as_ref());
        if let Some(upload) = upload {
            upload.settle(&mut refusal);
        }
        Box::pin(ready(Ok(refusal)))
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn hosts() -> Hosts {
        Hosts::new(&["api.example", "admin.example:8443", "[::1]"].map(str::to_owned))
    }

    fn check(version: Version, target: &str, fields: &[&str]) -> Result<(), HostError> {
        let mut request = Request::builder().version(version).uri(target);
        for field in fields {
            request = request.header(HOST, *field);
        }
        hosts().check(&request.body(Body::empty()).unwrap())
    }

    #[test]
    fn listed_host_is_accepted_with_its_port_or_any() {
        for field in [
            "api.example",
            "API.Example",
            "api.example:443",
            "api.example:8080",
            "admin.example:8443",
            "[::1]:3000",
            "[::1]",
        ] {
            assert_eq!(check(Version::HTTP_11, "/x", &[field]), Ok(()), "{field}");
            assert_eq!(check(Version::HTTP_10, "/x", &[field]), Ok(()), "{field}");
        }
    }

    #[test]
    fn other_host_is_not_allowed() {
        for field in [
            "evil.example",
            "api.example.evil.example",
            "xapi.example",
            "api.example.",
            "admin.example",
            "admin.example:443",
            "127.0.0.1",
            "[::2]",
        ] {
            let error = Err(HostError::NotAllowed);
            assert_eq!(check(Version::HTTP_11, "/x", &[field]), error, "{field}");
        }
    }

    /// RFC 9112 §3.2.
    #[test]
    fn missing_duplicate_or_malformed_host_is_malformed() {
        for fields in [
            &[][..],
            &["api.example", "api.example"],
            &["api.example", "evil.example"],
            &[""],
            &["api.example, evil.example"],
            &["api.example/x"],
            &["user@api.example"],
            &["https://api.example"],
            &["api.example:"],
            &["api.example:x"],
            &["api.example:99999"],
            &["api example"],
            &["[::1"],
        ] {
            let error = Err(HostError::Malformed);
            assert_eq!(check(Version::HTTP_11, "/x", fields), error, "{fields:?}");
        }
    }

    #[test]
    fn host_of_the_target_comes_first() {
        let (ours, other) = ("http://api.example/x", "http://evil.example/x");
        let (not_allowed, malformed) = (Err(HostError::NotAllowed), Err(HostError::Malformed));
        for (version, target, fields, expected) in [
            (Version::HTTP_11, ours, &["evil.example"][..], Ok(())),
            (Version::HTTP_11, other, &["api.example"], not_allowed),
            (Version::HTTP_11, ours, &[], malformed),
            (Version::HTTP_2, ours, &[], Ok(())),
            (Version::HTTP_2, ours, &["api.example"], Ok(())),
            (Version::HTTP_2, ours, &["evil.example"], malformed),
            (Version::HTTP_2, other, &[], not_allowed),
            (Version::HTTP_2, "/x", &[], malformed),
            (
                Version::HTTP_11,
                "https://api.example/x",
                &["api.example"],
                Ok(()),
            ),
            (
                Version::HTTP_11,
                "ftp://api.example/x",
                &["api.example"],
                Err(HostError::Scheme),
            ),
            (
                Version::HTTP_2,
                "ws://api.example/x",
                &[],
                Err(HostError::Scheme),
            ),
            (Version::HTTP_11, "api.example", &["api.example"], malformed),
            (
                Version::HTTP_11,
                "api.example:80",
                &["api.example"],
                malformed,
            ),
        ] {
            assert_eq!(
                check(version, target, fields),
                expected,
                "{version:?} {target}"
            );
        }
    }

    /// RFC 9112 §3.2: only HTTP/1.0 has requests without a host.
    #[cfg(feature = "serve")]
    #[test]
    fn every_request_except_of_http_1_0_names_one_host_by_http_or_https() {
        for (version, target, fields, expected) in [
            (Version::HTTP_10, "/x", &[][..], true),
            (Version::HTTP_10, "/x", &["a.example"], true),
            (Version::HTTP_10, "/x", &["a.example", "a.example"], false),
            (Version::HTTP_10, "/x", &["a/b"], false),
            (Version::HTTP_11, "/x", &["any_name:8080"], true),
            (Version::HTTP_11, "/x", &["[::1]"], true),
            (Version::HTTP_11, "/x", &[], false),
            (Version::HTTP_11, "/x", &[""], false),
            (Version::HTTP_11, "http://a.example/x", &[], false),
            (
                Version::HTTP_11,
                "http://u@a.example/x",
                &["a.example"],
                false,
            ),
            (Version::HTTP_11, "http://a.example/x", &["b.example"], true),
            (Version::HTTP_2, "https://a.example/x", &[], true),
            (
                Version::HTTP_2,
                "https://a.example/x",
                &["b.example"],
                false,
            ),
            (Version::HTTP_2, "/x", &["a.example"], true),
            (Version::HTTP_2, "/x", &[], false),
            (Version::HTTP_10, "a.example:80", &["a.example"], false),
            (Version::HTTP_11, "a.example:80", &["a.example"], false),
            (
                Version::HTTP_11,
                "HTTPS://a.example/x",
                &["a.example"],
                true,
            ),
            (Version::HTTP_11, "ftp://a.example/x", &["a.example"], false),
            (
                Version::HTTP_11,
                "httpx://a.example/x",
                &["a.example"],
                false,
            ),
            (Version::HTTP_10, "ws://a.example/x", &[], false),
            (Version::HTTP_2, "wss://a.example/x", &[], false),
            (Version::HTTP_2, "coap+tcp://a.example/x", &[], false),
        ] {
            let mut request = Request::builder().version(version).uri(target);
            for field in fields {
                request = request.header(HOST, *field);
            }
            let request = request.body(Body::empty()).unwrap();
            assert_eq!(refuse_target(&request).is_none(), expected, "{request:?}");
        }
    }

    #[test]
    #[should_panic(expected = "at least one host")]
    fn empty_list_panics() {
        let _ = Hosts::new(&[]);
    }

    #[test]
    #[should_panic(expected = "`https://api.example` is not a host")]
    fn url_in_the_list_panics() {
        let _ = Hosts::new(&["https://api.example".to_owned()]);
    }
}
