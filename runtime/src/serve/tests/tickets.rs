//! Tests of tickets over real sockets: WebSocket connections and event streams, as a browser opens them.

use std::convert::Infallible;
use std::future::pending;

use axum::response::sse::{Event, Sse};
use futures_util::{SinkExt as _, Stream, StreamExt as _, stream};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::*;
use crate::{Api, Ticket, TicketError, Tickets, Upgrade};

#[secured(scopes = "chat:write")]
async fn chat_ticket(tickets: Tickets) -> Result<Ticket, TicketError> {
    tickets.issue(chat)
}

#[secured(scopes = "chat:write", ticket)]
async fn chat(caller: Caller, upgrade: Upgrade) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        let _ = socket.send(caller.subject().to_owned().into()).await;
        caller.expired().await;
    })
}

#[secured(authenticated)]
async fn events_ticket(tickets: Tickets) -> Result<Ticket, TicketError> {
    tickets.issue(events)
}

#[secured(authenticated, ticket)]
async fn events(caller: Caller) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let first = Ok(Event::default().data(caller.subject()));
    let events = stream::iter([first]).chain(stream::pending());
    Sse::new(caller.until_expired(events))
}

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/chat", get(chat).post(chat_ticket))
        .route("/events", get(events).post(events_ticket));
    TestApi::new(routes)
        .await
        .map_api(|api| api.mounted_at("/v1"))
}

async fn ticket(api: &TestApi, path: &str) -> String {
    let request = api.caller("alice").scopes("chat:write").post(path);
    let body: serde_json::Value = request.send().await.json();
    let ticket = body.get("ticket").and_then(serde_json::Value::as_str);
    ticket.unwrap().to_owned()
}

async fn with_palisade(api: Api) -> SocketAddr {
    let bound = serve(api).bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    tokio::spawn(bound.run_until(pending()));
    address
}

async fn with_axum(api: Api) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, api.into_router()).into_future());
    address
}

async fn open(
    address: SocketAddr,
    query: &str,
    origin: &str,
) -> Result<WebSocketStream<TcpStream>, Error> {
    let url = format!("ws://{address}/v1/chat{query}");
    let mut request = url.into_client_request().unwrap();
    request
        .headers_mut()
        .insert("origin", origin.parse().unwrap());
    let stream = TcpStream::connect(address).await.unwrap();
    let opened = tokio_tungstenite::client_async(request, stream).await;
    opened.map(|(client, _)| client)
}

/// Opens a WebSocket connection with a ticket, and uses it until the token expires.
async fn chat_with_ticket(api: &TestApi, address: SocketAddr) {
    let query = format!("?ticket={}", ticket(api, "/v1/chat").await);
    let mut client = open(address, &query, "https://app.example").await.unwrap();
    assert_eq!(
        client.next().await.unwrap().unwrap(),
        Message::text("alice")
    );
    client.send(Message::text("hello")).await.unwrap();
    for query in [&*query, "", "?ticket=", "?ticket=x"] {
        let refused = open(address, query, "https://evil.example").await;
        let status = match refused {
            Err(Error::Http(response)) => response.status().as_u16(),
            _ => 0,
        };
        assert_eq!(status, 401, "{query}");
    }
    api.clock().advance(Duration::from_mins(5));
    let next = client.next().await;
    assert!(matches!(next, None | Some(Err(_) | Ok(Message::Close(_)))));
}

#[tokio::test]
async fn websocket_with_a_ticket_lasts_until_the_token_expires() {
    let api = api().await;
    let address = with_palisade(api.api().clone()).await;
    chat_with_ticket(&api, address).await;
}

#[tokio::test]
async fn websocket_with_a_ticket_works_under_axum_serve() {
    let api = api().await;
    let address = with_axum(api.api().clone()).await;
    chat_with_ticket(&api, address).await;
}

#[tokio::test]
async fn event_stream_with_a_ticket_lasts_until_the_token_expires() {
    for by_axum in [false, true] {
        let api = api().await;
        let address = if by_axum {
            with_axum(api.api().clone()).await
        } else {
            with_palisade(api.api().clone()).await
        };
        let ticket = ticket(&api, "/v1/events").await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET /v1/events?ticket={ticket} HTTP/1.1\r\nHost: a\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut lines = BufReader::new(stream).lines();
        assert_eq!(lines.next_line().await.unwrap().unwrap(), "HTTP/1.1 200 OK");
        let mut found = false;
        while !found {
            found = lines.next_line().await.unwrap().unwrap() == "data: alice";
        }
        api.clock().advance(Duration::from_mins(5));
        // the last chunk of the body
        while lines.next_line().await.unwrap().unwrap() != "0" {}
    }
}
