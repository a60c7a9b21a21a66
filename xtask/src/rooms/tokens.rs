//! Finds paths in tokens that `syn` does not parse: the arguments of macro calls.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A path of two or more segments, and the line of its first segment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TokenPath {
    pub(super) segments: Vec<String>,
    pub(super) line: usize,
}

/// Returns every path in the tokens, including groups and `use` trees.
pub(super) fn paths(stream: &TokenStream) -> Vec<TokenPath> {
    let mut found = Vec::new();
    collect(stream, &[], &mut found);
    found
}

fn collect(stream: &TokenStream, prefix: &[String], found: &mut Vec<TokenPath>) {
    let trees: Vec<TokenTree> = stream.clone().into_iter().collect();
    let mut rest = trees.as_slice();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            TokenTree::Group(group) => collect(&group.stream(), prefix, found),
            TokenTree::Ident(ident) => {
                let mut segments = prefix.to_vec();
                segments.push(ident.to_string());
                rest = read_segments(after, &mut segments, found);
                if segments.len() > 1 {
                    let line = ident.span().start().line;
                    found.push(TokenPath { segments, line });
                }
            }
            _ => {}
        }
    }
}

/// Reads every following `:: segment`; a brace after `::` opens a `use` tree below the path.
fn read_segments<'t>(
    mut rest: &'t [TokenTree],
    segments: &mut Vec<String>,
    found: &mut Vec<TokenPath>,
) -> &'t [TokenTree] {
    while let [
        TokenTree::Punct(colon),
        TokenTree::Punct(second),
        next,
        after @ ..,
    ] = rest
    {
        let is_separator =
            colon.as_char() == ':' && colon.spacing() == Spacing::Joint && second.as_char() == ':';
        match next {
            TokenTree::Ident(ident) if is_separator => segments.push(ident.to_string()),
            TokenTree::Group(group) if is_separator && group.delimiter() == Delimiter::Brace => {
                collect(&group.stream(), segments, found);
                segments.clear();
                return after;
            }
            _ => break,
        }
        rest = after;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted_paths(source: &str) -> Vec<String> {
        let mut found: Vec<String> = paths(&source.parse().unwrap())
            .into_iter()
            .map(|path| path.segments.join("::"))
            .collect();
        found.sort();
        found
    }

    #[test]
    fn path_in_group_or_after_dollar_is_found() {
        assert_eq!(
            sorted_paths("{ $crate::guard::check(super::token, one) }"),
            ["crate::guard::check", "super::token"]
        );
    }

    #[test]
    fn use_tree_yields_each_path() {
        assert_eq!(
            sorted_paths("use crate::{guard::Guard, token::{Bearer, Jwt}};"),
            [
                "crate::guard::Guard",
                "crate::token::Bearer",
                "crate::token::Jwt"
            ]
        );
    }

    #[test]
    fn type_after_single_colon_is_not_a_segment() {
        assert_eq!(
            sorted_paths("name: Type, other: crate::Type"),
            ["crate::Type"]
        );
    }
}
