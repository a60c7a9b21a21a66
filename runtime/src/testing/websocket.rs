//! A WebSocket connection to an API under test.

use std::fmt;

use aws_lc_rs::digest;
use aws_lc_rs::rand;
use axum::body::{Body, Bytes};
use axum::extract::ws::{CloseFrame, Message};
use axum::http::header::{
    CONNECTION, HOST, HeaderName, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION,
    UPGRADE,
};
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt as _, StreamExt as _};
use hyper::body::Incoming;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame as RawCloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message as RawMessage};

use crate::testing::request::Prepared;
use crate::testing::{TestRequest, TestResponse, or_panic};

/// The bytes that can be on their way in each direction.
const BUFFER: usize = 64 * 1024;

/// The identifier of the protocol, which the server hashes with the key of the client (RFC 6455 §1.3).
const PROTOCOL_ID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A WebSocket connection to an API under test, which [`TestRequest::upgrade`] opens.
///
/// It answers a ping of the API while [`recv`](Self::recv) waits. Dropping it closes the connection without a
/// close frame, as a client that loses its network.
pub struct TestWebSocket {
    stream: WebSocketStream<TokioIo<Upgraded>>,
    response: TestResponse,
}

impl TestRequest {
    /// Sends the request as the handshake of a WebSocket connection, in process and through the API's guard.
    ///
    /// To offer subprotocols, add the header `sec-websocket-protocol`.
    ///
    /// # Errors
    ///
    /// Returns the response if the API does not accept the handshake.
    ///
    /// # Panics
    ///
    /// Panics if the path or a header field is invalid, if the response does not complete the handshake, and
    /// outside a tokio runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::Upgrade;
    /// use palisade::prelude::*;
    /// use palisade::testing::TestApi;
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
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let api = TestApi::new(SecureRouter::new().route("/echo", get(echo))).await;
    /// let open = |scopes| api.caller("alice").scopes(scopes).get("/echo").upgrade();
    /// assert_eq!(open("chat:read").await.unwrap_err().status(), 403);
    ///
    /// let mut socket = open("chat:write").await.unwrap();
    /// socket.send("kia ora").await;
    /// assert_eq!(socket.recv_text().await, "kia ora");
    ///
    /// api.clock().advance(std::time::Duration::from_secs(5 * 60)); // the token expires
    /// assert_eq!(socket.recv().await, None);
    /// # }
    /// ```
    pub async fn upgrade(self) -> Result<TestWebSocket, TestResponse> {
        let Prepared {
            router,
            mut request,
            cookies,
        } = self.prepare();
        let path = request.uri().path().to_owned();
        let accepted = add_handshake(request.headers_mut());
        let (client, server) = tokio::io::duplex(BUFFER);
        let server = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(server), TowerToHyperService::new(router));
        tokio::spawn(server.with_upgrades());
        let response = send(TokioIo::new(client), request).await;
        if let Some(cookies) = cookies {
            cookies.store(&path, response.headers());
        }
        let (status, headers) = (response.status(), response.headers().clone());
        if status != StatusCode::SWITCHING_PROTOCOLS {
            let body = axum::body::to_bytes(Body::new(response.into_body()), usize::MAX).await;
            let body = or_panic(body, "cannot read the response body");
            return Err(TestResponse::new(status, headers, body));
        }
        assert!(
            headers.get(SEC_WEBSOCKET_ACCEPT) == Some(&accepted),
            "the response switches protocols without `sec-websocket-accept` for the key of the request"
        );
        let upgraded = or_panic(hyper::upgrade::on(response).await, "cannot upgrade");
        let io = TokioIo::new(upgraded);
        Ok(TestWebSocket {
            stream: WebSocketStream::from_raw_socket(io, Role::Client, None).await,
            response: TestResponse::new(status, headers, Bytes::new()),
        })
    }
}

/// Adds the header fields of a handshake, and returns the field with which the server accepts it (RFC 6455 §4.1).
fn add_handshake(headers: &mut HeaderMap) -> HeaderValue {
    let mut key = [0; 16];
    or_panic(rand::fill(&mut key), "cannot generate a key");
    let key = STANDARD.encode(key);
    let digest = digest::digest(
        &digest::SHA1_FOR_LEGACY_USE_ONLY,
        format!("{key}{PROTOCOL_ID}").as_bytes(),
    );
    let base64 = |text: String| or_panic(HeaderValue::try_from(text), "base64 is a field value");
    let fields: [(HeaderName, HeaderValue); 5] = [
        (HOST, HeaderValue::from_static("api.test")),
        (CONNECTION, HeaderValue::from_static("upgrade")),
        (UPGRADE, HeaderValue::from_static("websocket")),
        (SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13")),
        (SEC_WEBSOCKET_KEY, base64(key)),
    ];
    for (name, value) in fields {
        // a field that the test has set stays
        headers.entry(name).or_insert(value);
    }
    base64(STANDARD.encode(digest))
}

/// Sends one request over a connection.
async fn send(
    connection: TokioIo<tokio::io::DuplexStream>,
    request: Request<Body>,
) -> Response<Incoming> {
    let connected = hyper::client::conn::http1::handshake(connection).await;
    let (mut sender, connection) = or_panic(connected, "cannot open a connection");
    tokio::spawn(connection.with_upgrades());
    or_panic(
        sender.send_request(request).await,
        "cannot send the request",
    )
}

impl TestWebSocket {
    /// Returns the response to the handshake, with status 101.
    pub fn response(&self) -> &TestResponse {
        &self.response
    }

    /// Sends a message: text, bytes, a ping, or a close frame.
    ///
    /// If the API has closed the connection, the message is lost, and [`recv`](Self::recv) returns `None`.
    ///
    /// # Panics
    ///
    /// Panics if the message is not one that a client may send, such as a ping of more than 125 bytes.
    pub async fn send(&mut self, message: impl Into<Message>) {
        match self.stream.send(to_raw(message.into())).await {
            Err(error) if !is_end(&error) => or_panic(Err(error), "cannot send the message"),
            _ => {}
        }
    }

    /// Sends a value as a text message, serialized as JSON.
    ///
    /// # Panics
    ///
    /// Panics if the value cannot be serialized.
    pub async fn send_json(&mut self, value: &impl Serialize) {
        let text = serde_json::to_string(value);
        self.send(or_panic(text, "the value cannot be serialized"))
            .await;
    }

    /// Waits for the next message; `None` is the end of the connection, with or without a close frame before.
    ///
    /// # Panics
    ///
    /// Panics if the API violates the protocol, or sends more than 64 MiB in one message.
    pub async fn recv(&mut self) -> Option<Message> {
        loop {
            match self.stream.next().await? {
                Ok(message) => {
                    if let Some(message) = from_raw(message) {
                        return Some(message);
                    }
                }
                Err(error) if is_end(&error) => return None,
                Err(error) => or_panic(Err(error), "cannot receive a message"),
            }
        }
    }

    /// Waits for the next message, which must be text.
    ///
    /// # Panics
    ///
    /// Panics if the connection ends, or if the message is not text.
    pub async fn recv_text(&mut self) -> String {
        let text = match self.recv().await {
            Some(Message::Text(text)) => Ok(text.to_string()),
            other => Err(format!("found {other:?}")),
        };
        or_panic(text, "expected a text message")
    }

    /// Waits for the next message, which must be text, and decodes it from JSON.
    ///
    /// # Panics
    ///
    /// Panics if [`recv_text`](Self::recv_text) does, or if the text cannot be decoded as `T`.
    pub async fn recv_json<T: DeserializeOwned>(&mut self) -> T {
        let text = self.recv_text().await;
        or_panic(serde_json::from_str(&text), "cannot decode the message")
    }

    /// Sends a close frame, waits for the end of the connection, and returns the API's close frame, if it sent one.
    ///
    /// Messages that the API sends before are dropped.
    pub async fn close(mut self) -> Option<CloseFrame> {
        self.send(Message::Close(None)).await;
        let mut last = None;
        while let Some(message) = self.recv().await {
            if let Message::Close(frame) = message {
                last = frame;
            }
        }
        last
    }
}

/// Prints the response to the handshake, and no message.
impl fmt::Debug for TestWebSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestWebSocket")
            .field("response", &self.response)
            .finish_non_exhaustive()
    }
}

/// Whether the connection has ended.
fn is_end(error: &Error) -> bool {
    matches!(
        error,
        Error::ConnectionClosed
            | Error::AlreadyClosed
            | Error::Io(_)
            | Error::Protocol(
                ProtocolError::ResetWithoutClosingHandshake | ProtocolError::SendAfterClosing
            )
    )
}

fn to_raw(message: Message) -> RawMessage {
    match message {
        Message::Text(text) => RawMessage::text(text.as_str()),
        Message::Binary(bytes) => RawMessage::Binary(bytes),
        Message::Ping(bytes) => RawMessage::Ping(bytes),
        Message::Pong(bytes) => RawMessage::Pong(bytes),
        Message::Close(frame) => RawMessage::Close(frame.map(|frame| RawCloseFrame {
            code: frame.code.into(),
            reason: frame.reason.as_str().into(),
        })),
    }
}

/// Returns `None` for a frame, which a stream never returns.
fn from_raw(message: RawMessage) -> Option<Message> {
    Some(match message {
        RawMessage::Text(text) => Message::text(text.as_str()),
        RawMessage::Binary(bytes) => Message::Binary(bytes),
        RawMessage::Ping(bytes) => Message::Ping(bytes),
        RawMessage::Pong(bytes) => Message::Pong(bytes),
        RawMessage::Close(frame) => Message::Close(frame.map(|frame| CloseFrame {
            code: frame.code.into(),
            reason: frame.reason.as_str().into(),
        })),
        RawMessage::Frame(_) => return None,
    })
}

#[cfg(test)]
mod tests;
