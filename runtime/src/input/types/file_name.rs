//! `FileName`: the name that a client gives an uploaded file.

use std::fmt;

use crate::text::is_forbidden_in_line;

/// The name that a client gives a file: text to display, never a path.
///
/// It has 1 to 255 bytes of UTF-8 without `/`, `\`, `:`, control characters and bidirectional controls.
/// It does not consist of dots only and has no leading or trailing whitespace.
///
/// # Security
///
/// Store files under names that the server generates. This name may exist already, may be a device
/// (`CON` and `nul.txt` on Windows), and its extension may not match the content. Escape it in response
/// headers and HTML like any other text. `Debug` does not show it, because it may be personal data.
///
/// # Examples
///
/// ```
/// use palisade::input::{FileName, FileNameError};
///
/// let name = FileName::parse("Lebenslauf – Jürgen.pdf")?;
/// assert_eq!(name.as_str(), "Lebenslauf – Jürgen.pdf");
/// assert_eq!(FileName::parse("../../etc/passwd"), Err(FileNameError::Character));
/// # Ok::<(), FileNameError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName(String);

/// The reason why a text is not a [`FileName`]; clients see its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileNameError {
    /// The name is empty or has more than 255 bytes.
    Length,
    /// The name has a character that is not allowed, or refers to a directory.
    Character,
}

/// The limit of common file systems.
const MAX_BYTES: usize = 255;

impl FileName {
    /// Parses a name from a form, in which a quote is written `%22`.
    ///
    /// # Errors
    ///
    /// Returns [`FileNameError`] if it is not a valid name.
    pub fn parse(name: &str) -> Result<Self, FileNameError> {
        let name = name.replace("%22", "\"");
        if !(1..=MAX_BYTES).contains(&name.len()) {
            return Err(FileNameError::Length);
        }
        let is_path_syntax = |character| matches!(character, '/' | '\\' | ':');
        if name.contains(|character| is_path_syntax(character) || is_forbidden_in_line(character))
            || has_escaped_line_break(&name)
            || name.chars().all(|character| character == '.')
            || name.trim() != name
        {
            return Err(FileNameError::Character);
        }
        Ok(Self(name))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns whether a name has a line break, which browsers write as `%0D` or `%0A`.
fn has_escaped_line_break(name: &str) -> bool {
    name.contains("%0D") || name.contains("%0A")
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileName(…)")
    }
}

impl fmt::Display for FileNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "must have a file name with 1 to 255 bytes",
            Self::Character => {
                "must have a file name without `/`, `\\`, `:`, control characters, \
                 and leading or trailing whitespace"
            }
        })
    }
}

impl std::error::Error for FileNameError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_of_any_script_is_kept() {
        for name in [
            "a",
            ".env",
            "a b.png",
            "Jürgen – 2.pdf",
            "図.png",
            "a..b",
            "100%0degrees",
            "%41",
        ] {
            let parsed = FileName::parse(name).map(|name| name.as_str().to_owned());
            assert_eq!(parsed.as_deref(), Ok(name));
        }
        assert_eq!(FileName::parse("a%22b").unwrap().to_string(), "a\"b");
    }

    /// OWASP, File Upload: path traversal, CWE-22; and CVE-2021-42574.
    #[test]
    fn path_or_misleading_name_is_rejected() {
        for name in [
            ".",
            "..",
            "...",
            "../a",
            "a/b",
            "/a",
            "..\\a",
            "C:a",
            "a:b",
            "a\0",
            "a\n",
            "a\r",
            "a\t",
            "a%0D",
            "a%0A",
            " a",
            "a ",
            "\u{202e}gpj.exe",
            "a\u{7f}",
            "a\u{85}",
            "a\u{2028}",
            "\u{fffe}",
        ] {
            assert_eq!(
                FileName::parse(name),
                Err(FileNameError::Character),
                "{name:?}"
            );
        }
    }

    #[test]
    fn name_outside_1_to_255_bytes_is_rejected() {
        for (length, is_valid) in [
            (0, false),
            (1, true),
            (254, true),
            (255, true),
            (256, false),
        ] {
            let parsed = FileName::parse(&"x".repeat(length));
            assert_eq!(
                parsed.err(),
                (!is_valid).then_some(FileNameError::Length),
                "{length}"
            );
        }
    }

    #[test]
    fn debug_does_not_show_name() {
        let name = FileName::parse("hunter2.pdf").unwrap();
        assert_eq!(format!("{name:>12}"), " hunter2.pdf");
        assert!(!format!("{name:?}").contains("hunter2"));
    }
}
