//! The authorization request.

use jsonwebtoken::Algorithm;
use serde_json::json;

use super::*;
use crate::Startup;
use crate::relying_party::{EndpointError, Prompt};
use crate::testing::loopback_server::Reply;

fn query(location: &str) -> Parameters {
    Parameters::parse(location.split_once('?').unwrap().1)
}

/// RFC 7636 §4.2, RFC 9700 §2.1.1: every request has a fresh state, nonce and S256 challenge.
#[tokio::test]
async fn request_has_fresh_state_nonce_and_s256_challenge() {
    let test = LoginTest::new().await;
    let mut browser = Browser::default();
    let (one, other) = (
        test.begin(&mut browser).await,
        test.begin(&mut browser).await,
    );
    let (one, other) = (query(&one), query(&other));
    for parameters in [&one, &other] {
        assert_eq!(parameters.get("response_type"), Some("code"));
        assert_eq!(parameters.get("response_mode"), Some("query"));
        assert_eq!(parameters.get("code_challenge_method"), Some("S256"));
        assert_eq!(parameters.get("client_id"), Some(CLIENT));
        assert_eq!(parameters.get("redirect_uri"), Some(CALLBACK));
        assert_eq!(parameters.get("scope"), Some("openid"));
        assert_eq!(parameters.0.len(), 9);
    }
    for name in ["state", "nonce", "code_challenge"] {
        let (one, other) = (one.get(name).unwrap(), other.get(name).unwrap());
        assert_eq!((one.len(), other.len()), (43, 43), "{name}");
        assert_ne!(one, other, "{name}");
    }
    let cookie = browser.cookies.values().next().unwrap();
    for name in ["state", "nonce"] {
        assert!(!cookie.contains(one.get(name).unwrap()), "{name} is sealed");
    }
}

#[tokio::test]
async fn typed_parameters_are_sent() {
    let test = LoginTest::with(
        |_| {},
        |logins| {
            logins
                .scopes("profile orders:read")
                .resource("https://orders.example")
                .resource("urn:other")
        },
    )
    .await;
    let request = LoginRequest::new()
        .prompt(Prompt::SelectAccount)
        .max_age(Duration::from_millis(300_999))
        .acr_values(["urn:gold", "urn:silver"])
        .login_hint("alice@example.org & co");
    let mut browser = Browser::default();
    let parameters = query(&test.begin_with(&mut browser, &request).await);
    assert_eq!(parameters.get("scope"), Some("openid profile orders:read"));
    assert_eq!(parameters.get("prompt"), Some("select_account"));
    assert_eq!(parameters.get("max_age"), Some("300"));
    assert_eq!(parameters.get("acr_values"), Some("urn:gold urn:silver"));
    assert_eq!(parameters.get("login_hint"), Some("alice@example.org & co"));
    let resources = |parameters: &Parameters| {
        let resources = parameters.0.iter().filter(|(name, _)| name == "resource");
        resources
            .map(|(_, value)| value.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        resources(&parameters),
        ["https://orders.example", "urn:other"]
    );
    let response = test.provider.authorize(&format!(
        "{}/authorize?{}",
        test.provider.url(),
        parameters.query()
    ));
    test.provider
        .edit_id_tokens(|token| token.claim("acr", "urn:silver").claim("auth_time", 1));
    let error = test.complete(&mut browser, &response).await.unwrap_err();
    assert!(
        matches!(
            error,
            LoginError::IdToken(crate::relying_party::IdTokenError::AuthenticationTime)
        ),
        "{error}"
    );
    let exchange = &test.provider.requests_to("POST /token ")[0];
    assert_eq!(
        resources(exchange),
        ["https://orders.example", "urn:other"],
        "RFC 8707 §2.2"
    );
}

#[tokio::test]
async fn impossible_parameter_is_refused() {
    let test = LoginTest::new().await;
    for (request, name) in [
        (LoginRequest::new().acr_values([""]), "acr_values"),
        (LoginRequest::new().acr_values(["a b"]), "acr_values"),
        (
            LoginRequest::new().acr_values(["a".repeat(257)]),
            "acr_values",
        ),
        (LoginRequest::new().login_hint(""), "login_hint"),
        (LoginRequest::new().login_hint("a\nb"), "login_hint"),
        (
            LoginRequest::new().login_hint("a".repeat(257)),
            "login_hint",
        ),
    ] {
        let error = test
            .logins
            .begin(&request, &HeaderMap::new())
            .await
            .unwrap_err();
        assert!(
            matches!(error, LoginError::Parameter(found) if found == name),
            "{error}"
        );
    }
}

#[tokio::test]
async fn parameter_at_its_limit_is_sent() {
    let test = LoginTest::new().await;
    for request in [
        LoginRequest::new().login_hint("a".repeat(256)),
        LoginRequest::new().acr_values(["a".repeat(255)]),
        LoginRequest::new().acr_values(["a".repeat(127), "b".repeat(127)]),
    ] {
        let begun = test.logins.begin(&request, &HeaderMap::new()).await;
        assert!(begun.is_ok(), "{begun:?}");
    }
    let long = LoginRequest::new().acr_values(["a".repeat(127), "b".repeat(128)]);
    let error = test.logins.begin(&long, &HeaderMap::new()).await;
    assert!(matches!(error, Err(LoginError::Parameter("acr_values"))));
}

/// RFC 9126 §4, FAPI 2.0 §5.3.3: the browser sees only the client ID and the request URI.
#[tokio::test]
async fn request_is_pushed_if_the_provider_has_an_endpoint() {
    let test = LoginTest::with(offer_par, |logins| logins).await;
    let mut browser = Browser::default();
    let location = test.begin(&mut browser).await;
    let parameters = query(&location);
    assert_eq!(parameters.get("client_id"), Some(CLIENT));
    assert!(parameters.get("request_uri").is_some());
    assert_eq!(parameters.0.len(), 2, "{location}");
    let pushed = &test.provider.requests_to("POST /par ")[0];
    for name in [
        "state",
        "nonce",
        "code_challenge",
        "redirect_uri",
        "client_id",
    ] {
        assert!(pushed.get(name).is_some(), "{name}");
    }
    assert_eq!(pushed.get("code_challenge_method"), Some("S256"));
    let response = test.provider.authorize(&location);
    assert!(test.complete(&mut browser, &response).await.is_ok());
}

/// A request URI lives for one second at least.
#[tokio::test]
async fn pushed_request_with_the_shortest_lifetime_is_used() {
    let test = LoginTest::with(offer_par, |logins| logins).await;
    for lifetime in ["1", "1.0", "90"] {
        let body = format!(r#"{{"request_uri":"urn:x","expires_in":{lifetime}}}"#);
        test.provider.set_par(Reply::json(201, &body));
        let location = test.begin(&mut Browser::default()).await;
        assert_eq!(query(&location).get("request_uri"), Some("urn:x"));
    }
}

/// The parameters never move to the URL: that would be a downgrade.
#[tokio::test]
async fn failed_push_ends_the_login() {
    let test = LoginTest::with(offer_par, |logins| logins).await;
    for (status, body) in [
        (400, r#"{"error":"invalid_request"}"#),
        (404, "{}"),
        (500, "{}"),
        (201, "[]"),
        (201, "{}"),
        (201, r#"{"request_uri":"urn:x"}"#),
        (201, r#"{"expires_in":60}"#),
        (201, r#"{"request_uri":"urn:x","expires_in":0}"#),
        (201, r#"{"request_uri":"urn:x","expires_in":-1}"#),
        (201, r#"{"request_uri":"urn:x","expires_in":"60"}"#),
        (201, r#"{"request_uri":"","expires_in":60}"#),
        (201, r#"{"request_uri":"urn:x y","expires_in":60}"#),
        (201, r#"{"request_uri":["urn:x"],"expires_in":60}"#),
        (
            201,
            r#"{"request_uri":"urn:x","request_uri":"urn:y","expires_in":60}"#,
        ),
        (302, r#"{"request_uri":"urn:x","expires_in":60}"#),
    ] {
        test.provider.set_par(Reply::json(status, body));
        let error = test
            .logins
            .begin(&LoginRequest::new(), &HeaderMap::new())
            .await
            .unwrap_err();
        assert!(
            matches!(error, LoginError::Endpoint(_)),
            "{status} {body} {error}"
        );
    }
    test.provider.set_par(Reply::Closed);
    assert!(
        test.logins
            .begin(&LoginRequest::new(), &HeaderMap::new())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn required_push_without_an_endpoint_ends_the_login() {
    let require = |provider: &TestProvider| {
        provider.set_metadata(|metadata| {
            metadata["require_pushed_authorization_requests"] = json!(true);
        });
    };
    let test = LoginTest::with(require, |logins| logins).await;
    let error = test
        .logins
        .begin(&LoginRequest::new(), &HeaderMap::new())
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            LoginError::Endpoint(EndpointError::NoEndpoint { .. })
        ),
        "{error}"
    );
}

#[tokio::test]
async fn query_of_the_authorization_endpoint_is_kept() {
    let edit = |provider: &TestProvider| {
        let endpoint = format!("{}/authorize?tenant=a", provider.url());
        provider.set_metadata(|metadata| metadata["authorization_endpoint"] = json!(endpoint));
    };
    let test = LoginTest::with(edit, |logins| logins).await;
    let location = test.begin(&mut Browser::default()).await;
    assert!(
        location.contains("/authorize?tenant=a&client_id=web&"),
        "{location}"
    );
}

#[tokio::test]
async fn algorithm_that_the_provider_does_not_list_is_a_configuration_error() {
    let provider = TestProvider::start().await;
    let builder = Logins::builder(
        party(&provider, CLIENT).await,
        CALLBACK,
        SealingKey::generate().unwrap(),
    );
    assert!(
        builder
            .id_token_algorithm(Algorithm::PS256)
            .build()
            .await
            .is_err()
    );
}

/// An application that starts before its provider does not fail.
#[tokio::test]
async fn deferred_logins_need_no_provider_to_start() {
    for startup in [Startup::Deferred, Startup::FailFast] {
        let provider = TestProvider::start().await;
        provider.server.set_document(Some(Reply::json(503, "{}")));
        let issuer = Provider::builder(provider.url())
            .allow_loopback_http()
            .clock(provider.clock.clone())
            .startup(Startup::Deferred);
        let registration = ClientRegistration::new(CLIENT, ClientAuthentication::Public);
        let party = RelyingParty::new(issuer.build().await.unwrap(), registration).unwrap();
        let key = SealingKey::generate().unwrap();
        let logins = Logins::builder(party, CALLBACK, key)
            .id_token_algorithm(Algorithm::ES256)
            .startup(startup);
        let logins = logins.build().await;
        assert_eq!(logins.is_ok(), startup == Startup::Deferred);
        let Ok(logins) = logins else { continue };
        let begun = logins.begin(&LoginRequest::new(), &HeaderMap::new()).await;
        assert!(matches!(begun, Err(LoginError::Endpoint(_))), "{begun:?}");
        provider.set_metadata(|_| {});
        provider.clock.advance(Duration::from_secs(1));
        let begun = logins.begin(&LoginRequest::new(), &HeaderMap::new()).await;
        assert!(begun.is_ok(), "{begun:?}");
    }
}

fn offer_par(provider: &TestProvider) {
    let endpoint = format!("{}/par", provider.url());
    provider.set_metadata(|metadata| {
        metadata["pushed_authorization_request_endpoint"] = json!(endpoint);
    });
}
