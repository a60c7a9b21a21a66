//! The same requests over HTTP/1.1 and HTTP/2 (RFC 9110): hosts, methods, `Allow`, `Accept`, and heads over the limits.
#![expect(clippy::indexing_slicing, reason = "test support")]

use http::HeaderMap;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http2::handshake;
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::*;
use crate::routing::options;

const REGISTERED: &str = "DELETE GET HEAD OPTIONS PATCH POST PUT";

#[secured(scopes = "orders:write")]
async fn create() {}

#[public(reason = "a test", header_limit = 8)]
async fn few_fields() -> &'static str {
    "hello"
}

/// A request, and what its response must have.
struct Case {
    method: &'static str,
    /// A path, or the authority of CONNECT.
    target: String,
    /// The first one is the authority of HTTP/2.
    hosts: &'static [&'static str],
    fields: Vec<(String, String)>,
    status: u16,
    /// The methods of `Allow`, sorted.
    allow: Option<&'static str>,
}

/// A response: its status, its fields and its body.
type Received = (u16, HeaderMap, Vec<u8>);

impl Case {
    fn new(method: &'static str, target: impl Into<String>, status: u16) -> Self {
        Self {
            method,
            target: target.into(),
            hosts: &["localhost"],
            fields: Vec::new(),
            status,
            allow: None,
        }
    }

    fn allow(mut self, methods: &'static str) -> Self {
        self.allow = Some(methods);
        self
    }

    fn hosts(mut self, hosts: &'static [&'static str]) -> Self {
        self.hosts = hosts;
        self
    }

    fn field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }

    fn fields(self, number: usize) -> Self {
        (0..number).fold(self, |case, number| case.field(format!("x-{number}"), "x"))
    }

    async fn send_http1(&self, server: &TlsServer, client: ClientConfig) -> Received {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for host in self.hosts {
            head.extend(["Host: ", *host, "\r\n"]);
        }
        for (name, value) in &self.fields {
            head.extend([name.as_str(), ": ", value.as_str(), "\r\n"]);
        }
        head.push_str("Connection: close\r\n\r\n");
        let mut stream = server.connect(client).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut response = Vec::new();
        let read = stream.read_to_end(&mut response).await;
        assert!(read.is_ok(), "{} {}: {read:?}", self.method, self.target);
        let response = String::from_utf8(response).unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        let (status, fields) = head.split_once("\r\n").unwrap();
        let status = status.split(' ').nth(1).unwrap().parse().unwrap();
        let field = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            let name: http::HeaderName = name.parse().unwrap();
            (name, value.parse().unwrap())
        };
        let fields = fields.split("\r\n").map(field).collect();
        (status, fields, body.as_bytes().to_vec())
    }

    async fn send_http2(&self, server: &TlsServer, mut client: ClientConfig) -> Received {
        client.alpn_protocols = vec![b"h2".to_vec()];
        let stream = TokioIo::new(server.connect(client).await.unwrap());
        let (mut sender, connection) = handshake(TokioExecutor::new(), stream).await.unwrap();
        let connection = tokio::spawn(connection);
        let uri = match self.method {
            "CONNECT" => self.target.clone(),
            _ => format!("https://{}{}", self.hosts[0], self.target),
        };
        let mut request = http::Request::builder().method(self.method).uri(uri);
        for host in &self.hosts[1..] {
            request = request.header("host", *host);
        }
        for (name, value) in &self.fields {
            request = request.header(name, value);
        }
        let request = request.body(Empty::<Bytes>::new()).unwrap();
        let (head, body) = sender.send_request(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        connection.abort();
        (head.status.as_u16(), head.headers, body)
    }

    /// Returns the difference between the expected response and this one, if there is one.
    fn difference(&self, (status, fields, body): &Received) -> Option<String> {
        let fields_of = |name: &str| {
            let values = fields.get_all(name).iter();
            values.map(|value| value.to_str().unwrap().to_owned())
        };
        let allow: Vec<String> = fields_of("allow").collect();
        let mut methods: Vec<&str> = allow
            .iter()
            .flat_map(|field| field.split(',').map(str::trim))
            .collect();
        methods.sort_unstable();
        let methods = methods.join(" ");
        let is_allow = match self.allow {
            Some(expected) => allow.len() == 1 && methods == expected,
            None => allow.is_empty(),
        };
        let is_problem = fields_of("content-type").eq(["application/problem+json"]);
        let is_body = match (self.method, *status) {
            ("HEAD", _) => body.is_empty() && (is_problem == (*status >= 400)),
            (_, 400..) => {
                let problem: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
                is_problem && problem["status"] == *status && problem["request_id"].is_string()
            }
            _ => body == b"hello",
        };
        if *status == self.status && is_allow && is_body {
            return None;
        }
        let body = String::from_utf8_lossy(body);
        Some(format!("{status} {allow:?} {fields:?} {body}"))
    }
}

/// Paths of every kind, with the methods of each.
fn method_cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new("GET", "/", 200),
        Case::new("HEAD", "/", 200),
        Case::new("OPTIONS", "/options", 200),
        Case::new("OPTIONS", "/any", 200),
        Case::new("PUT", "/any", 200),
        Case::new("HEAD", "/any", 200),
        Case::new("POST", "/orders", 401),
        Case::new("GET", "/orders", 200),
        Case::new("HEAD", "/orders", 200),
        Case::new("GET", "/nested/leaf", 200),
    ];
    for (path, methods) in [
        ("/", "GET HEAD"),
        ("/orders", "GET HEAD POST"),
        ("/options", "OPTIONS"),
        ("/nested/leaf", "GET HEAD"),
    ] {
        for method in ["OPTIONS", "POST", "DELETE", "PURGE", "TRACE", "get", "HEAD"] {
            if !methods.split(' ').any(|other| other == method) {
                cases.push(Case::new(method, path, 405).allow(methods));
            }
        }
    }
    cases.push(Case::new("TRACE", "/any", 405).allow(REGISTERED));
    cases.push(Case::new("PURGE", "/any", 405).allow(REGISTERED));
    for path in ["/nowhere", "/nested/nowhere", "/orders/"] {
        for method in ["GET", "HEAD", "OPTIONS", "POST", "PURGE"] {
            cases.push(Case::new(method, path, 404));
        }
        cases.push(Case::new("TRACE", path, 405).allow(""));
    }
    let tunnel = Case::new("CONNECT", "localhost:443", 405).hosts(&["localhost:443"]);
    cases.push(tunnel.allow(""));
    cases
}

/// Heads that no handler gets.
fn refused_cases() -> Vec<Case> {
    vec![
        Case::new("GET", "/", 421).hosts(&["other.example"]),
        Case::new("HEAD", "/", 421).hosts(&["other.example"]),
        Case::new("GET", "/nowhere", 421).hosts(&["other.example"]),
        Case::new("GET", "/", 421).hosts(&["localhost.other.example"]),
        Case::new("GET", "/", 421).hosts(&["localhost."]),
        Case::new("OPTIONS", "/", 421)
            .allow("GET HEAD")
            .hosts(&["other.example"]),
        Case::new("GET", "/", 200).hosts(&["LOCALHOST:8443"]),
        Case::new("GET", "/", 400).hosts(&["localhost", "other.example"]),
        Case::new("GET", "/nowhere", 400).hosts(&["localhost", "other.example"]),
        Case::new("POST", "/orders", 400).hosts(&["localhost", "localhost", "localhost"]),
        Case::new("GET", "/", 406).field("accept", "application/json"),
        Case::new("GET", "/", 406).field("accept", "text/plain;q=0"),
        Case::new("HEAD", "/", 406).field("accept", "image/*"),
        Case::new("GET", "/", 200).field("accept", "text/*;q=0.1"),
        Case::new("GET", format!("/{}", "a".repeat(8 * 1024)), 414),
        Case::new("HEAD", format!("/{}", "a".repeat(8 * 1024)), 414),
        Case::new("GET", format!("/?{}", "a".repeat(8 * 1024)), 414),
        Case::new("GET", format!("/{}", "a".repeat(8 * 1024 - 1)), 404),
        Case::new("GET", "/few", 431).fields(20),
        Case::new("HEAD", "/few", 431).fields(20),
        Case::new("GET", "/few", 200).fields(4),
    ]
}

async fn check(cases: &[Case]) {
    let nested = SecureRouter::new().route("/leaf", get(hello));
    let routes = SecureRouter::new()
        .route("/", get(hello))
        .route("/orders", get(hello).post(create))
        .route("/options", options(hello))
        .route("/any", any(hello))
        .route("/few", get(few_fields))
        .nest("/nested", nested);
    let api = TestApi::new(routes).await;
    let api = api.map_api(|api| api.hosts(["localhost", "localhost:8443", "localhost:443"]));
    let ca = Ca::new("ca");
    let server = serve(api.api().clone()).tls_with(ca.issue().tls());
    let server = TlsServer::start(server).await;
    let mut differences = Vec::new();
    for case in cases {
        for (protocol, received) in [
            ("HTTP/1.1", case.send_http1(&server, ca.client()).await),
            ("HTTP/2", case.send_http2(&server, ca.client()).await),
        ] {
            if let Some(difference) = case.difference(&received) {
                let target: String = case.target.chars().take(40).collect();
                differences.push(format!(
                    "{protocol} {} {target} {:?}, expected {} {:?}: {difference}",
                    case.method, case.hosts, case.status, case.allow
                ));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[tokio::test]
async fn methods_have_the_same_responses_over_both_protocols() {
    check(&method_cases()).await;
}

#[tokio::test]
async fn refused_heads_have_the_same_problems_over_both_protocols() {
    check(&refused_cases()).await;
}

/// RFC 9112 §3.2. A request of HTTP/2 without an authority cannot be sent with the library of the client.
#[tokio::test]
async fn request_without_a_host_is_a_problem_over_tls() {
    let ca = Ca::new("ca");
    let server = serve(hello_api().await).tls_with(ca.issue().tls());
    let server = TlsServer::start(server).await;
    for (method, target) in [("GET", "/"), ("HEAD", "/"), ("POST", "/nowhere")] {
        let case = Case::new(method, target, 400).hosts(&[]);
        let received = case.send_http1(&server, ca.client()).await;
        assert_eq!(case.difference(&received), None);
    }
}
