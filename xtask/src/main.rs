//! The project's own checks, `cargo xtask rooms` and `cargo xtask words`, and its measurement `cargo xtask build-cost`.
//!
//! The checks read the files of the workspace and compile none of them.

mod build_cost;
mod rooms;
mod violation;
mod words;
mod workspace;

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask <command>\n\n\
    rooms           check sizes, layers and cycles\n\
    words [PATH]…   check the words of the house style, in all files or below the paths\n    \
    build-cost [--clean] [MODULES]\n                    \
    time the builds of a program with Palisade beside the same one by hand";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments, &workspace_root(), &mut io::stdout().lock()) {
        Ok(Outcome::Passed) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::FAILURE,
        Ok(Outcome::UnknownCommand) => fail(USAGE),
        Err(error) => fail(&error.to_string()),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    UnknownCommand,
}

fn run(arguments: &[&str], workspace: &Path, out: &mut impl Write) -> io::Result<Outcome> {
    let passed = match arguments {
        ["rooms"] => rooms::run(workspace, out)?,
        ["words", paths @ ..] => words::run(workspace, paths, out)?,
        ["build-cost", arguments @ ..] => {
            build_cost::run(workspace, arguments, out)?;
            true
        }
        _ => return Ok(Outcome::UnknownCommand),
    };
    Ok(if passed {
        Outcome::Passed
    } else {
        Outcome::Failed
    })
}

fn fail(message: &str) -> ExitCode {
    // stderr may be closed, and the exit code still reports the failure
    let _ = writeln!(io::stderr(), "{message}");
    ExitCode::FAILURE
}

/// Returns the directory above this package, which cargo sets in the environment.
fn workspace_root() -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR").map_or_else(
        || PathBuf::from("."),
        |package| PathBuf::from(package).join(".."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_command_prints_no_report() {
        for arguments in [&["rums"][..], &[], &["rooms", "extra"]] {
            let mut out = Vec::new();
            let outcome = run(arguments, Path::new("."), &mut out).unwrap();
            assert_eq!(outcome, Outcome::UnknownCommand);
            assert!(out.is_empty());
        }
    }

    #[test]
    fn directory_that_is_not_a_workspace_is_an_error() {
        assert!(run(&["rooms"], Path::new("src"), &mut Vec::new()).is_err());
    }
}
