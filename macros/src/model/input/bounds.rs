//! The limits that garde's rules on a field set: the input of its schema.
//!
//! A rule that does not bound the field for [`Rules`](super::Rules) is here too if it always applies.

use syn::{Expr, ExprLit, Lit, UnOp};

use crate::model::input::rules::InputNames;
use crate::parse::{Affix, Ends, FieldRules, Format, GardeRule, Measure, Pattern, RuleKind};

/// A limit, or the fact that a schema cannot express a rule.
#[derive(Clone)]
pub(crate) enum Bound {
    Length {
        unit: Unit,
        min: Option<Expr>,
        max: Option<Expr>,
    },
    Range {
        min: Option<Limit>,
        max: Option<Limit>,
    },
    Ascii,
    Alphanumeric,
    Required,
    Pattern(String),
    Prefix(String),
    Suffix(String),
    Contains(String),
    /// By its name in a JSON Schema.
    Format(&'static str),
    Inner(Vec<Bound>),
    /// A rule that no schema can express.
    Beyond,
}

/// The unit of a length.
#[derive(Clone, Copy)]
pub(crate) enum Unit {
    Simple,
    Bytes,
    Chars,
    Graphemes,
    Utf16,
}

impl Unit {
    pub(super) fn of(measure: Measure) -> Self {
        match measure {
            Measure::Simple => Self::Simple,
            Measure::Bytes => Self::Bytes,
            Measure::Chars => Self::Chars,
            Measure::Graphemes(_) => Self::Graphemes,
            Measure::Utf16 => Self::Utf16,
        }
    }
}

/// The end of a range.
#[derive(Clone)]
pub(crate) enum Limit {
    /// Digits, with a sign.
    Number(String),
    /// An expression of any type.
    Value(Expr),
}

impl Bound {
    /// Reads a field's rules.
    pub(super) fn all(field: &FieldRules, input: &InputNames) -> Vec<Self> {
        let is_adapter = |rule: &GardeRule| matches!(rule.kind, RuleKind::Adapt(_));
        if field.rules.iter().any(is_adapter) {
            // an adapter may replace the check of every rule
            return vec![Self::Beyond];
        }
        Self::of_rules(&field.rules, input)
    }

    fn of_rules(rules: &[GardeRule], input: &InputNames) -> Vec<Self> {
        let rules = rules.iter();
        rules.flat_map(|rule| Self::of(&rule.kind, input)).collect()
    }

    fn of(rule: &RuleKind, input: &InputNames) -> Vec<Self> {
        let bound = match rule {
            RuleKind::Skip | RuleKind::Dive(_) | RuleKind::Label => return Vec::new(),
            RuleKind::Length(measure, ends) => return length(*measure, ends, input),
            RuleKind::Range(ends) => return range(ends, input),
            RuleKind::Inner(inside) => Self::Inner(Self::of_rules(inside, input)),
            RuleKind::Ascii => Self::Ascii,
            RuleKind::Alphanumeric => Self::Alphanumeric,
            RuleKind::Required => Self::Required,
            RuleKind::Pattern(Pattern::Literal(text)) => Self::Pattern(text.value()),
            RuleKind::Affix(affix, text) => affixed(*affix, text),
            RuleKind::Format(format) => format_name(*format).map_or(Self::Beyond, Self::Format),
            RuleKind::Adapt(_)
            | RuleKind::If(..)
            | RuleKind::Pattern(Pattern::Value(_))
            | RuleKind::Matches(_)
            | RuleKind::Custom(_)
            | RuleKind::Rejected(_) => Self::Beyond,
        };
        vec![bound]
    }
}

/// A schema has only literal texts.
fn affixed(affix: Affix, text: &Expr) -> Bound {
    let Expr::Lit(ExprLit {
        lit: Lit::Str(text),
        ..
    }) = text
    else {
        return Bound::Beyond;
    };
    let text = text.value();
    match affix {
        Affix::Prefix => Bound::Prefix(text),
        Affix::Suffix => Bound::Suffix(text),
        Affix::Contains => Bound::Contains(text),
    }
}

fn format_name(format: Format) -> Option<&'static str> {
    match format {
        Format::Email => Some("email"),
        Format::Url => Some("uri"),
        Format::Ip => Some("ip"),
        Format::Ipv4 => Some("ipv4"),
        Format::Ipv6 => Some("ipv6"),
        Format::CreditCard | Format::PhoneNumber => None,
    }
}

/// The constant ends, and whether one of them is not constant.
fn constant(ends: &Ends, input: &InputNames) -> (Option<Expr>, Option<Expr>, Option<Bound>) {
    let is_constant = |end: &&Expr| input.find(end).is_none();
    let min = ends.min.as_ref().filter(is_constant).cloned();
    let max = ends.max.as_ref().filter(is_constant).cloned();
    let is_beyond = min.is_some() != ends.min.is_some() || max.is_some() != ends.max.is_some();
    (min, max, is_beyond.then_some(Bound::Beyond))
}

fn length(measure: Measure, ends: &Ends, input: &InputNames) -> Vec<Bound> {
    let (min, max, beyond) = constant(ends, input);
    let is_bounded = min.is_some() || max.is_some();
    let bound = is_bounded.then_some(Bound::Length {
        unit: Unit::of(measure),
        min,
        max,
    });
    bound.into_iter().chain(beyond).collect()
}

fn range(ends: &Ends, input: &InputNames) -> Vec<Bound> {
    let (min, max, beyond) = constant(ends, input);
    let (min, max) = (min.map(Limit::of), max.map(Limit::of));
    let bound = Bound::Range { min, max };
    std::iter::once(bound).chain(beyond).collect()
}

impl Limit {
    fn of(value: Expr) -> Self {
        match digits(&value) {
            Some(number) => Self::Number(number),
            None => Self::Value(value),
        }
    }
}

/// Returns the digits of a literal of any type.
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
    fn literal_of_any_type_has_digits() {
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
