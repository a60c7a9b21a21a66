//! Reads the names and sentences of every file of the workspace.

use std::fs;
use std::io;
use std::path::Path;

use super::exceptions::DEFINITIONS;
use super::plain_text;
use super::prose::Line;
use super::rust_text;
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
        let Some(language) = Language::of(&path) else {
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

#[derive(Clone, Copy)]
pub(super) enum Language {
    Rust,
    Markdown,
    /// Anything with comments after `#` or `//`.
    Commented,
}

impl Language {
    fn of(path: &str) -> Option<Self> {
        let (_, name) = path.rsplit_once('/').unwrap_or(("", path));
        match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("rs") => Some(Self::Rust),
            Some("md") => Some(Self::Markdown),
            Some("toml" | "mjs" | "sh" | "yml") => Some(Self::Commented),
            _ if path.starts_with(".ci/") => Some(Self::Commented),
            _ => None,
        }
    }

    /// Splits a file; its own path is a name as well.
    pub(super) fn split(self, path: &str, text: &str) -> Vec<Sentence> {
        let mut sentences: Vec<Sentence> = path
            .split(['/', '.'])
            .map(|name| Sentence::of_name(name, 1))
            .collect();
        sentences.extend(match self {
            Self::Rust => rust_text::sentences(text, 1),
            Self::Markdown => plain_text::markdown(text),
            Self::Commented => {
                let lines: Vec<Line<'_>> = (1..).zip(text.lines()).collect();
                plain_text::commented(&lines)
            }
        });
        sentences
    }
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

    #[test]
    fn path_of_a_file_is_checked_as_names() {
        let sentences = Language::Rust.split("tests/ui/two_words.rs", "");
        let names: Vec<String> = sentences
            .iter()
            .map(|name| name.lowercase().join(" "))
            .collect();
        assert_eq!(names, ["tests", "ui", "two words", "rs"]);
    }
}
