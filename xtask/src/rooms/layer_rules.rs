//! Checks imports and the use of external crates against the table of layers.

use std::collections::BTreeSet;

use super::crate_tree::CrateTree;
use super::folder::Folder;
use super::imports::{self, Import};
use super::layers::Layers;
use crate::violation::Violation;

/// Checks every folder of the table; `table_rules` reports those that do not exist.
pub(super) fn check(trees: &[CrateTree], table: &[Layers]) -> Vec<Violation> {
    let folders = table
        .iter()
        .filter_map(|layers| Folder::find(trees, layers));
    folders
        .flat_map(|folder| {
            let mut violations = check_imports(&folder);
            violations.extend(check_crates(&folder));
            violations
        })
        .collect()
}

/// Imports must point to the same layer or a lower one; one violation for each file and entry.
fn check_imports(folder: &Folder<'_>) -> Vec<Violation> {
    let mut seen = BTreeSet::new();
    let mut violations = Vec::new();
    for import in imports::of(folder.tree) {
        let Some(importer) = folder.entry(&import.from.module) else {
            continue;
        };
        for imported in imported_entries(folder, &import) {
            if !is_allowed(folder.layers, importer, &imported)
                && seen.insert((&import.from.path, imported.clone()))
            {
                violations.push(refuse(folder.layers, &import, importer, &imported));
            }
        }
    }
    violations
}

/// Returns the entries that an import depends on: the one it names, and the one that defines the item.
fn imported_entries(folder: &Folder<'_>, import: &Import<'_>) -> BTreeSet<String> {
    let named = Some(&import.written)
        .filter(|module| !import.from.module.starts_with(module))
        .and_then(|module| folder.entry(module));
    let defining = folder.entry(&import.to.module);
    let entries = named.into_iter().chain(defining);
    entries.map(str::to_owned).collect()
}

fn is_allowed(layers: &Layers, importer: &str, imported: &str) -> bool {
    if importer == imported {
        return true;
    }
    // the folder's own file has no layer and is above all; `table_rules` reports any other entry without one
    let has_layer = |entry: &str| layers.layer(entry).is_some();
    !imported.is_empty()
        && (!has_layer(importer) || !has_layer(imported) || layers.allow(importer, imported))
}

fn refuse(layers: &Layers, import: &Import<'_>, importer: &str, imported: &str) -> Violation {
    let name = |entry: &str| match layers.layer(entry) {
        Some(layer) => format!("`{entry}` (layer {layer})"),
        None if entry.is_empty() => "the folder's own file".to_owned(),
        None => format!("`{entry}`"),
    };
    let (importer, imported) = (name(importer), name(imported));
    Violation::new(
        &import.from.path,
        import.line,
        format!(
            "in `{}`, {importer} must not import {imported}",
            layers.folder
        ),
        "move the imported item to a lower layer, or the code that uses it to a higher one",
    )
    .with_notes(vec![import.describe()])
}

/// Restricted external crates must not be used below their layer.
fn check_crates(folder: &Folder<'_>) -> BTreeSet<Violation> {
    let layers = folder.layers;
    let mut violations = BTreeSet::new();
    for file in folder.files() {
        let entry = folder.entry(&file.module).unwrap_or_default();
        let Some(layer) = layers.layer(entry) else {
            continue;
        };
        for reference in &file.references {
            let name = reference.segments.first().map_or("", String::as_str);
            let name = name.trim_start_matches("::");
            let lowest = layers.lowest_layer_of_crate(name);
            if let Some(lowest) = lowest.filter(|lowest| layer < *lowest) {
                violations.insert(Violation::new(
                    &file.path,
                    reference.line,
                    format!(
                        "`{entry}` (layer {layer}) must not use `{name}`, \
                         which is allowed from layer {lowest}"
                    ),
                    "use the `http` crate, or move this code to a higher layer",
                ));
            }
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rooms::crate_tree::tests::tree;

    const RUNTIME: Layers = Layers {
        folder: "runtime/src",
        order: &[&["token"], &["guard", "input"]],
        never: &[("input", "guard")],
        crates: &[("axum", 1)],
    };

    const INPUT: Layers = Layers {
        folder: "runtime/src/input",
        order: &[&["contract"], &["decode"]],
        never: &[],
        crates: &[],
    };

    const ROOT_FILE: (&str, &str) = (
        "runtime/src/lib.rs",
        "extern crate self as palisade; pub use self::guard::Caller; pub use self::guard::*;
         pub fn root() {}",
    );
    const TOKEN: (&str, &str) = ("runtime/src/token.rs", "pub struct Bearer;");
    const GUARD: (&str, &str) = (
        "runtime/src/guard.rs",
        "pub struct Caller; pub struct Guard;",
    );
    const INPUT_FILE: (&str, &str) = ("runtime/src/input.rs", "");

    fn violations(files: &[(&str, &str)], table: &[Layers]) -> Vec<String> {
        let paths: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
        let missing = [ROOT_FILE, TOKEN, GUARD, INPUT_FILE]
            .into_iter()
            .filter(|(path, _)| {
                let module = path.trim_end_matches(".rs");
                !paths.iter().any(|other| other.starts_with(module))
            });
        let files: Vec<(&str, &str)> = files.iter().copied().chain(missing).collect();
        check(&[tree(&files)], table)
            .into_iter()
            .map(|violation| {
                format!(
                    "{}:{}: {}",
                    violation.file, violation.line, violation.problem
                )
            })
            .collect()
    }

    #[test]
    fn upward_import_is_a_violation_in_every_form() {
        for text in [
            "\nuse crate::guard::Caller;",
            "\nuse super::guard::Caller;",
            "\nuse crate::Caller;",
            "\nuse crate::Guard;",
            "\nuse palisade::guard::Caller;",
            "\npub(crate) use crate::guard::Caller;",
            "\nfn f(_: crate::guard::Caller) {}",
            "\nfn f() { super::guard::check() }",
            "\nfn f() { assert!(crate::guard::check()) }",
        ] {
            assert_eq!(
                violations(&[("runtime/src/token.rs", text)], &[RUNTIME]),
                [
                    "runtime/src/token.rs:2: in `runtime/src`, `token` (layer 0) must not import `guard` (layer 1)"
                ],
                "{text}"
            );
        }
    }

    #[test]
    fn super_chain_out_of_a_room_is_followed() {
        let files = [
            ("runtime/src/token/mod.rs", ""),
            (
                "runtime/src/token/header.rs",
                "use super::super::guard::Caller;",
            ),
        ];
        assert_eq!(violations(&files, &[RUNTIME]).len(), 1);
    }

    #[test]
    fn downward_and_test_imports_are_allowed() {
        let files = [
            (
                "runtime/src/guard.rs",
                "use crate::token::Bearer; pub struct Caller;",
            ),
            (
                "runtime/src/token.rs",
                "pub struct Bearer; #[cfg(test)] mod tests { use crate::guard::Caller; }",
            ),
        ];
        assert_eq!(violations(&files, &[RUNTIME]), [""; 0]);
    }

    #[test]
    fn import_by_way_of_a_higher_room_is_a_violation() {
        let files = [
            (
                "runtime/src/guard.rs",
                "pub use crate::token::Bearer; pub struct Caller;",
            ),
            ("runtime/src/token/mod.rs", "pub struct Bearer;"),
            ("runtime/src/token/header.rs", "use crate::guard::Bearer;"),
        ];
        assert_eq!(
            violations(&files, &[RUNTIME]),
            [
                "runtime/src/token/header.rs:1: in `runtime/src`, `token` (layer 0) must not import `guard` (layer 1)"
            ]
        );
    }

    #[test]
    fn import_listed_as_never_is_a_violation() {
        let files = [("runtime/src/input.rs", "use crate::guard::Caller;")];
        assert_eq!(
            violations(&files, &[RUNTIME]),
            [
                "runtime/src/input.rs:1: in `runtime/src`, `input` (layer 1) must not import `guard` (layer 1)"
            ]
        );
    }

    #[test]
    fn import_of_the_root_file_is_a_violation() {
        for text in ["use crate::root;", "use crate::*;"] {
            let files = [("runtime/src/guard.rs", text)];
            assert_eq!(
                violations(&files, &[RUNTIME]),
                [
                    "runtime/src/guard.rs:1: in `runtime/src`, `guard` (layer 1) must not import the folder's own file"
                ],
                "{text}"
            );
        }
    }

    #[test]
    fn upward_import_inside_a_room_is_a_violation() {
        let files = [
            (
                "runtime/src/input/mod.rs",
                "mod contract; mod decode; pub use self::contract::Rule; pub use self::decode::json::Json;",
            ),
            ("runtime/src/input/contract/mod.rs", "pub struct Rule;"),
            (
                "runtime/src/input/contract/bound.rs",
                "use crate::input::Json;",
            ),
            ("runtime/src/input/decode/mod.rs", "mod json;"),
            (
                "runtime/src/input/decode/json.rs",
                "use crate::input::Rule; pub struct Json;",
            ),
        ];
        assert_eq!(
            violations(&files, &[RUNTIME, INPUT]),
            [
                "runtime/src/input/contract/bound.rs:1: in `runtime/src/input`, `contract` (layer 0) must not import `decode` (layer 1)"
            ]
        );
    }

    #[test]
    fn import_of_another_crate_by_way_of_a_higher_room_is_a_violation() {
        let files = [
            (
                "runtime/src/guard.rs",
                "pub use axum as web; pub struct Caller;",
            ),
            (
                "runtime/src/token.rs",
                "fn f() -> crate::guard::web::Json {}",
            ),
        ];
        assert_eq!(
            violations(&files, &[RUNTIME]),
            [
                "runtime/src/token.rs:1: in `runtime/src`, `token` (layer 0) must not import `guard` (layer 1)"
            ]
        );
    }

    #[test]
    fn import_of_another_crate_by_way_of_the_root_file_is_a_violation() {
        let files = [
            ("runtime/src/lib.rs", "pub use axum::Json;"),
            ("runtime/src/token.rs", "use crate::Json;"),
        ];
        assert_eq!(
            violations(&files, &[RUNTIME]),
            [
                "runtime/src/token.rs:1: in `runtime/src`, `token` (layer 0) must not import the folder's own file"
            ]
        );
    }

    #[test]
    fn restricted_crate_below_its_layer_is_a_violation() {
        for text in [
            "\nuse axum::Json;",
            "\nuse axum as web;",
            "\nextern crate axum;",
            "\nfn f() { ::axum::serve() }",
        ] {
            let files = [("runtime/src/token.rs", text)];
            assert_eq!(
                violations(&files, &[RUNTIME]),
                [
                    "runtime/src/token.rs:2: `token` (layer 0) must not use `axum`, which is allowed from layer 1"
                ],
                "{text}"
            );
        }
        let allowed = [
            (
                "runtime/src/token.rs",
                "use http::StatusCode; #[cfg(test)] use axum::Json;",
            ),
            ("runtime/src/guard.rs", "use axum::Json; pub struct Caller;"),
        ];
        assert_eq!(violations(&allowed, &[RUNTIME]), [""; 0]);
    }
}
