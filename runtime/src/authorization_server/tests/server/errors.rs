//! The responses and the log of errors.

use super::*;

/// The bodies name the error; 5xx lets a client try again.
#[tokio::test]
async fn status_of_an_error_follows_its_code() {
    for (code, shown, of_endpoint) in [
        (ErrorCode::InvalidRequest, 400, 400),
        (ErrorCode::InvalidClient, 400, 401),
        (ErrorCode::InvalidGrant, 400, 400),
        (ErrorCode::ServerError, 500, 500),
        (ErrorCode::TemporarilyUnavailable, 503, 503),
    ] {
        let failure = OAuthFailure::new(code, "a description");
        let response = AuthorizationFailure::Shown(failure).into_response();
        assert_eq!(response.status(), shown, "{code:?}");
        let reply = Reply::of(failure.into_response()).await;
        assert_eq!(reply.status, of_endpoint, "{code:?}");
        assert_eq!(reply.error(), code.as_str());
    }
    for (error, status, has_detail) in [
        (ApprovalError::CrossOrigin, 403, true),
        (ApprovalError::Request, 400, true),
        (ApprovalError::Unavailable, 503, true),
        // errors of the application, which its users do not need to know
        (ApprovalError::Subject, 500, false),
        (ApprovalError::Scopes, 500, false),
        (ApprovalError::AuthTime, 500, false),
        (ApprovalError::ReservedClaim("iss".to_owned()), 500, false),
    ] {
        let text = error.to_string();
        let reply = Reply::of(error.into_response()).await;
        assert_eq!(reply.status, status, "{text}");
        assert_eq!(reply.body["detail"] == *text, has_detail, "{}", reply.body);
    }
}

/// Clients do not learn the cause; operators need it.
#[cfg(feature = "tracing")]
#[tokio::test]
async fn wrong_approval_is_logged() {
    let (log, _capturing) = crate::testing::log::TestLog::capture();
    let cases = [
        (ApprovalError::AuthTime, 1),
        (ApprovalError::Scopes, 1),
        (ApprovalError::Request, 0),
        (ApprovalError::CrossOrigin, 0),
    ];
    for (error, count) in cases {
        let text = error.to_string();
        drop(error.into_response());
        let events = log.take("palisade::authorization_server");
        assert_eq!(events.len(), count, "{text}");
        for event in events {
            assert_eq!(event["error"], *text);
        }
    }
}
