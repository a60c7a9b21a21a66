//! What a text names: scopes in the alphabet of RFC 6749 §3.3, or one role.

use proc_macro2::Span;
use syn::LitStr;

use crate::diagnostics::Diagnostics;
use crate::parse::Leaf;

/// The names in a text: of scopes one or more, of roles exactly one.
pub(super) fn check_text(
    leaf: Leaf,
    text: &LitStr,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<String>> {
    let value = text.value();
    if value.trim().is_empty() {
        let (name, word) = (leaf.name(), leaf.word());
        diagnostics.error(
            text.span(),
            format_args!("no {name} is named here"),
            format_args!(
                "name at least one, as in `{}`; where any valid token will do, write \
                 `authenticated` instead of `{word}`",
                leaf.example()
            ),
        );
        return None;
    }
    match leaf {
        Leaf::Scope => check_scopes(&value, text.span(), diagnostics),
        Leaf::Role => check_role(value, text.span(), diagnostics).map(|role| vec![role]),
    }
}

fn check_scopes(value: &str, span: Span, diagnostics: &mut Diagnostics) -> Option<Vec<String>> {
    let mut tokens = Vec::new();
    for token in value.split(' ') {
        check_token(token, span, diagnostics)?;
        tokens.push(token.to_owned());
    }
    Some(tokens)
}

/// `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`
pub(super) fn check_token(token: &str, span: Span, diagnostics: &mut Diagnostics) -> Option<()> {
    if token.is_empty() {
        diagnostics.error(
            span,
            "a space too many stands between scopes",
            "separate scopes with exactly one space: `\"orders:read orders:write\"`",
        );
        return None;
    }
    let illegal = token
        .chars()
        .find(|c| !matches!(c, '\x21' | '\x23'..='\x5B' | '\x5D'..='\x7E'));
    if let Some(illegal) = illegal {
        diagnostics.error(
            span,
            format_args!("{illegal:?} cannot stand in a scope"),
            "use printable ASCII without space, `\"` and `\\` (RFC 6749 section 3.3), as in \
             `\"orders:read\"`",
        );
        return None;
    }
    Some(())
}

/// No specification gives roles an alphabet; but with whitespace in it, a text reads as several.
fn check_role(value: String, span: Span, diagnostics: &mut Diagnostics) -> Option<String> {
    if !value.contains(char::is_whitespace) {
        return Some(value);
    }
    let roles: Vec<_> = value
        .split_whitespace()
        .map(|role| format!("{role:?}"))
        .collect();
    let roles = roles.join(", ");
    let meant = if roles.contains(", ") {
        format!("`all({roles})` where each is needed, `any({roles})` where one is enough")
    } else {
        format!("`{roles}`")
    };
    diagnostics.error(
        span,
        "whitespace stands in this role",
        format_args!(
            "write {meant}; a role that really holds it is a constant, \
             `const ROLE: Role = Role::new({value:?});`, and `roles = ROLE`"
        ),
    );
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(leaf: Leaf, text: &str) -> (Option<Vec<String>>, Diagnostics) {
        let mut diagnostics = Diagnostics::default();
        let text = syn::parse_str(text).unwrap();
        let names = check_text(leaf, &text, &mut diagnostics);
        (names, diagnostics)
    }

    fn names(leaf: Leaf, text: &str) -> Vec<String> {
        let (names, diagnostics) = check(leaf, text);
        let messages = diagnostics.into_messages();
        assert!(messages.is_empty(), "{text}: {messages:?}");
        names.unwrap()
    }

    fn mistakes(leaf: Leaf, text: &str) -> Vec<String> {
        let (names, diagnostics) = check(leaf, text);
        assert_eq!(names, None, "{text}");
        diagnostics.into_messages()
    }

    fn helps(text: &str, help: &str) -> bool {
        let errors = check(Leaf::Role, text).1.into_compile_errors();
        errors
            .unwrap()
            .to_string()
            .contains(&help.escape_debug().to_string())
    }

    #[test]
    fn a_text_names_scopes_or_one_role() {
        assert_eq!(names(Leaf::Scope, "\"b a\""), ["b", "a"]);
        assert_eq!(names(Leaf::Scope, "\"a\""), ["a"]);
        for role in [
            "a",
            "Domain_Admins",
            "ä:\\ß",
            "https://a.example/b?c#d",
            "a\"b",
        ] {
            assert_eq!(names(Leaf::Role, &format!("{role:?}")), [role]);
        }
    }

    #[test]
    fn a_blank_text_names_nothing() {
        for text in ["\"\"", "\" \"", "\"\\t\\n\""] {
            assert_eq!(mistakes(Leaf::Scope, text), ["no scope is named here"]);
            assert_eq!(mistakes(Leaf::Role, text), ["no role is named here"]);
        }
    }

    #[test]
    fn scopes_are_separated_by_exactly_one_space() {
        for text in ["\" a\"", "\"a \"", "\"a  b\""] {
            assert_eq!(
                mistakes(Leaf::Scope, text),
                ["a space too many stands between scopes"],
                "{text}"
            );
        }
    }

    #[test]
    fn only_the_alphabet_of_rfc_6749_can_stand_in_a_scope() {
        for (text, illegal) in [
            ("\"a\\tb\"", "'\\t'"),
            ("\"a\\\"b\"", "'\"'"),
            ("\"a\\\\b\"", "'\\\\'"),
            ("\"ä\"", "'ä'"),
            ("\"a\\u{7f}\"", "'\\u{7f}'"),
            ("\"a\\0\"", "'\\0'"),
        ] {
            assert_eq!(
                mistakes(Leaf::Scope, text),
                [format!("{illegal} cannot stand in a scope")],
                "{text}"
            );
        }
    }

    #[test]
    fn each_end_of_the_alphabet_can_stand_in_a_scope() {
        for legal in ['\x21', '\x23', '\x5B', '\x5D', '\x7E'] {
            let mut diagnostics = Diagnostics::default();
            let token = legal.to_string();
            assert!(check_token(&token, Span::call_site(), &mut diagnostics).is_some());
            assert!(diagnostics.into_messages().is_empty(), "{legal:?}");
        }
    }

    #[test]
    fn whitespace_of_any_kind_stands_in_no_role() {
        for text in [
            "\"a b\"",
            "\" a\"",
            "\"a \"",
            "\"a\\tb\"",
            "\"a\\n\"",
            "\"a\\u{a0}b\"",
            "\"a\\u{2003}b\"",
        ] {
            let wrong = ["whitespace stands in this role"];
            assert_eq!(mistakes(Leaf::Role, text), wrong, "{text}");
        }
    }

    #[test]
    fn several_roles_in_one_text_are_told_apart() {
        for help in [
            "write `all(\"a\", \"b\")` where each is needed, `any(\"a\", \"b\")` where one",
            "`const ROLE: Role = Role::new(\"a b\");`",
        ] {
            assert!(helps("\"a b\"", help), "{help}");
        }
        assert!(helps("\" a \"", "write `\"a\"`; "));
        assert!(helps("\" a \"", "Role::new(\" a \")"));
    }
}
