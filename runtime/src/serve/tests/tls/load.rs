//! A reload and a shutdown while clients send requests on keep-alive connections.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::reload::Reloading;
use super::*;

/// The connections of each protocol.
const CONNECTIONS: usize = 4;

/// The streams of an HTTP/2 connection.
const STREAMS: usize = 4;

/// The requests that handlers have received.
#[derive(Clone, Default)]
struct Accepted(Arc<AtomicUsize>);

#[public(reason = "a test")]
async fn count(State(accepted): State<Accepted>) -> &'static str {
    accepted.0.fetch_add(1, Ordering::Relaxed);
    // so that a shutdown finds requests in handlers
    for _ in 0..5 {
        tokio::task::yield_now().await;
    }
    "hello"
}

/// The protocol of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Http1,
    Http2,
}

/// The clients of a server, with the responses that they have received.
struct Clients {
    tasks: Vec<JoinHandle<usize>>,
    is_stopped: Arc<AtomicBool>,
}

impl Clients {
    async fn start(ca: &Ca, address: SocketAddr, protocols: &[Protocol]) -> Self {
        let is_stopped = Arc::<AtomicBool>::default();
        let mut tasks = Vec::new();
        for _ in 0..CONNECTIONS {
            if protocols.contains(&Protocol::Http1) {
                let stream = connect(ca, address, b"http/1.1").await;
                tasks.push(tokio::spawn(send_http1(stream, Arc::clone(&is_stopped))));
            }
            if !protocols.contains(&Protocol::Http2) {
                continue;
            }
            let stream = TokioIo::new(connect(ca, address, b"h2").await);
            let (sender, connection) = handshake(TokioExecutor::new(), stream).await.unwrap();
            tokio::spawn(async move {
                let _ = connection.await;
            });
            for _ in 0..STREAMS {
                let sender = sender.clone();
                tasks.push(tokio::spawn(send_http2(sender, Arc::clone(&is_stopped))));
            }
        }
        Self { tasks, is_stopped }
    }

    /// Lets each client end after its next response, and returns the number of responses of each.
    async fn stop(self) -> Vec<usize> {
        self.is_stopped.store(true, Ordering::Relaxed);
        self.ended().await
    }

    /// Waits until the server has closed all connections, and returns the number of responses on each.
    async fn ended(self) -> Vec<usize> {
        let mut responses = Vec::new();
        for task in self.tasks {
            responses.push(task.await.unwrap());
        }
        responses
    }
}

async fn connect(ca: &Ca, address: SocketAddr, protocol: &[u8]) -> TlsStream<TcpStream> {
    let mut config = ca.client();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, stream).await.unwrap()
}

/// Sends one request after another. Returns the number of responses when the server has closed the connection or the
/// client is stopped.
async fn send_http1(mut stream: TlsStream<TcpStream>, is_stopped: Arc<AtomicBool>) -> usize {
    let request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut responses = 0;
    while !is_stopped.load(Ordering::Relaxed) && stream.write_all(request).await.is_ok() {
        let mut response = Vec::new();
        while !response.ends_with(b"hello") {
            // after a close, the system may also report a reset
            if !matches!(stream.read_buf(&mut response).await, Ok(length) if length > 0) {
                assert!(response.is_empty(), "a response is truncated");
                return responses;
            }
        }
        assert!(is_ok(str::from_utf8(&response).unwrap()));
        responses += 1;
    }
    responses
}

/// Does the same over HTTP/2.
async fn send_http2(mut sender: SendRequest<Empty<Bytes>>, is_stopped: Arc<AtomicBool>) -> usize {
    let mut responses = 0;
    while !is_stopped.load(Ordering::Relaxed) {
        let request = http::Request::get("https://localhost/");
        let request = request.body(Empty::new()).unwrap();
        let Ok(response) = sender.send_request(request).await else {
            break;
        };
        assert_eq!(response.status(), 200);
        let body = response.into_body().collect().await.unwrap();
        assert_eq!(body.to_bytes(), "hello");
        responses += 1;
    }
    responses
}

#[tokio::test(start_paused = true)]
async fn reload_under_load_fails_no_request_of_open_connections() {
    let ca = Ca::new("ca");
    let reloading = Reloading::start("keep-alive", &ca.issue()).await;
    let clients = Clients::start(
        &ca,
        reloading.server.address,
        &[Protocol::Http1, Protocol::Http2],
    )
    .await;
    let client = reload::client(&ca);
    for _ in 0..3 {
        let next = ca.issue();
        reloading.replace(&next);
        reloading.wait_for(&client, &next).await;
    }
    // a connection that the server has closed ends its client before the stop
    assert!(clients.tasks.iter().all(|task| !task.is_finished()));
    for responses in clients.stop().await {
        assert!(responses > 3, "{responses}");
    }
}

/// A request that reaches the server after it has closed the connection is lost, which the client may repeat.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shutdown_under_load_answers_every_accepted_request() {
    for round in 0..8 {
        for protocol in [Protocol::Http1, Protocol::Http2] {
            answer_all(round, &[protocol]).await;
        }
    }
}

async fn answer_all(round: usize, protocols: &[Protocol]) {
    let (ca, accepted) = (Ca::new("ca"), Accepted::default());
    let routes = SecureRouter::new().route("/", get(count));
    let api = TestApi::new(routes.with_state(accepted.clone())).await;
    let server = serve(api.api().clone()).tls_with(ca.issue().tls());
    let bound = server.bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(bound.run_until(async {
        let _ = stopped.await;
    }));
    let clients = Clients::start(&ca, address, protocols).await;
    while accepted.0.load(Ordering::Relaxed) < 20 * (round + 1) {
        tokio::task::yield_now().await;
    }
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
    let responses: usize = clients.ended().await.into_iter().sum();
    let accepted = accepted.0.load(Ordering::Relaxed);
    assert_eq!(responses, accepted, "round {round}, {protocols:?}");
}

/// Clients that are idle when the shutdown begins, and send a request at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shutdown_beside_new_requests_answers_every_accepted_one() {
    for round in 0..8 {
        let (ca, accepted) = (Ca::new("ca"), Accepted::default());
        let routes = SecureRouter::new().route("/", get(count));
        let api = TestApi::new(routes.with_state(accepted.clone())).await;
        let server = serve(api.api().clone()).tls_with(ca.issue().tls());
        let bound = server.bind("127.0.0.1:0").await.unwrap();
        let address = bound.local_addr();
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(bound.run_until(async {
            let _ = stopped.await;
        }));
        let once = Arc::new(AtomicBool::new(false));
        let mut idle = Vec::new();
        for _ in 0..2 * CONNECTIONS {
            idle.push(connect(&ca, address, b"http/1.1").await);
        }
        let clients = idle.into_iter().map(|stream| {
            let once = Arc::clone(&once);
            tokio::spawn(send_http1(stream, once))
        });
        let tasks = clients.collect();
        // at once: some requests arrive before the shutdown, others after it
        stop.send(()).unwrap();
        let clients = Clients {
            tasks,
            is_stopped: once,
        };
        server.await.unwrap().unwrap();
        let responses: usize = clients.ended().await.into_iter().sum();
        assert_eq!(
            responses,
            accepted.0.load(Ordering::Relaxed),
            "round {round}"
        );
    }
}
