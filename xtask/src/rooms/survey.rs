//! Applies every rule to every file.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::crate_tree::{self, CrateTree};
use super::cycle_rules;
use super::folder;
use super::layer_rules;
use super::layers::{Layers, TABLE};
use super::sizes;
use super::source::{self, Source};
use super::table_rules;
use crate::violation::Violation;

/// The files of the workspace and the rules that they break.
pub(super) struct Survey {
    pub(super) files: Vec<FileSummary>,
    pub(super) violations: Vec<Violation>,
}

/// A file's row in the report.
pub(super) struct FileSummary {
    pub(super) path: String,
    pub(super) lines: usize,
    /// The layers of the file, from the outermost folder in the table to the innermost.
    pub(super) layers: Vec<usize>,
}

/// Reads and checks the workspace.
///
/// # Errors
///
/// Returns an error if a package or a file cannot be read.
pub(super) fn survey(workspace: &Path) -> io::Result<Survey> {
    let (sources, violations) = source::read(workspace)?;
    Ok(check(&sources, violations, TABLE))
}

fn check(sources: &[Source], mut violations: Vec<Violation>, table: &[Layers]) -> Survey {
    let trees = crate_tree::crates(sources);
    violations.extend(table_rules::check(&trees, table));
    violations.extend(layer_rules::check(&trees, table));
    violations.extend(trees.iter().flat_map(cycle_rules::check));
    let layers = layers_by_path(&trees, table);
    let mut files = Vec::new();
    for source in sources {
        violations.extend(sizes::check(source));
        files.push(FileSummary {
            path: source.path.clone(),
            lines: source.lines(),
            layers: layers.get(&source.path).cloned().unwrap_or_default(),
        });
    }
    violations.sort();
    Survey { files, violations }
}

fn layers_by_path(trees: &[CrateTree], table: &[Layers]) -> BTreeMap<String, Vec<usize>> {
    let files = trees
        .iter()
        .flat_map(|tree| tree.files.iter().map(move |file| (tree, file)));
    files
        .map(|(tree, file)| (file.path.clone(), folder::layers_of_file(tree, file, table)))
        .collect()
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

    #[test]
    fn survey_applies_every_kind_of_rule() {
        let long = format!("//! Guard.\n{}", "\n".repeat(450));
        let sources: Vec<Source> = [
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
        ]
        .iter()
        .map(|(path, text)| Source::parse(path, text).unwrap())
        .collect();
        let survey = check(&sources, Vec::new(), &[LAYERS]);
        let problems: Vec<&str> = survey
            .violations
            .iter()
            .map(|violation| violation.problem.as_str())
            .collect();
        assert_eq!(
            problems,
            [
                "`claims.rs` → `clock.rs` import each other in `runtime/src`",
                "in `runtime/src`, `clock` (layer 0) must not import `guard` (layer 1)",
                "this file does not start with a `//!` line",
                "this file has 451 lines; at most 450 are allowed",
            ]
        );
        let layers: Vec<&[usize]> = survey.files.iter().map(|file| &*file.layers).collect();
        let expected: [&[usize]; 4] = [&[], &[0], &[0], &[1]];
        assert_eq!(layers, expected);
    }
}
