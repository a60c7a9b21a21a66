//! The modules of one crate, and the resolution of paths in it.
//!
//! A path is followed through `use`, so that an import through a re-export counts as an import of the
//! file that defines the item.

use std::collections::{BTreeMap, BTreeSet};

use super::references::{self, Reference};
use super::source::Source;

/// The maximum number of re-exports that a path is followed through.
const MAX_REEXPORTS: usize = 16;

/// The files and modules of a crate.
pub(super) struct CrateTree {
    /// The directory of `lib.rs` or `main.rs`.
    pub(super) directory: String,
    pub(super) files: Vec<File>,
    /// Every module, including inline ones, with the index of its file.
    modules: BTreeMap<Vec<String>, usize>,
    /// The target of each name that a `use` brings into a module.
    names: BTreeMap<(Vec<String>, String), Vec<String>>,
    /// The targets of `use path::*` in each module.
    globs: BTreeMap<Vec<String>, Vec<Vec<String>>>,
    items: BTreeSet<(Vec<String>, String)>,
    /// The names that a `use` brings into a module from another crate.
    external: BTreeSet<(Vec<String>, String)>,
    crate_names: BTreeSet<String>,
}

/// A file of a crate.
pub(super) struct File {
    pub(super) path: String,
    pub(super) module: Vec<String>,
    pub(super) is_test: bool,
    pub(super) references: Vec<Reference>,
}

/// Groups the sources by crate; files outside of a `src` directory are left out.
pub(super) fn crates(sources: &[Source]) -> Vec<CrateTree> {
    let roots: BTreeSet<&str> = sources
        .iter()
        .filter_map(|source| {
            let root = source.path.strip_suffix("/lib.rs");
            root.or_else(|| source.path.strip_suffix("/main.rs"))
        })
        .filter(|root| root.split('/').any(|directory| directory == "src"))
        .collect();
    roots
        .iter()
        .map(|root| {
            let is_member = |source: &&Source| root_of(&source.path, &roots) == Some(*root);
            CrateTree::new(root, sources.iter().filter(is_member))
        })
        .collect()
}

/// Returns the nearest crate root above a file.
fn root_of<'a>(path: &'a str, roots: &BTreeSet<&str>) -> Option<&'a str> {
    let mut directory = path;
    while let Some((parent, _)) = directory.rsplit_once('/') {
        directory = parent;
        if roots.contains(directory) {
            return Some(directory);
        }
        if directory.ends_with("/bin") {
            return None;
        }
    }
    None
}

impl CrateTree {
    fn new<'a>(directory: &str, sources: impl Iterator<Item = &'a Source>) -> Self {
        let mut tree = Self {
            directory: directory.to_owned(),
            files: Vec::new(),
            modules: BTreeMap::new(),
            names: BTreeMap::new(),
            globs: BTreeMap::new(),
            items: BTreeSet::new(),
            external: BTreeSet::new(),
            crate_names: BTreeSet::new(),
        };
        let (mut imports, mut globs, mut test_modules) = (Vec::new(), Vec::new(), Vec::new());
        for (index, source) in sources.enumerate() {
            let module = module_of(source.path.get(directory.len()..).unwrap_or_default());
            let read = references::read(&module, &source.syntax);
            for inline in read.inline_modules {
                tree.modules.entry(inline).or_insert(index);
            }
            tree.modules.insert(module.clone(), index);
            tree.crate_names.extend(read.crate_names);
            tree.items.extend(read.items);
            imports.extend(read.imports);
            globs.extend(read.globs);
            test_modules.extend(read.test_modules);
            tree.files.push(File {
                path: source.path.clone(),
                module,
                is_test: false,
                references: read.all,
            });
        }
        for file in &mut tree.files {
            file.is_test = test_modules
                .iter()
                .any(|test| file.module.starts_with(test));
        }
        let mut names = BTreeMap::new();
        for import in imports {
            match tree.absolute(&import.module, &import.segments) {
                Some(target) => drop(names.insert((import.module, import.name), target)),
                None => drop(tree.external.insert((import.module, import.name))),
            }
        }
        tree.names = names;
        for (module, segments) in globs {
            if let Some(target) = tree.absolute(&module, &segments) {
                tree.globs.entry(module).or_default().push(target);
            }
        }
        tree
    }

    /// Returns the path from the crate's root, or `None` if it leads out of the crate.
    pub(super) fn absolute(&self, module: &[String], segments: &[String]) -> Option<Vec<String>> {
        let (first, mut rest) = segments.split_first()?;
        let mut path = module.to_vec();
        match first.as_str() {
            "crate" => path.clear(),
            "self" => {}
            "super" => drop(path.pop()),
            name if self.crate_names.contains(name.trim_start_matches("::")) => path.clear(),
            name => {
                path.push(name.to_owned());
                if !self.modules.contains_key(&path) {
                    let target = self.names.get(&(module.to_vec(), name.to_owned()))?;
                    path.clone_from(target);
                }
            }
        }
        while let Some((next, further)) = rest.split_first()
            && next == "super"
        {
            path.pop();
            rest = further;
        }
        path.extend_from_slice(rest);
        Some(path)
    }

    /// Returns the file that defines the item at an absolute path, or `None` if another crate does.
    pub(super) fn definition(&self, path: &[String]) -> Option<&File> {
        let (module, _) = self.follow(path, MAX_REEXPORTS)?;
        self.files.get(*self.modules.get(&module)?)
    }

    /// Returns the file of the module that an absolute path names, before re-exports are followed.
    pub(super) fn named_file(&self, path: &[String]) -> Option<&File> {
        self.files
            .get(*self.modules.get(self.innermost_module(path))?)
    }

    /// Returns the longest prefix of an absolute path that is a module.
    pub(super) fn innermost_module<'a>(&self, path: &'a [String]) -> &'a [String] {
        let prefixes = (0..=path.len())
            .rev()
            .filter_map(|length| path.get(..length));
        let mut modules = prefixes.filter(|prefix| self.modules.contains_key(*prefix));
        modules.next().unwrap_or_default()
    }

    /// Follows re-exports to the defining module, and returns it with the rest of the path.
    fn follow(&self, path: &[String], reexports: usize) -> Option<(Vec<String>, Vec<String>)> {
        let module = self.innermost_module(path);
        let rest = path.get(module.len()..).unwrap_or_default();
        let Some((name, further)) = rest.split_first() else {
            return Some((module.to_vec(), Vec::new()));
        };
        let left = reexports.checked_sub(1)?;
        let key = (module.to_vec(), name.clone());
        if self.items.contains(&key) {
            return Some((key.0, rest.to_vec()));
        }
        if let Some(target) = self.names.get(&key) {
            let target: Vec<String> = target.iter().chain(further).cloned().collect();
            return self.follow(&target, left);
        }
        if self.external.contains(&key) {
            return None;
        }
        let globs = self.globs.get(module).into_iter().flatten();
        let mut through_glob = globs.filter_map(|glob| {
            let (target, outside) = self.follow(glob, left)?;
            if !outside.is_empty() || target == module {
                return None;
            }
            let path: Vec<String> = target.iter().chain(rest).cloned().collect();
            let (module, rest) = self.follow(&path, left)?;
            let is_defined = match rest.first() {
                Some(name) => self.items.contains(&(module.clone(), name.clone())),
                None => true,
            };
            is_defined.then_some((module, rest))
        });
        let found = through_glob.next();
        found.or_else(|| Some((key.0, rest.to_vec())))
    }
}

/// Returns `guard::check` for `/guard/check.rs`; `mod.rs`, `lib.rs` and `main.rs` are their directory.
fn module_of(path: &str) -> Vec<String> {
    let path = path.trim_matches('/').trim_end_matches(".rs");
    let mut module: Vec<String> = path.split('/').map(str::to_owned).collect();
    let at_root = module.len() == 1;
    module.pop_if(|last| last == "mod" || (at_root && (last == "lib" || last == "main")));
    module
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Parses a crate of one directory from pairs of path and text.
    pub(in crate::rooms) fn tree(files: &[(&str, &str)]) -> CrateTree {
        let sources: Vec<Source> = files
            .iter()
            .map(|(path, text)| Source::parse(path, text).unwrap())
            .collect();
        crates(&sources).pop().unwrap()
    }

    fn path(text: &str) -> Vec<String> {
        text.split("::").map(str::to_owned).collect()
    }

    #[test]
    fn files_belong_to_the_nearest_crate() {
        let sources: Vec<Source> = [
            "a/src/lib.rs",
            "a/src/guard/check.rs",
            "a/src/bin/alone.rs",
            "a/src/bin/big/main.rs",
            "a/src/bin/big/inner.rs",
            "tests/lib.rs",
        ]
        .map(|path| Source::parse(path, "").unwrap())
        .into();
        let found: Vec<(String, usize)> = crates(&sources)
            .into_iter()
            .map(|tree| (tree.directory, tree.files.len()))
            .collect();
        assert_eq!(
            found,
            [("a/src".to_owned(), 2), ("a/src/bin/big".to_owned(), 2)]
        );
    }

    #[test]
    fn relative_path_becomes_absolute() {
        let tree = tree(&[
            ("a/src/lib.rs", "extern crate self as own;"),
            (
                "a/src/guard/mod.rs",
                "mod inner {} use crate::token::bearer;",
            ),
            ("a/src/guard/check.rs", ""),
            ("a/src/token/bearer.rs", ""),
        ]);
        for (module, written, expected) in [
            ("guard::check", "super::refusal::X", "guard::refusal::X"),
            ("guard::check", "super::super::token::X", "token::X"),
            ("guard::check", "crate::token::X", "token::X"),
            ("guard", "check::X", "guard::check::X"),
            ("guard", "self::check::X", "guard::check::X"),
            ("guard", "bearer::X", "token::bearer::X"),
            ("guard::inner", "super::check", "guard::check"),
            ("guard", "own::token::X", "token::X"),
        ] {
            let absolute = tree.absolute(&path(module), &path(written));
            assert_eq!(absolute, Some(path(expected)), "{written} in {module}");
        }
        assert_eq!(tree.absolute(&path("guard"), &path("serde::de::X")), None);
    }

    #[test]
    fn reexport_resolves_to_the_file_that_defines_the_item() {
        let tree = tree(&[
            (
                "a/src/lib.rs",
                "pub use self::guard::Caller as User; pub use self::guard::*;",
            ),
            (
                "a/src/guard/mod.rs",
                "mod caller; pub use self::caller::{Caller, exported}; struct Own; mod glob;
                 pub use self::glob::*; pub mod face { pub use super::glob::*; }",
            ),
            (
                "a/src/guard/caller.rs",
                "pub struct Caller; macro_rules! exported { () => {} }",
            ),
            ("a/src/guard/glob.rs", "pub struct Globbed;"),
        ]);
        for (named, file) in [
            ("User", "a/src/guard/caller.rs"),
            ("guard::Caller", "a/src/guard/caller.rs"),
            ("exported", "a/src/guard/caller.rs"),
            ("guard::Own", "a/src/guard/mod.rs"),
            ("guard::Unknown", "a/src/guard/mod.rs"),
            ("guard::Globbed", "a/src/guard/glob.rs"),
            ("guard::face::Globbed", "a/src/guard/glob.rs"),
            ("Globbed", "a/src/guard/glob.rs"),
            ("Unknown", "a/src/lib.rs"),
        ] {
            assert_eq!(tree.definition(&path(named)).unwrap().path, file, "{named}");
        }
    }

    #[test]
    fn reexport_of_another_crate_resolves_to_no_file() {
        let tree = tree(&[(
            "a/src/lib.rs",
            "pub use serde::Deserialize; pub struct Own;",
        )]);
        assert!(tree.definition(&path("Deserialize")).is_none());
        assert!(tree.definition(&path("Own")).is_some());
    }

    #[test]
    fn reexports_in_a_circle_resolve_to_no_file() {
        let tree = tree(&[
            ("a/src/lib.rs", ""),
            ("a/src/a.rs", "pub use crate::b::X;"),
            ("a/src/b.rs", "pub use crate::a::X;"),
        ]);
        assert!(tree.definition(&path("a::X")).is_none());
    }

    #[test]
    fn file_below_a_test_module_is_a_test() {
        let tree = tree(&[
            ("a/src/lib.rs", "#[cfg(test)] mod checks; mod guard;"),
            ("a/src/checks/deep.rs", ""),
            ("a/src/guard.rs", ""),
        ]);
        let tests: Vec<bool> = tree.files.iter().map(|file| file.is_test).collect();
        assert_eq!(tests, [false, true, false]);
    }
}
