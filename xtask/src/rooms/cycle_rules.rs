//! Refuses cycles of imports between the files and folders of every folder.

use std::collections::BTreeSet;

use super::crate_tree::{CrateTree, File};
use super::cycles::{self, Graph};
use super::imports::{self, Import};
use crate::violation::Violation;

/// Checks every folder of a crate.
pub(super) fn check(tree: &CrateTree) -> Vec<Violation> {
    let imports = imports::of(tree);
    let folders: BTreeSet<&[String]> = tree
        .files
        .iter()
        .flat_map(|file| (0..file.module.len()).filter_map(|depth| file.module.get(..depth)))
        .collect();
    folders
        .into_iter()
        .flat_map(|folder| check_folder(tree, folder, &imports))
        .collect()
}

fn check_folder(tree: &CrateTree, folder: &[String], imports: &[Import<'_>]) -> Vec<Violation> {
    let mut graph = Graph::new();
    for import in imports {
        if let Some((importer, imported)) = entries(folder, import)
            && importer != imported
        {
            let targets = graph.entry(importer.to_owned()).or_default();
            targets.insert(imported.to_owned());
        }
    }
    cycles::find(&graph)
        .iter()
        .map(|cycle| violation(tree, folder, cycle, imports))
        .collect()
}

/// Returns the entries of the folder that an import connects.
fn entries<'i>(folder: &[String], import: &'i Import<'_>) -> Option<(&'i str, &'i str)> {
    let importer = imports::entry(folder, &import.from.module)?;
    let imported = imports::entry(folder, &import.to.module)?;
    Some((importer, imported))
}

fn violation(
    tree: &CrateTree,
    folder: &[String],
    cycle: &[String],
    imports: &[Import<'_>],
) -> Violation {
    let next = cycle.iter().cycle().skip(1);
    let chain: Vec<&Import<'_>> = cycle
        .iter()
        .zip(next)
        .filter_map(|(importer, imported)| {
            imports
                .iter()
                .find(|import| entries(folder, import) == Some((importer, imported)))
        })
        .collect();
    let names: Vec<String> = cycle
        .iter()
        .map(|name| display(tree, folder, name))
        .collect();
    let mut path = tree.directory.clone();
    for name in folder {
        path.push('/');
        path.push_str(name);
    }
    let first = chain.first();
    Violation::new(
        first.map_or("", |import| &import.from.path),
        first.map_or(1, |import| import.line),
        format!("{} import each other in `{path}`", names.join(" → ")),
        "move the item that both sides need to a file below them, or merge them",
    )
    .with_notes(chain.iter().map(|import| import.describe()).collect())
}

/// Returns the name of an entry as in a listing of the folder: `claims.rs`, `profile/`, `mod.rs`.
fn display(tree: &CrateTree, folder: &[String], entry: &str) -> String {
    let module: Vec<String> = folder.iter().cloned().chain([entry.to_owned()]).collect();
    let is_inside = |file: &&File| file.module.starts_with(&module);
    if entry.is_empty() {
        let own = tree.files.iter().find(|file| file.module == folder);
        let name = own.and_then(|file| file.path.rsplit('/').next());
        format!("`{}`", name.unwrap_or("mod.rs"))
    } else if tree
        .files
        .iter()
        .filter(is_inside)
        .all(|file| file.path.ends_with(&format!("/{entry}.rs")))
    {
        format!("`{entry}.rs`")
    } else {
        format!("`{entry}/`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rooms::crate_tree::tests::tree;

    fn violations(files: &[(&str, &str)]) -> Vec<String> {
        check(&tree(files))
            .into_iter()
            .map(|violation| {
                let Violation {
                    file,
                    line,
                    problem,
                    notes,
                    ..
                } = violation;
                format!("{file}:{line}: {problem}; {}", notes.join("; "))
            })
            .collect()
    }

    #[test]
    fn rooms_that_import_each_other_are_a_violation() {
        let found = violations(&[
            ("a/src/lib.rs", ""),
            ("a/src/claims.rs", "\nuse crate::clock::Clock;"),
            ("a/src/clock.rs", "use crate::claims::Instant;"),
        ]);
        assert_eq!(
            found,
            [
                "a/src/claims.rs:2: `claims.rs` → `clock.rs` import each other in `a/src`; \
              a/src/claims.rs:2 imports a/src/clock.rs; a/src/clock.rs:1 imports a/src/claims.rs"
            ]
        );
    }

    #[test]
    fn files_that_import_each_other_through_reexports_are_a_violation() {
        let mod_rs = "mod a; mod b; pub(crate) use self::a::A; pub(crate) use self::b::*;";
        let found = violations(&[
            ("a/src/lib.rs", ""),
            ("a/src/guard/mod.rs", mod_rs),
            ("a/src/guard/a.rs", "use crate::guard::B; pub struct A;"),
            ("a/src/guard/b.rs", "use super::A; pub struct B;"),
        ]);
        assert_eq!(
            found,
            [
                "a/src/guard/a.rs:1: `a.rs` → `b.rs` import each other in `a/src/guard`; \
              a/src/guard/a.rs:1 imports a/src/guard/b.rs; a/src/guard/b.rs:1 imports a/src/guard/a.rs"
            ]
        );
    }

    #[test]
    fn file_and_sibling_folder_that_import_each_other_are_a_violation() {
        let found = violations(&[
            ("a/src/lib.rs", ""),
            (
                "a/src/token/mod.rs",
                "mod claims; mod profile; pub use self::profile::Names;",
            ),
            (
                "a/src/token/claims.rs",
                "use crate::token::Names; pub struct Claims;",
            ),
            (
                "a/src/token/profile/mod.rs",
                "mod names; mod entra; pub use self::names::Names;",
            ),
            ("a/src/token/profile/names.rs", "pub struct Names;"),
            (
                "a/src/token/profile/entra.rs",
                "\nuse crate::token::claims::Claims;",
            ),
        ]);
        assert_eq!(
            found,
            [
                "a/src/token/claims.rs:1: `claims.rs` → `profile/` import each other in `a/src/token`; \
              a/src/token/claims.rs:1 imports a/src/token/profile/names.rs; \
              a/src/token/profile/entra.rs:2 imports a/src/token/claims.rs"
            ]
        );
    }

    #[test]
    fn deep_folders_that_import_each_other_are_a_violation() {
        let found = violations(&[
            ("a/src/lib.rs", ""),
            (
                "a/src/x/y/left/one.rs",
                "use crate::x::y::right::two::Two; pub struct One;",
            ),
            ("a/src/x/y/left/three.rs", "pub struct Three;"),
            (
                "a/src/x/y/right/two.rs",
                "use crate::x::y::left::three::Three; pub struct Two;",
            ),
        ]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].contains("`left/` → `right/` import each other in `a/src/x/y`"),
            "{found:?}"
        );
    }

    #[test]
    fn folder_and_its_own_file_that_import_each_other_are_a_violation() {
        let found = violations(&[
            ("a/src/lib.rs", ""),
            (
                "a/src/guard/mod.rs",
                "mod a; use self::a::A; pub fn helper() {}",
            ),
            ("a/src/guard/a.rs", "use super::helper; pub struct A;"),
        ]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("`mod.rs` → `a.rs`"), "{found:?}");
    }

    #[test]
    fn reexport_of_own_files_is_not_a_cycle() {
        let found = violations(&[
            ("a/src/lib.rs", ""),
            (
                "a/src/guard/mod.rs",
                "mod a; mod b; pub use self::a::A; pub mod hidden { pub use super::b::B; }",
            ),
            (
                "a/src/guard/a.rs",
                "use crate::guard::b::B; use crate::guard::hidden; pub struct A;",
            ),
            ("a/src/guard/b.rs", "pub struct B;"),
        ]);
        assert_eq!(found, [""; 0]);
    }
}
