//! Checks the size of a file and its `//!` line.
//!
//! The length of functions is checked by clippy (`too_many_lines`, with its threshold in `clippy.toml`).

use super::source::Source;
use crate::violation::Violation;

/// The maximum number of lines of a file.
const MAX_LINES: usize = 450;

/// Checks one file as a whole.
pub(super) fn check(source: &Source) -> Vec<Violation> {
    let mut violations = Vec::new();
    let lines = source.lines();
    if lines > MAX_LINES {
        violations.push(Violation::new(
            &source.path,
            1,
            format!("this file has {lines} lines; at most {MAX_LINES} are allowed"),
            "move one of its subjects to a separate file",
        ));
    }
    if !source.text.starts_with("//! ") {
        violations.push(Violation::new(
            &source.path,
            1,
            "this file does not start with a `//!` line",
            "describe its contents in a `//!` line at the top",
        ));
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        check(&Source::parse("a.rs", text).unwrap())
            .into_iter()
            .map(|violation| violation.problem)
            .collect()
    }

    #[test]
    fn file_over_450_lines_is_a_violation() {
        let with_lines = |lines: usize| format!("//! Room.\n{}", "\n".repeat(lines - 1));
        for allowed in [1, 449, 450] {
            assert!(problems(&with_lines(allowed)).is_empty(), "{allowed}");
        }
        assert_eq!(
            problems(&with_lines(451)),
            ["this file has 451 lines; at most 450 are allowed"]
        );
    }

    #[test]
    fn file_without_module_docs_is_a_violation() {
        let missing = ["this file does not start with a `//!` line"];
        assert_eq!(problems("fn main() {}\n"), missing);
        assert_eq!(problems("// A comment.\n"), missing);
        assert!(problems("//! Described.\nfn main() {}\n").is_empty());
    }
}
