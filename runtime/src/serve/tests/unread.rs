//! Responses that are ready before the request's body is read.

mod attacks;

use std::future::pending;
use std::net::SocketAddr;

use axum::body::Body;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::prelude::*;
use crate::routing::Shutdown;
use crate::serve::serve;
use crate::testing::TestApi;

const MEGABYTE: usize = 1_000_000;

#[derive(Debug, Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Order {
    #[garde(range(min = 1, max = 9))]
    quantity: u32,
}

#[secured(scopes = "orders:write")]
async fn create(Valid(Json(order)): Valid<Json<Order>>) -> String {
    order.quantity.to_string()
}

#[public(reason = "a test")]
async fn health() -> &'static str {
    "ok"
}

#[public(reason = "a test")]
async fn ignore() -> &'static str {
    "ignored"
}

#[public(reason = "a test", unvalidated = "a test", body_limit = "1 MiB")]
async fn echo(Unvalidated(body): Unvalidated<Body>) -> Body {
    body
}

#[public(reason = "a test", unvalidated = "a test")]
#[expect(clippy::panic, reason = "a test")]
async fn panic(Unvalidated(_body): Unvalidated<Body>) -> String {
    panic!("a test")
}

struct Running {
    address: SocketAddr,
    token: String,
    stranger: String,
    stop: tokio::sync::oneshot::Sender<()>,
    server: JoinHandle<()>,
}

/// Starts [`serve`].
async fn start(unread_limit: Option<u64>) -> Running {
    let api = api().await;
    let mut server = serve(api.api().clone());
    if let Some(limit) = unread_limit {
        server = server.unread_limit(limit);
    }
    let bound = server.bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    Running::new(&api, address, move |stopped| async move {
        bound.run_until(stopped).await.unwrap();
    })
}

/// Starts `axum::serve`.
async fn start_axum() -> Running {
    let api = api().await;
    let router = api.api().clone().into_router();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    Running::new(&api, address, move |stopped| async move {
        let (shutdown, signal) = Shutdown::on(stopped);
        let router = router.layer(axum::Extension(shutdown));
        let server = axum::serve(listener, router).with_graceful_shutdown(signal);
        server.await.unwrap();
    })
}

/// Starts both servers.
async fn start_both() -> [Running; 2] {
    [start(None).await, start_axum().await]
}

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/orders", post(create))
        .route("/health", get(health))
        .route("/ignore", post(ignore))
        .route("/echo", post(echo))
        .route("/panic", post(panic));
    TestApi::new(routes).await
}

impl Running {
    fn new<F: Future<Output = ()> + Send + 'static>(
        api: &TestApi,
        address: SocketAddr,
        serve: impl FnOnce(BoxFuture<'static, ()>) -> F,
    ) -> Self {
        let (stop, stopped) = tokio::sync::oneshot::channel();
        // only a message stops the server
        let stopped = stopped.then(|message| async move {
            if message.is_err() {
                pending::<()>().await;
            }
        });
        Self {
            address,
            token: api.caller("alice").scopes("orders:write").token(),
            stranger: api.caller("bob").scopes("orders:read").token(),
            stop,
            server: tokio::spawn(serve(stopped.boxed())),
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Connects, and sends a head.
    async fn send(&self, head: &str) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(head.as_bytes()).await.unwrap();
        stream
    }
}

fn head(line: &str, fields: &str) -> String {
    format!("{line} HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\n{fields}\r\n")
}

fn refused(length: usize) -> String {
    head("POST /orders", &format!("Content-Length: {length}\r\n"))
}

const NEXT: &str = "GET /health HTTP/1.1\r\nHost: api\r\n\r\n";
const LAST: &str = "GET /health HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n";

/// Reads one response that has a `Content-Length`.
async fn read_response(stream: &mut TcpStream) -> String {
    let mut response = Vec::new();
    loop {
        let byte = stream.read_u8().await.unwrap();
        response.push(byte);
        if response.ends_with(b"\r\n\r\n") {
            break;
        }
    }
    let mut response = String::from_utf8(response).unwrap().to_ascii_lowercase();
    let (_, length) = response.split_once("content-length: ").unwrap();
    let length = length.split_once("\r\n").unwrap().0.parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    response.push_str(std::str::from_utf8(&body).unwrap());
    response
}

async fn read_rest(stream: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    String::from_utf8(rest).unwrap().to_ascii_lowercase()
}

fn count_responses(text: &str) -> usize {
    text.matches("http/1.1 ").count()
}

fn announces_close(response: &str) -> bool {
    response.contains("\r\nconnection: close\r\n")
}

#[tokio::test]
async fn short_unread_body_keeps_connection() {
    for api in start_both().await {
        let mut stream = api.connect().await;
        for length in [1, 1_000, 64 * 1024 - 1, 64 * 1024] {
            stream.write_all(refused(length).as_bytes()).await.unwrap();
            let response = read_response(&mut stream).await;
            assert!(response.starts_with("http/1.1 401 "), "{response}");
            assert!(!announces_close(&response), "{length}: {response}");
            stream.write_all(&vec![b'x'; length]).await.unwrap();
            stream.write_all(NEXT.as_bytes()).await.unwrap();
            let response = read_response(&mut stream).await;
            assert!(response.starts_with("http/1.1 200 "), "{response}");
        }
    }
}

#[tokio::test]
async fn long_unread_body_announces_close() {
    let api = start(None).await;
    let chunked = head("POST /orders", "Transfer-Encoding: chunked\r\n");
    for head in [
        refused(64 * 1024 + 1),
        refused(300_000),
        refused(usize::MAX / 4),
        chunked,
    ] {
        let mut stream = api.send(&head).await;
        let response = read_response(&mut stream).await;
        assert!(response.starts_with("http/1.1 401 "), "{response}");
        assert!(announces_close(&response), "{head}{response}");
        assert_eq!(read_rest(&mut stream).await, "");
    }
}

#[tokio::test]
async fn client_that_writes_whole_body_first_reads_every_response() {
    for api in start_both().await {
        let with = |token: &str| format!("Authorization: Bearer {token}\r\n");
        let (caller, stranger) = (with(&api.token), with(&api.stranger));
        let text = caller.clone() + "Content-Type: text/plain\r\n";
        let cases = [
            ("POST /orders", String::new(), "401"),
            ("POST /orders", with("x.y.z"), "401"),
            ("POST /orders", stranger, "403"),
            ("POST /orders", caller, "413"),
            ("POST /orders", text, "415"),
            ("POST /nothing", String::new(), "404"),
            ("PUT /orders", String::new(), "405"),
            ("GET /health", String::new(), "200"),
            ("POST /ignore", String::new(), "200"),
            ("POST /panic", String::new(), "500"),
        ];
        for (line, fields, status) in cases {
            for length in [1_000, 70_000, 5 * MEGABYTE] {
                if status == "413" && length < 70_000 {
                    continue; // within the limit, but no JSON
                }
                let length_field = format!("{fields}Content-Length: {length}\r\n");
                let mut stream = api.send(&head(line, &length_field)).await;
                let sent = stream.write_all(&vec![b'x'; length]).await;
                assert!(sent.is_ok(), "{line} {status} {length}: {sent:?}");
                let response = read_response(&mut stream).await;
                assert!(
                    response.starts_with(&format!("http/1.1 {status} ")),
                    "{line} {length}: {response}"
                );
            }
        }
    }
}

#[tokio::test]
async fn chunked_upload_is_answered() {
    for api in start_both().await {
        let bearer = format!("Authorization: Bearer {}\r\n", api.token);
        for (fields, status) in [(String::new(), "401"), (bearer, "413")] {
            let fields = format!("{fields}Transfer-Encoding: chunked\r\n");
            let mut stream = api.send(&head("POST /orders", &fields)).await;
            let mut chunk = b"10000\r\n".to_vec();
            chunk.extend(vec![b' '; 0x1_0000]);
            chunk.extend(b"\r\n");
            for _ in 0..80 {
                stream.write_all(&chunk).await.unwrap();
            }
            stream.write_all(b"0\r\n\r\n").await.unwrap();
            let response = read_response(&mut stream).await;
            let expected = format!("http/1.1 {status} ");
            assert!(response.starts_with(&expected), "{response}");
            assert!(announces_close(&response), "{response}");
            assert_eq!(read_rest(&mut stream).await, "");
        }
    }
}

#[tokio::test]
async fn head_request_with_body_gets_no_body() {
    for api in start_both().await {
        let line = head("HEAD /health", "Content-Length: 300000\r\n");
        let mut stream = api.send(&line).await;
        stream.write_all(&vec![b'x'; 300_000]).await.unwrap();
        let response = read_rest(&mut stream).await;
        assert!(response.starts_with("http/1.1 200 "), "{response}");
        assert!(response.ends_with("\r\n\r\n") && announces_close(&response));
    }
}

#[tokio::test]
async fn expectation_of_refused_request_gets_no_continue() {
    for api in start_both().await {
        for length in [100, 300_000] {
            let fields = format!("Content-Length: {length}\r\nExpect: 100-continue\r\n");
            let mut stream = api.send(&head("POST /orders", &fields)).await;
            let response = read_rest(&mut stream).await;
            assert!(response.starts_with("http/1.1 401 "), "{response}");
            assert!(announces_close(&response), "{response}");
            assert_eq!(count_responses(&response), 1, "{response}");
        }
    }
}

#[tokio::test]
async fn expectation_of_accepted_request_gets_continue() {
    for api in start_both().await {
        let fields = format!(
            "Authorization: Bearer {}\r\nContent-Length: 14\r\nExpect: 100-continue\r\n",
            api.token
        );
        let mut stream = api.send(&head("POST /orders", &fields)).await;
        let mut interim = [0; 25];
        stream.read_exact(&mut interim).await.unwrap();
        assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream.write_all(b"{\"quantity\":5}").await.unwrap();
        stream.write_all(LAST.as_bytes()).await.unwrap();
        let responses = read_rest(&mut stream).await;
        assert_eq!(count_responses(&responses), 2, "{responses}");
        assert!(
            responses.starts_with("http/1.1 200 ") && responses.ends_with("ok"),
            "{responses}"
        );
    }
}

#[tokio::test]
async fn response_that_streams_the_request_keeps_connection() {
    for api in start_both().await {
        let mut stream = api
            .send(&head("POST /echo", "Content-Length: 300000\r\n"))
            .await;
        for _ in 0..3 {
            stream.write_all(&vec![b'x'; 100_000]).await.unwrap();
            let mut echoed = vec![0; 50_000];
            stream.read_exact(&mut echoed).await.unwrap();
        }
        stream.write_all(LAST.as_bytes()).await.unwrap();
        let rest = read_rest(&mut stream).await;
        assert!(rest.ends_with("ok"), "{}", rest.len());
    }
}

#[tokio::test]
async fn client_with_malformed_head_and_body_reads_refusal() {
    let api = start(None).await;
    let fields = "X-Field: x\r\n".repeat(200) + "Content-Length: 1000000\r\n";
    for (head, status) in [
        (head("POST /orders", &fields), "431"),
        (head("POST /orders", "Content-Length: x\r\n"), "400"),
    ] {
        let mut stream = api.send(&head).await;
        stream.write_all(&vec![b'x'; MEGABYTE]).await.unwrap();
        let response = read_rest(&mut stream).await;
        assert!(
            response.starts_with(&format!("http/1.1 {status} ")),
            "{response}"
        );
    }
}

#[tokio::test]
async fn limit_of_zero_closes_after_short_body() {
    let api = start(Some(0)).await;
    let mut stream = api.send(&refused(1_000)).await;
    let response = read_response(&mut stream).await;
    assert!(announces_close(&response), "{response}");
    assert_eq!(read_rest(&mut stream).await, "");
}
