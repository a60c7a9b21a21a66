//! Parses the arguments of `length(…)` and `range(…)`, with the errors of garde's derive.
//!
//! rustc shows one of two equal errors at the same span, so a mistake in them is one error.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, ExprLit, Ident, Lit, MetaNameValue, Token};

use crate::parse::input::word::Word;

/// The ends of a length or a range.
#[derive(Clone, Default)]
pub(crate) struct Ends {
    pub(crate) min: Option<Expr>,
    pub(crate) max: Option<Expr>,
}

/// The unit in which garde counts a length.
#[derive(Clone, Copy)]
pub(crate) enum Measure {
    Simple,
    Bytes,
    Chars,
    Utf16,
    /// With the span of the word `graphemes`.
    Graphemes(Span),
}

/// Parses the arguments of `length(…)`.
pub(super) fn length(word: &Word) -> syn::Result<(Measure, Ends)> {
    let (tokens, span) = list(word)?;
    let arguments = Punctuated::<Lenient<LengthArgument>, Token![,]>::parse_terminated;
    let (mut measure, mut ends) = (None, Ends::default());
    let mut equal = None;
    for argument in parse(arguments, tokens)? {
        let (name, is_new) = match argument.0? {
            LengthArgument::Measure(name, value) => (name, fill(&mut measure, value)),
            LengthArgument::Min(name, value) => (name, fill(&mut ends.min, value)),
            LengthArgument::Max(name, value) => (name, fill(&mut ends.max, value)),
            LengthArgument::Equal(name, value) => (name, fill(&mut equal, value)),
        };
        if !is_new {
            return Err(Error::new(name, "duplicate argument"));
        }
    }
    if let (Some(min), Some(max)) = (number(ends.min.as_ref()), number(ends.max.as_ref()))
        && min > max
    {
        return Err(Error::new(
            span,
            "`min` must be lower than or equal to `max`",
        ));
    }
    let ends = ends.or_equal(equal, span)?;
    Ok((measure.unwrap_or(Measure::Simple), ends))
}

/// Parses the arguments of `range(…)`.
pub(super) fn range(word: &Word) -> syn::Result<Ends> {
    let (tokens, span) = list(word)?;
    let arguments = Punctuated::<MetaNameValue, Token![,]>::parse_terminated;
    let (mut ends, mut equal) = (Ends::default(), None);
    for argument in parse(arguments, tokens)? {
        let name = syn::spanned::Spanned::span(&argument.path);
        let end = match argument.path.get_ident() {
            Some(word) if word == "min" => &mut ends.min,
            Some(word) if word == "max" => &mut ends.max,
            Some(word) if word == "equal" => &mut equal,
            _ => return Err(Error::new(name, "unexpected argument")),
        };
        if !fill(end, argument.value) {
            return Err(Error::new(name, "duplicate argument"));
        }
    }
    ends.or_equal(equal, span)
}

/// Parses all arguments. In garde's derive, syn reports the tokens at which the parser stops.
fn parse<T>(parser: impl Parser<Output = T>, tokens: TokenStream) -> syn::Result<T> {
    parser.parse2(tokens).map_err(|error| {
        if error.to_string().starts_with("unexpected end of input") {
            error
        } else {
            Error::new(error.span(), "unexpected token, expected `)`")
        }
    })
}

/// The tokens in the parentheses, and the span of the first one.
fn list(word: &Word) -> syn::Result<(TokenStream, Span)> {
    let Some(tokens) = word.list.clone() else {
        return Err(Error::new(
            word.next,
            if word.is_last {
                "unexpected end of input, expected parentheses"
            } else {
                "expected parentheses"
            },
        ));
    };
    let first = tokens.clone().into_iter().next().map(|token| token.span());
    let span = first.or(word.end).unwrap_or_else(|| word.span());
    Ok((tokens, span))
}

/// Fills a value; returns whether it was empty.
fn fill<T>(slot: &mut Option<T>, value: T) -> bool {
    slot.replace(value).is_none()
}

fn number(end: Option<&Expr>) -> Option<usize> {
    match end {
        Some(Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        })) => number.base10_parse().ok(),
        _ => None,
    }
}

impl Ends {
    /// Uses `equal` as both ends.
    fn or_equal(self, equal: Option<Expr>, span: Span) -> syn::Result<Self> {
        match (self.min.is_some() || self.max.is_some(), equal) {
            (true, None) => Ok(self),
            (true, Some(_)) => Err(Error::new(
                span,
                "no `min` or `max` allowed if using `equal`",
            )),
            (false, None) => Err(Error::new(
                span,
                "range must have at least one of `min`, `max`, `equal`",
            )),
            (false, Some(equal)) => Ok(Self {
                min: Some(equal.clone()),
                max: Some(equal),
            }),
        }
    }
}

/// An argument that goes on after its error, as in garde's parser: what follows is the next error.
struct Lenient<T>(syn::Result<T>);

impl<T: Parse> Parse for Lenient<T> {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self(input.parse()))
    }
}

enum LengthArgument {
    Measure(Span, Measure),
    Min(Span, Expr),
    Max(Span, Expr),
    Equal(Span, Expr),
}

impl Parse for LengthArgument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = Ident::parse_any(input)?;
        let span = name.span();
        let value = |input: ParseStream<'_>| {
            input.parse::<Token![=]>()?;
            input.parse::<Expr>()
        };
        match name.to_string().as_str() {
            "simple" => Ok(Self::Measure(span, Measure::Simple)),
            "bytes" => Ok(Self::Measure(span, Measure::Bytes)),
            "chars" => Ok(Self::Measure(span, Measure::Chars)),
            "utf16" => Ok(Self::Measure(span, Measure::Utf16)),
            "graphemes" => Ok(Self::Measure(span, Measure::Graphemes(span))),
            "min" => Ok(Self::Min(span, value(input)?)),
            "max" => Ok(Self::Max(span, value(input)?)),
            "equal" => Ok(Self::Equal(span, value(input)?)),
            _ => {
                if input.peek(Token![=]) {
                    input.parse::<Token![=]>()?;
                }
                if !input.peek(Token![,]) {
                    input.parse::<Expr>()?;
                }
                Err(Error::new(span, "invalid argument"))
            }
        }
    }
}
