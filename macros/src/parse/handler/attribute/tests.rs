//! Every mistake in the options of an attribute.

use syn::LitInt;

use super::*;

fn parse(kind: Kind, options: &str) -> (RawAttribute, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let options = options.parse().unwrap();
    let raw = RawAttribute::parse(kind, Span::call_site(), options, &mut diagnostics);
    (raw, diagnostics)
}

fn mistakes(kind: Kind, options: &str) -> Vec<String> {
    parse(kind, options).1.into_messages()
}

fn helps(kind: Kind, options: &str, help: &str) -> bool {
    let errors = parse(kind, options).1.into_compile_errors();
    errors
        .unwrap()
        .to_string()
        .contains(&help.escape_debug().to_string())
}

#[test]
fn options_are_accepted_in_any_order() {
    let (raw, diagnostics) = parse(
        Kind::Secured,
        "crate = a::b, unvalidated = \"raw\", body_limit = \"1 B\", header_limit = 7, body_timeout = \"1 s\", timeout = \"2 s\", authenticated, roles = R, scopes = A,",
    );
    assert!(diagnostics.into_messages().is_empty());
    assert!(raw.scopes.take().is_some() && raw.authenticated.take().is_some());
    assert!(matches!(
        raw.roles.take(),
        Some((_, RawRequirement::Path(path))) if path.is_ident("R")
    ));
    assert!(raw.krate.take().is_some() && !raw.incomplete);
    let text = |slot: Slot<LitStr>| slot.take().map(|(_, text)| text.value());
    assert_eq!(text(raw.unvalidated).as_deref(), Some("raw"));
    assert_eq!(text(raw.limits.body_limit).as_deref(), Some("1 B"));
    assert_eq!(text(raw.limits.body_timeout).as_deref(), Some("1 s"));
    assert_eq!(text(raw.limits.timeout).as_deref(), Some("2 s"));
    let number = |slot: Slot<LitInt>| slot.take().map(|(_, number)| number.to_string());
    assert_eq!(number(raw.limits.header_limit).as_deref(), Some("7"));
    assert_eq!(number(raw.limits.parameter_limit), None);
    assert_eq!(number(raw.limits.part_limit), None);
    assert_eq!(text(raw.reason), None);
}

#[test]
fn empty_attribute_has_no_options() {
    let (raw, diagnostics) = parse(Kind::Public, "");
    assert!(diagnostics.into_messages().is_empty());
    assert!(!raw.incomplete && raw.reason.take().is_none());
}

#[test]
fn option_of_the_other_attribute_is_unknown() {
    for (kind, options, wrong) in [
        (
            Kind::Secured,
            "scoops = \"a\"",
            "unknown option `scoops` of `#[secured]`",
        ),
        (
            Kind::Secured,
            "reason = \"a\"",
            "unknown option `reason` of `#[secured]`",
        ),
        (
            Kind::Public,
            "scopes = \"a\"",
            "unknown option `scopes` of `#[public]`",
        ),
        (
            Kind::Public,
            "authenticated",
            "unknown option `authenticated` of `#[public]`",
        ),
        (
            Kind::Public,
            "roles = \"a\"",
            "unknown option `roles` of `#[public]`",
        ),
        (Kind::Public, "fn = 1", "unknown option `fn` of `#[public]`"),
    ] {
        assert_eq!(mistakes(kind, options), [wrong], "{options}");
    }
}

#[test]
fn misspelled_option_suggests_the_nearest() {
    assert!(helps(
        Kind::Secured,
        "scoops = \"a\"",
        "write `scopes`; the options of"
    ));
    assert!(helps(
        Kind::Public,
        "raeson = \"a\"",
        "write `reason`; the options of"
    ));
    assert!(helps(
        Kind::Secured,
        "role = \"a\"",
        "write `roles`; the options of"
    ));
    assert!(!helps(Kind::Secured, "tenant = \"a\"", "write `"));
    assert!(!helps(Kind::Public, "roles = \"a\"", "write `"));
}

#[test]
fn value_without_option_suggests_the_option() {
    for (kind, options, help) in [
        (
            Kind::Secured,
            "\"orders:read\"",
            "write `scopes = \"orders:read\"`",
        ),
        (Kind::Public, "\"probe\"", "write `reason = \"probe\"`"),
        (
            Kind::Public,
            "7",
            "the options of `#[public]` are `reason`, ",
        ),
        (
            Kind::Public,
            ", reason = \"probe\"",
            "the options of `#[public]` are `reason`, ",
        ),
    ] {
        assert_eq!(
            mistakes(kind, options),
            ["expected an option of the attribute"],
            "{options}"
        );
        assert!(helps(kind, options, help), "{options}");
    }
}

#[test]
fn option_without_value_is_an_error() {
    for word in [
        "scopes",
        "roles",
        "body_limit",
        "body_timeout",
        "body_idle_timeout",
        "timeout",
        "header_limit",
        "parameter_limit",
        "part_limit",
        "unvalidated",
        "crate",
    ] {
        let wrong = format!("`{word}` requires a value");
        assert_eq!(mistakes(Kind::Secured, word), [&*wrong]);
        assert_eq!(mistakes(Kind::Secured, &format!("{word}(\"a\")")), [wrong]);
    }
    assert_eq!(
        mistakes(Kind::Public, "reason"),
        ["`reason` requires a value"]
    );
}

#[test]
fn authenticated_with_value_is_an_error() {
    for options in [
        "authenticated = true",
        "authenticated(\"a\")",
        "authenticated or",
    ] {
        let (raw, diagnostics) = parse(Kind::Secured, options);
        assert_eq!(
            diagnostics.into_messages(),
            ["`authenticated` has no value"]
        );
        assert!(raw.authenticated.take().is_some(), "{options}");
    }
}

#[test]
fn value_of_another_type_is_an_error() {
    for word in [
        "reason",
        "body_limit",
        "body_timeout",
        "body_idle_timeout",
        "timeout",
        "unvalidated",
    ] {
        for value in ["7", "TEXT", "b\"a\"", ""] {
            assert_eq!(
                mistakes(Kind::Public, &format!("{word} = {value}")),
                [format!("`{word}` requires text in quotes")],
                "{value}"
            );
        }
    }
    for word in ["header_limit", "parameter_limit", "part_limit"] {
        for value in ["\"7\"", "MAX", "7.0", "true", ""] {
            assert_eq!(
                mistakes(Kind::Public, &format!("{word} = {value}")),
                [format!("`{word}` requires a whole number")],
                "{value}"
            );
        }
    }
    for value in ["\"palisade\"", "7", "::", ""] {
        assert_eq!(
            mistakes(Kind::Public, &format!("crate = {value}")),
            ["`crate` requires a path"],
            "{value}"
        );
    }
}

#[test]
fn missing_comma_is_an_error() {
    for options in [
        "scopes = \"a\" authenticated",
        "scopes = \"a\"; authenticated",
        "crate = a<u8>",
        "scopes = \"a\" \"b\", authenticated",
    ] {
        assert_eq!(
            mistakes(Kind::Secured, options),
            ["missing comma before this"],
            "{options}"
        );
    }
}

#[test]
fn operator_between_requirements_suggests_a_combinator() {
    for (options, help) in [
        (
            "scopes = \"a\" | \"b\"",
            "any(\"orders:read\", \"orders:write\")",
        ),
        (
            "scopes = A && B, header_limit = 7",
            "all(\"orders:read\", \"orders:write\")",
        ),
        ("roles = \"a\" + \"b\"", "all(\"admin\", \"auditor\")"),
        ("roles = any(A) || B", "any(\"admin\", \"auditor\")"),
    ] {
        assert_eq!(
            mistakes(Kind::Secured, options),
            ["a requirement has no operators"],
            "{options}"
        );
        assert!(helps(Kind::Secured, options, help), "{options}");
    }
}

#[test]
fn operator_after_another_value_is_an_error() {
    for (options, wrong) in [
        ("reason = \"a\" | \"b\"", "`reason` has one value"),
        ("reason = \"a\" + \"b\"", "`reason` has one value"),
        (
            "reason = \"a\", header_limit = 1 & 2",
            "`header_limit` has one value",
        ),
        (
            "reason = \"a\", body_limit = \"1 B\" || \"2 B\"",
            "`body_limit` has one value",
        ),
        ("reason = \"a\", crate = a | b", "`crate` has one value"),
    ] {
        assert_eq!(mistakes(Kind::Public, options), [wrong], "{options}");
    }
}

#[test]
fn duplicate_option_is_an_error() {
    let options = "reason = \"a\", reason = \"b\", crate = a, crate = b";
    assert_eq!(
        mistakes(Kind::Public, options),
        ["duplicate `reason`", "duplicate `crate`"]
    );
    assert_eq!(
        mistakes(
            Kind::Secured,
            "authenticated, authenticated, scopes = A, scopes = B, roles = A, roles = A"
        ),
        [
            "duplicate `authenticated`",
            "duplicate `scopes`",
            "duplicate `roles`"
        ]
    );
}

#[test]
fn wrong_option_does_not_hide_the_next() {
    let (raw, diagnostics) = parse(
        Kind::Public,
        "resaon = \"a\", body_limit = 7, unvalidated, crate = fence",
    );
    assert_eq!(
        diagnostics.into_messages(),
        [
            "unknown option `resaon` of `#[public]`",
            "`body_limit` requires text in quotes",
            "`unvalidated` requires a value",
        ]
    );
    assert!(raw.incomplete && raw.krate.take().is_some());
}

#[test]
fn wrong_requirement_names_its_kind() {
    assert_eq!(
        mistakes(Kind::Secured, "scopes = 7, roles = 7"),
        [
            "expected a scope requirement",
            "expected a role requirement"
        ]
    );
}
