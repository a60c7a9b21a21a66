//! Tests of the jar, against the rules of RFC 6265 and its successor.

use std::time::Duration;

use super::*;
use crate::testing::TestClock;

/// A jar, and its clock.
fn jar() -> (TestCookies, TestClock) {
    let clock = TestClock::at(NumericDate::from_secs(1_000_000));
    (TestCookies::new("orders.example", clock.clone()), clock)
}

fn store(jar: &TestCookies, path: &str, fields: &[&str]) {
    let mut headers = HeaderMap::new();
    for field in fields {
        headers.append(SET_COOKIE, HeaderValue::from_str(field).unwrap());
    }
    jar.store(path, &headers);
}

fn sent(jar: &TestCookies, path: &str) -> String {
    let field = jar.field(path);
    field.map_or_else(String::new, |field| field.to_str().unwrap().to_owned())
}

/// Stores one cookie for `/`, and returns what is sent, or the reason of the rejection.
fn outcome(field: &str) -> String {
    let (jar, _) = jar();
    store(&jar, "/", &[field]);
    match jar.rejected().pop() {
        Some(sentence) => sentence.split_once(": ").unwrap().1.to_owned(),
        None => sent(&jar, "/"),
    }
}

#[test]
fn cookie_is_sent_to_its_path_and_below() {
    for (path, request, is_sent) in [
        ("/", "/", true),
        ("/", "/orders/7", true),
        ("/orders", "/orders", true),
        ("/orders", "/orders/", true),
        ("/orders", "/orders/7", true),
        ("/orders", "/orders7", false),
        ("/orders", "/", false),
        ("/orders", "/Orders", false),
        ("/orders/", "/orders/7", true),
        ("/orders/", "/orders", false),
    ] {
        let (jar, _) = jar();
        store(&jar, "/", &[&format!("a=1; Path={path}")]);
        assert_eq!(sent(&jar, request) == "a=1", is_sent, "{path} {request}");
    }
}

#[test]
fn cookie_without_valid_path_has_the_directory_of_the_request() {
    for (request, field, path) in [
        ("/", "a=1", "/"),
        ("/login", "a=1", "/"),
        ("/session/login", "a=1", "/session"),
        ("/session/", "a=1", "/session"),
        ("/session/login", "a=1; Path=", "/session"),
        ("/session/login", "a=1; Path=orders", "/session"),
        ("/session/login", "a=1; path=/x; PATH=/y", "/y"),
    ] {
        let (jar, _) = jar();
        store(&jar, request, &[field]);
        assert_eq!(jar.get("a").unwrap().path(), path, "{request} {field}");
    }
}

#[test]
fn longer_paths_and_earlier_cookies_are_sent_first() {
    let (jar, _) = jar();
    store(&jar, "/", &["a=1", "b=2; Path=/x", "c=3", "a=4; Path=/x/y"]);
    assert_eq!(sent(&jar, "/x/y"), "a=4; b=2; a=1; c=3");
    assert_eq!(jar.get("a").unwrap().value(), "4");
    // a replaced cookie keeps its place
    store(&jar, "/", &["a=5"]);
    assert_eq!(sent(&jar, "/"), "a=5; c=3");
}

#[test]
fn cookie_ends_at_max_age_or_expires() {
    let expires = |seconds: u64| {
        let (jar, clock) = jar();
        // 1970-01-12 13:46:40 is second 1,000,000
        let date = "Expires=Mon, 12 Jan 1970 13:47:40 GMT";
        let fields = [
            "session=1".to_owned(),
            "age=1; Max-Age=60".to_owned(),
            format!("date=1; {date}"),
            format!("both=1; Max-Age=120; {date}"),
            format!("order=1; {date}; Max-Age=120"),
            "odd=1; Max-Age=6O; Expires=tomorrow".to_owned(),
            "large=1; Max-Age=99999999999999999999999".to_owned(),
        ];
        store(&jar, "/", &fields.each_ref().map(String::as_str));
        clock.advance(Duration::from_secs(seconds));
        let names: Vec<_> = jar
            .all()
            .iter()
            .map(|cookie| cookie.name().to_owned())
            .collect();
        names.join(" ")
    };
    assert_eq!(expires(59), "session age date both order odd large");
    assert_eq!(expires(60), "session both order odd large");
    assert_eq!(expires(119), "session both order odd large");
    assert_eq!(expires(120), "session odd large");
}

#[test]
fn cookie_in_the_past_is_removed() {
    for field in [
        "a=; Max-Age=0",
        "a=; Max-Age=-1",
        "a=gone; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "a=gone; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/",
    ] {
        let (jar, _) = jar();
        store(&jar, "/", &["a=1", "b=2"]);
        store(&jar, "/", &[field]);
        assert_eq!(sent(&jar, "/"), "b=2", "{field}");
        assert!(jar.rejected().is_empty());
    }
    let (jar, _) = jar();
    store(&jar, "/", &["a=1; Path=/x"]);
    store(&jar, "/", &["a=; Max-Age=0"]);
    assert_eq!(sent(&jar, "/x"), "a=1", "another path is another cookie");
}

#[test]
fn value_is_stored_as_written() {
    for (field, stored) in [
        ("a=1=2==", "a=1=2=="),
        ("a=\"1\"", "a=\"1\""),
        ("  a  =  1  ; Path=/", "a=1"),
        ("a=", "a="),
        ("a=%20%3B", "a=%20%3B"),
        ("a=x, b=y", "a=x, b=y"),
    ] {
        assert_eq!(outcome(field), stored, "{field}");
    }
}

/// Browsers ignore these cookies: a session that relies on one never begins.
#[test]
fn cookie_that_a_browser_ignores_is_rejected_with_the_reason() {
    for (field, expected) in [
        ("__Host-a=1; Path=/; Secure", "__Host-a=1"),
        ("__Host-a=1; Path=/; Secure; Domain=", "__Host-a=1"),
        ("__Host-a=1; Path=/", "its prefix requires `Secure`"),
        ("__Host-a=1; Secure", "its prefix requires `Path=/`"),
        (
            "__Host-a=1; Secure; Path=/a",
            "its prefix requires `Path=/`",
        ),
        (
            "__Host-a=1; Secure; Path=/; Domain=orders.example",
            "its prefix does not allow `Domain`",
        ),
        ("__hOST-a=1; Path=/", "its prefix requires `Secure`"),
        ("__Secure-a=1; Secure", "__Secure-a=1"),
        ("__Secure-a=1", "its prefix requires `Secure`"),
        ("__SECURE-a=1", "its prefix requires `Secure`"),
        ("a=1; Domain=orders.example", "a=1"),
        ("a=1; Domain=.Orders.Example", "a=1"),
        ("a=1; Domain=", "a=1"),
        (
            "a=1; Domain=example",
            "its `Domain` is not the host or a parent domain",
        ),
        (
            "a=1; Domain=api.orders.example",
            "its `Domain` is not the host or a parent domain",
        ),
        (
            "a=1; Domain=other.example",
            "its `Domain` is not the host or a parent domain",
        ),
        (
            "a=1; Domain=ders.example",
            "its `Domain` is not the host or a parent domain",
        ),
        ("a=1; SameSite=None; Secure", "a=1"),
        ("a=1; SameSite=none", "`SameSite=None` requires `Secure`"),
        ("a=1; Partitioned", "`Partitioned` requires `Secure`"),
        ("a", "it has no `=`"),
        ("; a=1", "it has no `=`"),
        ("=1", "it has no name"),
        ("", "it has no `=`"),
    ] {
        assert_eq!(outcome(field), expected, "{field}");
    }
    let (jar, _) = jar();
    store(&jar, "/", &["__Host-a=1"]);
    assert_eq!(
        jar.rejected(),
        ["a browser ignores the cookie `__Host-a`: its prefix requires `Secure`"]
    );
}

#[test]
fn cookie_has_at_most_4096_bytes() {
    let field = |length: usize| format!("a={}", "x".repeat(length));
    assert_eq!(outcome(&field(4_095)), field(4_095));
    assert_eq!(
        outcome(&field(4_096)),
        "name and value have more than 4096 bytes"
    );
    // an attribute that is too long is ignored
    let path = |length: usize| format!("a=1; Path=/{}", "x".repeat(length));
    assert_eq!(outcome(&path(1_023)), "");
    assert_eq!(outcome(&path(1_024)), "a=1");
}

#[test]
fn attributes_are_readable() {
    let (jar, clock) = jar();
    store(
        &jar,
        "/",
        &["a=1; SECURE; httponly; SameSite=Lax; Max-Age=5; Path=/x"],
    );
    let cookie = jar.get("a").unwrap();
    assert!(cookie.is_secure() && cookie.is_http_only());
    assert_eq!(cookie.same_site(), Some("Lax"));
    let expires_at = clock.time().saturating_add(Duration::from_secs(5));
    assert_eq!(cookie.expires_at(), Some(expires_at));
    store(&jar, "/", &["b=1"]);
    let plain = jar.get("b").unwrap();
    assert!(!plain.is_secure() && !plain.is_http_only());
    assert_eq!((plain.same_site(), plain.expires_at()), (None, None));
}

#[test]
fn set_cookie_is_sent_and_cleared() {
    let (jar, _) = jar();
    jar.set("session", "forged=");
    assert_eq!(sent(&jar, "/any"), "session=forged=");
    jar.clone().clear();
    assert_eq!(sent(&jar, "/any"), "");
}

#[test]
fn name_that_cannot_be_sent_panics() {
    for (name, value) in [
        ("", "1"),
        ("a;b", "1"),
        ("a=b", "1"),
        ("a", "1; b=2"),
        ("a", "\n"),
    ] {
        let set = std::panic::catch_unwind(|| jar().0.set(name, value));
        assert!(set.is_err(), "{name:?} {value:?}");
    }
}

#[test]
fn debug_output_has_no_value() {
    let (jar, _) = jar();
    jar.set("session", "hidden");
    let printed = format!("{jar:?}");
    assert!(
        printed.contains("session") && !printed.contains("hidden"),
        "{printed}"
    );
}
