//! `Identifier`: a short name that is safe in URLs, file names and logs.

use std::borrow::Cow;
use std::fmt;

use crate::input::types::textual::{Textual, textual};

/// The largest `MAX`: the longest file name of common file systems.
const CEILING: usize = 255;

/// A name of 1 to `MAX` ASCII letters, digits, `-`, `_` and `.`.
///
/// It starts and ends with a letter or a digit, which is the syntax of a [Kubernetes label value].
/// `MAX` is between 1 and 255; another value does not compile. Identifiers are case-sensitive.
///
/// A field of this type needs no rule: `#[garde(skip)]`. It can also be a bare path parameter
/// (`Path<Identifier<32>>`).
///
/// # Security
///
/// Without escaping, an identifier is safe as
///
/// - a segment of a URL: every character is unreserved ([RFC 3986 §2.3]), and it is neither `.` nor
///   `..`;
/// - a file name: it is not hidden and does not leave its directory. Device names of Windows (`CON`,
///   `nul.txt`) are accepted, and a file system may ignore case;
/// - a word of a log line or a command line: it does not start with `-`, so it is never an option.
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
/// #[public(reason = "the catalog is public")]
/// async fn show_product(Path(sku): Path<Identifier<32>>) -> String {
///     format!("product {sku}")
/// }
/// ```
///
/// A `MAX` of 0 does not compile:
///
/// ```compile_fail
/// use palisade::input::Identifier;
///
/// let _ = "tea".parse::<Identifier<0>>();
/// ```
///
/// [Kubernetes label value]: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
/// [RFC 3986 §2.3]: https://www.rfc-editor.org/rfc/rfc3986#section-2.3
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier<const MAX: usize>(String);

/// The reason why a text is not an [`Identifier`]; clients see its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentifierError {
    /// The text is empty or has more than `max` characters.
    Length {
        /// The maximum number of characters.
        max: usize,
    },
    /// The text has another character, or starts or ends with `-`, `_` or `.`.
    Character,
}

impl<const MAX: usize> Textual for Identifier<MAX> {
    type Error = IdentifierError;

    fn parse(text: Cow<'_, str>) -> Result<Self, IdentifierError> {
        const {
            assert!(
                MAX >= 1 && MAX <= CEILING,
                "`MAX` must be between 1 and 255"
            );
        };
        let characters = text.as_bytes();
        if characters.len() > MAX {
            return Err(IdentifierError::Length { max: MAX });
        }
        let (Some(first), Some(last)) = (characters.first(), characters.last()) else {
            return Err(IdentifierError::Length { max: MAX });
        };
        if !characters.iter().copied().all(is_allowed)
            || !first.is_ascii_alphanumeric()
            || !last.is_ascii_alphanumeric()
        {
            return Err(IdentifierError::Character);
        }
        Ok(Self(text.into_owned()))
    }
}

fn is_allowed(character: u8) -> bool {
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
            Self::Length { max } => write!(f, "must have between 1 and {max} characters"),
            Self::Character => f.write_str(
                "must contain only ASCII letters, digits, `-`, `_` and `.`, \
                 starting and ending with a letter or digit",
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

    type Short = Identifier<8>;

    const LENGTH: IdentifierError = IdentifierError::Length { max: 8 };

    #[test]
    fn letters_digits_and_allowed_punctuation_are_accepted() {
        for text in ["a", "Z", "0", "a.b", "a..b", "a-b_c.d", "12345678"] {
            let identifier: Short = text.parse().unwrap();
            assert_eq!(identifier.as_str(), text);
            assert_eq!(identifier.to_string(), text);
            assert_eq!(identifier.into_string(), text);
        }
    }

    #[test]
    fn length_outside_1_to_max_is_rejected() {
        assert!("12345678".parse::<Short>().is_ok());
        assert_eq!("123456789".parse::<Short>(), Err(LENGTH));
        assert_eq!("".parse::<Short>(), Err(LENGTH));
        assert!("x".repeat(255).parse::<Identifier<255>>().is_ok());
    }

    #[test]
    fn path_option_or_hidden_file_is_rejected() {
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
    fn identifier_in_set_is_found_by_str() {
        let set = std::collections::HashSet::from(["tea".parse::<Short>().unwrap()]);
        assert!(set.contains("tea"));
        assert!(!set.contains("Tea"));
    }

    #[test]
    fn decode_error_names_requirement_without_input() {
        let assert_rejected = |text: &str, rule: &'static str, detail: &'static str| {
            let error = json::decode_without_shape::<Vec<Short>>(text.as_bytes()).unwrap_err();
            let violation = Violation::new("/0", rule, detail);
            assert_eq!(
                error,
                InputError::TypeMismatch(InputLocation::Body, violation)
            );
        };
        assert_rejected(
            r#"["hunter2 hunter2"]"#,
            "format",
            "must have between 1 and 8 characters",
        );
        assert_rejected(
            r#"["hunter2/"]"#,
            "format",
            "must contain only ASCII letters, digits, `-`, `_` and `.`, \
             starting and ending with a letter or digit",
        );
        assert_rejected("[7]", "type", "must be a string");
    }

    #[test]
    fn serde_json_error_has_no_input() {
        let error = serde_json::from_str::<Short>(r#""hunter2 hunter2""#).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    proptest! {
        #[test]
        fn accepted_texts_match_grammar(text in "[a-c0-2._/ \u{e9}-]{0,10}|.{0,10}") {
            let inside = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            let is_valid = text.chars().count() <= 8
                && text.chars().all(inside)
                && edge(text.chars().next())
                && edge(text.chars().next_back());
            prop_assert_eq!(text.parse::<Short>().is_ok(), is_valid);
        }

        #[test]
        fn serialized_value_is_decoded_unchanged(text in "[a-zA-Z0-9]([a-zA-Z0-9._-]{0,6}[a-zA-Z0-9])?") {
            let identifier: Short = text.parse().unwrap();
            let json = serde_json::to_string(&identifier).unwrap();
            prop_assert_eq!(json::decode_without_shape::<Short>(json.as_bytes()), Ok(identifier));
        }
    }
}
