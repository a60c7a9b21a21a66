//! A login from beginning to end, and several at once.

use jsonwebtoken::Algorithm;

use super::*;
use crate::relying_party::login::pending::MAX_PENDING;
use crate::relying_party::{LoginsError, ReturnTo};

#[tokio::test]
async fn completed_login_has_user_tokens_and_page() {
    let test = LoginTest::new().await;
    let mut browser = Browser::default();
    let page: ReturnTo = "/orders?page=2".parse().unwrap();
    let location = test
        .begin_with(&mut browser, &LoginRequest::new().return_to(page.clone()))
        .await;
    assert_eq!(browser.cookies.len(), 1);
    let response = test.provider.authorize(&location);
    let login = test.complete(&mut browser, &response).await.unwrap();
    assert_eq!(
        (login.issuer(), login.subject()),
        (test.provider.url(), "alice")
    );
    assert_eq!((login.client_id(), login.return_to()), (CLIENT, &page));
    assert_eq!(login.tokens().access_token().expose(), b"access-1");
    assert_eq!(
        login.tokens().refresh_token().unwrap().expose(),
        b"refresh-1"
    );
    assert!(browser.cookies.is_empty());
    assert!(!format!("{login:?}").contains("alice"));
    let exchanges = test.provider.requests_to("POST /token ");
    assert_eq!(exchanges.len(), 1);
    assert_eq!(exchanges[0].get("redirect_uri"), Some(CALLBACK));
}

/// auth0/nextjs-auth0#142: each tab has its own cookie.
#[tokio::test]
async fn logins_in_several_tabs_complete_in_any_order() {
    let test = LoginTest::new().await;
    let mut browser = Browser::default();
    let mut tabs = Vec::new();
    for tab in 0..MAX_PENDING {
        let page: ReturnTo = format!("/{tab}").parse().unwrap();
        let location = test
            .begin_with(&mut browser, &LoginRequest::new().return_to(page))
            .await;
        tabs.push(test.provider.authorize(&location));
        test.advance(1);
    }
    assert_eq!(browser.cookies.len(), MAX_PENDING);
    for tab in (0..MAX_PENDING).rev() {
        let login = test.complete(&mut browser, &tabs[tab]).await.unwrap();
        assert_eq!(login.return_to().as_str(), format!("/{tab}"));
    }
    assert!(browser.cookies.is_empty());
}

/// quarkus#34995: cookies beyond a limit would make every request too large.
#[tokio::test]
async fn login_above_the_limit_replaces_the_oldest() {
    let test = LoginTest::new().await;
    let mut browser = Browser::default();
    let oldest = test.authorized(&mut browser).await;
    test.advance(1);
    let second = test.authorized(&mut browser).await;
    for _ in 2..=MAX_PENDING {
        test.advance(1);
        test.begin(&mut browser).await;
    }
    assert_eq!(browser.cookies.len(), MAX_PENDING);
    let error = test.complete(&mut browser, &oldest).await.unwrap_err();
    assert!(matches!(error, LoginError::NotPending), "{error}");
    assert!(test.complete(&mut browser, &second).await.is_ok());
}

#[tokio::test]
async fn unusable_cookies_are_deleted_first() {
    let test = LoginTest::new().await;
    let mut browser = Browser::default();
    let response = test.authorized(&mut browser).await;
    for index in 0..20 {
        let name = format!("__Host-login-{index:022}");
        browser.cookies.insert(name, "x".repeat(20));
    }
    test.begin(&mut browser).await;
    assert_eq!(browser.cookies.len(), 2);
    assert!(test.complete(&mut browser, &response).await.is_ok());
}

#[tokio::test]
async fn cookies_of_the_application_are_not_touched() {
    let test = LoginTest::new().await;
    let mut headers = HeaderMap::new();
    let cookies =
        "session=1; __Host-login=2; __Host-login-short=3; __host-login-0000000000000000000000=4; x";
    headers.insert(header::COOKIE, cookies.parse().unwrap());
    let begun = test
        .logins
        .begin(&LoginRequest::new(), &headers)
        .await
        .unwrap();
    assert_eq!(begun.set_cookies().len(), 1);
}

#[tokio::test]
async fn cookie_stays_below_the_limit_of_browsers() {
    let test = LoginTest::new().await;
    let page: ReturnTo = format!("/{}", "a".repeat(1023)).parse().unwrap();
    let acr: Vec<String> = (0..12)
        .map(|index| format!("urn:example:acr:{index:03}"))
        .collect();
    let request = LoginRequest::new().return_to(page).acr_values(acr);
    let begun = test
        .logins
        .begin(&request, &HeaderMap::new())
        .await
        .unwrap();
    assert!(begun.set_cookies()[0].len() <= 4096);
}

#[tokio::test]
async fn invalid_configuration_is_an_error() {
    let provider = TestProvider::start().await;
    let party = party(&provider, CLIENT).await;
    let build = async |uri: &str, configure: fn(LoginsBuilder) -> LoginsBuilder| {
        let builder = Logins::builder(party.clone(), uri, SealingKey::generate().unwrap());
        configure(builder.id_token_algorithm(Algorithm::ES256))
            .build()
            .await
            .err()
    };
    for uri in [
        "",
        "/callback",
        "app.example/callback",
        "http://app.example/callback",
        "https://app.example/callback?x=1",
        "https://app.example/callback#x",
        "https://u@app.example/callback",
        "https://app.example\\@evil.example/",
        "https:///callback",
        "ftp://app.example/callback",
        "https://app.example/a b",
    ] {
        let error = build(uri, |logins| logins).await;
        assert!(
            matches!(error, Some(LoginsError::RedirectUri)),
            "{uri} {error:?}"
        );
    }
    for uri in [
        CALLBACK,
        "http://127.0.0.1:8081/callback",
        "http://localhost/callback",
    ] {
        assert!(build(uri, |logins| logins).await.is_none(), "{uri}");
    }
    let error = build(CALLBACK, |logins| logins.scopes("a  b")).await;
    assert!(matches!(error, Some(LoginsError::Scopes)));
    for resource in ["/orders", "https://a.example/#x", "", "a b:c", ":x"] {
        let logins = Logins::builder(party.clone(), CALLBACK, SealingKey::generate().unwrap());
        let error = logins.resource(resource).build().await.err();
        assert!(matches!(error, Some(LoginsError::Resource)), "{resource}");
    }
    for algorithm in [Algorithm::HS256, Algorithm::RS256] {
        let logins = Logins::builder(party.clone(), CALLBACK, SealingKey::generate().unwrap());
        let error = logins.id_token_algorithm(algorithm).build().await.err();
        assert!(
            matches!(error, Some(LoginsError::Algorithm)),
            "{algorithm:?}"
        );
    }
    let error = build(CALLBACK, |logins| logins.signed_user_info(Algorithm::HS512)).await;
    assert!(matches!(error, Some(LoginsError::Algorithm)));
    let error = build(CALLBACK, |logins| {
        logins.clock_skew(Duration::from_secs(301))
    })
    .await;
    assert!(matches!(error, Some(LoginsError::ClockSkew)));
    let longest = |logins: LoginsBuilder| logins.clock_skew(Duration::from_mins(5));
    assert!(build(CALLBACK, longest).await.is_none());
    let error = build(CALLBACK, |logins| {
        logins.post_logout_redirect_uri("http://app.example/")
    })
    .await;
    assert!(matches!(error, Some(LoginsError::PostLogoutRedirectUri)));
}

#[tokio::test]
async fn provider_without_a_login_endpoint_or_keys_is_a_configuration_error() {
    for member in ["authorization_endpoint", "jwks_uri"] {
        let provider = TestProvider::start().await;
        provider.set_metadata(|metadata| {
            metadata.as_object_mut().unwrap().remove(member);
        });
        let builder = Logins::builder(
            party(&provider, CLIENT).await,
            CALLBACK,
            SealingKey::generate().unwrap(),
        );
        let error = builder
            .id_token_algorithm(Algorithm::ES256)
            .build()
            .await
            .err();
        assert!(
            matches!(error, Some(LoginsError::NoEndpoint(found)) if found == member),
            "{member} {error:?}"
        );
    }
}

#[tokio::test]
async fn callback_path_is_that_of_the_redirect_uri() {
    let test = LoginTest::new().await;
    assert_eq!(test.logins.callback_path(), "/callback");
}

/// A link to a login with a long page must not make the browser's requests too large.
#[tokio::test]
async fn cookies_of_all_logins_stay_below_the_limit_of_servers() {
    let test = LoginTest::new().await;
    let mut browser = Browser::default();
    let page: ReturnTo = format!("/{}", "a".repeat(1023)).parse().unwrap();
    for _ in 0..8 {
        test.advance(1);
        let request = LoginRequest::new().return_to(page.clone());
        test.begin_with(&mut browser, &request).await;
        assert!(browser.headers()[header::COOKIE].len() < 6 * 1024);
    }
    assert_eq!(browser.cookies.len(), 2);
    let response = test.authorized(&mut browser).await;
    assert!(test.complete(&mut browser, &response).await.is_ok());
}

/// Expired logins, and those of the future, do not count against the logins of other tabs.
#[tokio::test]
async fn login_that_is_not_usable_any_more_is_deleted_by_the_next_one() {
    let test = LoginTest::new().await;
    for (first, second, is_deleted) in [
        (0, 599, false),
        (0, 600, true),
        (0, 86_400, true),
        (30, 0, false),
        (31, 0, true),
    ] {
        let start = test.provider.clock.time();
        let mut browser = Browser::default();
        test.advance(first);
        test.begin(&mut browser).await;
        test.provider.clock.set(start);
        test.advance(second);
        test.begin(&mut browser).await;
        let expected = if is_deleted { 1 } else { 2 };
        assert_eq!(browser.cookies.len(), expected, "{first} {second}");
    }
}
