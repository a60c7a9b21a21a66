//! One request of an attack, and its outcome.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, Method, Request};
use http_body::{Frame, SizeHint};
use serde_json::Value;
use tower_service::Service;

use crate::steps::{self, Record, Recording};

/// The length of a chunk of filler.
const CHUNK: usize = 16 * 1024;

static SPACES: [u8; CHUNK] = [b' '; CHUNK];

/// A request that can be sent several times.
#[derive(Clone, Debug)]
pub(super) struct AttackRequest {
    pub(super) method: Method,
    /// The path and the query, encoded.
    pub(super) target: String,
    pub(super) headers: Vec<(String, HeaderValue)>,
    pub(super) body: AttackBody,
    /// Whether the response has a ticket.
    pub(super) reads_ticket: bool,
}

/// The body of a request.
#[derive(Clone, Debug, Default)]
pub(super) struct AttackBody {
    pub(super) bytes: Bytes,
    /// Spaces after the bytes.
    pub(super) filler: usize,
    /// Whether the length is not announced.
    pub(super) is_chunked: bool,
    /// Whether the body never ends after the bytes.
    pub(super) stalls: bool,
}

/// The outcome of a request.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) status: u16,
    pub(super) challenge: Option<String>,
    pub(super) record: Record,
    /// Whether anything asked for the body.
    pub(super) read_body: bool,
    /// The ticket in the response, if the request asks for one.
    pub(super) ticket: Option<String>,
}

impl AttackRequest {
    /// Sets the body with its length and media type.
    pub(super) fn set_body(&mut self, bytes: Bytes, media_type: &str) {
        let is_replaced = |name: &str| {
            name.eq_ignore_ascii_case("content-type") || name.eq_ignore_ascii_case("content-length")
        };
        self.headers.retain(|(name, _)| !is_replaced(name));
        self.header("content-type", media_type);
        self.headers
            .push(("content-length".to_owned(), HeaderValue::from(bytes.len())));
        self.body = AttackBody {
            bytes,
            ..AttackBody::default()
        };
    }

    pub(super) fn header(&mut self, name: &str, value: &str) {
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            self.headers.push((name.to_owned(), value));
        }
    }

    /// Sends the request; `None` if no HTTP client could.
    pub(super) async fn send(&self, router: &axum::Router) -> Option<Outcome> {
        let mut builder = Request::builder()
            .method(self.method.clone())
            .uri(&*self.target);
        for (name, value) in &self.headers {
            builder = builder.header(name, value);
        }
        let was_read = Arc::new(AtomicBool::new(false));
        let body = ProbedBody {
            body: self.body.clone(),
            was_read: Arc::clone(&was_read),
        };
        let mut request = builder.body(Body::new(body)).ok()?;
        let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 49_152));
        request.extensions_mut().insert(ConnectInfo(peer));
        let mut router = router.clone();
        let recording = Recording::default();
        let sending = recording.scope(async move {
            let _ = std::future::poll_fn(|context| {
                Service::<Request<Body>>::poll_ready(&mut router, context)
            })
            .await;
            router.call(request).await
        });
        let response = match sending.await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (response, body) = response.into_parts();
        let ticket = if self.reads_ticket {
            ticket_in(body).await
        } else {
            None
        };
        let challenge = response.headers.get(WWW_AUTHENTICATE);
        let outcome = Outcome {
            ticket,
            status: response.status.as_u16(),
            challenge: challenge
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
            record: recording.take(),
            read_body: was_read.load(Ordering::SeqCst),
        };
        #[cfg(test)]
        OBSERVER.with_borrow_mut(|observer| {
            if let Some(observe) = observer {
                observe(&outcome);
            }
        });
        Some(outcome)
    }
}

impl Outcome {
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Returns the ticket of a response: `{"ticket": "…", "expires_in": 30}`.
async fn ticket_in(body: Body) -> Option<String> {
    let bytes = to_bytes(body, CHUNK).await.ok()?;
    let value: Value = serde_json::from_slice(&bytes).ok()?;
    Some(value.get("ticket")?.as_str()?.to_owned())
}

/// A body that records whether it was polled.
struct ProbedBody {
    body: AttackBody,
    was_read: Arc<AtomicBool>,
}

impl http_body::Body for ProbedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if !steps::is_discarding() {
            self.was_read.store(true, Ordering::SeqCst);
        }
        let bytes = std::mem::take(&mut self.body.bytes);
        if !bytes.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if self.body.stalls {
            return Poll::Pending;
        }
        let (filler, _) = SPACES.split_at(self.body.filler.min(CHUNK));
        self.body.filler -= filler.len();
        Poll::Ready((!filler.is_empty()).then(|| Ok(Frame::data(Bytes::from_static(filler)))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.bytes.is_empty() && self.body.filler == 0 && !self.body.stalls
    }

    fn size_hint(&self) -> SizeHint {
        if self.body.is_chunked || self.body.stalls {
            return SizeHint::new();
        }
        SizeHint::with_exact((self.body.bytes.len() + self.body.filler) as u64)
    }
}

/// A function that sees each outcome.
#[cfg(test)]
pub(super) type Observer = Box<dyn FnMut(&Outcome)>;

#[cfg(test)]
thread_local! {
    /// Called with the outcome of each request of this thread.
    pub(super) static OBSERVER: std::cell::RefCell<Option<Observer>> =
        const { std::cell::RefCell::new(None) };
}
