//! One word of an attribute, before it means anything.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, Token};

use crate::diagnostics::Diagnostics;

/// One word of an attribute: `word`, `word = value` or `word(…)`.
pub(super) struct Word {
    pub(super) name: Ident,
    pub(super) value: Option<Expr>,
    pub(super) list: Option<TokenStream>,
    /// The span of the `=` or the `(`.
    pub(super) rest: Option<Span>,
}

impl Word {
    pub(super) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    pub(super) fn span(&self) -> Span {
        self.name.span()
    }

    /// The words in its parentheses; empty if they cannot be parsed as words.
    pub(super) fn words(&self) -> Vec<Self> {
        let tokens = self.list.clone().unwrap_or_default();
        words(tokens).unwrap_or_default()
    }

    /// Its value, if that is a string.
    pub(super) fn text(&self) -> Option<String> {
        match &self.value {
            Some(Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            })) => Some(text.value()),
            _ => None,
        }
    }
}

impl Parse for Word {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = Ident::parse_any(input)?;
        let mut word = Self {
            name,
            value: None,
            list: None,
            rest: None,
        };
        if let Some(equals) = input.parse::<Option<Token![=]>>()? {
            word.rest = Some(equals.span);
            word.value = Some(input.parse()?);
        } else if input.peek(syn::token::Paren) {
            let content;
            let parentheses = syn::parenthesized!(content in input);
            word.rest = Some(parentheses.span.open());
            word.list = Some(content.parse()?);
        }
        Ok(word)
    }
}

fn words(tokens: TokenStream) -> syn::Result<Vec<Word>> {
    let words = Punctuated::<Word, Token![,]>::parse_terminated.parse2(tokens)?;
    Ok(words.into_iter().collect())
}

/// Parses the words of every `#[name(…)]`; returns whether one of them is malformed.
///
/// serde's derive reports the same error with the same parser, and rustc shows one of the two.
pub(super) fn words_of(
    attributes: &[Attribute],
    name: &str,
    diagnostics: &mut Diagnostics,
) -> (Vec<Word>, bool) {
    let (mut found, mut is_malformed) = (Vec::new(), false);
    for attribute in attributes.iter().filter(|attr| attr.path().is_ident(name)) {
        let words = attribute.parse_args_with(Punctuated::<Word, Token![,]>::parse_terminated);
        match words {
            Ok(words) => found.extend(words),
            Err(error) => {
                is_malformed = true;
                if name == "garde" {
                    let help =
                        "separate rules with commas: `#[garde(length(chars, max = 64), ascii)]`";
                    diagnostics.error(error.span(), error, help);
                } else {
                    diagnostics.push(error);
                }
            }
        }
    }
    (found, is_malformed)
}
