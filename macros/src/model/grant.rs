//! The text of a grant: scopes in the alphabet of RFC 6749 §3.3, or one role.

use proc_macro2::Span;
use syn::LitStr;

use crate::diagnostics::Diagnostics;
use crate::parse::GrantKind;

/// Returns the names in a text: one or more scopes, or exactly one role.
pub(super) fn check_text(
    grant: GrantKind,
    text: &LitStr,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<String>> {
    let value = text.value();
    if value.trim().is_empty() {
        let (name, option) = (grant.name(), grant.option());
        diagnostics.error(
            text.span(),
            format_args!("this text names no {name}"),
            format_args!(
                "write at least one, as in `{}`; to accept any valid token, write `authenticated` \
                 instead of `{option}`",
                grant.example()
            ),
        );
        return None;
    }
    match grant {
        GrantKind::Scope => check_scopes(&value, text.span(), diagnostics),
        GrantKind::Role => check_role(value, text.span(), diagnostics).map(|role| vec![role]),
    }
}

fn check_scopes(value: &str, span: Span, diagnostics: &mut Diagnostics) -> Option<Vec<String>> {
    if value.contains(',') {
        report_comma(value, span, diagnostics);
        return None;
    }
    let mut tokens = Vec::new();
    for token in value.split(' ') {
        check_token(token, span, diagnostics)?;
        tokens.push(token.to_owned());
    }
    Some(tokens)
}

/// Reports a comma, which RFC 6749 allows in a scope: `"a, b"` would require a scope named `a,`.
fn report_comma(value: &str, span: Span, diagnostics: &mut Diagnostics) {
    let scopes: Vec<_> = value
        .split([' ', ','])
        .filter(|scope| !scope.is_empty())
        .collect();
    let scopes = scopes.join(" ");
    diagnostics.error(
        span,
        "scopes are separated by a space, not by a comma",
        format_args!(
            "write `{scopes:?}`; for a scope that contains a comma, write `scopes = SCOPE` and \
             `const SCOPE: Scope = Scope::new({value:?});`"
        ),
    );
}

/// Checks one scope: `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`.
pub(super) fn check_token(token: &str, span: Span, diagnostics: &mut Diagnostics) -> Option<()> {
    if token.is_empty() {
        diagnostics.error(
            span,
            "scopes are separated by exactly one space",
            "write `\"orders:read orders:write\"`",
        );
        return None;
    }
    let illegal = token
        .chars()
        .find(|c| !matches!(c, '\x21' | '\x23'..='\x5B' | '\x5D'..='\x7E'));
    if let Some(illegal) = illegal {
        diagnostics.error(
            span,
            format_args!("a scope cannot contain {illegal:?}"),
            "use printable ASCII without space, `\"` and `\\` (RFC 6749 section 3.3), as in \
             `\"orders:read\"`",
        );
        return None;
    }
    Some(())
}

/// Checks one role.
///
/// No specification defines an alphabet for roles. Whitespace is an error, because such a text looks
/// like several roles.
fn check_role(value: String, span: Span, diagnostics: &mut Diagnostics) -> Option<String> {
    if !value.contains(char::is_whitespace) {
        return Some(value);
    }
    let roles: Vec<_> = value
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|role| !role.is_empty())
        .map(|role| format!("{role:?}"))
        .collect();
    let roles = roles.join(", ");
    let suggestion = if roles.contains(", ") {
        format!("`all({roles})` if every role is required, `any({roles})` if one is enough")
    } else {
        format!("`{roles}`")
    };
    diagnostics.error(
        span,
        "a role in quotes cannot contain whitespace",
        format_args!(
            "write {suggestion}; for a role that contains whitespace, write `roles = ROLE` and \
             `const ROLE: Role = Role::new({value:?});`"
        ),
    );
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(grant: GrantKind, text: &str) -> (Option<Vec<String>>, Diagnostics) {
        let mut diagnostics = Diagnostics::default();
        let text = syn::parse_str(text).unwrap();
        let names = check_text(grant, &text, &mut diagnostics);
        (names, diagnostics)
    }

    fn names(grant: GrantKind, text: &str) -> Vec<String> {
        let (names, diagnostics) = check(grant, text);
        let messages = diagnostics.into_messages();
        assert!(messages.is_empty(), "{text}: {messages:?}");
        names.unwrap()
    }

    fn mistakes(grant: GrantKind, text: &str) -> Vec<String> {
        let (names, diagnostics) = check(grant, text);
        assert_eq!(names, None, "{text}");
        diagnostics.into_messages()
    }

    fn helps(grant: GrantKind, text: &str, help: &str) -> bool {
        let errors = check(grant, text).1.into_compile_errors();
        errors
            .unwrap()
            .to_string()
            .contains(&help.escape_debug().to_string())
    }

    #[test]
    fn text_contains_scopes_or_one_role() {
        assert_eq!(names(GrantKind::Scope, "\"b a\""), ["b", "a"]);
        assert_eq!(names(GrantKind::Scope, "\"a\""), ["a"]);
        for role in [
            "a",
            "Domain_Admins",
            "ä:\\ß",
            "https://a.example/b?c#d",
            "a\"b",
        ] {
            assert_eq!(names(GrantKind::Role, &format!("{role:?}")), [role]);
        }
    }

    #[test]
    fn blank_text_is_an_error() {
        for text in ["\"\"", "\" \"", "\"\\t\\n\""] {
            assert_eq!(
                mistakes(GrantKind::Scope, text),
                ["this text names no scope"]
            );
            assert_eq!(mistakes(GrantKind::Role, text), ["this text names no role"]);
        }
    }

    #[test]
    fn scopes_with_extra_spaces_are_an_error() {
        for text in ["\" a\"", "\"a \"", "\"a  b\""] {
            assert_eq!(
                mistakes(GrantKind::Scope, text),
                ["scopes are separated by exactly one space"],
                "{text}"
            );
        }
    }

    #[test]
    fn scopes_with_a_comma_are_an_error() {
        for (text, help) in [
            ("\"a:read, a:write\"", "write `\"a:read a:write\"`; "),
            ("\"a,b\"", "write `\"a b\"`; "),
            ("\"a,b\"", "Scope::new(\"a,b\")"),
        ] {
            assert_eq!(
                mistakes(GrantKind::Scope, text),
                ["scopes are separated by a space, not by a comma"],
                "{text}"
            );
            assert!(helps(GrantKind::Scope, text, help), "{text}");
        }
        assert_eq!(names(GrantKind::Role, "\"cn=a,ou=b\""), ["cn=a,ou=b"]);
    }

    #[test]
    fn scope_outside_rfc_6749_alphabet_is_an_error() {
        for (text, illegal) in [
            ("\"a\\tb\"", "'\\t'"),
            ("\"a\\\"b\"", "'\"'"),
            ("\"a\\\\b\"", "'\\\\'"),
            ("\"ä\"", "'ä'"),
            ("\"a\\u{7f}\"", "'\\u{7f}'"),
            ("\"a\\0\"", "'\\0'"),
        ] {
            assert_eq!(
                mistakes(GrantKind::Scope, text),
                [format!("a scope cannot contain {illegal}")],
                "{text}"
            );
        }
    }

    #[test]
    fn scope_accepts_each_end_of_the_alphabet() {
        for legal in ['\x21', '\x23', '\x5B', '\x5D', '\x7E'] {
            let mut diagnostics = Diagnostics::default();
            let token = legal.to_string();
            assert!(check_token(&token, Span::call_site(), &mut diagnostics).is_some());
            assert!(diagnostics.into_messages().is_empty(), "{legal:?}");
        }
    }

    #[test]
    fn role_with_whitespace_is_an_error() {
        for text in [
            "\"a b\"",
            "\" a\"",
            "\"a \"",
            "\"a\\tb\"",
            "\"a\\n\"",
            "\"a\\u{a0}b\"",
            "\"a\\u{2003}b\"",
        ] {
            let wrong = ["a role in quotes cannot contain whitespace"];
            assert_eq!(mistakes(GrantKind::Role, text), wrong, "{text}");
        }
    }

    #[test]
    fn several_roles_in_one_text_suggest_all_and_any() {
        for help in [
            "write `all(\"a\", \"b\")` if every role is required, `any(\"a\", \"b\")` if one",
            "`const ROLE: Role = Role::new(\"a b\");`",
        ] {
            assert!(helps(GrantKind::Role, "\"a b\"", help), "{help}");
        }
        assert!(helps(GrantKind::Role, "\" a \"", "write `\"a\"`; "));
        assert!(helps(GrantKind::Role, "\" a \"", "Role::new(\" a \")"));
        assert!(helps(GrantKind::Role, "\"a, b\"", "`all(\"a\", \"b\")`"));
    }
}
