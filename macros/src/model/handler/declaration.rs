//! What an attribute says, once nothing in it is wrong.

use proc_macro2::Span;
use syn::{LitStr, Path};

use crate::diagnostics::Diagnostics;
use crate::model::handler::limits::Limits;
use crate::model::handler::requirement::Requirement;
use crate::parse::{AttributeKind, Leaf, RawAttribute, RawRequirement, Slot};

/// A checked declaration.
pub(crate) struct Declaration {
    pub(crate) access: Access,
    pub(crate) limits: Limits,
    pub(crate) unvalidated: Option<LitStr>,
}

/// Who may call.
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
}

/// A requirement that was written; nothing in it where it was wrong.
type Written = Option<Option<Requirement>>;

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
            roles,
            authenticated,
            reason,
            limits,
            unvalidated,
            krate,
            incomplete,
        } = raw;
        let scopes = written(Leaf::Scope, scopes, diagnostics);
        let roles = written(Leaf::Role, roles, diagnostics);
        let missing = (!incomplete).then_some(span);
        let access = match kind {
            AttributeKind::Secured => match authenticated.take() {
                Some((span, ())) => authenticated_alone(span, &scopes, &roles, diagnostics),
                None => secured(scopes, roles, missing, diagnostics),
            },
            AttributeKind::Public => public(reason.take(), missing, diagnostics),
        };
        let limits = Limits::check(limits, diagnostics);
        let unvalidated =
            unvalidated.checked(|text| check_reason("unvalidated", text, diagnostics));
        let krate = krate.take().map(|(_, path)| path);
        let declaration = || {
            Some(Self {
                access: access?,
                limits: limits?,
                unvalidated: unvalidated.ok()?,
            })
        };
        (declaration(), krate)
    }
}

fn written(leaf: Leaf, slot: Slot<RawRequirement>, diagnostics: &mut Diagnostics) -> Written {
    slot.take()
        .map(|(_, raw)| Requirement::check(leaf, raw, diagnostics))
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
                    "`#[secured]` does not say who may call this handler",
                    "write `#[secured(scopes = \"orders:read\")]`, `#[secured(roles = \"admin\")]`, \
                     or `#[secured(authenticated)]` where any valid token will do",
                );
            }
            None
        }
    }
}

/// Any valid token will do, so nothing may be asked of it beside.
fn authenticated_alone(
    span: Span,
    scopes: &Written,
    roles: &Written,
    diagnostics: &mut Diagnostics,
) -> Option<Access> {
    let (wrong, held) = match (scopes, roles) {
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
        wrong,
        format_args!("remove `authenticated`: whoever holds {held} is authenticated"),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: AttributeKind, words: &str) -> (Option<Declaration>, Option<Path>, Vec<String>) {
        let mut diagnostics = Diagnostics::default();
        let words = words.parse().unwrap();
        let raw = RawAttribute::parse(kind, Span::call_site(), words, &mut diagnostics);
        let (declaration, krate) = Declaration::check(raw, &mut diagnostics);
        (declaration, krate, diagnostics.into_messages())
    }

    fn sound(kind: AttributeKind, words: &str) -> Declaration {
        let (declaration, _, messages) = check(kind, words);
        assert!(messages.is_empty(), "{words}: {messages:?}");
        declaration.unwrap()
    }

    fn mistakes(kind: AttributeKind, words: &str) -> Vec<String> {
        let (declaration, _, messages) = check(kind, words);
        assert!(declaration.is_none(), "{words}");
        messages
    }

    #[test]
    fn access_is_scopes_or_roles_or_both_or_any_token_or_nothing_for_a_reason() {
        let scopes = sound(AttributeKind::Secured, "scopes = \"a\"");
        assert!(matches!(scopes.access, Access::Scopes(_)));
        let roles = sound(AttributeKind::Secured, "roles = \"a\"");
        assert!(matches!(roles.access, Access::Roles(_)));
        for words in ["scopes = A, roles = \"b\"", "roles = \"b\", scopes = A"] {
            let Access::ScopesAndRoles { scopes, roles } =
                sound(AttributeKind::Secured, words).access
            else {
                panic!("{words}");
            };
            assert!(matches!(scopes, Requirement::Constant(path) if path.is_ident("A")));
            assert!(matches!(roles, Requirement::Named { name, .. } if name == "b"));
        }
        let token = sound(AttributeKind::Secured, "authenticated");
        assert!(matches!(token.access, Access::Authenticated));
        let public = sound(AttributeKind::Public, "reason = \"probe\"");
        assert!(matches!(public.access, Access::Public { reason } if reason.value() == "probe"));
    }

    #[test]
    fn the_options_are_absent_where_they_are_not_written() {
        let plain = sound(AttributeKind::Secured, "authenticated");
        assert!(plain.limits.body_limit.is_none() && plain.unvalidated.is_none());
        let full = sound(
            AttributeKind::Secured,
            "body_limit = \"2 KiB\", unvalidated = \"raw\", authenticated",
        );
        assert_eq!(full.limits.body_limit, Some(2048));
        assert_eq!(full.unvalidated.unwrap().value(), "raw");
    }

    #[test]
    fn authenticated_excludes_scopes_and_roles() {
        let scopes = "`authenticated` and `scopes` exclude each other";
        let roles = "`authenticated` and `roles` exclude each other";
        let both = "`authenticated` excludes `scopes` and `roles`";
        for (words, wrong) in [
            ("authenticated, scopes = \"a\"", scopes),
            ("scopes = A, authenticated", scopes),
            ("authenticated, roles = \"a\"", roles),
            ("roles = A, authenticated", roles),
            ("roles = A, authenticated, scopes = B", both),
        ] {
            assert_eq!(mistakes(AttributeKind::Secured, words), [wrong], "{words}");
        }
    }

    #[test]
    fn a_wrong_requirement_is_not_left_out_for_the_other() {
        for (words, wrong) in [
            ("scopes = A, roles = \"\"", "no role is named here"),
            ("scopes = \"\", roles = A", "no scope is named here"),
        ] {
            assert_eq!(mistakes(AttributeKind::Secured, words), [wrong], "{words}");
        }
    }

    #[test]
    fn a_secured_handler_says_who_may_call_it() {
        for words in ["", "body_limit = \"1 KiB\"", "unvalidated = \"raw\""] {
            assert_eq!(
                mistakes(AttributeKind::Secured, words),
                ["`#[secured]` does not say who may call this handler"],
                "{words}"
            );
        }
    }

    #[test]
    fn a_public_handler_says_why_anybody_may_call_it() {
        for words in ["", "body_limit = \"1 KiB\""] {
            assert_eq!(
                mistakes(AttributeKind::Public, words),
                ["`#[public]` does not say why anybody may call this handler"],
                "{words}"
            );
        }
    }

    #[test]
    fn what_an_unreadable_word_may_have_said_is_not_missing() {
        for (kind, words) in [
            (AttributeKind::Secured, "scoops = \"a\""),
            (AttributeKind::Secured, "scopes"),
            (AttributeKind::Public, "because = \"probe\""),
            (AttributeKind::Public, "reason = 7"),
        ] {
            assert_eq!(mistakes(kind, words).len(), 1, "{words}");
        }
    }

    #[test]
    fn a_wrong_requirement_is_no_missing_one() {
        assert_eq!(
            mistakes(AttributeKind::Secured, "scopes = \"\""),
            ["no scope is named here"]
        );
    }

    #[test]
    fn a_reason_says_something() {
        for empty in ["", " ", "\\n\\t"] {
            let words = format!("reason = \"{empty}\", unvalidated = \"{empty}\"");
            assert_eq!(
                mistakes(AttributeKind::Public, &words),
                [
                    "the reason of `reason` is empty",
                    "the reason of `unvalidated` is empty"
                ],
                "{words}"
            );
        }
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        assert_eq!(
            mistakes(
                AttributeKind::Secured,
                "body_limit = \"64kb\", scopes = \"a a\", unvalidated = \"\", authenticated"
            ),
            [
                "\"a\" is named twice",
                "`authenticated` and `scopes` exclude each other",
                "`kb` is no unit of a body limit",
                "the reason of `unvalidated` is empty",
            ]
        );
    }

    #[test]
    fn where_the_crate_is_stays_known_beside_a_mistake() {
        let (declaration, krate, messages) =
            check(AttributeKind::Secured, "crate = ::fence::inner");
        assert!(declaration.is_none());
        assert_eq!(messages.len(), 1);
        assert!(krate.is_some_and(|path| path.segments.len() == 2));
    }
}
