//! The languages that are checked, also inside fenced code.

use super::plain_text;
use super::prose::{self, CodeBlock, Line, Prose};
use super::rust_text;
use super::sentence::Sentence;

/// The language of a file or of fenced code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Rust,
    Markdown,
    /// Anything with comments after `#` or `//`.
    Commented,
}

impl Language {
    /// Returns the language of a file, or `None` if it is not checked.
    pub(super) fn of_file(path: &str) -> Option<Self> {
        let (_, name) = path.rsplit_once('/').unwrap_or(("", path));
        match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("rs") => Some(Self::Rust),
            Some("md") => Some(Self::Markdown),
            Some("toml" | "mjs" | "sh" | "yml") => Some(Self::Commented),
            _ if path.starts_with(".ci/") => Some(Self::Commented),
            _ => None,
        }
    }

    /// Returns the language of fenced code in a text of this language.
    fn of_code(self, block: &CodeBlock<'_>) -> Self {
        let named = block.language.split([',', ' ']).next().unwrap_or_default();
        match named {
            "rust" => Self::Rust,
            "" | "no_run" | "should_panic" | "compile_fail" | "ignore" if self == Self::Rust => {
                self
            }
            _ => Self::Commented,
        }
    }

    /// Splits a file; its own path is a name as well.
    pub(super) fn split(self, path: &str, text: &str) -> Vec<Sentence> {
        let names = path.split(['/', '.']);
        let mut sentences: Vec<Sentence> = names.map(|name| Sentence::of_name(name, 1)).collect();
        sentences.extend(self.split_text(text, 1));
        sentences
    }

    /// Splits a text, and the fenced code in it.
    fn split_text(self, text: &str, first: usize) -> Vec<Sentence> {
        let lines: Vec<Line<'_>> = (first..).zip(text.lines()).collect();
        let prose = match self {
            Self::Rust => rust_text::split(text, first),
            Self::Markdown => prose::split(&lines),
            Self::Commented => Prose {
                sentences: plain_text::sentences(&lines),
                code: Vec::new(),
            },
        };
        let mut sentences = prose.sentences;
        for block in &prose.code {
            let lines: Vec<&str> = block.lines.iter().map(|(_, line)| *line).collect();
            let first = block.lines.first().map_or(1, |(number, _)| *number);
            let language = self.of_code(block);
            sentences.extend(language.split_text(&lines.join("\n"), first));
        }
        sentences
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(language: Language, text: &str) -> Vec<String> {
        language
            .split_text(text, 1)
            .iter()
            .map(|sentence| {
                let line = sentence.words.first().map_or(0, |word| word.line);
                format!(
                    "{line}:{:?}:{}",
                    sentence.kind,
                    sentence.lowercase().join(" ")
                )
            })
            .collect()
    }

    #[test]
    fn path_of_a_file_is_split_into_names() {
        let sentences = Language::Rust.split("tests/ui/two_words.rs", "");
        let names: Vec<String> = sentences
            .iter()
            .map(|name| name.lowercase().join(" "))
            .collect();
        assert_eq!(names, ["tests", "ui", "two words", "rs"]);
    }

    #[test]
    fn fence_in_markdown_is_plain_unless_it_names_rust() {
        assert_eq!(
            words(
                Language::Markdown,
                "```\na b\n```\n```rust\nlet token_size;\n```"
            ),
            ["2:Fragment:a b", "5:Name:let", "5:Name:token size"]
        );
    }

    #[test]
    fn fence_in_doc_comment_is_rust_unless_it_names_another_language() {
        assert_eq!(
            words(
                Language::Rust,
                "/// ```\n/// let a = \"b c\";\n/// ```\n/// ```text\n/// a b\n/// ```"
            ),
            [
                "2:Name:let",
                "2:Name:a",
                "2:Statement:b c",
                "5:Fragment:a b"
            ]
        );
    }

    #[test]
    fn recorded_output_and_data_are_not_checked() {
        for path in [
            "a.stderr",
            "a.snap",
            "Cargo.lock",
            "fuzz/seeds/json/deep",
            "LICENSE-MIT",
        ] {
            assert_eq!(Language::of_file(path), None, "{path}");
        }
        assert_eq!(Language::of_file(".ci/run"), Some(Language::Commented));
    }
}
