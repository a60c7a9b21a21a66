//! The Rust files that the rules apply to, parsed.

use std::fs;
use std::io;
use std::path::Path;

use crate::violation::Violation;
use crate::workspace;

/// The packages to check; a missing one is an error.
const PACKAGES: [&str; 6] = ["macros", "runtime", "examples", "tests", "benches", "xtask"];

/// Directories of test data: compile-fail cases and recorded output.
const TEST_DATA: [&str; 3] = ["ui", "snapshots", "fixtures"];

/// A parsed file.
pub(super) struct Source {
    /// The path from the workspace's root, separated by `/`.
    pub(super) path: String,
    pub(super) text: String,
    pub(super) syntax: syn::File,
}

impl Source {
    /// Parses the text of a file.
    pub(super) fn parse(path: &str, text: &str) -> Result<Self, Violation> {
        let syntax = syn::parse_file(text).map_err(|error| {
            Violation::new(
                path,
                error.span().start().line,
                format!("this file does not parse: {error}"),
                "fix the syntax error",
            )
        })?;
        Ok(Self {
            path: path.to_owned(),
            text: text.to_owned(),
            syntax,
        })
    }

    /// Returns the number of lines, including blank lines and comments.
    pub(super) fn lines(&self) -> usize {
        self.text.lines().count()
    }
}

/// Reads the files of all packages, and reports those that do not parse.
///
/// # Errors
///
/// Returns an error if a package or a file cannot be read.
pub(super) fn read(workspace: &Path) -> io::Result<(Vec<Source>, Vec<Violation>)> {
    let mut sources = Vec::new();
    let mut violations = Vec::new();
    for package in PACKAGES {
        for path in workspace::files(workspace, package)? {
            if !is_rust(&path) || is_test_data(&path) {
                continue;
            }
            match Source::parse(&path, &fs::read_to_string(workspace.join(&path))?) {
                Ok(source) => sources.push(source),
                Err(violation) => violations.push(violation),
            }
        }
    }
    Ok((sources, violations))
}

fn is_rust(path: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|extension| extension == "rs")
}

fn is_test_data(path: &str) -> bool {
    let mut directories = path.split('/').rev().skip(1);
    directories.any(|directory| TEST_DATA.contains(&directory))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unparsable_file_is_a_violation_at_its_line() {
        let violation = Source::parse("a.rs", "//! Room.\nfn main( {}\n")
            .err()
            .unwrap();
        assert_eq!(
            (violation.file.as_str(), violation.line > 1),
            ("a.rs", true),
            "{violation}"
        );
    }

    #[test]
    fn read_returns_every_package_without_test_data() {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let (sources, violations) = read(&workspace).unwrap();
        assert!(violations.is_empty(), "{violations:?}");
        for path in [
            "macros/src/lib.rs",
            "runtime/src/lib.rs",
            "xtask/src/rooms/source.rs",
        ] {
            assert!(sources.iter().any(|source| source.path == path), "{path}");
        }
        assert!(sources.iter().all(|source| !source.path.contains("/ui/")));
    }

    #[test]
    fn missing_package_is_an_error() {
        assert!(read(Path::new("src")).is_err());
    }
}
