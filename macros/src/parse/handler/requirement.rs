//! `SCOPES` and `ROLES`: text, a path to a constant, or `any(…)` and `all(…)` of these.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, LitStr, Path, Token, token};

use crate::diagnostics::Diagnostics;
use crate::parse::handler::leaf::Leaf;
use crate::parse::recovery::{parse_path, skip_to_comma};

/// A requirement as it was written.
pub(crate) enum RawRequirement {
    Text(LitStr),
    Path(Path),
    List {
        combinator: Combinator,
        /// In their order; nothing for one that could not be read.
        parts: Vec<Option<RawRequirement>>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Combinator {
    All,
    Any,
}

impl RawRequirement {
    /// Reads one requirement; says what is wrong with what it cannot read.
    pub(crate) fn parse(
        leaf: Leaf,
        input: ParseStream<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        // a literal of another type would be consumed by trying
        if input.peek(LitStr) {
            return input.parse().ok().map(Self::Text);
        }
        if input.peek(Ident) && input.peek2(token::Paren) {
            return Self::parse_list(leaf, input, diagnostics);
        }
        if let Some(path) = parse_path(input) {
            return Some(Self::Path(path));
        }
        diagnostics.error(
            input.span(),
            format_args!("this is no {} requirement", leaf.name()),
            leaf.grammar(),
        );
        skip_to_comma(input);
        None
    }

    fn parse_list(
        leaf: Leaf,
        input: ParseStream<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let name = Ident::parse_any(input).ok()?;
        let combinator = match name.to_string().as_str() {
            "all" => Some(Combinator::All),
            "any" => Some(Combinator::Any),
            other => {
                diagnostics.error(
                    name.span(),
                    format_args!("`{other}(…)` is no {} requirement", leaf.name()),
                    format_args!(
                        "write `any(…)` where one of the {} is enough, `all(…)` where each is \
                         needed",
                        leaf.word()
                    ),
                );
                None
            }
        };
        let parts = parse_parts(leaf, input, diagnostics)?;
        let combinator = combinator?;
        if parts.is_empty() {
            diagnostics.error(
                name.span(),
                format_args!("`{name}()` names no {}", leaf.name()),
                format_args!("write the {}: `{name}({})`", leaf.word(), leaf.examples()),
            );
            return None;
        }
        Some(Self::List { combinator, parts })
    }
}

/// What stands between the parentheses.
fn parse_parts(
    leaf: Leaf,
    input: ParseStream<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Option<RawRequirement>>> {
    let mut parse = |input: ParseStream<'_>| {
        let inside;
        syn::parenthesized!(inside in input);
        let mut parts = Vec::new();
        while !inside.is_empty() {
            parts.push(RawRequirement::parse(leaf, &inside, diagnostics));
            if !inside.is_empty() && inside.parse::<Token![,]>().is_err() {
                diagnostics.error(
                    inside.span(),
                    "a comma is missing before this",
                    format_args!("separate the parts with commas: `any({})`", leaf.examples()),
                );
                skip_to_comma(&inside);
                let _: Option<Token![,]> = inside.parse()?;
            }
        }
        Ok(parts)
    };
    let parts = parse(input);
    parts
        .map_err(|error: syn::Error| diagnostics.push(error))
        .ok()
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;
    use syn::parse::Parser;

    use super::*;

    fn parse(leaf: Leaf, text: &str) -> (Option<RawRequirement>, Vec<String>) {
        let mut diagnostics = Diagnostics::default();
        let read =
            |input: ParseStream<'_>| Ok(RawRequirement::parse(leaf, input, &mut diagnostics));
        let requirement = read.parse_str(text).unwrap();
        (requirement, diagnostics.into_messages())
    }

    /// What is wrong with it as a requirement of scopes; of roles the same is.
    fn mistakes(text: &str) -> Vec<String> {
        let (_, messages) = parse(Leaf::Scope, text);
        assert!(!messages.is_empty(), "{text}");
        let of_roles: Vec<_> = messages
            .iter()
            .map(|message| message.replace("scope", "role"))
            .collect();
        assert_eq!(parse(Leaf::Role, text).1, of_roles, "{text}");
        messages
    }

    fn shown(requirement: &RawRequirement) -> String {
        match requirement {
            RawRequirement::Text(text) => text.token().to_string(),
            RawRequirement::Path(path) => path.to_token_stream().to_string().replace(' ', ""),
            RawRequirement::List { combinator, parts } => {
                let shown = |part: &Option<RawRequirement>| part.as_ref().map_or("?".into(), shown);
                let parts: Vec<_> = parts.iter().map(shown).collect();
                format!("{combinator:?}({})", parts.join(" "))
            }
        }
    }

    #[test]
    fn texts_paths_and_lists_are_read() {
        for (text, read) in [
            ("\"a b\"", "\"a b\""),
            ("orders::READ", "orders::READ"),
            ("::orders::READ", "::orders::READ"),
            ("crate::READ", "crate::READ"),
            ("any", "any"),
            ("any(\"a\", READ,)", "Any(\"a\" READ)"),
            ("all(any(A, \"b\"), self::C)", "All(Any(A \"b\") self::C)"),
        ] {
            for leaf in [Leaf::Scope, Leaf::Role] {
                let (requirement, messages) = parse(leaf, text);
                assert!(messages.is_empty(), "{text}: {messages:?}");
                assert_eq!(requirement.as_ref().map(shown).as_deref(), Some(read));
            }
        }
    }

    #[test]
    fn what_is_neither_is_no_requirement() {
        for text in ["", "7", "b\"a\"", "[\"a\"]", "(\"a\")", "!A", "READ::<u8>"] {
            assert_eq!(mistakes(text), ["this is no scope requirement"], "{text}");
        }
    }

    #[test]
    fn a_help_line_names_what_is_required() {
        for (leaf, text, help) in [
            (Leaf::Scope, "7", "the path of a `Scope` constant"),
            (Leaf::Role, "7", "write one role, `\"admin\"`"),
            (
                Leaf::Scope,
                "any()",
                "`any(\"orders:read\", \"orders:write\")`",
            ),
            (Leaf::Role, "all()", "`all(\"admin\", \"auditor\")`"),
            (Leaf::Role, "any(A B)", "`any(\"admin\", \"auditor\")`"),
            (Leaf::Role, "not(A)", "where one of the roles is enough"),
        ] {
            let mut diagnostics = Diagnostics::default();
            let read =
                |input: ParseStream<'_>| Ok(RawRequirement::parse(leaf, input, &mut diagnostics));
            assert!(read.parse_str(text).is_ok(), "{text}");
            let errors = diagnostics.into_compile_errors().unwrap().to_string();
            assert!(
                errors.contains(&help.escape_debug().to_string()),
                "{errors}"
            );
        }
    }

    #[test]
    fn only_any_and_all_are_lists() {
        assert_eq!(
            mistakes("one_of(\"a\")"),
            ["`one_of(…)` is no scope requirement"]
        );
        assert_eq!(
            mistakes("not(7, Any(\"a\"))"),
            [
                "`not(…)` is no scope requirement",
                "this is no scope requirement",
                "`Any(…)` is no scope requirement",
            ]
        );
    }

    #[test]
    fn a_list_names_something() {
        assert_eq!(mistakes("any()"), ["`any()` names no scope"]);
        assert_eq!(
            mistakes("any(all(), \"a\", any())"),
            ["`all()` names no scope", "`any()` names no scope"]
        );
    }

    #[test]
    fn parts_are_separated_by_commas() {
        for text in ["any(\"a\" \"b\")", "any(A; \"b\", C)", "all(any(A)(B))"] {
            assert_eq!(mistakes(text), ["a comma is missing before this"], "{text}");
        }
    }

    #[test]
    fn a_part_that_cannot_be_read_leaves_the_others() {
        for (text, read) in [
            ("any(\"a\", 7)", "Any(\"a\" ?)"),
            ("any(7, \"a\")", "Any(? \"a\")"),
            ("all(\"a\", any(\"b\", all()))", "All(\"a\" Any(\"b\" ?))"),
        ] {
            let (requirement, messages) = parse(Leaf::Role, text);
            assert_eq!(requirement.as_ref().map(shown).as_deref(), Some(read));
            assert_eq!(messages.len(), 1, "{text}");
        }
    }
}
