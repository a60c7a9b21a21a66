//! Splits Markdown, comments and messages into sentences.
//!
//! Code spans become names. Fenced code is returned as it is, for the reader of its language.

use super::sentence::{Kind, Sentence, Word, is_name};

/// Stands for a format argument in the text of a message.
pub(super) const ARGUMENT: char = '\u{FFFC}';

/// A line of text and its number.
pub(super) type Line<'t> = (usize, &'t str);

/// The sentences of a text, and its fenced code.
#[derive(Debug, Default)]
pub(super) struct Prose<'t> {
    pub(super) sentences: Vec<Sentence>,
    pub(super) code: Vec<CodeBlock<'t>>,
}

/// The lines between two fences.
#[derive(Debug)]
pub(super) struct CodeBlock<'t> {
    /// The text after the opening fence, such as `rust` or `toml`.
    pub(super) language: &'t str,
    pub(super) lines: Vec<Line<'t>>,
}

/// Splits a text into sentences.
pub(super) fn split<'t>(lines: &[Line<'t>]) -> Prose<'t> {
    let mut prose = Prose::default();
    let mut paragraph = Paragraph::default();
    let mut avoided_column = None;
    let mut fence: Option<CodeBlock<'t>> = None;
    for (number, line) in lines.iter().copied() {
        let text = line.trim();
        if let Some(language) = text.strip_prefix("```") {
            if let Some(block) = fence.take() {
                prose.code.push(block);
            } else {
                paragraph.end(&mut prose.sentences);
                let lines = Vec::new();
                fence = Some(CodeBlock { language, lines });
            }
        } else if let Some(block) = &mut fence {
            block.lines.push((number, line));
        } else if let Some(row) = text.strip_prefix('|') {
            paragraph.end(&mut prose.sentences);
            split_row(number, row, &mut avoided_column, &mut prose.sentences);
        } else {
            avoided_column = None;
            if starts_paragraph(text) {
                paragraph.end(&mut prose.sentences);
            }
            if text.starts_with('#') {
                push_fragment(number, text, &mut prose.sentences);
            } else {
                paragraph.add(number, without_marker(text), &mut prose.sentences);
            }
        }
    }
    prose.code.extend(fence);
    paragraph.end(&mut prose.sentences);
    prose
}

/// Splits a line that is not a sentence.
pub(super) fn push_fragment(number: usize, text: &str, sentences: &mut Vec<Sentence>) {
    let mut paragraph = Paragraph::default();
    let start = sentences.len();
    paragraph.add(number, text, sentences);
    paragraph.end(sentences);
    for sentence in sentences.iter_mut().skip(start) {
        if sentence.kind != Kind::Name {
            sentence.kind = Kind::Fragment;
        }
    }
}

/// Splits a row of a table; a column with the header `not` lists words to avoid, and is skipped.
fn split_row(
    number: usize,
    row: &str,
    avoided_column: &mut Option<usize>,
    sentences: &mut Vec<Sentence>,
) {
    for (column, cell) in row.split('|').enumerate() {
        if cell.trim() == "not" {
            *avoided_column = Some(column);
        }
        if *avoided_column != Some(column) {
            push_fragment(number, cell, sentences);
        }
    }
}

fn starts_paragraph(text: &str) -> bool {
    text.is_empty() || text.starts_with(['#', '>']) || without_marker(text) != text
}

/// Removes the marker of a list item.
fn without_marker(text: &str) -> &str {
    let digits = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let numbered = digits.strip_prefix(". ").filter(|_| digits != text);
    let item = text.strip_prefix("- ").or_else(|| text.strip_prefix("* "));
    item.or(numbered).unwrap_or(text)
}

/// Sentences that are not complete yet.
#[derive(Default)]
struct Paragraph {
    words: Vec<Word>,
    /// The first line and the text of a code span that is not closed yet.
    span: Option<(usize, String)>,
}

impl Paragraph {
    fn add(&mut self, line: usize, text: &str, sentences: &mut Vec<Sentence>) {
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            rest = if self.span.is_some() || letter == '`' {
                self.read_span(line, rest, sentences)
            } else if letter.is_alphanumeric() || letter == '_' {
                self.read_word(line, rest, sentences)
            } else {
                self.read_mark(letter, rest, sentences)
            };
        }
        if let Some((_, span)) = &mut self.span {
            span.push(' ');
        }
    }

    /// Reads a code span, or the rest of the line if the span continues. Returns the text after it.
    fn read_span<'t>(
        &mut self,
        line: usize,
        text: &'t str,
        sentences: &mut Vec<Sentence>,
    ) -> &'t str {
        let opened = self.span.take();
        let from = usize::from(opened.is_none());
        let end = text.get(from..).and_then(|inside| inside.find('`'));
        let inside_end = end.map_or(text.len(), |end| from + end);
        let (first, mut span) = opened.unwrap_or((line, String::new()));
        span.push_str(text.get(from..inside_end).unwrap_or_default());
        if end.is_none() {
            self.span = Some((first, span));
            return "";
        }
        sentences.push(Sentence::of_name(&span, first));
        self.push_placeholder(line);
        text.get(inside_end + 1..).unwrap_or_default()
    }

    /// Reads a word, a name or a URL. Returns the text after it.
    fn read_word<'t>(
        &mut self,
        line: usize,
        text: &'t str,
        sentences: &mut Vec<Sentence>,
    ) -> &'t str {
        let is_end = |letter: char| !(letter.is_alphanumeric() || "_'’".contains(letter));
        let (word, after) = text.split_at(text.find(is_end).unwrap_or(text.len()));
        if after.starts_with("://") {
            let end = after.find(|letter: char| letter.is_whitespace() || letter == ')');
            self.push_placeholder(line);
            return after.get(end.unwrap_or(after.len())..).unwrap_or_default();
        }
        if is_name(word) {
            sentences.push(Sentence::of_name(word, line));
            self.push_placeholder(line);
        } else {
            self.words.push(Word {
                text: word.trim_end_matches(['\'', '’']).replace('’', "'"),
                line,
            });
        }
        after
    }

    /// Reads punctuation; `.`, `!` and `?` before a space end a sentence, and the target of a link is skipped.
    /// Returns the text after it.
    fn read_mark<'t>(
        &mut self,
        mark: char,
        text: &'t str,
        sentences: &mut Vec<Sentence>,
    ) -> &'t str {
        let after = text.get(mark.len_utf8()..).unwrap_or_default();
        let target = text.strip_prefix("](").and_then(|link| link.find(')'));
        if let Some(end) = target {
            return text.get(end + 2..).unwrap_or_default();
        }
        let at_end = after
            .chars()
            .find(|letter| !"\"”)*_".contains(*letter))
            .is_none_or(char::is_whitespace);
        match mark {
            ARGUMENT => {
                let line = self.words.last().map_or(0, |word| word.line);
                self.push_placeholder(line);
            }
            '.' | '!' if at_end && !self.ends_with_abbreviation() => {
                self.end_sentence(Kind::Statement, sentences);
            }
            '?' if at_end => self.end_sentence(Kind::Question, sentences),
            _ => {}
        }
        after
    }

    fn ends_with_abbreviation(&self) -> bool {
        let last = self.words.last();
        last.is_some_and(|word| matches!(word.text.as_str(), "e" | "g" | "i" | "vs" | "cf"))
    }

    fn push_placeholder(&mut self, line: usize) {
        let text = String::new();
        self.words.push(Word { text, line });
    }

    fn end_sentence(&mut self, kind: Kind, sentences: &mut Vec<Sentence>) {
        let words = std::mem::take(&mut self.words);
        if !words.is_empty() {
            sentences.push(Sentence { kind, words });
        }
    }

    fn end(&mut self, sentences: &mut Vec<Sentence>) {
        // a lone backtick opens no span
        if let Some((line, text)) = self.span.take() {
            self.add(line, &text, sentences);
        }
        self.end_sentence(Kind::Statement, sentences);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(text: &str) -> Vec<String> {
        let lines: Vec<Line<'_>> = (1..).zip(text.lines()).collect();
        split(&lines)
            .sentences
            .iter()
            .map(|sentence| {
                let words: Vec<&str> = sentence
                    .words
                    .iter()
                    .map(|word| word.text.as_str())
                    .collect();
                format!("{:?}: {}", sentence.kind, words.join("-"))
            })
            .collect()
    }

    #[test]
    fn sentence_ends_at_a_mark_before_a_space() {
        assert_eq!(
            sentences("One, e.g. 1.5 of\nit. Really? (Yes.) End"),
            [
                "Statement: One-e-g-1-5-of-it",
                "Question: Really",
                "Statement: Yes",
                "Statement: End"
            ]
        );
    }

    #[test]
    fn blank_line_item_and_heading_end_a_sentence() {
        assert_eq!(
            sentences("# Head one\nfirst\n\nsecond\n- third\n  more\n2. fourth"),
            [
                "Fragment: Head-one",
                "Statement: first",
                "Statement: second",
                "Statement: third-more",
                "Statement: fourth"
            ]
        );
    }

    #[test]
    fn code_span_and_name_are_names() {
        assert_eq!(
            sentences("See `token::Cache` and\n`two\nlines` and token_size."),
            [
                "Name: token-Cache",
                "Name: two-lines",
                "Name: token-size",
                "Statement: See--and--and-"
            ]
        );
    }

    #[test]
    fn lone_backtick_does_not_hide_text() {
        assert_eq!(sentences("One ` two\nthree"), ["Statement: One-two-three"]);
    }

    #[test]
    fn link_target_and_url_are_skipped() {
        assert_eq!(
            sentences("A [link](some/path.md) to https://example.com/path here"),
            ["Statement: A-link-to--here"]
        );
    }

    #[test]
    fn table_cells_are_fragments_and_the_column_not_is_skipped() {
        assert_eq!(
            sentences("| word | not |\n|---|---|\n| cache | keep |\n\nAfter"),
            ["Fragment: word", "Fragment: cache", "Statement: After"]
        );
    }

    #[test]
    fn fenced_code_is_separate_from_prose() {
        let text = "Before\n```toml\na = 1\n```\nAfter";
        let lines: Vec<Line<'_>> = (1..).zip(text.lines()).collect();
        let prose = split(&lines);
        assert_eq!(prose.sentences.len(), 2);
        assert_eq!(prose.code[0].language, "toml");
        assert_eq!(prose.code[0].lines, [(3, "a = 1")]);
    }

    #[test]
    fn typographic_apostrophe_equals_the_plain_one() {
        assert_eq!(sentences("the client’s"), ["Statement: the-client's"]);
    }
}
