//! The authentication of clients: each method, and each way in which it is wrong.

use http::HeaderMap;
use serde_json::{Value, json};

use super::{Fixture, ISSUER, ORDERS, SECRET, START, basic, encoded};
use crate::ClientCertificate;
use crate::authorization_server::{
    AuthorizationServer, CertificateName, Client, ClientCredential, ClientError, RegisteredClients,
};
use crate::keys::{Algorithm, SigningKey};

const GRANT: &str = "grant_type=client_credentials&scope=orders%3Aread";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

async fn error_of(fixture: &Fixture, headers: &HeaderMap, form: &str) -> String {
    fixture.token(headers, form).await.error().to_owned()
}

#[tokio::test]
async fn secret_is_accepted_in_the_field_or_in_the_form() {
    let fixture = Fixture::new().await;
    assert_eq!(error_of(&fixture, &basic("web", SECRET), GRANT).await, "");
    let encoded_secret = SECRET.replace(' ', "+").replace(',', "%2C");
    assert_eq!(
        error_of(&fixture, &basic("web", &encoded_secret), GRANT).await,
        ""
    );
    let same = format!("{GRANT}&client_id=web");
    assert_eq!(error_of(&fixture, &basic("web", SECRET), &same).await, "");
    let form = format!("{GRANT}&client_id=web&{}", encoded("client_secret", SECRET));
    assert_eq!(error_of(&fixture, &HeaderMap::new(), &form).await, "");
}

#[tokio::test]
async fn wrong_or_missing_secret_is_refused() {
    let fixture = Fixture::new().await;
    let of_web = format!("{GRANT}&client_id=web");
    let with_secret = format!("{of_web}&{}", encoded("client_secret", SECRET));
    let mut bearer = HeaderMap::new();
    bearer.insert("authorization", "Bearer x".parse().unwrap());
    let with_scheme = |scheme: &str| {
        let mut headers = basic("web", SECRET);
        let field = headers["authorization"].to_str().unwrap();
        let field = field.replace("Basic", scheme).parse().unwrap();
        headers.insert("authorization", field);
        headers
    };
    let mut twice = basic("web", SECRET);
    twice.append(
        "authorization",
        basic("web", SECRET)["authorization"].clone(),
    );
    for (headers, form, error) in [
        (basic("web", "wrong"), GRANT, "invalid_client"),
        (basic("web", ""), GRANT, "invalid_client"),
        (basic("WEB", SECRET), GRANT, "invalid_client"),
        (basic("unknown", SECRET), GRANT, "invalid_client"),
        (basic("spa", ""), GRANT, "invalid_client"),
        (basic("jwt", SECRET), GRANT, "invalid_client"),
        (bearer, GRANT, "invalid_client"),
        (with_scheme("Bearer"), GRANT, "invalid_client"),
        (with_scheme("DPoP"), GRANT, "invalid_client"),
        (with_scheme("Basic2"), GRANT, "invalid_client"),
        (with_scheme(""), GRANT, "invalid_client"),
        (HeaderMap::new(), &*of_web, "invalid_client"),
        (HeaderMap::new(), GRANT, "invalid_client"),
        (twice, GRANT, "invalid_request"),
        (basic("web", SECRET), &*with_secret, "invalid_request"),
        (
            basic("web", SECRET),
            &*of_web.replace("=web", "=api"),
            "invalid_request",
        ),
    ] {
        assert_eq!(
            error_of(&fixture, &headers, form).await,
            error,
            "{headers:?} {form}"
        );
    }
}

#[tokio::test]
async fn refusal_of_basic_has_a_challenge() {
    let fixture = Fixture::new().await;
    let refused = fixture.token(&basic("web", "wrong"), GRANT).await;
    assert_eq!(refused.status, 401);
    assert!(
        refused.headers["www-authenticate"]
            .to_str()
            .unwrap()
            .starts_with("Basic ")
    );
    let form = format!("{GRANT}&client_id=web&client_secret=wrong");
    let refused = fixture.token(&HeaderMap::new(), &form).await;
    assert_eq!(
        (
            refused.status.as_u16(),
            refused.headers.get("www-authenticate")
        ),
        (401, None)
    );
}

fn assertion(key: &SigningKey, typ: &str, claims: &Value) -> String {
    let token = key.sign_jwt(typ, claims).unwrap();
    format!(
        "{GRANT}&{}&{}",
        encoded("client_assertion_type", JWT_BEARER),
        encoded("client_assertion", &token)
    )
}

fn valid_claims(jti: &str) -> Value {
    json!({ "iss": "jwt", "sub": "jwt", "aud": ISSUER, "jti": jti, "iat": START, "exp": START + 60 })
}

#[tokio::test]
async fn assertion_of_the_client_for_the_issuer_is_accepted_once() {
    let fixture = Fixture::new().await;
    for (jti, typ) in [
        ("1", "client-authentication+jwt"),
        ("2", "JWT"),
        ("3", "application/client-authentication+jwt"),
        ("4", "Application/JWT"),
    ] {
        let form = assertion(&fixture.key, typ, &valid_claims(jti));
        assert_eq!(
            error_of(&fixture, &HeaderMap::new(), &form).await,
            "",
            "{typ}"
        );
        assert_eq!(
            error_of(&fixture, &HeaderMap::new(), &form).await,
            "invalid_client",
            "{typ}"
        );
    }
}

#[tokio::test]
async fn assertion_at_each_limit_is_accepted() {
    let fixture = Fixture::new().await;
    for (name, value) in [
        ("exp", json!(START + 3600)),
        ("exp", json!(START + 1)),
        ("iat", json!(START + 10)),
        ("nbf", json!(START + 10)),
        ("jti", json!("j".repeat(256))),
    ] {
        let mut claims = valid_claims(&format!("{name} {value}"));
        claims[name] = value.clone();
        let form = assertion(&fixture.key, "JWT", &claims);
        let found = error_of(&fixture, &HeaderMap::new(), &form).await;
        assert_eq!(found, "", "{name} {value}");
    }
}

#[tokio::test]
async fn invalid_assertion_is_refused() {
    let fixture = Fixture::new().await;
    let with = |name: &str, value: Value| {
        let mut claims = valid_claims("1");
        claims[name] = value;
        assertion(&fixture.key, "JWT", &claims)
    };
    let without = |name: &str| {
        let mut claims = valid_claims("1");
        claims.as_object_mut().unwrap().remove(name);
        assertion(&fixture.key, "JWT", &claims)
    };
    let other_key = SigningKey::generate(Algorithm::ES256).unwrap();
    for (case, form) in [
        (
            "another key",
            assertion(&other_key, "JWT", &valid_claims("1")),
        ),
        (
            "type of an access token",
            assertion(&fixture.key, "at+jwt", &valid_claims("1")),
        ),
        (
            "type of an access token with its prefix",
            assertion(&fixture.key, "application/at+jwt", &valid_claims("1")),
        ),
        (
            "another prefix",
            assertion(&fixture.key, "text/jwt", &valid_claims("1")),
        ),
        ("iss", with("iss", json!("unknown"))),
        ("sub", with("sub", json!("web"))),
        (
            "aud: endpoint",
            with("aud", json!("https://login.example/token")),
        ),
        ("aud: slash", with("aud", json!("https://login.example/"))),
        ("aud: list", with("aud", json!([ISSUER]))),
        (
            "aud: several",
            with("aud", json!([ISSUER, "https://other.example"])),
        ),
        ("exp: past", with("exp", json!(START))),
        ("exp: text", with("exp", json!("1900000000"))),
        ("exp: far", with("exp", json!(START + 3601))),
        ("iat: future", with("iat", json!(START + 11))),
        ("nbf: future", with("nbf", json!(START + 11))),
        ("nbf: text", with("nbf", json!("1"))),
        ("jti: empty", with("jti", json!(""))),
        ("jti: number", with("jti", json!(7))),
        ("jti: long", with("jti", json!("j".repeat(257)))),
        ("no iss", without("iss")),
        ("no sub", without("sub")),
        ("no aud", without("aud")),
        ("no exp", without("exp")),
        ("no jti", without("jti")),
    ] {
        let named = if case == "iss" {
            form
        } else {
            format!("{form}&client_id=jwt")
        };
        assert_eq!(
            error_of(&fixture, &HeaderMap::new(), &named).await,
            "invalid_client",
            "{case}"
        );
    }
    // none of them used the identifier up
    let form = assertion(&fixture.key, "JWT", &valid_claims("1"));
    assert_eq!(error_of(&fixture, &HeaderMap::new(), &form).await, "");
}

/// RFC 7519 §5.3: claims that the header repeats are the same.
#[tokio::test]
async fn assertion_whose_header_contradicts_its_claims_is_refused() {
    let mut fixture = Fixture::new().await;
    let keys = crate::testing::EmbeddedIssuer::new("https://keys.example");
    let jwks = json!({ "keys": [keys.jwk(Algorithm::ES256)] }).to_string();
    let client = Client::builder("jwt", ClientCredential::private_key_jwt(&jwks).unwrap());
    let client = client.scopes("orders:read").client_credentials();
    let server = AuthorizationServer::builder(ISSUER, fixture.vault.clone())
        .clients(RegisteredClients::new([client.build().unwrap()]).unwrap())
        .resource(ORDERS, "orders:read")
        .id_token_algorithm(Algorithm::EdDSA)
        .clock(fixture.clock.clone());
    fixture.server = server.build().await.unwrap();
    for (name, value, error) in [
        ("iss", "jwt", ""),
        ("sub", "jwt", ""),
        ("aud", ISSUER, ""),
        ("iss", "web", "invalid_client"),
        ("sub", "web", "invalid_client"),
        ("sub", "JWT", "invalid_client"),
        ("aud", "https://other.example", "invalid_client"),
    ] {
        let token = keys.token("jwt").audience(ISSUER).typ("JWT");
        let token = token
            .claim("iss", "jwt")
            .claim("jti", format!("{name} {value}"))
            .claim("iat", START)
            .claim("exp", START + 60)
            .header(name, value);
        let form = format!(
            "{GRANT}&{}&{}",
            encoded("client_assertion_type", JWT_BEARER),
            encoded("client_assertion", &token.sign())
        );
        let found = error_of(&fixture, &HeaderMap::new(), &form).await;
        assert_eq!(found, error, "{name} {value}");
    }
}

#[tokio::test]
async fn assertion_without_its_type_or_beside_a_secret_is_refused() {
    let fixture = Fixture::new().await;
    let form = assertion(&fixture.key, "JWT", &valid_claims("1"));
    let untyped = form.replace("client_assertion_type", "x");
    let saml = form
        .replace("jwt-bearer", "saml2-bearer")
        .replace("jwt%2Dbearer", "saml2%2Dbearer");
    for (headers, form) in [
        (HeaderMap::new(), untyped),
        (HeaderMap::new(), saml),
        (HeaderMap::new(), format!("{form}&client_secret=x")),
        (basic("jwt", "x"), form.clone()),
        (HeaderMap::new(), format!("{form}&client_id=web")),
    ] {
        assert_eq!(
            error_of(&fixture, &headers, &form).await,
            "invalid_request",
            "{form}"
        );
    }
}

#[tokio::test]
async fn certificate_of_the_client_is_accepted() {
    let fixture = Fixture::new().await;
    let form = "client_id=mtls&token=x";
    let with = async |der: Option<&[u8]>| {
        let certificate = der.map(|der| ClientCertificate::new(der, false));
        let headers = HeaderMap::new();
        let state = fixture
            .server
            .introspect(&headers, certificate.as_ref(), form)
            .await;
        state.map_err(|failure| failure.code().as_str())
    };
    assert_eq!(
        with(Some(b"certificate")).await,
        Ok(json!({ "active": false }))
    );
    assert_eq!(with(Some(b"another")).await, Err("invalid_client"));
    assert_eq!(with(None).await, Err("invalid_client"));
}

/// RFC 8705 §2.1: a name authenticates only in a certificate that an authority of the listener issued.
#[tokio::test]
async fn certificate_with_the_registered_name_is_accepted_if_an_authority_issued_it() {
    let fixture = Fixture::new().await;
    let named = |name: &str| CertificateName::Dns(name.to_owned());
    let of = |name: &str| {
        let names = vec![name.to_owned()];
        let key = rcgen::KeyPair::generate().unwrap();
        let parameters = rcgen::CertificateParams::new(names).unwrap();
        parameters.self_signed(&key).unwrap().der().to_vec()
    };
    let credential = ClientCredential::certificate_name(named("orders.example")).unwrap();
    let client = Client::builder("named", credential).build().unwrap();
    let server = AuthorizationServer::builder(ISSUER, fixture.vault.clone())
        .clients(RegisteredClients::new([client]).unwrap())
        .resource(ORDERS, "orders:read")
        .id_token_algorithm(Algorithm::EdDSA)
        .clock(fixture.clock.clone());
    let server = server.build().await.unwrap();
    let (own, other) = (of("orders.example"), of("other.example"));
    for (der, is_issued, extra, is_accepted) in [
        (Some(&own), true, "", true),
        (Some(&own), false, "", false),
        (Some(&other), true, "", false),
        (Some(&other), false, "", false),
        (None, false, "", false),
        (Some(&own), true, "&client_secret=x", false),
    ] {
        let certificate = der.map(|der| ClientCertificate::new(der, is_issued));
        let form = format!("client_id=named&token=x{extra}");
        let headers = HeaderMap::new();
        let state = server.introspect(&headers, certificate.as_ref(), &form);
        let state = state.await.map_err(|failure| failure.code().as_str());
        let expected = is_accepted.then(|| json!({ "active": false }));
        assert_eq!(
            state,
            expected.ok_or("invalid_client"),
            "{is_issued} {form}"
        );
    }
    for name in ["", "*.example", "a b", "\u{e9}.example"] {
        let credential = ClientCredential::certificate_name(named(name));
        assert!(
            matches!(credential, Err(ClientError::CertificateName)),
            "{name}"
        );
    }
}
