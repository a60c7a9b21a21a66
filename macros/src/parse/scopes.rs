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
