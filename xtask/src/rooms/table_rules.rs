//! Checks the table of layers against the folders: no missing entry, and none that does not exist.

use std::collections::BTreeMap;

use super::crate_tree::CrateTree;
use super::folder::Folder;
use super::layers::{FILE, Layers};
use crate::violation::Violation;

/// Checks every row of the table.
pub(super) fn check(trees: &[CrateTree], table: &[Layers]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for layers in table {
        match Folder::find(trees, layers) {
            Some(folder) => violations.extend(check_entries(&folder)),
            None => violations.push(Violation::new(
                FILE,
                1,
                format!(
                    "the table names the folder `{}`, which does not exist",
                    layers.folder
                ),
                "remove it from the table, or create the folder",
            )),
        }
    }
    violations
}

fn check_entries(folder: &Folder<'_>) -> Vec<Violation> {
    let mut present = BTreeMap::new();
    for file in folder.files() {
        if let Some(entry) = folder.entry(&file.module).filter(|entry| !entry.is_empty()) {
            present.entry(entry).or_insert(&file.path);
        }
    }
    let layers = folder.layers;
    let name = layers.folder;
    let without_layer = present
        .iter()
        .filter(|(entry, _)| layers.layer(entry).is_none())
        .map(|(entry, path)| {
            Violation::new(
                path,
                1,
                format!("`{entry}` in `{name}` has no layer"),
                format!("add `{entry}` to the table in {FILE}"),
            )
        });
    let nonexistent = layers
        .entries()
        .filter(|entry| !present.contains_key(entry))
        .map(|entry| {
            Violation::new(
                FILE,
                1,
                format!("the table names `{entry}` in `{name}`, which does not exist"),
                "remove it from the table, or create the file or folder",
            )
        });
    without_layer.chain(nonexistent).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rooms::crate_tree::tests::tree;

    const fn layers(folder: &'static str, order: &'static [&'static [&'static str]]) -> Layers {
        Layers {
            folder,
            order,
            never: &[],
            crates: &[],
        }
    }

    fn problems(files: &[(&str, &str)], table: &[Layers]) -> Vec<String> {
        check(&[tree(files)], table)
            .into_iter()
            .map(|violation| format!("{}: {}", violation.file, violation.problem))
            .collect()
    }

    #[test]
    fn room_without_layer_is_a_violation() {
        let files = [
            ("a/src/lib.rs", ""),
            ("a/src/token.rs", ""),
            ("a/src/cellar/mod.rs", ""),
        ];
        assert_eq!(
            problems(&files, &[layers("a/src", &[&["token"]])]),
            ["a/src/cellar/mod.rs: `cellar` in `a/src` has no layer"]
        );
    }

    #[test]
    fn file_of_a_folder_in_the_table_needs_a_layer() {
        let files = [
            ("a/src/lib.rs", ""),
            ("a/src/input/mod.rs", ""),
            ("a/src/input/decode/json.rs", ""),
            ("a/src/input/stray.rs", ""),
        ];
        assert_eq!(
            problems(&files, &[layers("a/src/input", &[&["decode"]])]),
            ["a/src/input/stray.rs: `stray` in `a/src/input` has no layer"]
        );
    }

    #[test]
    fn room_for_tests_only_needs_no_layer() {
        let files = [
            ("a/src/lib.rs", "#[cfg(test)] mod expansions;"),
            ("a/src/token.rs", ""),
            ("a/src/expansions.rs", ""),
        ];
        assert_eq!(problems(&files, &[layers("a/src", &[&["token"]])]), [""; 0]);
    }

    #[test]
    fn table_entry_that_does_not_exist_is_a_violation() {
        let files = [("a/src/lib.rs", ""), ("a/src/token.rs", "")];
        let table = [
            layers("a/src", &[&["token", "attic"]]),
            layers("a/src/garden", &[&["rose"]]),
        ];
        assert_eq!(
            problems(&files, &table),
            [
                format!("{FILE}: the table names `attic` in `a/src`, which does not exist"),
                format!("{FILE}: the table names the folder `a/src/garden`, which does not exist"),
            ]
        );
    }
}
