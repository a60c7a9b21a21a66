//! Tests of WebSocket connections over real sockets.

use std::future::{pending, poll_fn};
use std::task::Poll;

use axum::extract::ws::{Message as Received, WebSocket};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::*;
use crate::routing::ExceptionKind;
use crate::{Shutdown, Upgrade};

const FIVE_MINUTES: Duration = Duration::from_mins(5);

/// Counts the callbacks that have ended.
#[derive(Clone)]
struct Ends(Arc<Semaphore>);

struct CountOnDrop(Ends);

impl Drop for CountOnDrop {
    fn drop(&mut self) {
        self.0.0.add_permits(1);
    }
}

impl Ends {
    fn new() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    fn on_drop(&self) -> CountOnDrop {
        CountOnDrop(self.clone())
    }

    /// Waits until one more callback has ended.
    async fn next(&self) {
        self.0.acquire().await.unwrap().forget();
    }
}

async fn echo_all(mut socket: WebSocket) {
    while let Some(Ok(message @ (Received::Text(_) | Received::Binary(_)))) = socket.recv().await {
        if socket.send(message).await.is_err() {
            return;
        }
    }
}

#[secured(scopes = "chat:write")]
async fn echo(State(ends): State<Ends>, upgrade: Upgrade) -> Response {
    let ended = ends.on_drop();
    upgrade.on_upgrade(async move |socket| {
        let _ended = ended;
        echo_all(socket).await;
    })
}

#[public(reason = "a test")]
async fn public_echo(upgrade: Upgrade) -> Response {
    upgrade.max_message_size(10).on_upgrade(echo_all)
}

/// Never reads, and keeps the connection.
#[secured(authenticated)]
async fn hold(State(ends): State<Ends>, upgrade: Upgrade) -> Response {
    let ended = ends.on_drop();
    upgrade.on_upgrade(async move |socket| {
        let _held = (ended, socket);
        pending::<()>().await;
    })
}

/// Polls a timer without a pause, so that the task has no budget left when the callback returns.
#[secured(authenticated)]
async fn spin(State(ends): State<Ends>, upgrade: Upgrade) -> Response {
    let ended = ends.on_drop();
    upgrade.on_upgrade(async move |socket| {
        let _held = (ended, socket);
        poll_fn(|context| {
            let mut consumed = 0;
            while let Poll::Ready(budget) = tokio::task::coop::poll_proceed(context) {
                budget.made_progress();
                consumed += 1;
                assert!(consumed < 10_000, "the task has no budget");
            }
            context.waker().wake_by_ref();
            Poll::<()>::Pending
        })
        .await;
    })
}

#[secured(authenticated)]
async fn say_goodbye(caller: Caller, shutdown: Shutdown, upgrade: Upgrade) -> Response {
    upgrade
        .protocols(["b", "a"])
        .on_upgrade(async move |mut socket| {
            let text = tokio::select! {
                () = shutdown.begun() => "shutdown",
                () = caller.expired() => "expired",
            };
            let _ = socket.send(Received::Text(text.into())).await;
        })
}

/// A server with its API; `stop` begins the shutdown.
struct Running {
    api: TestApi,
    address: SocketAddr,
    ends: Ends,
    stop: oneshot::Sender<()>,
    server: JoinHandle<Result<(), ServeError>>,
}

type Client = WebSocketStream<TcpStream>;

impl Running {
    async fn start() -> Self {
        Self::start_with(|server| server).await
    }

    async fn start_with(limit: impl FnOnce(crate::Server) -> crate::Server) -> Self {
        let ends = Ends::new();
        let routes = SecureRouter::new()
            .route("/echo", get(echo))
            .route("/any", any(echo))
            .route("/public", get(public_echo))
            .route("/hold", get(hold))
            .route("/spin", get(spin))
            .route("/goodbye", get(say_goodbye));
        let api = TestApi::new(routes.with_state(ends.clone())).await;
        let server = serve(api.api().clone()).grace(Duration::from_secs(7));
        let bound = limit(server).bind("127.0.0.1:0").await.unwrap();
        let address = bound.local_addr();
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(bound.run_until(async {
            let _ = stopped.await;
        }));
        Self {
            api,
            address,
            ends,
            stop,
            server,
        }
    }

    fn token(&self, scopes: &str) -> String {
        let token = self.api.issuer().token("alice");
        token.audience(self.api.audience()).scopes(scopes).sign()
    }

    /// Opens a connection, with a token unless it is empty.
    async fn open(&self, path: &str, token: &str) -> Result<Client, Error> {
        let url = format!("ws://{}{path}", self.address);
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        if path == "/goodbye" {
            headers.insert("sec-websocket-protocol", "c, a".parse().unwrap());
        }
        if !token.is_empty() {
            let credential = format!("Bearer {token}").parse().unwrap();
            headers.insert("authorization", credential);
        }
        let stream = TcpStream::connect(self.address).await.unwrap();
        let opened = tokio_tungstenite::client_async(request, stream).await;
        opened.map(|(client, _)| client)
    }

    async fn open_as_alice(&self, path: &str) -> Client {
        let token = self.token("chat:write");
        let opened = self.open(path, &token).await;
        opened.unwrap()
    }
}

/// Returns the status of a refused handshake, 0 if it was not refused.
fn status(result: Result<Client, Error>) -> u16 {
    match result {
        Err(Error::Http(response)) => response.status().as_u16(),
        _ => 0,
    }
}

async fn echoes(client: &mut Client, text: &str) -> bool {
    client.send(Message::text(text)).await.unwrap();
    matches!(client.next().await, Some(Ok(Message::Text(echoed))) if echoed == text)
}

/// Whether the server has closed the connection; otherwise this waits.
async fn is_closed(client: &mut Client) -> bool {
    matches!(
        client.next().await,
        None | Some(Err(_) | Ok(Message::Close(_)))
    )
}

#[tokio::test]
async fn handshake_without_permission_is_refused() {
    let server = Running::start().await;
    let expired = server.token("chat:write");
    let other = EmbeddedIssuer::new("https://other.example").token("alice");
    let forged = other.audience(server.api.audience()).sign();
    for (path, token, refused) in [
        ("/echo", "", 401),
        ("/echo", "x.y.z", 401),
        ("/echo", &forged, 401),
        ("/echo", &server.token(""), 403),
        ("/any", &server.token("chat:read"), 403),
        ("/hold", "", 401),
    ] {
        assert_eq!(
            status(server.open(path, token).await),
            refused,
            "{path} {token}"
        );
    }
    server.api.clock().advance(FIVE_MINUTES + FIVE_MINUTES);
    assert_eq!(status(server.open("/echo", &expired).await), 401);
}

#[tokio::test]
async fn messages_pass_in_both_directions() {
    let server = Running::start().await;
    for path in ["/echo", "/any"] {
        let mut client = server.open_as_alice(path).await;
        for text in ["kia ora", "", "ā"] {
            assert!(echoes(&mut client, text).await, "{path} {text}");
        }
        client.close(None).await.unwrap();
        server.ends.next().await;
    }
}

#[tokio::test]
async fn request_without_handshake_is_a_problem() {
    let server = Running::start().await;
    let api = &server.api;
    let request = api.caller("alice").scopes("chat:write").get("/echo");
    let response = request.send().await;
    assert_eq!(response.status(), 400);
    assert_eq!(
        response.header("content-type"),
        Some("application/problem+json")
    );
    let request = api.caller("alice").scopes("chat:write").post("/any");
    assert_eq!(request.send().await.status(), 405);
}

#[tokio::test]
async fn message_over_limit_ends_the_connection() {
    let server = Running::start().await;
    for (path, limit) in [("/echo", 64 * 1024), ("/public", 10)] {
        let mut client = server.open_as_alice(path).await;
        for length in [limit - 1, limit] {
            assert!(echoes(&mut client, &"x".repeat(length)).await, "{length}");
        }
        let _ = client.send(Message::text("x".repeat(limit + 1))).await;
        assert!(is_closed(&mut client).await, "{path}");
    }
}

/// The limit applies to a message of many frames.
#[tokio::test]
async fn fragmented_message_over_limit_ends_the_connection() {
    use tokio_tungstenite::tungstenite::protocol::frame::Frame;
    use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

    let server = Running::start().await;
    let mut client = server.open_as_alice("/public").await;
    for (index, opcode) in [Data::Text, Data::Continue, Data::Continue]
        .into_iter()
        .enumerate()
    {
        let frame = Frame::message("12345", OpCode::Data(opcode), index == 2);
        let _ = client.send(Message::Frame(frame)).await;
    }
    assert!(is_closed(&mut client).await);
}

#[tokio::test]
async fn connection_ends_when_the_token_expires() {
    let server = Running::start().await;
    for path in ["/echo", "/hold", "/spin"] {
        let mut client = server.open_as_alice(path).await;
        server
            .api
            .clock()
            .advance(Duration::from_millis(5 * 60 * 1_000 - 1));
        if path == "/echo" {
            assert!(echoes(&mut client, "still valid").await);
        }
        server.api.clock().advance(Duration::from_millis(1));
        server.ends.next().await;
        assert!(is_closed(&mut client).await, "{path}");
    }
}

/// The guard tolerates skew; a connection does not outlast its token by it.
#[tokio::test]
async fn connection_of_a_token_within_the_skew_ends_at_once() {
    let server = Running::start().await;
    let token = server.token("chat:write");
    server.api.clock().advance(FIVE_MINUTES);
    let mut client = server.open("/echo", &token).await.unwrap();
    assert!(is_closed(&mut client).await);
}

#[tokio::test]
async fn connection_of_a_public_handler_does_not_expire() {
    let server = Running::start().await;
    let mut client = server.open("/public", "").await.unwrap();
    server.api.clock().advance(FIVE_MINUTES * 1_000);
    assert!(echoes(&mut client, "public").await);
}

#[tokio::test]
async fn handler_closes_the_connection_at_expiry_and_shutdown() {
    let server = Running::start().await;
    let mut expiring = server.open_as_alice("/goodbye").await;
    server.api.clock().advance(FIVE_MINUTES);
    let last = expiring.next().await.unwrap().unwrap();
    assert_eq!(last, Message::text("expired"));
    let mut open = server.open_as_alice("/goodbye").await;
    server.stop.send(()).unwrap();
    assert_eq!(
        open.next().await.unwrap().unwrap(),
        Message::text("shutdown")
    );
    server.server.await.unwrap().unwrap();
    assert!(is_closed(&mut open).await);
}

#[tokio::test]
async fn shutdown_waits_for_upgraded_connections() {
    let server = Running::start().await;
    let mut client = server.open_as_alice("/echo").await;
    server.stop.send(()).unwrap();
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(echoes(&mut client, "in progress").await);
    assert!(!server.server.is_finished());
    client.close(None).await.unwrap();
    server.server.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn upgraded_connection_is_dropped_at_the_deadline() {
    let server = Running::start().await;
    let mut clients = Vec::new();
    for path in ["/echo", "/hold"] {
        clients.push(server.open_as_alice(path).await);
    }
    let start = tokio::time::Instant::now();
    server.stop.send(()).unwrap();
    server.server.await.unwrap().unwrap();
    assert_eq!(start.elapsed().as_secs(), 7);
    for client in &mut clients {
        server.ends.next().await;
        assert!(is_closed(client).await);
    }
}

#[tokio::test]
async fn busy_callback_is_dropped_with_the_server() {
    let server = Running::start().await;
    let mut client = server.open_as_alice("/spin").await;
    server.server.abort();
    server.ends.next().await;
    assert!(is_closed(&mut client).await);
}

/// An upgraded connection is not a request in flight, but still a connection.
#[tokio::test(start_paused = true)]
async fn upgraded_connection_counts_as_a_connection_only() {
    let server = Running::start_with(|server| server.connection_limit(2).request_limit(1)).await;
    let mut first = server.open("/public", "").await.unwrap();
    let mut second = server.open("/public", "").await.unwrap();
    assert!(echoes(&mut first, "first").await && echoes(&mut second, "second").await);
    let mut third = TcpStream::connect(server.address).await.unwrap();
    let request = b"GET /unknown HTTP/1.1\r\nHost: api\r\n\r\n";
    third.write_all(request).await.unwrap();
    let waiting = tokio::time::timeout(Duration::from_secs(5), third.read_u8()).await;
    assert!(waiting.is_err(), "the third connection is served");
    assert!(echoes(&mut first, "open").await);
    second.close(None).await.unwrap();
    drop(second);
    let mut status = [0; 12];
    third.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 404");
}

/// No server can drop the callback of axum's `WebSocketUpgrade`, but its stream fails.
#[tokio::test]
async fn connection_ends_if_the_server_is_dropped() {
    #[public(reason = "a test", unvalidated = "a test")]
    async fn raw(
        State(ends): State<Ends>,
        Unvalidated(upgrade): Unvalidated<axum::extract::WebSocketUpgrade>,
    ) -> Response {
        let ended = ends.on_drop();
        upgrade.on_upgrade(async move |socket| {
            let _ended = ended;
            echo_all(socket).await;
        })
    }

    let ends = Ends::new();
    let routes = SecureRouter::new().route("/raw", get(raw));
    let api = TestApi::new(routes.with_state(ends.clone())).await;
    let bound = serve(api.api().clone()).bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    let server = tokio::spawn(bound.run_until(pending()));
    let stream = TcpStream::connect(address).await.unwrap();
    let url = format!("ws://{address}/raw");
    let (mut client, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
    assert!(echoes(&mut client, "open").await);
    server.abort();
    ends.next().await;
    assert!(is_closed(&mut client).await);
}

#[tokio::test]
async fn inventory_lists_unchecked_messages() {
    let server = Running::start().await;
    let inventory = server.api.api().inventory();
    let exceptions = inventory.iter().filter(|route| route.path() == "/echo");
    let exceptions: Vec<_> = exceptions
        .flat_map(crate::routing::Route::exceptions)
        .collect();
    assert_eq!(exceptions.len(), 1);
    assert_eq!(exceptions[0].kind(), ExceptionKind::UncheckedMessages);
    assert_eq!(
        exceptions[0].to_string(),
        "unchecked messages Upgrade: the handler checks the messages of the connection"
    );
}
