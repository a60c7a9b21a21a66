//! Patterns that match a part of a text.

use regex_syntax::hir::Look;
use syn::LitStr;

use crate::diagnostics::Diagnostics;
use crate::parse::{GardeRule, Pattern, RuleKind};

/// Rejects each `pattern("…")` that a text can satisfy with one of its parts.
///
/// garde searches for a match, so `pattern("[a-z]+")` accepts every text with one letter in it. A
/// pattern that is not a string literal is code of its author's, and is not checked.
pub(super) fn reject_partial(rules: &[GardeRule], diagnostics: &mut Diagnostics) {
    for literal in literals(rules) {
        let pattern = literal.value();
        if let Ok(false) = matches_whole_text(&pattern) {
            diagnostics.error(
                literal.span(),
                "the pattern can match a part of the text, with anything around it",
                help(&pattern),
            );
        }
    }
}

/// Rejects each `pattern("…")` that is no regular expression; returns whether there is one.
pub(super) fn reject_invalid(rules: &[GardeRule], diagnostics: &mut Diagnostics) -> bool {
    let mut is_invalid = false;
    for literal in literals(rules) {
        if let Err(error) = regex_syntax::parse(&literal.value()) {
            is_invalid = true;
            let message = format!(
                "the pattern is not a regular expression: {}",
                reason(&error)
            );
            let help = "write it in the syntax of the crate `regex`, for example `^[a-z]+$`";
            diagnostics.error(literal.span(), message, help);
        }
    }
    is_invalid
}

/// The error without the pattern.
fn reason(error: &regex_syntax::Error) -> String {
    match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        _ => "unknown error".to_owned(),
    }
}

/// The literal patterns of rules, at every depth.
fn literals(rules: &[GardeRule]) -> Vec<&LitStr> {
    let literals = rules.iter().flat_map(|rule| match &rule.kind {
        RuleKind::Inner(inside) | RuleKind::If(_, inside) => literals(inside),
        RuleKind::Pattern(Pattern::Literal(literal)) => vec![literal],
        _ => Vec::new(),
    });
    literals.collect()
}

/// Returns whether every match begins at the start of the text and ends at its end.
///
/// The sets are those of the assertions that *every* match passes, whichever alternatives and
/// repetitions it takes. Assertions about lines, as under `(?m)`, are others.
fn matches_whole_text(pattern: &str) -> Result<bool, Box<regex_syntax::Error>> {
    let hir = regex_syntax::parse(pattern).map_err(Box::new)?;
    let properties = hir.properties();
    let (prefix, suffix) = (properties.look_set_prefix(), properties.look_set_suffix());
    Ok(prefix.contains(Look::Start) && suffix.contains(Look::End))
}

fn help(pattern: &str) -> String {
    let whole = format!("^(?:{pattern})$");
    let fence = if whole.contains('"') { "#" } else { "" };
    match matches_whole_text(&whole) {
        Ok(true) => format!("write `pattern(r{fence}\"{whole}\"{fence})`"),
        // as under `(?x)`, where a comment would swallow the end
        _ => "begin the pattern with `^(?:` and end it with `)$`".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_whole(pattern: &str) -> bool {
        matches_whole_text(pattern).unwrap()
    }

    #[test]
    fn pattern_with_both_anchors_is_accepted() {
        for pattern in [
            "^[a-z]+$",
            "^$",
            r"^a\\$",
            "^(?:a|b)$",
            "^[|]$",
            r"^a\|b$",
            r"\A[a-z]+\z",
            r"\Aa$",
            "^(?i)a$",
            "(?i)^a$",
            "(?x) ^ a $ # with a comment",
            "^(?-m)a$",
            "(?m)(?-m)^a$",
            "^a$|^b$",
            "(?:^a|^b)$",
            "^(?:a$|b$)",
            "((^((a)))$)",
            "^^a$$",
            "^+a$+",
            "^?^a$$*",
            "(?s)^.*$",
            "^(?m:a|b)$",
            r"^\p{Lu}\w{0,9}$",
        ] {
            assert!(is_whole(pattern), "{pattern}");
        }
    }

    #[test]
    fn pattern_that_can_match_a_part_is_rejected() {
        for pattern in [
            "",
            "[a-z]+",
            "^a",
            "a$",
            r"^a\$",
            r"\^a$",
            "^a|b$",
            "^a|^b$",
            "(?:^|a)b$",
            "^a(?:$|b)",
            "^(?m)a$",
            "(?m)^a$",
            "^(?im:a)$|b",
            "^(?m:a$)",
            r"^a\\\$",
            "^*[a-z]+$",
            "^?[a-z]+$",
            "^{0}[a-z]+$",
            "^{0,3}[a-z]+$",
            "^[a-z]+$*",
            "^[a-z]+$?",
            "^[a-z]+${0}",
            "(?:^)*a$",
            "^a(?:$)?",
            "a?^b$",
            "^a$b?",
            "[^]a]$",
            "^[a-z$]",
            r"(?m)\Aa$",
            r"\ba\b",
            r"(?x) ^ a # $",
        ] {
            assert!(!is_whole(pattern), "{pattern}");
        }
    }

    #[test]
    fn invalid_pattern_is_an_error() {
        for pattern in ["^(a$", "^a)$", "^[a$", "*a", "^a{2,1}$", r"^\y$", "^(?=a)$"] {
            assert!(matches_whole_text(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn help_suggests_a_pattern_that_is_accepted() {
        assert_eq!(help("a|b"), "write `pattern(r\"^(?:a|b)$\")`");
        assert_eq!(help("(?m)^\"$"), "write `pattern(r#\"^(?:(?m)^\"$)$\"#)`");
        let comment = help("(?x) a # comment");
        assert_eq!(
            comment,
            "begin the pattern with `^(?:` and end it with `)$`"
        );
    }

    /// Tries every pattern of up to three of these tokens, alone, between anchors and in a group.
    #[test]
    fn accepted_pattern_never_matches_a_part_of_a_text() {
        const TOKENS: [&str; 17] = [
            "^", "$", "a", ".", "b?", "(?:", "(", ")", "|", "*", "?", "{0}", "+", "(?m)", "(?s)",
            r"\A", r"\z",
        ];
        let texts = combinations(&["a", "b", "\n", "é"], 4);
        let patterns = combinations(&TOKENS, 3);
        let patterns = patterns.into_iter().flat_map(|inside| {
            let wrapped = format!("^(?:{inside})$");
            [format!("^{inside}$"), wrapped, inside]
        });
        let mut accepted = 0;
        for pattern in patterns {
            if matches_whole_text(&pattern).unwrap_or(false) {
                accepted += 1;
                let regex = regex::Regex::new(&pattern).unwrap();
                for text in &texts {
                    let found = regex.find(text).map(|found| found.range());
                    let whole = 0..text.len();
                    assert!(
                        found.is_none_or(|found| found == whole),
                        "{pattern} {text:?}"
                    );
                }
            }
        }
        assert!(accepted > 500, "{accepted}");
    }

    /// Every sequence of up to `most` parts.
    fn combinations(parts: &[&str], most: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..most {
            let longer = last.iter().flat_map(|start| {
                let parts = parts.iter();
                parts.map(move |part| format!("{start}{part}"))
            });
            last = longer.collect();
            all.extend(last.iter().cloned());
        }
        all
    }
}
