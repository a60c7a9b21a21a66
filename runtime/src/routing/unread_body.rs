//! Request bodies that are unread when the response is ready.
//!
//! If such a body is dropped, hyper closes the connection after the response without announcing it: the client may
//! lose the response, or the next request that it sends on the connection. [`palisade::serve`](fn@crate::serve) closes
//! in stages, and wraps every body itself. Under another server, the guard reads and discards the rest.

use std::future::{pending, poll_fn};
use std::mem;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{CONNECTION, CONTENT_LENGTH, EXPECT, TRANSFER_ENCODING};
use axum::http::{HeaderValue, Response, Version};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::routing::argument::shutdown::Shutdown;
use crate::steps;

/// The largest rest of a body that is discarded to keep the connection usable, in bytes. A larger upload is a
/// reason to close: the client learns from the close that it can stop sending.
const KEEP_ALIVE_REST: u64 = 64 * 1024;

/// The default limit of unread bytes per connection: more than a client of common servers may upload.
pub(crate) const UNREAD_LIMIT: u64 = 8 * 1024 * 1024;

/// The time for discarding, in total.
const TOTAL_TIME: Duration = Duration::from_secs(30);

/// The time without a byte of the client after which discarding ends.
pub(crate) const IDLE_TIME: Duration = Duration::from_secs(5);

/// The time that discarding may continue after a shutdown begins.
const SHUTDOWN_TIME: Duration = Duration::from_secs(1);

/// The number of bodies that may be discarded at the same time under another server. Others are dropped.
static DISCARDING: Semaphore = Semaphore::const_new(1024);

/// A request body that hands its rest back if it is dropped unread.
pub(crate) struct WatchedBody<B: HttpBody + Unpin> {
    body: Option<B>,
    /// Whether the client waits for `100 Continue`. hyper sends it on the first poll.
    awaits_continue: bool,
    /// `None` if the request has no body.
    rest: Option<Rest<B>>,
}

/// The rest of one request body, once the handler has dropped the body.
pub(crate) struct Rest<B>(Arc<Mutex<Option<UnreadBody<B>>>>);

/// The rest of a body.
pub(crate) struct UnreadBody<B> {
    pub(crate) body: B,
    pub(crate) awaits_continue: bool,
}

impl<B: HttpBody + Unpin> WatchedBody<B> {
    /// Replaces the body of a request. Returns `None` for its rest if the request has no body.
    pub(crate) fn wrap(request: http::Request<B>) -> (http::Request<Self>, Option<Rest<B>>) {
        let rest = (!request.body().is_end_stream()).then(Rest::new);
        let awaits_continue = rest.is_some() && request.headers().contains_key(EXPECT);
        let request = request.map(|body| Self {
            body: Some(body),
            awaits_continue,
            rest: rest.clone(),
        });
        (request, rest)
    }
}

impl<B> Rest<B> {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(None)))
    }

    /// Returns the rest. `None` if the body is read, or if the response still reads it.
    pub(crate) fn take(&self) -> Option<UnreadBody<B>> {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<UnreadBody<B>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B> Clone for Rest<B> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<B: HttpBody> UnreadBody<B> {
    /// Whether the rest is short enough to keep the connection usable. If not, the response announces the close.
    pub(crate) fn keeps_alive<T>(&self, response: &mut Response<T>, limit: u64) -> bool {
        let length = self.body.size_hint().exact();
        let is_short = length.is_some_and(|length| length <= KEEP_ALIVE_REST.min(limit));
        let keeps_alive = is_short && !self.awaits_continue && !announces_close(response);
        if !keeps_alive {
            let headers = response.headers_mut();
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        keeps_alive
    }
}

/// Returns whether a response ends its connection, as that to a body that arrives too slowly does.
fn announces_close<T>(response: &Response<T>) -> bool {
    let fields = response.headers().get_all(CONNECTION).iter();
    fields
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| field.split(','))
        .any(|option| option.trim().eq_ignore_ascii_case("close"))
}

/// The upload of a request over HTTP/1, under a server that does not settle it.
pub(super) struct Upload {
    rest: Rest<Body>,
    shutdown: Option<Shutdown>,
}

impl Upload {
    /// Watches the body of a request.
    ///
    /// A request without a field that frames its body is not from a connection.
    pub(super) fn watch(request: &mut Request) -> Option<Self> {
        if request.body().is_end_stream() {
            return None;
        }
        let headers = request.headers();
        let is_framed =
            headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING);
        if !is_framed || request.version() > Version::HTTP_11 {
            return None;
        }
        let shutdown: Option<Shutdown> = request.extensions().get().cloned();
        if shutdown
            .as_ref()
            .is_some_and(Shutdown::settles_unread_bodies)
        {
            return None;
        }
        let (watched, rest) = WatchedBody::wrap(mem::take(request));
        *request = watched.map(Body::new);
        Some(Self {
            rest: rest?,
            shutdown,
        })
    }

    /// Discards what the handler has left unread, within bounds.
    pub(super) fn settle<T>(self, response: &mut Response<T>) {
        self.settle_with(&DISCARDING, response);
    }

    fn settle_with<T>(self, discarding: &'static Semaphore, response: &mut Response<T>) {
        let Some(unread) = self.rest.take() else {
            return;
        };
        unread.keeps_alive(response, UNREAD_LIMIT);
        if unread.awaits_continue {
            return;
        }
        if let (Ok(runtime), Ok(permit)) = (Handle::try_current(), discarding.try_acquire()) {
            let shutdown = self.shutdown;
            runtime.spawn(steps::discarding(async move {
                let _permit = permit;
                bounded(discard(unread.body, UNREAD_LIMIT), shutdown.as_ref()).await;
            }));
        }
    }
}

/// Waits for `reading`. Returns `None` if it takes too long, or if a shutdown begins and it does not end soon.
pub(crate) async fn bounded<T>(
    reading: impl Future<Output = T>,
    shutdown: Option<&Shutdown>,
) -> Option<T> {
    let mut stopping = pin!(async {
        match shutdown {
            Some(shutdown) => shutdown.begun().await,
            None => pending().await,
        }
        sleep(SHUTDOWN_TIME).await;
    });
    let mut reading = pin!(reading);
    let first = poll_fn(|context| match reading.as_mut().poll(context) {
        Poll::Ready(end) => Poll::Ready(Some(end)),
        Poll::Pending => stopping.as_mut().poll(context).map(|()| None),
    });
    timeout(TOTAL_TIME, first).await.ok().flatten()
}

/// Reads a body to its end, or beyond the limit. Returns `false` if the client pauses for too long.
pub(crate) async fn discard(body: impl HttpBody<Data = Bytes> + Unpin, limit: u64) -> bool {
    discard_within(body, limit, |_| true).await
}

/// Reads a body as [`discard`] does, and until `spend` returns `false` for a number of bytes.
pub(crate) async fn discard_within(
    mut body: impl HttpBody<Data = Bytes> + Unpin,
    limit: u64,
    spend: impl Fn(u64) -> bool,
) -> bool {
    let mut rest = limit;
    loop {
        match timeout(IDLE_TIME, body.frame()).await {
            Ok(Some(Ok(frame))) => {
                let length = frame.data_ref().map_or(0, Bytes::len) as u64;
                match rest.checked_sub(length) {
                    Some(left) if spend(length) => rest = left,
                    _ => return true,
                }
            }
            Ok(None | Some(Err(_))) => return true,
            Err(_) => return false,
        }
    }
}

impl<B: HttpBody + Unpin> HttpBody for WatchedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let frame = Pin::new(body).poll_frame(context);
        self.awaits_continue = false;
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) {
            // read to its end, or broken: there is no rest to discard
            self.body = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let body = self.body.as_ref();
        body.map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl<B: HttpBody + Unpin> Drop for WatchedBody<B> {
    fn drop(&mut self) {
        if let Some(rest) = &self.rest
            && let Some(body) = self.body.take()
            && !body.is_end_stream()
        {
            *rest.lock() = Some(UnreadBody {
                body,
                awaits_continue: self.awaits_continue,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::http::HeaderName;
    use tokio::task::yield_now;

    use super::*;

    /// A body without an end in chunks of 1 MiB, which counts its polls.
    struct Endless(Arc<AtomicUsize>);

    impl HttpBody for Endless {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Poll::Ready(Some(Ok(Frame::data(vec![0; 1 << 20].into()))))
        }
    }

    /// The connection may discard this many bytes in total, whatever the limit of a request is.
    #[tokio::test]
    async fn body_is_discarded_until_the_connection_may_not() {
        for (total, expected) in [(0, 1), (1 << 20, 2), ((3 << 20) - 1, 3), (3 << 20, 4)] {
            let (polls, spent) = (Arc::new(AtomicUsize::new(0)), AtomicUsize::new(0));
            let spend = |bytes| {
                let bytes = usize::try_from(bytes).unwrap();
                spent.fetch_add(bytes, Ordering::Relaxed) + bytes <= total
            };
            assert!(discard_within(Endless(Arc::clone(&polls)), 1 << 40, spend).await);
            assert_eq!(polls.load(Ordering::Relaxed), expected, "{total}");
        }
    }

    /// Refuses an upload, and returns the number of polls of its body.
    async fn polls(
        fields: &[(HeaderName, &'static str)],
        version: Version,
        permits: usize,
    ) -> usize {
        let polls = Arc::new(AtomicUsize::new(0));
        let mut request = Request::new(Body::new(Endless(Arc::clone(&polls))));
        *request.version_mut() = version;
        for (name, value) in fields {
            let value = HeaderValue::from_static(value);
            request.headers_mut().insert(name, value);
        }
        let upload = Upload::watch(&mut request);
        drop(request);
        if let Some(upload) = upload {
            let discarding = Box::leak(Box::new(Semaphore::new(permits)));
            upload.settle_with(discarding, &mut Response::new(()));
        }
        for _ in 0..100 {
            yield_now().await;
        }
        polls.load(Ordering::Relaxed)
    }

    const LENGTH: (HeaderName, &str) = (CONTENT_LENGTH, "9000000000");

    #[tokio::test]
    async fn rest_of_a_body_from_a_connection_is_discarded_up_to_the_limit() {
        for field in [LENGTH, (TRANSFER_ENCODING, "chunked")] {
            assert_eq!(polls(&[field], Version::HTTP_11, 1).await, 9);
        }
    }

    #[tokio::test]
    async fn other_bodies_are_not_read() {
        assert_eq!(polls(&[], Version::HTTP_11, 1).await, 0);
        assert_eq!(polls(&[LENGTH], Version::HTTP_2, 1).await, 0);
        assert_eq!(polls(&[LENGTH], Version::HTTP_11, 0).await, 0);
        // a poll would send `100 Continue`
        let expecting = [LENGTH, (EXPECT, "100-continue")];
        assert_eq!(polls(&expecting, Version::HTTP_11, 1).await, 0);
    }
}
