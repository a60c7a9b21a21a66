//! Parses `#[garde(…)]`: once, into the types that every later stage uses.

use proc_macro2::Span;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, LitStr, Token, Type};

use crate::diagnostics::Diagnostics;
use crate::parse::input::arguments::{self, Ends, Measure};
use crate::parse::input::word::{Word, words_of};

/// The name under which garde's rules see the context unless `context(… as name)` renames it.
const DEFAULT_CONTEXT_NAME: &str = "__garde_user_ctx";

/// garde's message about a rule that it does not know.
const UNKNOWN_RULE: &str = "unrecognized validation rule";

/// A rule of garde on a field, with the span of its name.
pub(crate) struct GardeRule {
    pub(crate) span: Span,
    pub(crate) kind: RuleKind,
}

/// The rules of garde, each spelled once.
pub(crate) enum RuleKind {
    Skip,
    Dive,
    Adapt,
    /// `rename` or `code`: how garde reports the field.
    Label,
    Length(Measure, Ends),
    Range(Ends),
    Inner(Vec<GardeRule>),
    If(Vec<GardeRule>),
    /// A regular expression; none if it is not a string literal.
    Pattern(Option<LitStr>),
    /// A rule about a part of the text; none if that is not a string literal.
    Affix(Affix, Option<String>),
    Ascii,
    Alphanumeric,
    Required,
    Format(Format),
    /// A rule that says nothing about size and has no counterpart in a schema.
    Other,
    /// A rule that garde's derive rejects, with its error.
    Rejected(Span, String),
}

/// The part of a text that a rule is about.
#[derive(Clone, Copy)]
pub(crate) enum Affix {
    Prefix,
    Suffix,
    Contains,
}

/// A format that garde checks.
#[derive(Clone, Copy)]
pub(crate) enum Format {
    Email,
    Url,
    Ip,
    Ipv4,
    Ipv6,
}

impl GardeRule {
    fn of(word: &Word) -> Self {
        Self {
            span: word.span(),
            kind: RuleKind::of(word),
        }
    }

    fn all(words: &[Word]) -> Vec<Self> {
        words.iter().map(Self::of).collect()
    }

    fn is_unknown(&self) -> bool {
        matches!(&self.kind, RuleKind::Rejected(_, message) if message == UNKNOWN_RULE)
    }
}

impl RuleKind {
    fn of(word: &Word) -> Self {
        match word.name.to_string().as_str() {
            "skip" => Self::Skip,
            "dive" => Self::Dive,
            "adapt" => Self::Adapt,
            "rename" | "code" => Self::Label,
            "length" => match arguments::length(word) {
                Ok((measure, ends)) => Self::Length(measure, ends),
                Err(error) => Self::Rejected(error.span(), error.to_string()),
            },
            "range" => match arguments::range(word) {
                Ok(ends) => Self::Range(ends),
                Err(error) => Self::Rejected(error.span(), error.to_string()),
            },
            "inner" => Self::Inner(GardeRule::all(&word.words())),
            "if" => {
                let mut inside = word.words();
                inside.retain(|word| !word.is("cond"));
                Self::If(GardeRule::all(&inside))
            }
            "pattern" => Self::Pattern(literal(word)),
            "prefix" => Self::affix(Affix::Prefix, word),
            "suffix" => Self::affix(Affix::Suffix, word),
            "contains" => Self::affix(Affix::Contains, word),
            "ascii" => Self::Ascii,
            "alphanumeric" => Self::Alphanumeric,
            "required" => Self::Required,
            "email" => Self::Format(Format::Email),
            "url" => Self::Format(Format::Url),
            "ip" => Self::Format(Format::Ip),
            "ipv4" => Self::Format(Format::Ipv4),
            "ipv6" => Self::Format(Format::Ipv6),
            "credit_card" | "phone_number" | "matches" | "custom" => Self::Other,
            _ => Self::Rejected(word.span(), UNKNOWN_RULE.to_owned()),
        }
    }

    fn affix(affix: Affix, word: &Word) -> Self {
        Self::Affix(affix, literal(word).map(|text| text.value()))
    }
}

fn literal(word: &Word) -> Option<LitStr> {
    let tokens = word.list.clone()?;
    syn::parse2(tokens).ok()
}

/// The rules on one field.
pub(crate) struct FieldRules {
    pub(crate) rules: Vec<GardeRule>,
    /// Whether an attribute is malformed, which is reported.
    pub(crate) is_malformed: bool,
}

impl FieldRules {
    pub(super) fn parse(attributes: &[Attribute], diagnostics: &mut Diagnostics) -> Self {
        let (words, is_malformed) = words_of(attributes, "garde", diagnostics);
        let rule = |word: &Word| match (GardeRule::of(word), word.rest) {
            // garde goes on after a rule that it does not know, and stumbles over its arguments
            (rule, Some(rest)) if rule.is_unknown() => GardeRule {
                span: rule.span,
                kind: RuleKind::Rejected(rest, "expected `,`".to_owned()),
            },
            (rule, _) => rule,
        };
        Self {
            rules: words.iter().map(rule).collect(),
            is_malformed,
        }
    }
}

/// garde's words on a struct or an enum.
pub(crate) struct ItemRules {
    /// The type of the context; none for `()`.
    pub(crate) context: Option<Type>,
    /// The name under which the rules see the context.
    pub(crate) context_name: String,
    pub(crate) is_transparent: bool,
    /// Whether fields without a rule are accepted.
    pub(crate) allows_unvalidated: bool,
    /// Whether an attribute is malformed, which is reported.
    pub(crate) is_malformed: bool,
}

impl ItemRules {
    pub(super) fn parse(attributes: &[Attribute], diagnostics: &mut Diagnostics) -> Self {
        let (words, is_malformed) = words_of(attributes, "garde", diagnostics);
        let has = |name: &str| words.iter().any(|word| word.is(name));
        let context = words.iter().find(|word| word.is("context"));
        let tokens = context.and_then(|word| word.list.clone());
        let (context, name) = tokens
            .and_then(|tokens| context_of.parse2(tokens).ok())
            .unzip();
        let name = name.flatten().map(|name| name.to_string());
        Self {
            context,
            context_name: name.unwrap_or_else(|| DEFAULT_CONTEXT_NAME.to_owned()),
            is_transparent: has("transparent"),
            allows_unvalidated: has("allow_unvalidated"),
            is_malformed,
        }
    }
}

/// Parses `Type as name`.
fn context_of(input: ParseStream<'_>) -> syn::Result<(Type, Option<Ident>)> {
    let ty = input.parse()?;
    let name = match input.parse::<Option<Token![as]>>()? {
        Some(_) => Some(input.parse()?),
        None => None,
    };
    Ok((ty, name))
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn rules(attribute: Attribute) -> (FieldRules, Vec<String>) {
        let mut diagnostics = Diagnostics::default();
        let rules = FieldRules::parse(&[attribute], &mut diagnostics);
        (rules, diagnostics.into_messages())
    }

    #[test]
    fn equal_is_both_ends_of_a_length() {
        let (field, messages) = rules(parse_quote!(#[garde(length(bytes, equal = 8))]));
        assert!(messages.is_empty(), "{messages:?}");
        let [GardeRule { kind, .. }] = &field.rules[..] else {
            panic!("not one rule");
        };
        assert!(matches!(
            kind,
            RuleKind::Length(
                Measure::Bytes,
                Ends {
                    min: Some(_),
                    max: Some(_)
                }
            )
        ));
    }

    #[test]
    fn condition_of_if_is_not_a_rule() {
        let (field, _) = rules(parse_quote!(#[garde(if(cond = self.a, ascii, dive))]));
        let [GardeRule { kind, .. }] = &field.rules[..] else {
            panic!("not one rule");
        };
        assert!(matches!(kind, RuleKind::If(rules) if rules.len() == 2));
    }

    #[test]
    fn misused_rule_has_the_error_of_gardes_derive() {
        let cases: [(Attribute, &str); 9] = [
            (parse_quote!(#[garde(asci)]), "unrecognized validation rule"),
            (parse_quote!(#[garde(lenght(max = 9))]), "expected `,`"),
            (
                parse_quote!(#[garde(length)]),
                "unexpected end of input, expected parentheses",
            ),
            (
                parse_quote!(#[garde(length, ascii)]),
                "expected parentheses",
            ),
            (
                parse_quote!(#[garde(length(64))]),
                "unexpected token, expected `)`",
            ),
            (
                parse_quote!(#[garde(length(max = 1, max = 2))]),
                "duplicate argument",
            ),
            (
                parse_quote!(#[garde(length(maximum = 1))]),
                "invalid argument",
            ),
            (
                parse_quote!(#[garde(range(maximum = 1))]),
                "unexpected argument",
            ),
            (
                parse_quote!(#[garde(range())]),
                "range must have at least one of `min`, `max`, `equal`",
            ),
        ];
        for (attribute, expected) in cases {
            let (field, messages) = rules(attribute);
            assert!(messages.is_empty(), "{messages:?}");
            let first = field.rules.first().map(|rule| &rule.kind);
            assert!(
                matches!(first, Some(RuleKind::Rejected(_, message)) if message == expected),
                "{expected}"
            );
        }
    }

    #[test]
    fn malformed_attribute_is_reported() {
        let (field, messages) = rules(parse_quote!(#[garde(length(max = 9) ascii)]));
        assert!(field.is_malformed);
        assert_eq!(messages, ["expected `,`"]);
    }

    #[test]
    fn context_has_a_type_and_a_name() {
        let parse = |attribute: Attribute| {
            let mut diagnostics = Diagnostics::default();
            let rules = ItemRules::parse(&[attribute], &mut diagnostics);
            assert!(diagnostics.into_compile_errors().is_none());
            (rules.context.is_some(), rules.context_name)
        };
        assert_eq!(
            parse(parse_quote!(#[garde(context(Limits as limits))])),
            (true, "limits".to_owned())
        );
        assert_eq!(
            parse(parse_quote!(#[garde(context(Limits))])),
            (true, DEFAULT_CONTEXT_NAME.to_owned())
        );
        assert_eq!(
            parse(parse_quote!(#[garde(transparent)])),
            (false, DEFAULT_CONTEXT_NAME.to_owned())
        );
    }
}
