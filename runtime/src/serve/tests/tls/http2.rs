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

pub(super) async fn start() -> (Ca, TlsServer) {
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

/// CVE-2023-44487: a client that resets its streams at once is disconnected.
#[tokio::test]
async fn rapid_reset_ends_the_connection() {
    let (ca, server) = start().await;
    let mut stream = open(&ca, &server).await;
    // a literal head: `GET https://localhost/` with indexed fields of HPACK (RFC 7541)
    let head = [0x82, 0x87, 0x84, 0x41, 0x09];
    let head = [&head[..], b"localhost"].concat();
    let mut bytes = PREFACE.to_vec();
    bytes.extend(frame(SETTINGS, 0, 0, &[]));
    for number in 0..5_000_u32 {
        let id = number * 2 + 1;
        bytes.extend(frame(HEADERS, END_HEADERS | END_STREAM, id, &head));
        bytes.extend(frame(RST_STREAM, 0, id, &8_u32.to_be_bytes()));
    }
    let _ = stream.write_all(&bytes).await;
    assert_eq!(goaway(&mut stream).await, Some(ENHANCE_YOUR_CALM));
}

/// CVE-2024-27316: a head without an end.
#[tokio::test]
async fn endless_continuation_ends_the_connection() {
    let (ca, server) = start().await;
    let mut stream = open(&ca, &server).await;
    let mut bytes = PREFACE.to_vec();
    bytes.extend(frame(SETTINGS, 0, 0, &[]));
    bytes.extend(frame(HEADERS, 0, 1, &[0x82]));
    // a field without indexing, repeated: x: x…
    let mut fields = Vec::new();
    for _ in 0..100 {
        fields.extend([0x00, 0x01, b'x', 0x64]);
        fields.extend([b'x'; 100]);
    }
    for _ in 0..200 {
        bytes.extend(frame(CONTINUATION, 0, 1, &fields));
    }
    let _ = stream.write_all(&bytes).await;
    assert!(goaway(&mut stream).await.is_some());
}

#[tokio::test]
async fn stream_over_the_limit_is_refused() {
    let (ca, server) = start().await;
    let mut stream = open(&ca, &server).await;
    let head = [
        &[0x82, 0x87, 0x04, 0x05][..],
        b"/wait",
        &[0x41, 0x09],
        b"localhost",
    ]
    .concat();
    let mut bytes = PREFACE.to_vec();
    bytes.extend(frame(SETTINGS, 0, 0, &[]));
    for number in 0..101_u32 {
        bytes.extend(frame(
            HEADERS,
            END_HEADERS | END_STREAM,
            number * 2 + 1,
            &head,
        ));
    }
    stream.write_all(&bytes).await.unwrap();
    loop {
        let (kind, id, payload) = read_frame(&mut stream).await.unwrap();
        if kind == RST_STREAM {
            assert_eq!(
                (id, payload),
                (201, 7_u32.to_be_bytes().to_vec()),
                "REFUSED_STREAM"
            );
            break;
        }
    }
}

/// RFC 8441 is not supported, so that a stream cannot become a tunnel.
#[tokio::test]
async fn extended_connect_is_not_offered() {
    let (ca, server) = start().await;
    let mut stream = open(&ca, &server).await;
    let bytes = [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat();
    stream.write_all(&bytes).await.unwrap();
    let (kind, _, payload) = read_frame(&mut stream).await.unwrap();
    assert_eq!(kind, SETTINGS);
    let settings: Vec<u16> = payload
        .chunks(6)
        .filter_map(|setting| Some(u16::from_be_bytes(*setting.first_chunk()?)))
        .collect();
    // MAX_CONCURRENT_STREAMS and MAX_HEADER_LIST_SIZE are announced, ENABLE_CONNECT_PROTOCOL is not
    assert!(
        settings.contains(&3) && settings.contains(&6) && !settings.contains(&8),
        "{settings:?}"
    );
}

pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Nothing reads the bodies, whose first bytes the client has sent before it learns that they are dropped.
#[tokio::test]
async fn refused_uploads_over_the_limit_are_no_flood() {
    let (ca, server) = start().await;
    let (sender, connection) = connect(&ca, server.address).await;
    let body = Bytes::from(vec![b'x'; 9_000_000]);
    for _ in 0..5 {
        let uploads = (0..20).map(|_| {
            let (mut sender, body) = (sender.clone(), Full::new(body.clone()));
            let upload = http::Request::post("https://localhost/orders").body(body);
            tokio::spawn(async move {
                sender.ready().await.unwrap();
                let response = sender.send_request(upload.unwrap()).await.unwrap();
                assert_eq!(response.status(), 401);
                assert!(text(response).await.contains("\"status\":401"));
            })
        });
        for upload in uploads.collect::<Vec<_>>() {
            upload.await.unwrap();
        }
    }
    assert!(!connection.is_finished());
}

/// The connection ends without an error after 128 such bodies, and no response is lost.
#[tokio::test]
async fn connection_that_has_dropped_many_bodies_ends() {
    let (ca, server) = start().await;
    let (mut sender, connection) = connect(&ca, server.address).await;
    let body = Bytes::from(vec![b'x'; 9_000_000]);
    let mut refused = 0;
    while sender.ready().await.is_ok() {
        let upload = http::Request::post("https://localhost/orders").body(Full::new(body.clone()));
        match sender.send_request(upload.unwrap()).await {
            Ok(response) => {
                assert_eq!(response.status(), 401);
                assert!(text(response).await.contains("\"status\":401"));
                refused += 1;
            }
            Err(error) => assert!(error.is_canceled() || error.is_closed(), "{error:?}"),
        }
        assert!(refused < 300);
    }
    assert!(refused >= 128, "{refused}");
    connection.await.unwrap().unwrap();
}

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
pub(super) const ACK: u8 = 1;
pub(super) const END_STREAM: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;
const ENHANCE_YOUR_CALM: u32 = 11;

/// Returns a frame (RFC 9113 §4.1).
pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let [_, length @ ..] = length;
    let mut frame = length.to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// Connects without a library for HTTP/2.
pub(super) async fn open(ca: &Ca, server: &TlsServer) -> TlsStream<TcpStream> {
    let mut config = ca.client();
    config.alpn_protocols = vec![b"h2".to_vec()];
    server.connect(config).await.unwrap()
}

/// Reads a frame: its type, stream and payload.
pub(super) async fn read_frame(stream: &mut TlsStream<TcpStream>) -> Option<(u8, u32, Vec<u8>)> {
    let mut length = [0; 3];
    stream.read_exact(&mut length).await.ok()?;
    let [high, middle, low] = length.map(usize::from);
    let length = high << 16 | middle << 8 | low;
    let kind = stream.read_u8().await.ok()?;
    let _flags = stream.read_u8().await.ok()?;
    let id = stream.read_u32().await.ok()?;
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).await.ok()?;
    Some((kind, id, payload))
}

/// Returns the error of the `GOAWAY` that ends the connection.
async fn goaway(stream: &mut TlsStream<TcpStream>) -> Option<u32> {
    while let Some((kind, _, payload)) = read_frame(stream).await {
        let error = payload.get(4..8);
        if kind == GOAWAY && error != Some(&[0; 4]) {
            return error.map(|error| u32::from_be_bytes(error.try_into().unwrap()));
        }
    }
    None
}
