//! What the macros expand to, one snapshot for each generated shape.

mod input;
mod schemas;

use insta::assert_snapshot;
use proc_macro2::TokenStream;

use crate::parse::AttributeKind;
use crate::{declared, secure_input, vocabulary};

fn handler(kind: AttributeKind, words: &str, item: &str) -> TokenStream {
    declared(kind, words.parse().unwrap(), item.parse().unwrap())
}

fn secured(words: &str, item: &str) -> String {
    pretty(handler(AttributeKind::Secured, words, item))
}

fn public(words: &str, item: &str) -> String {
    pretty(handler(AttributeKind::Public, words, item))
}

fn scopes(entries: &str) -> String {
    pretty(vocabulary(entries.parse().unwrap()))
}

fn pretty(tokens: TokenStream) -> String {
    prettyplease::unparse(&syn::parse2(tokens).unwrap())
}

fn names_palisade(tokens: &TokenStream) -> bool {
    tokens.to_string().replace(' ', "").contains("::palisade")
}

#[test]
fn a_secured_handler_with_three_arguments_and_other_attributes() {
    assert_snapshot!(secured(
        "scopes = \"orders:write\"",
        r#"
            /// Creates an order.
            #[deprecated]
            #[cfg(feature = "orders")]
            #[expect(clippy::needless_pass_by_value)]
            #[tracing::instrument(skip_all)]
            pub(crate) async fn create_order(
                State(store): State<Store>,
                caller: Caller,
                Valid(mut order): Valid<Json<NewOrder>>,
            ) -> Result<Json<Order>, Problem> {
                store.create(caller, order).await
            }
        "#,
    ));
}

#[test]
fn a_handler_without_arguments() {
    assert_snapshot!(secured(
        "authenticated",
        "async fn ping() -> &'static str { \"pong\" }",
    ));
}

#[test]
fn a_handler_that_returns_nothing() {
    assert_snapshot!(secured("scopes = \"a b\"", "pub async fn touch() {}"));
}

#[test]
fn a_public_handler() {
    assert_snapshot!(public(
        "reason = \"liveness probe, reveals nothing\"",
        "pub async fn health() -> StatusCode { StatusCode::OK }",
    ));
}

#[test]
fn an_unvalidated_handler() {
    assert_snapshot!(secured(
        "scopes = ORDERS_WRITE, unvalidated = \"the signature covers the raw bytes\"",
        "async fn hook(body: Unvalidated<Bytes>) -> StatusCode { take(body) }",
    ));
}

#[test]
fn a_requirement_of_lists_with_a_body_limit() {
    assert_snapshot!(secured(
        "scopes = any(\"admin\", all(WRITE, \"x\")), body_limit = \"2 MiB\"",
        "async fn upload(body: Valid<Json<Upload>>) -> StatusCode { store(body) }",
    ));
}

#[test]
fn a_public_handler_with_every_limit() {
    assert_snapshot!(public(
        "reason = \"a hook\", parameter_limit = 1_000, header_limit = 20, body_limit = \"1 KiB\", \
         body_timeout = \"2 min\", part_limit = 7",
        "async fn hook(body: Valid<Json<Event>>) -> StatusCode { take(body) }",
    ));
}

#[test]
fn a_handler_for_roles() {
    assert_snapshot!(secured(
        "roles = any(\"admin\", all(clerks::CLERK, \"on-call\"))",
        "async fn close(caller: Caller) -> StatusCode { shut(caller) }",
    ));
}

#[test]
fn a_handler_for_scopes_and_roles() {
    assert_snapshot!(secured(
        "roles = \"admin\", scopes = \"a b\", crate = fence",
        "async fn close() {}",
    ));
}

#[test]
fn a_handler_where_the_crate_is_renamed() {
    let tokens = handler(
        AttributeKind::Secured,
        "scopes = \"a\", crate = ::fence::inner, body_limit = \"1 B\", unvalidated = \"raw\"",
        "async fn list(page: Page) -> Json<u8> { page }",
    );
    assert!(!names_palisade(&tokens), "{tokens}");
    assert_snapshot!(pretty(tokens));
}

#[test]
fn no_shape_names_palisade_where_the_crate_is_renamed() {
    let own = handler(AttributeKind::Secured, "authenticated", "async fn a() {}");
    assert!(names_palisade(&own), "{own}");
    let both = "async fn a(b: B) {}";
    for (kind, words, item) in [
        (AttributeKind::Public, "reason = \"r\", crate = fence", both),
        (AttributeKind::Secured, "scops = A, crate = fence", both),
        (
            AttributeKind::Secured,
            "scopes = all(A, \"a\"), roles = any(B, \"b\"), crate = fence",
            both,
        ),
        (
            AttributeKind::Secured,
            "authenticated, crate = fence",
            "fn a() {}",
        ),
    ] {
        let tokens = handler(kind, words, item);
        assert!(!names_palisade(&tokens), "{tokens}");
    }
    let entries = "crate = fence; /// Read.\n pub A = \"a\";";
    let tokens = vocabulary(entries.parse().unwrap());
    assert!(!names_palisade(&tokens), "{tokens}");
    for item in [
        "#[serde(deny_unknown_fields)] #[secure(crate = fence)] struct A { #[garde(skip)] b: u8 }",
        "#[secure(crate = fence)] struct A { #[garde(skip)] b: u8 }",
        "#[secure(crate = fence)] struct A(#[garde(skip)] u8);",
        "#[secure(crate = fence)] enum A { B }",
    ] {
        let tokens = secure_input(syn::parse_str(item).unwrap(), false);
        assert!(!names_palisade(&tokens), "{tokens}");
    }
}

#[test]
fn the_fallback_of_a_wrong_attribute() {
    assert_snapshot!(secured(
        "scoops = \"orders:read\"",
        "pub async fn list(State(store): State<Store>) -> Json<u8> { store.list() }",
    ));
}

#[test]
fn the_fallback_of_an_unreadable_handler() {
    assert_snapshot!(secured(
        "authenticated",
        "pub fn list<T>(store: &Store) -> Json<u8> { store.list() }",
    ));
}

#[test]
fn what_is_no_fn_leaves_nothing_but_the_mistake() {
    assert_snapshot!(public("reason = \"r\"", "struct Health;"));
}

#[test]
fn a_scope_vocabulary() {
    assert_snapshot!(scopes(
        r#"
            /// Read orders,
            /// and their items.
            pub ORDERS_READ = "orders:read";
            /// Create orders.
            #[cfg(feature = "write")]
            pub(crate) ORDERS_WRITE = "orders:write";
        "#,
    ));
}
