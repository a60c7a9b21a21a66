//! Responses: malformed ones, errors of the provider, and token responses.

use std::error::Error as _;

use super::*;
use crate::relying_party::{AuthorizationError, EndpointError, IdTokenError};

/// Completes a fresh login with parameters beside `state` and `iss`.
async fn respond(test: &LoginTest, parameters: &str) -> LoginError {
    let mut browser = Browser::default();
    let mine = test.authorized(&mut browser).await.without("code");
    let query = format!("{}&{parameters}", mine.query());
    test.complete_query(&mut browser, &query)
        .await
        .into_result()
        .unwrap_err()
}

#[tokio::test]
async fn contradictory_or_malformed_response_is_refused() {
    let test = LoginTest::new().await;
    for parameters in [
        "",
        "code=",
        "code=a&error=access_denied",
        "code=code-1&access_token=x",
        "code=code-1&id_token=x",
        "code=code-1&response=x.y.z",
        "code=code-1&refresh_token=x",
        "code=a%0ab",
        "code=a%C3%A9",
        "code=a&code=b",
        "code=a&x=1&x=2",
        "code=a&co%64e=b",
        "code=a&state=b",
        "code=%",
        "code=%zz",
        "code=%ff",
        "error=access_denied&error=access_denied",
    ] {
        let error = respond(&test, parameters).await;
        assert!(
            matches!(error, LoginError::Response(_)),
            "{parameters} {error}"
        );
    }
    let long = respond(&test, &format!("code={}", "a".repeat(16 * 1024))).await;
    assert!(
        matches!(long, LoginError::Response("is too long")),
        "{long}"
    );
    let many: Vec<_> = (0..40).map(|index| format!("p{index}=1")).collect();
    let error = respond(&test, &format!("code=a&{}", many.join("&"))).await;
    assert!(
        matches!(error, LoginError::Response("has too many parameters")),
        "{error}"
    );
    assert!(test.provider.requests_to("POST /token ").is_empty());
}

#[tokio::test]
async fn response_of_the_maximum_length_is_read() {
    let test = LoginTest::new().await;
    let mut browser = Browser::default();
    let response = test.authorized(&mut browser).await;
    let padding = 16 * 1024 - response.query().len() - "&x=".len();
    let longest = response.and("x", &"x".repeat(padding));
    assert_eq!(longest.query().len(), 16 * 1024);
    let longer = longest.with("x", &"x".repeat(padding + 1));
    let error = test.complete(&mut browser, &longer).await.unwrap_err();
    assert!(matches!(error, LoginError::Response(_)), "{error}");
    assert!(test.complete(&mut browser, &longest).await.is_ok());
}

/// RFC 6749 §4.1.2: unknown parameters are ignored.
#[tokio::test]
async fn unknown_parameter_is_ignored() {
    let test = LoginTest::new().await;
    let mut browser = Browser::default();
    let response = test
        .authorized(&mut browser)
        .await
        .and("session_state", "a.b");
    assert!(test.complete(&mut browser, &response).await.is_ok());
}

#[tokio::test]
async fn error_of_the_provider_is_one_of_a_fixed_list() {
    let test = LoginTest::new().await;
    for (code, expected) in [
        ("access_denied", AuthorizationError::AccessDenied),
        ("login_required", AuthorizationError::LoginRequired),
        (
            "interaction_required",
            AuthorizationError::InteractionRequired,
        ),
        ("consent_required", AuthorizationError::ConsentRequired),
        (
            "account_selection_required",
            AuthorizationError::AccountSelectionRequired,
        ),
        (
            "unmet_authentication_requirements",
            AuthorizationError::UnmetAuthenticationRequirements,
        ),
        ("server_error", AuthorizationError::ServerError),
        ("invalid_target", AuthorizationError::InvalidTarget),
        ("unauthorized_client", AuthorizationError::Other),
        (
            "temporarily_unavailable",
            AuthorizationError::TemporarilyUnavailable,
        ),
        ("invalid_scope", AuthorizationError::InvalidScope),
        ("ACCESS_DENIED", AuthorizationError::Other),
        (
            "%3Cscript%3Ealert(1)%3C/script%3E",
            AuthorizationError::Other,
        ),
        ("", AuthorizationError::Other),
    ] {
        let error = respond(
            &test,
            &format!("error={code}&error_description=call+0900&error_uri=https://evil.example"),
        )
        .await;
        assert!(
            matches!(error, LoginError::Provider(found) if found == expected),
            "{code} {error}"
        );
        for text in [format!("{error}"), format!("{error:?}")] {
            assert!(
                !text.contains("0900") && !text.contains("evil") && !text.contains("script"),
                "{text}"
            );
        }
        assert!(error.source().is_none());
    }
}

#[tokio::test]
async fn denied_login_is_not_pending_any_more() {
    let test = LoginTest::new().await;
    let mut browser = Browser::default();
    let mine = test.authorized(&mut browser).await;
    let denied = mine.without("code").and("error", "access_denied");
    assert!(test.complete(&mut browser, &denied).await.is_err());
    assert!(browser.cookies.is_empty());
    let error = test.complete(&mut browser, &mine).await.unwrap_err();
    assert!(matches!(error, LoginError::NotPending), "{error}");
}

#[tokio::test]
async fn token_response_without_a_valid_id_token_is_refused() {
    let test = LoginTest::new().await;
    let login = async || {
        let mut browser = Browser::default();
        let response = test.authorized(&mut browser).await;
        test.complete(&mut browser, &response).await.unwrap_err()
    };
    test.provider.edit_responses(|response| {
        response.as_object_mut().unwrap().remove("id_token");
    });
    assert!(matches!(login().await, LoginError::NoIdToken));
    test.provider
        .edit_responses(|response| response["id_token"] = "x".into());
    assert!(matches!(
        login().await,
        LoginError::IdToken(IdTokenError::Token(_))
    ));
    test.provider
        .edit_responses(|response| response["scope"] = "openid admin".into());
    assert!(matches!(
        login().await,
        LoginError::Endpoint(EndpointError::ExcessScope { .. })
    ));
    test.provider.edit_responses(|_| {});
    test.provider
        .edit_id_tokens(|token| token.claim("at_hash", "AAAA"));
    assert!(matches!(
        login().await,
        LoginError::IdToken(IdTokenError::AccessTokenHash)
    ));
    test.provider
        .edit_id_tokens(|token| token.claim("c_hash", "AAAA"));
    assert!(matches!(
        login().await,
        LoginError::IdToken(IdTokenError::CodeHash)
    ));
    test.provider.edit_id_tokens(|token| token.typ("at+jwt"));
    assert!(matches!(
        login().await,
        LoginError::IdToken(IdTokenError::Token(_))
    ));
    test.provider
        .edit_id_tokens(|token| token.claim("iss", "https://evil.example"));
    assert!(matches!(
        login().await,
        LoginError::IdToken(IdTokenError::Token(_))
    ));
}

#[tokio::test]
async fn requested_acr_and_max_age_are_enforced() {
    let test = LoginTest::new().await;
    let request = LoginRequest::new()
        .acr_values(["urn:gold"])
        .max_age(Duration::ZERO);
    let login = async |seconds: u64, acr: &'static str| {
        let mut browser = Browser::default();
        let location = test.begin_with(&mut browser, &request).await;
        let response = test.provider.authorize(&location);
        let time = test
            .provider
            .clock
            .time()
            .saturating_sub(Duration::from_secs(seconds))
            .as_secs();
        test.provider
            .edit_id_tokens(move |token| token.claim("acr", acr).claim("auth_time", time));
        test.complete(&mut browser, &response).await.err()
    };
    assert!(login(0, "urn:gold").await.is_none());
    let error = login(0, "urn:silver").await;
    assert!(matches!(
        error,
        Some(LoginError::IdToken(IdTokenError::AuthenticationContext))
    ));
    let error = login(31, "urn:gold").await;
    assert!(matches!(
        error,
        Some(LoginError::IdToken(IdTokenError::AuthenticationTime))
    ));
}
