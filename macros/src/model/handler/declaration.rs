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
mod tests {
    use super::*;

    fn check(
        kind: AttributeKind,
        options: &str,
    ) -> (Option<Declaration>, Option<Path>, Vec<String>) {
        let mut diagnostics = Diagnostics::default();
        let options = options.parse().unwrap();
        let raw = RawAttribute::parse(kind, Span::call_site(), options, &mut diagnostics);
        let (declaration, krate) = Declaration::check(raw, &mut diagnostics);
        (declaration, krate, diagnostics.into_messages())
    }

    fn valid(kind: AttributeKind, options: &str) -> Declaration {
        let (declaration, _, messages) = check(kind, options);
        assert!(messages.is_empty(), "{options}: {messages:?}");
        declaration.unwrap()
    }

    fn mistakes(kind: AttributeKind, options: &str) -> Vec<String> {
        let (declaration, _, messages) = check(kind, options);
        assert!(declaration.is_none(), "{options}");
        messages
    }

    #[test]
    fn access_is_read_from_every_option() {
        let scopes = valid(AttributeKind::Secured, "scopes = \"a\"");
        assert!(matches!(scopes.access, Access::Scopes(_)));
        let roles = valid(AttributeKind::Secured, "roles = \"a\"");
        assert!(matches!(roles.access, Access::Roles(_)));
        for options in ["scopes = A, roles = \"b\"", "roles = \"b\", scopes = A"] {
            let Access::ScopesAndRoles { scopes, roles } =
                valid(AttributeKind::Secured, options).access
            else {
                panic!("{options}");
            };
            assert!(matches!(scopes, Requirement::Constant(path) if path.is_ident("A")));
            assert!(matches!(roles, Requirement::Named { name, .. } if name == "b"));
        }
        let token = valid(AttributeKind::Secured, "authenticated");
        assert!(matches!(token.access, Access::Authenticated));
        let public = valid(AttributeKind::Public, "reason = \"probe\"");
        assert!(matches!(public.access, Access::Public { reason } if reason.value() == "probe"));
    }

    #[test]
    #[cfg(feature = "login")]
    fn login_is_alone_or_an_alternative() {
        let login = valid(AttributeKind::Secured, "login, body_limit = \"1 KiB\"");
        assert!(matches!(login.access, Access::Login));
        for options in ["any(login, scopes = A)", "any(scopes = A, login,),"] {
            let Access::LoginOr(token) = valid(AttributeKind::Secured, options).access else {
                panic!("{options}");
            };
            assert!(matches!(*token, Access::Scopes(_)), "{options}");
        }
        let both = valid(AttributeKind::Secured, "any(login, scopes = A, roles = B)");
        assert!(
            matches!(both.access, Access::LoginOr(token) if matches!(*token, Access::ScopesAndRoles { .. }))
        );
        let any_token = valid(AttributeKind::Secured, "any(login, authenticated)");
        assert!(
            matches!(any_token.access, Access::LoginOr(token) if matches!(*token, Access::Authenticated))
        );
    }

    #[test]
    #[cfg(feature = "login")]
    fn mistakes_beside_login_are_errors() {
        for (options, wrong) in [
            (
                "login, scopes = A",
                "`login` beside other access requires `any(…)`",
            ),
            (
                "authenticated, login",
                "`login` beside other access requires `any(…)`",
            ),
            ("any(login)", "`any(login)` has no alternative"),
            ("any()", "`any(…)` without `login`"),
            ("any(scopes = A)", "`any(…)` without `login`"),
            (
                "any(login, scopes = A), roles = B",
                "`roles` beside `any(…)`",
            ),
            ("login, any(scopes = A)", "`login` beside `any(…)`"),
            (
                "any(login, scopes = A, authenticated)",
                "`authenticated` and `scopes` exclude each other",
            ),
            (
                "any(login, timeout = \"1 s\")",
                "unknown option `timeout` of `#[secured]`",
            ),
            (
                "any(login, any(scopes = A))",
                "unknown option `any` of `#[secured]`",
            ),
            ("any = login", "`any` requires alternatives in parentheses"),
        ] {
            let messages = mistakes(AttributeKind::Secured, options);
            assert_eq!(messages, [wrong], "{options}");
        }
        for (options, wrong) in [
            ("any(login, scopes = A), any(roles = B)", "duplicate `any`"),
            ("any(login | scopes = A)", "`login` has no value"),
            ("any(login scopes = A)", "`login` has no value"),
            ("login(scopes = A)", "`login` has no value"),
            ("login, ticket", "`ticket` and `login` exclude each other"),
        ] {
            assert_eq!(
                check(AttributeKind::Secured, options).2,
                [wrong],
                "{options}"
            );
        }
        let public = mistakes(AttributeKind::Public, "reason = \"probe\", login");
        assert_eq!(public, ["unknown option `login` of `#[public]`"]);
    }

    #[test]
    fn unwritten_options_are_absent() {
        let plain = valid(AttributeKind::Secured, "authenticated");
        assert!(plain.limits.body_limit.is_none() && plain.unvalidated.is_none());
        assert!(!plain.ticket && valid(AttributeKind::Secured, "ticket, scopes = A").ticket);
        let full = valid(
            AttributeKind::Secured,
            "body_limit = \"2 KiB\", unvalidated = \"raw\", authenticated",
        );
        assert_eq!(full.limits.body_limit, Some(2048));
        assert_eq!(full.unvalidated.unwrap().value(), "raw");
    }

    #[test]
    fn authenticated_beside_scopes_or_roles_is_an_error() {
        let scopes = "`authenticated` and `scopes` exclude each other";
        let roles = "`authenticated` and `roles` exclude each other";
        let both = "`authenticated` excludes `scopes` and `roles`";
        for (options, wrong) in [
            ("authenticated, scopes = \"a\"", scopes),
            ("scopes = A, authenticated", scopes),
            ("authenticated, roles = \"a\"", roles),
            ("roles = A, authenticated", roles),
            ("roles = A, authenticated, scopes = B", both),
        ] {
            assert_eq!(
                mistakes(AttributeKind::Secured, options),
                [wrong],
                "{options}"
            );
        }
    }

    #[test]
    fn wrong_requirement_beside_a_valid_one_is_an_error() {
        for (options, wrong) in [
            ("scopes = A, roles = \"\"", "this text names no role"),
            ("scopes = \"\", roles = A", "this text names no scope"),
        ] {
            assert_eq!(
                mistakes(AttributeKind::Secured, options),
                [wrong],
                "{options}"
            );
        }
    }

    #[test]
    fn secured_without_access_is_an_error() {
        for options in ["", "body_limit = \"1 KiB\"", "unvalidated = \"raw\""] {
            assert_eq!(
                mistakes(AttributeKind::Secured, options),
                ["`#[secured]` does not state who may call this handler"],
                "{options}"
            );
        }
    }

    #[test]
    fn public_without_reason_is_an_error() {
        for options in ["", "body_limit = \"1 KiB\""] {
            assert_eq!(
                mistakes(AttributeKind::Public, options),
                ["`#[public]` does not state why the handler is public"],
                "{options}"
            );
        }
    }

    #[test]
    fn unreadable_option_is_not_also_missing() {
        for (kind, options) in [
            (AttributeKind::Secured, "scoops = \"a\""),
            (AttributeKind::Secured, "scopes"),
            (AttributeKind::Public, "because = \"probe\""),
            (AttributeKind::Public, "reason = 7"),
        ] {
            assert_eq!(mistakes(kind, options).len(), 1, "{options}");
        }
    }

    #[test]
    fn wrong_requirement_is_not_also_missing() {
        assert_eq!(
            mistakes(AttributeKind::Secured, "scopes = \"\""),
            ["this text names no scope"]
        );
    }

    #[test]
    fn blank_reason_is_an_error() {
        for empty in ["", " ", "\\n\\t"] {
            let options = format!("reason = \"{empty}\", unvalidated = \"{empty}\"");
            assert_eq!(
                mistakes(AttributeKind::Public, &options),
                ["`reason` is empty", "`unvalidated` is empty"],
                "{options}"
            );
        }
    }

    #[test]
    fn all_mistakes_are_reported_together() {
        assert_eq!(
            mistakes(
                AttributeKind::Secured,
                "body_limit = \"64kb\", scopes = \"a a\", unvalidated = \"\", authenticated"
            ),
            [
                "duplicate \"a\"",
                "`authenticated` and `scopes` exclude each other",
                "unknown unit `kb` of a body limit",
                "`unvalidated` is empty",
            ]
        );
    }

    #[test]
    fn crate_path_is_returned_beside_a_mistake() {
        let (declaration, krate, messages) =
            check(AttributeKind::Secured, "crate = ::fence::inner");
        assert!(declaration.is_none());
        assert_eq!(messages.len(), 1);
        assert!(krate.is_some_and(|path| path.segments.len() == 2));
    }
}
