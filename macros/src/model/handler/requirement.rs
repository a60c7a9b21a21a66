//! Which scopes or roles a caller needs: a tree without empty lists or repetitions.

use std::collections::HashSet;

use proc_macro2::Span;
use quote::ToTokens;
use syn::{LitStr, Path};

use crate::diagnostics::Diagnostics;
use crate::model::leaf::check_text;
use crate::parse::{Combinator, Leaf, RawRequirement};

/// A requirement in which no list is empty.
pub(crate) enum Requirement {
    /// A scope or role by its text.
    Named { name: String, span: Span },
    /// A scope or role by the path of its constant.
    Constant(Path),
    /// Each of these.
    All(Vec<Requirement>),
    /// At least one of these.
    Any(Vec<Requirement>),
}

impl Requirement {
    /// Checks a requirement; says everything that is wrong in it.
    pub(super) fn check(
        leaf: Leaf,
        raw: RawRequirement,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        match raw {
            RawRequirement::Text(text) => Self::named(leaf, &text, diagnostics),
            RawRequirement::Path(path) => Some(Self::Constant(path)),
            RawRequirement::List { combinator, parts } => {
                let parts: Vec<_> = parts
                    .into_iter()
                    .map(|part| Self::check(leaf, part?, diagnostics))
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

    /// A text; one that names several means each of them.
    fn named(leaf: Leaf, text: &LitStr, diagnostics: &mut Diagnostics) -> Option<Self> {
        let named = |name| Self::Named {
            name,
            span: text.span(),
        };
        let names = check_text(leaf, text, diagnostics)?;
        let mut parts: Vec<_> = names.into_iter().map(named).collect();
        refuse_twice(&parts, diagnostics)?;
        if parts.len() == 1 {
            return parts.pop();
        }
        Some(Self::All(parts))
    }

    /// What tells two parts of one list apart; none for lists.
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

    fn check(leaf: Leaf, text: &str) -> (Option<Requirement>, Vec<String>) {
        let mut diagnostics = Diagnostics::default();
        let read =
            |input: ParseStream<'_>| Ok(RawRequirement::parse(leaf, input, &mut diagnostics));
        let raw = read.parse_str(text).unwrap().unwrap();
        let requirement = Requirement::check(leaf, raw, &mut diagnostics);
        (requirement, diagnostics.into_messages())
    }

    fn mistakes(leaf: Leaf, text: &str) -> Vec<String> {
        let (requirement, messages) = check(leaf, text);
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
    fn texts_constants_and_lists_keep_their_order() {
        for (text, meant) in [
            ("\"a\"", "\"a\""),
            ("\"b a\"", "all(\"b\" \"a\")"),
            ("orders::READ", "orders::READ"),
            ("any(\"b a\", READ)", "any(all(\"b\" \"a\") READ)"),
            ("any(\"x\", all(READ, \"y\"))", "any(\"x\" all(READ \"y\"))"),
            ("all(\"x\")", "all(\"x\")"),
        ] {
            let (requirement, messages) = check(Leaf::Scope, text);
            assert_eq!(requirement.as_ref().map(shown).as_deref(), Some(meant));
            assert!(messages.is_empty(), "{text}: {messages:?}");
        }
    }

    #[test]
    fn a_text_is_one_role() {
        for (text, meant) in [
            ("\"a\"", "\"a\""),
            ("any(\"b\", all(A, \"ä\"))", "any(\"b\" all(A \"ä\"))"),
        ] {
            let (requirement, messages) = check(Leaf::Role, text);
            assert_eq!(requirement.as_ref().map(shown).as_deref(), Some(meant));
            assert!(messages.is_empty(), "{text}: {messages:?}");
        }
        assert_eq!(
            mistakes(Leaf::Role, "any(\"a b\", \"c\")"),
            ["whitespace stands in this role"]
        );
    }

    #[test]
    fn a_list_with_a_part_that_could_not_be_read_is_wrong() {
        for (text, wrong) in [
            ("any(A, 7)", &["this is no role requirement"][..]),
            ("any(7)", &["this is no role requirement"]),
            (
                "all(any(), any(B, \" b\"))",
                &["`any()` names no role", "whitespace stands in this role"],
            ),
        ] {
            assert_eq!(mistakes(Leaf::Role, text), wrong, "{text}");
        }
    }

    #[test]
    fn nothing_is_named_twice_in_a_list() {
        for (text, twice) in [
            ("any(\"a\", \"a\")", "\"a\""),
            ("all(READ, \"b\", READ)", "READ"),
            (
                "any(\"b\", all(orders::READ, orders::READ))",
                "orders::READ",
            ),
        ] {
            for leaf in [Leaf::Scope, Leaf::Role] {
                let wrong = format!("{twice} is named twice");
                assert_eq!(mistakes(leaf, text), [wrong], "{text}");
            }
        }
        let wrong = mistakes(Leaf::Scope, "\"a b a\"");
        assert_eq!(wrong, ["\"a\" is named twice"]);
    }

    #[test]
    fn one_name_may_stand_in_several_lists() {
        for text in [
            "any(all(\"a\", \"b\"), all(\"a\", \"c\"))",
            "any(READ, \"READ\")",
            "any(orders::READ, items::READ)",
        ] {
            assert!(mistakes(Leaf::Scope, text).is_empty(), "{text}");
            assert!(mistakes(Leaf::Role, text).is_empty(), "{text}");
        }
        assert!(mistakes(Leaf::Scope, "any(\"a b\", \"a c\")").is_empty());
    }

    #[test]
    fn the_mistakes_of_all_parts_are_said_at_once() {
        assert_eq!(
            mistakes(Leaf::Scope, "any(\"\", all(\"a  b\", READ), \"ü\")"),
            [
                "no scope is named here",
                "a space too many stands between scopes",
                "'ü' cannot stand in a scope",
            ]
        );
        assert_eq!(
            mistakes(Leaf::Role, "any(\"\", all(\"a  b\", READ), all(A, A))"),
            [
                "no role is named here",
                "whitespace stands in this role",
                "A is named twice",
            ]
        );
    }
}
