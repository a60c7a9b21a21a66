//! `Identifier`: a short name that is safe wherever names go.

use std::borrow::Cow;
use std::fmt;

use crate::input::types::textual::{Textual, textual};

/// The largest `MAX`: what common file systems take as a name.
const CEILING: usize = 255;

/// A name of ASCII letters, digits, `-`, `_` and `.`, of one to `MAX` characters.
///
/// It begins and ends with a letter or a digit: the syntax of a [Kubernetes label's
/// value]. `MAX` is 1 to 255; another does not build. Case is kept, and counts.
///
/// It may be a path parameter by itself (`Path<Identifier<32>>`), and is a field that needs
/// no rule: `#[garde(skip)]`.
///
/// # Security
///
/// As it stands it is
///
/// - one segment of a URL: every character is unreserved ([RFC 3986 §2.3]), and it is
///   neither `.` nor `..`;
/// - one name in a directory, neither hidden nor a way out of it. Names that Windows keeps
///   for devices (`CON`, `nul.txt`) pass, and a file system may ignore case;
/// - one word of a log line or a command line, where it is no option: it does not begin
///   with `-`.
///
/// # Examples
///
/// ```
/// use palisade::input::{Identifier, IdentifierError};
///
/// let sku: Identifier<32> = "tea-500g".parse()?;
/// assert_eq!(sku.as_str(), "tea-500g");
/// assert_eq!("..".parse::<Identifier<32>>(), Err(IdentifierError::Character));
/// # Ok::<(), IdentifierError>(())
/// ```
///
/// ```
/// use palisade::input::Identifier;
/// use palisade::prelude::*;
///
/// #[public(reason = "the catalogue is public")]
/// async fn show_product(Path(sku): Path<Identifier<32>>) -> String {
///     format!("product {sku}")
/// }
/// ```
///
/// A `MAX` that bounds nothing does not build:
///
/// ```compile_fail
/// use palisade::input::Identifier;
///
/// let _ = "tea".parse::<Identifier<0>>();
/// ```
///
/// [Kubernetes label's value]: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
/// [RFC 3986 §2.3]: https://www.rfc-editor.org/rfc/rfc3986#section-2.3
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier<const MAX: usize>(String);

/// Why a text is no [`Identifier`]. Its text is what the client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentifierError {
    /// It has no character, or more than `max`.
    Length {
        /// The most characters.
        max: usize,
    },
    /// It has another character, or begins or ends with `-`, `_` or `.`.
    Character,
}

impl<const MAX: usize> Textual for Identifier<MAX> {
    type Error = IdentifierError;

    fn parse(text: Cow<'_, str>) -> Result<Self, IdentifierError> {
        const { assert!(MAX >= 1 && MAX <= CEILING, "`MAX` is not 1 to 255") };
        let characters = text.as_bytes();
        if characters.len() > MAX {
            return Err(IdentifierError::Length { max: MAX });
        }
        let (Some(first), Some(last)) = (characters.first(), characters.last()) else {
            return Err(IdentifierError::Length { max: MAX });
        };
        if !characters.iter().copied().all(is_inside)
            || !first.is_ascii_alphanumeric()
            || !last.is_ascii_alphanumeric()
        {
            return Err(IdentifierError::Character);
        }
        Ok(Self(text.into_owned()))
    }
}

fn is_inside(character: u8) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, b'-' | b'_' | b'.')
}

textual!([const MAX: usize] Identifier<MAX>, IdentifierError);

impl<const MAX: usize> fmt::Display for Identifier<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for IdentifierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { max } => write!(f, "must have 1 to {max} characters"),
            Self::Character => f.write_str(
                "must be ASCII letters, digits, `-`, `_` and `.`, \
                 beginning and ending with a letter or digit",
            ),
        }
    }
}

impl std::error::Error for IdentifierError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::input::contract::{InputError, InputLocation, Violation};
    use crate::input::decode::json;
    use crate::input::shape::Shape;

    type Short = Identifier<8>;

    const LENGTH: IdentifierError = IdentifierError::Length { max: 8 };

    #[test]
    fn letters_digits_and_three_marks_are_taken() {
        for text in ["a", "Z", "0", "a.b", "a..b", "a-b_c.d", "12345678"] {
            let identifier: Short = text.parse().unwrap();
            assert_eq!(identifier.as_str(), text);
            assert_eq!(identifier.to_string(), text);
            assert_eq!(identifier.into_string(), text);
        }
    }

    #[test]
    fn it_has_one_to_max_characters() {
        assert!("12345678".parse::<Short>().is_ok());
        assert_eq!("123456789".parse::<Short>(), Err(LENGTH));
        assert_eq!("".parse::<Short>(), Err(LENGTH));
        assert!("x".repeat(255).parse::<Identifier<255>>().is_ok());
    }

    #[test]
    fn neither_a_way_nor_an_option_nor_a_hidden_file_is_one() {
        for text in [
            ".",
            "..",
            ".a",
            "a.",
            "-a",
            "a-",
            "_a",
            "a_",
            "a/b",
            "a\\b",
            "a b",
            "a\n",
            "a\0",
            "a%2f",
            "a:b",
            "a~b",
            "\u{101}",
            "\u{ff41}",
            "a\u{202e}b",
            "\u{661}",
        ] {
            assert_eq!(
                text.parse::<Short>(),
                Err(IdentifierError::Character),
                "{text:?}"
            );
        }
    }

    #[test]
    fn it_is_looked_up_by_its_text() {
        let known = std::collections::HashSet::from(["tea".parse::<Short>().unwrap()]);
        assert!(known.contains("tea"));
        assert!(!known.contains("Tea"));
    }

    #[test]
    fn the_answer_tells_what_it_must_be_and_quotes_nothing() {
        let refused = |text: &str, rule: &'static str, detail: &'static str| {
            let error =
                json::decode::<Vec<Short>>(text.as_bytes(), &Shape::Fields(&[])).unwrap_err();
            let violation = Violation::new("/0", rule, detail);
            assert_eq!(
                error,
                InputError::TypeMismatch(InputLocation::Body, violation)
            );
        };
        refused(
            r#"["hunter2 hunter2"]"#,
            "format",
            "must have 1 to 8 characters",
        );
        refused(
            r#"["hunter2/"]"#,
            "format",
            "must be ASCII letters, digits, `-`, `_` and `.`, \
             beginning and ending with a letter or digit",
        );
        refused("[7]", "type", "must be a string");
    }

    #[test]
    fn other_decoders_quote_nothing_either() {
        let error = serde_json::from_str::<Short>(r#""hunter2 hunter2""#).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    proptest! {
        #[test]
        fn what_is_taken_is_what_its_rule_says(text in "[a-c0-2._/ \u{e9}-]{0,10}|.{0,10}") {
            let inside = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            let fits = text.chars().count() <= 8
                && text.chars().all(inside)
                && edge(text.chars().next())
                && edge(text.chars().next_back());
            prop_assert_eq!(text.parse::<Short>().is_ok(), fits);
        }

        #[test]
        fn what_is_written_is_read_again(text in "[a-zA-Z0-9]([a-zA-Z0-9._-]{0,6}[a-zA-Z0-9])?") {
            let identifier: Short = text.parse().unwrap();
            let json = serde_json::to_string(&identifier).unwrap();
            prop_assert_eq!(json::decode::<Short>(json.as_bytes(), &Shape::Fields(&[])), Ok(identifier));
        }
    }
}
