//! The response to a request, from the request to the body that is sent.

use std::convert::Infallible;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use axum::routing::future::RouteFuture;
#[cfg(feature = "http2")]
use http::header::CONTENT_LENGTH;
#[cfg(any(feature = "tls", feature = "http2"))]
use http::header::Entry;
#[cfg(feature = "tls")]
use http::header::{HeaderMap, HeaderValue, STRICT_TRANSPORT_SECURITY};
use http::{Method, Version};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use tokio::time::Sleep;
use tower_service::Service;

use crate::audit::RequestId;
#[cfg(feature = "tls")]
use crate::guard::PresentedCertificate;
use crate::response::{identify, outside_proxies, unreliable_proxy_fields};
use crate::routing::{Rest, WatchedBody, refuse_target, use_host_of_target};
use crate::serve::activity::ActiveRequest;
use crate::serve::counted_body::CountedBody;
#[cfg(feature = "explain")]
use crate::serve::explaining::{Explaining, Recorded};
use crate::serve::in_flight::InFlightPermit;
use crate::serve::in_flight_body::InFlightBody;
use crate::serve::received_body::ReceivedBody;
use crate::serve::request_context::RequestContext;
use crate::serve::unread;

/// The future of a response.
///
/// hyper moves it several times, and HTTP/2 allocates a task for it, whose memory the allocator does not cache. It is therefore small.
pub(super) struct Responding {
    context: Arc<RequestContext>,
    id: RequestId,
    version: Version,
    /// Whether hyper would send the body of a response to `HEAD`.
    #[cfg_attr(
        not(feature = "http2"),
        expect(dead_code, reason = "hyper removes the body in HTTP/1.1")
    )]
    is_head: bool,
    routed: Routed,
    /// The end of the request's time, once the response is not ready at once.
    timer: Option<Pin<Box<Sleep>>>,
    /// `None` after the response.
    active: Option<ActiveRequest>,
    /// `None` for a request beyond a limit, and after the response.
    permit: Option<InFlightPermit>,
    /// The rest of the body, if the request has one.
    rest: Option<Rest<ReceivedBody>>,
    tunnel: Option<Box<OnUpgrade>>,
    /// `None` if the request is not explained, and after the response.
    #[cfg(feature = "explain")]
    explaining: Option<Box<Explaining>>,
}

/// A request that the API responds to, or one that it does not get.
enum Routed {
    Running(Box<RouteFuture<Infallible>>),
    #[cfg(feature = "explain")]
    Recorded(Recorded),
    Refused(Box<Response>),
    Ended,
}

impl Future for Responding {
    type Output = Result<http::Response<InFlightBody>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let response = ready!(self.poll_response(context));
        // the rest of the body returns when the handler drops it
        self.routed = Routed::Ended;
        let mut response = match response {
            Ok(response) => response,
            Err(response) => self.context.requests.format(*response, &self.id),
        };
        self.complete(&mut response);
        #[cfg(feature = "explain")]
        if let Some(explaining) = self.explaining.take() {
            explaining.end(&self.id, response.status());
        }
        let Some(active) = self.active.take() else {
            return Poll::Pending;
        };
        let permit = self.permit.take();
        Poll::Ready(Ok(
            response.map(|body| InFlightBody::new(body, active, permit))
        ))
    }
}

impl Responding {
    /// Responds to a request within the limits, and settles the rest of its body.
    pub(super) fn new(shared: &Arc<RequestContext>, mut request: http::Request<Incoming>) -> Self {
        let version = request.version();
        let activity = shared.state.activity();
        let active = activity.request();
        let tunnel = tunnel(&request);
        let is_from_proxy = shared.proxies.contains(shared.peer);
        let id = RequestId::of(request.headers_mut(), is_from_proxy);
        #[cfg(feature = "explain")]
        let explaining = shared
            .explained
            .as_ref()
            .and_then(|api| api.begin(shared.peer, request.headers()))
            .map(Box::new);
        if version == Version::HTTP_2 {
            activity.record_head(head_size(&request));
        }
        let is_head = version == Version::HTTP_2 && request.method() == Method::HEAD;
        let mut entered = shared.requests.enter(&request, &id);
        let (request, rest) = watch_body(shared, request, entered.as_mut().ok());
        let (routed, permit) = match entered {
            Ok(permit) => (route(shared, request, &id), Some(permit)),
            Err(response) => (Routed::Refused(response), None),
        };
        #[cfg(feature = "explain")]
        let routed = match (routed, &explaining) {
            (Routed::Running(running), Some(explaining)) => {
                Routed::Recorded(explaining.record(*running))
            }
            (routed, _) => routed,
        };
        Self {
            context: Arc::clone(shared),
            id,
            version,
            is_head,
            routed,
            timer: None,
            active: Some(active),
            permit,
            rest,
            tunnel,
            #[cfg(feature = "explain")]
            explaining,
        }
    }

    /// Waits for the response.
    ///
    /// # Errors
    ///
    /// Returns the response of the server itself, if there is one.
    fn poll_response(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Response, Box<Response>>> {
        let polled = match &mut self.routed {
            Routed::Running(running) => Pin::new(running).poll(context),
            #[cfg(feature = "explain")]
            Routed::Recorded(running) => running.as_mut().poll(context),
            Routed::Refused(response) => return Poll::Ready(Err(mem::take(response))),
            Routed::Ended => return Poll::Pending,
        };
        if let Poll::Ready(Ok(response)) = polled {
            return Poll::Ready(Ok(response));
        }
        let requests = &self.context.requests;
        requests
            .poll_end(&mut self.timer, self.permit.as_ref(), &self.id, context)
            .map(Err)
    }

    /// Adds what the server adds to every response, and settles the rest of the request.
    fn complete(&mut self, response: &mut Response) {
        let (context, version) = (&self.context, self.version);
        identify(response, &self.id, version);
        #[cfg(feature = "tls")]
        if context.requires_tls {
            set_transport_security(response.headers_mut());
        }
        if let Some(rest) = self.rest.take() {
            unread::settle(&rest, version, response, &context.state);
        }
        #[cfg(feature = "http2")]
        if self.is_head {
            remove_body(response);
        }
        if let Some(tunnel) = self.tunnel.take()
            && !response.status().is_success()
        {
            context.state.refuse_tunnel(*tunnel);
        }
    }
}

/// Lets browsers use TLS only for the host of the request ([RFC 6797]), unless the handler has set its own policy.
///
/// [RFC 6797]: https://www.rfc-editor.org/rfc/rfc6797
#[cfg(feature = "tls")]
fn set_transport_security(headers: &mut HeaderMap) {
    if let Entry::Vacant(entry) = headers.entry(STRICT_TRANSPORT_SECURITY) {
        entry.insert(HeaderValue::from_static("max-age=31536000"));
    }
}

/// Removes the body of a response to `HEAD` (RFC 9110 §9.3.2), and keeps its length. hyper sends the body in HTTP/2, and axum
/// removes only those of routes.
#[cfg(feature = "http2")]
fn remove_body(response: &mut Response) {
    if response.body().is_end_stream() {
        return;
    }
    let body = mem::take(response.body_mut());
    let length = body.size_hint().exact();
    if let (Entry::Vacant(entry), Some(length)) =
        (response.headers_mut().entry(CONTENT_LENGTH), length)
    {
        entry.insert(length.into());
    }
}

/// Counts the bytes of a body, and returns its rest if it is dropped unread. Most requests have no body.
fn watch_body(
    shared: &RequestContext,
    request: http::Request<Incoming>,
    permit: Option<&mut InFlightPermit>,
) -> (Request, Option<Rest<ReceivedBody>>) {
    if request.body().is_end_stream() {
        return (request.map(|_| Body::empty()), None);
    }
    let request = request.map(|body| {
        let body = CountedBody::new(body, shared.state.activity());
        ReceivedBody::new(body, permit)
    });
    let (request, rest) = WatchedBody::wrap(request);
    (request.map(Body::new), rest)
}

/// Calls the API, unless the request names no host or a foreign scheme, or has not come through a proxy of the server as it should have.
fn route(shared: &RequestContext, mut request: Request, id: &RequestId) -> Routed {
    let refused = |response| Routed::Refused(Box::new(response));
    if !shared.is_admitted {
        return refused(outside_proxies());
    }
    if let Some(refusal) = refuse_target(&request) {
        return refused(refusal);
    }
    use_host_of_target(&mut request);
    let Ok(client) = shared.proxies.sanitize(shared.peer, request.headers_mut()) else {
        return refused(unreliable_proxy_fields());
    };
    let extensions = request.extensions_mut();
    extensions.insert(shared.shutdown.clone());
    extensions.insert(id.clone());
    #[cfg(feature = "tls")]
    if let Some(certificate) = &shared.certificate {
        extensions.insert(PresentedCertificate(certificate.clone()));
    }
    if let Some(client) = client {
        extensions.insert(ConnectInfo(client));
    }
    Routed::Running(Box::new(shared.router.clone().call(request)))
}

/// Returns the tunnel that a CONNECT of HTTP/1.1 asks for.
///
/// hyper gives up the stream after every response to CONNECT, so that one that is refused could not be closed properly.
fn tunnel(request: &http::Request<Incoming>) -> Option<Box<OnUpgrade>> {
    (*request.method() == Method::CONNECT)
        .then(|| request.extensions().get().cloned())
        .flatten()
        .map(Box::new)
}

/// Returns the size of a head before compression, without the method and the scheme.
fn head_size<B>(request: &http::Request<B>) -> usize {
    let uri = request.uri();
    let path = uri.path_and_query().map_or(0, |path| path.as_str().len());
    let host = uri.authority().map_or(0, |host| host.as_str().len());
    let fields = request.headers().iter();
    let fields: usize = fields
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    path + host + fields
}
