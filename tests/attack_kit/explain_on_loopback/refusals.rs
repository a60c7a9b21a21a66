//! Each class of refusal through a real listener.

use std::collections::BTreeSet;

use super::*;

#[tokio::test]
async fn last_step_equals_the_reason_of_the_audit_event_for_every_refusal() {
    let (log, _capturing) = Log::capture();
    let revocations = RevocationList::new();
    revocations
        .revoke_token("https://issuer.test", "gone")
        .unwrap();
    let clock = TestClock::new();
    let sessions = Sessions::builder("https://localhost");
    let sessions = sessions.clock(clock.clone()).build().unwrap();
    let (of_server, list) = (sessions.clone(), revocations.clone());
    let api = TestApi::with_server(routes(), |server| {
        server.sessions(of_server).revocations(list)
    })
    .await;
    let served = Served::start(api.api().clone()).await;
    let token = || {
        let builder = api.issuer().token("alice").audience(api.audience());
        builder.scopes("orders:write").issued_at(api.clock().time())
    };
    let mut reasons = BTreeSet::new();
    let order = r#"{"sku":"tea"}"#;

    let attacker = EmbeddedIssuer::with_own_keys("https://issuer.test");
    let now = api.clock().time();
    let hours = Duration::from_hours;
    let tokens: Vec<(TokenBuilder, &str)> = vec![
        (token(), "authorized"),
        (token().scopes(SECRET), "insufficient_scope"),
        (token().typ("JWT"), "rejected_header"),
        (token().header("alg", "none"), "rejected_header"),
        (token().header("crit", json!([SECRET])), "rejected_header"),
        (token().kid(SECRET), "unknown_key"),
        (token().signed_by(&attacker), "bad_signature"),
        (token().without("sub"), "bad_claims"),
        (
            token().claim("iss", format!("https://{SECRET}.test")),
            "wrong_issuer",
        ),
        (token().audience(SECRET), "wrong_audience"),
        (token().lifetime(hours(25)), "lifetime_too_long"),
        (
            token().not_before(now.saturating_add(hours(1))),
            "not_yet_valid",
        ),
        (token().claim("cnf", json!({"jkt": SECRET})), "bound_token"),
        (token().claim("nonce", SECRET), "id_token"),
        (token().claim("jti", "gone"), "revoked"),
        (
            token().claim("padding", SECRET.repeat(2_000)),
            "token_too_long",
        ),
        (
            token()
                .claim("exp", now.as_secs() - 7_200)
                .claim("iat", now.as_secs() - 7_500),
            "expired",
        ),
    ];
    for (token, expected) in tokens {
        let mut fields = json_body(order);
        fields.push(bearer(&token.sign()));
        let head = served.send("POST /orders?x=hunter2", &fields, order).await;
        assert_eq!(
            check(&served, &log, &head).as_deref(),
            Some(expected),
            "{head}"
        );
        reasons.insert(expected);
    }

    let valid = bearer(&token().sign());
    let credentials: Vec<(Vec<String>, &str)> = vec![
        (vec![], "no_credential"),
        (
            vec![format!("Authorization: Basic {SECRET}")],
            "no_credential",
        ),
        (vec![valid.clone(), valid.clone()], "malformed_credential"),
        (vec![bearer(SECRET)], "malformed_token"),
        (vec![bearer("a.b.c")], "malformed_token"),
        (
            (0..20).map(|at| format!("X-{at}: {SECRET}")).collect(),
            "too_many_headers",
        ),
    ];
    for (mut fields, expected) in credentials {
        fields.extend(json_body(order));
        let head = served.send("POST /orders", &fields, order).await;
        assert_eq!(
            check(&served, &log, &head).as_deref(),
            Some(expected),
            "{head}"
        );
        reasons.insert(expected);
    }

    let json = || vec![valid.clone(), "Content-Type: application/json".to_owned()];
    let with = |field: &str| [json(), vec![field.to_owned()]].concat();
    let long = format!(r#"{{"sku":"{}"}}"#, SECRET.repeat(20));
    let inputs: Vec<(Vec<String>, String, &str)> = vec![
        (
            json(),
            r#"{"sku":"hunter2hunter2"}"#.to_owned(),
            "invalid_input",
        ),
        (json(), r#"{"sku":7}"#.to_owned(), "type_mismatch"),
        (json(), r#"{"hunter2":"#.to_owned(), "malformed_input"),
        (json(), long, "body_too_large"),
        (
            with("Content-Encoding: gzip"),
            order.to_owned(),
            "unsupported_content_coding",
        ),
        (
            vec![valid.clone(), format!("Content-Type: text/{SECRET}")],
            order.to_owned(),
            "unsupported_media_type",
        ),
    ];
    for (mut fields, body, expected) in inputs {
        fields.push(format!("Content-Length: {}", body.len()));
        let head = served.send("POST /orders", &fields, &body).await;
        assert_eq!(
            check(&served, &log, &head).as_deref(),
            Some(expected),
            "{head}"
        );
        reasons.insert(expected);
    }
    let stalled = [json(), vec!["Content-Length: 100".to_owned()]].concat();
    let head = served.send("POST /slow", &stalled, "{").await;
    assert_eq!(
        check(&served, &log, &head).as_deref(),
        Some("body_timeout"),
        "{head}"
    );
    reasons.insert("body_timeout");

    let reader = || token().scopes("orders:read");
    for (token, expected) in [
        (reader().claim("tenant", SECRET), "typed_claims"),
        (reader().claim("tenant", "nz"), "authorized"),
    ] {
        let head = served
            .send("GET /tenant", &[bearer(&token.sign())], "")
            .await;
        assert_eq!(
            check(&served, &log, &head).as_deref(),
            Some(expected),
            "{head}"
        );
        reasons.insert(expected);
    }

    let unknown = "A".repeat(43);
    let head = served
        .send(&format!("GET /events?ticket={unknown}"), &[], "")
        .await;
    assert_eq!(
        check(&served, &log, &head).as_deref(),
        Some("unknown_ticket"),
        "{head}"
    );
    reasons.insert("unknown_ticket");

    let login = NewLogin::new("https://login.example", "app", "alice");
    let (_, cookie) = sessions.start(login, &HeaderMap::new()).await.unwrap();
    let cookie = pair(&cookie);
    let own = "Origin: https://localhost".to_owned();
    for (cookie, origin, expected) in [
        (cookie.clone(), own.clone(), "authorized"),
        (
            cookie.clone(),
            format!("Origin: https://{SECRET}.example"),
            "cross_origin",
        ),
        (
            format!("__Host-session={unknown}"),
            own.clone(),
            "unknown_session",
        ),
        ("theme=hunter2".to_owned(), own.clone(), "no_credential"),
    ] {
        let fields = [format!("Cookie: {cookie}"), origin];
        let head = served.send("POST /name", &fields, "").await;
        assert_eq!(
            check(&served, &log, &head).as_deref(),
            Some(expected),
            "{head}"
        );
        reasons.insert(expected);
    }
    clock.advance(Duration::from_hours(24 * 366));
    let head = served
        .send("POST /name", &[format!("Cookie: {cookie}"), own], "")
        .await;
    let reason = check(&served, &log, &head).unwrap();
    assert!(
        ["expired_session", "unknown_session"].contains(&reason.as_str()),
        "{reason}"
    );

    let head = served.send("GET /health", &[], "").await;
    assert_eq!(
        check(&served, &log, &head).as_deref(),
        Some("public"),
        "{head}"
    );
    assert!(reasons.len() >= 28, "{reasons:?}");
}

fn pair(cookie: &HeaderValue) -> String {
    let text = cookie.to_str().unwrap();
    text.split(';').next().unwrap().to_owned()
}
