//! The scopes or roles that a handler requires: a tree without empty lists or duplicates.

use std::collections::HashSet;

use proc_macro2::Span;
use quote::ToTokens;
use syn::{LitStr, Path};

use crate::diagnostics::Diagnostics;
use crate::model::grant::check_text;
use crate::parse::{Combinator, GrantKind, RawRequirement};

/// A checked requirement; no list is empty.
pub(crate) enum Requirement {
    /// A scope or role as text.
    Named { name: String, span: Span },
    /// The path of a `Scope` or `Role` constant.
    Constant(Path),
    /// All of these.
    All(Vec<Requirement>),
    /// At least one of these.
    Any(Vec<Requirement>),
}

impl Requirement {
    /// Checks a requirement, and reports every mistake in it.
    pub(super) fn check(
        grant: GrantKind,
        raw: RawRequirement,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        match raw {
            RawRequirement::Text(text) => Self::named(grant, &text, diagnostics),
            RawRequirement::Path(path) => Some(Self::Constant(path)),
            RawRequirement::List { combinator, parts } => {
                let parts: Vec<_> = parts
                    .into_iter()
                    .map(|part| Self::check(grant, part?, diagnostics))
                    .collect();
                let parts: Vec<_> = parts.into_iter().collect::<Option<_>>()?;
                report_duplicates(&parts, diagnostics)?;
                Some(match combinator {
                    Combinator::All => Self::All(parts),
                    Combinator::Any => Self::Any(parts),
                })
            }
        }
    }

    /// Checks a text; several scopes in one text are all required.
    fn named(grant: GrantKind, text: &LitStr, diagnostics: &mut Diagnostics) -> Option<Self> {
        let named = |name| Self::Named {
            name,
            span: text.span(),
        };
        let names = check_text(grant, text, diagnostics)?;
        let mut parts: Vec<_> = names.into_iter().map(named).collect();
        report_duplicates(&parts, diagnostics)?;
        if parts.len() == 1 {
            return parts.pop();
        }
        Some(Self::All(parts))
    }

    /// Returns the key that makes two items of a list duplicates; lists have none.
    fn key(&self) -> Option<(String, Span)> {
        match self {
            Self::Named { name, span } => Some((format!("{name:?}"), *span)),
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

fn report_duplicates(parts: &[Requirement], diagnostics: &mut Diagnostics) -> Option<()> {
    let mut seen = HashSet::new();
    for (key, span) in parts.iter().filter_map(Requirement::key) {
        if !seen.insert(key.clone()) {
            diagnostics.error(
                span,
                format_args!("duplicate {key}"),
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

    fn check(grant: GrantKind, text: &str) -> (Option<Requirement>, Vec<String>) {
        let mut diagnostics = Diagnostics::default();
        let read =
            |input: ParseStream<'_>| Ok(RawRequirement::parse(grant, input, &mut diagnostics));
        let raw = read.parse_str(text).unwrap().unwrap();
        let requirement = Requirement::check(grant, raw, &mut diagnostics);
        (requirement, diagnostics.into_messages())
    }

    fn mistakes(grant: GrantKind, text: &str) -> Vec<String> {
        let (requirement, messages) = check(grant, text);
        assert_eq!(requirement.is_none(), !messages.is_empty(), "{text}");
        messages
    }

    fn shown(requirement: &Requirement) -> String {
        let list = |parts: &[Requirement]| parts.iter().map(shown).collect::<Vec<_>>().join(" ");
        match requirement {
            Requirement::Named { name, .. } => format!("{name:?}"),
            Requirement::Constant(path) => path.to_token_stream().to_string().replace(' ', ""),
            Requirement::All(parts) => format!("all({})", list(parts)),
            Requirement::Any(parts) => format!("any({})", list(parts)),
        }
    }

    #[test]
    fn requirement_keeps_the_order_of_its_items() {
        for (text, meant) in [
            ("\"a\"", "\"a\""),
            ("\"b a\"", "all(\"b\" \"a\")"),
            ("orders::READ", "orders::READ"),
            ("any(\"b a\", READ)", "any(all(\"b\" \"a\") READ)"),
            ("any(\"x\", all(READ, \"y\"))", "any(\"x\" all(READ \"y\"))"),
            ("all(\"x\")", "all(\"x\")"),
        ] {
            let (requirement, messages) = check(GrantKind::Scope, text);
            assert_eq!(requirement.as_ref().map(shown).as_deref(), Some(meant));
            assert!(messages.is_empty(), "{text}: {messages:?}");
        }
    }

    #[test]
    fn role_text_is_one_role() {
        for (text, meant) in [
            ("\"a\"", "\"a\""),
            ("any(\"b\", all(A, \"ä\"))", "any(\"b\" all(A \"ä\"))"),
        ] {
            let (requirement, messages) = check(GrantKind::Role, text);
            assert_eq!(requirement.as_ref().map(shown).as_deref(), Some(meant));
            assert!(messages.is_empty(), "{text}: {messages:?}");
        }
        assert_eq!(
            mistakes(GrantKind::Role, "any(\"a b\", \"c\")"),
            ["a role in quotes cannot contain whitespace"]
        );
    }

    #[test]
    fn list_with_an_unreadable_item_is_an_error() {
        for (text, wrong) in [
            ("any(A, 7)", &["expected a role requirement"][..]),
            ("any(7)", &["expected a role requirement"]),
            (
                "all(any(), any(B, \" b\"))",
                &[
                    "`any()` requires at least one role",
                    "a role in quotes cannot contain whitespace",
                ],
            ),
        ] {
            assert_eq!(mistakes(GrantKind::Role, text), wrong, "{text}");
        }
    }

    #[test]
    fn duplicate_in_a_list_is_an_error() {
        for (text, twice) in [
            ("any(\"a\", \"a\")", "\"a\""),
            ("all(READ, \"b\", READ)", "READ"),
            (
                "any(\"b\", all(orders::READ, orders::READ))",
                "orders::READ",
            ),
        ] {
            for grant in [GrantKind::Scope, GrantKind::Role] {
                let wrong = format!("duplicate {twice}");
                assert_eq!(mistakes(grant, text), [wrong], "{text}");
            }
        }
        let wrong = mistakes(GrantKind::Scope, "\"a b a\"");
        assert_eq!(wrong, ["duplicate \"a\""]);
    }

    #[test]
    fn same_name_in_several_lists_is_allowed() {
        for text in [
            "any(all(\"a\", \"b\"), all(\"a\", \"c\"))",
            "any(READ, \"READ\")",
            "any(orders::READ, items::READ)",
        ] {
            assert!(mistakes(GrantKind::Scope, text).is_empty(), "{text}");
            assert!(mistakes(GrantKind::Role, text).is_empty(), "{text}");
        }
        assert!(mistakes(GrantKind::Scope, "any(\"a b\", \"a c\")").is_empty());
    }

    #[test]
    fn mistakes_of_all_items_are_reported_together() {
        assert_eq!(
            mistakes(GrantKind::Scope, "any(\"\", all(\"a  b\", READ), \"ü\")"),
            [
                "this text names no scope",
                "scopes are separated by exactly one space",
                "a scope cannot contain 'ü'",
            ]
        );
        assert_eq!(
            mistakes(GrantKind::Role, "any(\"\", all(\"a  b\", READ), all(A, A))"),
            [
                "this text names no role",
                "a role in quotes cannot contain whitespace",
                "duplicate A",
            ]
        );
    }
}
