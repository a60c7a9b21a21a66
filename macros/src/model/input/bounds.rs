//! The bounds that garde's rules on a field set, for its schema.
//!
//! Beside [`Rules`](super::Rules), which say whether a field is bounded at all: here also what does
//! not count for that is read, as long as it always applies.

use quote::ToTokens;
use syn::{Expr, Lit, UnOp};

use crate::model::input::rules::variable;
use crate::parse::InputWord;

/// One bound, or that there is a rule which no schema can say.
#[derive(Clone)]
pub(crate) enum Bound {
    Length {
        /// As garde writes it; none for its default.
        measure: Option<&'static str>,
        min: Option<Expr>,
        max: Option<Expr>,
    },
    Range {
        min: Option<Limit>,
        max: Option<Limit>,
    },
    /// A rule without arguments, by its name.
    Word(&'static str),
    /// A rule about this text, by its name.
    Text(&'static str, String),
    Format(&'static str),
    Inner(Vec<Bound>),
    Beyond,
}

/// The end of a range.
#[derive(Clone)]
pub(crate) enum Limit {
    /// Digits, with a sign.
    Number(String),
    /// Whatever type it is of.
    Value(Expr),
}

const MEASURES: &[&str] = &["simple", "bytes", "chars", "graphemes", "utf16"];
const WORDS: &[&str] = &["ascii", "alphanumeric", "required"];
const TEXTS: &[&str] = &["pattern", "prefix", "suffix", "contains"];
const FORMATS: &[(&str, &str)] = &[
    ("email", "email"),
    ("url", "uri"),
    ("ip", "ip"),
    ("ipv4", "ipv4"),
    ("ipv6", "ipv6"),
];

/// Rules that say nothing of what is let through.
const SILENT: &[&str] = &["skip", "dive", "rename", "code"];

impl Bound {
    /// Reads a field's words; `context` is the name under which they see a context.
    pub(crate) fn read(words: &[InputWord], context: &str) -> Vec<Self> {
        // nobody knows what the rules of an adapter check
        if words.iter().any(|word| word.is("adapt")) {
            return vec![Self::Beyond];
        }
        let words = words.iter();
        words
            .flat_map(|word| Self::of_word(word, context))
            .collect()
    }

    fn of_word(word: &InputWord, context: &str) -> Vec<Self> {
        let name = word.name.to_string();
        let one_of = |names: &[&'static str]| names.iter().find(|known| **known == name).copied();
        if one_of(SILENT).is_some() {
            return Vec::new();
        }
        if let Some(name) = one_of(WORDS) {
            return vec![Self::Word(name)];
        }
        if let Some(rule) = one_of(TEXTS) {
            let text = word
                .list
                .clone()
                .and_then(|text| syn::parse2::<syn::LitStr>(text).ok());
            return vec![text.map_or(Self::Beyond, |text| Self::Text(rule, text.value()))];
        }
        if let Some((_, format)) = FORMATS.iter().find(|(word, _)| *word == name) {
            return vec![Self::Format(format)];
        }
        match name.as_str() {
            "length" => length(word, context),
            "range" => range(word, context),
            "inner" => {
                let inside = Self::read(&word.words(), context);
                vec![Self::Inner(inside)]
            }
            _ => vec![Self::Beyond],
        }
    }
}

/// The two ends, of which `equal` is both; and whether one of them cannot be said.
fn ends(words: &[InputWord], context: &str) -> (Option<Expr>, Option<Expr>, bool) {
    let mut is_beyond = false;
    let mut end = |name: &str| {
        let word = words
            .iter()
            .find(|word| word.is(name) || word.is("equal"))?;
        let value = word.value.clone()?;
        let is_variable = variable(value.to_token_stream(), context).is_some();
        is_beyond |= is_variable;
        (!is_variable).then_some(value)
    };
    let (min, max) = (end("min"), end("max"));
    (min, max, is_beyond)
}

fn length(word: &InputWord, context: &str) -> Vec<Bound> {
    let words = word.words();
    let (min, max, is_beyond) = ends(&words, context);
    let mut measures = MEASURES.iter().copied();
    let measure = measures.find(|measure| words.iter().any(|word| word.is(measure)));
    let is_bounded = min.is_some() || max.is_some();
    let bound = is_bounded.then_some(Bound::Length { measure, min, max });
    bound.into_iter().chain(beyond(is_beyond)).collect()
}

fn range(word: &InputWord, context: &str) -> Vec<Bound> {
    let (min, max, is_beyond) = ends(&word.words(), context);
    let (min, max) = (min.map(Limit::of), max.map(Limit::of));
    let bound = Bound::Range { min, max };
    std::iter::once(bound).chain(beyond(is_beyond)).collect()
}

fn beyond(is_beyond: bool) -> Option<Bound> {
    is_beyond.then_some(Bound::Beyond)
}

impl Limit {
    fn of(value: Expr) -> Self {
        match digits(&value) {
            Some(number) => Self::Number(number),
            None => Self::Value(value),
        }
    }
}

/// The digits of a literal, whatever type it will be of.
fn digits(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => Some(number.base10_digits().to_owned()),
            Lit::Float(number) => Some(number.base10_digits().to_owned()),
            _ => None,
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            digits(&unary.expr).map(|digits| format!("-{digits}"))
        }
        Expr::Paren(inner) => digits(&inner.expr),
        Expr::Group(inner) => digits(&inner.expr),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn a_literal_is_read_whatever_type_it_is_of() {
        for (value, text) in [
            (parse_quote!(1_000), "1000"),
            (parse_quote!(0xff_u8), "255"),
            (parse_quote!(-(5)), "-5"),
            (parse_quote!(1.5e3), "1.5e3"),
            (
                parse_quote!(340282366920938463463374607431768211455),
                "340282366920938463463374607431768211455",
            ),
        ] {
            let value: Expr = value;
            assert_eq!(digits(&value).as_deref(), Some(text));
        }
        let constant: Expr = parse_quote!(MAX);
        assert_eq!(digits(&constant), None);
    }
}
