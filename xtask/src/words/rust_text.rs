//! Splits Rust source into identifiers, comments and string literals.
//!
//! A lexer and not `syn`: comments matter, and compile-fail cases may not parse.

use super::plain_text;
use super::prose::{self, ARGUMENT, Line, Prose};
use super::sentence::Sentence;

/// Splits Rust source whose first line has the number `first`.
pub(super) fn split(text: &str, first: usize) -> Prose<'_> {
    let mut lexer = Lexer {
        rest: text,
        line: first,
        line_start: true,
        comment: Vec::new(),
        marker: "",
        found: Prose::default(),
    };
    while lexer.step() {}
    lexer.end_comment();
    lexer.found
}

struct Lexer<'t> {
    rest: &'t str,
    line: usize,
    /// Whether only white space precedes on this line.
    line_start: bool,
    /// The lines of a comment that may continue, and their marker.
    comment: Vec<Line<'t>>,
    marker: &'static str,
    found: Prose<'t>,
}

impl<'t> Lexer<'t> {
    /// Reads one token; returns false at the end.
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else {
            return false;
        };
        if self.rest.starts_with("//") {
            self.read_line_comment();
            return true;
        }
        if first.is_whitespace() {
            self.take(first.len_utf8());
            return true;
        }
        self.end_comment();
        self.line_start = false;
        if self.rest.starts_with("/*") {
            self.read_block_comment();
        } else if first == '"' {
            self.read_string(1, "\"", true);
        } else if first == '\'' {
            self.read_quote();
        } else if first.is_alphanumeric() || first == '_' {
            self.read_word();
        } else {
            self.take(first.len_utf8());
        }
        true
    }

    /// Consumes some bytes, and counts their lines.
    fn take(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        let lines = taken.matches('\n').count();
        self.line += lines;
        if lines > 0 {
            self.line_start = true;
        }
        taken
    }

    fn read_line_comment(&mut self) {
        let is_continued = self.line_start;
        let length = self.rest.find('\n').unwrap_or(self.rest.len());
        let line = self.line;
        let text = self.take(length);
        let markers = ["///", "//!", "//"];
        let marker = markers.into_iter().find(|marker| text.starts_with(marker));
        let marker = marker.unwrap_or("//");
        let last = self.comment.last().map_or(0, |(line, _)| *line);
        if !is_continued || marker != self.marker || line != last + 1 {
            self.end_comment();
        }
        self.marker = marker;
        let text = text.get(marker.len()..).unwrap_or_default();
        self.comment.push((line, text));
        if !is_continued {
            self.end_comment();
        }
        self.line_start = false;
    }

    fn end_comment(&mut self) {
        let lines = std::mem::take(&mut self.comment);
        if !lines.is_empty() {
            self.push_prose(&lines);
        }
    }

    fn read_block_comment(&mut self) {
        let (mut depth, mut length) = (0, 0);
        while let Some(rest) = self.rest.get(length..).filter(|rest| !rest.is_empty()) {
            if rest.starts_with("/*") {
                depth += 1;
                length += 2;
            } else if rest.starts_with("*/") {
                depth -= 1;
                length += 2;
            } else {
                length += rest.chars().next().map_or(1, char::len_utf8);
            }
            if depth == 0 {
                break;
            }
        }
        let line = self.line;
        let text = self.take(length);
        let lines: Vec<Line<'_>> = (line..)
            .zip(text.trim_end_matches("*/").lines())
            .map(|(line, text)| (line, text.trim_start().trim_start_matches(['/', '*', '!'])))
            .collect();
        self.push_prose(&lines);
    }

    fn push_prose(&mut self, lines: &[Line<'t>]) {
        let prose = prose::split(lines);
        self.found.sentences.extend(prose.sentences);
        self.found.code.extend(prose.code);
    }

    /// Reads an identifier, a number, or the prefix of a string.
    fn read_word(&mut self) {
        let is_end = |letter: char| !(letter.is_alphanumeric() || letter == '_');
        let length = self.rest.find(is_end).unwrap_or(self.rest.len());
        let (word, after) = self.rest.split_at(length);
        let hashes = after.len() - after.trim_start_matches('#').len();
        let is_prefix = matches!(word, "r" | "b" | "c" | "br" | "cr");
        let is_raw = word.contains('r');
        let quoted = after
            .get(hashes..)
            .is_some_and(|rest| rest.starts_with('"'));
        if is_prefix && quoted && (is_raw || hashes == 0) {
            let end = format!("\"{}", "#".repeat(hashes));
            self.read_string(length + hashes + 1, &end, !is_raw);
        } else if word == "b" && after.starts_with('\'') {
            self.take(length);
            self.read_quote();
        } else {
            let line = self.line;
            let word = self.take(length);
            if !word.starts_with(|letter: char| letter.is_numeric()) {
                self.found.sentences.push(Sentence::of_name(word, line));
            }
        }
    }

    /// Reads a character literal, or only the quote of a lifetime.
    fn read_quote(&mut self) {
        let mut letters = self.rest.char_indices().skip(1);
        let length = match (letters.next(), letters.next()) {
            (Some((_, '\\')), Some((at, escaped))) => {
                let from = at + escaped.len_utf8();
                let end = self.rest.get(from..).and_then(|rest| rest.find('\''));
                end.map_or(1, |end| from + end + 1)
            }
            (Some(_), Some((at, '\''))) => at + 1,
            _ => 1,
        };
        self.take(length);
    }

    /// Reads a string literal of which `prefix` bytes are read already.
    fn read_string(&mut self, prefix: usize, end: &str, has_escapes: bool) {
        self.take(prefix);
        let mut length = 0;
        while let Some(rest) = self.rest.get(length..).filter(|rest| !rest.is_empty()) {
            if has_escapes && rest.starts_with('\\') {
                length += 1 + rest.chars().nth(1).map_or(0, char::len_utf8);
            } else if rest.starts_with(end) {
                break;
            } else {
                length += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
        let line = self.line;
        let text = self.take(length);
        self.take(end.len());
        self.line_start = false;
        self.found
            .sentences
            .extend(string_sentences(text, line, has_escapes));
    }
}

/// Splits the text of a literal: a name, or a message with format arguments.
fn string_sentences(text: &str, first: usize, has_escapes: bool) -> Vec<Sentence> {
    if !text.contains(char::is_whitespace) {
        return vec![Sentence::of_name(text, first)];
    }
    let lines: Vec<String> = text
        .lines()
        .map(|line| {
            let line = if has_escapes {
                without_escapes(line)
            } else {
                line.to_owned()
            };
            without_arguments(&line)
        })
        .collect();
    let numbered: Vec<Line<'_>> = (first..).zip(lines.iter().map(String::as_str)).collect();
    let prose = prose::split(&numbered);
    let mut sentences = prose.sentences;
    for block in prose.code {
        sentences.extend(plain_text::sentences(&block.lines));
    }
    sentences
}

/// Replaces escape sequences by spaces.
fn without_escapes(line: &str) -> String {
    let mut text = String::new();
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\\' {
            letters.next();
            text.push(' ');
        } else {
            text.push(letter);
        }
    }
    text
}

/// Replaces format arguments such as `{name}` by [`ARGUMENT`].
fn without_arguments(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let is_end = |letter: char| !(letter.is_alphanumeric() || "_:?#.<>".contains(letter));
        let (argument, after_argument) = after.split_at(after.find(is_end).unwrap_or(after.len()));
        if let Some(after) = after_argument.strip_prefix('}') {
            text.push(ARGUMENT);
            rest = after;
        } else {
            text.push('{');
            text.push_str(argument);
            rest = after_argument;
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<String> {
        split(source, 1)
            .sentences
            .iter()
            .map(|sentence| {
                let line = sentence.words.first().map_or(0, |word| word.line);
                format!("{line}:{}", sentence.lowercase().join(" "))
            })
            .collect()
    }

    #[test]
    fn identifiers_are_names_with_their_lines() {
        assert_eq!(
            words("fn token_size<'a>(x: u8)\n{ 'b' + b'\\'' + 0x1f }"),
            ["1:fn", "1:token size", "1:a", "1:x", "1:u8"]
        );
    }

    #[test]
    fn comment_lines_are_one_text() {
        assert_eq!(
            words("// One is\n// two.\n/// Three\nx // four\n// five"),
            ["1:one is two", "3:three", "4:x", "4:four", "5:five"]
        );
    }

    #[test]
    fn block_comments_nest() {
        assert_eq!(
            words("/* one /* two */\n three */ x"),
            ["1:one two three", "2:x"]
        );
    }

    #[test]
    fn strings_are_read_with_escapes_and_raw() {
        assert_eq!(
            words(r##"("a \" b\n c", r#"d " e"#, b"f g", "one_name", 'x')"##),
            ["1:a b c", "1:d e", "1:f g", "1:one name"]
        );
    }

    #[test]
    fn string_continues_over_lines() {
        assert_eq!(
            words("\"one \\\n   two {name:?} three\" x"),
            ["1:one two  three", "2:x"]
        );
    }

    #[test]
    fn fenced_code_in_doc_comment_is_separate() {
        let prose = split(
            "/// Docs
/// ```
/// let a;
/// ```
x",
            1,
        );
        assert_eq!(prose.code[0].lines, [(3, " let a;")]);
        assert_eq!(prose.sentences.len(), 2);
    }

    #[test]
    fn unterminated_literals_end_with_the_file() {
        for source in ["\"open", "/* open", "r#\"open\"", "'\\", "'", "b'"] {
            split(source, 1);
        }
    }
}
