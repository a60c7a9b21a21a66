//! Audit events, through the `tracing` facade.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tracing::Level;

use crate::audit::{PanicOrigin, Principal, Reason, RequestId};
use crate::input::InputLocation;
use crate::policy::{Access, Declaration};
use crate::token::VerifiedToken;

/// The target of every audit event.
const TARGET: &str = "palisade::audit";

/// The target of events about the configuration.
const CONFIG_TARGET: &str = "palisade::config";

/// Emits one event: `DEBUG` for public access, `INFO` for granted and `WARN` for denied access.
pub(super) fn emit_decision(
    declaration: &'static Declaration,
    reason: Reason,
    principal: Option<Principal<'_>>,
    by_ticket: bool,
    request_id: Option<&RequestId>,
) {
    macro_rules! emit {
        ($level:expr, $outcome:literal, $message:literal) => {
            if tracing::enabled!(target: TARGET, $level) {
                tracing::event!(
                    target: TARGET,
                    $level,
                    event = reason.event(),
                    outcome = $outcome,
                    reason = reason.as_str(),
                    handler = declaration.handler,
                    module = declaration.module,
                    access = %declaration.access,
                    credential = by_ticket.then_some("ticket").or(principal.and_then(Principal::credential)),
                    issuer = principal.map(Principal::issuer),
                    client_id = principal.and_then(Principal::client_id),
                    token_id_hash = principal.and_then(Principal::token).and_then(VerifiedToken::jti).map(hash),
                    subject_hash = principal.and_then(Principal::subject_hash),
                    subject = principal.and_then(Principal::token).and_then(VerifiedToken::audited_subject),
                    ungranted = principal.and_then(Principal::token).map(VerifiedToken::ungranted).filter(|count| *count > 0),
                    malformed_roles = principal.and_then(Principal::token).map(VerifiedToken::has_malformed_roles).filter(|malformed| *malformed),
                    request_id = request_id.map(tracing::field::display),
                    $message
                );
            }
        };
    }
    match reason {
        Reason::Public => emit!(Level::DEBUG, "allow", "public endpoint"),
        _ if reason.allows() => emit!(Level::INFO, "allow", "access granted"),
        _ => emit!(Level::WARN, "deny", "access denied"),
    }
}

/// Emits one event for a request that is served, but that the declaration's next access would refuse.
pub(super) fn emit_next_refusal(
    declaration: &'static Declaration,
    next: &Access,
    token: &VerifiedToken,
    request_id: Option<&RequestId>,
) {
    tracing::info!(
        target: TARGET,
        event = "authz_next_fail",
        outcome = "allow",
        handler = declaration.handler,
        module = declaration.module,
        access = %declaration.access,
        next = %next,
        issuer = token.issuer(),
        client_id = token.client_id(),
        token_id_hash = token.jti().map(hash),
        subject_hash = token.subject_hash(),
        subject = token.audited_subject(),
        request_id = request_id.map(tracing::field::display),
        "the next access would refuse this request"
    );
}

/// Emits one event for a ticket that a handler has issued for the handler of `declaration`.
pub(crate) fn emit_ticket_issued(
    declaration: &'static Declaration,
    token: &VerifiedToken,
    request_id: Option<&RequestId>,
) {
    tracing::info!(
        target: TARGET,
        event = "authn_token_created",
        outcome = "allow",
        handler = declaration.handler,
        module = declaration.module,
        access = %declaration.access,
        issuer = token.issuer(),
        client_id = token.client_id(),
        token_id_hash = token.jti().map(hash),
        subject_hash = token.subject_hash(),
        subject = token.audited_subject(),
        request_id = request_id.map(tracing::field::display),
        "ticket issued"
    );
}

/// Emits one event for a request whose input is rejected.
pub(super) fn emit_rejected_input(
    declaration: &'static Declaration,
    reason: Reason,
    location: Option<InputLocation>,
    rules: &[&str],
    principal: Option<Principal<'_>>,
    request_id: Option<&RequestId>,
) {
    if tracing::enabled!(target: TARGET, Level::WARN) {
        tracing::event!(
            target: TARGET,
            Level::WARN,
            event = reason.event(),
            outcome = "deny",
            reason = reason.as_str(),
            location = location.map(InputLocation::as_str),
            rules = rules.join(" "),
            handler = declaration.handler,
            module = declaration.module,
            access = %declaration.access,
            issuer = principal.map(Principal::issuer),
            client_id = principal.and_then(Principal::client_id),
            token_id_hash = principal.and_then(Principal::token).and_then(VerifiedToken::jti).map(hash),
            subject_hash = principal.and_then(Principal::subject_hash),
            subject = principal.and_then(Principal::token).and_then(VerifiedToken::audited_subject),
            request_id = request_id.map(tracing::field::display),
            "input rejected"
        );
    }
}

/// Emits one event for a panic, with the declaration if a handler was found.
///
/// `sys_crash` is the name in the OWASP logging vocabulary.
pub(super) fn emit_panic(
    origin: PanicOrigin,
    declaration: Option<&'static Declaration>,
    principal: Option<Principal<'_>>,
    request_id: Option<&RequestId>,
) {
    if tracing::enabled!(target: TARGET, Level::ERROR) {
        tracing::event!(
            target: TARGET,
            Level::ERROR,
            event = "sys_crash",
            outcome = "error",
            origin = origin.as_str(),
            handler = declaration.map(|declaration| declaration.handler),
            module = declaration.map(|declaration| declaration.module),
            access = declaration.map(|declaration| tracing::field::display(&declaration.access)),
            issuer = principal.map(Principal::issuer),
            client_id = principal.and_then(Principal::client_id),
            token_id_hash = principal.and_then(Principal::token).and_then(VerifiedToken::jti).map(hash),
            subject_hash = principal.and_then(Principal::subject_hash),
            subject = principal.and_then(Principal::token).and_then(VerifiedToken::audited_subject),
            request_id = request_id.map(tracing::field::display),
            "panic"
        );
    }
}

/// Emits one event for a handler that did not respond within its time.
pub(super) fn emit_timeout(
    declaration: &'static Declaration,
    principal: Option<Principal<'_>>,
    request_id: Option<&RequestId>,
) {
    if tracing::enabled!(target: TARGET, Level::WARN) {
        tracing::event!(
            target: TARGET,
            Level::WARN,
            event = "handler_timeout",
            outcome = "error",
            timeout_seconds = declaration.limits.timeout.as_secs_f64(),
            handler = declaration.handler,
            module = declaration.module,
            access = %declaration.access,
            issuer = principal.map(Principal::issuer),
            client_id = principal.and_then(Principal::client_id),
            token_id_hash = principal.and_then(Principal::token).and_then(VerifiedToken::jti).map(hash),
            subject_hash = principal.and_then(Principal::subject_hash),
            subject = principal.and_then(Principal::token).and_then(VerifiedToken::audited_subject),
            request_id = request_id.map(tracing::field::display),
            "handler timeout"
        );
    }
}

/// Emits one event for a route that no token can reach.
pub(crate) fn emit_unreachable_route(declaration: &'static Declaration, path: &str) {
    tracing::warn!(
        target: CONFIG_TARGET,
        event = "unreachable_route",
        path,
        handler = declaration.handler,
        module = declaration.module,
        access = %declaration.access,
        "no issuer may grant the scopes or roles that this handler requires"
    );
}

/// Emits one event for a handler that an inner layer has called outside the request that passed its guard.
pub(crate) fn emit_handler_outside_guard(
    declaration: &'static Declaration,
    request_id: Option<&RequestId>,
) {
    tracing::error!(
        target: TARGET,
        event = "handler_outside_guard",
        outcome = "deny",
        handler = declaration.handler,
        module = declaration.module,
        access = %declaration.access,
        request_id = request_id.map(tracing::field::display),
        "an inner layer called this handler outside the task of its request, or for another route"
    );
}

/// Emits one event for an error response that the function of `Api::render_errors` could not render.
pub(crate) fn emit_error_body_failed(request_id: Option<&RequestId>) {
    tracing::error!(
        target: CONFIG_TARGET,
        event = "error_body_failed",
        request_id = request_id.map(tracing::field::display),
        "the function of `render_errors` returned an error; the response is a problem"
    );
}

/// Hashes a token's identifier with SHA-256, as base64url.
///
/// Logs can then correlate a token without storing its identifier (ASVS 16.2.5).
pub(super) fn hash(token_id: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, token_id.as_bytes()))
}
