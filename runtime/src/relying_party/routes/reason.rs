//! The reasons of failures, as audit events spell them.

use crate::audit::Reason;
use crate::relying_party::id_token_error::IdTokenError;
use crate::relying_party::login::{AuthorizationError, LoginError};

/// Returns the reason of a login that failed.
pub(super) fn of_login(error: &LoginError) -> &'static str {
    match error {
        LoginError::Parameter(_) => "invalid_parameter",
        LoginError::NoRandomness => "no_randomness",
        LoginError::Response(_) => "malformed_response",
        LoginError::Issuer => "wrong_issuer",
        LoginError::NotPending => "not_pending",
        LoginError::Expired => "expired",
        LoginError::Replayed => "replayed",
        LoginError::Provider(error) => of_provider(*error),
        LoginError::Endpoint(error) if error.is_invalid_grant() => "invalid_grant",
        LoginError::Endpoint(_) => "endpoint_failed",
        LoginError::NoIdToken => "no_id_token",
        LoginError::IdToken(error) => of_token(*error),
    }
}

fn of_provider(error: AuthorizationError) -> &'static str {
    match error {
        AuthorizationError::AccessDenied => "access_denied",
        AuthorizationError::LoginRequired => "login_required",
        AuthorizationError::InteractionRequired => "interaction_required",
        AuthorizationError::ConsentRequired => "consent_required",
        AuthorizationError::AccountSelectionRequired => "account_selection_required",
        AuthorizationError::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
        AuthorizationError::TemporarilyUnavailable => "temporarily_unavailable",
        AuthorizationError::ServerError => "server_error",
        AuthorizationError::InvalidScope => "invalid_scope",
        AuthorizationError::InvalidTarget => "invalid_target",
        AuthorizationError::Other => "provider_error",
    }
}

/// Returns the reason why a token of the provider is invalid.
pub(super) fn of_token(error: IdTokenError) -> &'static str {
    match error {
        IdTokenError::Token(error) => Reason::from(error).as_str(),
        IdTokenError::KeysUnavailable { .. } => Reason::KeysUnavailable.as_str(),
        IdTokenError::Missing => "no_id_token",
        IdTokenError::UntrustedAudience => "untrusted_audience",
        IdTokenError::AuthorizedParty => "wrong_authorized_party",
        IdTokenError::Kind => "wrong_kind",
        IdTokenError::IssuedLongAgo => "issued_long_ago",
        IdTokenError::Nonce => "wrong_nonce",
        IdTokenError::AuthenticationContext => "wrong_acr",
        IdTokenError::AuthenticationTime => "wrong_auth_time",
        IdTokenError::AccessTokenHash => "wrong_access_token_hash",
        IdTokenError::CodeHash => "wrong_code_hash",
        IdTokenError::Changed(_) => "changed_claim",
        IdTokenError::Events => "no_logout_event",
        IdTokenError::NonceInLogoutToken => "nonce_in_logout_token",
        IdTokenError::Replayed => "replayed",
    }
}
