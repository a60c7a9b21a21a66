//! What does not compile, and what the compiler says of it.
//!
//! The messages are compared on the pinned compiler only: another one words them
//! differently. That the cases fail, and the others pass, is checked by it too.

use std::fs;
use std::path::{Path, PathBuf};
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

#[test]
fn no_message_points_into_a_macro() {
    for file in stderr_files() {
        let text = fs::read_to_string(&file).unwrap();
        assert!(
            !text.contains("this error originates in"),
            "{}",
            file.display()
        );
    }
}

#[test]
fn one_mistake_is_one_error_with_help() {
    for file in stderr_files() {
        let text = fs::read_to_string(&file).unwrap();
        let errors = text
            .lines()
            .filter(|line| line.starts_with("error"))
            .count();
        let several = file
            .file_name()
            .is_some_and(|name| name.to_string_lossy().contains("at_once"));
        assert!(
            errors == 1 || several,
            "{} has {errors} errors",
            file.display()
        );
        assert!(text.contains("help: "), "{} has no help", file.display());
    }
}

fn stderr_files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/fail");
    let stages = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = stages.flat_map(|stage| {
        fs::read_dir(stage)
            .unwrap()
            .map(|entry| entry.unwrap().path())
    });
    let stderr: Vec<_> = files
        .filter(|file| file.extension().is_some_and(|ending| ending == "stderr"))
        .collect();
    assert!(!stderr.is_empty());
    stderr
}
