//! What a client calls a file.

use std::fmt;

use crate::text::is_forbidden_in_line;

/// What a client calls a file: a text to show, and no path.
///
/// One to 255 bytes of UTF-8 without `/`, `\`, `:`, control and bidirectional characters, not
/// all of dots, and without white space at either end.
///
/// # Security
///
/// Store a file under a name of your own: of this one only the shape is known, not whether it is
/// free, nor what a file system makes of it (`CON` and `nul.txt` are devices on Windows), nor
/// whether its ending is true. In an answer's header or in HTML it is escaped like any other text. `Debug` does not print it, as it may say something of a person.
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

/// Why a text is no [`FileName`]. Its text is what the client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileNameError {
    /// It has no byte, or more than 255.
    Length,
    /// It has a character that no name may have, or is a directory's.
    Character,
}

/// What common file systems take.
const MAX_BYTES: usize = 255;

impl FileName {
    /// Checks a name as a form has it, where a quote is written `%22`.
    ///
    /// # Errors
    ///
    /// [`FileNameError`] where it is none.
    pub fn parse(name: &str) -> Result<Self, FileNameError> {
        let name = name.replace("%22", "\"");
        if !(1..=MAX_BYTES).contains(&name.len()) {
            return Err(FileNameError::Length);
        }
        let leads_elsewhere = |character| matches!(character, '/' | '\\' | ':');
        if name.contains(|character| leads_elsewhere(character) || is_forbidden_in_line(character))
            || has_line_end(&name)
            || name.chars().all(|character| character == '.')
            || name.trim() != name
        {
            return Err(FileNameError::Character);
        }
        Ok(Self(name))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Browsers write a line end in a name as `%0D` and `%0A`.
fn has_line_end(name: &str) -> bool {
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
            Self::Length => "must have a file name of 1 to 255 bytes",
            Self::Character => {
                "must have a file name without `/`, `\\`, `:` and control characters, \
                 and without blanks around it"
            }
        })
    }
}

impl std::error::Error for FileNameError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_any_language_is_kept_as_it_is() {
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
    fn a_name_that_leads_elsewhere_or_reads_otherwise_is_refused() {
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
    fn a_name_has_1_to_255_bytes() {
        for (length, fits) in [
            (0, false),
            (1, true),
            (254, true),
            (255, true),
            (256, false),
        ] {
            let parsed = FileName::parse(&"x".repeat(length));
            assert_eq!(
                parsed.err(),
                (!fits).then_some(FileNameError::Length),
                "{length}"
            );
        }
    }

    #[test]
    fn it_is_shown_and_not_logged() {
        let name = FileName::parse("hunter2.pdf").unwrap();
        assert_eq!(format!("{name:>12}"), " hunter2.pdf");
        assert!(!format!("{name:?}").contains("hunter2"));
    }
}
