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
