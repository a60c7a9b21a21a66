//! Refused uploads of common clients: each client reads the refusal, and its next request succeeds, directly
//! and through common reverse proxies.
//!
//! The programs in `clients/` read the cases as JSON on standard input and print the results as JSON.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use palisade::testing::EmbeddedIssuer;
use serde_json::{Value, json};

use crate::environment;
use crate::node;
use crate::proxy::Proxy;

/// The directory of the client programs.
const CLIENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/interop/clients");

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
    Requests,
    Httpx,
    Curl,
    Java,
}

pub(crate) const CASES: &[(&str, Client, Option<Proxy>)] = &[
    ("uploads::fetch_reads_every_refusal", Client::Fetch, None),
    ("uploads::axios_reads_every_refusal", Client::Axios, None),
    (
        "uploads::requests_reads_every_refusal",
        Client::Requests,
        None,
    ),
    ("uploads::httpx_reads_every_refusal", Client::Httpx, None),
    ("uploads::curl_reads_every_refusal", Client::Curl, None),
    ("uploads::java_reads_every_refusal", Client::Java, None),
    (
        "uploads::fetch_reads_every_refusal_behind_nginx",
        Client::Fetch,
        Some(Proxy::Nginx),
    ),
    (
        "uploads::axios_reads_every_refusal_behind_nginx",
        Client::Axios,
        Some(Proxy::Nginx),
    ),
    (
        "uploads::requests_reads_every_refusal_behind_nginx",
        Client::Requests,
        Some(Proxy::Nginx),
    ),
    (
        "uploads::httpx_reads_every_refusal_behind_nginx",
        Client::Httpx,
        Some(Proxy::Nginx),
    ),
    (
        "uploads::curl_reads_every_refusal_behind_nginx",
        Client::Curl,
        Some(Proxy::Nginx),
    ),
    (
        "uploads::java_reads_every_refusal_behind_nginx",
        Client::Java,
        Some(Proxy::Nginx),
    ),
    (
        "uploads::fetch_reads_every_refusal_behind_unbuffered_nginx",
        Client::Fetch,
        Some(Proxy::UnbufferedNginx),
    ),
    (
        "uploads::axios_reads_every_refusal_behind_unbuffered_nginx",
        Client::Axios,
        Some(Proxy::UnbufferedNginx),
    ),
    (
        "uploads::requests_reads_every_refusal_behind_unbuffered_nginx",
        Client::Requests,
        Some(Proxy::UnbufferedNginx),
    ),
    (
        "uploads::httpx_reads_every_refusal_behind_unbuffered_nginx",
        Client::Httpx,
        Some(Proxy::UnbufferedNginx),
    ),
    (
        "uploads::curl_reads_every_refusal_behind_unbuffered_nginx",
        Client::Curl,
        Some(Proxy::UnbufferedNginx),
    ),
    (
        "uploads::java_reads_every_refusal_behind_unbuffered_nginx",
        Client::Java,
        Some(Proxy::UnbufferedNginx),
    ),
    (
        "uploads::fetch_reads_every_refusal_behind_haproxy",
        Client::Fetch,
        Some(Proxy::Haproxy),
    ),
    (
        "uploads::axios_reads_every_refusal_behind_haproxy",
        Client::Axios,
        Some(Proxy::Haproxy),
    ),
    (
        "uploads::requests_reads_every_refusal_behind_haproxy",
        Client::Requests,
        Some(Proxy::Haproxy),
    ),
    (
        "uploads::httpx_reads_every_refusal_behind_haproxy",
        Client::Httpx,
        Some(Proxy::Haproxy),
    ),
    (
        "uploads::curl_reads_every_refusal_behind_haproxy",
        Client::Curl,
        Some(Proxy::Haproxy),
    ),
    (
        "uploads::java_reads_every_refusal_behind_haproxy",
        Client::Java,
        Some(Proxy::Haproxy),
    ),
];

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
    pub(crate) fn find(self) -> Result<Command, String> {
        match self {
            Self::Fetch => node::find_program().map(|()| program("node", "node.mjs")),
            Self::Axios => {
                node::find_program()?;
                let clients = Path::new(CLIENTS);
                if node::is_installed(clients, "axios") {
                    return Ok(program("node", "node.mjs"));
                }
                Err("axios is not installed: run `npm ci --prefix tests/interop/clients`".into())
            }
            Self::Requests => python("import requests"),
            Self::Httpx => python("import httpx"),
            Self::Curl => {
                require("curl", &["--version"])?;
                python("import json")
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

fn program(name: &str, file: &str) -> Command {
    let mut command = Command::new(name);
    command.arg(Path::new(CLIENTS).join(file));
    command
}

fn require(program: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(program).args(arguments).output();
    if output.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    Err(format!("`{program}` is not installed"))
}

/// Returns the command of the Python program, with the first Python that can execute `import`.
fn python(import: &str) -> Result<Command, String> {
    let mut pythons = [PYTHON, "python3"].into_iter();
    let python = pythons.find(|python| require(python, &["-c", import]).is_ok());
    let python = python.ok_or_else(|| {
        format!(
            "Python cannot `{import}`: create `target/interop-python` with `python3 -m venv`, \
             and install tests/interop/clients/requirements.txt there"
        )
    })?;
    Ok(program(python, "upload.py"))
}

/// Sends every refused upload to a running `orders`, or to a proxy in front of it.
pub(crate) fn reads_every_refusal(client: Client, proxy: Option<Proxy>, command: &mut Command) {
    let issuer = EmbeddedIssuer::new(ISSUER);
    let orders = environment::start_with_keys(ISSUER, AUDIENCE, &issuer.jwks());
    let rounds = if proxy.is_some() { 1 } else { ROUNDS };
    let (cases, expected) = cases(client.modes(), rounds, &issuer);
    let front = proxy.map(|proxy| proxy.start(orders.url()));
    let base = front.as_ref().unwrap_or(&orders).url();
    let task = json!({ "base": base, "client": client.name(), "cases": cases });
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
    if let Some(Proxy::UnbufferedNginx) = proxy {
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

/// Returns the cases of a client with these modes, and its expected results.
pub(crate) fn cases(
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
