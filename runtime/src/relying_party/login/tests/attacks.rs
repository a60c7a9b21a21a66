//! RFC 9700 §4: each attack on a login, alone.

use super::*;
use crate::relying_party::{EndpointError, IdTokenError};

fn is_not_pending(result: &Result<CompletedLogin, LoginError>) -> bool {
    matches!(result, Err(LoginError::NotPending))
}

fn is_invalid_grant(result: &Result<CompletedLogin, LoginError>) -> bool {
    matches!(result, Err(LoginError::Endpoint(EndpointError::Refused(error))) if error.code() == "invalid_grant")
}

/// §4.7: login CSRF. The attacker's response arrives in the victim's browser.
#[tokio::test]
async fn response_for_another_browser_is_refused() {
    let test = LoginTest::new().await;
    let attacker = test.authorized(&mut Browser::default()).await;
    let mut victim = Browser::default();
    assert!(is_not_pending(&test.complete(&mut victim, &attacker).await));
    let mine = test.authorized(&mut victim).await;
    assert!(
        is_not_pending(&test.complete(&mut victim, &attacker).await),
        "while another login is pending"
    );
    // the attacker's code with the victim's state: nonce and PKCE belong to another login
    let injected = attacker.with("state", mine.get("state").unwrap());
    assert!(is_invalid_grant(
        &test.complete(&mut victim, &injected).await
    ));
}

#[tokio::test]
async fn wrong_or_missing_state_is_refused() {
    let test = LoginTest::new().await;
    let mut browser = Browser::default();
    let response = test.authorized(&mut browser).await;
    let state = response.get("state").unwrap();
    for wrong in [
        "",
        "x",
        &state[1..],
        &format!("{state}="),
        &state.to_uppercase(),
        &format!(" {state}"),
    ] {
        let result = test
            .complete(&mut browser, &response.with("state", wrong))
            .await;
        assert!(is_not_pending(&result), "{wrong}");
    }
    let error = test
        .complete(&mut browser, &response.without("state"))
        .await
        .unwrap_err();
    assert!(
        matches!(error, LoginError::Response("has no `state`")),
        "{error}"
    );
    assert!(test.complete(&mut browser, &response).await.is_ok());
}

/// §4.5: a stolen code, with the ID token of another login.
#[tokio::test]
async fn id_token_with_the_nonce_of_another_login_is_refused() {
    let test = LoginTest::new().await;
    let mut browser = Browser::default();
    let other = Parameters::parse(test.begin(&mut browser).await.split_once('?').unwrap().1);
    let nonce = other.get("nonce").unwrap().to_owned();
    let response = test.authorized(&mut browser).await;
    test.provider
        .edit_id_tokens(move |token| token.claim("nonce", &nonce));
    let error = test.complete(&mut browser, &response).await.unwrap_err();
    assert!(
        matches!(error, LoginError::IdToken(IdTokenError::Nonce)),
        "{error}"
    );
    let response = test.authorized(&mut browser).await;
    test.provider.edit_id_tokens(|token| token.without("nonce"));
    let error = test.complete(&mut browser, &response).await.unwrap_err();
    assert!(
        matches!(error, LoginError::IdToken(IdTokenError::Nonce)),
        "{error}"
    );
}

/// §4.8.2, RFC 7636 §4.6: changes of the challenge in the browser's URL.
#[tokio::test]
async fn changed_removed_or_plain_challenge_is_refused() {
    let test = LoginTest::new().await;
    let mut browser = Browser::default();
    let other = Parameters::parse(test.begin(&mut browser).await.split_once('?').unwrap().1);
    for attack in ["wrong", "missing", "plain", "downgraded", "reused"] {
        let location = test.begin(&mut browser).await;
        let (endpoint, query) = location.split_once('?').unwrap();
        let request = Parameters::parse(query);
        let changed = match attack {
            "wrong" => request.with("code_challenge", &"A".repeat(43)),
            "missing" => request
                .without("code_challenge")
                .without("code_challenge_method"),
            "plain" => request.with("code_challenge_method", "plain"),
            // without a method, `plain` is the default
            "downgraded" => request.without("code_challenge_method"),
            _ => request.with("code_challenge", other.get("code_challenge").unwrap()),
        };
        let response = test
            .provider
            .authorize(&format!("{endpoint}?{}", changed.query()));
        let result = test.complete(&mut browser, &response).await;
        assert!(is_invalid_grant(&result), "{attack} {result:?}");
    }
    let exchanges = test.provider.requests_to("POST /token ");
    assert!(
        exchanges
            .iter()
            .all(|exchange| exchange.get("code_verifier").unwrap().len() == 43)
    );
    let first = exchanges[0].get("code_verifier");
    assert!(
        exchanges[1..]
            .iter()
            .all(|exchange| exchange.get("code_verifier") != first)
    );
}

/// A provider without S256 is refused when the application starts.
#[tokio::test]
async fn provider_without_s256_is_refused() {
    let provider = TestProvider::start().await;
    for methods in [
        serde_json::json!(["plain"]),
        serde_json::json!([]),
        serde_json::Value::Null,
    ] {
        provider.set_metadata(|metadata| metadata["code_challenge_methods_supported"] = methods);
        let built = Provider::builder(provider.url())
            .allow_loopback_http()
            .build()
            .await;
        assert!(built.is_err());
    }
}

/// §4.4: the attacker's provider sends its user to the honest one, or the reverse.
#[tokio::test]
async fn response_of_another_provider_is_refused() {
    let (honest, evil) = (LoginTest::new().await, LoginTest::new().await);
    let mut browser = Browser::default();
    let honest_response = honest.authorized(&mut browser).await;
    let evil_response = evil.authorized(&mut browser).await;
    // the code of the honest provider at the callback of the attacker's, and the reverse
    for (test, response) in [(&evil, &honest_response), (&honest, &evil_response)] {
        let error = test.complete(&mut browser, response).await.unwrap_err();
        assert!(matches!(error, LoginError::Issuer), "{error}");
        // also if the attacker's provider lies about `iss`
        let lying = response.with("iss", test.provider.url());
        assert!(is_not_pending(&test.complete(&mut browser, &lying).await));
        assert!(test.provider.requests_to("POST /token ").is_empty());
    }
}

/// The same with one sealing key for both, and one redirect URI.
#[tokio::test]
async fn cookie_of_another_provider_client_or_redirect_uri_is_refused() {
    let (one, other) = (TestProvider::start().await, TestProvider::start().await);
    let key = SealingKey::generate().unwrap();
    let logins = async |provider: &TestProvider, client: &str, uri: &str, key: &SealingKey| {
        let builder = Logins::builder(party(provider, client).await, uri, key.clone());
        let logins = builder
            .id_token_algorithm(jsonwebtoken::Algorithm::ES256)
            .build()
            .await
            .unwrap();
        LoginTest {
            provider: provider.clone(),
            logins,
        }
    };
    let test = logins(&one, CLIENT, CALLBACK, &key).await;
    let mut browser = Browser::default();
    let response = test.authorized(&mut browser).await;
    let another_key = SealingKey::generate().unwrap();
    for other in [
        logins(&other, CLIENT, CALLBACK, &key).await,
        logins(&one, "other", CALLBACK, &key).await,
        logins(&one, CLIENT, "https://app.example/callback2", &key).await,
        logins(&one, CLIENT, CALLBACK, &another_key).await,
    ] {
        let response = response.with("iss", other.provider.url());
        assert!(is_not_pending(
            &other.complete(&mut browser.clone(), &response).await
        ));
    }
    let replica = logins(&one, CLIENT, CALLBACK, &key).await;
    assert!(replica.complete(&mut browser, &response).await.is_ok());
}

/// The cookie of one login under the name of another, for example set by a subdomain.
#[tokio::test]
async fn swapped_or_changed_cookie_is_refused() {
    let test = LoginTest::new().await;
    let mut attacker = Browser::default();
    test.begin(&mut attacker).await;
    let of_the_attacker = attacker.cookies.values().next().unwrap().clone();
    let mut browser = Browser::default();
    let response = test.authorized(&mut browser).await;
    let (name, value) = browser.cookies.pop_first().unwrap();
    let mut changed = value.clone().into_bytes();
    let last = changed.len() - 2;
    changed[last] = if changed[last] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).unwrap();
    for wrong in [
        of_the_attacker.as_str(),
        &changed,
        &value[1..],
        "",
        "x",
        &"A".repeat(4000),
    ] {
        browser.cookies.insert(name.clone(), wrong.to_owned());
        assert!(
            is_not_pending(&test.complete(&mut browser.clone(), &response).await),
            "{wrong}"
        );
    }
    browser.cookies.clear();
    browser.cookies.insert(
        "__Host-login-AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        value.clone(),
    );
    assert!(is_not_pending(
        &test.complete(&mut browser.clone(), &response).await
    ));
    // two cookies of one name: which of them the application set is unknown
    let uri: Uri = format!("/callback?{}", response.query()).parse().unwrap();
    for values in [
        [of_the_attacker.as_str(), value.as_str()],
        [value.as_str(), of_the_attacker.as_str()],
        [value.as_str(), value.as_str()],
    ] {
        let mut headers = HeaderMap::new();
        for value in values {
            let cookie = format!("{name}={value}").parse().unwrap();
            headers.append(header::COOKIE, cookie);
        }
        let result = test.logins.complete(&uri, &headers).await.into_result();
        assert!(is_not_pending(&result));
    }
    browser.cookies.insert(name, value);
    assert!(test.complete(&mut browser, &response).await.is_ok());
}

/// §4.5: a code and its response are used once, also with a copy of the cookie.
#[tokio::test]
async fn replayed_response_is_refused() {
    let test = LoginTest::new().await;
    let mut browser = Browser::default();
    let response = test.authorized(&mut browser).await;
    let mut copy = browser.clone();
    assert!(test.complete(&mut browser, &response).await.is_ok());
    assert!(is_not_pending(
        &test.complete(&mut browser, &response).await
    ));
    let error = test
        .complete(&mut copy.clone(), &response)
        .await
        .unwrap_err();
    assert!(matches!(error, LoginError::Replayed), "{error}");
    let another_code = response.with("code", "code-2");
    let error = test.complete(&mut copy, &another_code).await.unwrap_err();
    assert!(matches!(error, LoginError::Replayed), "{error}");
    assert_eq!(test.provider.requests_to("POST /token ").len(), 1);
}

/// The provider refuses a code that another process has exchanged.
#[tokio::test]
async fn code_that_was_exchanged_is_refused() {
    let test = LoginTest::new().await;
    let mut browser = Browser::default();
    let first = test.authorized(&mut browser).await;
    assert!(test.complete(&mut browser, &first).await.is_ok());
    let second = test.authorized(&mut browser).await;
    let replayed = second.with("code", first.get("code").unwrap());
    assert!(is_invalid_grant(
        &test.complete(&mut browser, &replayed).await
    ));
}

#[tokio::test]
async fn login_expires_after_ten_minutes() {
    for (seconds, is_completed) in [
        (0, true),
        (599, true),
        (600, false),
        (601, false),
        (86_400, false),
    ] {
        let test = LoginTest::new().await;
        let mut browser = Browser::default();
        let response = test.authorized(&mut browser).await;
        test.advance(seconds);
        let result = test.complete(&mut browser, &response).await;
        assert_eq!(result.is_ok(), is_completed, "{seconds}");
        assert!(
            is_completed || matches!(result, Err(LoginError::Expired)),
            "{seconds}"
        );
        assert!(browser.cookies.is_empty(), "{seconds}");
    }
}

/// A login of the future, after the clock was set back by more than the skew, does not stay pending for ever.
#[tokio::test]
async fn login_of_the_future_is_refused() {
    for (seconds, is_completed) in [(29, true), (30, true), (31, false), (86_400, false)] {
        let test = LoginTest::new().await;
        let mut browser = Browser::default();
        let now = test.provider.clock.time();
        test.advance(seconds);
        let response = test.authorized(&mut browser).await;
        test.provider.clock.set(now);
        let result = test.complete(&mut browser, &response).await;
        let is_expired = matches!(result, Err(LoginError::Expired));
        assert_eq!(
            (result.is_ok(), is_expired),
            (is_completed, !is_completed),
            "{seconds}"
        );
    }
}

/// The name of a cookie is a part of a hash: it alone does not bind a response to its login.
#[tokio::test]
async fn cookie_that_holds_another_state_than_its_name_is_refused() {
    let test = LoginTest::new().await;
    let shared = &test.logins.shared;
    let mut browser = Browser::default();
    let response = test.authorized(&mut browser).await;
    let (name, value) = browser.cookies.pop_first().unwrap();
    let data = [test.logins.issuer(), CLIENT, CALLBACK, &name].map(str::as_bytes);
    let sealed = shared
        .pending_sealer
        .open_text(&value, 4096, &data)
        .unwrap();
    let sealed: serde_json::Value = serde_json::from_slice(&sealed).unwrap();
    let state = response.get("state").unwrap();
    for other in [
        "",
        "x",
        &state[1..],
        &state.to_uppercase(),
        &format!("{state}="),
        state,
    ] {
        let mut pending = sealed.clone();
        pending["state"] = other.into();
        let json = serde_json::to_vec(&pending).unwrap();
        let value = shared.pending_sealer.seal_text(&json, &data).unwrap();
        let mut browser = Browser::default();
        browser.cookies.insert(name.clone(), value);
        let result = test.complete(&mut browser, &response).await;
        assert_eq!(result.is_ok(), other == state, "{other}");
        assert!(other == state || is_not_pending(&result), "{other}");
    }
}

/// A page of another host of the site can set a cookie with any bytes, for the whole site.
#[tokio::test]
async fn foreign_cookie_of_any_bytes_makes_no_login_fail() {
    let test = LoginTest::new().await;
    for foreign in [
        &b"name=caf\xc3\xa9"[..],
        b"name=caf\xe9",
        b"\xff",
        b"=",
        b"__Host-login-\xff=x",
        b"a=\t",
    ] {
        for before in [true, false] {
            let mut browser = Browser::default();
            let response = test.authorized(&mut browser).await;
            let own = browser.headers()[header::COOKIE].as_bytes().to_vec();
            let pairs = if before {
                [foreign, &own]
            } else {
                [&own, foreign]
            };
            let field = HeaderValue::from_bytes(&pairs.join(&b"; "[..])).unwrap();
            let headers = HeaderMap::from_iter([(header::COOKIE, field)]);
            let uri: Uri = format!("/callback?{}", response.query()).parse().unwrap();
            let result = test.logins.complete(&uri, &headers).await.into_result();
            assert!(result.is_ok(), "{}: {result:?}", foreign.escape_ascii());
        }
    }
}

#[tokio::test]
async fn cookie_of_a_login_is_marked_as_sensitive() {
    let test = LoginTest::new().await;
    let begun = test
        .logins
        .begin(&LoginRequest::new(), &HeaderMap::new())
        .await
        .unwrap();
    assert!(begun.set_cookies().iter().all(HeaderValue::is_sensitive));
    assert!(!format!("{:?}", begun.set_cookies()).contains("__Host-"));
}
