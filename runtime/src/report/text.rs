//! Text of an API in documents: every character visible, none of them markup.

use std::fmt::{self, Write as _};
use std::time::Duration;

use crate::text::is_invisible;

/// Text in which control and formatting characters are visible as `\u{…}`.
pub(super) fn visible(text: &str) -> String {
    let mut visible = String::new();
    for c in text.chars() {
        if is_invisible(c) {
            visible.extend(c.escape_unicode());
        } else {
            visible.push(c);
        }
    }
    visible
}

/// Returns a number with its noun, or with the start of a sentence: `1 handler has`, `no handlers have`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    match count {
        0 => format!("no {many}"),
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    }
}

/// Returns a time in words, in whole milliseconds: `1 hour 30 minutes`.
pub(super) fn duration(duration: Duration) -> String {
    const UNITS: [(&str, u128); 5] = [
        ("day", 86_400_000),
        ("hour", 3_600_000),
        ("minute", 60_000),
        ("second", 1_000),
        ("millisecond", 1),
    ];
    let mut rest = duration.as_millis();
    let mut parts = Vec::new();
    for (unit, millis) in UNITS {
        let count = rest / millis;
        rest %= millis;
        match count {
            0 => {}
            1 => parts.push(format!("1 {unit}")),
            _ => parts.push(format!("{count} {unit}s")),
        }
    }
    if parts.is_empty() {
        return "0 seconds".to_owned();
    }
    parts.join(" ")
}

/// Text as the content of an HTML element or of an attribute in quotes.
pub(super) struct Html<'a>(pub(super) &'a str);

impl fmt::Display for Html<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in visible(self.0).chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// Text inside a line or a table cell of Markdown, in which no character is markup.
pub(super) struct Markdown<'a>(pub(super) &'a str);

impl fmt::Display for Markdown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // four spaces at the start would be code
        let text = visible(self.0.trim());
        for (at, c) in text.char_indices() {
            let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                // GitHub links addresses, mentions and issues without markup
                ':' | '@' | '#' | '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')'
                | '+' | '!' | '|' | '~' | '$' => {
                    write!(f, "\\{c}")?;
                }
                // a list, a line or a heading inside the line
                '-' | '=' if before.is_empty() => write!(f, "\\{c}")?,
                '.' if is_number(before) && is_end_of_word(after) => f.write_str("\\.")?,
                '.' if ends_with_www(before) => f.write_str("\\.")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_end_of_word(after: &str) -> bool {
    after.is_empty() || after.starts_with(' ')
}

/// Returns whether a dot after the text would begin a link.
fn ends_with_www(text: &str) -> bool {
    let end = text.as_bytes().last_chunk::<3>();
    end.is_some_and(|end| end.eq_ignore_ascii_case(b"www"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_shows_every_text_as_itself() {
        for (text, expected) in [
            ("a | b", "a \\| b"),
            (
                "`code` *a* _b_ ~~c~~ $d$",
                "\\`code\\` \\*a\\* \\_b\\_ \\~\\~c\\~\\~ \\$d\\$",
            ),
            ("[a](b) ![c] {d}", "\\[a\\]\\(b\\) \\!\\[c\\] \\{d\\}"),
            ("<b> & &lt;", "&lt;b&gt; &amp; &amp;lt;"),
            (
                "https://a.example @me #1 a@b.c",
                "https\\://a.example \\@me \\#1 a\\@b.c",
            ),
            ("www.a.example WwW.b", "www\\.a.example WwW\\.b"),
            ("- a - b", "\\- a - b"),
            ("--- a", "\\--- a"),
            ("+ a", "\\+ a"),
            ("=== a", "\\=== a"),
            ("1. a 1. b", "1\\. a 1. b"),
            ("12) a", "12\\) a"),
            ("1.", "1\\."),
            ("a1. 5", "a1. 5"),
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("    code", "code"),
            ("a\nb\r\tc", "a\\\\u\\{a\\}b\\\\u\\{d\\}\\\\u\\{9\\}c"),
            ("\\", "\\\\"),
            ("\u{202e}a\u{200b}", "\\\\u\\{202e\\}a\\\\u\\{200b\\}"),
            ("é 日本 😀 ww", "é 日本 😀 ww"),
        ] {
            assert_eq!(Markdown(text).to_string(), expected, "{text:?}");
        }
    }

    #[test]
    fn number_has_its_noun() {
        for (count, expected) in [(0, "no gaps"), (1, "1 gap"), (2, "2 gaps"), (21, "21 gaps")] {
            assert_eq!(counted(count, "gap", "gaps"), expected);
        }
    }

    #[test]
    fn time_is_in_words() {
        for (millis, expected) in [
            (0, "0 seconds"),
            (1, "1 millisecond"),
            (999, "999 milliseconds"),
            (1_000, "1 second"),
            (1_500, "1 second 500 milliseconds"),
            (30_000, "30 seconds"),
            (60_000, "1 minute"),
            (120_000, "2 minutes"),
            (5_400_000, "1 hour 30 minutes"),
            (86_400_000, "1 day"),
            (
                180_061_001,
                "2 days 2 hours 1 minute 1 second 1 millisecond",
            ),
        ] {
            assert_eq!(duration(Duration::from_millis(millis)), expected);
        }
        assert_eq!(duration(Duration::from_nanos(999_999)), "0 seconds");
    }

    #[test]
    fn html_shows_every_text_as_itself() {
        for (text, expected) in [
            (
                "<a href=\"x\" b='y'>&amp;",
                "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;",
            ),
            ("a\nb\0", "a\\u{a}b\\u{0}"),
            (
                "\u{202e}a\u{2066}\u{ad}\u{feff}\u{e0041}\u{7f}\u{85}",
                "\\u{202e}a\\u{2066}\\u{ad}\\u{feff}\\u{e0041}\\u{7f}\\u{85}",
            ),
            ("`é` | 日本 😀", "`é` | 日本 😀"),
        ] {
            assert_eq!(Html(text).to_string(), expected, "{text:?}");
        }
    }

    #[test]
    fn invisible_characters_are_those_without_a_width_and_those_that_reorder() {
        for hidden in [
            0x0, 0x1b, 0x7f, 0x9f, 0xad, 0x61c, 0x180e, 0x200b, 0x200f, 0x2028, 0x202a, 0x202e,
            0x2060, 0x206f, 0xfeff, 0xfff9, 0xfffb, 0xe0000, 0xe007f,
        ] {
            assert!(is_invisible(char::from_u32(hidden).unwrap()), "{hidden:x}");
        }
        for shown in [
            0x20, 0x7e, 0xa0, 0xac, 0xae, 0x61b, 0x61d, 0x180d, 0x180f, 0x200a, 0x2010, 0x2027,
            0x202f, 0x205f, 0x2070, 0xfefe, 0xff00, 0xfff8, 0xfffc, 0xdffff, 0xe0080,
        ] {
            assert!(!is_invisible(char::from_u32(shown).unwrap()), "{shown:x}");
        }
    }
}
