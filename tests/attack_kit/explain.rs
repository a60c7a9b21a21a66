//! The steps that refuse a request.

use palisade::claims::NumericDate;
use palisade::prelude::*;
use palisade::routing::Explanation;
use palisade::testing::{TestApi, TokenBuilder};
use palisade_tests::Log;
use serde_json::json;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(chars, min = 1, max = 8))]
    sku: String,
}

#[secured(scopes = "orders:write", header_limit = 5)]
async fn create_order(Valid(Json(order)): Valid<Json<NewOrder>>) -> String {
    order.sku
}

#[public(reason = "a test")]
async fn health() {}

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/orders", post(create_order))
        .route("/health", get(health));
    TestApi::new(routes).await
}

/// Returns the failed step and the reason.
fn refusal(explanation: &Explanation) -> (Option<&str>, Option<&str>) {
    (explanation.failed_step(), explanation.reason())
}

#[tokio::test]
async fn each_refusal_has_its_step_and_reason() {
    let api = api().await;
    let order = json!({"sku": "tea"});
    let request = || {
        api.caller("mallory")
            .scopes("orders:write")
            .post("/orders")
            .json(&order)
    };
    let attacker = palisade::testing::EmbeddedIssuer::with_own_keys("https://issuer.test");
    let now = api.clock().time();
    for (request, step, reason) in [
        (
            api.anonymous().post("/orders"),
            "bearer credential",
            "no_credential",
        ),
        (
            request().bearer("a"),
            "bearer credential",
            "malformed_credential",
        ),
        (
            api.anonymous().post("/orders").bearer("a b"),
            "form of the token",
            "malformed_credential",
        ),
        (
            api.anonymous().post("/orders").bearer("abc"),
            "form of the token",
            "malformed_token",
        ),
        (
            api.anonymous().post("/orders").bearer(&"a".repeat(9_000)),
            "length of the token",
            "token_too_long",
        ),
        (
            request().with_token(|token| token.typ("JWT")),
            "header of the token",
            "rejected_header",
        ),
        (
            request().with_token(|token| token.header("alg", "none")),
            "header of the token",
            "rejected_header",
        ),
        (
            request().with_token(|token| token.kid("other")),
            "key and signature",
            "unknown_key",
        ),
        (
            request().with_token(|token| token.signed_by(&attacker)),
            "key and signature",
            "bad_signature",
        ),
        (
            request().with_token(|token| token.audience("other")),
            "claims and lifetime",
            "wrong_audience",
        ),
        (
            request().with_token(|token| token.claim("iss", "https://b.test")),
            "claims and lifetime",
            "wrong_issuer",
        ),
        (
            request().with_token(|token| token.without("sub")),
            "claims and lifetime",
            "bad_claims",
        ),
        (
            request().with_token(|token| {
                token.not_before(now.saturating_add(std::time::Duration::from_secs(90)))
            }),
            "claims and lifetime",
            "not_yet_valid",
        ),
        (
            request().scopes("orders:read"),
            "scopes and roles",
            "insufficient_scope",
        ),
        (
            request()
                .header("a", "a")
                .header("b", "b")
                .header("c", "c")
                .header("d", "d"),
            "number of header fields",
            "too_many_headers",
        ),
        (
            request().json(&json!({"sku": ""})),
            "arguments",
            "unsupported_media_type",
        ),
        (
            api.caller("mallory")
                .scopes("orders:write")
                .post("/orders")
                .json(&json!({"sku": ""})),
            "arguments",
            "invalid_input",
        ),
    ] {
        let explanation = request.explain().await;
        assert_eq!(
            refusal(&explanation),
            (Some(step), Some(reason)),
            "{explanation}"
        );
        assert!(!explanation.reached_handler());
    }
}

#[tokio::test]
async fn accepted_request_passes_every_step() {
    let api = api().await;
    let order = json!({"sku": "tea"});
    let request = || {
        api.caller("alice")
            .scopes("orders:write")
            .post("/orders")
            .json(&order)
    };
    let explanation = request().explain().await;
    assert!(explanation.reached_handler(), "{explanation}");
    assert_eq!(refusal(&explanation), (None, Some("authorized")));
    let steps: Vec<_> = explanation.passed_steps().collect();
    assert_eq!(
        steps,
        [
            "number of header fields",
            "bearer credential",
            "length of the token",
            "form of the token",
            "header of the token",
            "key and signature",
            "claims and lifetime",
            "scopes and roles",
            "arguments",
            "handler",
        ]
    );
    let public = api.anonymous().get("/health").explain().await;
    assert_eq!(
        public.passed_steps().collect::<Vec<_>>(),
        ["number of header fields", "arguments", "handler"]
    );
    assert_eq!(public.reason(), Some("public"));
}

#[tokio::test]
async fn cached_token_that_expires_fails_at_the_cache() {
    let api = api().await;
    let token = api.caller("alice").scopes("orders:write").token();
    let order = json!({"sku": "tea"});
    let request = || api.anonymous().post("/orders").bearer(&token).json(&order);
    assert!(request().explain().await.reached_handler());
    let again = request().explain().await;
    assert!(
        again.passed_steps().any(|step| step == "cached token"),
        "{again}"
    );
    api.clock().advance(std::time::Duration::from_mins(10));
    let expired = request().explain().await;
    assert_eq!(
        refusal(&expired),
        (Some("cached token"), Some("expired")),
        "{expired}"
    );
}

#[tokio::test]
async fn explanation_has_the_line_of_the_declaration_and_nothing_of_the_request() {
    let api = api().await;
    let request = api
        .caller("alice")
        .scopes("hunter2")
        .post("/orders?hunter2=1");
    let explanation = request.explain().await;
    let (file, line) = explanation.location().unwrap();
    assert!(file.ends_with("explain.rs"), "{file}");
    let source = include_str!("explain.rs");
    let declared = source
        .lines()
        .nth(usize::try_from(line).unwrap() - 1)
        .unwrap();
    assert!(
        declared.contains("#[secured(scopes = \"orders:write\""),
        "{declared}"
    );
    let text = explanation.to_string();
    let first = format!("create_order in {file}:{line} requires orders:write\n");
    assert!(text.starts_with(&first), "{text}");
    assert!(
        text.ends_with("  failed  scopes and roles: insufficient_scope\n403"),
        "{text}"
    );
    assert!(!text.contains("hunter2"), "{text}");
    assert!(!format!("{explanation:?}").contains("hunter2"));
}

#[tokio::test]
async fn unknown_path_and_method_have_no_guard() {
    let api = api().await;
    for (method, path, status) in [("GET", "/nowhere", 404), ("DELETE", "/orders", 405)] {
        let explanation = api.anonymous().request(method, path).explain().await;
        assert_eq!(explanation.status(), status);
        assert_eq!(refusal(&explanation), (None, None));
        assert_eq!(explanation.handler(), None);
        let text = explanation.to_string();
        assert!(text.starts_with("no guard decided"), "{text}");
    }
}

/// The reasons with which each step may refuse a request.
const REASONS: &[(&str, &[&str])] = &[
    ("number of header fields", &["too_many_headers"]),
    (
        "bearer credential",
        &["no_credential", "malformed_credential"],
    ),
    ("length of the token", &["token_too_long"]),
    ("cached token", &["expired"]),
    (
        "form of the token",
        &["malformed_token", "malformed_credential"],
    ),
    (
        "header of the token",
        &["malformed_token", "rejected_header"],
    ),
    ("key and signature", &["unknown_key", "bad_signature"]),
    (
        "claims and lifetime",
        &[
            "bad_claims",
            "wrong_issuer",
            "wrong_audience",
            "expired",
            "not_yet_valid",
            "lifetime_too_long",
            "bound_token",
            "id_token",
        ],
    ),
    ("scopes and roles", &["insufficient_scope"]),
    (
        "arguments",
        &[
            "unsupported_media_type",
            "malformed_input",
            "type_mismatch",
            "invalid_input",
            "body_too_large",
        ],
    ),
];

/// Every token with every body and number of fields: the last step agrees with the reason that the audit event has.
#[tokio::test]
async fn last_step_agrees_with_the_reason_of_the_audit_event() {
    let (log, _capturing) = Log::capture();
    let api = api().await;
    let hour = std::time::Duration::from_hours(1);
    let now = api.clock().time();
    let tokens: &[fn(TokenBuilder) -> String] = &[
        |token| token.sign(),
        |token| token.scopes("orders:read").sign(),
        |token| token.typ("JWT").sign(),
        |token| token.header("alg", "none").signature([]).sign(),
        |token| token.signature([1; 64]).sign(),
        |token| token.kid("other").sign(),
        |token| token.audience("https://b.test").sign(),
        |token| token.without("exp").sign(),
        |token| token.without("jti").sign(),
        |token| token.claim("iss", 7).sign(),
        |token| token.claim("cnf", json!({"jkt": "a"})).sign(),
        |token| token.lifetime(std::time::Duration::from_hours(25)).sign(),
        |token| token.payload_bytes("{").sign(),
        |token| token.header_bytes("{").sign(),
        |token| token.claim("padding", "a".repeat(9_000)).sign(),
        |token| token.sign().replace('.', ""),
        |token| token.sign().replace('.', ".."),
        |_| "a b".to_owned(),
        |_| String::new(),
    ];
    let bodies = [
        json!({"sku": "tea"}),
        json!({"sku": ""}),
        json!({"sku": 7}),
        json!([]),
        json!({"sku": "tea", "b": 1}),
    ];
    let mut sent = 0;
    for (token, body, fields, shift) in tokens.iter().flat_map(|token| {
        let bodies = bodies.iter();
        bodies.flat_map(move |body| {
            [0, 5]
                .into_iter()
                .flat_map(move |fields| [-1, 0, 1].map(|shift| (token, body, fields, shift)))
        })
    }) {
        let issued_at = match shift {
            -1 => NumericDate::from_secs(now.as_secs() - 7_200),
            0 => now,
            _ => now.saturating_add(hour),
        };
        let builder = api.issuer().token("alice").audience(api.audience());
        let builder = builder.scopes("orders:write").issued_at(issued_at);
        let mut request = api
            .anonymous()
            .post("/orders")
            .bearer(&token(builder))
            .json(body);
        for at in 0..fields {
            request = request.header(&format!("x-{at}"), "a");
        }
        let explanation = request.explain().await;
        sent += 1;
        let events = log.take("palisade::audit");
        let emitted = events.last().unwrap()["fields"]["reason"].as_str().unwrap();
        assert_eq!(explanation.reason(), Some(emitted), "{explanation}");
        match explanation.failed_step() {
            None => assert_eq!(explanation.reason(), Some("authorized"), "{explanation}"),
            Some(step) => {
                let (_, allowed) = REASONS.iter().find(|(name, _)| *name == step).unwrap();
                assert!(allowed.contains(&emitted), "{explanation}");
            }
        }
    }
    assert_eq!(sent, 570);
}
