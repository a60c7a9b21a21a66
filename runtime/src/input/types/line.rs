//! `Line`: one line of text that people write and read.

use std::borrow::Cow;
use std::fmt;

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

use crate::input::contract::MAX_LENGTH;
use crate::input::types::textual::{Textual, textual};
use crate::text::{is_blank, is_forbidden_in_line};

/// The most bytes of a character in UTF-8.
const MAX_BYTES: usize = 4;

/// The largest `MAX`: in bytes it is the largest length that counts as a bound.
const CEILING: usize = MAX_LENGTH / MAX_BYTES;

/// The most characters that one can be spelled with: no canonical decomposition is longer.
pub(super) const MAX_SPELLED: usize = 4;

/// One line of text, of at most `MAX` characters, in normalization form C.
///
/// A name, a title, a reason: what people write and read. `MAX` is 1 to 262,144 Unicode
/// characters (not bytes, and not what a reader would count: `é` may be two); another does
/// not build. A line
///
/// - is not blank: it has at least one character that can be seen. What may be left out is
///   an `Option<Line<…>>`;
/// - has no control character, so no tab, line end or escape sequence, and no line or
///   paragraph separator;
/// - has no bidirectional control ([UAX #9]): with these a text reads otherwise than it is
///   ([CVE-2021-42574]). Arabic and Hebrew do not need them, but a mark that was put in by
///   hand (U+200E, U+200F, U+061C) is refused as well;
/// - has no noncharacter.
///
/// White space at its ends, and case, are kept.
///
/// # Normalization
///
/// What looks the same can be spelled in several ways: `é` is one character, or `e` and an
/// accent. [UAX #15]'s form C makes them one, so that equality, uniqueness and search mean
/// what people mean. Another spelling is not the sender's mistake, keyboards and file
/// systems make them, so it is brought into form C and not refused, as [RFC 8264 §5.2.4] does.
/// Everything is checked of the result; `MAX` bounds the result, and what is normalized has
/// at most four times as many characters, which no spelling of a line exceeds. Two texts
/// that mean the same are thus taken as one line, or refused alike.
///
/// Two lines may differ and look alike: Cyrillic `а` is not Latin `a`, and what cannot be
/// seen (U+200D in an emoji) may stand beside what can. For names that must not be
/// mistaken, take an [`Identifier`](crate::input::Identifier).
///
/// # Security
///
/// A line is data, in HTML, SQL, a shell and a spreadsheet alike: `<`, `'`, `$` and a `=` at
/// the beginning are text, and whoever writes it there escapes it.
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
/// A `MAX` that bounds nothing does not build:
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

/// Why a text is no [`Line`]. Its text is what the client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineError {
    /// It has more than `max` characters.
    Length {
        /// The most characters.
        max: usize,
    },
    /// It has a control character, a bidirectional control or a noncharacter.
    Character,
    /// It has no character that can be seen.
    Blank,
}

impl<const MAX: usize> Textual for Line<MAX> {
    type Error = LineError;

    fn parse(text: Cow<'_, str>) -> Result<Self, LineError> {
        const { assert!(MAX >= 1 && MAX <= CEILING, "`MAX` is not 1 to 262,144") };
        let too_long = LineError::Length { max: MAX };
        // refused in any case, but before it is normalized; bytes are counted already
        let spelled = MAX * MAX_SPELLED;
        if text.len() > spelled * MAX_BYTES || has_more_than(spelled, &text) {
            return Err(too_long);
        }
        let text = normalized(text);
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

/// Whether a text has more than so many characters; none has more than it has bytes.
fn has_more_than(count: usize, text: &str) -> bool {
    text.len() > count && text.chars().count() > count
}

/// The text in normalization form C; itself where it is already.
fn normalized(text: Cow<'_, str>) -> Cow<'_, str> {
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
                write!(f, "must be one line of text of at most {max} characters")
            }
            Self::Character => f.write_str(
                "must be one line of text, without control characters, \
                 bidirectional controls and noncharacters",
            ),
            Self::Blank => {
                f.write_str("must be one line of text, with a character that can be seen")
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
    use crate::input::shape::Shape;

    type Short = Line<8>;

    const LENGTH: LineError = LineError::Length { max: 8 };

    fn read(text: &str) -> Result<String, LineError> {
        text.parse::<Short>().map(Line::into_string)
    }

    #[test]
    fn text_of_any_script_is_taken() {
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
        // a family of three, joined by what cannot be seen
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}";
        assert_eq!(read(family).as_deref(), Ok(family));
    }

    #[test]
    fn it_has_at_most_max_characters_of_any_size() {
        for one in ["a", "\u{101}", "\u{4e2d}", "\u{1f600}"] {
            assert!(read(&one.repeat(8)).is_ok(), "{one}");
            assert_eq!(read(&one.repeat(9)), Err(LENGTH), "{one}");
        }
        assert!("a".repeat(CEILING).parse::<Line<CEILING>>().is_ok());
    }

    #[test]
    fn what_people_mean_by_one_character_counts_once_however_it_is_spelled() {
        // alpha with two marks and an iota below: four, the most there are
        let (composed, spelled) = ("\u{1f82}", "\u{3b1}\u{313}\u{300}\u{345}");
        assert_eq!(read(&spelled.repeat(8)), Ok(composed.repeat(8)));
        assert_eq!(read(&spelled.repeat(9)), Err(LENGTH));
        // one that form C itself spells with three
        assert_eq!(
            read(&"\u{fb2c}".repeat(2)),
            Ok("\u{5e9}\u{5bc}\u{5c1}".repeat(2))
        );
        assert_eq!(read(&"\u{fb2c}".repeat(3)), Err(LENGTH));
    }

    #[test]
    fn no_character_is_spelled_with_more_than_four() {
        let spelled = |character: char| std::iter::once(character).nfd().count();
        let most = ('\0'..=char::MAX).map(spelled).max();
        assert_eq!(most, Some(MAX_SPELLED));
    }

    #[test]
    fn each_class_of_refused_characters_is_refused() {
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
    fn what_cannot_be_seen_is_no_line() {
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
    fn the_answer_tells_what_it_must_be_and_quotes_nothing() {
        let body =
            |text: &str| match json::decode::<Vec<Short>>(text.as_bytes(), &Shape::Fields(&[])) {
                Err(InputError::TypeMismatch(InputLocation::Body, violation)) => violation,
                other => panic!("{other:?}"),
            };
        let length = "must be one line of text of at most 8 characters";
        assert_eq!(
            body(r#"["hunter2 hunter2"]"#),
            Violation::new("/0", "format", length)
        );
        let character = "must be one line of text, without control characters, \
                         bidirectional controls and noncharacters";
        assert_eq!(
            body(r#"["hunter2\n"]"#),
            Violation::new("/0", "format", character)
        );
        let blank = "must be one line of text, with a character that can be seen";
        assert_eq!(body(r#"[""]"#), Violation::new("/0", "format", blank));
        let name = urlencoded::decode::<Named>(b"name=hunter2%0a", InputLocation::Form, 256);
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

    /// Text in which what is refused, blank or spelled in parts is not rare.
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
        fn what_is_taken_is_what_its_rule_says(text in hostile()) {
            let composed: String = text.nfc().collect();
            let fits = composed.chars().count() <= 8
                && !composed.chars().any(is_forbidden_in_line)
                && !composed.chars().all(is_blank);
            prop_assert_eq!(read(&text).ok(), fits.then_some(composed));
        }

        #[test]
        fn texts_that_mean_the_same_are_one_line_or_refused_alike(text in hostile()) {
            let decomposed: String = text.nfd().collect();
            prop_assert_eq!(read(&text), read(&decomposed));
        }

        #[test]
        fn what_is_written_is_read_again(text in hostile()) {
            if let Ok(line) = text.parse::<Line<64>>() {
                let json = serde_json::to_string(&line).unwrap();
                prop_assert_eq!(json::decode::<Line<64>>(json.as_bytes(), &Shape::Fields(&[])), Ok(line));
            }
        }
    }
}
