//! Scope requirements: texts split and checked, nested lists made flat.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{LitStr, Path};

use crate::diagnostics::Diagnostics;
use crate::parse::{Combinator, RawScopes};

/// Which scopes a caller must hold; no list is empty.
#[derive(Clone)]
pub(crate) enum Requirement {
    Scope(ScopeName),
    List(Combinator, Vec<Requirement>),
}

/// One scope, by its text or by the constant that has it.
#[derive(Clone)]
pub(crate) enum ScopeName {
    Text { token: String, span: Span },
    Constant(Path),
}

impl Requirement {
    /// Checks what was written; every text that is wrong is reported.
    pub(crate) fn check(raw: RawScopes, diagnostics: &mut Diagnostics) -> Option<Self> {
        match raw {
            RawScopes::Text(text) => Self::check_text(&text, diagnostics),
            RawScopes::Path(path) => Some(Self::Scope(ScopeName::Constant(path))),
            RawScopes::List {
                combinator, parts, ..
            } => {
                let checked: Vec<_> = parts
                    .into_iter()
                    .map(|part| Self::check(part, diagnostics))
                    .collect();
                let checked = checked.into_iter().collect::<Option<Vec<_>>>()?;
                Self::list(combinator, checked, diagnostics)
            }
        }
    }

    fn check_text(text: &LitStr, diagnostics: &mut Diagnostics) -> Option<Self> {
        let tokens = check_scopes(text, diagnostics)?;
        let scopes = tokens
            .into_iter()
            .map(|token| {
                Self::Scope(ScopeName::Text {
                    token,
                    span: text.span(),
                })
            })
            .collect();
        Self::list(Combinator::All, scopes, diagnostics)
    }

    /// `all(all(a, b), c)` is `all(a, b, c)`, and a list of one is that one.
    fn list(
        combinator: Combinator,
        parts: Vec<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let mut flat: Vec<Self> = Vec::new();
        for part in parts {
            match part {
                Self::List(inner, parts) if inner == combinator => flat.extend(parts),
                other => flat.push(other),
            }
        }
        refuse_repetition(&flat, diagnostics)?;
        match flat.as_slice() {
            [single] => Some(single.clone()),
            _ => Some(Self::List(combinator, flat)),
        }
    }
}

impl ScopeName {
    fn span(&self) -> Span {
        match self {
            Self::Text { span, .. } => *span,
            Self::Constant(path) => path
                .segments
                .last()
                .map_or_else(Span::call_site, |last| last.ident.span()),
        }
    }

    /// As it was written.
    fn spelled(&self) -> String {
        match self {
            Self::Text { token, .. } => token.clone(),
            Self::Constant(path) => path.to_token_stream().to_string().replace(' ', ""),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        matches!(
            (self, other),
            (Self::Text { .. }, Self::Text { .. }) | (Self::Constant(_), Self::Constant(_))
        ) && self.spelled() == other.spelled()
    }
}

fn refuse_repetition(parts: &[Requirement], diagnostics: &mut Diagnostics) -> Option<()> {
    let mut seen: Vec<&ScopeName> = Vec::new();
    for part in parts {
        let Requirement::Scope(scope) = part else {
            continue;
        };
        if seen.iter().any(|earlier| earlier.is_same(scope)) {
            diagnostics.error(
                scope.span(),
                format_args!("`{}` is written twice in one list", scope.spelled()),
                "remove one of the two",
            );
            return None;
        }
        seen.push(scope);
    }
    Some(())
}

/// Splits a scope list as RFC 6749 §3.3 spells it.
fn check_scopes(text: &LitStr, diagnostics: &mut Diagnostics) -> Option<Vec<String>> {
    let value = text.value();
    if value.trim().is_empty() {
        diagnostics.error(
            text.span(),
            "an empty scope list says nothing about who may call",
            "name the scopes, `scopes = \"orders:read\"`, or write `authenticated` where any valid \
             token is enough",
        );
        return None;
    }
    let tokens: Vec<_> = value.split(' ').map(str::to_owned).collect();
    if tokens.iter().any(String::is_empty) {
        let mended = value.split_whitespace().collect::<Vec<_>>().join(" ");
        diagnostics.error(
            text.span(),
            "scopes are separated by exactly one space",
            format_args!("write {mended:?}"),
        );
        return None;
    }
    refuse_alphabet(text, &value.replace(' ', ""), diagnostics)?;
    Some(tokens)
}

/// Says which character no scope can have: RFC 6749 §3.3, `%x21 / %x23-5B / %x5D-7E`.
pub(super) fn refuse_alphabet(
    text: &LitStr,
    tokens: &str,
    diagnostics: &mut Diagnostics,
) -> Option<()> {
    let legal = |character: &char| matches!(character, '\x21' | '\x23'..='\x5B' | '\x5D'..='\x7E');
    let Some(bad) = tokens.chars().find(|character| !legal(character)) else {
        return Some(());
    };
    diagnostics.error(
        text.span(),
        format_args!("{bad:?} cannot stand in a scope (RFC 6749 section 3.3)"),
        "write printable ASCII without space, `\"` and `\\`, as in `\"orders:read\"`",
    );
    None
}

#[cfg(test)]
mod tests {
    use syn::parse::Parser;

    use super::*;

    fn checked(written: &str) -> Result<String, Vec<String>> {
        let mut diagnostics = Diagnostics::default();
        let raw =
            |input: syn::parse::ParseStream<'_>| Ok(RawScopes::parse(input, &mut diagnostics));
        let raw = raw.parse_str(written).unwrap();
        let requirement = raw.and_then(|raw| Requirement::check(raw, &mut diagnostics));
        let messages = diagnostics.into_messages();
        requirement.map(|it| spelled(&it)).ok_or(messages)
    }

    fn spelled(requirement: &Requirement) -> String {
        match requirement {
            Requirement::Scope(scope) => scope.spelled(),
            Requirement::List(combinator, parts) => {
                let parts: Vec<_> = parts.iter().map(spelled).collect();
                format!("{combinator:?}({})", parts.join(" "))
            }
        }
    }

    #[test]
    fn every_form_is_read() {
        for (written, read) in [
            ("\"a\"", "a"),
            ("\"a b\"", "All(a b)"),
            ("ORDERS", "ORDERS"),
            ("crate::scopes::ORDERS", "crate::scopes::ORDERS"),
            ("any(\"a\", B)", "Any(a B)"),
            ("any(\"admin\", all(\"a\", \"b\"),)", "Any(admin All(a b))"),
            ("any(\"admin\", \"a b\")", "Any(admin All(a b))"),
        ] {
            assert_eq!(checked(written).as_deref(), Ok(read), "{written}");
        }
    }

    #[test]
    fn lists_are_flat_and_a_list_of_one_is_that_one() {
        assert_eq!(
            checked("all(all(A, \"b c\"), D)").as_deref(),
            Ok("All(A b c D)")
        );
        assert_eq!(checked("any(any(A, B), C)").as_deref(), Ok("Any(A B C)"));
        assert_eq!(checked("any(all(any(A)))").as_deref(), Ok("A"));
    }

    #[test]
    fn a_scope_is_not_repeated_in_one_list() {
        for twice in ["\"a a\"", "any(\"a\", \"b\", \"a\")", "all(\"a b\", \"a\")"] {
            assert_eq!(
                checked(twice),
                Err(vec!["`a` is written twice in one list".to_owned()])
            );
        }
        assert_eq!(
            checked("any(x::A, x::A)"),
            Err(vec!["`x::A` is written twice in one list".to_owned()])
        );
        assert!(checked("any(\"A\", A)").is_ok());
        assert!(checked("any(all(\"a\", \"b\"), all(\"a\", \"c\"))").is_ok());
    }

    #[test]
    fn an_empty_list_is_refused() {
        for empty in ["\"\"", "\" \"", "any(\"\")"] {
            assert_eq!(
                checked(empty),
                Err(vec![
                    "an empty scope list says nothing about who may call".to_owned()
                ])
            );
        }
        assert_eq!(
            checked("any()"),
            Err(vec!["`any()` names no scope".to_owned()])
        );
    }

    #[test]
    fn the_separator_is_exactly_one_space() {
        for bad in ["\" a\"", "\"a \"", "\"a  b\""] {
            assert_eq!(
                checked(bad),
                Err(vec!["scopes are separated by exactly one space".to_owned()])
            );
        }
    }

    #[test]
    fn the_alphabet_ends_where_the_rfc_says() {
        for byte in 0_u8..=0x7F {
            let text = LitStr::new(&char::from(byte).to_string(), Span::call_site());
            let mut diagnostics = Diagnostics::default();
            let legal = refuse_alphabet(&text, &text.value(), &mut diagnostics).is_some();
            assert_eq!(diagnostics.into_messages().is_empty(), legal);
            let expected =
                byte == 0x21 || (0x23..=0x5B).contains(&byte) || (0x5D..=0x7E).contains(&byte);
            assert_eq!(legal, expected, "{byte:#x}");
        }
        assert!(checked("\"größe\"").is_err());
        assert!(checked("\"a\\tb\"").is_err());
    }

    #[test]
    fn every_text_that_is_wrong_is_reported() {
        assert_eq!(
            checked("any(\"\", \"a  b\", \"c\\\"\")").unwrap_err().len(),
            3
        );
    }
}
