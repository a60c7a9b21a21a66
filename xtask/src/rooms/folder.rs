//! A folder that has a row in the table of layers.

use super::crate_tree::{CrateTree, File};
use super::imports;
use super::layers::Layers;

/// The folder in its crate, with its layers.
pub(super) struct Folder<'t> {
    pub(super) tree: &'t CrateTree,
    pub(super) layers: &'t Layers,
    pub(super) module: Vec<String>,
}

impl<'t> Folder<'t> {
    /// Finds the folder of a row among the crates.
    pub(super) fn find(trees: &'t [CrateTree], layers: &'t Layers) -> Option<Self> {
        trees.iter().find_map(|tree| Self::find_in(tree, layers))
    }

    /// Finds the folder of a row in one crate.
    pub(super) fn find_in(tree: &'t CrateTree, layers: &'t Layers) -> Option<Self> {
        let inside = layers.folder.strip_prefix(&tree.directory)?;
        if !inside.is_empty() && !inside.starts_with('/') {
            return None;
        }
        let names = inside.split('/').filter(|name| !name.is_empty());
        let module: Vec<String> = names.map(str::to_owned).collect();
        let mut files = tree.files.iter();
        let exists = files.any(|file| file.module.starts_with(&module));
        exists.then_some(Self {
            tree,
            layers,
            module,
        })
    }

    /// Returns the files in the folder and below, except tests.
    pub(super) fn files(&self) -> impl Iterator<Item = &'t File> {
        let files = self.tree.files.iter().filter(|file| !file.is_test);
        files.filter(|file| file.module.starts_with(&self.module))
    }

    /// Returns the entry of the folder that contains a module, as [`imports::entry`] does.
    pub(super) fn entry<'m>(&self, module: &'m [String]) -> Option<&'m str> {
        imports::entry(&self.module, module)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rooms::crate_tree::tests::tree;

    const fn layers(folder: &'static str) -> Layers {
        Layers {
            folder,
            order: &[&["token", "contract"], &["input", "decode"]],
            never: &[],
            crates: &[],
        }
    }

    #[test]
    fn folder_is_found_only_in_its_own_crate() {
        let tree = tree(&[("runtime/src/lib.rs", ""), ("runtime/src/input/mod.rs", "")]);
        for (folder, expected) in [
            ("runtime/src", true),
            ("runtime/src/input", true),
            ("runtime/src/garden", false),
            ("runtime/src2", false),
            ("macros/src", false),
        ] {
            let found = Folder::find_in(&tree, &layers(folder)).is_some();
            assert_eq!(found, expected, "{folder}");
        }
    }
}
