//! The imports between the files of a crate, and the entries of a folder that they connect.

use super::crate_tree::{CrateTree, File};

/// An import: a line of a file, and the file that defines the imported item.
pub(super) struct Import<'t> {
    pub(super) from: &'t File,
    pub(super) line: usize,
    pub(super) to: &'t File,
    /// The module that the path names, before re-exports are followed.
    pub(super) written: Vec<String>,
}

/// Returns the imports of a crate, except those of tests and the re-exports of a module's own items.
pub(super) fn of(tree: &CrateTree) -> Vec<Import<'_>> {
    let mut imports = Vec::new();
    for from in tree.files.iter().filter(|file| !file.is_test) {
        for reference in &from.references {
            let Some(path) = tree.absolute(&reference.module, &reference.segments) else {
                continue;
            };
            // another crate's item belongs to the file that re-exports it
            let Some(to) = tree.definition(&path).or_else(|| tree.named_file(&path)) else {
                continue;
            };
            // a module that re-exports its own files does not depend on them
            let is_own_reexport = reference.is_reexport && to.module.starts_with(&from.module);
            if !is_own_reexport && to.path != from.path {
                imports.push(Import {
                    from,
                    line: reference.line,
                    to,
                    written: tree.innermost_module(&path).to_vec(),
                });
            }
        }
    }
    imports
}

impl Import<'_> {
    /// Describes the import with its position.
    pub(super) fn describe(&self) -> String {
        let Self { from, line, to, .. } = self;
        format!("{}:{line} imports {}", from.path, to.path)
    }
}

/// Returns the entry of a folder that contains a module: the name of a file or folder in it.
///
/// The folder's own file has the entry `""`. A module outside of the folder has none.
pub(super) fn entry<'m>(folder: &[String], module: &'m [String]) -> Option<&'m str> {
    let inside = module.strip_prefix(folder)?;
    Some(inside.first().map_or("", String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rooms::crate_tree::tests::tree;

    fn described(files: &[(&str, &str)]) -> Vec<String> {
        of(&tree(files)).iter().map(Import::describe).collect()
    }

    #[test]
    fn import_through_a_reexport_names_the_defining_file() {
        let files = [
            ("a/src/lib.rs", "pub use self::guard::Caller;"),
            ("a/src/guard/mod.rs", "pub use self::caller::*;"),
            ("a/src/guard/caller.rs", "pub struct Caller;"),
            ("a/src/token.rs", "\nuse crate::Caller;"),
        ];
        assert_eq!(
            described(&files),
            ["a/src/token.rs:2 imports a/src/guard/caller.rs"]
        );
    }

    #[test]
    fn reexport_of_own_file_and_test_import_are_not_imports() {
        let files = [
            (
                "a/src/lib.rs",
                "pub use self::guard::Caller; pub mod inner { pub use crate::guard::X; }
                 #[cfg(test)] mod checks;",
            ),
            (
                "a/src/guard.rs",
                "pub struct Caller; #[cfg(test)] use crate::token::Y;",
            ),
            ("a/src/token.rs", "pub struct Y;"),
            ("a/src/checks.rs", "use crate::token::Y;"),
        ];
        assert_eq!(described(&files), [""; 0]);
    }

    #[test]
    fn private_use_of_own_file_is_an_import() {
        let files = [
            ("a/src/lib.rs", "use self::guard::Caller;"),
            ("a/src/guard.rs", "pub struct Caller;"),
        ];
        assert_eq!(described(&files), ["a/src/lib.rs:1 imports a/src/guard.rs"]);
    }

    #[test]
    fn entry_is_the_first_name_below_the_folder() {
        let path = |text: &str| -> Vec<String> { text.split('/').map(str::to_owned).collect() };
        let folder = path("input/decode");
        assert_eq!(
            entry(&folder, &path("input/decode/json/value")),
            Some("json")
        );
        assert_eq!(entry(&folder, &folder), Some(""));
        assert_eq!(entry(&folder, &path("input/types")), None);
    }
}
