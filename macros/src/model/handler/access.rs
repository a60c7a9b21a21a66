//! The checked access of a declaration.

use proc_macro2::Span;
use syn::LitStr;

use crate::diagnostics::Diagnostics;
use crate::model::handler::reason::check_reason;
use crate::model::handler::requirement::Requirement;
use crate::parse::{GrantKind, Keyword, RawRequirement, Slot};

/// The access that a handler requires.
pub(crate) enum Access {
    Public {
        reason: LitStr,
    },
    Authenticated,
    Scopes(Requirement),
    Roles(Requirement),
    ScopesAndRoles {
        scopes: Requirement,
        roles: Requirement,
    },
    /// The session of a login.
    Login,
    /// The session of a login, or a token with this access.
    LoginOr(Box<Access>),
}

/// The options about access, as written.
pub(super) struct AccessOptions {
    pub(super) scopes: Written,
    pub(super) roles: Written,
    pub(super) authenticated: Option<Span>,
    pub(super) login: Option<Span>,
    /// `any(…)` around them.
    pub(super) alternatives: Option<Span>,
    /// The first of them outside `any(…)`.
    pub(super) outside: Option<(Keyword, Span)>,
    /// The span of the attribute, unless the access may be in an option that could not be read.
    pub(super) missing: Option<Span>,
}

/// A requirement if the attribute has one, and its checked form if it is valid.
pub(super) type Written = Option<Option<Requirement>>;

impl AccessOptions {
    pub(super) fn check(self, diagnostics: &mut Diagnostics) -> Option<Access> {
        if let (Some(_), Some((keyword, span))) = (self.alternatives, self.outside) {
            // `any(login, scopes = A), roles = B` would read as if a session needed the role too
            diagnostics.error(
                span,
                format_args!("`{}` beside `any(…)`", keyword.name()),
                "write all access inside `any(…)`, as in `any(login, scopes = \"orders:read\")`",
            );
            return None;
        }
        match (self.login, self.alternatives) {
            (None, None) => self.token_access(diagnostics),
            (Some(span), None) => {
                if self.requires_token() {
                    diagnostics.error(
                        span,
                        "`login` beside other access requires `any(…)`",
                        "write `any(login, …)` to accept a session or a token; a request cannot have both",
                    );
                    return None;
                }
                Some(Access::Login)
            }
            (Some(_), Some(_)) if self.requires_token() => {
                let access = self.token_access(diagnostics)?;
                Some(Access::LoginOr(Box::new(access)))
            }
            (_, Some(_)) if self.missing.is_none() => None,
            (Some(_), Some(span)) => {
                diagnostics.error(
                    span,
                    "`any(login)` has no alternative",
                    "write `login` alone, or add the access of a token, as in `any(login, scopes = \"orders:read\")`",
                );
                None
            }
            (None, Some(span)) => {
                diagnostics.error(
                    span,
                    "`any(…)` without `login`",
                    "write `any(login, …)`; for alternative scopes or roles, write `scopes = any(…)` or `roles = any(…)`",
                );
                None
            }
        }
    }

    /// Whether an option about tokens is written.
    fn requires_token(&self) -> bool {
        self.scopes.is_some() || self.roles.is_some() || self.authenticated.is_some()
    }

    fn token_access(self, diagnostics: &mut Diagnostics) -> Option<Access> {
        match self.authenticated {
            Some(span) => authenticated_alone(span, &self.scopes, &self.roles, diagnostics),
            None => secured(self.scopes, self.roles, self.missing, diagnostics),
        }
    }
}

pub(super) fn written(
    grant: GrantKind,
    slot: Slot<RawRequirement>,
    diagnostics: &mut Diagnostics,
) -> Written {
    slot.take()
        .map(|(_, raw)| Requirement::check(grant, raw, diagnostics))
}

pub(super) fn secured(
    scopes: Written,
    roles: Written,
    missing: Option<Span>,
    diagnostics: &mut Diagnostics,
) -> Option<Access> {
    match (scopes, roles) {
        (Some(scopes), None) => scopes.map(Access::Scopes),
        (None, Some(roles)) => roles.map(Access::Roles),
        (Some(scopes), Some(roles)) => Some(Access::ScopesAndRoles {
            scopes: scopes?,
            roles: roles?,
        }),
        (None, None) => {
            if let Some(span) = missing {
                diagnostics.error(
                    span,
                    "`#[secured]` does not state who may call this handler",
                    "write `#[secured(scopes = \"orders:read\")]`, `#[secured(roles = \"admin\")]`, \
                     or `#[secured(authenticated)]` to accept any valid token",
                );
            }
            None
        }
    }
}

/// Checks that `authenticated` is the only access option: any valid token is enough.
fn authenticated_alone(
    span: Span,
    scopes: &Written,
    roles: &Written,
    diagnostics: &mut Diagnostics,
) -> Option<Access> {
    let (message, held) = match (scopes, roles) {
        (None, None) => return Some(Access::Authenticated),
        (Some(_), None) => (
            "`authenticated` and `scopes` exclude each other",
            "the scopes",
        ),
        (None, Some(_)) => (
            "`authenticated` and `roles` exclude each other",
            "the roles",
        ),
        (Some(_), Some(_)) => ("`authenticated` excludes `scopes` and `roles`", "both"),
    };
    diagnostics.error(
        span,
        message,
        format_args!("remove `authenticated`; {held} already require a valid token"),
    );
    None
}

pub(super) fn public(
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
            "`#[public]` does not state why the handler is public",
            "write `#[public(reason = \"liveness probe, reveals nothing\")]`",
        );
    }
    None
}
