//! Patterns that let more in than they seem to.

use syn::{Expr, Lit};

use crate::diagnostics::Diagnostics;
use crate::parse::InputWord;

/// Refuses `pattern("…")` that a text satisfies anywhere in it.
///
/// garde looks for a match in the text, so that `pattern("[a-z]+")` takes whatever holds one
/// letter. A pattern that is a path is somebody else's, and is not looked at.
pub(super) fn refuse_loose_patterns(words: &[InputWord], diagnostics: &mut Diagnostics) {
    for word in words {
        if word.is("inner") || word.is("if") {
            refuse_loose_patterns(&word.words(), diagnostics);
        }
        if !word.is("pattern") {
            continue;
        }
        let tokens = word.list.clone().unwrap_or_default();
        let Ok(Expr::Lit(literal)) = syn::parse2::<Expr>(tokens) else {
            continue;
        };
        if let Lit::Str(text) = &literal.lit
            && !is_anchored(&text.value())
        {
            diagnostics.error(
                text.span(),
                "this pattern need not match the whole text: anything may stand around it",
                format_args!("write `pattern(r\"^(?:{})$\")`", text.value()),
            );
        }
    }
}

/// Whether every match begins at the text's begin and ends at its end.
fn is_anchored(pattern: &str) -> bool {
    let flags = |flag| pattern.contains("(?") && has_flag(pattern, flag);
    pattern.starts_with('^')
        && pattern.ends_with('$')
        && !is_escaped_at_end(pattern)
        && !has_open_alternative(pattern)
        && !flags('m')
}

/// Whether the final `$` is a mere character: an odd number of backslashes before it.
fn is_escaped_at_end(pattern: &str) -> bool {
    let before = pattern.strip_suffix('$').unwrap_or(pattern);
    let backslashes = before.bytes().rev().take_while(|byte| *byte == b'\\');
    backslashes.count() % 2 == 1
}

/// Whether a group of flags such as `(?im)` or `(?m:…)` switches this one on.
fn has_flag(pattern: &str, flag: char) -> bool {
    pattern.split("(?").skip(1).any(|group| {
        let flags = group.split([')', ':']).next().unwrap_or_default();
        let on = flags.split('-').next().unwrap_or_default();
        on.chars().all(char::is_alphabetic) && on.contains(flag)
    })
}

/// Whether a `|` outside of all groups and classes parts the anchors from each other.
fn has_open_alternative(pattern: &str) -> bool {
    let (mut groups, mut in_class, mut escaped) = (0_usize, false, false);
    for character in pattern.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ']' => in_class = false,
            _ if in_class => {}
            '[' => in_class = true,
            '(' => groups += 1,
            ')' => groups = groups.saturating_sub(1),
            '|' if groups == 0 => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_has_to_hold_the_whole_text() {
        for whole in [
            "^[a-z]+$",
            "^$",
            r"^a\\$",
            "^(?:a|b)$",
            "^[|]$",
            r"^a\|b$",
            "^(?i)a$",
            "^(?-m)a$",
        ] {
            assert!(is_anchored(whole), "{whole}");
        }
        for part in [
            "",
            "[a-z]+",
            "^a",
            "a$",
            r"^a\$",
            "^a|b$",
            "^a$|^b$",
            "^(?m)a$",
            "^(?im:a)$",
            r"^a\\\$",
        ] {
            assert!(!is_anchored(part), "{part}");
        }
    }
}
