//! Structured events, through the facade `tracing`.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tracing::Level;

use crate::audit::Reason;
use crate::input::InputLocation;
use crate::policy::Declaration;
use crate::token::VerifiedToken;

/// Where subscribers find the events.
const TARGET: &str = "palisade::audit";

/// Emits one event: public access at `DEBUG`, a caller let in at `INFO`, a refusal at `WARN`.
pub(super) fn tell(
    declaration: &'static Declaration,
    reason: Reason,
    token: Option<&VerifiedToken>,
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
                    issuer = token.map(VerifiedToken::issuer),
                    client_id = token.and_then(VerifiedToken::client_id),
                    token_id_hash = token.and_then(VerifiedToken::jti).map(hashed),
                    $message
                );
            }
        };
    }
    match reason {
        Reason::Public => emit!(Level::DEBUG, "allow", "anybody may call"),
        _ if reason.allows() => emit!(Level::INFO, "allow", "the caller was let in"),
        _ => emit!(Level::WARN, "deny", "the caller was refused"),
    }
}

/// Emits one event for a request whose input is refused.
pub(super) fn tell_input(
    declaration: &'static Declaration,
    reason: Reason,
    location: Option<InputLocation>,
    rules: &[&str],
    token: Option<&VerifiedToken>,
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
            issuer = token.map(VerifiedToken::issuer),
            client_id = token.and_then(VerifiedToken::client_id),
            token_id_hash = token.and_then(VerifiedToken::jti).map(hashed),
            "the input was refused"
        );
    }
}

/// SHA-256 in base64url, so that a token can be followed and not be told (ASVS 16.2.5).
fn hashed(token_id: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, token_id.as_bytes()))
}
