//! Panics of the API's code become errors, so that the client gets a response.
//!
//! This needs `panic = "unwind"`, the default. The text of a panic is only given to the panic hook.

use std::any::Any;
use std::cell::Cell;
use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use http_body::{Frame, SizeHint};

use crate::audit::{PanicOrigin, RequestId, emit_panic};
use crate::policy::Declaration;
use crate::response::panicked;

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
pub(super) fn catch_async<F: Future>(
    mut future: Pin<&mut F>,
) -> impl Future<Output = Result<F::Output, Panicked>> + use<'_, F> {
    poll_fn(
        move |context| match catch(|| future.as_mut().poll(context)) {
            Ok(poll) => poll.map(Ok),
            Err(panicked) => Poll::Ready(Err(panicked)),
        },
    )
}

/// Drops the payload of a panic, which may panic in turn.
fn discard(payload: Box<dyn Any + Send>) -> Panicked {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(second);
    }
    Panicked
}

/// Drops a value of the API's code; a panic of its destructor is an error.
pub(super) fn drop_value<T>(value: T) -> Result<(), Panicked> {
    catch(|| drop(value))
}

/// Watches the body of a response: a panic before the response begins becomes a response with status
/// 500, and a later one of a streaming body an error of the body, which ends the response early.
///
/// A body of known size is usually complete. Watching it would cost an allocation per response; if it
/// panics after the response has begun, the server closes its connection.
pub(super) fn guard_body(
    response: &mut Response,
    origin: PanicOrigin,
    declaration: Option<&'static Declaration>,
    request_id: Option<&RequestId>,
) {
    // the server asks for both before it sends the head
    let body = response.body();
    let is_complete = catch(|| {
        body.is_end_stream();
        body.size_hint().exact().is_some()
    });
    match is_complete {
        Ok(true) => {}
        Ok(false) => {
            let body = mem::take(response.body_mut());
            *response.body_mut() = Body::new(StreamingBody {
                body: Some(body),
                has_panicked: Cell::new(false),
                origin,
                declaration,
                request_id: request_id.cloned(),
            });
        }
        Err(Panicked) => {
            emit_panic(origin, declaration, None, request_id);
            // a second panic is the same event
            let _ = drop_value(mem::replace(response, panicked()));
        }
    }
}

/// The body of a response that is produced while it is sent.
struct StreamingBody {
    /// `None` after the error that reports a panic.
    body: Option<Body>,
    /// Whether a method panicked that cannot return an error; the next frame is the error.
    has_panicked: Cell<bool>,
    origin: PanicOrigin,
    declaration: Option<&'static Declaration>,
    request_id: Option<RequestId>,
}

impl StreamingBody {
    fn emit_panic(&self) {
        let id = self.request_id.as_ref();
        emit_panic(self.origin, self.declaration, None, id);
    }

    /// Reads a property of the body; `None` after a panic.
    fn property<T>(&self, read: impl FnOnce(&Body) -> T) -> Option<T> {
        let body = self.body.as_ref().filter(|_| !self.has_panicked.get())?;
        let property = catch(|| read(body)).ok();
        if property.is_none() {
            self.has_panicked.set(true);
            self.emit_panic();
        }
        property
    }
}

impl HttpBody for StreamingBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        let Some(body) = &mut this.body else {
            return Poll::Ready(None);
        };
        if !this.has_panicked.get() {
            if let Ok(frame) = catch(|| Pin::new(body).poll_frame(context)) {
                return frame.map(|frame| frame.map(|frame| frame.map_err(Into::into)));
            }
            this.emit_panic();
        }
        // the drop of a body that has panicked may panic in turn, which is the same event
        let _ = drop_value(this.body.take());
        Poll::Ready(Some(Err(Panicked.into())))
    }

    fn is_end_stream(&self) -> bool {
        // after a panic, the error is still to come
        self.body.is_none() || self.property(Body::is_end_stream).unwrap_or(false)
    }

    fn size_hint(&self) -> SizeHint {
        self.property(Body::size_hint).unwrap_or_default()
    }
}

impl Drop for StreamingBody {
    fn drop(&mut self) {
        let has_panicked = self.has_panicked.get();
        if drop_value(self.body.take()).is_err() && !has_panicked {
            self.emit_panic();
        }
    }
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the response body panicked")
    }
}

impl Error for Panicked {}
