//! The project's own checks: `cargo xtask rooms`.
//!
//! Reads the sources of the whole workspace and compiles none of them.

mod attributes;
mod cycles;
mod fault;
mod functions;
mod imports;
mod layers;
mod references;
mod rooms;
mod sizes;
mod source;
mod table;
mod tokens;
mod tree;

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask rooms\n\n\
    rooms   prints each file's size, longest fn and layer; fails where a rule of the tree is broken";

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words, &workspace(), &mut io::stdout().lock()) {
        Ok(code) => code,
        Err(error) => complain(&error.to_string()),
    }
}

fn run(words: &[&str], workspace: &Path, out: &mut impl Write) -> io::Result<ExitCode> {
    match words {
        ["rooms"] => {
            let survey = rooms::survey(workspace)?;
            table::print(out, &survey)?;
            Ok(if survey.faults.is_empty() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        }
        _ => Ok(complain(USAGE)),
    }
}

fn complain(text: &str) -> ExitCode {
    // nobody is left to tell when stderr is closed
    let _ = writeln!(io::stderr(), "{text}");
    ExitCode::FAILURE
}

/// Cargo says where this package is; the workspace is one step above.
fn workspace() -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR").map_or_else(
        || PathBuf::from("."),
        |package| PathBuf::from(package).join(".."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_word_fails_and_prints_no_table() {
        let mut out = Vec::new();
        let code = run(&["rums"], Path::new("."), &mut out).unwrap();
        assert_eq!(code, ExitCode::FAILURE);
        assert!(out.is_empty());
    }

    #[test]
    fn a_directory_that_is_no_workspace_is_an_error() {
        assert!(run(&["rooms"], Path::new("src"), &mut Vec::new()).is_err());
    }
}
