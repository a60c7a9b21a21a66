//! RFC 9207: `iss` of the response, before anything else of it is used.

use serde_json::json;

use super::*;

async fn refused(test: &LoginTest, response: &Parameters) {
    let mut browser = Browser::default();
    let mine = test.authorized(&mut browser).await;
    let response = response.with("state", mine.get("state").unwrap());
    let outcome = test.complete_query(&mut browser, &response.query()).await;
    assert!(outcome.set_cookie().is_none(), "{response:?}");
    let error = outcome.into_result().unwrap_err();
    assert!(matches!(error, LoginError::Issuer), "{response:?} {error}");
    assert_eq!(browser.cookies.len(), 1, "the login stays pending");
    assert!(test.provider.requests_to("POST /token ").is_empty());
}

fn without_iss(provider: &TestProvider) {
    provider.set_metadata(|metadata| {
        metadata["authorization_response_iss_parameter_supported"] = json!(false);
    });
}

#[tokio::test]
async fn missing_iss_is_refused_if_the_provider_sends_it() {
    let test = LoginTest::new().await;
    let code = Parameters::parse("code=code-1");
    refused(&test, &code).await;
    refused(&test, &Parameters::parse("error=access_denied")).await;
}

/// "simple string comparison": no normalization at all.
#[tokio::test]
async fn wrong_iss_is_refused_on_success_and_on_error() {
    let test = LoginTest::new().await;
    let url = test.provider.url();
    for iss in [
        format!("{url}/"),
        url.replace("http://", "HTTP://"),
        url.replace("127.0.0.1", "127.0.0.1."),
        format!("{url}?"),
        format!("{url}#"),
        format!(" {url}"),
        url.to_uppercase(),
        "https://evil.example".to_owned(),
        String::new(),
    ] {
        refused(&test, &Parameters::parse("code=code-1").and("iss", &iss)).await;
        refused(
            &test,
            &Parameters::parse("error=access_denied").and("iss", &iss),
        )
        .await;
    }
}

#[tokio::test]
async fn unexpected_iss_is_compared_too() {
    let test = LoginTest::with(without_iss, |logins| logins).await;
    refused(
        &test,
        &Parameters::parse("code=code-1&iss=https://evil.example"),
    )
    .await;
    refused(
        &test,
        &Parameters::parse("error=access_denied&iss=https://evil.example"),
    )
    .await;
    let mut browser = Browser::default();
    let response = test.authorized(&mut browser).await;
    assert!(test.complete(&mut browser, &response).await.is_ok());
}

#[tokio::test]
async fn missing_iss_is_accepted_if_the_provider_does_not_send_it() {
    let test = LoginTest::with(without_iss, |logins| logins).await;
    let mut browser = Browser::default();
    let response = test.authorized(&mut browser).await.without("iss");
    assert!(test.complete(&mut browser, &response).await.is_ok());
}

/// The metadata is fetched again within a login.
#[tokio::test]
async fn missing_iss_is_refused_if_the_provider_sent_it_when_the_login_began() {
    let test = LoginTest::new().await;
    test.advance(3_590);
    let mut browser = Browser::default();
    let response = test.authorized(&mut browser).await.without("iss");
    without_iss(&test.provider);
    test.advance(20);
    let error = test.complete(&mut browser, &response).await.unwrap_err();
    assert!(matches!(error, LoginError::Issuer), "{error}");
    assert!(test.provider.requests_to("POST /token ").is_empty());
}

#[tokio::test]
async fn iss_that_appears_twice_is_refused() {
    let test = LoginTest::new().await;
    let mut browser = Browser::default();
    let response = test.authorized(&mut browser).await;
    let twice = response.and("iss", test.provider.url());
    let error = test.complete(&mut browser, &twice).await.unwrap_err();
    assert!(matches!(error, LoginError::Response(_)), "{error}");
}
