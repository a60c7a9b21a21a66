//! Which scopes a caller needs, checked against the alphabet of RFC 6749 §3.3.

use std::collections::HashSet;

use proc_macro2::Span;
use quote::ToTokens;
use syn::{LitStr, Path};

use crate::diagnostics::Diagnostics;
use crate::parse::{Combinator, RawScopes};

/// A requirement in which no list is empty.
pub(crate) enum Requirement {
    /// A scope by its text.
    Scope { token: String, span: Span },
    /// A scope by the path of its constant.
    Constant(Path),
    /// Each of these.
    All(Vec<Requirement>),
    /// At least one of these.
    Any(Vec<Requirement>),
}

impl Requirement {
    /// Checks a requirement; says everything that is wrong in it.
    pub(super) fn check(raw: RawScopes, diagnostics: &mut Diagnostics) -> Option<Self> {
        match raw {
            RawScopes::Text(text) => check_text(&text, diagnostics),
            RawScopes::Path(path) => Some(Self::Constant(path)),
            RawScopes::List { combinator, parts } => {
                let parts: Vec<_> = parts
                    .into_iter()
                    .map(|part| Self::check(part, diagnostics))
                    .collect();
                let parts: Vec<_> = parts.into_iter().collect::<Option<_>>()?;
                refuse_twice(&parts, diagnostics)?;
                Some(match combinator {
                    Combinator::All => Self::All(parts),
                    Combinator::Any => Self::Any(parts),
                })
            }
        }
    }

    /// What tells two scopes of one list apart; none for lists.
    fn key(&self) -> Option<(String, Span)> {
        match self {
            Self::Scope { token, span } => Some((format!("{token:?}"), *span)),
            Self::Constant(path) => {
                let span = path
                    .segments
                    .last()
                    .map_or_else(Span::call_site, |part| part.ident.span());
                Some((path.to_token_stream().to_string().replace(' ', ""), span))
            }
            Self::All(_) | Self::Any(_) => None,
        }
    }
}

fn check_text(text: &LitStr, diagnostics: &mut Diagnostics) -> Option<Requirement> {
    let value = text.value();
    if value.trim().is_empty() {
        diagnostics.error(
            text.span(),
            "no scope is named here",
            "name at least one, as in `\"orders:read\"`; where any valid token will do, write \
             `authenticated` instead of `scopes`",
        );
        return None;
    }
    let mut parts = Vec::new();
    for token in value.split(' ') {
        check_token(token, text.span(), diagnostics)?;
        parts.push(Requirement::Scope {
            token: token.to_owned(),
            span: text.span(),
        });
    }
    refuse_twice(&parts, diagnostics)?;
    if parts.len() == 1 {
        return parts.pop();
    }
    Some(Requirement::All(parts))
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

fn refuse_twice(parts: &[Requirement], diagnostics: &mut Diagnostics) -> Option<()> {
    let mut seen = HashSet::new();
    for (key, span) in parts.iter().filter_map(Requirement::key) {
        if !seen.insert(key.clone()) {
            diagnostics.error(
                span,
                format_args!("{key} is named twice"),
                format_args!("remove one {key}"),
            );
            return None;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use syn::parse::{ParseStream, Parser};

    use super::*;

    fn check(text: &str) -> (Option<Requirement>, Vec<String>) {
        let mut diagnostics = Diagnostics::default();
        let read = |input: ParseStream<'_>| Ok(RawScopes::parse(input, &mut diagnostics));
        let raw = read.parse_str(text).unwrap().unwrap();
        let requirement = Requirement::check(raw, &mut diagnostics);
        (requirement, diagnostics.into_messages())
    }

    fn mistakes(text: &str) -> Vec<String> {
        let (requirement, messages) = check(text);
        assert_eq!(requirement.is_none(), !messages.is_empty(), "{text}");
        messages
    }

    fn shown(requirement: &Requirement) -> String {
        let list = |parts: &[Requirement]| parts.iter().map(shown).collect::<Vec<_>>().join(" ");
        match requirement {
            Requirement::Scope { token, .. } => format!("{token:?}"),
            Requirement::Constant(path) => path.to_token_stream().to_string().replace(' ', ""),
            Requirement::All(parts) => format!("all({})", list(parts)),
            Requirement::Any(parts) => format!("any({})", list(parts)),
        }
    }

    #[test]
    fn texts_constants_and_lists_keep_their_order() {
        for (text, meant) in [
            ("\"a\"", "\"a\""),
            ("\"b a\"", "all(\"b\" \"a\")"),
            ("orders::READ", "orders::READ"),
            ("any(\"b a\", READ)", "any(all(\"b\" \"a\") READ)"),
            ("any(\"x\", all(READ, \"y\"))", "any(\"x\" all(READ \"y\"))"),
            ("all(\"x\")", "all(\"x\")"),
        ] {
            let (requirement, messages) = check(text);
            assert_eq!(requirement.as_ref().map(shown).as_deref(), Some(meant));
            assert!(messages.is_empty(), "{text}: {messages:?}");
        }
    }

    #[test]
    fn a_text_without_scopes_names_none() {
        for text in ["\"\"", "\" \"", "\"\\t\\n\"", "any(\"\")"] {
            assert_eq!(mistakes(text), ["no scope is named here"], "{text}");
        }
    }

    #[test]
    fn scopes_are_separated_by_exactly_one_space() {
        for text in ["\" a\"", "\"a \"", "\"a  b\""] {
            assert_eq!(
                mistakes(text),
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
                mistakes(text),
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
    fn a_scope_is_named_once_in_a_list() {
        for (text, twice) in [
            ("\"a b a\"", "\"a\""),
            ("any(\"a\", \"a\")", "\"a\""),
            ("all(READ, \"b\", READ)", "READ"),
            (
                "any(\"b\", all(orders::READ, orders::READ))",
                "orders::READ",
            ),
        ] {
            assert_eq!(
                mistakes(text),
                [format!("{twice} is named twice")],
                "{text}"
            );
        }
    }

    #[test]
    fn a_scope_may_stand_in_several_lists() {
        for text in [
            "any(all(\"a\", \"b\"), all(\"a\", \"c\"))",
            "any(\"a b\", \"a c\")",
            "any(READ, \"READ\")",
            "any(orders::READ, items::READ)",
        ] {
            assert!(mistakes(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn the_mistakes_of_all_parts_are_said_at_once() {
        assert_eq!(
            mistakes("any(\"\", all(\"a  b\", READ), \"ü\")"),
            [
                "no scope is named here",
                "a space too many stands between scopes",
                "'ü' cannot stand in a scope",
            ]
        );
    }
}
