//! Tokens that take more memory than the token cache counts (CWE-770): many small claims.

use std::iter::repeat_n;

use allocation_counter::{AllocationInfo, measure};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use palisade::prelude::*;
use palisade::testing::{EmbeddedIssuer, ServedIssuer, TestClock, TokenBuilder};
use palisade::{Api, IntrospectedTokens, ResourceServer};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;

const AUDIENCE: &str = "https://api.example";

/// The bytes that an allocator adds to an allocation.
const ALLOCATION_OVERHEAD: i64 = 16;

/// The number of tokens of each kind.
const TOKENS: usize = 100;

#[secured(authenticated)]
async fn whoami() -> &'static str {
    "a caller"
}

type Kind = (&'static str, fn(TokenBuilder) -> TokenBuilder);

/// Tokens whose size is in different claims.
const KINDS: [Kind; 11] = [
    ("no claim but the required ones", |token| token),
    ("one role", |token| token.roles(["admin"])),
    ("1300 roles of one character", |token| {
        token.roles(repeat_n("a", 1300))
    }),
    ("empty roles", |token| token.roles(repeat_n("", 1500))),
    ("few long roles", |token| {
        token.roles(repeat_n("r".repeat(900), 5))
    }),
    ("many scopes", |token| {
        token.scopes(&vec!["s"; 2500].join(" "))
    }),
    ("long identifiers", |token| {
        let long = "i".repeat(1200);
        token
            .claim("sub", &long)
            .claim("client_id", &long)
            .claim("jti", &long)
    }),
    ("long unknown claim", |token| {
        token.claim("picture", "p".repeat(4000))
    }),
    ("deep unknown claims", |token| {
        token.claim("nested", vec![json!({"a": [1, [2, [3]]]}); 250])
    }),
    ("escaped unknown claims", |token| {
        token.claim("text", "\u{0}\n\"\\".repeat(300))
    }),
    ("long list of audiences", |token| {
        let mut audience = vec![AUDIENCE.to_owned()];
        audience.extend((0..800).map(|n| n.to_string()));
        token.claim("aud", audience)
    }),
];

fn runtime() -> Runtime {
    // allocations are counted by thread
    Builder::new_current_thread().enable_all().build().unwrap()
}

async fn present(api: &Api, tokens: &[String]) {
    let service = api.clone().into_router();
    for token in tokens {
        let request = Request::get("/").header("authorization", format!("Bearer {token}"));
        let request = request.body(Body::empty()).unwrap();
        let response = service.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
    }
}

/// Compares the size that the cache reports with the memory that it takes.
fn check(kind: &str, runtime: &Runtime, server: &ResourceServer, tokens: &[String]) {
    let api = SecureRouter::new().route("/", get(whoami));
    let api = api.protect(server.clone());
    let (warm_up, measured) = tokens.split_at(TOKENS / 10);
    runtime.block_on(present(&api, warm_up));
    let (count_before, bytes_before) = server.token_cache_usage();
    let AllocationInfo {
        bytes_current,
        count_current,
        ..
    } = measure(|| runtime.block_on(present(&api, measured)));
    let (count, bytes) = server.token_cache_usage();
    let cached = count - count_before;
    assert!(
        cached.is_multiple_of(measured.len()) && cached > 0,
        "{kind}: {cached} entries"
    );
    let taken = bytes_current + count_current * ALLOCATION_OVERHEAD;
    let counted = i64::try_from(bytes - bytes_before).unwrap();
    assert!(
        counted > taken * 3 / 4 && counted < taken * 5 / 4,
        "{kind}: {taken} bytes are counted as {counted}"
    );
}

#[test]
fn cached_jwt_is_counted_as_the_memory_it_takes() {
    let runtime = runtime();
    for (kind, with) in KINDS {
        let clock = TestClock::new();
        let issuer = EmbeddedIssuer::new("https://i.example").clock(clock.clone());
        let server = ResourceServer::builder()
            .trust(issuer.issuer(AUDIENCE))
            .clock(clock);
        let server = runtime.block_on(server.build()).unwrap();
        let tokens: Vec<_> = (0..TOKENS)
            .map(|n| with(issuer.token(&format!("user{n}")).audience(AUDIENCE)).sign())
            .collect();
        check(kind, &runtime, &server, &tokens);
    }
}

/// Presents tokens to a server that introspects `introspected`.
fn check_introspected(
    introspected: IntrospectedTokens,
    issue: fn(&ServedIssuer, &TokenBuilder) -> String,
) {
    let runtime = runtime();
    for (kind, with) in KINDS {
        let issuer = runtime.block_on(EmbeddedIssuer::serve()).unwrap();
        let introspection = issuer.introspection().tokens(introspected);
        let trusted = issuer.discovered(AUDIENCE).introspect(introspection);
        let server = ResourceServer::builder().trust(trusted).build();
        let server = runtime.block_on(server).unwrap();
        let tokens: Vec<_> = (0..TOKENS)
            .map(|n| with(issuer.token(&format!("user{n}")).audience(AUDIENCE)))
            .map(|token| issue(&issuer, &token))
            .collect();
        check(kind, &runtime, &server, &tokens);
    }
}

#[test]
fn cached_opaque_token_is_counted_as_the_memory_it_takes() {
    check_introspected(IntrospectedTokens::Opaque, ServedIssuer::opaque);
}

/// The verified JWT and its introspection result are two entries, in two caches.
#[test]
fn cached_confirmation_of_a_jwt_is_counted_as_the_memory_it_takes() {
    check_introspected(IntrospectedTokens::All, ServedIssuer::signed);
}

/// Tokens with many roles fill a cache to its size, and not beyond.
#[test]
fn full_cache_takes_at_most_its_size() {
    const SIZE: u64 = 512 * 1024;
    let runtime = runtime();
    let issuer = EmbeddedIssuer::new("https://i.example");
    let server = ResourceServer::builder()
        .trust(issuer.issuer(AUDIENCE))
        .token_cache_size(SIZE)
        .build();
    let server = runtime.block_on(server).unwrap();
    let api = SecureRouter::new().route("/", get(whoami));
    let api = api.protect(server.clone());
    let tokens: Vec<_> = (0..TOKENS)
        .map(|n| issuer.token(&format!("user{n}")).audience(AUDIENCE))
        .map(|token| token.roles(repeat_n("a", 1300)).sign())
        .collect();
    let taken = measure(|| runtime.block_on(present(&api, &tokens))).bytes_current;
    let (count, _) = server.token_cache_usage();
    assert!(count < TOKENS, "the cache is full");
    assert!(
        u64::try_from(taken).unwrap() < SIZE * 5 / 4,
        "{taken} bytes"
    );
}
