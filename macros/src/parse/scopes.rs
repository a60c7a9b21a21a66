//! `SCOPES`: text, a path to a constant, or `any(…)` and `all(…)` of these.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, LitStr, Path, Token, token};

use crate::diagnostics::Diagnostics;
use crate::parse::recovery::{parse_path, skip_to_comma};

/// A requirement as it was written.
pub(crate) enum RawScopes {
    Text(LitStr),
    Path(Path),
    List {
        combinator: Combinator,
        parts: Vec<RawScopes>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Combinator {
    All,
    Any,
}

impl RawScopes {
    /// Reads one requirement; says what is wrong with what it cannot read.
    pub(crate) fn parse(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        // a literal of another type would be consumed by trying
        if input.peek(LitStr) {
            return input.parse().ok().map(Self::Text);
        }
        if input.peek(Ident) && input.peek2(token::Paren) {
            return Self::parse_list(input, diagnostics);
        }
        if let Some(path) = parse_path(input) {
            return Some(Self::Path(path));
        }
        diagnostics.error(
            input.span(),
            "this is no scope requirement",
            "write scopes with a space between them, `\"orders:read orders:write\"`, the path of \
             a `Scope` constant, `any(…)` or `all(…)`",
        );
        skip_to_comma(input);
        None
    }

    fn parse_list(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let name = Ident::parse_any(input).ok()?;
        let combinator = match name.to_string().as_str() {
            "all" => Some(Combinator::All),
            "any" => Some(Combinator::Any),
            other => {
                diagnostics.error(
                    name.span(),
                    format_args!("`{other}(…)` is no scope requirement"),
                    "write `any(…)` where one of the scopes is enough, `all(…)` where each is needed",
                );
                None
            }
        };
        let parts = parse_parts(input, diagnostics)?;
        let combinator = combinator?;
        if parts.is_empty() {
            diagnostics.error(
                name.span(),
                format_args!("`{name}()` names no scope"),
                format_args!("write the scopes: `{name}(\"orders:read\", \"orders:write\")`"),
            );
            return None;
        }
        let parts: Option<Vec<_>> = parts.into_iter().collect();
        Some(Self::List {
            combinator,
            parts: parts?,
        })
    }
}

/// What stands between the parentheses; a part that was wrong is `None`.
fn parse_parts(
    input: ParseStream<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Option<RawScopes>>> {
    let mut parse = |input: ParseStream<'_>| {
        let inside;
        syn::parenthesized!(inside in input);
        let mut parts = Vec::new();
        while !inside.is_empty() {
            parts.push(RawScopes::parse(&inside, diagnostics));
            if !inside.is_empty() && inside.parse::<Token![,]>().is_err() {
                diagnostics.error(
                    inside.span(),
                    "a comma is missing before this",
                    "separate the parts with commas: `any(\"admin\", \"orders:read\")`",
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

    fn parse(text: &str) -> (Option<RawScopes>, Vec<String>) {
        let mut diagnostics = Diagnostics::default();
        let read = |input: ParseStream<'_>| Ok(RawScopes::parse(input, &mut diagnostics));
        let scopes = read.parse_str(text).unwrap();
        (scopes, diagnostics.into_messages())
    }

    fn mistakes(text: &str) -> Vec<String> {
        let (_, messages) = parse(text);
        assert!(!messages.is_empty(), "{text}");
        messages
    }

    fn shown(scopes: &RawScopes) -> String {
        match scopes {
            RawScopes::Text(text) => text.token().to_string(),
            RawScopes::Path(path) => path.to_token_stream().to_string().replace(' ', ""),
            RawScopes::List { combinator, parts } => {
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
            let (scopes, messages) = parse(text);
            assert!(messages.is_empty(), "{text}: {messages:?}");
            assert_eq!(scopes.as_ref().map(shown).as_deref(), Some(read));
        }
    }

    #[test]
    fn what_is_neither_is_no_requirement() {
        for text in ["", "7", "b\"a\"", "[\"a\"]", "(\"a\")", "!A", "READ::<u8>"] {
            assert_eq!(mistakes(text), ["this is no scope requirement"], "{text}");
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
    fn a_list_names_a_scope() {
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
    fn a_list_with_a_wrong_part_is_wrong() {
        for text in [
            "any(\"a\", 7)",
            "any(7, \"a\")",
            "all(\"a\", any(\"b\", all()))",
        ] {
            let (scopes, messages) = parse(text);
            assert!(scopes.is_none(), "{text}");
            assert_eq!(messages.len(), 1, "{text}");
        }
    }
}
