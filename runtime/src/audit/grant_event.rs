//! Audit events of an authorization server: its codes, its tokens, and the clients that it refuses.

/// The target of every audit event.
#[cfg(feature = "tracing")]
const TARGET: &str = "palisade::audit";

/// The server, and the client and the authorization if they are known.
///
/// The client is a registered one: text of an unauthenticated request never gets into an event.
#[derive(Clone, Copy)]
#[cfg_attr(
    not(feature = "tracing"),
    allow(dead_code, reason = "only events read it")
)]
pub(crate) struct GrantContext<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: Option<&'a str>,
    /// The identifier of the user's authorization, which events have as a hash.
    pub(crate) grant: Option<&'a str>,
}

/// Emits one event: `INFO` for an outcome `allow`, and `WARN` for `deny`.
macro_rules! emit {
    ($context:expr, $token_id:expr, $reason:expr, $level:ident, $event:literal, $outcome:literal, $message:literal) => {{
        #[cfg(feature = "tracing")]
        tracing::$level!(
            target: TARGET,
            event = $event,
            outcome = $outcome,
            reason = $reason,
            issuer = $context.issuer,
            client_id = $context.client_id,
            grant_hash = $context.grant.map(super::event::hash),
            token_id_hash = $token_id.map(super::event::hash),
            $message
        );
        #[cfg(not(feature = "tracing"))]
        let _ = ($context, $reason, $token_id);
    }};
}

/// Emits one event for a code, or for an access token with its identifier.
pub(crate) fn emit_issued(context: GrantContext<'_>, reason: &'static str, token_id: Option<&str>) {
    emit!(
        context,
        token_id,
        reason,
        info,
        "authn_token_created",
        "allow",
        "code or token issued"
    );
}

/// Emits one event for a code or refresh token that was used again, whose authorization ends.
pub(crate) fn emit_reused(context: GrantContext<'_>, reason: &'static str) {
    emit!(
        context,
        None::<&str>,
        reason,
        warn,
        "authn_token_reuse",
        "deny",
        "a code or refresh token was used again; its authorization is revoked"
    );
}

/// Emits one event for a revocation: of a token with its identifier, of an authorization, or of all of a user or client.
pub(crate) fn emit_revoked(
    context: GrantContext<'_>,
    reason: &'static str,
    token_id: Option<&str>,
) {
    emit!(
        context,
        token_id,
        reason,
        info,
        "authn_token_revoked",
        "allow",
        "tokens revoked"
    );
}

/// Emits one event for a client whose authentication failed.
pub(crate) fn emit_client_rejected(context: GrantContext<'_>, reason: &'static str) {
    emit!(
        context,
        None::<&str>,
        reason,
        warn,
        "authn_login_fail",
        "deny",
        "the authentication of a client failed"
    );
}

/// Emits one event for a request of a client that is refused: the reason is the error code that the client receives.
pub(crate) fn emit_refused(context: GrantContext<'_>, reason: &'static str) {
    emit!(
        context,
        None::<&str>,
        reason,
        warn,
        "authz_fail",
        "deny",
        "a request to the authorization server was refused"
    );
}
