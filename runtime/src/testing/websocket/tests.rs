//! Tests of the WebSocket client, against handlers with `Upgrade`.

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use axum::http::HeaderValue;

use crate::prelude::*;
use crate::testing::{EmbeddedIssuer, TestApi, TestRequest};
use crate::{Shutdown, Upgrade};

async fn echo_all(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        let is_data = matches!(message, Message::Text(_) | Message::Binary(_));
        if is_data && socket.send(message).await.is_err() {
            return;
        }
    }
}

#[secured(scopes = "chat:write")]
async fn echo(caller: Caller, upgrade: Upgrade) -> Response {
    let mut response = upgrade
        .protocols(["chat.v2", "chat.v1"])
        .on_upgrade(echo_all);
    let subject = format!("subject={}; Path=/", caller.subject());
    let cookie = HeaderValue::try_from(subject).unwrap();
    response.headers_mut().append("set-cookie", cookie);
    response
}

#[secured(authenticated)]
async fn say_goodbye(caller: Caller, shutdown: Shutdown, upgrade: Upgrade) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        let reason = tokio::select! {
            () = caller.expired() => "expired",
            () = shutdown.begun() => "shutdown",
        };
        let frame = CloseFrame {
            code: 4000,
            reason: reason.into(),
        };
        let _ = socket.send(Message::Close(Some(frame))).await;
    })
}

#[public(reason = "a test")]
async fn drop_at_once(upgrade: Upgrade) -> Response {
    upgrade.on_upgrade(async |socket| drop(socket))
}

#[public(reason = "a test")]
async fn count(upgrade: Upgrade) -> Response {
    upgrade.on_upgrade(async |mut socket| {
        for number in ["1", "{\"two\":2}"] {
            let _ = socket.send(number.into()).await;
        }
        let _ = socket.send(Message::Ping("are you there?".into())).await;
        if let Some(Ok(Message::Pong(bytes))) = socket.recv().await {
            let _ = socket.send(Message::Binary(bytes)).await;
        }
    })
}

#[public(reason = "a test")]
async fn plain() -> &'static str {
    "no upgrade"
}

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/echo", get(echo))
        .route("/goodbye", get(say_goodbye))
        .route("/drop", get(drop_at_once))
        .route("/count", get(count))
        .route("/plain", get(plain));
    TestApi::new(routes).await
}

#[tokio::test]
async fn refused_handshake_returns_the_response() {
    let api = api().await;
    let status = async |request: TestRequest| request.upgrade().await.unwrap_err().status();
    assert_eq!(status(api.anonymous().get("/echo")).await, 401);
    assert_eq!(
        status(api.anonymous().bearer("x.y.z").get("/echo")).await,
        401
    );
    assert_eq!(status(api.caller("alice").get("/echo")).await, 403);
    assert_eq!(status(api.anonymous().get("/nowhere")).await, 404);
    assert_eq!(
        status(api.caller("alice").scopes("chat:write").post("/echo")).await,
        405
    );
    let forged = api.caller("alice").scopes("chat:write").get("/echo");
    let other = EmbeddedIssuer::with_own_keys(api.issuer().url());
    assert_eq!(
        status(forged.with_token(|token| token.signed_by(&other))).await,
        401
    );
    let response = api.anonymous().get("/echo").upgrade().await.unwrap_err();
    assert_eq!(
        response.header("content-type"),
        Some("application/problem+json")
    );
    assert!(response.header("www-authenticate").is_some());
    assert_eq!(response.json::<serde_json::Value>()["status"], 401);
    let response = api.anonymous().get("/plain").upgrade().await.unwrap_err();
    assert_eq!(
        (response.status().as_u16(), response.text().as_str()),
        (200, "no upgrade")
    );
}

#[tokio::test]
async fn messages_of_each_kind_pass_in_both_directions() {
    let api = api().await;
    let open = api.caller("alice").scopes("chat:write").get("/echo");
    let mut socket = open.upgrade().await.unwrap();
    assert_eq!(socket.response().status(), 101);
    for message in [
        Message::text("kia ora"),
        Message::text(""),
        Message::text("ā".repeat(20_000)),
        Message::binary(vec![0, 255]),
    ] {
        socket.send(message.clone()).await;
        assert_eq!(socket.recv().await, Some(message));
    }
    socket.send_json(&[1, 2]).await;
    assert_eq!(socket.recv_json::<Vec<u32>>().await, [1, 2]);
    socket.send(Message::Ping("ping".into())).await;
    assert_eq!(socket.recv().await, Some(Message::Pong("ping".into())));
    assert_eq!(socket.close().await, None);
}

#[tokio::test]
async fn ping_of_the_api_is_answered() {
    let api = api().await;
    let mut socket = api.anonymous().get("/count").upgrade().await.unwrap();
    assert_eq!(socket.recv_text().await, "1");
    assert_eq!(socket.recv_json::<serde_json::Value>().await["two"], 2);
    assert!(matches!(socket.recv().await, Some(Message::Ping(_))));
    let bytes = "are you there?".into();
    assert_eq!(socket.recv().await, Some(Message::Binary(bytes)));
    assert_eq!(socket.recv().await, None);
}

#[tokio::test]
async fn subprotocol_and_cookie_of_the_handshake_are_visible() {
    let api = api().await;
    let browser = api.cookies();
    let open = api.caller("alice").scopes("chat:write").get("/echo");
    let open = open.header("sec-websocket-protocol", "chat.v1, chat.v2");
    let socket = open.cookies(&browser).upgrade().await.unwrap();
    let protocol = socket.response().header("sec-websocket-protocol");
    assert_eq!(protocol, Some("chat.v2"));
    assert_eq!(browser.get("subject").unwrap().value(), "alice");
}

#[tokio::test]
async fn expired_token_closes_the_connection() {
    let api = api().await;
    let mut socket = api.caller("alice").get("/goodbye").upgrade().await.unwrap();
    api.clock().advance(std::time::Duration::from_mins(6));
    let Some(Message::Close(Some(frame))) = socket.recv().await else {
        panic!("no close frame");
    };
    assert_eq!((frame.code, frame.reason.as_str()), (4000, "expired"));
    assert_eq!(socket.recv().await, None);
}

#[tokio::test]
async fn closed_connection_drops_later_messages() {
    let api = api().await;
    let mut socket = api.anonymous().get("/drop").upgrade().await.unwrap();
    assert_eq!(socket.recv().await, None);
    assert_eq!(socket.recv().await, None);
    socket.send("lost").await;
    socket.send("lost").await;
    assert_eq!(socket.close().await, None);
}

#[tokio::test]
async fn message_over_the_limit_ends_the_connection() {
    let api = api().await;
    let open = || {
        api.caller("alice")
            .scopes("chat:write")
            .get("/echo")
            .upgrade()
    };
    let mut socket = open().await.unwrap();
    for length in [64 * 1024 - 1, 64 * 1024] {
        socket.send("x".repeat(length)).await;
        assert_eq!(socket.recv_text().await.len(), length);
    }
    socket.send("x".repeat(64 * 1024 + 1)).await;
    assert!(matches!(
        socket.recv().await,
        None | Some(Message::Close(_))
    ));
}

#[tokio::test]
async fn wrong_key_of_the_handshake_is_refused() {
    let api = api().await;
    for (name, value) in [
        ("sec-websocket-version", "12"),
        ("connection", "close"),
        ("upgrade", "h2c"),
    ] {
        let open = api.caller("alice").scopes("chat:write").get("/echo");
        let response = open.header(name, value).upgrade().await.unwrap_err();
        assert_eq!(response.status(), 400, "{name}");
    }
}

#[tokio::test]
#[should_panic(expected = "`sec-websocket-accept`")]
async fn response_without_the_key_panics() {
    async fn switch() -> (StatusCode, [(&'static str, &'static str); 3]) {
        let accept = ("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        let fields = [("connection", "upgrade"), ("upgrade", "websocket"), accept];
        (StatusCode::SWITCHING_PROTOCOLS, fields)
    }
    let api = api().await;
    let api = api.map_router(|_| axum::Router::new().route("/", axum::routing::get(switch)));
    let _ = api.anonymous().get("/").upgrade().await;
}
