//! Every mistake that can be made in the words of an attribute.

use syn::LitInt;

use super::*;

fn parse(kind: Kind, words: &str) -> (RawAttribute, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let words = words.parse().unwrap();
    let raw = RawAttribute::parse(kind, Span::call_site(), words, &mut diagnostics);
    (raw, diagnostics)
}

fn mistakes(kind: Kind, words: &str) -> Vec<String> {
    parse(kind, words).1.into_messages()
}

fn helps(kind: Kind, words: &str, help: &str) -> bool {
    let errors = parse(kind, words).1.into_compile_errors();
    errors
        .unwrap()
        .to_string()
        .contains(&help.escape_debug().to_string())
}

#[test]
fn every_word_is_read_in_any_order() {
    let (raw, diagnostics) = parse(
        Kind::Secured,
        "crate = a::b, unvalidated = \"raw\", body_limit = \"1 B\", header_limit = 7, body_timeout = \"1 s\", authenticated, roles = R, scopes = A,",
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
    let number = |slot: Slot<LitInt>| slot.take().map(|(_, number)| number.to_string());
    assert_eq!(number(raw.limits.header_limit).as_deref(), Some("7"));
    assert_eq!(number(raw.limits.parameter_limit), None);
    assert_eq!(number(raw.limits.part_limit), None);
    assert_eq!(text(raw.reason), None);
}

#[test]
fn nothing_is_read_from_nothing() {
    let (raw, diagnostics) = parse(Kind::Public, "");
    assert!(diagnostics.into_messages().is_empty());
    assert!(!raw.incomplete && raw.reason.take().is_none());
}

#[test]
fn each_attribute_has_words_of_its_own() {
    for (kind, words, wrong) in [
        (
            Kind::Secured,
            "scoops = \"a\"",
            "`scoops` is not a word of `#[secured]`",
        ),
        (
            Kind::Secured,
            "reason = \"a\"",
            "`reason` is not a word of `#[secured]`",
        ),
        (
            Kind::Public,
            "scopes = \"a\"",
            "`scopes` is not a word of `#[public]`",
        ),
        (
            Kind::Public,
            "authenticated",
            "`authenticated` is not a word of `#[public]`",
        ),
        (
            Kind::Public,
            "roles = \"a\"",
            "`roles` is not a word of `#[public]`",
        ),
        (Kind::Public, "fn = 1", "`fn` is not a word of `#[public]`"),
    ] {
        assert_eq!(mistakes(kind, words), [wrong], "{words}");
    }
}

#[test]
fn a_misspelled_word_is_told_which_one_was_meant() {
    assert!(helps(
        Kind::Secured,
        "scoops = \"a\"",
        "write `scopes`; the words of"
    ));
    assert!(helps(
        Kind::Public,
        "raeson = \"a\"",
        "write `reason`; the words of"
    ));
    assert!(helps(
        Kind::Secured,
        "role = \"a\"",
        "write `roles`; the words of"
    ));
    assert!(!helps(Kind::Secured, "tenant = \"a\"", "write `"));
    assert!(!helps(Kind::Public, "roles = \"a\"", "write `"));
}

#[test]
fn a_value_without_its_word_is_told_the_word() {
    for (kind, words, help) in [
        (
            Kind::Secured,
            "\"orders:read\"",
            "write `scopes = \"orders:read\"`",
        ),
        (Kind::Public, "\"probe\"", "write `reason = \"probe\"`"),
        (Kind::Public, "7", "the words of `#[public]` are `reason`, "),
        (
            Kind::Public,
            ", reason = \"probe\"",
            "the words of `#[public]` are `reason`, ",
        ),
    ] {
        assert_eq!(
            mistakes(kind, words),
            ["a word of the attribute is expected here"],
            "{words}"
        );
        assert!(helps(kind, words, help), "{words}");
    }
}

#[test]
fn a_word_has_its_value() {
    for word in [
        "scopes",
        "roles",
        "body_limit",
        "body_timeout",
        "header_limit",
        "parameter_limit",
        "part_limit",
        "unvalidated",
        "crate",
    ] {
        let wrong = format!("`{word}` has no value");
        assert_eq!(mistakes(Kind::Secured, word), [&*wrong]);
        assert_eq!(mistakes(Kind::Secured, &format!("{word}(\"a\")")), [wrong]);
    }
    assert_eq!(mistakes(Kind::Public, "reason"), ["`reason` has no value"]);
}

#[test]
fn authenticated_has_none() {
    for words in [
        "authenticated = true",
        "authenticated(\"a\")",
        "authenticated or",
    ] {
        let (raw, diagnostics) = parse(Kind::Secured, words);
        assert_eq!(
            diagnostics.into_messages(),
            ["`authenticated` takes no value"]
        );
        assert!(raw.authenticated.take().is_some(), "{words}");
    }
}

#[test]
fn a_value_of_another_type_is_refused() {
    for word in ["reason", "body_limit", "body_timeout", "unvalidated"] {
        for value in ["7", "TEXT", "b\"a\"", ""] {
            assert_eq!(
                mistakes(Kind::Public, &format!("{word} = {value}")),
                [format!("`{word}` takes text in quotes")],
                "{value}"
            );
        }
    }
    for word in ["header_limit", "parameter_limit", "part_limit"] {
        for value in ["\"7\"", "MAX", "7.0", "true", ""] {
            assert_eq!(
                mistakes(Kind::Public, &format!("{word} = {value}")),
                [format!("`{word}` takes a whole number")],
                "{value}"
            );
        }
    }
    for value in ["\"palisade\"", "7", "::", ""] {
        assert_eq!(
            mistakes(Kind::Public, &format!("crate = {value}")),
            ["`crate` takes a path"],
            "{value}"
        );
    }
}

#[test]
fn words_are_separated_by_commas() {
    for words in [
        "scopes = \"a\" authenticated",
        "scopes = \"a\"; authenticated",
        "crate = a<u8>",
        "scopes = \"a\" \"b\", authenticated",
    ] {
        assert_eq!(
            mistakes(Kind::Secured, words),
            ["a comma is missing before this"],
            "{words}"
        );
    }
}

#[test]
fn a_word_is_written_once() {
    let words = "reason = \"a\", reason = \"b\", crate = a, crate = b";
    assert_eq!(
        mistakes(Kind::Public, words),
        ["`reason` is written twice", "`crate` is written twice"]
    );
    assert_eq!(
        mistakes(
            Kind::Secured,
            "authenticated, authenticated, scopes = A, scopes = B, roles = A, roles = A"
        ),
        [
            "`authenticated` is written twice",
            "`scopes` is written twice",
            "`roles` is written twice"
        ]
    );
}

#[test]
fn one_wrong_word_does_not_hide_the_next() {
    let (raw, diagnostics) = parse(
        Kind::Public,
        "resaon = \"a\", body_limit = 7, unvalidated, crate = fence",
    );
    assert_eq!(
        diagnostics.into_messages(),
        [
            "`resaon` is not a word of `#[public]`",
            "`body_limit` takes text in quotes",
            "`unvalidated` has no value",
        ]
    );
    assert!(raw.incomplete && raw.krate.take().is_some());
}

#[test]
fn scopes_and_roles_are_read_each_as_what_they_are() {
    assert_eq!(
        mistakes(Kind::Secured, "scopes = 7, roles = 7"),
        [
            "this is no scope requirement",
            "this is no role requirement"
        ]
    );
}
