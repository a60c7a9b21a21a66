//! JSON text for files that people read.

use std::fmt::Write as _;

use serde::Serialize;

use crate::text::is_invisible;

/// Returns the indented JSON of a value, with a line break at the end.
///
/// Escapes invisible characters and those that change the order of others, so that the file shows what it contains.
///
/// The text is empty if `Serialize` fails, which no type of this crate does.
pub(crate) fn to_text(value: &impl Serialize) -> String {
    let mut text = String::new();
    for c in serde_json::to_string_pretty(value)
        .unwrap_or_default()
        .chars()
    {
        // serde_json escapes the ASCII controls in strings; those that remain are its indentation
        if c != '\n' && is_invisible(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(c);
        }
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_character_is_escaped_and_read_as_itself() {
        let hidden = "a\u{202e}b\u{7f}c\u{85}d\u{200b}e\u{feff}f\u{e0041}g\nh\0\u{2028}\"\\é😀";
        let text = to_text(&[hidden]);
        assert!(text.starts_with("[\n  \"a\\u202eb\\u007fc\\u0085d\\u200be"));
        assert!(text.contains("f\\udb40\\udc41g\\nh\\u0000\\u2028\\\"\\\\é😀\""));
        assert!(text.ends_with("\n]\n"));
        let read: [String; 1] = serde_json::from_str(&text).unwrap();
        assert_eq!(read, [hidden]);
    }
}
