//! Whole texts against the vocabulary: each kind of finding, boundaries, and exceptions.

use super::exceptions::{EXCEPTIONS, Exception};
use super::language::Language;
use super::matching::Matcher;
use super::vocabulary::RULES;

fn found_in(path: &str, language: Language, text: &str) -> Vec<String> {
    let mut matcher = Matcher::new(&[]);
    matcher
        .check(path, &language.split(path, text))
        .into_iter()
        .map(|finding| format!("{}:{}", finding.line, finding.found))
        .collect()
}

fn rust(text: &str) -> Vec<String> {
    found_in("runtime/src/input/a.rs", Language::Rust, text)
}

fn markdown(text: &str) -> Vec<String> {
    found_in("README.md", Language::Markdown, text)
}

#[test]
fn avoided_word_is_found_in_every_kind_of_text() {
    for (text, expected) in [
        ("\nfn told_fault() {}", vec!["2:told_fault"]),
        ("struct KnownFault;", vec!["1:known_fault"]),
        ("const WANTED: u8 = 0;", vec!["1:wanted"]),
        ("// an issuer told us so", vec!["1:told us so"]),
        (
            "/// One.\n/// The fault of it.\nx!()",
            vec!["2:fault of it"],
        ),
        ("f(\"the wanted type of it\")", vec!["1:wanted type of it"]),
        ("f(\"told_fault\")", vec!["1:told_fault"]),
        ("// see `told.rs`", vec!["1:told_rs"]),
        ("// see KnownFault", vec!["1:known_fault"]),
    ] {
        let mut found = rust(text);
        found.dedup();
        assert_eq!(found, expected, "{text}");
    }
    assert_eq!(markdown("A name\nis there twice."), ["2:is there twice"]);
    assert_eq!(
        found_in("tests/ui/fault.rs", Language::Rust, ""),
        ["1:fault"]
    );
}

#[test]
fn word_is_found_at_its_boundaries_only() {
    for text in [
        "fn default() {}",
        "// The default is unwanted by other masterpieces.",
        "struct Everything(Nothing, Something);",
        "x.is_none()",
        "let x = y.is_none_or(f);",
        "let value_is_none = true;",
        "// Is there a token?",
        "// It stands for one.",
        "fn whatever_fits(anywhere: u8) where T: Sized {}",
    ] {
        assert_eq!(rust(text), [""; 0], "{text}");
    }
}

#[test]
fn phrase_is_found_across_lines_but_not_across_sentences() {
    assert_eq!(rust("// A key is\n// none here."), ["1:is none here"]);
    assert_eq!(rust("// It is. None here."), [""; 0]);
    assert_eq!(rust("// It is `x` none here."), [""; 0]);
    assert_eq!(rust("f(\"it is {x} none\")"), [""; 0]);
    assert_eq!(rust("struct BodyBrokeOff;"), ["1:body_broke_off"]);
}

#[test]
fn following_word_decides_where_a_rule_says_so() {
    for text in ["It has a room of its own.", "A file of its own with tests."] {
        assert_eq!(markdown(text).len(), 1, "{text}");
    }
    assert_eq!(markdown("It imports rooms of its own layer."), [""; 0]);
    assert_eq!(markdown("One stands before two.").len(), 1);
    assert_eq!(markdown("One stands for two."), [""; 0]);
}

#[test]
fn longest_phrase_is_reported_once() {
    for (text, expected) in [
        ("They are told apart.", "distinguish"),
        (
            "A name is there twice.",
            "duplicate, or must appear only once",
        ),
    ] {
        let sentences = Language::Markdown.split("README.md", text);
        let findings = Matcher::new(&[]).check("README.md", &sentences);
        let instead: Vec<&str> = findings.iter().map(|one| one.instead.as_str()).collect();
        assert_eq!(instead, [expected], "{text}");
    }
}

#[test]
fn statement_that_opens_with_a_relative_clause_is_found() {
    for text in [
        "What is refused is logged.",
        "- Who sends it is unknown.",
        "One. Where an issuer has two, the first is used.",
    ] {
        assert_eq!(markdown(text).len(), 1, "{text}");
    }
    assert_eq!(rust("// what is left is fine").len(), 1);
    assert_eq!(rust("f(\"where it is two\")").len(), 1);
    for text in [
        "What does it cost?",
        "# What it costs",
        "| what | where |",
        "It says what is refused.",
    ] {
        assert_eq!(markdown(text), [""; 0], "{text}");
    }
}

#[test]
fn name_that_opens_with_a_relative_pronoun_is_found() {
    for text in [
        "fn what_is_left() {}",
        "let who = 1;",
        "struct WhereIt;",
        "let what = 1;",
    ] {
        assert_eq!(rust(text).len(), 1, "{text}");
    }
    for text in [
        "where T: X",
        "let where_clause = 1;",
        "fn caller_who_lacks_a_scope_gets_403() {}",
    ] {
        assert_eq!(rust(text), [""; 0], "{text}");
    }
}

#[test]
fn proof_is_found_near_tokens_only() {
    for text in [
        "// A key has proved the token.",
        "// The signature proves who issued it.",
    ] {
        assert_eq!(rust(text).len(), 1, "{text}");
    }
    for text in [
        "// The derive proves that a field is bounded.",
        "// The type `Authorized` proves that the token is valid for this type.",
        "// A DPoP proof proves possession of the key.",
        "// The proof travels in a private type.",
        "fn prove() {}",
    ] {
        assert_eq!(rust(text), [""; 0], "{text}");
    }
    let in_token = |text| found_in("runtime/src/token/issuer.rs", Language::Rust, text);
    assert_eq!(in_token("fn prove() {}"), ["1:prove"]);
    assert_eq!(in_token("struct Unproved;"), ["1:unproved"]);
    assert_eq!(in_token("fn proof() {}"), [""; 0]);
}

#[test]
fn british_spelling_is_found() {
    assert_eq!(rust("// The behaviour."), ["1:behaviour"]);
    assert_eq!(rust("fn normalised() {}"), ["1:normalised"]);
    assert_eq!(markdown("See LICENSE and its licence."), ["1:licence"]);
}

#[test]
fn column_not_of_a_glossary_is_skipped() {
    let table = "| word | meaning | not |\n|---|---|---|\n| check | a rule | judge |\n";
    assert_eq!(markdown(table), [""; 0]);
    assert_eq!(markdown("| word |\n|---|\n| judge |\n"), ["3:judge"]);
}

#[test]
fn exception_allows_its_phrase_below_its_path() {
    let exceptions = [
        Exception {
            phrase: "segmentation fault",
            path: "runtime/src",
            reason: "the signal's name",
        },
        Exception {
            phrase: "page fault",
            path: "runtime/src",
            reason: "never used",
        },
    ];
    let mut matcher = Matcher::new(&exceptions);
    let mut found = |path: &str, text: &str| {
        let sentences = Language::Rust.split(path, text);
        matcher.check(path, &sentences).len()
    };
    assert_eq!(found("runtime/src/a.rs", "// A segmentation fault."), 0);
    assert_eq!(found("runtime/src/a.rs", "fn segmentation_fault() {}"), 0);
    assert_eq!(found("runtime/src/a.rs", "// A fault."), 1);
    let both = "// A segmentation fault and a fault.";
    assert_eq!(found("runtime/src/a.rs", both), 1);
    assert_eq!(found("runtime/src2/a.rs", "// A segmentation fault."), 1);
    let unused: Vec<&str> = matcher.unused().map(|exception| exception.phrase).collect();
    assert_eq!(unused, ["page fault"]);
}

#[test]
fn every_exception_has_a_reason_and_an_avoided_phrase() {
    for exception in EXCEPTIONS {
        assert!(!exception.reason.is_empty(), "{}", exception.phrase);
        assert_eq!(exception.phrase, exception.phrase.to_lowercase());
    }
}

#[test]
fn avoided_phrase_has_one_rule() {
    let phrases: Vec<&str> = RULES
        .iter()
        .flat_map(|rule| rule.avoid.iter().copied())
        .collect();
    for (at, phrase) in phrases.iter().enumerate() {
        assert!(
            !phrases.iter().skip(at + 1).any(|other| other == phrase),
            "{phrase}"
        );
    }
}
