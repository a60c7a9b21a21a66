//! Words of a lock file: plain, or as a JSON string if they could be read as syntax.

use serde_json::Value;

/// Returns a name as a word of the file.
pub(super) fn word(name: &str, reserved: &[&str]) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/@+*~{}=;".contains(&byte);
    if !name.is_empty() && name.bytes().all(is_plain) && !reserved.contains(&name) {
        return name.to_owned();
    }
    quoted(name)
}

/// Returns a text as a JSON string in ASCII, so that no character of it can end the line or reorder it.
pub(super) fn quoted(text: &str) -> String {
    use std::fmt::Write as _;

    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            ' '..='~' => quoted.push(c),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    let _ = write!(quoted, "\\u{unit:04x}");
                }
            }
        }
    }
    quoted.push('"');
    quoted
}

/// Splits a word from the start of a text; returns the name, whether it was quoted, and the rest.
///
/// A plain word ends at a space, a comma or a parenthesis.
pub(super) fn split_word(text: &str) -> Option<(String, bool, &str)> {
    if text.starts_with('"') {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<String>();
        let name = values.next()?.ok()?;
        let rest = text.get(values.byte_offset()..)?;
        return Some((name, true, rest));
    }
    let end = text.find([' ', ',', '(', ')', '"']).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    (!name.is_empty()).then(|| (name.to_owned(), false, rest))
}

/// Returns JSON in which only ASCII characters occur.
pub(super) fn ascii_json(value: &Value) -> String {
    let mut text = String::new();
    for c in value.to_string().chars() {
        if c.is_ascii() && !c.is_ascii_control() {
            text.push(c);
        } else {
            // beyond ASCII, JSON has characters in strings only
            text.push_str(quoted(c.encode_utf8(&mut [0; 4])).trim_matches('"'));
        }
    }
    text
}
