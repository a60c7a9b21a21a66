//! HTTP/2 over TLS.

use http::{Method, Version};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::*;

type Connection = JoinHandle<hyper::Result<()>>;

#[secured(scopes = "orders:write")]
async fn create() -> &'static str {
    "created"
}

#[public(reason = "a test", unvalidated = "a test", body_limit = "1 MiB")]
async fn echo(Unvalidated(body): Unvalidated<axum::body::Body>) -> axum::body::Body {
    body
}

#[derive(Debug, Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Order {
    #[garde(range(min = 1, max = 9))]
    quantity: u32,
}

#[public(reason = "a test")]
async fn limited(Valid(Json(order)): Valid<Json<Order>>) -> String {
    order.quantity.to_string()
}

fn routes(gate: &Gate) -> SecureRouter {
    SecureRouter::new()
        .route("/", get(hello))
        .route("/orders", post(create))
        .route("/echo", post(echo))
        .route("/limited", post(limited))
        .route("/wait", get(wait))
        .with_state(gate.clone())
}

async fn start() -> (Ca, TlsServer) {
    let ca = Ca::new("ca");
    let api = TestApi::new(routes(&Gate::default())).await;
    let server = serve(api.api().clone()).tls_with(ca.issue().tls());
    (ca, TlsServer::start(server).await)
}

async fn connect(ca: &Ca, address: SocketAddr) -> (SendRequest<Full<Bytes>>, Connection) {
    let mut config = ca.client();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream);
    let stream = TokioIo::new(stream.await.unwrap());
    let (sender, connection) = handshake(TokioExecutor::new(), stream).await.unwrap();
    (sender, tokio::spawn(connection))
}

fn request(method: Method, path: &str, body: Vec<u8>) -> http::Request<Full<Bytes>> {
    let uri = format!("https://localhost{path}");
    let request = http::Request::builder().method(method).uri(uri);
    request.body(Full::from(body)).unwrap()
}

async fn text(response: http::Response<Incoming>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.into()).unwrap()
}

#[tokio::test]
async fn http2_serves_requests_in_parallel() {
    let (ca, server) = start().await;
    let (sender, _connection) = connect(&ca, server.address).await;
    let requests = (0..50).map(|number| {
        let mut sender = sender.clone();
        tokio::spawn(async move {
            let body = number.to_string().into_bytes();
            let response = sender.send_request(request(Method::POST, "/echo", body));
            let response = response.await.unwrap();
            assert_eq!(response.version(), Version::HTTP_2);
            assert_eq!(text(response).await, number.to_string());
        })
    });
    for request in requests.collect::<Vec<_>>() {
        request.await.unwrap();
    }
}

/// RFC 9113 §8.1: the response is complete, and the connection stays usable.
#[tokio::test]
async fn refusal_of_an_upload_arrives_and_keeps_the_connection() {
    let (ca, server) = start().await;
    let (mut sender, connection) = connect(&ca, server.address).await;
    // far more than the window of the connection, if refused bodies were not discarded
    for _ in 0..20 {
        for (path, status) in [("/orders", 401), ("/nothing", 404), ("/", 405)] {
            let upload = request(Method::POST, path, vec![b'x'; 500_000]);
            sender.ready().await.unwrap();
            let response = sender.send_request(upload).await.unwrap();
            assert_eq!(response.status(), status, "{path}");
            assert!(!response.headers().contains_key("connection"));
            let problem = text(response).await;
            assert!(
                problem.contains(&format!("\"status\":{status}")),
                "{problem}"
            );
        }
    }
    sender.ready().await.unwrap();
    let response = sender.send_request(request(Method::GET, "/", Vec::new()));
    assert_eq!(text(response.await.unwrap()).await, "hello");
    assert!(!connection.is_finished());
}

#[tokio::test]
async fn body_over_limit_returns_413_over_http2() {
    let (ca, server) = start().await;
    let (mut sender, _connection) = connect(&ca, server.address).await;
    let mut upload = request(Method::POST, "/limited", vec![b' '; 2 << 20]);
    let json = "application/json".parse().unwrap();
    upload.headers_mut().insert("content-type", json);
    let response = sender.send_request(upload).await.unwrap();
    assert_eq!(response.status(), 413);
}

#[tokio::test]
async fn head_over_limit_is_refused_over_http2() {
    let (ca, server) = start().await;
    let (mut sender, _connection) = connect(&ca, server.address).await;
    // more fields than any route allows
    let mut many = request(Method::GET, "/", Vec::new());
    for number in 0..101 {
        let name: http::HeaderName = format!("x-{number}").parse().unwrap();
        many.headers_mut().insert(name, "x".parse().unwrap());
    }
    let response = sender.send_request(many).await.unwrap();
    assert_eq!(response.status(), 431);
    // more bytes than the server announces; the client's library may refuse to send them
    let mut long = request(Method::GET, "/", Vec::new());
    let value = "x".repeat(100_000).parse().unwrap();
    long.headers_mut().insert("x-long", value);
    match sender.send_request(long).await {
        Ok(response) => assert_eq!(response.status(), 431),
        Err(error) => assert!(!error.is_closed(), "{error:?}"),
    }
    sender.ready().await.unwrap();
    let response = sender.send_request(request(Method::GET, "/", Vec::new()));
    assert_eq!(response.await.unwrap().status(), 200);
}

#[tokio::test]
async fn token_of_the_limit_passes_http2() {
    let (ca, server) = start().await;
    let (mut sender, _connection) = connect(&ca, server.address).await;
    for length in [8 * 1024, 8 * 1024 + 1] {
        let mut long = request(Method::POST, "/orders", Vec::new());
        let value = format!("Bearer {}", "x".repeat(length)).parse().unwrap();
        long.headers_mut().insert("authorization", value);
        let response = sender.send_request(long).await.unwrap();
        assert_eq!(response.status(), 401, "{length}");
    }
}

#[tokio::test]
async fn shutdown_finishes_http2_requests_in_flight() {
    let (ca, gate) = (Ca::new("ca"), Gate::default());
    let api = TestApi::new(routes(&gate)).await;
    let server = serve(api.api().clone()).tls_with(ca.issue().tls());
    let bound = server
        .grace(Duration::MAX)
        .bind("127.0.0.1:0")
        .await
        .unwrap();
    let address = bound.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(bound.run_until(async {
        let _ = stopped.await;
    }));
    let (mut sender, connection) = connect(&ca, address).await;
    let (_idle, idle_connection) = connect(&ca, address).await;
    let waiting = tokio::spawn(sender.send_request(request(Method::GET, "/wait", Vec::new())));
    gate.entered.notified().await;
    stop.send(()).unwrap();
    idle_connection.await.unwrap().unwrap();
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!server.is_finished());
    gate.opened.notify_one();
    assert_eq!(text(waiting.await.unwrap().unwrap()).await, "done");
    connection.await.unwrap().unwrap();
    server.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn http2_request_that_outlasts_the_grace_period_is_aborted() {
    let (ca, gate) = (Ca::new("ca"), Gate::default());
    let api = TestApi::new(routes(&gate)).await;
    let server = serve(api.api().clone()).tls_with(ca.issue().tls());
    let bound = server
        .grace(Duration::from_secs(7))
        .bind("127.0.0.1:0")
        .await
        .unwrap();
    let address = bound.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(bound.run_until(async {
        let _ = stopped.await;
    }));
    let (mut sender, _connection) = connect(&ca, address).await;
    let waiting = tokio::spawn(sender.send_request(request(Method::GET, "/wait", Vec::new())));
    gate.entered.notified().await;
    let start = tokio::time::Instant::now();
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
    assert_eq!(start.elapsed().as_secs(), 7);
    assert!(waiting.await.unwrap().is_err());
    // the handler is dropped, and with it its copy of the state
    drop(api);
    while Arc::strong_count(&gate.opened) > 1 {
        tokio::task::yield_now().await;
    }
}
