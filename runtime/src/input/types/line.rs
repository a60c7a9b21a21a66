//! `Line`: one line of text that people write and read.

use std::borrow::Cow;
use std::fmt;

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

use crate::input::contract::MAX_LENGTH;
use crate::input::types::textual::{Textual, textual};
use crate::text::{is_blank, is_forbidden_in_line};

/// The maximum length of a character in UTF-8, in bytes.
const MAX_BYTES: usize = 4;

/// The largest `MAX`: in bytes, it equals `MAX_LENGTH`.
const CEILING: usize = MAX_LENGTH / MAX_BYTES;

/// The maximum number of characters in a canonical decomposition.
pub(super) const MAX_DECOMPOSED: usize = 4;

/// One line of text of at most `MAX` characters, in normalization form C.
///
/// For text that people write and read: a name, a title, a reason. `MAX` is between 1 and 262,144
/// Unicode characters; another value does not compile. Characters are neither bytes nor what a reader
/// would count: `é` may be two.
///
/// A line
///
/// - is not blank: it has at least one visible character. An optional line is an
///   `Option<Line<…>>`;
/// - has no control characters, and so no tab, line break or escape sequence, and no line or
///   paragraph separators;
/// - has no bidirectional controls ([UAX #9]), which make text appear in another order than it is
///   processed ([CVE-2021-42574]). Arabic and Hebrew do not need them, but marks that were inserted by
///   hand (U+200E, U+200F, U+061C) are rejected as well;
/// - has no noncharacters.
///
/// Leading and trailing whitespace and case are kept.
///
/// # Normalization
///
/// Text that looks the same can have several spellings: `é` is one character, or `e` and an accent.
/// Form C of [UAX #15] makes them equal, so that equality, uniqueness and search work as people
/// expect. Keyboards and file systems produce the other spellings, so they are normalized instead of
/// rejected, as in [RFC 8264 §5.2.4]. All checks apply to the normalized text. The received text may
/// have four times `MAX` characters, the longest spelling of a valid line. Canonically equivalent texts
/// are therefore accepted as the same line, or rejected for the same reason.
///
/// Different lines may look the same: Cyrillic `а` is not Latin `a`, and invisible characters (U+200D
/// in an emoji) are allowed beside visible ones. Use [`Identifier`](crate::input::Identifier) for names
/// that must not be confused.
///
/// # Security
///
/// A line is data: `<`, `'`, `$` and a leading `=` are ordinary characters. Escape it in HTML, SQL,
/// shell commands and spreadsheets.
///
/// # Examples
///
/// ```
/// use palisade::input::{Line, LineError};
///
/// let name: Line<40> = "Zoe\u{308} Tāmaki".parse()?;
/// assert_eq!(name.as_str(), "Zoë Tāmaki");
/// assert_eq!("two\nlines".parse::<Line<40>>(), Err(LineError::Character));
/// assert_eq!("\u{3164}".parse::<Line<40>>(), Err(LineError::Blank));
/// # Ok::<(), LineError>(())
/// ```
///
/// ```
/// use palisade::input::Line;
/// use palisade::prelude::*;
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Delivery {
///     #[garde(skip)] // parsing it is the check
///     name: Line<100>,
///     #[garde(skip)]
///     note: Option<Line<200>>,
/// }
/// ```
///
/// A `MAX` of 0, or above 262,144, does not compile:
///
/// ```compile_fail
/// let _ = "x".parse::<palisade::input::Line<0>>();
/// ```
///
/// ```compile_fail
/// let _ = "x".parse::<palisade::input::Line<262_145>>();
/// ```
///
/// [UAX #9]: https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
/// [UAX #15]: https://www.unicode.org/reports/tr15/
/// [CVE-2021-42574]: https://nvd.nist.gov/vuln/detail/CVE-2021-42574
/// [RFC 8264 §5.2.4]: https://www.rfc-editor.org/rfc/rfc8264#section-5.2.4
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line<const MAX: usize>(String);

/// The reason why a text is not a [`Line`]; clients see its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineError {
    /// The text has more than `max` characters.
    Length {
        /// The maximum number of characters.
        max: usize,
    },
    /// The text has a control character, a bidirectional control or a noncharacter.
    Character,
    /// The text has no visible character.
    Blank,
}

impl<const MAX: usize> Textual for Line<MAX> {
    type Error = LineError;

    fn parse(text: Cow<'_, str>) -> Result<Self, LineError> {
        const {
            assert!(
                MAX >= 1 && MAX <= CEILING,
                "`MAX` must be between 1 and 262,144"
            );
        };
        let too_long = LineError::Length { max: MAX };
        // before the cost of normalization, and in bytes before the cost of counting characters
        let max_received = MAX * MAX_DECOMPOSED;
        if text.len() > max_received * MAX_BYTES || has_more_than(max_received, &text) {
            return Err(too_long);
        }
        let text = normalize(text);
        if has_more_than(MAX, &text) {
            return Err(too_long);
        }
        if text.contains(is_forbidden_in_line) {
            return Err(LineError::Character);
        }
        if text.chars().all(is_blank) {
            return Err(LineError::Blank);
        }
        Ok(Self(text.into_owned()))
    }
}

/// Returns whether a text has more than `count` characters.
///
/// A text never has more characters than bytes.
fn has_more_than(count: usize, text: &str) -> bool {
    text.len() > count && text.chars().count() > count
}

/// Returns the text in normalization form C, without a copy if it is already.
fn normalize(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return text;
    }
    Cow::Owned(text.nfc().collect())
}

textual!([const MAX: usize] Line<MAX>, LineError);

impl<const MAX: usize> fmt::Display for Line<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { max } => {
                write!(f, "must be a line of text with at most {max} characters")
            }
            Self::Character => f.write_str(
                "must be a line of text without control characters, \
                 bidirectional controls and noncharacters",
            ),
            Self::Blank => {
                f.write_str("must be a line of text with at least one visible character")
            }
        }
    }
}

impl std::error::Error for LineError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::input::contract::{InputError, InputLocation, Violation};
    use crate::input::decode::{json, urlencoded};

    type Short = Line<8>;

    const LENGTH: LineError = LineError::Length { max: 8 };

    fn read(text: &str) -> Result<String, LineError> {
        text.parse::<Short>().map(Line::into_string)
    }

    #[test]
    fn text_of_any_script_is_accepted() {
        for text in [
            "x",
            " a b ",
            "M\u{101}ori",
            "\u{5e9}\u{5dc}\u{5d5}\u{5dd}",
            "\u{4e2d}\u{6587}",
            "<b>'$",
        ] {
            assert_eq!(read(text).as_deref(), Ok(text));
        }
        // a family of three, joined by invisible characters
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}";
        assert_eq!(read(family).as_deref(), Ok(family));
    }

    #[test]
    fn line_over_max_characters_is_rejected() {
        for one in ["a", "\u{101}", "\u{4e2d}", "\u{1f600}"] {
            assert!(read(&one.repeat(8)).is_ok(), "{one}");
            assert_eq!(read(&one.repeat(9)), Err(LENGTH), "{one}");
        }
        assert!("a".repeat(CEILING).parse::<Line<CEILING>>().is_ok());
    }

    #[test]
    fn decomposed_character_counts_as_one() {
        // alpha with two marks and an iota below: four characters, the maximum
        let (composed, decomposed) = ("\u{1f82}", "\u{3b1}\u{313}\u{300}\u{345}");
        assert_eq!(read(&decomposed.repeat(8)), Ok(composed.repeat(8)));
        assert_eq!(read(&decomposed.repeat(9)), Err(LENGTH));
        // a character that form C decomposes into three
        assert_eq!(
            read(&"\u{fb2c}".repeat(2)),
            Ok("\u{5e9}\u{5bc}\u{5c1}".repeat(2))
        );
        assert_eq!(read(&"\u{fb2c}".repeat(3)), Err(LENGTH));
    }

    #[test]
    fn no_character_decomposes_into_more_than_four() {
        let length = |character: char| std::iter::once(character).nfd().count();
        let longest = ('\0'..=char::MAX).map(length).max();
        assert_eq!(longest, Some(MAX_DECOMPOSED));
    }

    #[test]
    fn forbidden_character_is_rejected() {
        for character in [
            '\0',
            '\t',
            '\n',
            '\r',
            '\u{1b}',
            '\u{7f}',
            '\u{85}',
            '\u{9b}',
            '\u{2028}',
            '\u{2029}',
            '\u{61c}',
            '\u{200e}',
            '\u{200f}',
            '\u{202e}',
            '\u{2066}',
            '\u{2069}',
            '\u{fdd0}',
            '\u{ffff}',
            '\u{10fffe}',
        ] {
            let text = format!("a{character}b");
            assert_eq!(read(&text), Err(LineError::Character), "{character:?}");
        }
    }

    #[test]
    fn blank_text_is_rejected() {
        for text in [
            "",
            " ",
            "\u{a0}\u{3000}",
            "\u{200b}",
            "\u{3164}",
            "\u{2800}\u{feff}",
        ] {
            assert_eq!(read(text), Err(LineError::Blank), "{text:?}");
        }
    }

    #[test]
    fn decode_error_names_requirement_without_input() {
        let body = |text: &str| match json::decode_without_shape::<Vec<Short>>(text.as_bytes()) {
            Err(InputError::TypeMismatch(InputLocation::Body, violation)) => violation,
            other => panic!("{other:?}"),
        };
        let length = "must be a line of text with at most 8 characters";
        assert_eq!(
            body(r#"["hunter2 hunter2"]"#),
            Violation::new("/0", "format", length)
        );
        let character = "must be a line of text without control characters, \
                         bidirectional controls and noncharacters";
        assert_eq!(
            body(r#"["hunter2\n"]"#),
            Violation::new("/0", "format", character)
        );
        let blank = "must be a line of text with at least one visible character";
        assert_eq!(body(r#"[""]"#), Violation::new("/0", "format", blank));
        let name =
            urlencoded::decode_without_shape::<Named>(b"name=hunter2%0a", InputLocation::Form, 256);
        let violation = Violation::new("name", "format", character);
        assert_eq!(
            name,
            Err(InputError::TypeMismatch(InputLocation::Form, violation))
        );
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Named {
        name: Short,
    }

    /// Returns texts with many forbidden, blank and decomposed characters.
    fn hostile() -> impl Strategy<Value = String> {
        let odd = "\0\n\u{7f}\u{85}\u{ad}\u{300}\u{301}\u{327}\u{345}\u{3b1}\u{1f82}\u{fb2c}\
                   \u{1100}\u{1161}\u{11a8}\u{ac00}\u{200b}\u{200d}\u{2028}\u{202e}\u{212b}e a\
                   \u{e9}\u{101}\u{3164}\u{fdd0}\u{ffff}\u{1d160}\u{1f600}";
        let odd: Vec<char> = odd.chars().collect();
        let character = prop_oneof![prop::sample::select(odd), any::<char>()];
        prop::collection::vec(character, 0..40).prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn accepted_texts_match_rules(text in hostile()) {
            let composed: String = text.nfc().collect();
            let is_valid = composed.chars().count() <= 8
                && !composed.chars().any(is_forbidden_in_line)
                && !composed.chars().all(is_blank);
            prop_assert_eq!(read(&text).ok(), is_valid.then_some(composed));
        }

        #[test]
        fn canonically_equivalent_texts_have_same_result(text in hostile()) {
            let decomposed: String = text.nfd().collect();
            prop_assert_eq!(read(&text), read(&decomposed));
        }

        #[test]
        fn serialized_value_is_decoded_unchanged(text in hostile()) {
            if let Ok(line) = text.parse::<Line<64>>() {
                let json = serde_json::to_string(&line).unwrap();
                prop_assert_eq!(json::decode_without_shape::<Line<64>>(json.as_bytes()), Ok(line));
            }
        }
    }
}
