//! What does not compile, and what the compiler says of it.
//!
//! The messages are compared on the pinned compiler only: another one words them
//! differently. That the cases fail, and the others pass, is checked by it too.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "a test ends where it is wrong"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

/// The compiler whose words the `.stderr` files hold.
const PINNED: &str = "rustc 1.95.";

#[test]
fn mistakes_do_not_compile_and_say_what_to_write() {
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
        eprintln!("the messages are those of {PINNED}x and are not compared on {version}");
    }
}

/// Where the whole message is rustc's own.
const WITHOUT_OUR_HELP: [&str; 11] = [
    "axums_own_get",
    "axums_own_router",
    "forged_caller",
    "future_that_is_not_send",
    "max_not_constant",
    "role_constant_as_scope",
    "router_without_server",
    "router_without_state",
    "scope_constant_as_role",
    "state_of_another_type",
    "unguarded_elsewhere",
];

/// The stage whose errors come from the derives of garde and serde, in their words. Palisade's derive
/// reports the same errors at the same spans, so that rustc shows each of them once.
const IN_OTHER_WORDS: &str = "other_derives";

#[test]
fn no_message_points_into_a_macro() {
    for (_, name, text) in messages() {
        assert!(!text.contains("this error originates in"), "{name}");
    }
}

#[test]
fn one_mistake_is_one_error() {
    for (_, name, text) in messages() {
        let errors = text
            .lines()
            .filter(|line| line.starts_with("error"))
            .count();
        let several = name.ends_with("_at_once");
        assert_eq!(errors > 1, several, "{name} has {errors} errors");
    }
}

#[test]
fn each_message_helps() {
    for (stage, name, text) in messages() {
        assert!(
            text.contains("help: ")
                || stage == IN_OTHER_WORDS
                || WITHOUT_OUR_HELP.contains(&&*name),
            "{name} has no help"
        );
    }
}

/// The stage, the name and the text of each `.stderr` file.
fn messages() -> Vec<(String, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/fail");
    let stages = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = stages.flat_map(|stage| {
        fs::read_dir(stage)
            .unwrap()
            .map(|entry| entry.unwrap().path())
    });
    let stderr = files.filter(|file| file.extension().is_some_and(|ending| ending == "stderr"));
    let messages: Vec<_> = stderr
        .map(|file| {
            let stage = name(file.parent().unwrap());
            (stage, name(&file), fs::read_to_string(&file).unwrap())
        })
        .collect();
    assert!(!messages.is_empty());
    messages
}

fn name(file: &Path) -> String {
    file.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
