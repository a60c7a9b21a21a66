//! Refused uploads of common clients: each client reads the refusal, and its next request succeeds, directly,
//! over TLS and HTTP/2, through common reverse proxies, and under `axum::serve`.
//!
//! The programs in `clients/` read the cases as JSON on standard input and print the results as JSON.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use palisade::prelude::*;
use palisade::testing::EmbeddedIssuer;
use palisade_examples::orders::{Store, routes};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::environment;
use crate::identity::Identity;
use crate::node;
use crate::process::Process;
use crate::proxy::Proxy;

/// The directory of the client programs.
const PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/interop/clients");

/// The virtual environment of `.ci/run`, with the packages of `clients/requirements.txt`.
const PYTHON: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../target/interop-python/bin/python"
);

pub(crate) const ISSUER: &str = "https://login.example";
pub(crate) const AUDIENCE: &str = "https://orders.example";

/// The sizes of the uploads: shorter and longer than what the server discards on an open connection, and much
/// longer than the buffers of a socket.
const SIZES: [usize; 3] = [1_000, 70_000, 5_000_000];

/// A lost request depends on timing, so each case without a proxy is repeated.
pub(crate) const ROUNDS: usize = 3;

/// A client of a language's standard library or package.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Client {
    Fetch,
    Axios,
    /// The module `node:http2`.
    Http2,
    Requests,
    Httpx,
    Curl,
    Java,
}

/// The protocol of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http,
    /// HTTP/1.1 over TLS.
    Https,
    /// HTTP/2 over TLS.
    Http2,
}

/// The server that a client uploads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    /// `palisade::serve`, in `orders`.
    Palisade,
    /// `orders` behind a proxy.
    Behind(Proxy),
    /// The routes of `orders` under `axum::serve`.
    Axum,
}

/// A server, and the protocol that clients use with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    server: Server,
    pub(crate) protocol: Protocol,
    /// The end of the names of its tests.
    suffix: &'static str,
}

const SETUPS: [Setup; 10] = [
    Setup::new(Server::Palisade, Protocol::Http, ""),
    Setup::new(Server::Palisade, Protocol::Https, "_over_tls"),
    Setup::new(Server::Palisade, Protocol::Http2, "_over_http2"),
    Setup::new(NGINX, Protocol::Http, "_behind_nginx"),
    Setup::new(NGINX, Protocol::Http2, "_over_http2_behind_nginx"),
    Setup::new(UNBUFFERED_NGINX, Protocol::Http, "_behind_unbuffered_nginx"),
    Setup::new(
        UNBUFFERED_NGINX,
        Protocol::Http2,
        "_over_http2_behind_unbuffered_nginx",
    ),
    Setup::new(HAPROXY, Protocol::Http, "_behind_haproxy"),
    Setup::new(HAPROXY, Protocol::Http2, "_over_http2_behind_haproxy"),
    Setup::new(Server::Axum, Protocol::Http, "_of_axum_serve"),
];

const NGINX: Server = Server::Behind(Proxy::Nginx);
const UNBUFFERED_NGINX: Server = Server::Behind(Proxy::UnbufferedNginx);
const HAPROXY: Server = Server::Behind(Proxy::Haproxy);

/// Returns each test with its name.
pub(crate) fn cases() -> impl Iterator<Item = (String, Client, Setup)> {
    SETUPS.into_iter().flat_map(|setup| {
        setup.clients().iter().map(move |client| {
            let name = client.name();
            let test = format!("uploads::{name}_reads_every_refusal{}", setup.suffix);
            (test, *client, setup)
        })
    })
}

/// The statuses of a refused upload, one for each of `SIZES`.
struct Refusal {
    name: &'static str,
    scope: Option<&'static str>,
    media_type: &'static str,
    body: &'static str,
    statuses: [u16; 3],
}

const REFUSALS: [Refusal; 4] = [
    Refusal {
        name: "no token",
        scope: None,
        media_type: "application/json",
        body: "{}",
        statuses: [401, 401, 401],
    },
    Refusal {
        name: "another scope",
        scope: Some("orders:read"),
        media_type: "application/json",
        body: "{}",
        statuses: [403, 403, 403],
    },
    Refusal {
        name: "another media type",
        scope: Some("orders:write"),
        media_type: "text/plain",
        body: "text",
        statuses: [415, 415, 415],
    },
    Refusal {
        name: "invalid order",
        scope: Some("orders:write"),
        media_type: "application/json",
        body: r#"{"sku":"tea","quantity":0}"#,
        // the limit of the route is 64 KiB
        statuses: [422, 413, 413],
    },
];

impl Client {
    /// Returns the command that runs the client's program.
    ///
    /// # Errors
    ///
    /// Returns a text that names the missing program or package.
    pub(crate) fn find(self, protocol: Protocol) -> Result<Command, String> {
        match self {
            Self::Fetch if protocol == Protocol::Http2 => node_package("undici", "node.mjs"),
            Self::Fetch | Self::Http2 => node::find_program().map(|()| program("node", "node.mjs")),
            Self::Axios => node_package("axios", "node.mjs"),
            Self::Requests => python_program("import requests", "upload.py"),
            Self::Httpx => python_program("import httpx, h2", "upload.py"),
            Self::Curl => {
                require("curl", &["--version"])?;
                python_program("import json", "upload.py")
            }
            Self::Java => {
                // `java` compiles the source file, with the compiler of a JDK
                require("javac", &["-version"])?;
                Ok(program("java", "Upload.java"))
            }
        }
    }

    /// Returns the name of the client in its program.
    fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    /// Returns how the client sends a body: whether in chunks, and whether after `100 Continue`.
    fn modes(self) -> &'static [(bool, bool)] {
        if self.can_expect() {
            // a client does not wait before chunks of unknown number
            return &[(false, false), (true, false), (false, true)];
        }
        &[(false, false), (true, false)]
    }

    /// Whether the client can wait for `100 Continue` and reads a final response instead. Java's client has the
    /// option, but that of Java 17 waits on.
    fn can_expect(self) -> bool {
        matches!(self, Self::Curl)
    }
}

/// Returns the command of a program in Node.js that uses a package.
///
/// # Errors
///
/// Returns a text that says how to install the package.
pub(crate) fn node_package(package: &str, file: &str) -> Result<Command, String> {
    node::find_program()?;
    if node::is_installed(Path::new(PROGRAMS), package) {
        return Ok(program("node", file));
    }
    Err(format!(
        "{package} is not installed: run `npm ci --prefix tests/interop/clients`"
    ))
}

fn program(name: &str, file: &str) -> Command {
    let mut command = Command::new(name);
    command.arg(Path::new(PROGRAMS).join(file));
    command
}

fn require(program: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(program).args(arguments).output();
    if output.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    Err(format!("`{program}` is not installed"))
}

/// Returns the command of the first Python that can execute `import`.
///
/// # Errors
///
/// Returns a text that says how to install the packages.
pub(crate) fn python(import: &str) -> Result<Command, String> {
    let mut pythons = [PYTHON, "python3"].into_iter();
    let python = pythons.find(|python| require(python, &["-c", import]).is_ok());
    let python = python.ok_or_else(|| {
        format!(
            "Python cannot `{import}`: create `target/interop-python` with `python3 -m venv`, \
             and install tests/interop/clients/requirements.txt there"
        )
    })?;
    Ok(Command::new(python))
}

/// Returns the command of a program in Python.
pub(crate) fn python_program(import: &str, file: &str) -> Result<Command, String> {
    let mut python = python(import)?;
    python.arg(Path::new(PROGRAMS).join(file));
    Ok(python)
}

/// A running server, which ends on drop.
enum Running {
    Processes {
        front: Process,
        _back: Option<Process>,
    },
    Task {
        url: String,
        _runtime: Runtime,
    },
}

impl Setup {
    const fn new(server: Server, protocol: Protocol, suffix: &'static str) -> Self {
        Self {
            server,
            protocol,
            suffix,
        }
    }

    fn clients(self) -> &'static [Client] {
        use Client::{Axios, Curl, Fetch, Http2, Httpx, Java, Requests};
        match (self.protocol, self.server) {
            (Protocol::Http | Protocol::Https, _) => &[Fetch, Axios, Requests, Httpx, Curl, Java],
            // httpx and Java's client lose early responses of every server there
            (Protocol::Http2, UNBUFFERED_NGINX) => &[Fetch, Http2, Curl],
            (Protocol::Http2, _) => &[Fetch, Http2, Httpx, Curl, Java],
        }
    }

    /// Checks that the programs in front are installed.
    ///
    /// # Errors
    ///
    /// Returns a text that names the missing program.
    pub(crate) fn find(self) -> Result<(), String> {
        match self.server {
            Server::Behind(proxy) => proxy.find(),
            Server::Palisade | Server::Axum => Ok(()),
        }
    }

    /// Returns how often each case is repeated.
    fn rounds(self) -> usize {
        match self.server {
            Server::Behind(_) => 1,
            Server::Palisade | Server::Axum => ROUNDS,
        }
    }

    /// Starts the server; with an identity, over TLS.
    fn start(self, issuer: &EmbeddedIssuer, identity: Option<&Identity>) -> Running {
        let orders = || match identity {
            Some(identity) => {
                environment::start_with_tls(ISSUER, AUDIENCE, &issuer.jwks(), identity)
            }
            None => environment::start_with_keys(ISSUER, AUDIENCE, &issuer.jwks()),
        };
        match self.server {
            Server::Palisade => Running::Processes {
                front: orders(),
                _back: None,
            },
            Server::Behind(proxy) => {
                let orders = orders();
                Running::Processes {
                    front: proxy.start(orders.url(), identity),
                    _back: Some(orders),
                }
            }
            Server::Axum => serve_with_axum(issuer),
        }
    }
}

impl Running {
    fn url(&self) -> &str {
        match self {
            Self::Processes { front, .. } => front.url(),
            Self::Task { url, .. } => url,
        }
    }
}

fn serve_with_axum(issuer: &EmbeddedIssuer) -> Running {
    let runtime = Runtime::new().unwrap();
    let url = runtime.block_on(async {
        let issuer = Issuer::new(ISSUER).audience(AUDIENCE).jwks(issuer.jwks());
        let server = ResourceServer::builder().trust(issuer).build().await;
        let api = routes()
            .with_state(Store::default())
            .protect(server.unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, api.into_router()).await });
        url
    });
    Running::Task {
        url,
        _runtime: runtime,
    }
}

/// Sends every refused upload to a server.
pub(crate) fn reads_every_refusal(client: Client, setup: Setup, command: &mut Command) {
    let issuer = EmbeddedIssuer::new(ISSUER);
    let identity = (setup.protocol != Protocol::Http).then(Identity::generate);
    let certificate = identity.as_ref().map(Identity::certificate_file);
    let running = setup.start(&issuer, identity.as_ref());
    let (cases, expected) = requests(client.modes(), setup.rounds(), &issuer);
    let task = json!({
        "base": running.url(),
        "client": client.name(),
        "http2": setup.protocol == Protocol::Http2,
        "certificate": certificate,
        "cases": cases,
    });
    if let Some(certificate) = &certificate {
        command.env("NODE_EXTRA_CA_CERTS", certificate);
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(task.to_string().as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    let mut results: Vec<Value> = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{client:?}: {error}: {output:?}\n{log}"));
    if (setup.server, setup.protocol) == (UNBUFFERED_NGINX, Protocol::Http) {
        // it announces `Connection: keep-alive` in an early response, and then closes the connection
        for result in &mut results {
            result["next"] = 200.into();
        }
    }
    require_equal(&format!("{client:?}"), &cases, &expected, &results);
}

/// Requires that every result is the expected one.
pub(crate) fn require_equal(client: &str, cases: &[Value], expected: &[Value], results: &[Value]) {
    assert_eq!(results.len(), expected.len(), "{client}");
    let compared = cases.iter().zip(expected.iter().zip(results));
    let failed: Vec<String> = compared
        .filter(|(_, (expected, result))| expected != result)
        .map(|(case, (expected, result))| {
            let (name, size) = (&case["name"], &case["size"]);
            format!("{name}, {size} B: expected {expected}, found {result}")
        })
        .collect();
    assert!(
        failed.is_empty(),
        "{client}: {} of {} failed:\n{}",
        failed.len(),
        results.len(),
        failed.join("\n")
    );
}

/// Returns the requests of a client with these modes, and its expected results.
pub(crate) fn requests(
    modes: &[(bool, bool)],
    rounds: usize,
    issuer: &EmbeddedIssuer,
) -> (Vec<Value>, Vec<Value>) {
    let (mut cases, mut expected) = (Vec::new(), Vec::new());
    for (chunked, expects) in modes.repeat(rounds) {
        for refusal in &REFUSALS {
            let mut headers = json!({ "content-type": refusal.media_type });
            if let Some(scope) = refusal.scope {
                let token = issuer.token("alice").audience(AUDIENCE).scopes(scope);
                headers["authorization"] = format!("Bearer {}", token.sign()).into();
            }
            for (size, status) in SIZES.into_iter().zip(refusal.statuses) {
                cases.push(json!({
                    "name": format!("{}, chunked: {chunked}, expects: {expects}", refusal.name),
                    "headers": headers,
                    "body": refusal.body,
                    "size": size,
                    "chunked": chunked,
                    "expects": expects,
                }));
                expected.push(json!({ "status": status, "next": 200 }));
            }
        }
    }
    (cases, expected)
}
