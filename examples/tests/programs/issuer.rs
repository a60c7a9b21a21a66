//! The development issuer, and the program of the README with its tokens.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::unused_address::unused_address;

pub(super) const AUDIENCE: &str = "https://orders.example.govt.nz";
const README: &str = include_str!("../../../README.md");
const COPY: &str = include_str!("../../src/bin/readme.rs");

/// A running program, killed on drop.
pub(super) struct Running {
    child: Child,
    pub(super) address: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the issuer; returns it with what it prints up to its first token.
pub(super) fn start(arguments: &[&str]) -> (Running, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_issuer"))
        .args(["--listen", "127.0.0.1:0", "--audience", AUDIENCE])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let mut printed = String::new();
    for line in stdout.lines() {
        printed += &(line.unwrap() + "\n");
        if printed.contains("curl") {
            break;
        }
    }
    let address = printed.lines().next().unwrap();
    let address = address.strip_prefix("listening on http://").unwrap();
    let running = Running {
        child,
        address: address.to_owned(),
    };
    (running, printed)
}

/// Sends a request with these header lines; returns the status and the body.
fn send(address: &str, target: &str, headers: &str) -> (u16, String) {
    let (status, _, body) = exchange(address, "GET", target, headers);
    (status, body)
}

/// Sends a request without a body; returns the status, the head and the body.
fn exchange(address: &str, method: &str, target: &str, headers: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n"
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let status = response.split(' ').nth(1).unwrap().parse().unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    (status, head.to_owned(), body.to_owned())
}

impl Running {
    pub(super) fn get(&self, target: &str) -> (u16, String) {
        send(
            &self.address,
            target,
            &format!("Host: {}\r\n", self.address),
        )
    }

    fn token(&self, query: &str) -> String {
        let (status, token) = self.get(&format!("/token{query}"));
        assert_eq!(status, 200, "{query}: {token}");
        token.trim().to_owned()
    }
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// Starts the README's program on a free port with this issuer.
fn start_readme(issuer: &str) -> Running {
    let address = unused_address().to_string();
    let child = Command::new(env!("CARGO_BIN_EXE_readme"))
        .env("LISTEN", &address)
        .env("DEV_ISSUER", issuer)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut running = Running { child, address };
    let until = Instant::now() + Duration::from_mins(1);
    while TcpStream::connect(&running.address).is_err() {
        assert_eq!(running.child.try_wait().unwrap(), None, "the program ended");
        assert!(Instant::now() < until, "the program is not ready");
        std::thread::yield_now();
    }
    running
}

/// Returns the README's program.
fn readme_program() -> &'static str {
    let section = README.split_once("`src/main.rs`:").unwrap().1;
    let block = section.split_once("```rust,no_run\n").unwrap().1;
    block.split_once("```").unwrap().0
}

#[test]
fn copy_of_the_readme_program_differs_only_in_its_address() {
    let copy = COPY.split_once("\n\n").unwrap().1;
    let address = (r#""127.0.0.1:8080""#, r#"std::env::var("LISTEN")?"#);
    assert_eq!(copy, readme_program().replace(address.0, address.1));
    assert_ne!(copy, readme_program());
}

/// The commands of the README's section "Without an issuer at hand", with other ports.
#[test]
fn readme_program_accepts_tokens_of_the_development_issuer() {
    let command = "cargo run --bin issuer -- --listen 127.0.0.1:9000 \
         --audience https://orders.example.govt.nz --scopes orders:read\n";
    assert!(README.contains(command), "{command}");
    let (issuer, printed) = start(&["--scopes", "orders:read"]);
    let url = format!("http://{}", issuer.address);
    let program = start_readme(&url);
    let show = |token: &str| {
        let token = format!("Host: orders\r\nAuthorization: Bearer {token}\r\n");
        send(&program.address, "/orders/7", &token)
    };
    let ready = printed
        .lines()
        .find(|line| line.starts_with("eyJ"))
        .unwrap();
    assert_eq!(show(ready), (200, "order 7".to_owned()));
    assert_eq!(show(&issuer.token("")), (200, "order 7".to_owned()));
    let query = "?sub=bob&scope=orders:write";
    assert!(README.contains(query), "{query}");
    assert_eq!(show(&issuer.token(query)).0, 403);
    assert_eq!(show("x.y.z").0, 401);
    let (other, _) = start(&["--scopes", "orders:read"]);
    assert_eq!(show(&other.token("")).0, 401, "another issuer");
}

#[test]
fn program_without_its_issuer_says_so() {
    let output = Command::new(env!("CARGO_BIN_EXE_readme"))
        .env("LISTEN", "127.0.0.1:0")
        .env("DEV_ISSUER", "http://127.0.0.1:1")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert!(printed.contains("http://127.0.0.1:1"), "{printed}");
}

#[test]
fn issuer_prints_the_lines_that_trust_it() {
    let (issuer, printed) = start(&[]);
    let url = format!("http://{}", issuer.address);
    for line in [
        "FOR DEVELOPMENT ONLY.".to_owned(),
        format!("    Issuer::new(\"{url}\").audience(\"{AUDIENCE}\")"),
        "        .allow_loopback_http()".to_owned(),
        format!("    curl '{url}/token?"),
    ] {
        assert!(printed.contains(&line), "{line} is missing in:\n{printed}");
    }
}

#[test]
fn token_has_the_claims_of_the_query_or_the_command_line() {
    let other = "https://other.example";
    let options = ["--audience", other, "--subject", "carol", "--role", "clerk"];
    let (issuer, _) = start(&[&options[..], &["--scopes", "a b"]].concat());
    let default = claims(&issuer.token(""));
    assert_eq!(default["iss"], format!("http://{}", issuer.address));
    for (member, expected) in [
        ("aud", json!(AUDIENCE)),
        ("sub", json!("carol")),
        ("scope", json!("a b")),
        ("roles", json!(["clerk"])),
    ] {
        assert_eq!(default[member], expected, "{member}");
    }
    let seconds = |name: &str| default[name].as_u64().unwrap();
    assert_eq!(seconds("exp") - seconds("iat"), 30 * 60);
    let query = "?sub=bob%20b&scope=c%20d&role=boss&aud=https://other.example";
    let changed = claims(&issuer.token(query));
    for (member, expected) in [
        ("aud", json!(other)),
        ("sub", json!("bob b")),
        ("scope", json!("c d")),
        ("roles", json!(["boss"])),
    ] {
        assert_eq!(changed[member], expected, "{member}");
    }
    for query in [
        "?aud=https://elsewhere.example",
        "?sub=",
        "?sub=a%0Ab",
        "?scope=a%20%20b",
        "?scope=%22",
        "?role=",
        "?scopes=a",
        "?sub=a&sub=b",
    ] {
        assert_eq!(issuer.get(&format!("/token{query}")).0, 400, "{query}");
    }
}

#[test]
fn metadata_names_only_what_is_served() {
    let (issuer, _) = start(&[]);
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    ] {
        let (status, document) = issuer.get(path);
        let document: Value = serde_json::from_str(&document).unwrap();
        assert_eq!(status, 200);
        let url = format!("http://{}", issuer.address);
        assert_eq!(document["issuer"], url);
        let mut paths = 0;
        for (_, value) in document.as_object().unwrap() {
            let path = value.as_str().and_then(|value| value.strip_prefix(&url));
            if let Some(path) = path.filter(|path| !path.is_empty()) {
                assert_ne!(issuer.get(path).0, 404, "{path}");
                paths += 1;
            }
        }
        assert_eq!(paths, 6);
    }
}

/// A page of any site can send a request to loopback; with DNS rebinding, it can read the response.
#[test]
fn request_for_another_host_is_refused() {
    let (issuer, _) = start(&[]);
    let address = issuer.address.as_str();
    let port = address.rsplit_once(':').unwrap().1;
    let own = format!("Host: {address}\r\n");
    for (headers, status) in [
        (own.clone(), 200),
        (format!("Host: localhost:{port}\r\n"), 200),
        (format!("Host: LOCALHOST:{port}\r\n"), 200),
        (String::new(), 400),
        ("Host: \r\n".to_owned(), 400),
        ("Host: localhost\r\n".to_owned(), 421),
        ("Host: 127.0.0.1\r\n".to_owned(), 421),
        ("Host: 127.0.0.1:1\r\n".to_owned(), 421),
        (format!("Host: evil.example:{port}\r\n"), 421),
        (format!("Host: 127.0.0.1.evil.example:{port}\r\n"), 421),
        (format!("Host: {address}.evil.example\r\n"), 400),
        (format!("Host: localhost.evil.example:{port}\r\n"), 421),
        (format!("Host: user@{address}\r\n"), 400),
        (format!("{own}Host: evil.example\r\n"), 400),
    ] {
        for path in ["/token", "/jwks", "/authorize"] {
            let (found, body) = send(address, path, &headers);
            let is_served = status == 200 && path != "/authorize";
            let expected = if status == 200 && !is_served {
                400
            } else {
                status
            };
            assert_eq!(found, expected, "{path} {headers:?}");
            assert_eq!(body.contains("eyJ"), is_served && path == "/token");
        }
    }
    // in the absolute form, the target takes precedence over `Host`
    let own_target = format!("http://{address}/token");
    assert_eq!(send(address, &own_target, &own).0, 200);
    assert_eq!(send(address, "http://evil.example/token", &own).0, 421);
}

#[test]
fn token_without_a_login_is_for_local_programs_only() {
    let (issuer, _) = start(&[]);
    let address = issuer.address.as_str();
    for field in [
        "Origin: https://evil.example".to_owned(),
        format!("Origin: http://{address}"),
        "Origin: null".to_owned(),
        "Origin:".to_owned(),
        "Sec-Fetch-Site: cross-site".to_owned(),
        "Sec-Fetch-Site: none".to_owned(),
        "Sec-Fetch-Mode: no-cors".to_owned(),
        "X-Forwarded-For: 203.0.113.7".to_owned(),
        "Forwarded: for=203.0.113.7".to_owned(),
        "Via: 1.1 tunnel".to_owned(),
    ] {
        let headers = format!("Host: {address}\r\n{field}\r\n");
        let (status, body) = send(address, "/token", &headers);
        assert_eq!((status, body.contains("eyJ")), (403, false), "{field}");
        // the documents are public
        assert_eq!(send(address, "/jwks", &headers).0, 200, "{field}");
    }
}

#[test]
fn page_of_a_public_client_may_send_token_requests() {
    let clients = r#"[
        {"client_id":"spa","redirect_uris":["https://app.example/cb","http://localhost:3000/cb","nz.example.app:/cb"]},
        {"client_id":"web","redirect_uris":["https://web.example/cb"],"secret":"s"}
    ]"#;
    let file = clients_file(clients);
    let (issuer, _) = start(&["--clients", file.to_str().unwrap()]);
    for (origin, is_allowed) in [
        ("https://app.example", true),
        ("http://localhost:3000", true),
        ("https://web.example", false),
        ("https://evil.example", false),
        ("null", false),
    ] {
        let address = &issuer.address;
        let fields = format!(
            "Host: {address}\r\nOrigin: {origin}\r\nAccess-Control-Request-Method: POST\r\n"
        );
        let (status, head, _) = exchange(address, "OPTIONS", "/token", &fields);
        assert_eq!(status, 204, "{head}");
        let allowed = format!("access-control-allow-origin: {origin}\r\n");
        assert_eq!(head.contains(&allowed), is_allowed, "{head}");
        let (_, head, _) = exchange(address, "OPTIONS", "/authorize", &fields);
        assert!(!head.contains("access-control"), "{head}");
    }
}

/// Writes a file of clients, which remains until the next test with the same content.
pub(super) fn clients_file(clients: &str) -> std::path::PathBuf {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    clients.hash(&mut hasher);
    let name = format!("clients-{:x}.json", hasher.finish());
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, clients).unwrap();
    file
}
