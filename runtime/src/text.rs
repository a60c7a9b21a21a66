//! Character classes that tokens and input share, and the quotation of an issuer's text.

use std::fmt;

/// The maximum number of characters of quoted text.
const MAX_QUOTED: usize = 64;

/// Returns whether `byte` is an `NQSCHAR` of RFC 6749 Appendix A: printable ASCII without `"` and `\`.
pub(crate) const fn is_nqschar(byte: u8) -> bool {
    matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E)
}

/// Returns whether `byte` may be part of a `b64token`, before any `=` at its end ([RFC 6750 §2.1]).
///
/// [RFC 6750 §2.1]: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
pub(crate) const fn is_b64token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
}

/// Returns whether the texts are equal, in a `const fn`.
pub(crate) const fn is_equal(text: &str, other: &str) -> bool {
    let (mut text, mut other) = (text.as_bytes(), other.as_bytes());
    while let (Some((byte, rest)), Some((other_byte, other_rest))) =
        (text.split_first(), other.split_first())
    {
        if *byte != *other_byte {
            return false;
        }
        (text, other) = (rest, other_rest);
    }
    text.is_empty() && other.is_empty()
}

/// Returns whether a character is invisible, or changes the order of those around it.
#[cfg(feature = "schemas")]
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// Returns whether a text has a character that people see.
#[cfg(any(feature = "attack", feature = "report"))]
pub(crate) fn is_visible(text: &str) -> bool {
    !text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// Returns whether a line of input, or an identifier of a token, must not contain `character`.
///
/// Control characters, line separators and bidirectional controls (see [`is_control`]), and
/// noncharacters, which Unicode reserves for internal use (§23.7).
pub(crate) fn is_forbidden_in_line(character: char) -> bool {
    is_control(character) || is_noncharacter(character)
}

/// Returns whether `character` controls how text is displayed or where a line ends.
///
/// - control characters (C0 with tab and line ends, DEL, C1);
/// - line and paragraph separators;
/// - the bidirectional controls of UAX #9 §2, which can make text appear in another order
///   (CVE-2021-42574).
fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}')
        || is_bidi_control(character)
}

/// Returns whether `character` has the Unicode property `Bidi_Control`.
fn is_bidi_control(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// Returns whether `character` is one of the last two of a plane, or one of U+FDD0 to U+FDEF.
fn is_noncharacter(character: char) -> bool {
    matches!(character, '\u{fdd0}'..='\u{fdef}') || u32::from(character) & 0xfffe == 0xfffe
}

/// Returns whether `character` is invisible on its own.
///
/// Whitespace, the Unicode property `Default_Ignorable_Code_Point`, and the blank Braille
/// pattern. Text that contains only these is blank, although a length rule counts them.
#[cfg(feature = "text")]
pub(crate) fn is_blank(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fff8}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// Bytes as hexadecimal digits in lower case.
#[cfg(any(feature = "attack", feature = "relying-party", feature = "report"))]
pub(crate) fn hexadecimal(bytes: &[u8]) -> impl fmt::Display {
    fmt::from_fn(move |f| bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")))
}

/// Quotes text of an issuer for a message: escaped, and shortened to 64 characters.
pub(crate) fn quoted(text: &str) -> impl fmt::Display {
    fmt::from_fn(move |f| match text.char_indices().nth(MAX_QUOTED) {
        Some((end, _)) => write!(f, "{:?}…", text.get(..end).unwrap_or_default()),
        None => write!(f, "{text:?}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(any(feature = "attack", feature = "relying-party", feature = "report"))]
    #[test]
    fn each_byte_has_two_hexadecimal_digits() {
        assert_eq!(
            hexadecimal(&[0x00, 0x0a, 0x10, 0xff]).to_string(),
            "000a10ff"
        );
        assert_eq!(hexadecimal(&[]).to_string(), "");
    }

    /// Checks that `class` contains exactly the characters of `ranges`.
    fn assert_class(class: fn(char) -> bool, ranges: &[(u32, u32)]) {
        for code in 0..=0x10_ffff {
            let Some(character) = char::from_u32(code) else {
                continue;
            };
            let within = ranges
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&code));
            assert_eq!(class(character), within, "U+{code:04X}");
        }
    }

    #[test]
    fn bidi_controls_match_uax_9() {
        assert_class(
            is_bidi_control,
            &[
                (0x61c, 0x61c),
                (0x200e, 0x200f),
                (0x202a, 0x202e),
                (0x2066, 0x2069),
            ],
        );
    }

    #[test]
    fn noncharacters_match_unicode() {
        let last_two = (0..=16).map(|plane| (plane * 0x1_0000 + 0xfffe, plane * 0x1_0000 + 0xffff));
        let ranges: Vec<(u32, u32)> = last_two.chain([(0xfdd0, 0xfdef)]).collect();
        assert_class(is_noncharacter, &ranges);
    }

    #[test]
    fn line_forbids_exactly_these_characters() {
        let planes = (0..=16).map(|plane| (plane * 0x1_0000 + 0xfffe, plane * 0x1_0000 + 0xffff));
        let others = [
            (0, 0x1f),
            (0x7f, 0x9f),
            (0x61c, 0x61c),
            (0x200e, 0x200f),
            (0x2028, 0x2029),
            (0x202a, 0x202e),
            (0x2066, 0x2069),
            (0xfdd0, 0xfdef),
        ];
        assert_class(
            is_forbidden_in_line,
            &planes.chain(others).collect::<Vec<_>>(),
        );
    }

    #[cfg(feature = "text")]
    #[test]
    fn spaces_fillers_and_joiners_are_blank() {
        for character in " \u{a0}\u{ad}\u{200b}\u{200d}\u{2003}\u{2060}\u{2800}\u{3000}\u{3164}\u{feff}\u{ffa0}\u{e0041}".chars() {
            assert!(is_blank(character), "{character:?}");
        }
        for character in "a.\u{e9}\u{101}\u{301}\u{4e2d}\u{1f600}\u{fffd}".chars() {
            assert!(!is_blank(character), "{character:?}");
        }
    }
}
