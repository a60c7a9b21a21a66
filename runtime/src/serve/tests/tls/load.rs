//! A reload and a shutdown while clients send requests on keep-alive connections.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Bytes;
use axum::extract::Path;
use h2::client::{SendRequest, handshake};

use super::http2::{
    ACK, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PING, PREFACE, SETTINGS, frame, read_frame,
};
use super::reload::Reloading;
use super::*;

/// The connections of each protocol.
const CONNECTIONS: usize = 4;

/// The streams of an HTTP/2 connection.
const STREAMS: usize = 4;

/// The requests that handlers have received, by client.
#[derive(Clone, Default)]
struct Accepted(Arc<Mutex<BTreeMap<u32, usize>>>);

impl Accepted {
    fn add(&self, client: u32) {
        *self.0.lock().unwrap().entry(client).or_default() += 1;
    }

    fn of(&self, client: u32) -> usize {
        self.0.lock().unwrap().get(&client).copied().unwrap_or(0)
    }

    fn total(&self) -> usize {
        self.0.lock().unwrap().values().sum()
    }
}

#[public(reason = "a test")]
async fn count(State(accepted): State<Accepted>, Path(client): Path<u32>) -> &'static str {
    accepted.add(client);
    // so that a shutdown finds requests in handlers
    for _ in 0..5 {
        tokio::task::yield_now().await;
    }
    "hello"
}

async fn counting_api(accepted: &Accepted) -> crate::Api {
    let routes = SecureRouter::new().route("/{client}", get(count));
    let api = TestApi::new(routes.with_state(accepted.clone())).await;
    api.api().clone()
}

/// The clients of a server.
struct Clients {
    tasks: Vec<JoinHandle<Ended>>,
    is_stopped: Arc<AtomicBool>,
}

/// A client that has ended.
struct Ended {
    client: u32,
    responses: usize,
    /// The reason.
    end: String,
}

impl Clients {
    /// Opens all connections, then sends requests on them.
    async fn start(ca: &Ca, address: SocketAddr) -> Self {
        let is_stopped = Arc::<AtomicBool>::default();
        let (mut http1, mut http2) = (Vec::new(), Vec::new());
        for _ in 0..CONNECTIONS {
            http1.push(connect(ca, address, b"http/1.1").await);
            let stream = connect(ca, address, b"h2").await;
            let (sender, connection) = handshake(stream).await.unwrap();
            tokio::spawn(async move {
                let _ = connection.await;
            });
            http2.extend(vec![sender; STREAMS]);
        }
        let mut tasks = Vec::new();
        let clients = 0..;
        for (client, stream) in clients.clone().zip(http1) {
            let is_stopped = Arc::clone(&is_stopped);
            tasks.push(tokio::spawn(send_http1(client, stream, is_stopped)));
        }
        for (client, sender) in clients.skip(tasks.len()).zip(http2) {
            let is_stopped = Arc::clone(&is_stopped);
            tasks.push(tokio::spawn(send_http2(client, sender, is_stopped)));
        }
        Self { tasks, is_stopped }
    }

    /// Lets each client end after its next response.
    async fn stop(self) -> Vec<Ended> {
        self.is_stopped.store(true, Ordering::Relaxed);
        self.ended().await
    }

    /// Waits until the server has closed all connections.
    async fn ended(self) -> Vec<Ended> {
        let mut ended = Vec::new();
        for task in self.tasks {
            ended.push(task.await.unwrap());
        }
        ended
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

/// Sends one request after another, until the server has closed the connection or the client is stopped.
async fn send_http1(
    client: u32,
    mut stream: TlsStream<TcpStream>,
    is_stopped: Arc<AtomicBool>,
) -> Ended {
    let request = format!("GET /{client} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let mut responses = 0;
    let ended = |responses, end: String| Ended {
        client,
        responses,
        end,
    };
    while !is_stopped.load(Ordering::Relaxed) {
        if let Err(error) = stream.write_all(request.as_bytes()).await {
            return ended(responses, format!("write: {error:?}"));
        }
        let mut response = Vec::new();
        while !response.ends_with(b"hello") {
            let read = stream.read_buf(&mut response).await;
            // after a close, the system may also report a reset
            if !matches!(read, Ok(length) if length > 0) {
                assert!(response.is_empty(), "a response is truncated");
                return ended(responses, format!("read: {read:?}"));
            }
        }
        assert!(is_ok(str::from_utf8(&response).unwrap()));
        responses += 1;
    }
    ended(responses, "stopped".to_owned())
}

/// Does the same over HTTP/2.
///
/// The client is that of h2: hyper's reports a request that the server answers as lost if `GOAWAY` arrives right after the
/// request was sent (<https://github.com/hyperium/hyper/issues/2500>).
async fn send_http2(
    client: u32,
    mut sender: SendRequest<Bytes>,
    is_stopped: Arc<AtomicBool>,
) -> Ended {
    let mut responses = 0;
    let mut send = async || -> Result<(), h2::Error> {
        while !is_stopped.load(Ordering::Relaxed) {
            sender = sender.clone().ready().await?;
            let request = http::Request::get(format!("https://localhost/{client}"));
            let (response, _) = sender.send_request(request.body(()).unwrap(), true)?;
            let response = response.await?;
            assert_eq!(response.status(), 200);
            let (mut body, mut text) = (response.into_body(), Vec::new());
            while let Some(data) = body.data().await {
                text.extend(data.unwrap());
            }
            assert_eq!(text, b"hello");
            responses += 1;
        }
        Ok(())
    };
    let end = format!("{:?}", send().await);
    Ended {
        client,
        responses,
        end,
    }
}

#[tokio::test(start_paused = true)]
async fn reload_under_load_fails_no_request_of_open_connections() {
    let ca = Ca::new("ca");
    let api = counting_api(&Accepted::default()).await;
    let reloading = Reloading::start_with("keep-alive", &ca.issue(), api).await;
    let clients = Clients::start(&ca, reloading.server.address).await;
    let client = reload::client(&ca);
    for _ in 0..3 {
        let next = ca.issue();
        reloading.replace(&next);
        reloading.wait_for(&client, &next).await;
    }
    // a connection that the server has closed ends its client before the stop
    assert!(clients.tasks.iter().all(|task| !task.is_finished()));
    for ended in clients.stop().await {
        assert!(ended.responses > 3, "{}: {}", ended.client, ended.end);
    }
}

/// A server that a test can stop.
struct StoppableServer {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ServeError>>,
}

impl StoppableServer {
    async fn start(ca: &Ca, accepted: &Accepted) -> Self {
        let server = serve(counting_api(accepted).await).tls_with(ca.issue().tls());
        let bound = server.bind("127.0.0.1:0").await.unwrap();
        let address = bound.local_addr();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(bound.run_until(async {
            let _ = stopped.await;
        }));
        Self {
            address,
            stop,
            task,
        }
    }
}

/// Stops a server after this number of requests of clients that never pause. A request that no handler receives is not
/// accepted: the client may repeat it (RFC 9112 §9.3.1, RFC 9113 §6.8).
async fn stop_after(requests: usize) {
    let (ca, accepted) = (Ca::new("ca"), Accepted::default());
    let server = StoppableServer::start(&ca, &accepted).await;
    let clients = Clients::start(&ca, server.address).await;
    while accepted.total() < requests {
        tokio::task::yield_now().await;
    }
    server.stop.send(()).unwrap();
    server.task.await.unwrap().unwrap();
    for ended in clients.ended().await {
        let accepted = accepted.of(ended.client);
        let Ended { client, end, .. } = ended;
        assert_eq!(ended.responses, accepted, "{requests}, {client}: {end}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shutdown_under_load_answers_every_accepted_request() {
    for round in 1..=16 {
        stop_after(20 * round).await;
    }
}

/// The first requests of the clients arrive before, during and after the begin of the shutdown.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shutdown_beside_new_requests_answers_every_accepted_one() {
    for _ in 0..8 {
        stop_after(0).await;
    }
}

/// RFC 9113 §6.8: the first `GOAWAY` announces the shutdown, and the second one names the last stream that is accepted.
#[tokio::test]
async fn http2_request_that_crosses_the_shutdown_is_answered() {
    let (ca, accepted) = (Ca::new("ca"), Accepted::default());
    let server = StoppableServer::start(&ca, &accepted).await;
    let mut stream = connect(&ca, server.address, b"h2").await;
    // `GET https://localhost/` with the client as path, in indexed fields of HPACK (RFC 7541)
    let request = |stream, client| {
        let head = [
            &[0x82, 0x87, 0x04, 0x02, b'/', client, 0x41, 0x09][..],
            b"localhost",
        ];
        frame(HEADERS, END_HEADERS | END_STREAM, stream, &head.concat())
    };
    let begin = [PREFACE, &frame(SETTINGS, 0, 0, &[]), &request(1, b'1')];
    stream.write_all(&begin.concat()).await.unwrap();
    while !matches!(read_frame(&mut stream).await.unwrap(), (DATA, 1, _)) {}
    server.stop.send(()).unwrap();
    let is_max = |payload: &[u8]| payload.starts_with(&[0x7f, 0xff, 0xff, 0xff]);
    while !matches!(read_frame(&mut stream).await.unwrap(), (GOAWAY, 0, id) if is_max(&id)) {}
    let (kind, _, ping) = read_frame(&mut stream).await.unwrap();
    assert_eq!(kind, PING);
    // the client has sent 3 before it received the announcement, and sends 5 against the rule
    let late = [
        request(3, b'3'),
        frame(PING, ACK, 0, &ping),
        request(5, b'5'),
    ];
    stream.write_all(&late.concat()).await.unwrap();
    let (mut last, mut answered) = (None, Vec::new());
    while let Some((kind, id, payload)) = read_frame(&mut stream).await {
        match kind {
            GOAWAY => last = Some(payload[..4].to_vec()),
            DATA => answered.push((id, payload)),
            _ => {}
        }
    }
    assert_eq!(last.as_deref(), Some(&[0, 0, 0, 3][..]));
    assert_eq!(answered, [(3, b"hello".to_vec())]);
    assert_eq!([1, 3, 5].map(|client| accepted.of(client)), [1, 1, 0]);
    drop(stream);
    server.task.await.unwrap().unwrap();
}
