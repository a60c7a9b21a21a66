//! The id of each request: that of a proxy, or a random one.

use std::future::pending;

use axum::extract::Request;
use axum::middleware::{Next, from_fn};

use super::*;
use crate::serve::Server;
use crate::{Network, RequestId};

#[public(reason = "a test")]
async fn hello(id: RequestId) -> String {
    format!("hello {id}")
}

#[public(reason = "a test")]
async fn crash() {
    let nothing: Option<()> = std::hint::black_box(None);
    nothing.unwrap();
}

/// Responds with the fields and the id that a layer sees.
async fn describe(id: RequestId, request: Request, next: Next) -> Response {
    let count = request.headers().get_all("x-request-id").iter().count();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert("x-count", count.into());
    headers.insert("x-seen", id.to_string().parse().unwrap());
    // that of another API, for example
    headers.insert("x-request-id", "another".parse().unwrap());
    response
}

async fn start(set: impl FnOnce(Server) -> Server) -> (SocketAddr, Gate) {
    let gate = Gate::default();
    let routes = SecureRouter::new()
        .route("/", get(hello))
        .route("/wait", get(wait))
        .route("/crash", get(crash))
        .layer(from_fn(describe))
        .with_state(gate.clone());
    let api = TestApi::new(routes).await.api().clone();
    let server = set(serve(api.hosts(["api"])));
    let bound = server.bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    tokio::spawn(bound.run_until(pending()));
    (address, gate)
}

fn behind(network: &str) -> impl FnOnce(Server) -> Server {
    let network: Network = network.parse().unwrap();
    move |server| server.behind_proxy([network])
}

/// Sends a head, and returns the head of the response and its body.
async fn exchange(address: SocketAddr, head: &[u8]) -> (String, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head).await.unwrap();
    stream
        .write_all(b"\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

/// Returns the values of a field of a response.
fn values<'a>(head: &'a str, name: &str) -> Vec<&'a str> {
    let fields = head.lines().filter_map(|line| line.split_once(": "));
    let named = fields.filter(|(field, _)| *field == name);
    named.map(|(_, value)| value).collect()
}

/// Returns the only id of a response.
fn id_of(head: &str) -> &str {
    let ids = values(head, "x-request-id");
    assert_eq!(ids.len(), 1, "{head}");
    ids.first().unwrap()
}

fn is_random(id: &str) -> bool {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    id.len() == 32 && id.bytes().all(is_hex)
}

#[tokio::test]
async fn id_of_a_proxy_is_accepted() {
    let (address, _) = start(behind("127.0.0.0/8")).await;
    for id in ["abc-1", "7F000001:8296_0003:790E", &"x".repeat(128)] {
        let sent = format!("GET / HTTP/1.1\r\nHost: api\r\nX-Request-Id: {id}");
        let (head, body) = exchange(address, sent.as_bytes()).await;
        assert_eq!(id_of(&head), id);
        assert_eq!(body, format!("hello {id}"));
        assert_eq!(values(&head, "x-seen"), [id]);
        assert_eq!(values(&head, "x-count"), ["1"]);
    }
}

#[tokio::test]
async fn malformed_or_duplicate_id_of_a_proxy_is_replaced() {
    let (address, _) = start(behind("127.0.0.0/8")).await;
    let long = [b"X-Request-Id: ", &[b'x'; 10_000][..]].concat();
    for fields in [
        &b"X-Request-Id: one\r\nX-Request-Id: two"[..],
        b"X-Request-Id: one\r\nx-request-id: one",
        b"X-Request-Id:",
        b"X-Request-Id: one, two",
        b"X-Request-Id: a b",
        b"X-Request-Id: \"a\"",
        b"X-Request-Id: %0d%0aset-cookie:x=y",
        b"X-Request-Id: <script>",
        b"X-Request-Id: \xff\xfe",
        b"X-Request-Id: \xc3\xa9",
        &long,
    ] {
        let sent = [b"GET / HTTP/1.1\r\nHost: api\r\n", fields].concat();
        let (head, body) = exchange(address, &sent).await;
        let id = id_of(&head);
        assert!(is_random(id), "{head}");
        assert_eq!(body, format!("hello {id}"));
        assert_eq!(values(&head, "x-count"), ["0"]);
    }
}

/// Without proxies, in front of other networks, and around the proxy.
#[tokio::test]
async fn id_of_a_client_is_replaced() {
    let sent = b"GET / HTTP/1.1\r\nHost: api\r\nX-Request-Id: mine";
    let servers = [
        start(|server| server).await,
        start(behind("10.0.0.0/8")).await,
        start(behind("127.0.0.2")).await,
    ];
    for (address, _) in servers {
        let (head, _) = exchange(address, sent).await;
        assert!(is_random(id_of(&head)), "{head}");
        assert_eq!(values(&head, "x-count"), ["0"]);
    }
}

/// Responses of handlers, of the router, of the API and of the server.
#[tokio::test]
async fn every_response_has_an_id_and_every_problem_the_same() {
    let set = |server: Server| {
        behind("127.0.0.0/8")(server)
            .uri_limit(200)
            .request_limit(1)
    };
    let (address, gate) = start(set).await;
    let long = format!("GET /{} HTTP/1.1\r\nHost: api", "x".repeat(300));
    let post = "POST / HTTP/1.1\r\nHost: api\r\nContent-Length: 100000";
    for (sent, status) in [
        ("GET / HTTP/1.1\r\nHost: api", "200"),
        ("GET /nowhere HTTP/1.1\r\nHost: api", "404"),
        (post, "405"),
        (
            "OPTIONS / HTTP/1.1\r\nHost: api\r\nOrigin: https://a.example\r\nAccess-Control-Request-Method: GET",
            "405",
        ),
        ("TRACE / HTTP/1.1\r\nHost: api", "405"),
        ("CONNECT api:80 HTTP/1.1\r\nHost: api:80", "405"),
        ("GET /crash HTTP/1.1\r\nHost: api", "500"),
        ("GET / HTTP/1.1\r\nHost: api\r\nHost: api", "400"),
        ("GET / HTTP/1.1\r\nHost: other", "421"),
        ("GET / HTTP/1.1\r\nHost: api\r\nForwarded: for=\"", "400"),
        (&long, "414"),
    ] {
        let (head, body) = exchange(address, sent.as_bytes()).await;
        assert!(
            head.starts_with(&format!("HTTP/1.1 {status} ")),
            "{sent}: {head}"
        );
        let id = id_of(&head);
        assert!(is_random(id), "{head}");
        if status != "200" {
            let problem: serde_json::Value = serde_json::from_str(&body).unwrap();
            assert_eq!(problem["request_id"], id, "{sent}");
        }
    }
    // 503
    let mut waiting = TcpStream::connect(address).await.unwrap();
    waiting
        .write_all(b"GET /wait HTTP/1.1\r\nHost: api\r\n\r\n")
        .await
        .unwrap();
    gate.entered.notified().await;
    let sent = b"GET / HTTP/1.1\r\nHost: api\r\nX-Request-Id: of-the-proxy";
    let (head, body) = exchange(address, sent).await;
    assert!(head.starts_with("HTTP/1.1 503 "), "{head}");
    assert_eq!(id_of(&head), "of-the-proxy");
    assert!(body.contains("\"request_id\":\"of-the-proxy\""), "{body}");
}

#[tokio::test(start_paused = true)]
async fn request_that_takes_too_long_has_an_id() {
    let (address, _) = start(|server| server.request_timeout(Duration::from_secs(5))).await;
    let (head, body) = exchange(address, b"GET /wait HTTP/1.1\r\nHost: api").await;
    assert!(head.starts_with("HTTP/1.1 503 "), "{head}");
    assert!(body.contains(id_of(&head)), "{body}");
}
