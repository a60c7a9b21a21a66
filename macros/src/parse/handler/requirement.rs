//! `SCOPES` and `ROLES`: text, a path to a constant, or `any(…)` and `all(…)` of these.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, LitStr, Path, Token, token};

use crate::diagnostics::Diagnostics;
use crate::parse::handler::grant_kind::GrantKind;
use crate::parse::recovery::{parse_path, skip_to_comma};

/// A requirement as written.
pub(crate) enum RawRequirement {
    Text(LitStr),
    Path(Path),
    List {
        combinator: Combinator,
        /// In order; `None` for an item that could not be parsed.
        parts: Vec<Option<RawRequirement>>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Combinator {
    All,
    Any,
}

impl RawRequirement {
    /// Parses one requirement, or reports the mistake in it.
    pub(crate) fn parse(
        grant: GrantKind,
        input: ParseStream<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        // parsing would consume a literal of another type
        if input.peek(LitStr) {
            return input.parse().ok().map(Self::Text);
        }
        if input.peek(Ident) && input.peek2(token::Paren) {
            return Self::parse_list(grant, input, diagnostics);
        }
        if let Some(path) = parse_path(input) {
            return Some(Self::Path(path));
        }
        diagnostics.error(
            input.span(),
            format_args!("expected a {} requirement", grant.name()),
            grant.grammar(),
        );
        skip_to_comma(input);
        None
    }

    fn parse_list(
        grant: GrantKind,
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
                    format_args!("unknown combinator `{other}(…)`"),
                    format_args!(
                        "write `any(…)` if one of the {} is enough, or `all(…)` if every one is \
                         required",
                        grant.option()
                    ),
                );
                None
            }
        };
        let parts = parse_parts(grant, input, diagnostics)?;
        let combinator = combinator?;
        if parts.is_empty() {
            diagnostics.error(
                name.span(),
                format_args!("`{name}()` requires at least one {}", grant.name()),
                format_args!("write {}: `{name}({})`", grant.option(), grant.examples()),
            );
            return None;
        }
        Some(Self::List { combinator, parts })
    }
}

/// Whether an operator is next: `|`, `||`, `&`, `&&` or `+`.
pub(super) fn is_operator(input: ParseStream<'_>) -> bool {
    input.peek(Token![|]) || input.peek(Token![&]) || input.peek(Token![+])
}

/// Reports an operator between requirements.
pub(super) fn operator_error(
    grant: GrantKind,
    input: ParseStream<'_>,
    diagnostics: &mut Diagnostics,
) {
    let combinator = if input.peek(Token![|]) { "any" } else { "all" };
    diagnostics.error(
        input.span(),
        "a requirement has no operators",
        format_args!("write `{combinator}({})`", grant.examples()),
    );
}

/// Parses the items between the parentheses.
fn parse_parts(
    grant: GrantKind,
    input: ParseStream<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Option<RawRequirement>>> {
    let mut parse = |input: ParseStream<'_>| {
        let inside;
        syn::parenthesized!(inside in input);
        let mut parts = Vec::new();
        while !inside.is_empty() {
            parts.push(RawRequirement::parse(grant, &inside, diagnostics));
            if is_operator(&inside) {
                operator_error(grant, &inside, diagnostics);
                skip_to_comma(&inside);
                let _: Option<Token![,]> = inside.parse()?;
            } else if !inside.is_empty() && inside.parse::<Token![,]>().is_err() {
                diagnostics.error(
                    inside.span(),
                    "missing comma before this",
                    format_args!(
                        "separate the items with commas: `any({})`",
                        grant.examples()
                    ),
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

    fn parse(grant: GrantKind, text: &str) -> (Option<RawRequirement>, Vec<String>) {
        let mut diagnostics = Diagnostics::default();
        let read =
            |input: ParseStream<'_>| Ok(RawRequirement::parse(grant, input, &mut diagnostics));
        let requirement = read.parse_str(text).unwrap();
        (requirement, diagnostics.into_messages())
    }

    /// Returns the mistakes in a requirement of scopes; roles have the same ones.
    fn mistakes(text: &str) -> Vec<String> {
        let (_, messages) = parse(GrantKind::Scope, text);
        assert!(!messages.is_empty(), "{text}");
        let of_roles: Vec<_> = messages
            .iter()
            .map(|message| message.replace("scope", "role"))
            .collect();
        assert_eq!(parse(GrantKind::Role, text).1, of_roles, "{text}");
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
    fn texts_paths_and_lists_are_parsed() {
        for (text, read) in [
            ("\"a b\"", "\"a b\""),
            ("orders::READ", "orders::READ"),
            ("::orders::READ", "::orders::READ"),
            ("crate::READ", "crate::READ"),
            ("any", "any"),
            ("any(\"a\", READ,)", "Any(\"a\" READ)"),
            ("all(any(A, \"b\"), self::C)", "All(Any(A \"b\") self::C)"),
        ] {
            for grant in [GrantKind::Scope, GrantKind::Role] {
                let (requirement, messages) = parse(grant, text);
                assert!(messages.is_empty(), "{text}: {messages:?}");
                assert_eq!(requirement.as_ref().map(shown).as_deref(), Some(read));
            }
        }
    }

    #[test]
    fn other_tokens_are_an_error() {
        for text in ["", "7", "b\"a\"", "[\"a\"]", "(\"a\")", "!A", "READ::<u8>"] {
            assert_eq!(mistakes(text), ["expected a scope requirement"], "{text}");
        }
    }

    #[test]
    fn help_names_the_kind_of_grant() {
        for (grant, text, help) in [
            (GrantKind::Scope, "7", "the path of a `Scope` constant"),
            (GrantKind::Role, "7", "write one role, `\"admin\"`"),
            (
                GrantKind::Scope,
                "any()",
                "`any(\"orders:read\", \"orders:write\")`",
            ),
            (GrantKind::Role, "all()", "`all(\"admin\", \"auditor\")`"),
            (GrantKind::Role, "any(A B)", "`any(\"admin\", \"auditor\")`"),
            (GrantKind::Role, "not(A)", "if one of the roles is enough"),
        ] {
            let mut diagnostics = Diagnostics::default();
            let read =
                |input: ParseStream<'_>| Ok(RawRequirement::parse(grant, input, &mut diagnostics));
            assert!(read.parse_str(text).is_ok(), "{text}");
            let errors = diagnostics.into_compile_errors().unwrap().to_string();
            assert!(
                errors.contains(&help.escape_debug().to_string()),
                "{errors}"
            );
        }
    }

    #[test]
    fn unknown_combinator_is_an_error() {
        assert_eq!(
            mistakes("one_of(\"a\")"),
            ["unknown combinator `one_of(…)`"]
        );
        assert_eq!(
            mistakes("not(7, Any(\"a\"))"),
            [
                "unknown combinator `not(…)`",
                "expected a scope requirement",
                "unknown combinator `Any(…)`",
            ]
        );
    }

    #[test]
    fn empty_list_is_an_error() {
        assert_eq!(mistakes("any()"), ["`any()` requires at least one scope"]);
        assert_eq!(
            mistakes("any(all(), \"a\", any())"),
            [
                "`all()` requires at least one scope",
                "`any()` requires at least one scope"
            ]
        );
    }

    #[test]
    fn operator_between_items_is_an_error() {
        for text in [
            "any(\"a\" | \"b\")",
            "any(A || B, C)",
            "all(A && any(B, C))",
            "all(\"a\" + \"b\")",
        ] {
            assert_eq!(mistakes(text), ["a requirement has no operators"], "{text}");
        }
    }

    #[test]
    fn missing_comma_between_items_is_an_error() {
        for text in ["any(\"a\" \"b\")", "any(A; \"b\", C)", "all(any(A)(B))"] {
            assert_eq!(mistakes(text), ["missing comma before this"], "{text}");
        }
    }

    #[test]
    fn unreadable_item_leaves_the_others() {
        for (text, read) in [
            ("any(\"a\", 7)", "Any(\"a\" ?)"),
            ("any(7, \"a\")", "Any(? \"a\")"),
            ("all(\"a\", any(\"b\", all()))", "All(\"a\" Any(\"b\" ?))"),
        ] {
            let (requirement, messages) = parse(GrantKind::Role, text);
            assert_eq!(requirement.as_ref().map(shown).as_deref(), Some(read));
            assert_eq!(messages.len(), 1, "{text}");
        }
    }
}
