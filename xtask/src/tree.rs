//! One crate's modules, and what a path means in it.
//!
//! A path is followed through `use`, so that an import by way of a re-export counts
//! as one of the file that holds the item.

use std::collections::{BTreeMap, BTreeSet};

use crate::references::{self, Reference, References};
use crate::source::Source;

/// The name by which the crate's root file stands among the rooms.
pub(crate) const ROOT: &str = "lib";

/// How many re-exports a path is followed through; more are a circle.
const HOPS: usize = 16;

/// A crate's module files.
pub(crate) struct Tree {
    /// The directory of `lib.rs` or `main.rs`.
    pub(crate) directory: String,
    pub(crate) files: Vec<File>,
    /// Every module, inline ones included, with the file it stands in.
    modules: BTreeMap<Vec<String>, usize>,
    /// What a name in a module stands for, where a `use` says so.
    names: BTreeMap<(Vec<String>, String), Vec<String>>,
    own_names: BTreeSet<String>,
}

/// One file of a crate.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) module: Vec<String>,
    pub(crate) is_test: bool,
    pub(crate) references: Vec<Reference>,
}

impl File {
    /// The room the file belongs to: the first part of its module's path.
    pub(crate) fn room(&self) -> &str {
        self.module.first().map_or(ROOT, String::as_str)
    }
}

/// Groups the sources by crate; a file that is a crate by itself has no imports to judge.
pub(crate) fn crates(sources: &[Source]) -> Vec<Tree> {
    let roots: BTreeSet<&str> = sources
        .iter()
        .filter_map(|source| {
            let root = source.path.strip_suffix("/lib.rs");
            root.or_else(|| source.path.strip_suffix("/main.rs"))
        })
        .filter(|root| root.split('/').any(|part| part == "src"))
        .collect();
    roots
        .iter()
        .map(|root| {
            let own = |source: &&Source| root_of(&source.path, &roots) == Some(*root);
            Tree::new(root, sources.iter().filter(own))
        })
        .collect()
}

/// The nearest root above a file.
fn root_of<'a>(path: &'a str, roots: &BTreeSet<&str>) -> Option<&'a str> {
    let mut directory = path;
    while let Some((above, _)) = directory.rsplit_once('/') {
        directory = above;
        if roots.contains(directory) {
            return Some(directory);
        }
        if directory.ends_with("/bin") {
            return None;
        }
    }
    None
}

impl Tree {
    fn new<'a>(directory: &str, sources: impl Iterator<Item = &'a Source>) -> Self {
        let mut tree = Self {
            directory: directory.to_owned(),
            files: Vec::new(),
            modules: BTreeMap::new(),
            names: BTreeMap::new(),
            own_names: BTreeSet::new(),
        };
        let mut imports = Vec::new();
        let mut tests = Vec::new();
        for (at, source) in sources.enumerate() {
            let module = module_of(source.path.get(directory.len()..).unwrap_or_default());
            let read: References = references::read(&module, &source.syntax);
            for inline in read.inline {
                tree.modules.entry(inline).or_insert(at);
            }
            tree.modules.insert(module.clone(), at);
            tree.own_names.extend(read.own_names);
            imports.extend(read.imports);
            tests.extend(read.tests);
            tree.files.push(File {
                path: source.path.clone(),
                module,
                is_test: false,
                references: read.all,
            });
        }
        for file in &mut tree.files {
            file.is_test = tests.iter().any(|test| file.module.starts_with(test));
        }
        for import in imports {
            if let Some(target) = tree.absolute(&import.module, &import.segments) {
                tree.names.insert((import.module, import.name), target);
            }
        }
        tree
    }

    /// The path from the crate's root; nothing where it leads out of the crate.
    pub(crate) fn absolute(&self, module: &[String], segments: &[String]) -> Option<Vec<String>> {
        let (first, mut rest) = segments.split_first()?;
        let mut path = module.to_vec();
        match first.as_str() {
            "crate" => path.clear(),
            "self" => {}
            "super" => drop(path.pop()),
            name if self.own_names.contains(name.trim_start_matches("::")) => path.clear(),
            name => {
                path.push(name.to_owned());
                if !self.modules.contains_key(&path) {
                    return None;
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

    /// The file that holds what an absolute path names.
    pub(crate) fn holder(&self, path: &[String]) -> Option<&File> {
        let mut path = path.to_vec();
        for _ in 0..HOPS {
            let (module, at) = self.innermost(&path)?;
            let mut rest = path.iter().skip(module.len());
            let target = rest
                .next()
                .and_then(|name| self.names.get(&(module.to_vec(), name.clone())));
            match target {
                Some(target) => path = target.iter().chain(rest).cloned().collect(),
                None => return self.files.get(at),
            }
        }
        None
    }

    /// The room that an absolute path is written against; the root's own re-exports
    /// count as imports of the room that they come from.
    pub(crate) fn room(&self, path: &[String]) -> String {
        let Some(first) = path.first() else {
            return ROOT.to_owned();
        };
        if self.modules.contains_key(std::slice::from_ref(first)) {
            return first.clone();
        }
        self.names
            .get(&(Vec::new(), first.clone()))
            .and_then(|target| target.first())
            .map_or_else(|| ROOT.to_owned(), Clone::clone)
    }

    /// The longest part of the path that is a module.
    fn innermost<'a>(&self, path: &'a [String]) -> Option<(&'a [String], usize)> {
        (0..=path.len()).rev().find_map(|length| {
            let module = path.get(..length)?;
            Some((module, *self.modules.get(module)?))
        })
    }
}

/// `/guard/admit.rs` is `guard::admit`; `mod.rs`, `lib.rs` and `main.rs` are their directory.
fn module_of(path: &str) -> Vec<String> {
    let path = path.trim_matches('/').trim_end_matches(".rs");
    let mut module: Vec<String> = path.split('/').map(str::to_owned).collect();
    let at_root = module.len() == 1;
    module.pop_if(|last| last == "mod" || (at_root && (last == "lib" || last == "main")));
    module
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A crate of one directory, from pairs of file and text.
    pub(crate) fn tree(files: &[(&str, &str)]) -> Tree {
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
            "a/src/guard/admit.rs",
            "a/src/bin/alone.rs",
            "a/src/bin/big/main.rs",
            "a/src/bin/big/part.rs",
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
    fn relative_paths_become_absolute() {
        let tree = tree(&[
            ("a/src/lib.rs", "extern crate self as own;"),
            ("a/src/guard/mod.rs", "mod inner {}"),
            ("a/src/guard/admit.rs", ""),
        ]);
        for (module, written, meant) in [
            ("guard::admit", "super::refusal::X", "guard::refusal::X"),
            ("guard::admit", "super::super::token::X", "token::X"),
            ("guard::admit", "crate::token::X", "token::X"),
            ("guard", "admit::X", "guard::admit::X"),
            ("guard", "self::admit::X", "guard::admit::X"),
            ("guard::inner", "super::admit", "guard::admit"),
            ("guard", "own::token::X", "token::X"),
        ] {
            let absolute = tree.absolute(&path(module), &path(written));
            assert_eq!(absolute, Some(path(meant)), "{written} in {module}");
        }
        assert_eq!(tree.absolute(&path("guard"), &path("serde::de::X")), None);
    }

    #[test]
    fn reexports_are_followed_to_the_file_that_holds_the_item() {
        let tree = tree(&[
            (
                "a/src/lib.rs",
                "pub use self::guard::Caller as Who; #[path = \"hidden.rs\"] mod __hidden;",
            ),
            (
                "a/src/guard/mod.rs",
                "mod caller; pub use self::caller::Caller; struct Own;",
            ),
            ("a/src/guard/caller.rs", "pub struct Caller;"),
            ("a/src/hidden.rs", ""),
        ]);
        for (named, file) in [
            ("Who", "a/src/guard/caller.rs"),
            ("guard::Caller", "a/src/guard/caller.rs"),
            ("guard::Own", "a/src/guard/mod.rs"),
            ("__hidden::x", "a/src/hidden.rs"),
        ] {
            assert_eq!(tree.holder(&path(named)).unwrap().path, file, "{named}");
        }
        assert_eq!(tree.room(&path("Who")), "guard");
        assert_eq!(tree.room(&path("__hidden::x")), "hidden");
        assert_eq!(tree.room(&path("Unknown")), "lib");
    }

    #[test]
    fn files_below_a_test_module_are_tests() {
        let tree = tree(&[
            ("a/src/lib.rs", "#[cfg(test)] mod checks; mod guard;"),
            ("a/src/checks/deep.rs", ""),
            ("a/src/guard.rs", ""),
        ]);
        let tests: Vec<bool> = tree.files.iter().map(|file| file.is_test).collect();
        assert_eq!(tests, [false, true, false]);
    }
}
