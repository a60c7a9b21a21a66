//! Prints the findings, and how many each folder has.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use super::exceptions::{EXCEPTIONS, Exception};
use super::files::{self, SplitFile};
use super::matching::{Finding, Matcher};
use crate::violation::Violation;

/// Checks the workspace, prints the findings below any of the paths, and returns whether the check passed.
///
/// Without paths, all findings are printed, and every exception must match.
///
/// # Errors
///
/// Returns an error if a file cannot be read, or the output cannot be written.
pub(crate) fn run(workspace: &Path, paths: &[&str], out: &mut impl Write) -> io::Result<bool> {
    let report = check(&files::read(workspace)?, EXCEPTIONS, paths);
    report.print(out)?;
    Ok(report.passed())
}

/// The findings, and the exceptions that match nothing.
struct Report<'e> {
    findings: Vec<Finding>,
    unused: Vec<&'e Exception>,
}

fn check<'e>(files: &[SplitFile], exceptions: &'e [Exception], paths: &[&str]) -> Report<'e> {
    let mut matcher = Matcher::new(exceptions);
    let mut findings = Vec::new();
    for file in files {
        findings.extend(matcher.check(&file.path, &file.sentences));
    }
    let is_selected = |path: &str| {
        let mut selected = paths.iter().map(|prefix| prefix.trim_end_matches('/'));
        paths.is_empty() || selected.any(|prefix| path.starts_with(prefix))
    };
    findings.retain(|finding| is_selected(&finding.path));
    let unused = matcher.unused().filter(|_| paths.is_empty()).collect();
    Report { findings, unused }
}

impl Report<'_> {
    fn passed(&self) -> bool {
        self.findings.is_empty() && self.unused.is_empty()
    }

    fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in &self.findings {
            let Finding {
                path,
                line,
                found,
                instead,
            } = finding;
            writeln!(out, "{path}:{line}: \"{found}\": use {instead}")?;
            *counts.entry(folder(path)).or_default() += 1;
        }
        for exception in &self.unused {
            let violation = Violation::new(
                "xtask/src/words/exceptions.rs",
                1,
                format!(
                    "the exception for \"{}\" in {} matches nothing (its reason: {})",
                    exception.phrase, exception.path, exception.reason
                ),
                "remove it",
            );
            writeln!(out, "{violation}")?;
        }
        if self.findings.is_empty() {
            return writeln!(out, "no avoided words");
        }
        writeln!(out, "\ncount  folder")?;
        for (folder, count) in &counts {
            writeln!(out, "{count:>5}  {folder}")?;
        }
        writeln!(out, "{:>5}  total", self.findings.len())
    }
}

/// Returns the room of a source file, the folder of another file, or a file at the root.
fn folder(path: &str) -> &str {
    let depth = if path.contains("/src/") { 3 } else { 2 };
    let slashes = path.match_indices('/').map(|(at, _)| at);
    let end = slashes.take(depth).last();
    end.and_then(|end| path.get(..end)).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::sentence::Sentence;
    use crate::words::vocabulary::RULES;

    fn printed(report: &Report<'_>) -> String {
        let mut out = Vec::new();
        report.print(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn finding(path: &str, line: usize) -> Finding {
        Finding {
            path: path.to_owned(),
            line,
            found: "old".to_owned(),
            instead: "new".to_owned(),
        }
    }

    #[test]
    fn report_lists_findings_and_counts_by_folder() {
        let findings = vec![
            finding("README.md", 3),
            finding("runtime/src/token/issuer.rs", 4),
            finding("runtime/src/token/profile/mod.rs", 5),
        ];
        assert_eq!(
            printed(&Report {
                findings,
                unused: Vec::new()
            }),
            "README.md:3: \"old\": use new\n\
             runtime/src/token/issuer.rs:4: \"old\": use new\n\
             runtime/src/token/profile/mod.rs:5: \"old\": use new\n\
             \ncount  folder\n    1  README.md\n    2  runtime/src/token\n    3  total\n"
        );
    }

    #[test]
    fn unused_exception_fails_unless_paths_are_selected() {
        let exceptions = [Exception {
            phrase: "old words",
            path: "README.md",
            reason: "a quotation",
        }];
        let report = check(&[], &exceptions, &[]);
        assert!(!report.passed());
        let printed = printed(&report);
        assert!(
            printed.contains("the exception for \"old words\" in README.md matches nothing"),
            "{printed}"
        );
        assert!(printed.contains("(its reason: a quotation)"), "{printed}");
        assert!(check(&[], &exceptions, &["runtime"]).passed());
    }

    #[test]
    fn selected_paths_limit_the_findings() {
        let files = ["runtime/src/a.rs", "tests/a.rs"].map(|path| SplitFile {
            path: path.to_owned(),
            sentences: vec![Sentence::of_name(RULES[0].avoid[0], 1)],
        });
        for (paths, expected) in [
            (&[][..], 2),
            (&["runtime/"], 1),
            (&["runtime", "tests"], 2),
            (&["fuzz"], 0),
        ] {
            let report = check(&files, &[], paths);
            assert_eq!(report.findings.len(), expected, "{paths:?}");
            assert_eq!(report.passed(), expected == 0, "{paths:?}");
        }
    }

    #[test]
    fn folder_of_a_path_is_its_room_or_package_folder() {
        for (path, expected) in [
            ("README.md", "README.md"),
            ("runtime/src/lib.rs", "runtime/src"),
            ("runtime/src/token/issuer.rs", "runtime/src/token"),
            ("runtime/src/token/profile/mod.rs", "runtime/src/token"),
            ("tests/ui/fail/x/y.rs", "tests/ui"),
            ("tests/ui.rs", "tests"),
            ("fuzz/src/json/mod.rs", "fuzz/src/json"),
        ] {
            assert_eq!(folder(path), expected);
        }
    }
}
