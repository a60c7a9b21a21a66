//! What can be told of tokens that no parser knows: the inside of a macro call.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A path of two or more segments, and the line of its first.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TokenPath {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

/// A fn with a body, written among the tokens.
pub(crate) struct TokenFn {
    pub(crate) name: String,
    pub(crate) first_line: usize,
    pub(crate) last_line: usize,
}

/// Every path among the tokens, groups and `use` trees included.
pub(crate) fn paths(stream: &TokenStream) -> Vec<TokenPath> {
    let mut found = Vec::new();
    walk(stream, &[], &mut found);
    found
}

fn walk(stream: &TokenStream, prefix: &[String], found: &mut Vec<TokenPath>) {
    let trees: Vec<TokenTree> = stream.clone().into_iter().collect();
    let mut rest = trees.as_slice();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            TokenTree::Group(group) => walk(&group.stream(), prefix, found),
            TokenTree::Ident(ident) => {
                let mut segments = prefix.to_vec();
                segments.push(ident.to_string());
                rest = follow(after, &mut segments, found);
                if segments.len() > 1 {
                    let line = ident.span().start().line;
                    found.push(TokenPath { segments, line });
                }
            }
            _ => {}
        }
    }
}

/// Takes `:: segment` as often as it comes; a brace after `::` is a tree below the path.
fn follow<'t>(
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
                walk(&group.stream(), segments, found);
                segments.clear();
                return after;
            }
            _ => break,
        }
        rest = after;
    }
    rest
}

/// Every fn among the tokens, as the body of `macro_rules!` holds them.
pub(crate) fn functions(stream: &TokenStream) -> Vec<TokenFn> {
    let mut found = Vec::new();
    let trees: Vec<TokenTree> = stream.clone().into_iter().collect();
    let mut rest = trees.as_slice();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            TokenTree::Group(group) => found.extend(functions(&group.stream())),
            TokenTree::Ident(ident) if ident == "fn" => {
                found.extend(function(ident.span().start().line, after));
            }
            _ => {}
        }
    }
    found
}

fn function(first_line: usize, after: &[TokenTree]) -> Option<TokenFn> {
    let name = match after {
        [TokenTree::Ident(name), ..] => name.to_string(),
        [TokenTree::Punct(dollar), TokenTree::Ident(name), ..] if dollar.as_char() == '$' => {
            format!("${name}")
        }
        _ => return None,
    };
    after
        .iter()
        .take_while(|tree| !matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ';'))
        .find_map(|tree| match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(TokenFn {
                name: name.clone(),
                first_line,
                last_line: group.span_close().end().line,
            }),
            _ => None,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<String> {
        let mut found: Vec<String> = paths(&source.parse().unwrap())
            .into_iter()
            .map(|path| path.segments.join("::"))
            .collect();
        found.sort();
        found
    }

    #[test]
    fn paths_are_found_in_groups_and_after_a_dollar() {
        assert_eq!(
            found("{ $crate::guard::admit(super::token, one) }"),
            ["crate::guard::admit", "super::token"]
        );
    }

    #[test]
    fn a_use_tree_gives_each_path() {
        assert_eq!(
            found("use crate::{guard::Guard, token::{Bearer, Jwt}};"),
            [
                "crate::guard::Guard",
                "crate::token::Bearer",
                "crate::token::Jwt"
            ]
        );
    }

    #[test]
    fn a_type_after_one_colon_is_no_path() {
        assert_eq!(found("name: Type, other: crate::Type"), ["crate::Type"]);
    }

    #[test]
    fn functions_in_macro_bodies_are_measured() {
        let stream = "($n:ident) => { fn $n() {\n\n} fn none(); fn two() {} } fn(u8)";
        let lengths: Vec<(String, usize)> = functions(&stream.parse().unwrap())
            .into_iter()
            .map(|found| (found.name, found.last_line - found.first_line + 1))
            .collect();
        assert_eq!(lengths, [("$n".to_owned(), 3), ("two".to_owned(), 1)]);
    }
}
