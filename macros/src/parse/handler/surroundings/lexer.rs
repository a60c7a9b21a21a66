//! The tokens of a source file, with their positions.
//!
//! The compiler's own lexer, behind `TokenStream::from_str`, gives every token the span of the macro, and
//! reports each mistake of an unfinished file. This one follows `rustc_lexer`. It needs to find the ends
//! of literals and comments only, and knows neither numbers nor operators.

/// A token of the source; comments and whitespace are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind,
    pub(super) text: &'a str,
    /// Its first byte in the source.
    pub(super) offset: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A name or keyword; a raw identifier keeps its `r#`.
    Word,
    /// One character of an operator, or a delimiter.
    Punct,
    /// A literal or a lifetime.
    Other,
}

impl Token<'_> {
    pub(super) fn is(&self, text: &str) -> bool {
        self.text == text && self.kind != TokenKind::Other
    }
}

/// Returns the tokens of a source file, or `None` if a literal or comment has no end.
pub(super) fn tokens(source: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut offset = shebang(source);
    while let Some(rest) = source.get(offset..).filter(|rest| !rest.is_empty()) {
        let gap = gap(rest)?;
        if gap > 0 {
            offset += gap;
            continue;
        }
        let (kind, length) = token(rest)?;
        let text = rest.get(..length)?;
        tokens.push(Token { kind, text, offset });
        offset += length;
    }
    Some(tokens)
}

/// The length of the first line, if it names an interpreter.
fn shebang(source: &str) -> usize {
    let Some(rest) = source.strip_prefix("#!") else {
        return 0;
    };
    let mut rest = rest;
    while let Some(length) = gap(rest)
        && length > 0
    {
        rest = rest.get(length..).unwrap_or_default();
    }
    if rest.starts_with('[') {
        0
    } else {
        source.find('\n').unwrap_or(source.len())
    }
}

/// The length of the whitespace or comment at the start, or 0; `None` for a comment without an end.
fn gap(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    let first = rest.chars().next().filter(|&first| is_space(first));
    Some(first.map_or(0, char::len_utf8))
}

/// Whether Rust skips this character; the marks of text direction are not whitespace elsewhere.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200E}' | '\u{200F}' | '\u{FEFF}')
}

/// The length of a block comment, which may contain others.
fn block_comment(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        match (bytes.get(at)?, bytes.get(at + 1)?) {
            (b'/', b'*') => {
                depth += 1;
                at += 2;
            }
            (b'*', b'/') => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => at += 1,
        }
    }
}

/// The kind and length of the token at the start.
fn token(rest: &str) -> Option<(TokenKind, usize)> {
    let first = rest.chars().next()?;
    if is_word(first) {
        return word(rest);
    }
    match first {
        '"' => Some((TokenKind::Other, quoted(rest)?)),
        '\'' => lifetime_or_char(rest),
        _ => Some((TokenKind::Punct, first.len_utf8())),
    }
}

/// A character of a name or number. Every letter beyond ASCII counts: no other token has one.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !(c.is_ascii() || is_space(c))
}

/// The length of the letters and digits at the start.
fn word_length(rest: &str) -> usize {
    rest.find(|c| !is_word(c)).unwrap_or(rest.len())
}

/// A name, a number, or a literal with a prefix.
fn word(rest: &str) -> Option<(TokenKind, usize)> {
    let length = word_length(rest);
    let (prefix, after) = rest.split_at_checked(length)?;
    let literal = match prefix {
        "r" | "br" | "cr" if is_raw_string(after) => raw_string(after)?,
        "b" | "c" if after.starts_with('"') => quoted(after)?,
        "b" if after.starts_with('\'') => char_literal(after)?,
        "r" if after.starts_with('#') => {
            let name = word_length(after.get(1..)?);
            return Some((TokenKind::Word, length + 1 + name));
        }
        _ => return Some((TokenKind::Word, length)),
    };
    Some((TokenKind::Other, length + literal))
}

fn is_raw_string(after: &str) -> bool {
    after.trim_start_matches('#').starts_with('"')
}

/// The length of `"…"` between equal numbers of `#`.
fn raw_string(after: &str) -> Option<usize> {
    let hashes = after.find('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let content = after.get(hashes + 1..)?;
    Some(hashes + 1 + content.find(&end)? + end.len())
}

/// The length of a text in double quotes.
fn quoted(rest: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (index, next) in rest.char_indices().skip(1) {
        if next == '"' && !is_escaped {
            return Some(index + 1);
        }
        is_escaped = next == '\\' && !is_escaped;
    }
    None
}

/// `'a` has no second quote right after its first character.
fn lifetime_or_char(rest: &str) -> Option<(TokenKind, usize)> {
    let mut chars = rest.chars().skip(1);
    let (first, second) = (chars.next()?, chars.next());
    if !is_word(first) || second == Some('\'') {
        return Some((TokenKind::Other, char_literal(rest)?));
    }
    let mut length = 1 + word_length(rest.get(1..)?);
    if rest.get(..length) == Some("'r") && rest.get(length..)?.starts_with('#') {
        length += 1 + word_length(rest.get(length + 1..)?);
    }
    Some((TokenKind::Other, length))
}

/// The length of a character in single quotes.
fn char_literal(rest: &str) -> Option<usize> {
    let mut chars = rest.char_indices().skip(1);
    let (_, first) = chars.next()?;
    if first == '\\' {
        chars.next()?;
    }
    // `'\u{1F600}'` has more characters
    let (end, _) = chars.find(|&(_, next)| next == '\'')?;
    let is_one_line = !rest.get(..end)?.contains('\n') || end == 2;
    is_one_line.then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<&str> {
        let tokens = tokens(source).unwrap_or_else(|| panic!("{source}"));
        for token in &tokens {
            let end = token.offset + token.text.len();
            assert_eq!(source.get(token.offset..end), Some(token.text));
        }
        tokens.iter().map(|token| token.text).collect()
    }

    #[test]
    fn literals_are_one_token() {
        for literal in [
            "\"}\"",
            "\"\\\"}\"",
            "\"\\\\\"",
            "\"a\nb{\"",
            "\"\\\n {\"",
            "b\"{\"",
            "c\"{\"",
            "r\"\\\"",
            "r#\"\"}\"#",
            "r##\"\"#}\"##",
            "br#\"{\"#",
            "cr##\"{\"##",
            "'{'",
            "'\\''",
            "'\\\\'",
            "'\"'",
            "'\\u{1F600}'",
            "'é'",
            "'日'",
            "'\u{1F600}'",
            "'''",
            "'a'",
            "'1'",
            "b'{'",
            "b'\\''",
            "b'\"'",
            "'static",
            "'_",
            "'r#fn",
            "'日本",
        ] {
            assert_eq!(texts(literal), [literal]);
            let source = format!("({literal} {literal},{literal})");
            let expected = ["(", literal, literal, ",", literal, ")"];
            assert_eq!(texts(&source), expected, "{source}");
        }
    }

    #[test]
    fn words_end_at_punctuation() {
        for (source, expected) in [
            ("r#impl{}", &["r#impl", "{", "}"][..]),
            (
                "impl<'a>A<'a>",
                &["impl", "<", "'a", ">", "A", "<", "'a", ">"],
            ),
            ("&'a str", &["&", "'a", "str"]),
            (
                "f::<'a','b'>()",
                &["f", ":", ":", "<", "'a'", ",", "'b'", ">", "(", ")"],
            ),
            ("'a: loop {}", &["'a", ":", "loop", "{", "}"]),
            (
                "1.0e-5_f32..b",
                &["1", ".", "0e", "-", "5_f32", ".", ".", "b"],
            ),
            ("0xFF'a'", &["0xFF", "'a'"]),
            ("für 日本 = \"ü{\"", &["für", "日本", "=", "\"ü{\""]),
            ("e\u{301}{", &["e\u{301}", "{"]),
            ("rb(br)", &["rb", "(", "br", ")"]),
            (
                "concat!(\"a\",'b')",
                &["concat", "!", "(", "\"a\"", ",", "'b'", ")"],
            ),
            ("a\r\n\tb\u{200E}c", &["a", "b", "c"]),
            ("\u{FEFF}mod", &["mod"]),
        ] {
            assert_eq!(texts(source), expected, "{source}");
        }
    }

    #[test]
    fn comments_are_left_out() {
        for source in [
            "a // {\nb",
            "a /// \"\nb",
            "a //! '\r\nb",
            "a /* { */ b",
            "a /* /* { */ \" */ b",
            "a /** ' */b",
            "a /*/*/**/*/*/ b",
            "a /***/ b",
            "#!/usr/bin/env {\na b",
            "#! /* \" */ { \na b",
        ] {
            assert_eq!(texts(source), ["a", "b"], "{source}");
        }
        assert_eq!(texts("#![a] b"), ["#", "!", "[", "a", "]", "b"]);
        assert_eq!(texts("#! /* { */ [a]"), ["#", "!", "[", "a", "]"]);
        assert_eq!(texts("a //"), ["a"]);
    }

    #[test]
    fn literal_or_comment_without_end_is_not_lexed() {
        for source in [
            "a \"b", "r#\"a\"", "'\\", "'{ }", "b'", "/* a", "/* /* */", "/*/", "'",
        ] {
            assert_eq!(tokens(source), None, "{source}");
        }
    }
}
