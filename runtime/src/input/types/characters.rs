//! Which characters have no place in a line of text, and which cannot be seen.

/// Whether a character ends a line, controls a device, turns text round, or is none.
///
/// - control characters (C0 with tab and line ends, DEL, C1);
/// - line and paragraph separators;
/// - the bidirectional controls of UAX #9 §2: with them a text reads otherwise than it is
///   (CVE-2021-42574);
/// - noncharacters, which Unicode keeps for a program's inside (§23.7).
pub(in crate::input) fn is_refused(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}')
        || is_bidi_control(character)
        || is_noncharacter(character)
}

/// Unicode's property `Bidi_Control`.
fn is_bidi_control(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// The last two of each plane, and 32 of the first.
fn is_noncharacter(character: char) -> bool {
    matches!(character, '\u{fdd0}'..='\u{fdef}') || u32::from(character) & 0xfffe == 0xfffe
}

/// Whether nothing is seen of a character that stands alone.
///
/// White space, Unicode's property `Default_Ignorable_Code_Point`, and the Braille pattern
/// without a dot. What has only these is a blank, though a length rule counts it.
#[cfg(feature = "text")]
pub(super) fn is_invisible(character: char) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Every character of these ranges is told, and those around are not.
    fn only(told: fn(char) -> bool, ranges: &[(u32, u32)]) {
        for code in 0..=0x10_ffff {
            let Some(character) = char::from_u32(code) else {
                continue;
            };
            let within = ranges
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&code));
            assert_eq!(told(character), within, "U+{code:04X}");
        }
    }

    #[test]
    fn bidirectional_controls_are_those_of_uax_9() {
        only(
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
    fn there_are_66_noncharacters() {
        let last_two = (0..=16).map(|plane| (plane * 0x1_0000 + 0xfffe, plane * 0x1_0000 + 0xffff));
        let ranges: Vec<(u32, u32)> = last_two.chain([(0xfdd0, 0xfdef)]).collect();
        only(is_noncharacter, &ranges);
    }

    #[test]
    fn refused_are_these_and_no_others() {
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
        only(is_refused, &planes.chain(others).collect::<Vec<_>>());
    }

    #[test]
    fn spaces_fillers_and_joiners_cannot_be_seen() {
        for character in " \u{a0}\u{ad}\u{200b}\u{200d}\u{2003}\u{2060}\u{2800}\u{3000}\u{3164}\u{feff}\u{ffa0}\u{e0041}".chars() {
            assert!(is_invisible(character), "{character:?}");
        }
        for character in "a.\u{e9}\u{101}\u{301}\u{4e2d}\u{1f600}\u{fffd}".chars() {
            assert!(!is_invisible(character), "{character:?}");
        }
    }
}
