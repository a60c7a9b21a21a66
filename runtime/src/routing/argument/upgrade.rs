//! The handshake of a WebSocket connection, as an argument.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::future::{pending, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Request};
use axum::http::HeaderValue;
use axum::http::request::Parts;
use axum::response::Response;
use tokio::task::unconstrained;

use crate::response::rejection_response;
use crate::routing::argument::extraction::{Extract, ExtractLast};
use crate::routing::argument::shutdown::Shutdown;
use crate::routing::passed_guard::PassedGuard;

/// The default limit of a message and of a frame, in bytes.
const MAX_MESSAGE_SIZE: usize = 64 * 1024;

/// The handshake of a WebSocket connection (RFC 6455), which the guard checks like every request.
///
/// The connection ends
///
/// - when the token of the caller expires, by the clock of the server: the callback of
///   [`on_upgrade`](Self::on_upgrade) is dropped;
/// - at the deadline of a shutdown of [`palisade::serve`](fn@crate::serve), in the same way. A handler with a
///   [`Shutdown`] argument can close it sooner;
/// - with status 1009 or an error, if a message or a frame is longer than 64 KiB ([`max_message_size`](Self::max_message_size)).
///
/// # Security
///
/// Messages are input that Palisade does not check; the inventory lists the route with this exception. Decode each
/// message into a type with rules, and close the connection after the first invalid one. A revocation has no
/// effect on an open connection.
///
/// Every site can open a WebSocket from a browser, and the browser adds its cookies. In a `#[secured]` handler the
/// guard ignores cookies and requires the `Authorization` header, which the browser's `WebSocket` cannot send. In a
/// `#[public]` handler, do not use a cookie as the identity of the client.
///
/// # Examples
///
/// ```
/// use palisade::Upgrade;
/// use palisade::prelude::*;
///
/// #[secured(scopes = "chat:write")]
/// async fn echo(upgrade: Upgrade) -> Response {
///     upgrade.on_upgrade(async |mut socket| {
///         while let Some(Ok(message)) = socket.recv().await {
///             if socket.send(message).await.is_err() {
///                 return;
///             }
///         }
///     })
/// }
/// ```
pub struct Upgrade {
    handshake: WebSocketUpgrade,
    /// Completes when the token expires.
    expired: Pin<Box<dyn Future<Output = ()> + Send>>,
    shutdown: Shutdown,
}

impl Upgrade {
    /// Sets the limit of a message and of a frame, in bytes, 64 KiB by default.
    #[must_use]
    pub fn max_message_size(self, bytes: usize) -> Self {
        Self {
            handshake: self.handshake.max_message_size(bytes).max_frame_size(bytes),
            ..self
        }
    }

    /// Selects the first of these subprotocols that the client offers, in the order of preference.
    #[must_use]
    pub fn protocols<I>(self, protocols: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Cow<'static, str>>,
    {
        Self {
            handshake: self.handshake.protocols(protocols),
            ..self
        }
    }

    /// Returns the selected subprotocol, if there is one.
    pub fn selected_protocol(&self) -> Option<&HeaderValue> {
        self.handshake.selected_protocol()
    }

    /// Returns the response to the handshake, and runs `callback` with the connection.
    ///
    /// The callback is dropped when the token expires and at the deadline of a shutdown. In a `#[public]` handler,
    /// there is no token to expire.
    #[must_use = "the connection is upgraded only if the handler returns this response"]
    pub fn on_upgrade<C, F>(self, callback: C) -> Response
    where
        C: FnOnce(WebSocket) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        // a callback that is always ready must not use up the budget that tokio's timer needs
        let mut expired = unconstrained(self.expired);
        let mut over = unconstrained(self.shutdown.over());
        self.handshake.on_upgrade(move |socket| async move {
            let mut running = pin!(callback(socket));
            poll_fn(|context| {
                // the callback first, which may close the connection for the same reason
                if running.as_mut().poll(context).is_ready()
                    || Pin::new(&mut expired).poll(context).is_ready()
                    || Pin::new(&mut over).poll(context).is_ready()
                {
                    return Poll::Ready(());
                }
                Poll::Pending
            })
            .await;
        })
    }
}

impl fmt::Debug for Upgrade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgrade").finish_non_exhaustive()
    }
}

/// The extraction of a handshake, with the expiration time of the token from the guard.
pub enum Handshake {}

impl<S: Sync> Extract<Upgrade, S> for Handshake {
    async fn extract(parts: &mut Parts, _: &S, guard: &PassedGuard) -> Result<Upgrade, Response> {
        let upgrade = WebSocketUpgrade::from_request_parts(parts, &()).await;
        let upgrade = upgrade.map_err(rejection_response)?;
        let Ok(shutdown) = Shutdown::from_request_parts(parts, &())
            .await
            .map_err(|never: Infallible| match never {});
        let upgrade = Upgrade {
            handshake: upgrade,
            expired: guard.expired().unwrap_or_else(|| Box::pin(pending())),
            shutdown,
        };
        Ok(upgrade.max_message_size(MAX_MESSAGE_SIZE))
    }
}

impl<S: Sync> ExtractLast<Upgrade, S, ()> for Handshake {
    async fn extract_last(
        request: Request,
        state: &S,
        guard: &PassedGuard,
    ) -> Result<Upgrade, Response> {
        Self::extract(&mut request.into_parts().0, state, guard).await
    }
}
