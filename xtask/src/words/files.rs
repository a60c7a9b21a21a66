//! Reads the names and sentences of every file of the workspace.

use std::fs;
use std::io;
use std::path::Path;

use super::exceptions::DEFINITIONS;
use super::language::Language;
use super::sentence::Sentence;
use crate::workspace;

/// A file and its text, split.
pub(super) struct SplitFile {
    pub(super) path: String,
    pub(super) sentences: Vec<Sentence>,
}

/// Reads the files below the workspace in all languages that are checked.
///
/// Recorded output (`.stderr`, `.snap`), seeds and lock files repeat other files or are data; they are skipped.
///
/// # Errors
///
/// Returns an error if a file cannot be read.
pub(super) fn read(workspace: &Path) -> io::Result<Vec<SplitFile>> {
    let mut files = Vec::new();
    for path in workspace::files(workspace, "")? {
        let Some(language) = Language::of_file(&path) else {
            continue;
        };
        if DEFINITIONS.contains(&path.as_str()) {
            continue;
        }
        let text = fs::read_to_string(workspace.join(&path))?;
        let sentences = language.split(&path, &text);
        files.push(SplitFile { path, sentences });
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_every_language_are_read_except_definitions() {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let files = read(&workspace).unwrap();
        let is_read = |path: &str| files.iter().any(|file| file.path == path);
        for path in ["README.md", "runtime/src/lib.rs", ".ci/run", "Cargo.toml"] {
            assert!(is_read(path), "{path}");
        }
        for path in DEFINITIONS {
            assert!(!is_read(path), "{path}");
            assert!(workspace.join(path).exists(), "{path}");
        }
    }
}
