//! The table of layers: which rooms and folders may import which.
//!
//! A new room, and a new folder or file of a folder in this table, gets an entry here.

/// The layers of a folder.
pub(super) struct Layers {
    /// The folder, from the workspace's root.
    pub(super) folder: &'static str,
    /// The files and folders in it by layer, the lowest first; each imports its own layer and lower ones.
    ///
    /// The folder's own file (`mod.rs`, `lib.rs`) is above all of them and has no entry.
    pub(super) order: &'static [&'static [&'static str]],
    /// Imports that are refused although the layers allow them: importer, imported.
    pub(super) never: &'static [(&'static str, &'static str)],
    /// External crates with the lowest layer that may use them.
    pub(super) crates: &'static [(&'static str, usize)],
}

/// The table.
pub(super) const TABLE: &[Layers] = &[
    Layers {
        folder: "runtime/src",
        order: &[
            &[
                "claims",
                "clock",
                "cookies",
                "evidence",
                "form_pairs",
                "https",
                "json",
                "path_parts",
                "secret",
                "spool",
                "steps",
                "text",
                "until",
            ],
            &["discovery", "keys", "seal"],
            &["session", "token"],
            &["policy"],
            &["resource_server"],
            &["audit", "guard", "input"],
            &["response"],
            &["routing"],
            &["lock", "openapi", "relying_party", "serve"],
            &["authorization_server"],
            &["report"],
            &[
                "danger", "fuzzing", "manual", "prelude", "private", "rules", "testing",
            ],
        ],
        never: &[("input", "guard")],
        crates: &[("axum", 5), ("axum_core", 5), ("axum_extra", 5)],
    },
    Layers {
        folder: "runtime/src/input",
        order: &[
            &["shape"],
            &["schema"],
            &["contract"],
            &["decode"],
            &["types"],
            &["extract"],
        ],
        never: &[],
        crates: &[],
    },
    Layers {
        folder: "macros/src",
        order: &[&["diagnostics"], &["parse"], &["model"], &["expand"]],
        never: &[("expand", "parse")],
        crates: &[],
    },
];

impl Layers {
    /// Returns the layer of a file or folder.
    pub(super) fn layer(&self, entry: &str) -> Option<usize> {
        self.order.iter().position(|layer| layer.contains(&entry))
    }

    /// Returns every file and folder that has a layer.
    pub(super) fn entries(&self) -> impl Iterator<Item = &'static str> {
        self.order.iter().flat_map(|layer| layer.iter().copied())
    }

    /// Whether a file or folder may import another one.
    pub(super) fn allow(&self, importer: &str, imported: &str) -> bool {
        importer == imported
            || (self.layer(importer) >= self.layer(imported)
                && !self.never.contains(&(importer, imported)))
    }

    /// Returns the lowest layer that may use an external crate, if it is restricted.
    pub(super) fn lowest_layer_of_crate(&self, name: &str) -> Option<usize> {
        let mut crates = self.crates.iter();
        crates
            .find(|(restricted, _)| *restricted == name)
            .map(|(_, layer)| *layer)
    }
}

/// This file, where entries are added and removed.
pub(super) const FILE: &str = "xtask/src/rooms/layers.rs";

#[cfg(test)]
mod tests {
    use super::*;

    fn of(folder: &str) -> &'static Layers {
        TABLE.iter().find(|layers| layers.folder == folder).unwrap()
    }

    #[test]
    fn layer_imports_its_own_and_lower_layers() {
        let runtime = of("runtime/src");
        for (importer, imported) in [
            ("response", "token"),
            ("clock", "claims"),
            ("guard", "input"),
        ] {
            assert!(runtime.allow(importer, imported), "{importer} {imported}");
        }
        assert!(!runtime.allow("token", "response"));
        assert!(!runtime.allow("input", "guard"));
    }

    #[test]
    fn macro_stage_never_imports_a_later_one_nor_expand_the_parsed_input() {
        let macros = of("macros/src");
        for (importer, imported) in [
            ("parse", "model"),
            ("parse", "expand"),
            ("model", "expand"),
            ("expand", "parse"),
        ] {
            assert!(!macros.allow(importer, imported), "{importer} {imported}");
        }
        assert!(macros.allow("model", "parse"));
        assert!(macros.allow("expand", "model"));
    }

    #[test]
    fn axum_is_restricted_to_layer_5_and_above() {
        let runtime = of("runtime/src");
        assert_eq!(runtime.layer("audit"), Some(5));
        assert_eq!(runtime.lowest_layer_of_crate("axum"), Some(5));
        assert_eq!(runtime.lowest_layer_of_crate("http"), None);
    }

    #[test]
    fn entry_is_in_one_layer_only() {
        for layers in TABLE {
            let entries: Vec<&str> = layers.entries().collect();
            for (at, entry) in entries.iter().enumerate() {
                assert!(
                    !entries.iter().skip(at + 1).any(|other| other == entry),
                    "{entry}"
                );
            }
        }
    }
}
