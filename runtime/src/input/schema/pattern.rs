//! Patterns of Rust's dialect in that of JSON Schema, ECMA-262's with the flag `u`.
//!
//! The two differ where they look the same: Rust's `\d` is a digit of any script, and its `.` takes
//! `\r`. What is not known to mean the same in both, or to have another spelling, is left out.

use std::iter::Peekable;
use std::str::Chars;

/// The same pattern in ECMA-262; none where that is not known.
pub(crate) fn portable(pattern: &str) -> Option<String> {
    let mut rest = pattern.chars().peekable();
    let mut written = String::new();
    let mut is_unrepeatable = false;
    while let Some(next) = rest.next() {
        let quantifier = matches!(next, '*' | '+' | '?' | '{');
        // Rust repeats what is repeated, and the ends of a text; ECMA-262 has no such thing
        if quantifier && is_unrepeatable {
            return None;
        }
        is_unrepeatable = quantifier || matches!(next, '^' | '$');
        match next {
            '\\' => escape(&mut rest, false, &mut written)?,
            '[' => class(&mut rest, &mut written)?,
            '.' => written.push_str(r"[^\n]"),
            '(' => {
                written.push('(');
                if rest.next_if_eq(&'?').is_some() {
                    rest.next_if_eq(&':')?;
                    written.push_str("?:");
                }
            }
            '{' => count(&mut rest, &mut written)?,
            ']' | '}' => return None,
            other => written.push(other),
        }
        if quantifier && rest.next_if_eq(&'?').is_some() {
            written.push('?');
        }
    }
    Some(written)
}

/// A text as a pattern that is found where the text is.
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

/// `{2}`, `{2,}` or `{2,5}`, of which the opening brace is read.
fn count(rest: &mut Peekable<Chars<'_>>, written: &mut String) -> Option<()> {
    let mut digits = String::new();
    loop {
        match rest.next()? {
            '}' if digits.starts_with(|first: char| first.is_ascii_digit()) => break,
            digit if digit.is_ascii_digit() => digits.push(digit),
            ',' if !digits.contains(',') => digits.push(','),
            _ => return None,
        }
    }
    written.extend(["{", &digits, "}"]);
    Some(())
}

/// A class, of which the opening bracket is read.
fn class(rest: &mut Peekable<Chars<'_>>, written: &mut String) -> Option<()> {
    written.push('[');
    if rest.next_if_eq(&'^').is_some() {
        written.push('^');
    }
    // `[]…]` has a bracket in it for Rust, and is empty for ECMA-262
    if rest.peek() == Some(&']') {
        return None;
    }
    loop {
        let next = rest.next()?;
        match next {
            ']' => break,
            '\\' => escape(rest, true, written)?,
            // classes within, and what Rust does with two of them
            '[' => return None,
            '&' | '~' | '-' if rest.peek() == Some(&next) => return None,
            other => written.push(other),
        }
    }
    written.push(']');
    Some(())
}

/// What a backslash stands before.
fn escape(rest: &mut Peekable<Chars<'_>>, in_class: bool, written: &mut String) -> Option<()> {
    let next = rest.next()?;
    match next {
        'd' => written.push_str(r"\p{Nd}"),
        'D' => written.push_str(r"\P{Nd}"),
        's' => written.push_str(r"\p{White_Space}"),
        'S' => written.push_str(r"\P{White_Space}"),
        'w' if in_class => written.push_str(WORD),
        'w' => written.extend(["[", WORD, "]"]),
        'W' if !in_class => written.extend(["[^", WORD, "]"]),
        't' | 'n' | 'r' | 'f' | 'v' => {
            written.push('\\');
            written.push(next);
        }
        '-' if in_class => written.push_str(r"\-"),
        syntax if is_syntax(syntax) => {
            written.push('\\');
            written.push(syntax);
        }
        other if other.is_ascii_punctuation() && !other.is_ascii_alphanumeric() => {
            if matches!(other, '<' | '>') {
                return None;
            }
            written.push(other);
        }
        _ => return None,
    }
    Some(())
}

/// Rust's `\w` (UTS #18, annex C), as the content of a class.
const WORD: &str = r"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_the_same_stays() {
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
    fn what_has_another_spelling_gets_it() {
        assert_eq!(portable(r"^\d{4}$").unwrap(), r"^\p{Nd}{4}$");
        assert_eq!(
            portable(r"^[\w\s]$").unwrap(),
            format!("^[{WORD}\\p{{White_Space}}]$")
        );
        assert_eq!(portable(r"^.\W\@$").unwrap(), format!(r"^[^\n][^{WORD}]@$"));
    }

    #[test]
    fn what_is_not_known_to_mean_the_same_is_left_out() {
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
    fn a_text_is_found_as_it_stands() {
        assert_eq!(escaped("a.b*(c)"), r"a\.b\*\(c\)");
        assert_eq!(escaped("x-1"), "x-1");
    }
}
