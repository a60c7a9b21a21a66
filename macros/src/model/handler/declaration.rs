//! The checked declaration of a handler.

use proc_macro2::Span;
use syn::{LitStr, Path};

use crate::diagnostics::Diagnostics;
use crate::model::handler::limits::Limits;
use crate::model::handler::requirement::Requirement;
use crate::parse::{AttributeKind, GrantKind, Keyword, RawAttribute, RawRequirement, Slot};

/// A checked declaration.
pub(crate) struct Declaration {
    pub(crate) access: Access,
    pub(crate) limits: Limits,
    pub(crate) unvalidated: Option<LitStr>,
    /// Whether the handler accepts a ticket instead of a token.
    pub(crate) ticket: bool,
}

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
struct AccessOptions {
    scopes: Written,
    roles: Written,
    authenticated: Option<Span>,
    login: Option<Span>,
    /// `any(…)` around them.
    alternatives: Option<Span>,
    /// The first of them outside `any(…)`.
    outside: Option<(Keyword, Span)>,
    /// The span of the attribute, unless the access may be in an option that could not be read.
    missing: Option<Span>,
}

/// A requirement if the attribute has one, and its checked form if it is valid.
type Written = Option<Option<Requirement>>;

impl Declaration {
    /// Checks the options of an attribute together.
    ///
    /// Returns the path of the runtime crate too, even if an option is wrong.
    pub(crate) fn check(
        raw: RawAttribute,
        diagnostics: &mut Diagnostics,
    ) -> (Option<Self>, Option<Path>) {
        let RawAttribute {
            kind,
            span,
            scopes,
            roles,
            authenticated,
            login,
            alternatives,
            outside,
            ticket,
            reason,
            limits,
            unvalidated,
            krate,
            incomplete,
        } = raw;
        let scopes = written(GrantKind::Scope, scopes, diagnostics);
        let roles = written(GrantKind::Role, roles, diagnostics);
        let missing = (!incomplete).then_some(span);
        let flag = |slot: Slot<()>| slot.take().map(|(span, ())| span);
        let login = flag(login);
        let access = match kind {
            AttributeKind::Secured => {
                let options = AccessOptions {
                    scopes,
                    roles,
                    authenticated: flag(authenticated),
                    login,
                    alternatives: flag(alternatives),
                    outside,
                    missing,
                };
                options.check(diagnostics)
            }
            AttributeKind::Public => public(reason.take(), missing, diagnostics),
        };
        let limits = Limits::check(limits, diagnostics);
        let unvalidated =
            unvalidated.checked(|text| check_reason("unvalidated", text, diagnostics));
        let ticket = flag(ticket);
        if let (Some(span), Some(_)) = (ticket, login) {
            diagnostics.error(
                span,
                "`ticket` and `login` exclude each other",
                "remove `ticket`; a browser sends the cookie of its session itself",
            );
        }
        let krate = krate.take().map(|(_, path)| path);
        let declaration = || {
            Some(Self {
                access: access?,
                limits: limits?,
                unvalidated: unvalidated.ok()?,
                ticket: ticket.is_some(),
            })
        };
        (declaration(), krate)
    }
}

impl AccessOptions {
    fn check(self, diagnostics: &mut Diagnostics) -> Option<Access> {
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

fn written(grant: GrantKind, slot: Slot<RawRequirement>, diagnostics: &mut Diagnostics) -> Written {
    slot.take()
        .map(|(_, raw)| Requirement::check(grant, raw, diagnostics))
}

fn secured(
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
            "`#[public]` does not state why the handler is public",
            "write `#[public(reason = \"liveness probe, reveals nothing\")]`",
        );
    }
    None
}

fn check_reason(option: &str, text: LitStr, diagnostics: &mut Diagnostics) -> Option<LitStr> {
    if text.value().trim().is_empty() {
        diagnostics.error(
            text.span(),
            format_args!("`{option}` is empty"),
            "state in a few words why this is safe; the inventory shows them to the auditor of the API",
        );
        return None;
    }
    Some(text)
}

#[cfg(test)]
mod tests;
