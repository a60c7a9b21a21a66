//! The web example, the certified provider, and an API, driven as by a browser: redirects, forms and cookies.
//!
//! The test installs nothing: without Node.js or the provider's packages, it is ignored with the reason, or fails if
//! `PALISADE_REQUIRE_PEERS=1` is set.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failing test panics"
)]

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "http.rs"]
mod http;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "process.rs"]
mod process;

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use palisade::RevocationList;
use palisade::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::http::{Request, Response};
use crate::process::Process;

/// The directory of the provider program and its packages.
const PROVIDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/interop/provider");

/// A test: its name and its function.
type Case = (&'static str, fn(&Environment));

const CASES: [Case; 5] = [
    (
        "web::person_logs_in_sees_orders_and_logs_out",
        person_logs_in_sees_orders_and_logs_out,
    ),
    (
        "web::revoked_token_is_refreshed_for_the_page",
        revoked_token_is_refreshed_for_the_page,
    ),
    ("web::two_tabs_log_in_at_once", two_tabs_log_in_at_once),
    (
        "web::denied_consent_and_used_response_are_error_pages",
        denied_consent_and_used_response_are_error_pages,
    ),
    (
        "web::forged_logout_token_ends_no_session",
        forged_logout_token_ends_no_session,
    ),
];

/// The running provider, API and application.
struct Environment {
    provider: Process,
    web: Process,
    /// The identifiers of the tokens that the API has accepted.
    tokens: Arc<Mutex<Vec<String>>>,
    revocations: RevocationList,
    _runtime: Runtime,
}

/// A browser, with the cookies of each origin.
#[derive(Default)]
struct Browser {
    cookies: BTreeMap<String, BTreeMap<Cookie, String>>,
}

/// The path and the name of a cookie.
type Cookie = (String, String);

/// A page, and the URL from which it comes.
struct Page {
    url: String,
    response: Response,
}

fn main() -> ExitCode {
    let installed = Arc::new(find());
    let trials = CASES.into_iter().map(|(name, case)| {
        let installed = Arc::clone(&installed);
        Trial::ignorable_test(name, move || match &*installed {
            Ok(()) => {
                case(&Environment::start());
                Ok(Completion::Completed)
            }
            Err(missing) if is_required() => Err(Failed::from(missing)),
            Err(missing) => Ok(Completion::ignored_with(missing)),
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

fn person_logs_in_sees_orders_and_logs_out(environment: &Environment) {
    let mut browser = Browser::default();
    let web = environment.web.url();
    assert_eq!(browser.get(&format!("{web}/me")).response.status, 401);
    let page = browser.log_in(environment, "/orders");
    assert_eq!(page.url, format!("{web}/orders"));
    let body = &page.response.body;
    // the name and the orders are text, whatever they contain
    assert!(body.contains("&lt;b&gt;alice&lt;/b&gt;"), "{body}");
    assert!(body.contains("tea &lt;green&gt;"), "{body}");
    assert!(!body.contains("<b>") && !body.contains("<green>"), "{body}");
    let policy = page.response.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'; "));
    assert_eq!(page.response.header("cache-control"), Some("no-store"));
    let me = browser.get(&format!("{web}/me")).response.json();
    let issuer = environment.provider.url();
    let name = json!({ "name": "<b>alice</b>" });
    let expected = json!({ "issuer": issuer, "subject": "alice", "claims": name });
    assert_eq!(me, expected);
    // a link or a form of another site does not log out
    assert_eq!(browser.get(&format!("{web}/logout")).response.status, 405);
    let forged = browser.post(&format!("{web}/logout"), &[], "http://127.0.0.1:1");
    assert_eq!(forged.response.status, 403);
    assert_eq!(browser.get(&format!("{web}/me")).response.status, 200);
    let confirm = browser.post(&format!("{web}/logout"), &[], web);
    assert!(confirm.url.starts_with(issuer), "{}", confirm.url);
    assert_eq!(browser.get(&format!("{web}/me")).response.status, 401);
    let back = browser.submit(&confirm, &[("logout", "yes")]);
    assert_eq!(back.response.status, 200);
    assert!(
        back.url.starts_with(&format!("{web}/?state=")),
        "{}",
        back.url
    );
    // the provider has ended its session too: it asks for the account
    let again = browser.get(&format!("{web}/login"));
    assert!(again.response.body.contains("name=\"account\""));
}

fn revoked_token_is_refreshed_for_the_page(environment: &Environment) {
    let mut browser = Browser::default();
    let page = browser.log_in(environment, "/orders");
    assert_eq!(page.response.status, 200);
    for refreshed in 1..=3 {
        let last = environment.tokens.lock().unwrap().last().unwrap().clone();
        let issuer = environment.provider.url();
        environment.revocations.revoke_token(issuer, &last).unwrap();
        let page = browser.get(&page.url);
        assert_eq!(page.response.status, 200, "{}", environment.log());
        let tokens = environment.tokens.lock().unwrap().clone();
        assert_eq!(tokens.len(), refreshed + 1, "{tokens:?}");
    }
}

fn two_tabs_log_in_at_once(environment: &Environment) {
    let mut browser = Browser::default();
    let web = environment.web.url();
    let first = browser.get(&format!("{web}/login?return_to=/orders"));
    let second = browser.get(&format!("{web}/login?return_to=/me"));
    let second = browser.confirm(second);
    assert_eq!(second.url, format!("{web}/me"));
    let first = browser.confirm(first);
    assert_eq!(first.url, format!("{web}/orders"), "{}", environment.log());
    assert_eq!(first.response.status, 200);
}

fn denied_consent_and_used_response_are_error_pages(environment: &Environment) {
    let mut browser = Browser::default();
    let web = environment.web.url();
    let form = browser.get(&format!("{web}/login"));
    let denied = browser.submit(&form, &[("action", "deny")]);
    assert!(
        denied
            .url
            .starts_with(&format!("{web}/callback?error=access_denied"))
    );
    assert_eq!(denied.response.status, 403);
    let body = &denied.response.body;
    assert!(
        body.contains("access was denied") && !body.contains("<b>"),
        "{body}"
    );
    assert_eq!(browser.get(&format!("{web}/me")).response.status, 401);
    // the back button, and another login
    assert_eq!(browser.get(&denied.url).response.status, 400);
    browser.log_in(environment, "/orders");
    assert_eq!(browser.get(&format!("{web}/me")).response.status, 200);
    assert_eq!(browser.get(&denied.url).response.status, 400);
    for page in ["https://evil.example", "//evil.example", "/%5Cevil.example"] {
        let refused = browser.get(&format!("{web}/login?return_to={page}"));
        assert_eq!(refused.response.status, 422, "{page}");
    }
}

fn forged_logout_token_ends_no_session(environment: &Environment) {
    let mut browser = Browser::default();
    let web = environment.web.url();
    browser.log_in(environment, "/orders");
    let issuer = environment.provider.url();
    let url = format!("{web}/backchannel-logout");
    for token in ["a.b.c", "", "eyJhbGciOiJub25lIn0.e30."] {
        let forged = browser.post(&url, &[("logout_token", token)], issuer);
        assert_eq!(forged.response.status, 400, "{token}");
    }
    assert_eq!(browser.get(&format!("{web}/me")).response.status, 200);
}

impl Environment {
    fn start() -> Self {
        // the redirect URI has the port, so it is chosen before the provider starts
        let port = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = port.local_addr().unwrap();
        drop(port);
        let mut provider = Command::new("node");
        provider
            .arg(Path::new(PROVIDER).join("logins.mjs"))
            .arg(format!("http://{address}"));
        let provider = Process::start(&mut provider);
        let runtime = Runtime::new().unwrap();
        let (tokens, revocations) = (Arc::default(), RevocationList::new());
        let api = orders_api(provider.url(), Arc::clone(&tokens), revocations.clone());
        let api = runtime.block_on(api);
        let name = format!("web-secret-{}", address.port());
        let secret = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&secret, "orders-web-secret\n").unwrap();
        let mut web = Command::new(env!("CARGO_BIN_EXE_web"));
        web.args(["--listen", &address.to_string()])
            .args(["--issuer", provider.url()])
            .args(["--client-id", "orders-web", "--client-secret-file"])
            .arg(&secret)
            .args(["--api", &api, "--resource", RESOURCE])
            .args(["--post-logout-redirect-uri", &format!("http://{address}/")])
            .arg("--allow-loopback-http");
        Self {
            web: Process::start(&mut web),
            provider,
            tokens,
            revocations,
            _runtime: runtime,
        }
    }

    fn log(&self) -> String {
        self.web.log() + &self.provider.log()
    }
}

/// The resource that the API is, and the audience of its tokens.
const RESOURCE: &str = "https://orders.example/api";

#[secured(scopes = "orders:read")]
async fn list_orders(caller: Caller, State(tokens): State<Arc<Mutex<Vec<String>>>>) -> Json<Value> {
    let mut tokens = tokens.lock().unwrap();
    let token = caller.jti().unwrap().to_owned();
    if !tokens.contains(&token) {
        tokens.push(token);
    }
    Json(json!([
        { "id": 1, "sku": "tea <green>", "quantity": 2, "status": "open", "note": caller.subject() },
        { "id": 2, "sku": "cups", "quantity": 12, "status": "shipped" },
    ]))
}

/// Serves an API that accepts the provider's tokens, and returns its origin.
async fn orders_api(
    issuer: &str,
    tokens: Arc<Mutex<Vec<String>>>,
    revocations: RevocationList,
) -> String {
    let issuer = Issuer::new(issuer).audience(RESOURCE).allow_loopback_http();
    let server = ResourceServer::builder()
        .revocations(revocations)
        .trust(issuer);
    let server = server.build().await.unwrap();
    let routes = SecureRouter::new().route("/orders", get(list_orders));
    let api = palisade::serve(routes.with_state(tokens).protect(server));
    let bound = api.bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    tokio::spawn(bound.run());
    format!("http://{address}")
}

impl Browser {
    /// Logs in as alice, and returns the page to which the application returns.
    fn log_in(&mut self, environment: &Environment, page: &str) -> Page {
        let web = environment.web.url();
        let form = self.get(&format!("{web}/login?return_to={page}"));
        let page = self.confirm(form);
        assert_eq!(page.response.status, 200, "{}", environment.log());
        page
    }

    /// Submits the forms of the provider until it redirects to the application.
    fn confirm(&mut self, mut page: Page) -> Page {
        while page.response.body.contains("name=\"action\"") {
            page = self.submit(&page, &[("account", "alice"), ("action", "continue")]);
        }
        page
    }

    fn get(&mut self, url: &str) -> Page {
        self.follow(url, Request::get)
    }

    /// Posts a form of a page at an origin.
    fn post(&mut self, url: &str, fields: &[(&str, &str)], origin: &str) -> Page {
        self.follow(url, |target| {
            Request::post(target, fields).header("Origin", origin)
        })
    }

    /// Submits the only form of a page, with its hidden fields.
    fn submit(&mut self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let body = &page.response.body;
        let attribute = |text: &str, name: &str| {
            let (_, rest) = text.split_once(&format!("{name}=\""))?;
            Some(rest.split_once('"')?.0.to_owned())
        };
        let form = &body[body.find("<form").expect("a form")..];
        let action = attribute(form, "action").unwrap();
        let hidden = form.split("<input").skip(1).filter_map(|input| {
            let input = input.split('>').next()?;
            let is_hidden = input.contains("type=\"hidden\"");
            is_hidden.then(|| Some((attribute(input, "name")?, attribute(input, "value")?)))?
        });
        let hidden: Vec<_> = hidden.collect();
        let mut all: Vec<(&str, &str)> = fields.to_vec();
        all.extend(hidden.iter().map(|(name, value)| (&**name, &**value)));
        let origin = origin(&page.url).to_owned();
        let url = resolve(&origin, &action);
        self.post(&url, &all, &origin)
    }

    /// Sends a request, stores cookies, and follows redirects with GET.
    fn follow(&mut self, url: &str, first: impl Fn(&str) -> Request) -> Page {
        let (mut url, mut request) = (url.to_owned(), None);
        for _ in 0..10 {
            let origin = origin(&url).to_owned();
            let target = &url[origin.len()..];
            let to_send = request.take().unwrap_or_else(|| first(target));
            let cookies = self.cookies.entry(origin.clone()).or_default();
            let pairs: Vec<_> = cookies
                .iter()
                .filter(|((path, _), _)| url[origin.len()..].starts_with(path.as_str()))
                .map(|((_, name), value)| format!("{name}={value}"))
                .collect();
            let to_send = to_send.header("Cookie", &pairs.join("; "));
            let response = to_send.send(&origin);
            for cookie in response.headers("set-cookie") {
                let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
                let (name, value) = pair.split_once('=').unwrap();
                let path = attributes.split(';').find_map(|attribute| {
                    let (name, path) = attribute.trim().split_once('=')?;
                    name.eq_ignore_ascii_case("path").then_some(path)
                });
                let key = (path.unwrap_or("/").to_owned(), name.to_owned());
                let attributes = attributes.to_ascii_lowercase();
                if attributes.contains("max-age=0")
                    || attributes.contains("expires=thu, 01 jan 1970")
                {
                    cookies.remove(&key);
                } else {
                    cookies.insert(key, value.to_owned());
                }
            }
            let Some(location) = response.header("location") else {
                return Page { url, response };
            };
            url = resolve(&origin, location);
            let target = &url[self::origin(&url).len()..];
            request = Some(Request::get(target));
        }
        panic!("too many redirects: {url}");
    }
}

/// Returns the origin of a URL.
fn origin(url: &str) -> &str {
    let path = url["http://".len()..].find('/');
    path.map_or(url, |path| &url[.."http://".len() + path])
}

fn resolve(origin: &str, reference: &str) -> String {
    if reference.starts_with('/') {
        format!("{origin}{reference}")
    } else {
        reference.to_owned()
    }
}

/// Finds Node.js and the packages of the provider.
///
/// # Errors
///
/// Returns a text that names the missing program, or the command that installs the packages.
fn find() -> Result<(), String> {
    let output = Command::new("node").arg("--version").output();
    if !output.is_ok_and(|output| output.status.success()) {
        return Err("`node` is not installed".into());
    }
    let package = Path::new(PROVIDER).join("node_modules/oidc-provider/package.json");
    if !package.exists() {
        return Err(
            "the provider is not installed: run `npm ci --prefix tests/interop/provider`".into(),
        );
    }
    Ok(())
}

/// Returns whether a missing peer fails the tests.
fn is_required() -> bool {
    env::var_os("PALISADE_REQUIRE_PEERS")
        .is_some_and(|value| !value.is_empty() && value != OsStr::new("0"))
}
