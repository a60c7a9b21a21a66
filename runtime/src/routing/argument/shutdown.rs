//! The shutdown of the server, as an argument.

use std::convert::Infallible;
use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use futures_core::Stream;
use tokio::sync::watch;

use crate::until::Until;

/// The shutdown of the server, for handlers whose response or connection has no end.
///
/// A server waits for responses and upgraded connections in progress before it stops. An endless one ends
/// itself when the shutdown begins, and leaves time to the others.
///
/// [`palisade::serve`](fn@crate::serve) provides the value. With `axum::serve`, and in tests, [`Shutdown::on`] creates one,
/// to be added with a layer. Without either, the shutdown never begins.
///
/// # Examples
///
/// ```
/// use std::convert::Infallible;
///
/// use axum::response::sse::{Event, Sse};
/// use futures_util::{Stream, stream};
/// use palisade::Shutdown;
/// use palisade::prelude::*;
///
/// #[secured(scopes = "orders:read")]
/// async fn order_events(
///     caller: Caller,
///     shutdown: Shutdown,
/// ) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
///     let events = stream::pending(); // from a broadcast channel, for example
///     Sse::new(shutdown.until_begun(caller.until_expired(events)))
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Shutdown {
    /// `None` if no server provides it.
    phase: Option<Arc<watch::Receiver<Phase>>>,
    /// Whether `palisade::serve` provides it.
    is_of_serve: bool,
}

/// The state of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Serving,
    /// The server accepts no request, and waits for those in progress.
    Begun,
    /// The server waits no longer.
    #[cfg_attr(
        not(any(feature = "serve", feature = "ws")),
        expect(dead_code, reason = "only `palisade::serve` has a deadline")
    )]
    Over,
}

impl Shutdown {
    /// Creates the shutdown of a server that stops when `signal` completes, for `axum::serve`.
    ///
    /// The second value completes with the signal, and begins the shutdown. If it is dropped before, the
    /// shutdown begins too.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use axum::Extension;
    /// use palisade::{Api, Shutdown};
    /// use tokio::net::TcpListener;
    ///
    /// # async fn terminated() {}
    /// async fn run(api: Api) -> std::io::Result<()> {
    ///     let (shutdown, signal) = Shutdown::on(terminated());
    ///     let router = api.into_router().layer(Extension(shutdown));
    ///     let listener = TcpListener::bind("0.0.0.0:8080").await?;
    ///     axum::serve(listener, router).with_graceful_shutdown(signal).await
    /// }
    /// ```
    pub fn on<F: Future<Output = ()>>(signal: F) -> (Self, impl Future<Output = ()> + use<F>) {
        let (sender, phase) = watch::channel(Phase::Serving);
        let shutdown = Self {
            phase: Some(Arc::new(phase)),
            is_of_serve: false,
        };
        let signal = async move {
            signal.await;
            sender.send_replace(Phase::Begun);
        };
        (shutdown, signal)
    }

    /// Returns whether the shutdown has begun.
    pub fn has_begun(&self) -> bool {
        // the sender is gone with the server
        self.phase
            .as_ref()
            .is_some_and(|phase| *phase.borrow() != Phase::Serving || phase.has_changed().is_err())
    }

    /// Returns a future that completes when the shutdown begins.
    pub fn begun(&self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let Some(mut phase) = self.receiver() else {
            return Box::pin(pending());
        };
        Box::pin(async move {
            // an error: the server is gone
            let _ = phase.wait_for(|phase| *phase != Phase::Serving).await;
        })
    }

    /// Returns the stream, which ends when the shutdown begins.
    pub fn until_begun<S: Stream>(&self, stream: S) -> impl Stream<Item = S::Item> + use<S> {
        Until::new(stream, self.begun())
    }

    /// Returns a future that completes when the server waits no longer.
    #[cfg(feature = "ws")]
    pub(super) fn over(&self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let Some(mut phase) = self.receiver() else {
            return Box::pin(pending());
        };
        Box::pin(async move {
            // `axum::serve` has no deadline
            if phase.wait_for(|phase| *phase == Phase::Over).await.is_err() {
                pending::<()>().await;
            }
        })
    }

    /// Returns whether the server that provides this value settles unread bodies itself.
    pub(in crate::routing) fn settles_unread_bodies(&self) -> bool {
        self.is_of_serve
    }

    fn receiver(&self) -> Option<watch::Receiver<Phase>> {
        self.phase.as_deref().cloned()
    }
}

/// Begins the shutdown of a server; it is over when this value is dropped.
#[cfg(feature = "serve")]
#[derive(Debug)]
pub(crate) struct ShutdownSender(watch::Sender<Phase>);

#[cfg(feature = "serve")]
impl ShutdownSender {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(Phase::Serving))
    }

    /// Returns the receiving side, for one connection.
    pub(crate) fn subscribe(&self) -> Shutdown {
        Shutdown {
            phase: Some(Arc::new(self.0.subscribe())),
            is_of_serve: true,
        }
    }

    pub(crate) fn begin(&self) {
        self.0.send_replace(Phase::Begun);
    }
}

#[cfg(feature = "serve")]
impl Drop for ShutdownSender {
    fn drop(&mut self) {
        self.0.send_replace(Phase::Over);
    }
}

impl<S: Sync> FromRequestParts<S> for Shutdown {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let provided = parts.extensions.get().cloned();
        Ok(provided.unwrap_or(Self {
            phase: None,
            is_of_serve: false,
        }))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt as _, StreamExt as _, stream};
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn shutdown_begins_with_the_signal() {
        let (stop, stopped) = oneshot::channel::<()>();
        let (shutdown, signal) = Shutdown::on(stopped.map(|_| ()));
        let mut events = pin_stream(shutdown.until_begun(stream::repeat(1)));
        assert!(!shutdown.has_begun() && shutdown.begun().now_or_never().is_none());
        assert_eq!(events.next().await, Some(1));
        stop.send(()).unwrap();
        signal.await;
        assert!(shutdown.has_begun() && shutdown.begun().now_or_never().is_some());
        assert_eq!(events.next().await, None);
    }

    #[tokio::test]
    async fn shutdown_begins_if_the_server_is_dropped() {
        let (shutdown, signal) = Shutdown::on(pending());
        drop(signal);
        assert!(shutdown.has_begun() && shutdown.begun().now_or_never().is_some());
    }

    #[tokio::test]
    async fn shutdown_without_a_server_never_begins() {
        let (mut parts, ()) = http::Request::new(()).into_parts();
        let shutdown = Shutdown::from_request_parts(&mut parts, &()).await;
        let shutdown = shutdown.unwrap();
        assert!(!shutdown.has_begun() && shutdown.begun().now_or_never().is_none());
    }

    fn pin_stream<S: Stream>(stream: S) -> Pin<Box<S>> {
        Box::pin(stream)
    }
}
