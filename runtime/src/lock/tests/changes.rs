//! Changes of declared APIs: each is one sentence that names the route and a witness.

use super::{at, sentences};
use crate::prelude::*;
use crate::{public, scopes, secured};

/// Handlers in pairs: the former declaration, and the changed one.
macro_rules! handlers {
    ($($name:ident: $attribute:meta;)*) => {
        $(#[$attribute] async fn $name() {})*
    };
}

scopes! {
    /// Read everything.
    ALL = "all" implies EDIT;
    /// Edit.
    EDIT = "edit" implies VIEW;
    /// View.
    VIEW = "view";
}

const CLERK: Role = Role::new("clerk");

handlers! {
    open: public(reason = "a list without secrets");
    open_for_another_reason: public(reason = "the list is published anyway");
    signed_in: secured(authenticated);
    read: secured(scopes = "orders:read");
    read_renamed: secured(scopes = "orders:read");
    both: secured(scopes = all("orders:read", "orders:list"));
    both_nested: secured(scopes = all(all("orders:list"), any("orders:read"), any("orders:read", all("orders:read", "x"))));
    either: secured(scopes = any("orders:read", "orders:list"));
    clerks: secured(roles = CLERK);
    read_as_clerk: secured(scopes = "orders:read", roles = CLERK);
    view: secured(scopes = VIEW);
    view_or_edit: secured(scopes = any(VIEW, EDIT, ALL));
    edit: secured(scopes = EDIT);
    list: secured(scopes = "orders:list");
    small: secured(authenticated, body_limit = "64 KiB");
    small_in_bytes: secured(authenticated, body_limit = "65536 B");
    large: secured(authenticated, body_limit = "1 MiB");
    slow: secured(authenticated, timeout = "60s");
    many_headers: secured(authenticated, header_limit = 101);
}

#[test]
fn change_of_access_is_one_sentence_with_a_witness() {
    for (old, new, expected) in [
        (
            get(both),
            get(read),
            "weaker: `GET /orders`: a caller with only `orders:read` is now admitted",
        ),
        (
            get(read),
            get(either),
            "weaker: `GET /orders`: a caller with only `orders:list` is now admitted",
        ),
        (
            get(read),
            get(signed_in),
            "weaker: `GET /orders`: a caller with only a valid token is now admitted",
        ),
        (
            get(read),
            get(open),
            "weaker: `GET /orders`: a caller without a token is now admitted",
        ),
        (
            get(signed_in),
            get(open),
            "weaker: `GET /orders`: a caller without a token is now admitted",
        ),
        (
            get(read_as_clerk),
            get(read),
            "weaker: `GET /orders`: a caller with only `orders:read` is now admitted",
        ),
        (
            get(read_as_clerk),
            get(clerks),
            "weaker: `GET /orders`: a caller with only the role `clerk` is now admitted",
        ),
        (
            get(edit),
            get(view),
            "weaker: `GET /orders`: a caller with only `view` is now admitted",
        ),
        (
            get(read),
            get(both),
            "stronger: `GET /orders`: a caller with only `orders:read` is no longer admitted",
        ),
        (
            get(read),
            get(read_as_clerk),
            "stronger: `GET /orders`: a caller with only `orders:read` is no longer admitted",
        ),
        (
            get(open),
            get(signed_in),
            "stronger: `GET /orders`: a caller without a token is no longer admitted",
        ),
        (
            get(view),
            get(edit),
            "stronger: `GET /orders`: a caller with only `view` is no longer admitted",
        ),
        (
            get(read),
            get(list),
            "incomparable, counts as weaker: `GET /orders`: a caller with only `orders:list` is now admitted, and a caller with only `orders:read` no longer is",
        ),
        (
            get(read),
            get(clerks),
            "incomparable, counts as weaker: `GET /orders`: a caller with only the role `clerk` is now admitted, and a caller with only `orders:read` no longer is",
        ),
    ] {
        assert_eq!(
            sentences(&at("/orders", old), &at("/orders", new)),
            [expected]
        );
    }
}

#[test]
fn same_access_in_other_words_is_unchanged() {
    for (old, new) in [
        (get(both), get(both_nested)),
        (get(view), get(view_or_edit)),
        (get(open), get(open_for_another_reason)),
        (get(small), get(small_in_bytes)),
        (get(small), get(signed_in)),
        (get(read), get(read_renamed)),
    ] {
        assert_eq!(sentences(&at("/orders", old), &at("/orders", new)), [""; 0]);
    }
}

#[test]
fn renamed_handler_reordered_routes_and_renamed_parameter_are_unchanged() {
    let old: SecureRouter = SecureRouter::new()
        .route("/orders", get(read).post(edit))
        .route("/orders/{id}", get(view))
        .route("/v{version}/{{literal}}", get(view))
        .nest(
            "/admin",
            SecureRouter::new().route("/files/{*path}", get(both)),
        );
    let new: SecureRouter = SecureRouter::new()
        .nest(
            "/admin",
            SecureRouter::new().route("/files/{*rest}", get(both_nested)),
        )
        .route("/orders/{number}", get(view_or_edit))
        .route("/v{number}/{{literal}}", get(view))
        .route("/orders", post(edit))
        .route("/orders", get(read_renamed));
    assert_eq!(sentences(&old, &new), [""; 0]);
}

/// Braces that are doubled are a part of the path.
#[test]
fn literal_in_braces_is_not_the_name_of_a_parameter() {
    assert_eq!(
        sentences(&at("/{{a}}", get(read)), &at("/{{b}}", get(read))),
        [
            "new: `GET /{{b}}`: a caller with only `orders:read` is admitted (its access is `orders:read`)",
            "gone: `GET /{{a}}`: its access was `orders:read`",
        ]
    );
}

#[test]
fn raised_limit_is_weaker_and_a_lower_one_stronger() {
    for (old, new, expected) in [
        (
            post(small),
            post(large),
            "weaker: `POST /orders`: a body of 65537 B is now accepted (`body_limit` was 65536 B, is 1048576 B)",
        ),
        (
            post(large),
            post(small_in_bytes),
            "stronger: `POST /orders`: a body of 1048576 B is no longer accepted (`body_limit` was 1048576 B, is 65536 B)",
        ),
        (
            post(small),
            post(slow),
            "weaker: `POST /orders`: a handler that takes 30001 ms is now accepted (`timeout` was 30000 ms, is 60000 ms)",
        ),
        (
            post(small),
            post(many_headers),
            "weaker: `POST /orders`: a request whose header fields number 101 is now accepted (`header_limit` was 100, is 101)",
        ),
    ] {
        assert_eq!(
            sentences(&at("/orders", old), &at("/orders", new)),
            [expected]
        );
    }
}

#[test]
fn new_route_and_removed_route_are_reported_with_their_access() {
    let old = at("/orders", get(read));
    let new = at("/orders", get(read))
        .route("/health", get(open))
        .route("/all", get(both));
    assert_eq!(
        sentences(&old, &new),
        [
            "new: `GET /all`: a caller with only `orders:list` and `orders:read` is admitted (its access is `all(orders:list, orders:read)`)",
            "new: `GET /health`: a caller without a token is admitted (its access is `public`)",
        ]
    );
    assert_eq!(
        sentences(&new, &old),
        [
            "gone: `GET /all`: its access was `all(orders:list, orders:read)`",
            "gone: `GET /health`: its access was `public`",
        ]
    );
    let renamed = at("/purchases", get(read));
    assert_eq!(
        sentences(&old, &renamed),
        [
            "new: `GET /purchases`: a caller with only `orders:read` is admitted (its access is `orders:read`)",
            "gone: `GET /orders`: its access was `orders:read`",
        ]
    );
}

/// The requests of a route that is gone may reach another one, and those of a new one may have been refused.
#[test]
fn route_that_uncovers_or_shadows_another_one_is_compared_with_it() {
    let weaker = |old: &SecureRouter, new: &SecureRouter| {
        let all = sentences(old, new);
        all.into_iter()
            .filter(|sentence| sentence.starts_with("weaker"))
            .collect::<Vec<_>>()
    };
    let general = || at("/orders/{id}", get(read));
    assert_eq!(
        weaker(&general().route("/orders/secret", get(both)), &general()),
        [
            "weaker: `GET /orders/secret`: a caller with only `orders:read` is now admitted: its requests now reach `GET /orders/{id}`"
        ]
    );
    assert_eq!(
        weaker(&general(), &general().route("/orders/open", get(open))),
        [
            "weaker: `GET /orders/open`: a caller without a token is now admitted: it was part of `GET /orders/{id}`"
        ]
    );
    assert_eq!(
        weaker(
            &at("/orders", get(read)),
            &at("/orders", get(read).head(open))
        ),
        [
            "weaker: `HEAD /orders`: a caller without a token is now admitted: it was part of `GET /orders`"
        ]
    );
    assert_eq!(
        weaker(
            &at("/orders", get(open).head(read)),
            &at("/orders", get(open))
        ),
        [
            "weaker: `HEAD /orders`: a caller without a token is now admitted: its requests now reach `GET /orders`"
        ]
    );
    let wildcard = at("/{*all}", get(open)).route("/a/b", get(read));
    assert_eq!(
        weaker(&wildcard, &at("/{*all}", get(open))),
        [
            "weaker: `GET /a/b`: a caller without a token is now admitted: its requests now reach `GET /{*all}`"
        ]
    );
    let fallback = || SecureRouter::new().fallback(open);
    assert_eq!(
        weaker(&fallback().route("/a", get(read)), &fallback()),
        [
            "weaker: `GET /a`: a caller without a token is now admitted: its requests now reach `* \"\"`"
        ]
    );
    // another method of a path answers 405, and stronger routes admit no other caller
    let other_method = || at("/orders/{id}", get(open)).route("/orders/x", post(read));
    assert_eq!(
        weaker(
            &other_method().route("/orders/x", get(read)),
            &other_method()
        ),
        [""; 0]
    );
    assert_eq!(
        weaker(&general(), &general().route("/orders/x", get(both))),
        [""; 0]
    );
}

/// A selection by header fields that is gone falls to the handler without one, and a nested fallback to the outer one.
#[test]
fn selection_and_nested_fallback_uncover_another_handler() {
    use crate::routing::{HeaderRouter, on_headers};
    use axum::routing::MethodFilter;

    let selected = |router: HeaderRouter| {
        let router = router.fallback(open);
        at("/mcp", on_headers(MethodFilter::POST, router))
    };
    let all = sentences(
        &selected(HeaderRouter::new(["mcp-method"]).route(["tools/call"], read)),
        &selected(HeaderRouter::new(["mcp-method"]).route(["tools/list"], read)),
    );
    let uncovered = "weaker: `POST /mcp when mcp-method \"tools/call\"`: a caller without a token is now admitted: its requests now reach `POST /mcp otherwise`";
    assert!(all.iter().any(|one| one == uncovered), "{all:#?}");

    let outer = |inner: SecureRouter| SecureRouter::new().nest("/admin", inner).fallback(open);
    let list = || SecureRouter::new().route("/", get(read));
    let all = sentences(&outer(list().fallback(read)), &outer(list()));
    let uncovered = "weaker: `* /admin`: a caller without a token is now admitted: its requests now reach `* \"\"`";
    assert!(all.iter().any(|one| one == uncovered), "{all:#?}");
}
