//! Logins in Chromium: pages, tabs, history and cookies as people and scripts see them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use palisade::claims::NumericDate;
use palisade::{Clock, SystemClock};
use serde_json::Value;

use crate::Environment;
use crate::devtools::{Chromium, Tab};

/// A test: its name and its function, which gets the program of the browser.
pub(crate) type Case = (&'static str, fn(&str));

pub(crate) const CASES: [Case; 8] = [
    (
        "in_browser::person_logs_in_refreshes_and_logs_out",
        person_logs_in_refreshes_and_logs_out,
    ),
    (
        "in_browser::page_has_no_token_and_cookies_are_hidden",
        page_has_no_token_and_cookies_are_hidden,
    ),
    (
        "in_browser::back_button_after_logout_shows_no_orders",
        back_button_after_logout_shows_no_orders,
    ),
    (
        "in_browser::two_tabs_log_in_at_once_and_share_the_logout",
        two_tabs_log_in_at_once_and_share_the_logout,
    ),
    (
        "in_browser::denied_consent_is_a_page_with_another_login",
        denied_consent_is_a_page_with_another_login,
    ),
    (
        "in_browser::response_is_of_no_use_again_or_elsewhere",
        response_is_of_no_use_again_or_elsewhere,
    ),
    (
        "in_browser::expired_login_and_session_lead_to_another_login",
        expired_login_and_session_lead_to_another_login,
    ),
    (
        "in_browser::form_of_another_origin_does_not_log_out",
        form_of_another_origin_does_not_log_out,
    ),
];

/// The system's clock, some time later.
#[derive(Clone, Default)]
struct LaterClock {
    /// In seconds.
    offset: Arc<AtomicU64>,
}

impl LaterClock {
    fn set(&self, offset: Duration) {
        self.offset.store(offset.as_secs(), Ordering::SeqCst);
    }
}

impl Clock for LaterClock {
    fn now(&self) -> NumericDate {
        let offset = self.offset.load(Ordering::SeqCst);
        SystemClock
            .now()
            .saturating_add(Duration::from_secs(offset))
    }
}

/// Returns the cookies of the application. Those of the provider have the same host.
fn cookies(tab: &Tab<'_>, web: &str) -> Vec<Value> {
    tab.cookies(web, "__Host-")
}

/// Submits the form of the provider until it redirects to the application.
fn confirm(tab: &Tab<'_>) {
    while tab.html().contains("name=\"action\"") {
        tab.click("button[value=continue]");
    }
}

/// Begins at the start page, and logs in as alice.
pub(crate) fn log_in(tab: &Tab<'_>, environment: &Environment) {
    tab.go(environment.web.url());
    tab.click(".button");
    confirm(tab);
    let orders = format!("{}/orders", environment.web.url());
    assert_eq!(
        (tab.url(), tab.status()),
        (orders, 200),
        "{}",
        environment.log()
    );
}

/// Logs out at the application and the provider.
fn log_out(tab: &Tab<'_>) {
    tab.click("header button");
    tab.click("button[value=yes]");
}

/// Fails unless the tab shows the orders of alice.
fn assert_orders(tab: &Tab<'_>) {
    let text = tab.text();
    for part in ["Kia ora, <b>alice</b>", "tea <green>", "cups", "Log out"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// Fails if the tab shows anything of alice.
fn assert_nothing_private(tab: &Tab<'_>) {
    let html = tab.html();
    for part in ["alice", "tea", "cups"] {
        assert!(!html.contains(part), "{part}: {html}");
    }
}

fn person_logs_in_refreshes_and_logs_out(program: &str) {
    let (environment, chromium) = (Environment::start(), Chromium::start(program));
    let (tab, web) = (chromium.tab(), environment.web.url());
    tab.go(web);
    assert_eq!(tab.status(), 200);
    assert!(tab.text().contains("Log in"), "{}", tab.text());
    tab.go(&format!("{web}/me"));
    assert_eq!(tab.status(), 401);
    log_in(&tab, &environment);
    assert_orders(&tab);
    // the start page leads to the orders now
    tab.go(web);
    assert_eq!(tab.url(), format!("{web}/orders"));
    // the API refuses the token, and the page shows the orders with another one
    environment.revoke_last_token();
    tab.reload();
    assert_orders(&tab);
    assert_eq!(environment.tokens.lock().unwrap().len(), 2);
    tab.go(&format!("{web}/me"));
    let me = tab.text();
    assert!(me.contains(r#""subject":"alice""#), "{me}");

    tab.go(&format!("{web}/orders"));
    log_out(&tab);
    assert!(
        tab.url().starts_with(&format!("{web}/?state=")),
        "{}",
        tab.url()
    );
    assert!(tab.text().contains("Log in"), "{}", tab.text());
    assert_nothing_private(&tab);
    tab.go(&format!("{web}/orders"));
    assert_eq!(tab.status(), 401);
    // the provider asks for the account again
    tab.click(".button");
    assert!(tab.html().contains("name=\"account\""), "{}", tab.html());
}

fn page_has_no_token_and_cookies_are_hidden(program: &str) {
    let (environment, chromium) = (Environment::start(), Chromium::start(program));
    let (tab, web) = (chromium.tab(), environment.web.url());
    tab.go(&format!("{web}/login?return_to=/orders"));
    // the request was pushed (RFC 9126): its URL has a reference only
    let requested = tab.requested();
    let authorization = requested.iter().find(|url| url.contains("/auth?")).unwrap();
    let (_, parameters) = authorization.split_once('?').unwrap();
    let names = parameters
        .split('&')
        .filter_map(|parameter| parameter.split('=').next());
    let names: BTreeSet<&str> = names.collect();
    assert_eq!(
        names,
        BTreeSet::from(["client_id", "request_uri"]),
        "{authorization}"
    );
    let pending = cookies(&tab, web);
    assert_eq!(pending.len(), 1, "{pending:?}");
    let name = pending[0]["name"].as_str().unwrap();
    assert!(name.starts_with("__Host-login-"), "{name}");
    let lifetime = tab.evaluate("Date.now() / 1000").as_f64().unwrap();
    let lifetime = pending[0]["expires"].as_f64().unwrap() - lifetime;
    assert!((0.0..=600.0).contains(&lifetime), "{lifetime}");
    confirm(&tab);
    assert_orders(&tab);
    let session = cookies(&tab, web);
    assert_eq!(session.len(), 1, "{session:?}");
    assert_eq!(session[0]["name"], "__Host-session");
    for cookie in pending.iter().chain(&session) {
        assert_eq!(cookie["httpOnly"], true, "{cookie}");
        assert_eq!(cookie["secure"], true, "{cookie}");
        assert_eq!(cookie["sameSite"], "Lax", "{cookie}");
        assert_eq!(cookie["path"], "/", "{cookie}");
        // without a leading dot: of this host only
        assert_eq!(cookie["domain"], "127.0.0.1", "{cookie}");
        let value = cookie["value"].as_str().unwrap();
        assert!(!value.starts_with("eyJ"), "{value}");
    }
    let storage = "document.cookie.length + localStorage.length + sessionStorage.length";
    let secret = session[0]["value"].as_str().unwrap();
    for page in ["/orders", "/me", "/style.css"] {
        tab.go(&format!("{web}{page}"));
        assert_eq!(tab.evaluate(storage), 0, "{page}");
        let html = tab.html();
        assert!(!html.contains("eyJ") && !html.contains(secret), "{html}");
        // the policy of the page forbids requests of scripts
        let fetch = format!("fetch('{page}').then(() => 'sent', () => 'blocked')");
        assert_eq!(tab.evaluate(&fetch), "blocked", "{page}");
    }
}

fn back_button_after_logout_shows_no_orders(program: &str) {
    let (environment, chromium) = (Environment::start(), Chromium::start(program));
    let (tab, web) = (chromium.tab(), environment.web.url());
    log_in(&tab, &environment);
    tab.go(&format!("{web}/me"));
    tab.history(-1);
    assert_orders(&tab);
    log_out(&tab);
    // the confirmation, and the orders
    tab.history(-2);
    assert_eq!((tab.url(), tab.status()), (format!("{web}/orders"), 401));
    assert_nothing_private(&tab);
    tab.history(-1);
    assert_eq!(
        tab.url().strip_prefix(web).map(|_| ()),
        None,
        "{}",
        tab.url()
    );
    tab.history(2);
    assert_nothing_private(&tab);
}

fn two_tabs_log_in_at_once_and_share_the_logout(program: &str) {
    let (environment, chromium) = (Environment::start(), Chromium::start(program));
    let (first, second, web) = (chromium.tab(), chromium.tab(), environment.web.url());
    first.go(&format!("{web}/login?return_to=/orders"));
    second.go(&format!("{web}/login?return_to=/me"));
    assert_eq!(cookies(&first, web).len(), 2);
    confirm(&second);
    assert_eq!((second.url(), second.status()), (format!("{web}/me"), 200));
    let before = cookies(&first, web);
    confirm(&first);
    assert_eq!(
        (first.url(), first.status()),
        (format!("{web}/orders"), 200)
    );
    assert_orders(&first);
    // the later login has replaced the session, with another identifier
    let after = cookies(&first, web);
    assert_eq!(after.len(), 1, "{after:?}");
    let session = before
        .iter()
        .find(|cookie| cookie["name"] == "__Host-session");
    assert_ne!(session.unwrap()["value"], after[0]["value"]);
    second.reload();
    assert_eq!(second.status(), 200);
    log_out(&first);
    second.reload();
    assert_eq!(second.status(), 401);
    assert_nothing_private(&second);
}

fn denied_consent_is_a_page_with_another_login(program: &str) {
    let (environment, chromium) = (Environment::start(), Chromium::start(program));
    let (tab, web) = (chromium.tab(), environment.web.url());
    tab.go(&format!("{web}/login?return_to=/orders"));
    tab.click("button[value=deny]");
    let denied = tab.url();
    assert!(
        denied.starts_with(&format!("{web}/callback?error=access_denied")),
        "{denied}"
    );
    assert_eq!(tab.status(), 403);
    let text = tab.text();
    assert!(
        text.contains("Access was denied") && !text.contains("<b>"),
        "{text}"
    );
    assert!(cookies(&tab, web).is_empty());
    // the same response once more
    tab.reload();
    assert_eq!(tab.status(), 400);
    tab.click(".button");
    confirm(&tab);
    assert_orders(&tab);
    tab.history(-1);
    tab.history(1);
    assert_orders(&tab);
}

fn response_is_of_no_use_again_or_elsewhere(program: &str) {
    let (environment, chromium) = (Environment::start(), Chromium::start(program));
    let (tab, web) = (chromium.tab(), environment.web.url());
    tab.go(&format!("{web}/login?return_to=/orders"));
    let pending = cookies(&tab, web);
    tab.click("button[value=continue]");
    tab.click("button[value=continue]");
    let requested = tab.requested();
    let callback = format!("{web}/callback?");
    let response = requested.iter().find(|url| url.starts_with(&callback));
    let response = response.unwrap_or_else(|| panic!("{requested:?}"));
    let session = cookies(&tab, web);
    tab.go(response);
    assert_eq!(tab.status(), 400);
    assert_nothing_private(&tab);
    // the session goes on
    assert_eq!(cookies(&tab, web), session);
    let stranger = chromium.stranger();
    stranger.go(response);
    assert_eq!(stranger.status(), 400);
    assert!(cookies(&stranger, web).is_empty());
    stranger.go(&format!("{web}/orders"));
    assert_eq!(stranger.status(), 401);
    // a login whose cookie is gone, as after its ten minutes
    stranger.go(&format!("{web}/login"));
    let other = cookies(&stranger, web);
    assert_ne!(other[0]["name"], pending[0]["name"]);
    stranger.delete_cookie(web, &other[0]["name"]);
    confirm(&stranger);
    assert_eq!(stranger.status(), 400);
    assert!(
        stranger.text().contains("No login is pending"),
        "{}",
        stranger.text()
    );
    assert!(cookies(&stranger, web).is_empty());
}

fn expired_login_and_session_lead_to_another_login(program: &str) {
    let clock = LaterClock::default();
    let environment = Environment::start_with_clock(clock.clone());
    let chromium = Chromium::start(program);
    let (tab, web) = (chromium.tab(), environment.web.url());
    tab.go(&format!("{web}/login?return_to=/orders"));
    clock.set(Duration::from_mins(10));
    confirm(&tab);
    assert!(
        tab.url().starts_with(&format!("{web}/callback?")),
        "{}",
        tab.url()
    );
    assert_eq!(tab.status(), 400);
    assert!(
        tab.text().contains("longer than ten minutes"),
        "{}",
        tab.text()
    );
    assert!(cookies(&tab, web).is_empty());
    clock.set(Duration::ZERO);
    tab.click(".button");
    confirm(&tab);
    assert_orders(&tab);
    // 30 minutes without a request
    clock.set(Duration::from_mins(30));
    tab.reload();
    assert_eq!(tab.status(), 401);
    assert_nothing_private(&tab);
    // the browser still has the cookie, and both pages offer another login
    assert_eq!(cookies(&tab, web).len(), 1);
    tab.click("main a[href='/']");
    assert_eq!((tab.url(), tab.status()), (format!("{web}/"), 200));
    assert_nothing_private(&tab);
    clock.set(Duration::ZERO);
    tab.click(".button");
    confirm(&tab);
    assert_orders(&tab);
}

fn form_of_another_origin_does_not_log_out(program: &str) {
    let (environment, chromium) = (Environment::start(), Chromium::start(program));
    let (tab, web) = (chromium.tab(), environment.web.url());
    log_in(&tab, &environment);
    // the same site, because ports make no difference to cookies
    let other = environment.provider.url();
    for referrer in ["unsafe-url", "no-referrer"] {
        tab.go(&format!("{other}/.well-known/openid-configuration"));
        let script = format!(
            "document.body.innerHTML = '<meta name=referrer content={referrer}>\
             <form method=post action=\"{web}/logout\"><button>Win</button></form>'"
        );
        tab.evaluate(&script);
        tab.click("button");
        assert_eq!((tab.url(), tab.status()), (format!("{web}/logout"), 403));
        tab.go(&format!("{web}/orders"));
        assert_orders(&tab);
    }
    // neither does a link
    tab.go(&format!("{web}/logout"));
    assert_eq!(tab.status(), 405);
    tab.go(&format!("{web}/orders"));
    assert_orders(&tab);
}
