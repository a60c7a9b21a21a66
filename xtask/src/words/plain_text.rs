//! Splits Markdown files, fenced code, and files whose comments start with `#` or `//`.

use super::prose::{self, CodeBlock, Line};
use super::rust_text;
use super::sentence::Sentence;

/// Returns the sentences of a Markdown file.
pub(super) fn markdown(text: &str) -> Vec<Sentence> {
    let lines: Vec<Line<'_>> = (1..).zip(text.lines()).collect();
    let prose = prose::split(&lines);
    let mut sentences = prose.sentences;
    for block in &prose.code {
        sentences.extend(code_block(block, "text"));
    }
    sentences
}

/// Returns the sentences of fenced code; `default` is the language if the fence names none.
pub(super) fn code_block(block: &CodeBlock<'_>, default: &str) -> Vec<Sentence> {
    let named = block.language.split([',', ' ']).next().unwrap_or_default();
    let language = match named {
        "" | "no_run" | "should_panic" | "compile_fail" | "ignore" => default,
        named => named,
    };
    if language == "rust" {
        let lines: Vec<&str> = block.lines.iter().map(|(_, line)| *line).collect();
        let first = block.lines.first().map_or(1, |(number, _)| *number);
        rust_text::sentences(&lines.join("\n"), first)
    } else {
        commented(&block.lines)
    }
}

/// Returns the sentences of lines in another language; runs of comment lines are prose.
pub(super) fn commented(lines: &[Line<'_>]) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let mut comment: Vec<Line<'_>> = Vec::new();
    for (number, line) in lines.iter().copied() {
        let text = line.trim();
        let after_marker = text.strip_prefix("//").or_else(|| text.strip_prefix('#'));
        if let Some(text) = after_marker {
            comment.push((number, text));
            continue;
        }
        sentences.extend(prose::split(&std::mem::take(&mut comment)).sentences);
        prose::push_fragment(number, text, &mut sentences);
    }
    sentences.extend(prose::split(&comment).sentences);
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::sentence::Kind;

    fn summary(sentences: &[Sentence]) -> Vec<(Kind, String)> {
        sentences
            .iter()
            .map(|sentence| (sentence.kind, sentence.lowercase().join(" ")))
            .collect()
    }

    #[test]
    fn comments_are_statements_and_code_is_fragments() {
        let lines: Vec<Line<'_>> = (1..).zip("# one\n# two\na = 1\n# three".lines()).collect();
        assert_eq!(
            summary(&commented(&lines)),
            [
                (Kind::Statement, "one two".to_owned()),
                (Kind::Fragment, "a 1".to_owned()),
                (Kind::Statement, "three".to_owned())
            ]
        );
    }

    #[test]
    fn fence_of_markdown_is_text_unless_it_names_rust() {
        let sentences = markdown("```\na b\n```\n```rust\nlet token_size;\n```");
        assert_eq!(
            summary(&sentences),
            [
                (Kind::Fragment, "a b".to_owned()),
                (Kind::Name, "let".to_owned()),
                (Kind::Name, "token size".to_owned())
            ]
        );
        assert_eq!(sentences[2].words[0].line, 5);
    }
}
