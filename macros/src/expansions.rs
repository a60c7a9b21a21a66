//! The expansions of the macros: one snapshot for each generated shape.

mod input;
mod schemas;
mod serde_words;

use insta::assert_snapshot;
use proc_macro2::TokenStream;

use crate::expand::Described;
use crate::parse::AttributeKind;
use crate::{declared, secure_input, vocabulary};

fn handler(kind: AttributeKind, options: &str, item: &str) -> TokenStream {
    let described = Described {
        responses: false,
        claims: false,
    };
    declared(
        kind,
        options.parse().unwrap(),
        item.parse().unwrap(),
        described,
    )
}

fn secured(options: &str, item: &str) -> String {
    pretty(handler(AttributeKind::Secured, options, item))
}

/// A handler with palisade's features `openapi` and `schemas`.
fn with_documents(item: &str) -> String {
    let described = Described {
        responses: true,
        claims: true,
    };
    let (options, item) = ("authenticated".parse(), item.parse());
    let tokens = declared(
        AttributeKind::Secured,
        options.unwrap(),
        item.unwrap(),
        described,
    );
    pretty(tokens)
}

/// The description of a handler with palisade's feature `openapi`.
fn described(item: &str) -> String {
    let text = with_documents(item);
    let arguments = text.find("const ARGUMENTS").unwrap();
    let lines = text[arguments..].lines().skip(1);
    let lines: Vec<&str> = lines.take_while(|line| *line != "    }").collect();
    lines.join("\n")
}

fn public(options: &str, item: &str) -> String {
    pretty(handler(AttributeKind::Public, options, item))
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
fn secured_handler_with_arguments_and_attributes() {
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
fn handler_without_arguments() {
    assert_snapshot!(secured(
        "authenticated",
        "async fn ping() -> &'static str { \"pong\" }",
    ));
}

#[test]
fn handler_without_return_type() {
    assert_snapshot!(secured("scopes = \"a b\"", "pub async fn touch() {}"));
}

#[test]
fn public_handler() {
    assert_snapshot!(public(
        "reason = \"liveness probe, reveals nothing\"",
        "pub async fn health() -> StatusCode { StatusCode::OK }",
    ));
}

#[test]
fn handler_with_unvalidated_argument() {
    assert_snapshot!(secured(
        "scopes = ORDERS_WRITE, unvalidated = \"the signature covers the raw bytes\"",
        "async fn hook(body: Unvalidated<Bytes>) -> StatusCode { take(body) }",
    ));
}

#[test]
fn handler_with_nested_requirement() {
    assert_snapshot!(secured(
        "scopes = any(\"admin\", all(WRITE, \"x\")), body_limit = \"2 MiB\"",
        "async fn upload(body: Valid<Json<Upload>>) -> StatusCode { store(body) }",
    ));
}

#[test]
fn public_handler_with_every_limit() {
    assert_snapshot!(public(
        "reason = \"a hook\", parameter_limit = 1_000, header_limit = 20, body_limit = \"1 KiB\", \
         body_timeout = \"2 min\", body_idle_timeout = \"5 s\", timeout = \"10s\", part_limit = 7",
        "async fn hook(body: Valid<Json<Event>>) -> StatusCode { take(body) }",
    ));
}

#[test]
fn secured_handler_with_limits_of_a_stream() {
    assert_snapshot!(secured(
        "authenticated, body_limit = \"20 GiB\", body_timeout = \"6 h\"",
        "async fn upload(video: Valid<StreamedBody<Video>>) -> StatusCode { store(video) }",
    ));
}

#[test]
fn handler_with_roles() {
    assert_snapshot!(secured(
        "roles = any(\"admin\", all(clerks::CLERK, \"on-call\"))",
        "async fn close(caller: Caller) -> StatusCode { shut(caller) }",
    ));
}

#[test]
fn handler_with_scopes_and_roles() {
    assert_snapshot!(secured(
        "roles = \"admin\", scopes = \"a b\", crate = fence",
        "async fn close() {}",
    ));
}

#[test]
fn handler_that_accepts_tickets() {
    assert_snapshot!(secured(
        "scopes = \"orders:read\", ticket",
        "async fn events(caller: Caller) -> Events { stream(caller) }",
    ));
}

#[test]
fn handler_with_next_access() {
    assert_snapshot!(secured(
        "scopes = \"orders:read\", next(scopes = \"orders:read orders:list\")",
        "async fn list_orders() -> &'static str { \"[]\" }",
    ));
}

#[test]
fn handler_with_crate_path() {
    let tokens = handler(
        AttributeKind::Secured,
        "scopes = \"a\", crate = ::fence::inner, body_limit = \"1 B\", unvalidated = \"raw\"",
        "async fn list(page: Page) -> Json<u8> { page }",
    );
    assert!(!names_palisade(&tokens), "{tokens}");
    assert_snapshot!(pretty(tokens));
}

#[test]
fn expansion_with_crate_path_does_not_name_palisade() {
    let own = handler(AttributeKind::Secured, "authenticated", "async fn a() {}");
    assert!(names_palisade(&own), "{own}");
    let both = "async fn a(b: B) {}";
    for (kind, options, item) in [
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
        let tokens = handler(kind, options, item);
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
fn fallback_of_wrong_attribute() {
    assert_snapshot!(secured(
        "scopes = 7",
        "pub async fn list(State(store): State<Store>) -> Json<u8> { store.list() }",
    ));
}

#[test]
fn fallback_of_wrong_function() {
    assert_snapshot!(secured(
        "authenticated",
        "pub fn list<T>(store: &Store) -> Json<u8> { store.list() }",
    ));
}

#[test]
fn fallback_of_item_without_function() {
    assert_snapshot!(public("reason = \"r\"", "struct Health;"));
}

#[test]
fn scope_vocabulary_with_implications() {
    assert_snapshot!(scopes(
        r#"
            crate = ::fence;
            /// Read orders.
            pub ORDERS_READ = "orders:read";
            /// Create orders.
            pub(crate) ORDERS_WRITE = "orders:write" implies ORDERS_READ;
            /// Everything.
            ADMIN = "admin" implies ORDERS_WRITE;
        "#,
    ));
}

#[test]
fn scope_vocabulary() {
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

#[test]
fn description_of_a_handler() {
    assert_snapshot!(described(
        r#"
            /// Shows an order.
            ///
            /// Only its own.
            #[doc = include_str!("more.md")]
            async fn show_order() -> Result<Json<Order>, Problem> {}
        "#,
    ));
}

#[test]
fn description_of_a_handler_without_return_type() {
    assert_snapshot!(described("async fn delete_order() {}"));
}

#[test]
fn description_of_a_handler_with_a_type_that_cannot_be_named() {
    assert_snapshot!(described("async fn show() -> impl IntoResponse {}"));
}

/// An alias of `Caller<Staff>` can have any name, and a macro can expand to it.
#[test]
fn claims_of_every_argument_with_a_nameable_type_are_described() {
    for (argument, is_described) in [
        ("Caller<Staff>", true),
        ("palisade::Caller<Staff>", true),
        ("Option<Caller<Staff>>", true),
        ("(Caller<Staff>)", true),
        ("StaffMember", true),
        ("Caller", true),
        ("State<Store>", true),
        ("Valid", true),
        ("staff!()", true),
        ("Caller<claims![_]>", true),
        ("Option<Caller<crate::claims! { impl _ }>>", true),
        ("Caller<impl Claims>", false),
        ("Caller<_>", false),
        ("Caller<!>", false),
        ("Caller<(staff!(), impl Claims)>", false),
    ] {
        let text = with_documents(&format!("async fn show(one: {argument}) {{}}"));
        let has_schema = text.contains(".with_claims_schema(");
        assert_eq!(has_schema, is_described, "{text}");
    }
}

#[test]
fn claims_of_a_handler() {
    let text = with_documents("async fn show(caller: Caller<Staff>, state: State<Store>) {}");
    let facts = text.find("const ARGUMENTS").unwrap();
    let lines = text[facts..].lines();
    let lines: Vec<&str> = lines.take_while(|line| *line != "        ];").collect();
    assert_snapshot!(lines.join("\n"));
}
