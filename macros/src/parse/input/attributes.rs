//! The item that a derive stands on, with its `serde`, `garde` and `secure` words.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, DeriveInput, Expr, Ident, LitStr, Meta, Token};

use crate::diagnostics::Diagnostics;
use crate::parse::Slot;

/// One word of an attribute: `word`, `word = value` or `word(…)`.
pub(crate) struct InputWord {
    pub(crate) name: Ident,
    pub(crate) value: Option<Expr>,
    pub(crate) list: Option<TokenStream>,
}

impl InputWord {
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    pub(crate) fn span(&self) -> Span {
        self.name.span()
    }

    /// The words in its parentheses; none where they are no words.
    pub(crate) fn words(&self) -> Vec<Self> {
        let tokens = self.list.clone().unwrap_or_default();
        words(tokens).unwrap_or_default()
    }

    /// Its value, where that is a string.
    pub(crate) fn text(&self) -> Option<String> {
        match &self.value {
            Some(Expr::Lit(literal)) => match &literal.lit {
                syn::Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Parse for InputWord {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = Ident::parse_any(input)?;
        let mut word = Self {
            name,
            value: None,
            list: None,
        };
        if input.parse::<Option<Token![=]>>()?.is_some() {
            word.value = Some(input.parse()?);
        } else if input.peek(syn::token::Paren) {
            let content;
            syn::parenthesized!(content in input);
            word.list = Some(content.parse()?);
        }
        Ok(word)
    }
}

fn words(tokens: TokenStream) -> syn::Result<Vec<InputWord>> {
    let words = Punctuated::<InputWord, Token![,]>::parse_terminated.parse2(tokens)?;
    Ok(words.into_iter().collect())
}

/// The attributes of an item or a field that say how it is read and checked.
pub(crate) struct Attributes {
    pub(crate) serde: Vec<InputWord>,
    pub(crate) garde: Vec<InputWord>,
    pub(crate) secure: Secure,
    /// Whether serde or garde cannot read theirs; they say so themselves.
    pub(crate) unreadable: bool,
}

/// The words of `#[secure(…)]`.
pub(crate) struct Secure {
    pub(crate) krate: Option<syn::Path>,
    pub(crate) unvalidated: Option<(Span, String)>,
}

/// Where a `#[secure(…)]` stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    Struct,
    Enum,
    Variant,
    Field,
}

impl Attributes {
    pub(crate) fn parse(attrs: &[Attribute], on: On, diagnostics: &mut Diagnostics) -> Self {
        let mut unreadable = false;
        let mut of = |name: &str| {
            let mut found = Vec::new();
            for attr in attrs.iter().filter(|attr| attr.path().is_ident(name)) {
                match attr
                    .meta
                    .require_list()
                    .map(|list| words(list.tokens.clone()))
                {
                    Ok(Ok(words)) => found.extend(words),
                    _ => unreadable = true,
                }
            }
            found
        };
        let (serde, garde) = (of("serde"), of("garde"));
        Self {
            serde,
            garde,
            secure: Secure::parse(attrs, on, diagnostics),
            unreadable,
        }
    }
}

impl Secure {
    fn parse(attrs: &[Attribute], on: On, diagnostics: &mut Diagnostics) -> Self {
        let mut krate = Slot::new("crate");
        let mut unvalidated = Slot::new("unvalidated");
        // whoever meant to excuse a field is told of that mistake alone
        let mut mistaken = None;
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("secure")) {
            let read = |input: ParseStream<'_>| {
                while !input.is_empty() {
                    let name = Ident::parse_any(input)?;
                    if name == "crate" && on.is_item() {
                        input.parse::<Token![=]>()?;
                        krate.fill(
                            name.span(),
                            input.call(syn::Path::parse_mod_style)?,
                            diagnostics,
                        );
                    } else if name == "unvalidated" && on == On::Field {
                        input.parse::<Token![=]>()?;
                        let reason: LitStr = input.parse()?;
                        refuse_empty(&reason, diagnostics);
                        unvalidated.fill(name.span(), reason.value(), diagnostics);
                    } else {
                        unknown(&name, on, diagnostics);
                        mistaken = Some((name.span(), String::new()));
                        skip_value(input)?;
                    }
                    if !input.is_empty() {
                        input.parse::<Token![,]>()?;
                    }
                }
                Ok(())
            };
            let tokens = match &attr.meta {
                Meta::List(list) if !list.tokens.is_empty() => list.tokens.clone(),
                other => {
                    let span = syn::spanned::Spanned::span(other);
                    diagnostics.error(span, "`secure` says nothing here", on.help());
                    mistaken = Some((span, String::new()));
                    continue;
                }
            };
            if let Err(error) = read.parse2(tokens) {
                // where the input ended too early, the error's own place is the whole derive
                let span = syn::spanned::Spanned::span(attr.meta.path());
                diagnostics.error(span, error, on.help());
                mistaken = Some((span, String::new()));
            }
        }
        Self {
            krate: krate.take().map(|(_, path)| path),
            unvalidated: unvalidated.take().or(mistaken),
        }
    }
}

impl On {
    fn is_item(self) -> bool {
        matches!(self, Self::Struct | Self::Enum)
    }

    fn help(self) -> &'static str {
        match self {
            Self::Struct | Self::Enum => {
                "write `#[secure(crate = path::to::palisade)]`, or remove it"
            }
            Self::Variant => "write it on a field, or remove it",
            Self::Field => "write `#[secure(unvalidated = \"why that is safe\")]`, or remove it",
        }
    }
}

fn refuse_empty(reason: &LitStr, diagnostics: &mut Diagnostics) {
    if reason.value().trim().is_empty() {
        diagnostics.error(
            reason.span(),
            "the reason is empty",
            "say why input that nobody checks is safe here",
        );
    }
}

fn unknown(name: &Ident, on: On, diagnostics: &mut Diagnostics) {
    let place = match on {
        On::Struct | On::Enum => "an item",
        On::Variant => "a variant",
        On::Field => "a field",
    };
    diagnostics.error(
        name.span(),
        format_args!("`{name}` is no word of `secure` on {place}"),
        on.help(),
    );
}

fn skip_value(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}

/// The item, with the attributes of each of its fields and variants.
pub(crate) struct RawInput {
    pub(crate) item: DeriveInput,
    pub(crate) attributes: Attributes,
}

impl RawInput {
    pub(crate) fn new(item: DeriveInput, diagnostics: &mut Diagnostics) -> Self {
        let on = match &item.data {
            syn::Data::Enum(_) => On::Enum,
            syn::Data::Struct(_) | syn::Data::Union(_) => On::Struct,
        };
        let attributes = Attributes::parse(&item.attrs, on, diagnostics);
        Self { item, attributes }
    }
}
