//! The web example, the certified provider, and an API, driven as by a browser: redirects, forms and cookies; and driven by
//! a browser (`in_browser`), Chromium.
//!
//! The test installs nothing: without Node.js, the provider's packages or Chromium, a case is ignored with the reason, or
//! fails if `PALISADE_REQUIRE_PEERS=1` is set.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failing test panics"
)]

#[path = "chromium.rs"]
mod chromium;
#[path = "devtools.rs"]
mod devtools;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "http.rs"]
mod http;
#[path = "in_browser.rs"]
mod in_browser;
#[path = "pages.rs"]
mod pages;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "process.rs"]
mod process;
#[path = "redirects.rs"]
mod redirects;
#[path = "relying_party.rs"]
mod relying_party;
#[path = "scripted.rs"]
mod scripted;
#[path = "../../runtime/src/input/types/return_to/tests/texts.rs"]
mod texts;
#[path = "unused_address.rs"]
mod unused_address;

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::future;
use std::iter;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use palisade::prelude::*;
use palisade::{Clock, RevocationList};
use palisade_web_example::Options;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::process::Process;
use crate::scripted::Browser;
use crate::unused_address::unused_address;

/// The directory of the provider program and its packages.
const PROVIDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/interop/provider");

/// A test: its name and its function.
type Case = (&'static str, fn(&Environment));

const CASES: [Case; 8] = [
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
    (
        "web::logout_at_the_provider_ends_the_session",
        logout_at_the_provider_ends_the_session,
    ),
    (
        "web::reuse_of_a_stolen_refresh_token_ends_the_login",
        reuse_of_a_stolen_refresh_token_ends_the_login,
    ),
    (
        "web::refresh_token_that_a_thief_has_used_ends_the_login",
        refresh_token_that_a_thief_has_used_ends_the_login,
    ),
];

/// The running provider, API and application.
struct Environment {
    provider: Process,
    web: Web,
    /// The identifiers of the tokens that the API has accepted.
    tokens: Arc<Mutex<Vec<String>>>,
    revocations: RevocationList,
    _runtime: Runtime,
}

/// The running application: the program, or the same in this process.
struct Web {
    url: String,
    program: Option<Process>,
}

fn main() -> ExitCode {
    let (provider, browser) = (Arc::new(find()), chromium::find());
    let scripted = CASES.into_iter().map(|(name, case)| {
        let provider = Arc::clone(&provider);
        Trial::ignorable_test(name, move || run(&provider, || case(&Environment::start())))
    });
    let both = provider.as_ref().clone().and(browser.map(str::to_owned));
    let both = Arc::new(both);
    let in_browser = in_browser::CASES.into_iter();
    let in_browser = in_browser.chain(pages::CASES).chain(redirects::CASES);
    let in_browser = in_browser.map(|(name, case)| {
        let both = Arc::clone(&both);
        Trial::ignorable_test(name, move || {
            let program = both.as_deref().unwrap_or_default();
            run(&both, || case(program))
        })
    });
    let clients = relying_party::CASES.into_iter().map(|(name, case)| {
        let provider = Arc::clone(&provider);
        Trial::ignorable_test(name, move || run(&provider, case))
    });
    let trials = scripted.chain(in_browser).chain(clients).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Runs a case. Without its peers, the case is ignored or fails.
fn run<P>(peers: &Result<P, String>, case: impl FnOnce()) -> Result<Completion, Failed> {
    match peers {
        Ok(_) => {
            case();
            Ok(Completion::Completed)
        }
        Err(missing) if is_required() => Err(Failed::from(missing)),
        Err(missing) => Ok(Completion::ignored_with(missing)),
    }
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
        environment.revoke_last_token();
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

/// Back-channel logout: the provider sends the logout token.
fn logout_at_the_provider_ends_the_session(environment: &Environment) {
    let (mut here, mut elsewhere) = (Browser::default(), Browser::default());
    let (web, issuer) = (environment.web.url(), environment.provider.url());
    for browser in [&mut here, &mut elsewhere] {
        browser.log_in(environment, "/orders");
    }
    let confirm = here.get(&format!("{issuer}/session/end"));
    here.submit(&confirm, &[("logout", "yes")]);
    let me = here.get(&format!("{web}/me"));
    assert_eq!(me.response.status, 401, "{}", environment.log());
    assert_eq!(here.get(&format!("{web}/orders")).response.status, 401);
    // the session of another browser has another `sid`
    let page = elsewhere.get(&format!("{web}/orders"));
    assert_eq!(page.response.status, 200, "{}", environment.log());
    here.log_in(environment, "/orders");
}

/// The thief is later than the application: the provider notices, and ends the grant.
fn reuse_of_a_stolen_refresh_token_ends_the_login(environment: &Environment) {
    let mut browser = Browser::default();
    let page = browser.log_in(environment, "/orders");
    environment.revoke_last_token();
    assert_eq!(browser.get(&page.url).response.status, 200);
    let thief = browser.get(&format!("{}/thief", environment.provider.url()));
    assert_eq!(thief.response.status, 400);
    assert_login_has_ended(&mut browser, environment);
}

/// The application is later than the thief.
fn refresh_token_that_a_thief_has_used_ends_the_login(environment: &Environment) {
    let mut browser = Browser::default();
    browser.log_in(environment, "/orders");
    let thief = browser.get(&format!("{}/thief", environment.provider.url()));
    assert_eq!(thief.response.status, 200);
    assert_login_has_ended(&mut browser, environment);
}

/// Fails unless the application has no token any more, reports it, and logs in again.
fn assert_login_has_ended(browser: &mut Browser, environment: &Environment) {
    environment.revoke_last_token();
    let web = environment.web.url();
    for _ in 0..2 {
        let page = browser.get(&format!("{web}/orders"));
        let text = &page.response.body;
        assert_eq!(page.response.status, 403, "{}", environment.log());
        assert!(text.contains("has ended; log in again"), "{text}");
    }
    let page = browser.log_in(environment, "/orders");
    assert_eq!(page.response.status, 200);
}

impl Environment {
    /// Starts the provider, the API and the program `web`.
    fn start() -> Self {
        Self::start_with(|_, arguments| {
            let program = Process::start(Command::new(env!("CARGO_BIN_EXE_web")).args(arguments));
            Web {
                url: program.url().to_owned(),
                program: Some(program),
            }
        })
    }

    /// Starts the provider and the API, and the application in this process with a clock.
    fn start_with_clock(clock: impl Clock + Clone) -> Self {
        Self::start_with(|runtime, arguments| {
            let arguments = iter::once("web").chain(arguments.iter().map(String::as_str));
            let options = Options::parse(arguments.map(OsString::from)).unwrap();
            runtime.block_on(async {
                let api = palisade_web_example::api(&options, clock).await.unwrap();
                let bound = palisade::serve(api).bind(options.listen).await.unwrap();
                let url = format!("http://{}", bound.local_addr());
                tokio::spawn(bound.run_until(future::pending()));
                Web { url, program: None }
            })
        })
    }

    fn start_with(start: impl FnOnce(&Runtime, &[String]) -> Web) -> Self {
        // the redirect URI has the port, so it is chosen before the provider starts
        let address = unused_address();
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
        let arguments = [
            ("--listen", address.to_string()),
            ("--issuer", provider.url().to_owned()),
            ("--client-id", "orders-web".to_owned()),
            ("--client-secret-file", secret.to_str().unwrap().to_owned()),
            ("--api", api),
            ("--resource", RESOURCE.to_owned()),
            ("--post-logout-redirect-uri", format!("http://{address}/")),
        ];
        let arguments = arguments.into_iter();
        let arguments = arguments.flat_map(|(option, value)| [option.to_owned(), value]);
        let arguments = arguments.chain(["--allow-loopback-http".to_owned()]);
        let web = start(&runtime, &arguments.collect::<Vec<_>>());
        fs::remove_file(secret).unwrap();
        Self {
            web,
            provider,
            tokens,
            revocations,
            _runtime: runtime,
        }
    }

    /// Makes the API refuse the token that it has accepted last.
    fn revoke_last_token(&self) {
        let last = self.tokens.lock().unwrap().last().unwrap().clone();
        let issuer = self.provider.url();
        self.revocations.revoke_token(issuer, &last).unwrap();
    }

    fn log(&self) -> String {
        let program = self.web.program.as_ref();
        program.map(Process::log).unwrap_or_default() + &self.provider.log()
    }
}

impl Web {
    fn url(&self) -> &str {
        &self.url
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
