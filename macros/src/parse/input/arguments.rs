//! Parses the arguments of a rule of garde.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Ident, Lit, LitStr, Token, UnOp};

use crate::parse::input::word::Word;

/// A mistake in a rule, with the edit that fixes it.
pub(crate) struct Rejection {
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) help: String,
}

impl Rejection {
    pub(crate) fn new(span: Span, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            help: help.into(),
        }
    }
}

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

/// Parses the one argument of a rule; `example` is the rule with an argument.
pub(super) fn one<T: Parse>(word: &Word, example: &str) -> Result<T, Rejection> {
    parse(word, T::parse, example)
}

/// Parses the argument in the parentheses of a rule, if there is one.
pub(super) fn optional<T: Parse>(word: &Word, example: &str) -> Result<Option<T>, Rejection> {
    match &word.list {
        Some(tokens) if !tokens.is_empty() => one(word, example).map(Some),
        _ => Ok(None),
    }
}

/// Parses the tokens in the parentheses of a rule.
pub(super) fn parse<T>(
    word: &Word,
    parser: impl Parser<Output = T>,
    example: &str,
) -> Result<T, Rejection> {
    let name = &word.name;
    let help = format!("write `{example}`");
    let Some(tokens) = word.list.clone() else {
        return Err(Rejection::new(
            word.span(),
            format!("`{name}` has no arguments"),
            help,
        ));
    };
    if tokens.is_empty() {
        return Err(Rejection::new(
            word.span(),
            format!("`{name}` has no arguments"),
            help,
        ));
    }
    let last = tokens.clone().into_iter().last().map(|token| token.span());
    parser.parse2(tokens).map_err(|error| {
        let message = error.to_string();
        // an error at the end has the span of the whole derive
        let (span, message) = match message.strip_prefix("unexpected end of input, ") {
            Some(expected) => (last.unwrap_or_else(|| word.span()), expected.to_owned()),
            None => (error.span(), message),
        };
        Rejection::new(span, format!("`{name}` is malformed: {message}"), help)
    })
}

/// `min`, `max` or `equal` with its value, or a unit.
struct Argument {
    name: Ident,
    value: Option<Expr>,
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected `min`, `max` or `equal`"));
        }
        let name = Ident::parse_any(input)?;
        let value = match input.parse::<Option<Token![=]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        Ok(Self { name, value })
    }
}

const LENGTH: &str = "length(chars, max = 64)";
const RANGE: &str = "range(min = 1, max = 100)";

/// Parses the arguments of `length(…)`.
pub(super) fn length(word: &Word) -> Result<(Measure, Ends), Rejection> {
    let mut measure = None;
    let ends = ends(word, LENGTH, |name| {
        let found = match name.to_string().as_str() {
            "simple" => Measure::Simple,
            "bytes" => Measure::Bytes,
            "chars" => Measure::Chars,
            "utf16" => Measure::Utf16,
            "graphemes" => Measure::Graphemes(name.span()),
            _ => return None,
        };
        Some(measure.replace(found).is_none())
    })?;
    for end in ends.min.iter().chain(&ends.max) {
        if !can_be_length(end) {
            let span = syn::spanned::Spanned::span(end);
            let help = format!("write a number of at least 0: `{LENGTH}`");
            return Err(Rejection::new(span, "a length is not a whole number", help));
        }
    }
    if let (Some(min), Some(max)) = (number(ends.min.as_ref()), number(ends.max.as_ref()))
        && min > max
    {
        let help = format!("write `min = {max}` or less, or `max = {min}` or more");
        return Err(Rejection::new(
            word.span(),
            "`min` is larger than `max`",
            help,
        ));
    }
    Ok((measure.unwrap_or(Measure::Simple), ends))
}

/// Parses the arguments of `range(…)`.
pub(super) fn range(word: &Word) -> Result<Ends, Rejection> {
    let ends = ends(word, RANGE, |_| None)?;
    for end in ends.min.iter().chain(&ends.max) {
        if let Expr::Lit(ExprLit { lit, .. }) = end
            && !matches!(lit, Lit::Int(_) | Lit::Float(_))
        {
            let help = format!("write numbers: `{RANGE}`");
            return Err(Rejection::new(
                lit.span(),
                "an end of a range is not a number",
                help,
            ));
        }
    }
    Ok(ends)
}

/// Parses the ends. `unit` returns whether a word is the first unit, or none if it is no unit.
fn ends(
    word: &Word,
    example: &str,
    mut unit: impl FnMut(&Ident) -> Option<bool>,
) -> Result<Ends, Rejection> {
    let arguments = Punctuated::<Argument, Token![,]>::parse_terminated;
    let arguments = parse(word, arguments, example)?;
    let help = || format!("write `{example}`");
    let (mut ends, mut equal) = (Ends::default(), None);
    for Argument { name, value } in arguments {
        let end = match name.to_string().as_str() {
            "min" => &mut ends.min,
            "max" => &mut ends.max,
            "equal" => &mut equal,
            _ => match unit(&name).filter(|_| value.is_none()) {
                Some(true) => continue,
                Some(false) => {
                    let message = format!("`{name}` is a second unit");
                    return Err(Rejection::new(
                        name.span(),
                        message,
                        "write one unit in each `length(…)`",
                    ));
                }
                None => {
                    let message = format!("unknown argument `{name}` of `{}`", word.name);
                    return Err(Rejection::new(name.span(), message, help()));
                }
            },
        };
        let Some(value) = value else {
            let message = format!("`{name}` has no value");
            return Err(Rejection::new(name.span(), message, help()));
        };
        if end.replace(value).is_some() {
            let message = format!("duplicate argument `{name}`");
            return Err(Rejection::new(
                name.span(),
                message,
                format!("remove one `{name}`"),
            ));
        }
    }
    match (ends.min.is_some() || ends.max.is_some(), equal) {
        (true, None) => Ok(ends),
        (false, Some(equal)) => Ok(Ends {
            min: Some(equal.clone()),
            max: Some(equal),
        }),
        (true, Some(_)) => {
            let help = "write either `equal`, or `min` and `max`";
            Err(Rejection::new(
                word.span(),
                "`equal` is beside `min` or `max`",
                help,
            ))
        }
        (false, None) => {
            let message = format!("`{}` has no limit", word.name);
            Err(Rejection::new(word.span(), message, help()))
        }
    }
}

fn can_be_length(end: &Expr) -> bool {
    match end {
        Expr::Lit(literal) => matches!(literal.lit, Lit::Int(_)),
        Expr::Unary(unary) => !matches!(unary.op, UnOp::Neg(_)),
        _ => true,
    }
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

/// The argument of `pattern(…)`.
pub(crate) enum Pattern {
    Literal(LitStr),
    /// An expression that is a `Matcher` of garde.
    Value(Expr),
}

impl Parse for Pattern {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let fork = input.fork();
        if let Ok(literal) = fork.parse()
            && fork.is_empty()
        {
            input.advance_to(&fork);
            return Ok(Self::Literal(literal));
        }
        input.parse().map(Self::Value)
    }
}
