//! Audit events of logins and of logouts at the provider; the `session` room has those of sessions.

use crate::audit::RequestId;

/// The target of every audit event.
#[cfg(feature = "tracing")]
const TARGET: &str = "palisade::audit";

/// The client and the provider of a login, and the request.
#[derive(Clone, Copy)]
#[cfg_attr(
    not(feature = "tracing"),
    allow(dead_code, reason = "only events read it")
)]
pub(crate) struct LoginContext<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) request_id: &'a RequestId,
}

/// The step of a login that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoginStage {
    /// The request to the provider.
    Begin,
    /// The response of the provider.
    Callback,
    /// The start of the session, or the storage of its tokens.
    Session,
}

#[cfg(feature = "tracing")]
impl LoginStage {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::Callback => "callback",
            Self::Session => "session",
        }
    }
}

/// Emits one event for a login whose session has started.
pub(crate) fn emit_logged_in(context: LoginContext<'_>) {
    #[cfg(feature = "tracing")]
    tracing::info!(
        target: TARGET,
        event = "authn_login_success",
        outcome = "allow",
        reason = "logged_in",
        issuer = context.issuer,
        client_id = context.client_id,
        request_id = %context.request_id,
        "login completed"
    );
    #[cfg(not(feature = "tracing"))]
    let _ = context;
}

/// Emits one event for a login that failed.
pub(crate) fn emit_login_failed(
    context: LoginContext<'_>,
    stage: LoginStage,
    reason: &'static str,
) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        target: TARGET,
        event = "authn_login_fail",
        outcome = "deny",
        reason,
        stage = stage.as_str(),
        issuer = context.issuer,
        client_id = context.client_id,
        request_id = %context.request_id,
        "login failed"
    );
    #[cfg(not(feature = "tracing"))]
    let _ = (context, stage, reason);
}

/// Emits one event for a logout token: the number of sessions that it has ended, or the reason why it has ended none.
///
/// The name is not in the OWASP logging vocabulary.
pub(crate) fn emit_provider_logout(context: LoginContext<'_>, ended: Result<usize, &'static str>) {
    #[cfg(feature = "tracing")]
    match ended {
        Ok(sessions) => tracing::info!(
            target: TARGET,
            event = "provider_logout",
            outcome = "allow",
            sessions,
            issuer = context.issuer,
            client_id = context.client_id,
            request_id = %context.request_id,
            "the provider has reported a logout"
        ),
        Err(reason) => tracing::warn!(
            target: TARGET,
            event = "provider_logout",
            outcome = "deny",
            reason,
            issuer = context.issuer,
            client_id = context.client_id,
            request_id = %context.request_id,
            "a logout request of the provider failed"
        ),
    }
    #[cfg(not(feature = "tracing"))]
    let _ = (context, ended);
}
