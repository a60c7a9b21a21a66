//! An API's scope vocabulary, in which no scope and no name stands twice.

use std::collections::HashSet;

use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta, Path, Visibility};

use crate::diagnostics::Diagnostics;
use crate::model::requirement::check_token;
use crate::parse::{RawScope, RawVocabulary};

/// A checked vocabulary.
pub(crate) struct Vocabulary {
    pub(crate) krate: Option<Path>,
    pub(crate) scopes: Vec<ScopeConstant>,
}

/// One scope with its constant and description.
pub(crate) struct ScopeConstant {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) token: LitStr,
    pub(crate) description: String,
}

impl Vocabulary {
    /// Checks every entry; those that are wrong are left out.
    pub(crate) fn check(raw: RawVocabulary, diagnostics: &mut Diagnostics) -> Self {
        let (mut names, mut tokens) = (HashSet::new(), HashSet::new());
        let mut scopes = Vec::new();
        for entry in raw.scopes {
            if !names.insert(entry.key()) {
                let name = &entry.name;
                diagnostics.error(
                    name.span(),
                    format_args!("`{name}` is declared twice"),
                    "give this scope a name of its own",
                );
                continue;
            }
            let Some(scope) = ScopeConstant::check(entry, diagnostics) else {
                continue;
            };
            if !tokens.insert(scope.token.value()) {
                diagnostics.error(
                    scope.token.span(),
                    format_args!("the scope {:?} is declared twice", scope.token.value()),
                    "remove one of the two constants",
                );
            }
            scopes.push(scope);
        }
        Self {
            krate: raw.krate.take().map(|(_, path)| path),
            scopes,
        }
    }
}

impl ScopeConstant {
    fn check(raw: RawScope, diagnostics: &mut Diagnostics) -> Option<Self> {
        let token = raw.token?;
        let checked = check_token(&token.value(), token.span(), diagnostics);
        let description = description(&raw.attributes);
        if description.is_empty() {
            let name = &raw.name;
            diagnostics.error(
                name.span(),
                format_args!("`{name}` does not say what it permits"),
                format_args!("write a doc comment above it: `/// Read orders.`"),
            );
            return None;
        }
        checked?;
        Some(Self {
            attributes: raw.attributes,
            vis: raw.vis,
            name: raw.name,
            token,
            description,
        })
    }
}

/// The doc comment as one line of text.
fn description(attributes: &[Attribute]) -> String {
    let lines = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .filter_map(doc_line);
    lines
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else {
        return None;
    };
    match &pair.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text.value()),
        other => Some(other.span().source_text().unwrap_or_default()),
    }
}
