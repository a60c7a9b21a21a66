//! What an attribute says, once nothing in it is wrong.

use proc_macro2::Span;
use syn::{LitStr, Path};

use crate::diagnostics::Diagnostics;
use crate::model::body_limit;
use crate::model::requirement::Requirement;
use crate::parse::{AttributeKind, RawAttribute};

/// A checked declaration.
pub(crate) struct Declaration {
    pub(crate) access: Access,
    pub(crate) body_limit: Option<usize>,
    pub(crate) unvalidated: Option<LitStr>,
}

/// Who may call.
pub(crate) enum Access {
    Public { reason: LitStr },
    Authenticated,
    Scopes(Requirement),
}

impl Declaration {
    /// Checks the words of an attribute together; also tells where the runtime crate is.
    pub(crate) fn check(
        raw: RawAttribute,
        diagnostics: &mut Diagnostics,
    ) -> (Option<Self>, Option<Path>) {
        let RawAttribute {
            kind,
            span,
            scopes,
            authenticated,
            reason,
            body_limit,
            unvalidated,
            krate,
            incomplete,
        } = raw;
        let scopes = scopes
            .take()
            .map(|(span, raw)| (span, Requirement::check(raw, diagnostics)));
        let missing = (!incomplete).then_some(span);
        let access = match kind {
            AttributeKind::Secured => secured(scopes, authenticated.take(), missing, diagnostics),
            AttributeKind::Public => public(reason.take(), missing, diagnostics),
        };
        let body_limit = optional(body_limit.take(), |text| {
            body_limit::check(&text, diagnostics)
        });
        let unvalidated = optional(unvalidated.take(), |text| {
            check_reason("unvalidated", text, diagnostics)
        });
        let krate = krate.take().map(|(_, path)| path);
        let declaration = || {
            Some(Self {
                access: access?,
                body_limit: body_limit.ok()?,
                unvalidated: unvalidated.ok()?,
            })
        };
        (declaration(), krate)
    }
}

/// Absent is fine, wrong is not.
fn optional<T, U>(
    value: Option<(Span, T)>,
    check: impl FnOnce(T) -> Option<U>,
) -> Result<Option<U>, ()> {
    value.map(|(_, value)| check(value).ok_or(())).transpose()
}

fn secured(
    scopes: Option<(Span, Option<Requirement>)>,
    authenticated: Option<(Span, ())>,
    missing: Option<Span>,
    diagnostics: &mut Diagnostics,
) -> Option<Access> {
    match (scopes, authenticated) {
        (Some((_, requirement)), None) => requirement.map(Access::Scopes),
        (None, Some(_)) => Some(Access::Authenticated),
        (Some(_), Some((span, ()))) => {
            diagnostics.error(
                span,
                "`authenticated` and `scopes` exclude each other",
                "remove `authenticated`: whoever holds the scopes is authenticated",
            );
            None
        }
        (None, None) => {
            if let Some(span) = missing {
                diagnostics.error(
                    span,
                    "`#[secured]` does not say who may call this handler",
                    "write `#[secured(scopes = \"orders:read\")]`, or `#[secured(authenticated)]` \
                     where any valid token will do",
                );
            }
            None
        }
    }
}

fn public(
    reason: Option<(Span, LitStr)>,
    missing: Option<Span>,
    diagnostics: &mut Diagnostics,
) -> Option<Access> {
    if let Some((_, text)) = reason {
        return check_reason("reason", text, diagnostics).map(|reason| Access::Public { reason });
    }
    if let Some(span) = missing {
        diagnostics.error(
            span,
            "`#[public]` does not say why anybody may call this handler",
            "write `#[public(reason = \"liveness probe, reveals nothing\")]`",
        );
    }
    None
}

fn check_reason(word: &str, text: LitStr, diagnostics: &mut Diagnostics) -> Option<LitStr> {
    if text.value().trim().is_empty() {
        diagnostics.error(
            text.span(),
            format_args!("the reason of `{word}` is empty"),
            "say in a few words why this is safe; the inventory shows it to whoever audits the API",
        );
        return None;
    }
    Some(text)
}
