//! Converts patterns of Rust's regex dialect to JSON Schema's, which is ECMA-262 with the flag `u`.
//!
//! The dialects differ even for the same syntax: Rust's `\d` matches digits of any script, and its `.`
//! matches `\r`. Only syntax with a known equivalent is converted.

use std::iter::Peekable;
use std::str::Chars;

/// Returns the equivalent pattern in ECMA-262, if it is known.
pub(crate) fn portable(pattern: &str) -> Option<String> {
    let mut rest = pattern.chars().peekable();
    let mut output = String::new();
    let mut is_unrepeatable = false;
    while let Some(next) = rest.next() {
        let quantifier = matches!(next, '*' | '+' | '?' | '{');
        // Rust accepts a quantifier after a quantifier or an anchor, ECMA-262 does not
        if quantifier && is_unrepeatable {
            return None;
        }
        is_unrepeatable = quantifier || matches!(next, '^' | '$');
        match next {
            '\\' => escape(&mut rest, false, &mut output)?,
            '[' => class(&mut rest, &mut output)?,
            '.' => output.push_str(r"[^\n]"),
            '(' => {
                output.push('(');
                if rest.next_if_eq(&'?').is_some() {
                    rest.next_if_eq(&':')?;
                    output.push_str("?:");
                }
            }
            '{' => repetition(&mut rest, &mut output)?,
            ']' | '}' => return None,
            other => output.push(other),
        }
        if quantifier && rest.next_if_eq(&'?').is_some() {
            output.push('?');
        }
    }
    Some(output)
}

/// Returns a pattern that matches a text literally.
pub(crate) fn escaped(text: &str) -> String {
    let mut pattern = String::new();
    for character in text.chars() {
        if is_syntax(character) {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

fn is_syntax(character: char) -> bool {
    r"^$\.*+?()[]{}|/".contains(character)
}

/// Converts `{2}`, `{2,}` or `{2,5}` after the opening brace.
fn repetition(rest: &mut Peekable<Chars<'_>>, output: &mut String) -> Option<()> {
    let mut digits = String::new();
    loop {
        match rest.next()? {
            '}' if digits.starts_with(|first: char| first.is_ascii_digit()) => break,
            digit if digit.is_ascii_digit() => digits.push(digit),
            ',' if !digits.contains(',') => digits.push(','),
            _ => return None,
        }
    }
    output.extend(["{", &digits, "}"]);
    Some(())
}

/// Converts a character class after the opening bracket.
fn class(rest: &mut Peekable<Chars<'_>>, output: &mut String) -> Option<()> {
    output.push('[');
    if rest.next_if_eq(&'^').is_some() {
        output.push('^');
    }
    // `[]…]` contains a bracket in Rust and is empty in ECMA-262
    if rest.peek() == Some(&']') {
        return None;
    }
    loop {
        let next = rest.next()?;
        match next {
            ']' => break,
            '\\' => escape(rest, true, output)?,
            // nested classes and set operations of Rust
            '[' => return None,
            '&' | '~' | '-' if rest.peek() == Some(&next) => return None,
            other => output.push(other),
        }
    }
    output.push(']');
    Some(())
}

/// Converts an escape after the backslash.
fn escape(rest: &mut Peekable<Chars<'_>>, in_class: bool, output: &mut String) -> Option<()> {
    let next = rest.next()?;
    match next {
        'd' => output.push_str(r"\p{Nd}"),
        'D' => output.push_str(r"\P{Nd}"),
        's' => output.push_str(r"\p{White_Space}"),
        'S' => output.push_str(r"\P{White_Space}"),
        'w' if in_class => output.push_str(WORD),
        'w' => output.extend(["[", WORD, "]"]),
        'W' if !in_class => output.extend(["[^", WORD, "]"]),
        't' | 'n' | 'r' | 'f' | 'v' => {
            output.push('\\');
            output.push(next);
        }
        '-' if in_class => output.push_str(r"\-"),
        syntax if is_syntax(syntax) => {
            output.push('\\');
            output.push(syntax);
        }
        other if other.is_ascii_punctuation() => {
            if matches!(other, '<' | '>') {
                return None;
            }
            output.push(other);
        }
        _ => return None,
    }
    Some(())
}

/// The content of a class for Rust's `\w` (UTS #18, annex C).
const WORD: &str = r"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pattern_with_same_meaning_is_unchanged() {
        for same in [
            "^[a-z]+$",
            "^(?:a|b)$",
            r"^\$[0-9]{1,3}$",
            "^[A-Z]{2}[0-9]{3,}$",
            r"^a\.b\/c$",
            "^(a)?(b)*?$",
            r"^[a\-z\]]$",
            "^\u{e9}$",
        ] {
            assert_eq!(portable(same).as_deref(), Some(same), "{same}");
        }
    }

    #[test]
    fn pattern_with_other_syntax_is_converted() {
        assert_eq!(portable(r"^\d{4}$").unwrap(), r"^\p{Nd}{4}$");
        assert_eq!(
            portable(r"^[\w\s]$").unwrap(),
            format!("^[{WORD}\\p{{White_Space}}]$")
        );
        assert_eq!(portable(r"^.\W\@$").unwrap(), format!(r"^[^\n][^{WORD}]@$"));
        assert_eq!(portable(r"^\w$").unwrap(), format!("^[{WORD}]$"));
        assert_eq!(portable(r"^\D[\S]$").unwrap(), r"^\P{Nd}[\P{White_Space}]$");
        assert_eq!(portable(r"^\-[\-]$").unwrap(), r"^-[\-]$");
        let controls = r"^\t\n\r\f\v$";
        assert_eq!(portable(controls).unwrap(), controls);
    }

    #[test]
    fn pattern_without_known_equivalent_is_rejected() {
        for unknown in [
            r"^\bword\b$",
            "^(?i)a$",
            "^(?P<name>a)$",
            "^[[:alpha:]]$",
            "^[a&&b]$",
            "^[a--b]$",
            "^a++$",
            "^(?:^*a)$",
            "^(?:a$?)$",
            "^a{,3}$",
            "^a{2}{3}$",
            "^a{1,2,3}$",
            "^a{1x}$",
            "^a{1,x}$",
            r"^\é$",
            "^[]a]$",
            r"^\x41$",
            r"^\pL$",
            r"^\Aa\z$",
            r"^\<a$",
            r"^[\W]$",
            "^a}$",
        ] {
            assert_eq!(portable(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn syntax_in_literal_text_is_escaped() {
        assert_eq!(escaped("a.b*(c)"), r"a\.b\*\(c\)");
        assert_eq!(escaped("x-1"), "x-1");
    }
}
