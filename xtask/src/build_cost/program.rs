//! The generated programs: the same endpoints with Palisade, and with axum and garde by hand.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A program in its own directory.
pub(super) struct Program {
    pub(super) variant: Variant,
    pub(super) modules: usize,
    pub(super) directory: PathBuf,
}

#[derive(Clone, Copy)]
pub(super) enum Variant {
    ByHand,
    Palisade,
    /// With the client that fetches an issuer's keys.
    PalisadeWithKeyClient,
}

impl Variant {
    pub(super) const ALL: [Self; 3] = [Self::ByHand, Self::Palisade, Self::PalisadeWithKeyClient];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ByHand => "by-hand",
            Self::Palisade => "with-palisade",
            Self::PalisadeWithKeyClient => "with-key-client",
        }
    }

    fn dependencies(self, workspace: &Path) -> String {
        let features = match self {
            Self::ByHand | Self::Palisade => "[]",
            Self::PalisadeWithKeyClient => "[\"discovery\"]",
        };
        match self {
            Self::ByHand => String::from(
                "axum = { version = \"0.8\", default-features = false, features = [\"http1\", \"json\", \"tokio\"] }\n\
                 garde = { version = \"0.23\", features = [\"derive\"] }\n\
                 jsonwebtoken = { version = \"11\", default-features = false, features = [\"aws_lc_rs\"] }\n\
                 serde = { version = \"1\", features = [\"derive\"] }\n",
            ),
            Self::Palisade | Self::PalisadeWithKeyClient => format!(
                "palisade = {{ path = {:?}, default-features = false, features = {features} }}\n\
                 serde = {{ version = \"1\", features = [\"derive\"] }}\n",
                workspace.join("runtime").display().to_string()
            ),
        }
    }

    /// The text of a module, with `MODULE` and `EDIT` for the numbers.
    fn module(self) -> &'static str {
        match self {
            Self::ByHand => include_str!("by_hand_module.txt"),
            Self::Palisade | Self::PalisadeWithKeyClient => include_str!("palisade_module.txt"),
        }
    }

    /// The start of `main.rs`, before the modules.
    fn main(self) -> &'static str {
        match self {
            Self::ByHand => include_str!("by_hand_main.txt"),
            Self::Palisade | Self::PalisadeWithKeyClient => include_str!("palisade_main.txt"),
        }
    }
}

impl Program {
    /// Writes the program's files. Its dependencies are locked as those of the workspace.
    ///
    /// # Errors
    ///
    /// Fails if a file cannot be written.
    pub(super) fn write(&self, workspace: &Path) -> io::Result<()> {
        let source = self.directory.join("src");
        fs::create_dir_all(&source)?;
        let workspace = workspace.canonicalize()?;
        let manifest = format!(
            "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{}\n\
             [profile.dev]\ndebug = \"line-tables-only\"\n",
            self.variant.name(),
            self.variant.dependencies(&workspace),
        );
        fs::write(self.directory.join("Cargo.toml"), manifest)?;
        fs::copy(
            workspace.join("Cargo.lock"),
            self.directory.join("Cargo.lock"),
        )?;
        fs::write(source.join("main.rs"), self.main_file())?;
        for module in 0..self.modules {
            self.write_module(module, 0)?;
        }
        Ok(())
    }

    /// Edits a statement in a handler of one module.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be written.
    pub(super) fn edit(&self, round: usize) -> io::Result<()> {
        self.write_module(self.modules / 2, round)
    }

    fn write_module(&self, module: usize, edit: usize) -> io::Result<()> {
        let text = self.variant.module();
        let text = text
            .replace("MODULE", &module.to_string())
            .replace("EDIT", &edit.to_string());
        fs::write(self.directory.join(format!("src/module_{module}.rs")), text)
    }

    fn main_file(&self) -> String {
        let (mut modules, mut merged) = (String::new(), String::new());
        for module in 0..self.modules {
            // writing to a `String` cannot fail
            let _ = writeln!(modules, "mod module_{module};");
            let _ = write!(merged, ".merge(module_{module}::routes())");
        }
        let main = self.variant.main().replace("/* merged */", &merged);
        main + &modules
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_programs_have_the_same_routes() {
        let [by_hand, palisade, _] = Variant::ALL.map(|variant| {
            let module = variant.module();
            let routes = module.lines().filter(|line| line.contains(".route("));
            routes.map(str::trim).collect::<Vec<_>>()
        });
        assert_eq!(by_hand, palisade);
        assert_eq!(by_hand.len(), 2);
    }

    #[test]
    fn edit_changes_a_module() {
        for variant in Variant::ALL {
            assert!(variant.module().contains("EDIT"));
        }
    }
}
