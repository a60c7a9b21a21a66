//! A page of another origin in headless Chromium, which calls secured routes with a token.

use std::collections::HashSet;
use std::fs;
use std::future::ready;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, Version, header};
use axum::middleware::map_request;
use axum::response::Html;
use palisade::Server;
use palisade::prelude::*;
use palisade::testing::{EmbeddedIssuer, TestApi};
use palisade_examples::orders::{self, Store};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower_http::cors::CorsLayer;

use crate::chromium;
use crate::identity::Identity;
use crate::uploads;

/// A Chromium installation.
pub(crate) struct Browser {
    program: &'static str,
}

/// A test: its name and its function.
type Case = (&'static str, fn(&Browser));

pub(crate) const CASES: &[Case] = &[
    (
        "browser::page_of_another_origin_calls_secured_route",
        page_of_another_origin_calls_secured_route,
    ),
    (
        "browser::page_of_another_origin_is_blocked_without_cors",
        page_of_another_origin_is_blocked_without_cors,
    ),
    (
        "browser::page_of_another_origin_reads_every_refusal",
        page_of_another_origin_reads_every_refusal,
    ),
    (
        "browser::page_of_another_origin_reads_every_refusal_over_http2",
        page_of_another_origin_reads_every_refusal_over_http2,
    ),
];

impl Browser {
    /// Finds Chromium, without installing anything.
    ///
    /// # Errors
    ///
    /// Returns a text that names the missing program.
    pub(crate) fn find() -> Result<Self, String> {
        chromium::find().map(|program| Self { program })
    }

    /// Loads a page, and returns the JSON that its script leaves between `<pre>` and `</pre>`.
    fn load(&self, url: &str) -> Value {
        self.load_with(url, &[])
    }

    /// Loads a page with more options of the program.
    fn load_with(&self, url: &str, options: &[&str]) -> Value {
        static PROFILES: AtomicUsize = AtomicUsize::new(0);
        let number = PROFILES.fetch_add(1, Ordering::Relaxed);
        let name = format!("browser-{}-{number}", std::process::id());
        let profile = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let output = Command::new(self.program)
            .args(["--headless", "--no-sandbox", "--disable-gpu"])
            .args(["--disable-dev-shm-usage", "--no-first-run"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .args(options)
            // the dump waits for pending requests, in the page's time
            .args(["--virtual-time-budget=20000", "--dump-dom", url])
            .output()
            .unwrap();
        let _ = fs::remove_dir_all(profile);
        let page = String::from_utf8(output.stdout).unwrap();
        let log = String::from_utf8_lossy(&output.stderr);
        let result = page
            .split_once("<pre>")
            .and_then(|(_, rest)| rest.split_once("</pre>"));
        let Some((result, _)) = result else {
            panic!("the page has no result: {page}\n{log}");
        };
        serde_json::from_str(result).unwrap_or_else(|_| panic!("not JSON: {page}\n{log}"))
    }
}

#[secured(scopes = "orders:read")]
async fn list_orders(caller: Caller) -> String {
    format!("the orders of {}", caller.subject())
}

/// A script that sends requests, and writes their statuses and texts into the page.
const SCRIPT: &str = r#"
const [api, token] = new URLSearchParams(location.hash.slice(1)).getAll("value");
const bearer = { authorization: `Bearer ${token}` };
const requests = [
    ["/orders", { headers: bearer }],
    ["/orders", {}],
    ["/orders", { headers: { authorization: "Bearer x.y.z" } }],
    ["/orders", { method: "DELETE", headers: bearer }],
    ["/nothing", { headers: bearer }],
];
const results = [];
for (const [path, init] of requests) {
    try {
        const response = await fetch(api + path, init);
        const text = response.ok ? await response.text() : (await response.json()).status;
        results.push([response.status, text, response.headers.get("www-authenticate") !== null]);
    } catch (error) {
        results.push("blocked");
    }
}
const pre = document.createElement("pre");
pre.textContent = JSON.stringify(results);
document.body.replaceChildren(pre);
"#;

/// A script that sends the uploads of `/task` one after another, each followed by another request, and writes the
/// statuses into the page.
const UPLOADS: &str = r#"
const { base, cases } = await (await fetch("/task")).json();
async function attempt(path, init) {
    try {
        const response = await fetch(base + path, init);
        await response.arrayBuffer();
        return response.status;
    } catch (error) {
        return String(error);
    }
}
const results = [];
for (const { headers, body, size } of cases) {
    const status = await attempt("/orders", { method: "POST", headers, body: body.padEnd(size) });
    results.push({ status, next: await attempt("/health", {}) });
}
const pre = document.createElement("pre");
pre.textContent = JSON.stringify(results);
document.body.replaceChildren(pre);
"#;

/// An origin with one page, which runs a script.
struct Pages {
    listener: TcpListener,
    origin: String,
}

impl Pages {
    async fn bind() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        Self { listener, origin }
    }

    /// Serves the page, and the task of its script.
    fn serve(self, script: &str, task: Value) {
        let page = format!("<!doctype html><body><script type=module>{script}</script>");
        let pages = Router::new()
            .route("/task", axum::routing::get(async || Json(task)))
            .fallback(async move || Html(page));
        tokio::spawn(async { axum::serve(self.listener, pages).await });
    }
}

/// Serves an API until the end of the test, and returns its address.
async fn serve(server: Server) -> SocketAddr {
    let server = server.bind("127.0.0.1:0").await.unwrap();
    let address = server.local_addr();
    tokio::spawn(server.run_until(std::future::pending()));
    address
}

fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all().build().unwrap()
}

/// Loads the page from one origin, and lets it call an API of another origin.
fn results(
    browser: &Browser,
    cors: impl FnOnce(SecureRouter, HeaderValue) -> SecureRouter,
) -> Value {
    let runtime = runtime();
    let url = runtime.block_on(async {
        let pages = Pages::bind().await;
        let origin = pages.origin.clone();
        pages.serve(SCRIPT, Value::Null);
        let routes = SecureRouter::new().route("/orders", get(list_orders).post(list_orders));
        let api = TestApi::new(cors(routes, origin.parse().unwrap())).await;
        let token = api.caller("alice").scopes("orders:read").token();
        let address = serve(palisade::serve(api.api().clone())).await;
        format!("{origin}/#value=http://{address}&value={token}")
    });
    browser.load(&url)
}

fn page_of_another_origin_calls_secured_route(browser: &Browser) {
    let results = results(browser, |routes, origin| {
        let cors = CorsLayer::new()
            .allow_origin(origin)
            .allow_methods([Method::GET])
            .allow_headers([header::AUTHORIZATION])
            .expose_headers([header::WWW_AUTHENTICATE]);
        routes.layer(cors)
    });
    let expected = json!([
        [200, "the orders of alice", false],
        [401, 401, true],
        [401, 401, true],
        // the preflight does not allow the method
        "blocked",
        [404, 404, false],
    ]);
    assert_eq!(results, expected);
}

fn page_of_another_origin_is_blocked_without_cors(browser: &Browser) {
    let results = results(browser, |routes, _| routes);
    assert_eq!(
        results,
        json!(["blocked", "blocked", "blocked", "blocked", "blocked"])
    );
}

/// The uploads of the other clients, from a page: `orders` with CORS, which the program does not have.
fn page_of_another_origin_reads_every_refusal(browser: &Browser) {
    let _versions = read_every_refusal(browser, None);
}

fn page_of_another_origin_reads_every_refusal_over_http2(browser: &Browser) {
    let versions = read_every_refusal(browser, Some(&Identity::generate()));
    assert_eq!(versions, HashSet::from([Version::HTTP_2]));
}

/// Sends the uploads, with an identity over TLS. Returns the versions of the requests.
fn read_every_refusal(browser: &Browser, identity: Option<&Identity>) -> HashSet<Version> {
    let issuer = EmbeddedIssuer::new(uploads::ISSUER);
    // a browser sends no body in chunks, and never waits for `100 Continue`
    let (cases, expected) = uploads::requests(&[(false, false)], uploads::ROUNDS, &issuer);
    let versions = Arc::new(Mutex::new(HashSet::new()));
    let seen = Arc::clone(&versions);
    let record = map_request(move |request: Request| {
        seen.lock().unwrap().insert(request.version());
        ready(request)
    });
    let runtime = runtime();
    let origin = runtime.block_on(async {
        let pages = Pages::bind().await;
        let origin = pages.origin.clone();
        let cors = CorsLayer::new()
            .allow_origin(origin.parse::<HeaderValue>().unwrap())
            .allow_methods([Method::GET, Method::POST])
            .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE]);
        let server = ResourceServer::builder().trust(issuer.issuer(uploads::AUDIENCE));
        let server = server.build().await.unwrap();
        let routes = orders::routes().with_state(Store::default());
        let api = routes.layer(cors).layer(record).protect(server);
        let base = match identity {
            None => format!("http://{}", serve(palisade::serve(api)).await),
            Some(identity) => {
                let (certificate, key) = (identity.certificate_file(), identity.key_file());
                let server = palisade::serve(api).tls(certificate, key);
                format!("https://{}", serve(server).await)
            }
        };
        pages.serve(UPLOADS, json!({ "base": base, "cases": cases }));
        origin
    });
    let pin = identity.map(|identity| identity.pin.as_str());
    let trust = pin.map(|pin| format!("--ignore-certificate-errors-spki-list={pin}"));
    let options: Vec<&str> = trust.iter().map(String::as_str).collect();
    let results = browser.load_with(&origin, &options);
    uploads::require_equal("browser", &cases, &expected, results.as_array().unwrap());
    let versions = versions.lock().unwrap();
    versions.clone()
}
