//! Every mistake in the options about access.

use proc_macro2::Span;

use super::*;
use crate::model::Requirement;

fn check(kind: AttributeKind, options: &str) -> (Option<Declaration>, Option<Path>, Vec<String>) {
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
    let (_, _, public) = check(AttributeKind::Public, "reason = \"probe\", login");
    assert_eq!(public, ["unknown option `login` of `#[public]`"]);
}

#[test]
fn next_access_is_scopes_roles_or_both() {
    for (options, both) in [
        ("scopes = A, next(scopes = \"a b\")", false),
        ("next(scopes = any(A, B),), scopes = A", false),
        ("authenticated, next(roles = \"b\")", false),
        ("roles = B, next(roles = B, scopes = A)", true),
    ] {
        let next = valid(AttributeKind::Secured, options).next.unwrap();
        assert_eq!(
            matches!(next.access, Access::ScopesAndRoles { .. }),
            both,
            "{options}"
        );
    }
    assert!(valid(AttributeKind::Secured, "scopes = A").next.is_none());
}

#[test]
fn mistakes_in_next_are_errors() {
    for (options, wrong) in [
        ("scopes = A, next()", "`next()` has no scopes or roles"),
        (
            "scopes = A, next",
            "`next` requires scopes or roles in parentheses",
        ),
        (
            "scopes = A, next = B",
            "`next` requires scopes or roles in parentheses",
        ),
        (
            "scopes = A, next(authenticated)",
            "unknown option `authenticated` of `#[secured]`",
        ),
        (
            "scopes = A, next(next(scopes = B))",
            "unknown option `next` of `#[secured]`",
        ),
        (
            "scopes = A, next(timeout = \"1 s\")",
            "unknown option `timeout` of `#[secured]`",
        ),
        (
            "scopes = A, next(scopes = \"\")",
            "this text names no scope",
        ),
        (
            "next(scopes = A)",
            "`#[secured]` does not state who may call this handler",
        ),
        (
            "scopes = A, next(scopes = B), next(scopes = C)",
            "duplicate `next`",
        ),
        (
            "scopes = A, next(scopes = B, scopes = C)",
            "duplicate `scopes`",
        ),
        (
            "scopes = A, next(scopes = B) = C",
            "missing comma before this",
        ),
    ] {
        assert_eq!(
            check(AttributeKind::Secured, options).2,
            [wrong],
            "{options}"
        );
    }
    let (_, _, public) = check(
        AttributeKind::Public,
        "reason = \"probe\", next(scopes = A)",
    );
    assert_eq!(public, ["unknown option `next` of `#[public]`"]);
}

#[test]
#[cfg(feature = "login")]
fn next_beside_login_is_an_error() {
    for options in [
        "login, next(scopes = A)",
        "any(login, scopes = A), next(scopes = \"a b\")",
    ] {
        let messages = mistakes(AttributeKind::Secured, options);
        assert_eq!(
            messages,
            ["`next` and `login` exclude each other"],
            "{options}"
        );
    }
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
    let (declaration, krate, messages) = check(AttributeKind::Secured, "crate = ::fence::inner");
    assert!(declaration.is_none());
    assert_eq!(messages.len(), 1);
    assert!(krate.is_some_and(|path| path.segments.len() == 2));
}
