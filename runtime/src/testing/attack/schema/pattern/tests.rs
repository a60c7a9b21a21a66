//! Tests of patterns.

use super::*;

#[test]
fn pattern_matches_and_writes_texts() {
    for (pattern, matching, other) in [
        (
            "^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$",
            "tea-500g",
            "tea-",
        ),
        (r"^[A-Z]{3}-\p{Nd}{4}$", "ABC-1234", "ABC-123"),
        ("^(?:a|bc)+$", "abca", "ab"),
        (r"^\/a\.b$", "/a.b", "/axb"),
        ("^[^\\n]{2,}$", "ab", "a\n"),
        (r"^[\u0000-\u007F]*$", "abc", "\u{e9}"),
        ("b", "abc", "ac"),
        ("^-?[0-9]+$", "-12", "1-2"),
        (r"^[\p{Alphabetic}\p{N}]*$", "a1\u{e9}", "a b"),
        ("^a.?b$", "axb", "axxb"),
    ] {
        let pattern = Pattern::parse(pattern).unwrap();
        assert!(pattern.matches(matching), "{pattern:?}");
        assert!(!pattern.matches(other), "{pattern:?}");
        assert!(pattern.matches(&pattern.text(0).unwrap()), "{pattern:?}");
    }
}

#[test]
fn text_has_the_minimum_length_if_the_pattern_allows_it() {
    let identifier = Pattern::parse("^[a-z]{1,10}$").unwrap();
    assert_eq!(identifier.text(4).unwrap().len(), 4);
    assert!(identifier.text(11).is_none());
}

#[test]
fn unknown_constructs_and_malformed_patterns_are_not_parsed() {
    for pattern in [
        "(?=a)",
        "(?<name>a)",
        r"\b",
        r"\1",
        "[a",
        "(a",
        "a)",
        "a{2",
        "*",
        r"\p{Greek}",
        "a{3,2}",
    ] {
        assert!(Pattern::parse(pattern).is_none(), "{pattern}");
    }
}

#[test]
fn match_of_a_hostile_pattern_ends() {
    let pattern = Pattern::parse("^(?:a+)+$").unwrap();
    let text = "a".repeat(200) + "b";
    assert!(!pattern.matches(&text));
}
