//! What stands between the parentheses of `#[secured(…)]` and `#[public(…)]`.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Ident, Lit, LitStr, Path, Token};

use crate::diagnostics::Diagnostics;
use crate::parse::handler::leaf::Leaf;
use crate::parse::handler::limits::RawLimits;
use crate::parse::handler::requirement::RawRequirement;
use crate::parse::handler::word::Word;
use crate::parse::recovery::{parse_path, skip_to_comma};
use crate::parse::slot::Slot;

/// Which of the two attributes it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Secured,
    Public,
}

/// The attribute's words with their values.
pub(crate) struct RawAttribute {
    pub(crate) kind: Kind,
    /// The whole attribute, for what is missing in it.
    pub(crate) span: Span,
    pub(crate) scopes: Slot<RawRequirement>,
    pub(crate) roles: Slot<RawRequirement>,
    pub(crate) authenticated: Slot<()>,
    pub(crate) reason: Slot<LitStr>,
    pub(crate) limits: RawLimits,
    pub(crate) unvalidated: Slot<LitStr>,
    pub(crate) krate: Slot<Path>,
    /// Whether an unknown or unreadable word may have been the one that is missing.
    pub(crate) incomplete: bool,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Secured => "secured",
            Self::Public => "public",
        }
    }

    fn words(self) -> &'static [Word] {
        match self {
            Self::Secured => &[
                Word::Scopes,
                Word::Roles,
                Word::Authenticated,
                Word::BodyLimit,
                Word::BodyTimeout,
                Word::HeaderLimit,
                Word::ParameterLimit,
                Word::PartLimit,
                Word::Unvalidated,
                Word::Crate,
            ],
            Self::Public => &[
                Word::Reason,
                Word::BodyLimit,
                Word::BodyTimeout,
                Word::HeaderLimit,
                Word::ParameterLimit,
                Word::PartLimit,
                Word::Unvalidated,
                Word::Crate,
            ],
        }
    }
}

impl RawAttribute {
    /// Reads every word; one that is wrong does not keep the next from being read.
    pub(crate) fn parse(
        kind: Kind,
        span: Span,
        tokens: TokenStream,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut attribute = Self {
            kind,
            span,
            scopes: Slot::new("scopes"),
            roles: Slot::new("roles"),
            authenticated: Slot::new("authenticated"),
            reason: Slot::new("reason"),
            limits: RawLimits::new(),
            unvalidated: Slot::new("unvalidated"),
            krate: Slot::new("crate"),
            incomplete: false,
        };
        let words = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if attribute.parse_word(input, diagnostics).is_none() {
                    attribute.incomplete = true;
                    skip_to_comma(input);
                }
                end_word(input, diagnostics)?;
            }
            Ok(())
        };
        let parsed = words.parse2(tokens);
        diagnostics.keep(parsed);
        attribute
    }

    /// Reads one word and its value, and says what is wrong where it cannot.
    fn parse_word(&mut self, input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> Option<()> {
        let word = self.parse_name(input, diagnostics)?;
        let span = input.span();
        let name = input.call(Ident::parse_any).ok()?;
        if word == Word::Authenticated {
            return self.parse_authenticated(&name, input, diagnostics);
        }
        if input.parse::<Token![=]>().is_err() {
            diagnostics.error(
                span,
                format_args!("`{}` has no value", word.name()),
                format_args!("write `{}`", word.example()),
            );
            return None;
        }
        let limits = &mut self.limits;
        match word {
            Word::Scopes => {
                let scopes = RawRequirement::parse(Leaf::Scope, input, diagnostics)?;
                self.scopes.fill(span, scopes, diagnostics);
            }
            Word::Roles => {
                let roles = RawRequirement::parse(Leaf::Role, input, diagnostics)?;
                self.roles.fill(span, roles, diagnostics);
            }
            Word::Crate => {
                let path = parse_path(input).or_else(|| wrong_value(word, input, diagnostics))?;
                self.krate.fill(span, path, diagnostics);
            }
            Word::Reason => fill(&mut self.reason, word, span, input, diagnostics)?,
            Word::BodyLimit => fill(&mut limits.body_limit, word, span, input, diagnostics)?,
            Word::BodyTimeout => fill(&mut limits.body_timeout, word, span, input, diagnostics)?,
            Word::HeaderLimit => fill(&mut limits.header_limit, word, span, input, diagnostics)?,
            Word::ParameterLimit => {
                fill(&mut limits.parameter_limit, word, span, input, diagnostics)?;
            }
            Word::PartLimit => fill(&mut limits.part_limit, word, span, input, diagnostics)?,
            Word::Unvalidated => fill(&mut self.unvalidated, word, span, input, diagnostics)?,
            Word::Authenticated => {}
        }
        Some(())
    }

    /// Finds the word that comes next, without reading it.
    fn parse_name(&self, input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> Option<Word> {
        let kind = self.kind.name();
        let words = self.kind.words();
        let Ok(name) = input.fork().call(Ident::parse_any) else {
            let first = words.first().map_or("", |word| word.name());
            let help = match input.fork().parse() {
                Ok(Lit::Str(text)) => format!("write `{first} = {:?}`", text.value()),
                _ => format!("the words of `#[{kind}]` are {}", Word::list(words)),
            };
            diagnostics.error(
                input.span(),
                "a word of the attribute is expected here",
                help,
            );
            return None;
        };
        let name = name.unraw().to_string();
        let found = Word::find(words, &name);
        if found.is_none() {
            let guess = Word::guess(words, &name)
                .map(|word| format!("write `{}`; ", word.name()))
                .unwrap_or_default();
            diagnostics.error(
                input.span(),
                format_args!("`{name}` is not a word of `#[{kind}]`"),
                format_args!("{guess}the words of `#[{kind}]` are {}", Word::list(words)),
            );
        }
        found
    }

    fn parse_authenticated(
        &mut self,
        name: &Ident,
        input: ParseStream<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Option<()> {
        self.authenticated.fill(name.span(), (), diagnostics);
        if input.is_empty() || input.peek(Token![,]) {
            return Some(());
        }
        diagnostics.error(
            input.span(),
            "`authenticated` takes no value",
            "write `authenticated` alone; which scopes or roles a caller needs is said by \
             `scopes = …` and `roles = …` instead of it",
        );
        None
    }
}

/// Reads a literal; one of another type is left where it is.
fn fill<T: Parse>(
    slot: &mut Slot<T>,
    word: Word,
    span: Span,
    input: ParseStream<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<()> {
    // a literal of another type would be consumed by trying
    if input.fork().parse::<T>().is_err() {
        return wrong_value(word, input, diagnostics);
    }
    slot.fill(span, input.parse().ok()?, diagnostics);
    Some(())
}

fn wrong_value<T>(word: Word, input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> Option<T> {
    let expected = match word {
        Word::Crate => "a path",
        Word::HeaderLimit | Word::ParameterLimit | Word::PartLimit => "a whole number",
        _ => "text in quotes",
    };
    diagnostics.error(
        input.span(),
        format_args!("`{}` takes {expected}", word.name()),
        format_args!("write `{}`", word.example()),
    );
    None
}

/// Reads the comma after a word, or says that it is missing.
fn end_word(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> syn::Result<()> {
    if input.is_empty() {
        return Ok(());
    }
    if !input.peek(Token![,]) {
        diagnostics.error(
            input.span(),
            "a comma is missing before this",
            "separate the attribute's words with commas",
        );
        skip_to_comma(input);
    }
    Option::<Token![,]>::parse(input).map(drop)
}

#[cfg(test)]
mod tests;
