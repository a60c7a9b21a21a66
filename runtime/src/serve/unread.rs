//! Request bodies that are unread when the response is ready.
//!
//! If such a body is dropped, hyper closes the connection after the response without announcing it, and the next
//! request of a client that reuses the connection is lost. Here a short rest is read and discarded, so that the
//! connection stays usable; otherwise the response announces the close. `linger` then closes in stages.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use http::header::{CONNECTION, EXPECT};
use http::{HeaderValue, Request, Response, Version};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use tokio::time::timeout;

use crate::serve::linger::{ConnectionState, IDLE_TIME};

/// The largest rest of a body that is discarded to keep the connection usable, in bytes. A larger upload is a
/// reason to close: the client learns from the close that it can stop sending.
const KEEP_ALIVE_REST: u64 = 64 * 1024;

/// A request body that hands its rest back if it is dropped unread.
pub(super) struct RequestBody {
    incoming: Option<Incoming>,
    /// Whether the client waits for `100 Continue`. hyper sends it on the first poll.
    awaits_continue: bool,
    /// `None` if the request has no body.
    rest: Option<Rest>,
}

/// The rest of one request body, once the handler has dropped the body.
#[derive(Clone, Default)]
pub(super) struct Rest(Arc<Mutex<Option<UnreadBody>>>);

/// The rest of a body.
struct UnreadBody {
    incoming: Incoming,
    awaits_continue: bool,
}

impl RequestBody {
    /// Replaces the body of a request. Returns `None` for its rest if the request has no body.
    pub(super) fn wrap(request: Request<Incoming>) -> (Request<Self>, Option<Rest>) {
        let rest = (!request.body().is_end_stream()).then(Rest::default);
        let awaits_continue = request.headers().contains_key(EXPECT);
        let request = request.map(|incoming| Self {
            incoming: Some(incoming),
            awaits_continue,
            rest: rest.clone(),
        });
        (request, rest)
    }
}

impl Rest {
    /// Discards what the handler has left unread, or announces in the response that the connection closes.
    ///
    /// Does nothing if the body is read, or if the response still reads it. In HTTP/2, a request does not need to be
    /// read: after the response, hyper resets its stream, and the connection stays usable (RFC 9113 §8.1).
    pub(super) fn settle<B>(
        &self,
        version: Version,
        response: &mut Response<B>,
        connection: &Arc<ConnectionState>,
    ) {
        let Some(body) = self.lock().take() else {
            return;
        };
        if version == Version::HTTP_2 {
            connection.set_unread();
            return;
        }
        let length = body.incoming.size_hint().exact();
        let is_short = length
            .is_some_and(|length| length <= KEEP_ALIVE_REST && length <= connection.unread_limit());
        if is_short && !body.awaits_continue {
            tokio::spawn(discard(body.incoming, Arc::clone(connection)));
        } else {
            let headers = response.headers_mut();
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
            connection.set_unread();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<UnreadBody>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a body to its end, so that the connection can carry the next request. If the client is too slow, the
/// connection is closed.
async fn discard(mut incoming: Incoming, connection: Arc<ConnectionState>) {
    let reading = async {
        loop {
            match timeout(IDLE_TIME, incoming.frame()).await {
                Ok(Some(Ok(_))) => {}
                Ok(None | Some(Err(_))) => return true,
                Err(_) => return false,
            }
        }
    };
    if connection.bounded(reading).await != Some(true) {
        connection.forbid_linger();
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(incoming) = &mut self.incoming else {
            return Poll::Ready(None);
        };
        let frame = Pin::new(incoming).poll_frame(context);
        self.awaits_continue = false;
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) {
            // read to its end, or broken: there is no rest to discard
            self.incoming = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let incoming = self.incoming.as_ref();
        incoming.map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        if let Some(rest) = &self.rest
            && let Some(incoming) = self.incoming.take()
            && !incoming.is_end_stream()
        {
            *rest.lock() = Some(UnreadBody {
                incoming,
                awaits_continue: self.awaits_continue,
            });
        }
    }
}
