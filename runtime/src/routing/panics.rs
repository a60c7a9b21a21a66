//! Panics of the API's code become errors, so that the client gets a response.
//!
//! This needs `panic = "unwind"`, the default. The text of a panic is only given to the panic hook.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use http_body::{Frame, SizeHint};

use crate::audit::{PanicOrigin, emit_panic};
use crate::policy::Declaration;

/// The code panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Panicked;

/// Calls a function.
///
/// # Errors
///
/// Returns an error if the function panics.
pub(super) fn catch<T>(function: impl FnOnce() -> T) -> Result<T, Panicked> {
    // the values of the request are dropped; shared ones must tolerate a panic in every async server
    catch_unwind(AssertUnwindSafe(function)).map_err(discard)
}

/// Polls a future to its end; after a panic, it must not be polled again.
///
/// # Errors
///
/// Returns an error if the future panics.
pub(super) async fn catch_async<F: Future>(mut future: Pin<&mut F>) -> Result<F::Output, Panicked> {
    poll_fn(|context| match catch(|| future.as_mut().poll(context)) {
        Ok(poll) => poll.map(Ok),
        Err(panicked) => Poll::Ready(Err(panicked)),
    })
    .await
}

/// Drops the payload of a panic, which may panic in turn.
fn discard(payload: Box<dyn Any + Send>) -> Panicked {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
    Panicked
}

/// Turns a panic of a streaming body into an error of the body, which ends the response early.
///
/// A body of known size is usually complete. Wrapping it would cost an allocation per response; if it
/// panics, the server closes its connection.
pub(super) fn guard_body(response: Response, declaration: &'static Declaration) -> Response {
    response.map(|body| {
        if body.size_hint().exact().is_some() {
            body
        } else {
            Body::new(StreamingBody {
                body: Some(body),
                declaration,
            })
        }
    })
}

/// The body of a response that is produced while it is sent.
struct StreamingBody {
    /// `None` after a panic.
    body: Option<Body>,
    declaration: &'static Declaration,
}

impl HttpBody for StreamingBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        match catch(|| Pin::new(body).poll_frame(context)) {
            Ok(frame) => frame.map(|frame| frame.map(|frame| frame.map_err(Into::into))),
            Err(panicked) => {
                emit_panic(PanicOrigin::ResponseBody, Some(self.declaration), None);
                // the drop of a body that has panicked may panic in turn, which is the same event
                let body = self.body.take();
                let _ = catch(|| drop(body));
                Poll::Ready(Some(Err(panicked.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the response body panicked")
    }
}

impl Error for Panicked {}
