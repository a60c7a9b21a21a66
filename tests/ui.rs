//! The compile errors of Palisade.
//!
//! `ui/fail/<subject>/<mistake>.rs` does not compile, and `<mistake>.stderr` records the message.
//! The messages are compared on the pinned compiler only, because others word theirs differently.
//! Every recorded message has the properties that the tests below check.
//!
//! The subject `other_derives` has mistakes that the derives of garde and serde report. Palisade's derive
//! reports the same error at the same token, so that rustc shows one error, in their words.
//!
//! The subject `of_rustc` has mistakes that rustc reports in its own words, because no trait decides about them
//! (mismatched types, the number of arguments), or because it cannot infer a type. Each case states the reason.
//! Only the help is missing: everything else holds.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test panics where it fails"
)]

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The compiler whose messages the `.stderr` files record.
const PINNED: &str = "rustc 1.95.";

/// The longest error that a user reads without scrolling.
const MAX_LINES: usize = 16;

/// The subject whose errors are worded by other derives.
const OTHER_DERIVES: &str = "other_derives";

/// The subject whose errors are worded by rustc.
const OF_RUSTC: &str = "of_rustc";

/// Text that leads the user away from their own code.
const FORBIDDEN: [&str; 6] = [
    "__private",
    "originates in",
    "the full name for the type has been written to",
    "Consider using `#[axum::debug_handler]`",
    "sealed trait",
    "consider importing",
];

#[test]
fn mistakes_do_not_compile() {
    let version = Command::new("rustc")
        .arg("--version")
        .output()
        .unwrap()
        .stdout;
    let version = String::from_utf8(version).unwrap();
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    if version.starts_with(PINNED) {
        cases.compile_fail("ui/fail/*/*.rs");
    } else {
        eprintln!("messages are recorded for {PINNED}x and not compared on {version}");
    }
}

#[test]
fn one_mistake_is_one_error() {
    for Message { name, errors, .. } in messages() {
        if name.ends_with("_at_once") {
            assert!(errors.len() > 1, "{name} has one error");
        } else {
            assert_eq!(errors.len(), 1, "{name} has {} errors", errors.len());
        }
    }
}

#[test]
fn error_fits_on_a_screen() {
    for (name, error) in errors() {
        let lines = error.lines().count();
        assert!(lines <= MAX_LINES, "{name} has {lines} lines");
    }
}

#[test]
fn error_does_not_mention_internals() {
    for (name, error) in errors() {
        for forbidden in FORBIDDEN {
            assert!(!error.contains(forbidden), "{name} mentions {forbidden:?}");
        }
    }
}

#[test]
fn error_suggests_an_edit() {
    for message in messages() {
        if [OTHER_DERIVES, OF_RUSTC].contains(&message.subject.as_str()) {
            continue;
        }
        for error in message.errors {
            assert!(has_help(&error), "{} has no help of ours", message.name);
        }
    }
}

#[test]
fn error_points_at_the_case() {
    for (name, error) in errors() {
        let location = error.lines().find(|line| line.contains("--> ")).unwrap();
        assert!(
            location.contains(&format!("/{name}.rs:")),
            "{name}: {location}"
        );
    }
}

/// Whether the help is Palisade's: in the message of a macro, or in the note of a trait.
fn has_help(error: &str) -> bool {
    let message = error.split("--> ").next().unwrap_or_default();
    let in_macro = message
        .lines()
        .any(|line| line.trim_start().starts_with("help: "));
    in_macro || error.contains("= note: help: ")
}

#[test]
fn help_of_rustc_is_not_ours() {
    assert!(has_help("error: a\n\n       help: b\n --> c.rs:1:1"));
    assert!(has_help("error: a\n --> c.rs:1:1\n  = note: help: b"));
    assert!(!has_help("error: a\n --> c.rs:1:1\n  = help: b"));
    assert!(!has_help("error: a\n --> c.rs:1:1\nhelp: b"));
}

/// The recorded message of one case.
struct Message {
    subject: String,
    name: String,
    errors: Vec<String>,
}

/// Every recorded error with the name of its case.
fn errors() -> Vec<(String, String)> {
    let errors = messages()
        .into_iter()
        .flat_map(|Message { name, errors, .. }| {
            errors.into_iter().map(move |error| (name.clone(), error))
        });
    errors.collect()
}

fn messages() -> Vec<Message> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/fail");
    let subjects = fs::read_dir(root).unwrap();
    let files = subjects.flat_map(|subject| fs::read_dir(subject.unwrap().path()).unwrap());
    let messages: Vec<_> = files
        .map(|file| file.unwrap().path())
        .filter(|file| {
            file.extension()
                .is_some_and(|extension| extension == "stderr")
        })
        .map(|file| Message {
            subject: text_of(file.parent().and_then(Path::file_name)),
            name: text_of(file.file_stem()),
            errors: split(&fs::read_to_string(&file).unwrap()),
        })
        .collect();
    assert!(!messages.is_empty());
    messages
}

fn text_of(name: Option<&OsStr>) -> String {
    name.unwrap().to_string_lossy().into_owned()
}

/// Splits a message into its errors, and leaves out warnings.
fn split(message: &str) -> Vec<String> {
    let mut diagnostics: Vec<String> = Vec::new();
    for line in message.lines() {
        if line.starts_with("error") || line.starts_with("warning") {
            diagnostics.push(String::new());
        }
        let diagnostic = diagnostics
            .last_mut()
            .expect("a message starts with an error");
        diagnostic.push_str(line);
        diagnostic.push('\n');
    }
    let errors = diagnostics
        .into_iter()
        .filter(|diagnostic| diagnostic.starts_with("error"))
        .map(|error| error.trim_end().to_owned());
    errors.collect()
}
