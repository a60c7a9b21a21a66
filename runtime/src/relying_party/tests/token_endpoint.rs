//! The authentication of the client, and the responses of the token endpoint.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::*;
use crate::claims::ScopeSet;
use crate::https::HttpsError;
use crate::keys::Algorithm;
use crate::relying_party::token_endpoint::{Grant, TokenRequest};

pub(super) const OK: &str = r#"{"access_token":"t","token_type":"Bearer"}"#;

pub(super) async fn request(
    client: &RelyingParty,
    scopes: &str,
) -> Result<TokenResponse, EndpointError> {
    let scopes = ScopeSet::parse(scopes).unwrap();
    let request = TokenRequest {
        grant: Grant::ClientCredentials,
        scopes: &scopes,
        resources: &[],
    };
    client.request_token(request).await
}

/// Returns the request of a client that authenticates like this.
async fn sent(authentication: ClientAuthentication) -> (String, LoopbackServer) {
    let server = start(Reply::json(200, OK), &json!({})).await;
    let registration = ClientRegistration::new("web:1", authentication);
    let provider = provider(&server, TestClock::new()).await;
    let client = RelyingParty::new(provider, registration).unwrap();
    request(&client, "a b").await.unwrap();
    let mut requests = server.requests();
    assert_eq!(requests.len(), 1);
    (requests.remove(0), server)
}

/// Returns a private key in PEM, and the pair.
fn ec_key() -> (String, EcdsaKeyPair) {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let der = pair.to_pkcs8v1().unwrap();
    let body = STANDARD.encode(der.as_ref());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
    (pem, pair)
}

#[tokio::test]
async fn secret_is_sent_as_configured_and_once() {
    let secret = || Secret::new("s%3 +");
    let (request, _) = sent(ClientAuthentication::ClientSecretBasic(secret())).await;
    let expected = STANDARD.encode("web%3A1:s%253%20%2B");
    assert!(
        request.contains(&format!("authorization: Basic {expected}\r\n")),
        "{request}"
    );
    let parameters = form(&request);
    assert_eq!(parameters["grant_type"], "client_credentials");
    assert_eq!(parameters["scope"], "a b");
    assert_eq!(parameters.len(), 2);

    let (request, _) = sent(ClientAuthentication::ClientSecretPost(secret())).await;
    assert!(!request.contains("authorization:"), "{request}");
    let parameters = form(&request);
    assert_eq!(parameters["client_id"], "web:1");
    assert_eq!(parameters["client_secret"], "s%3 +");

    let (request, _) = sent(ClientAuthentication::Public).await;
    assert!(!request.contains("authorization:"), "{request}");
    assert_eq!(form(&request)["client_id"], "web:1");
    assert_eq!(form(&request).len(), 3);
}

/// CVE-2025-27370, CVE-2025-27371; FAPI 2.0 §5.3.2.1.
#[tokio::test]
async fn assertion_has_the_issuer_as_its_only_audience() {
    let (pem, pair) = ec_key();
    let key = AssertionKey::from_pem(Algorithm::ES256, &pem)
        .unwrap()
        .kid("k 1")
        .unwrap();
    let (request, server) = sent(ClientAuthentication::PrivateKeyJwt(key)).await;
    assert!(!request.contains("authorization:"), "{request}");
    let parameters = form(&request);
    assert_eq!(parameters["client_id"], "web:1");
    assert_eq!(
        parameters["client_assertion_type"],
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    );
    let parts: Vec<&str> = parameters["client_assertion"].split('.').collect();
    let json = |part: &str| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    assert_eq!(
        json(parts[0]),
        json!({ "typ": "client-authentication+jwt", "alg": "ES256", "kid": "k 1" })
    );
    let claims = json(parts[1]);
    assert_eq!(claims["iss"], "web:1");
    assert_eq!(claims["sub"], "web:1");
    assert_eq!(claims["aud"], server.url.as_str());
    let (iat, exp) = (
        claims["iat"].as_u64().unwrap(),
        claims["exp"].as_u64().unwrap(),
    );
    assert_eq!(exp - iat, 60);
    assert_eq!(claims["jti"].as_str().unwrap().len(), 22);
    assert_eq!(claims.as_object().unwrap().len(), 6);
    let public = jsonwebtoken::DecodingKey::from_ec_der(pair.public_key().as_ref());
    let message = format!("{}.{}", parts[0], parts[1]);
    let verified =
        jsonwebtoken::crypto::verify(parts[2], message.as_bytes(), &public, Algorithm::ES256);
    assert!(verified.unwrap());
}

/// The token endpoint of another provider would accept an assertion for it.
#[tokio::test]
async fn audience_is_the_issuer_wherever_the_token_endpoint_is() {
    let target = start(Reply::json(200, OK), &json!({})).await;
    let evil = json!({ "token_endpoint": format!("{}/token", target.url) });
    let server = start(Reply::Closed, &evil).await;
    let key = AssertionKey::from_pem(Algorithm::ES256, ec_key().0).unwrap();
    let registration = ClientRegistration::new("web", ClientAuthentication::PrivateKeyJwt(key));
    let provider = provider(&server, TestClock::new()).await;
    let client = RelyingParty::new(provider, registration).unwrap();
    request(&client, "").await.unwrap();
    request(&client, "").await.unwrap();
    let mut ids = Vec::new();
    for request in target.requests() {
        let assertion = form(&request)["client_assertion"].clone();
        let claims = URL_SAFE_NO_PAD
            .decode(assertion.split('.').nth(1).unwrap())
            .unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["aud"], server.url.as_str());
        ids.push(claims["jti"].clone());
    }
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn malformed_or_foreign_private_key_is_rejected() {
    let (pem, _) = ec_key();
    let error = |algorithm, pem: &str| AssertionKey::from_pem(algorithm, pem).err();
    assert_eq!(error(Algorithm::ES256, &pem), None);
    for algorithm in [Algorithm::RS256, Algorithm::PS256, Algorithm::EdDSA] {
        assert_eq!(
            error(algorithm, &pem),
            Some(AssertionKeyError::Key),
            "{algorithm:?}"
        );
    }
    for algorithm in [Algorithm::HS256, Algorithm::ES384, Algorithm::RS512] {
        assert_eq!(
            error(algorithm, &pem),
            Some(AssertionKeyError::Algorithm),
            "{algorithm:?}"
        );
    }
    let public = pem.replace("PRIVATE", "PUBLIC");
    let twice = format!("{pem}{pem}");
    for text in ["", "x", &public, &twice] {
        assert_eq!(
            error(Algorithm::ES256, text),
            Some(AssertionKeyError::Pem),
            "{text}"
        );
    }
    let key = AssertionKey::from_pem(Algorithm::ES256, &pem).unwrap();
    for kid in ["", "a\nb", "\u{e9}", &"k".repeat(257)] {
        assert_eq!(
            key.clone().kid(kid).err(),
            Some(AssertionKeyError::Kid),
            "{kid}"
        );
    }
    assert!(!format!("{key:?}").contains("PRIVATE"));
}

#[tokio::test]
async fn client_without_id_or_secret_is_refused() {
    let server = start(Reply::Closed, &json!({})).await;
    let provider = provider(&server, TestClock::new()).await;
    let new = |id: &str, authentication| {
        RelyingParty::new(
            provider.clone(),
            ClientRegistration::new(id, authentication),
        )
    };
    for id in ["", "a\nb", "\u{e9}"] {
        assert!(
            matches!(new(id, secret()), Err(RelyingPartyError::ClientId)),
            "{id:?}"
        );
    }
    let empty = || Secret::new("");
    for authentication in [
        ClientAuthentication::ClientSecretBasic(empty()),
        ClientAuthentication::ClientSecretPost(empty()),
    ] {
        assert!(matches!(
            new("web", authentication),
            Err(RelyingPartyError::EmptySecret)
        ));
    }
}

#[tokio::test]
async fn unsupported_authentication_method_sends_no_secret() {
    let methods = json!({ "token_endpoint_auth_methods_supported": ["private_key_jwt"] });
    let server = start(Reply::json(200, OK), &methods).await;
    let client = client(&server, TestClock::new()).await;
    let error = request(&client, "").await.unwrap_err();
    assert!(
        matches!(error, EndpointError::AuthenticationMethod { .. }),
        "{error}"
    );
    assert_eq!(server.request_count(), 0);
}

/// `invalid_grant` is final, an unavailable provider is not.
#[tokio::test]
async fn error_response_is_classified() {
    let server = start(Reply::Closed, &json!({})).await;
    let client = client(&server, TestClock::new()).await;
    for (status, body, code, is_final, is_retryable) in [
        (
            400,
            r#"{"error":"invalid_grant"}"#,
            "invalid_grant",
            true,
            false,
        ),
        (
            401,
            r#"{"error":"invalid_client"}"#,
            "invalid_client",
            false,
            false,
        ),
        (
            400,
            r#"{"error":"invalid_target"}"#,
            "invalid_target",
            false,
            false,
        ),
        (
            400,
            r#"{"error":"temporarily_unavailable"}"#,
            "temporarily_unavailable",
            false,
            true,
        ),
        // a server that fails has decided nothing
        (500, r#"{"error":"invalid_grant"}"#, "", false, true),
        (503, r#"{"error":"invalid_grant"}"#, "", false, true),
        (429, "{}", "", false, true),
        (400, "{}", "", false, false),
        (404, r#"{"error":7}"#, "", false, false),
        (
            400,
            r#"{"error":"invalid_grant","error":"x"}"#,
            "",
            false,
            false,
        ),
        (400, r#"{"error":"invalid\"grant"}"#, "", false, false),
        (400, r#"{"error":""}"#, "", false, false),
        (302, r#"{"error":"invalid_grant"}"#, "", false, false),
        (201, OK, "", false, false),
        (204, OK, "", false, false),
    ] {
        server.set(Reply::json(status, body));
        let error = request(&client, "").await.unwrap_err();
        let found = match &error {
            EndpointError::Refused(error) => error.code(),
            _ => "",
        };
        assert_eq!(found, code, "{status} {body}");
        assert_eq!(error.is_invalid_grant(), is_final, "{status} {body}");
        assert_eq!(error.is_retryable(), is_retryable, "{status} {body}");
    }
    server.set(Reply::Closed);
    let error = request(&client, "").await.unwrap_err();
    assert!(error.is_retryable() && !error.is_invalid_grant(), "{error}");
}

#[tokio::test]
async fn description_is_shortened_and_has_no_control_characters() {
    let server = start(Reply::Closed, &json!({})).await;
    let client = client(&server, TestClock::new()).await;
    for (description, expected) in [
        (
            json!("the code is expired"),
            Some("the code is expired".to_owned()),
        ),
        (json!("x".repeat(1000)), Some("x".repeat(256))),
        (json!("a\nb"), None),
        (json!("a\u{202e}b"), None),
        (json!(7), None),
    ] {
        let body = json!({ "error": "invalid_grant", "error_description": description });
        server.set(Reply::json(400, &body.to_string()));
        let error = request(&client, "").await.unwrap_err();
        let EndpointError::Refused(error) = error else {
            panic!("{error}");
        };
        assert_eq!(error.description(), expected.as_deref());
    }
}

#[tokio::test]
async fn response_of_another_type_or_size_is_refused() {
    let server = start(Reply::Closed, &json!({})).await;
    let client = client(&server, TestClock::new()).await;
    let html = format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n{OK}");
    let untyped = format!("HTTP/1.1 200 OK\r\n\r\n{OK}");
    for response in [html, untyped] {
        server.set(Reply::Response(response));
        let error = request(&client, "").await.unwrap_err();
        assert!(matches!(error, EndpointError::Malformed { .. }), "{error}");
    }
    let long = json!({ "access_token": "t", "token_type": "Bearer", "x": "x".repeat(65_536) });
    server.set(Reply::json(200, &long.to_string()));
    let error = request(&client, "").await.unwrap_err();
    assert!(
        matches!(error, EndpointError::Https(HttpsError::TooLong)),
        "{error}"
    );
    server.set(Reply::Endless);
    let error = request(&client, "").await.unwrap_err();
    assert!(
        matches!(error, EndpointError::Https(HttpsError::TooLong)),
        "{error}"
    );
}

/// A secret must not reach the target of a redirect.
#[tokio::test]
async fn redirect_of_the_token_endpoint_is_not_followed() {
    let target = start(Reply::json(200, OK), &json!({})).await;
    for status in [301, 302, 303, 307, 308] {
        let location = &target.url;
        let redirect = format!(
            "HTTP/1.1 {status} X\r\nlocation: {location}/token\r\ncontent-length: 0\r\n\r\n"
        );
        let server = start(Reply::Response(redirect), &json!({})).await;
        let client = client(&server, TestClock::new()).await;
        let error = request(&client, "").await.unwrap_err();
        assert!(
            matches!(error, EndpointError::Status(found) if found == status),
            "{error}"
        );
    }
    assert_eq!(target.request_count(), 0);
}

/// RFC 6749 §3.3, and R8.
#[tokio::test]
async fn r8_scope_that_was_not_requested_is_refused() {
    let server = start(Reply::Closed, &json!({})).await;
    let provider = provider(&server, TestClock::new()).await;
    let registration = ClientRegistration::new("web", secret())
        .also_granted("extra")
        .unwrap();
    let client = RelyingParty::new(provider, registration).unwrap();
    for (granted, excess) in [
        ("a b", None),
        ("b", None),
        ("", None),
        ("b a extra", None),
        ("a b c", Some("c")),
        ("A", Some("A")),
        ("admin a root", Some("admin root")),
    ] {
        let body = json!({ "access_token": "t", "token_type": "Bearer", "scope": granted });
        server.set(Reply::json(200, &body.to_string()));
        let found = match request(&client, "a b").await {
            Ok(response) => {
                assert_eq!(response.scopes().as_str(), granted);
                None
            }
            Err(EndpointError::ExcessScope { scopes }) => Some(scopes),
            Err(error) => panic!("{error}"),
        };
        assert_eq!(found.as_deref(), excess, "{granted}");
    }
}

#[tokio::test]
async fn code_and_refresh_token_are_sent_with_their_parameters() {
    let server = start(Reply::json(200, OK), &json!({})).await;
    let client = client(&server, TestClock::new()).await;
    let (code, code_verifier) = (Secret::new("c&d"), Secret::new("v"));
    let scopes = ScopeSet::parse("openid").unwrap();
    let resources = ["https://orders.example".to_owned()];
    for grant in [
        Grant::AuthorizationCode {
            code: &code,
            redirect_uri: "https://web.example/callback?x=1",
            code_verifier: &code_verifier,
        },
        Grant::RefreshToken(&code),
    ] {
        let request = TokenRequest {
            grant,
            scopes: &scopes,
            resources: &resources,
        };
        client.request_token(request).await.unwrap();
    }
    let requests = server.requests();
    let by_code = form(&requests[0]);
    assert_eq!(by_code["grant_type"], "authorization_code");
    assert_eq!(by_code["code"], "c&d");
    assert_eq!(by_code["redirect_uri"], "https://web.example/callback?x=1");
    assert_eq!(by_code["code_verifier"], "v");
    assert_eq!(by_code["resource"], "https://orders.example");
    assert_eq!(by_code.len(), 5);
    let by_refresh = form(&requests[1]);
    assert_eq!(by_refresh["grant_type"], "refresh_token");
    assert_eq!(by_refresh["refresh_token"], "c&d");
    assert_eq!(by_refresh.len(), 3);
}
