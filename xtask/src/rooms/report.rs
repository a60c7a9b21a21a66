//! Applies every rule to every file, and prints the violations.

use std::io::{self, Write};
use std::path::Path;

use super::crate_tree;
use super::cycle_rules;
use super::layer_rules;
use super::layers::{Layers, TABLE};
use super::sizes;
use super::source::{self, Source};
use super::table_rules;
use crate::violation::Violation;

/// Checks the workspace, prints the report, and returns whether no rule is broken.
///
/// # Errors
///
/// Returns an error if a file cannot be read, or the output cannot be written.
pub(crate) fn run(workspace: &Path, out: &mut impl Write) -> io::Result<bool> {
    let (sources, mut violations) = source::read(workspace)?;
    violations.extend(check(&sources, TABLE));
    violations.sort();
    print(out, &sources, &violations)?;
    Ok(violations.is_empty())
}

fn check(sources: &[Source], table: &[Layers]) -> Vec<Violation> {
    let trees = crate_tree::crates(sources);
    let mut violations = table_rules::check(&trees, table);
    violations.extend(layer_rules::check(&trees, table));
    violations.extend(trees.iter().flat_map(cycle_rules::check));
    violations.extend(sources.iter().flat_map(sizes::check));
    violations
}

fn print(out: &mut impl Write, sources: &[Source], violations: &[Violation]) -> io::Result<()> {
    for violation in violations {
        writeln!(out, "{violation}\n")?;
    }
    if let Some(largest) = sources.iter().max_by_key(|source| source.lines()) {
        let (files, lines, path) = (sources.len(), largest.lines(), &largest.path);
        writeln!(out, "{files} files; the largest has {lines} lines, {path}")?;
    }
    match violations.len() {
        0 => writeln!(out, "no violations"),
        count => writeln!(out, "violations: {count}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYERS: Layers = Layers {
        folder: "runtime/src",
        order: &[&["claims", "clock"], &["guard"]],
        never: &[],
        crates: &[],
    };

    fn sources(files: &[(&str, &str)]) -> Vec<Source> {
        let files = files.iter();
        files
            .map(|(path, text)| Source::parse(path, text).unwrap())
            .collect()
    }

    fn printed(violations: &[Violation]) -> String {
        let sources = sources(&[("a.rs", "//! A.\n"), ("b.rs", "//! B.\n\n")]);
        let mut out = Vec::new();
        print(&mut out, &sources, violations).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn check_applies_every_kind_of_rule() {
        let long = format!("//! Guard.\n{}", "\n".repeat(450));
        let sources = sources(&[
            ("runtime/src/lib.rs", "//! Root.\n"),
            (
                "runtime/src/claims.rs",
                "//! Claims.\nuse crate::clock::Clock;",
            ),
            (
                "runtime/src/clock.rs",
                "use crate::guard::X; use crate::claims::Y;",
            ),
            ("runtime/src/guard.rs", &long),
            ("runtime/src/cellar.rs", "//! Cellar.\n"),
        ]);
        let mut violations = check(&sources, &[LAYERS]);
        violations.sort();
        let problems: Vec<&str> = violations
            .iter()
            .map(|violation| violation.problem.as_str())
            .collect();
        assert_eq!(
            problems,
            [
                "`cellar` in `runtime/src` has no layer",
                "`claims.rs` → `clock.rs` import each other in `runtime/src`",
                "in `runtime/src`, `clock` (layer 0) must not import `guard` (layer 1)",
                "this file does not start with a `//!` line",
                "this file has 451 lines; at most 450 are allowed",
            ]
        );
    }

    #[test]
    fn report_without_violations_is_a_summary() {
        assert_eq!(
            printed(&[]),
            "2 files; the largest has 2 lines, b.rs\nno violations\n"
        );
    }

    #[test]
    fn report_lists_violations_with_their_count() {
        assert_eq!(
            printed(&[Violation::new("a.rs", 3, "too long", "split it")]),
            "a.rs:3: too long\n    help: split it\n\n\
             2 files; the largest has 2 lines, b.rs\nviolations: 1\n"
        );
    }
}
