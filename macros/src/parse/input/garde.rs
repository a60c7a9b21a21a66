//! Parses `#[garde(…)]`: once, into the types that every later stage uses.

use proc_macro2::Span;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Ident, LitStr, Path, Token, Type};

use crate::diagnostics::Diagnostics;
use crate::parse::input::arguments::{self, Ends, Measure, Pattern, Rejection};
use crate::parse::input::word::{Word, words_of};
use crate::parse::nearest::nearest;

/// The name under which garde's rules see the context unless `context(… as name)` renames it.
const DEFAULT_CONTEXT_NAME: &str = "__garde_user_ctx";

/// A rule of garde on a field, with the span of its name.
pub(crate) struct GardeRule {
    pub(crate) span: Span,
    pub(crate) kind: RuleKind,
}

/// The rules of garde, each spelled once.
pub(crate) enum RuleKind {
    Skip,
    /// With the context of the nested rules, if it is another one.
    Dive(Option<Expr>),
    /// The module that replaces the checks of all rules.
    Adapt(Path),
    /// `rename` or `code`: how garde reports the field. garde 0.23 ignores them.
    Label,
    Length(Measure, Ends),
    Range(Ends),
    Inner(Vec<GardeRule>),
    If(Expr, Vec<GardeRule>),
    /// A regular expression.
    Pattern(Pattern),
    /// A rule about a part of the text.
    Affix(Affix, Expr),
    Ascii,
    Alphanumeric,
    Required,
    Format(Format),
    /// The name of a field with the same value.
    Matches(Path),
    Custom(Expr),
    /// A mistake.
    Rejected(Rejection),
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
    CreditCard,
    PhoneNumber,
}

/// The words in `#[garde(…)]` on a field.
const RULES: [&str; 25] = [
    "skip",
    "dive",
    "length",
    "range",
    "inner",
    "pattern",
    "ascii",
    "alphanumeric",
    "prefix",
    "suffix",
    "contains",
    "email",
    "url",
    "ip",
    "ipv4",
    "ipv6",
    "credit_card",
    "phone_number",
    "matches",
    "required",
    "custom",
    "if",
    "adapt",
    "rename",
    "code",
];

impl GardeRule {
    fn of(word: &Word) -> Self {
        Self {
            span: word.span(),
            kind: RuleKind::of(word).unwrap_or_else(RuleKind::Rejected),
        }
    }

    /// Parses the rules in the parentheses of `inner(…)`.
    fn all(word: &Word) -> Result<Vec<Self>, Rejection> {
        let words = Punctuated::<Word, Token![,]>::parse_terminated;
        let words = arguments::parse(word, words, "inner(length(chars, max = 64))")?;
        Ok(words.iter().map(Self::of).collect())
    }
}

impl RuleKind {
    fn of(word: &Word) -> Result<Self, Rejection> {
        let rule = match word.name.to_string().as_str() {
            "dive" => return arguments::optional(word, "dive").map(Self::Dive),
            "adapt" => return arguments::one(word, "adapt(path::to::module)").map(Self::Adapt),
            "rename" | "code" => {
                let example = format!("{}(\"name\")", word.name);
                return arguments::one::<LitStr>(word, &example).map(|_| Self::Label);
            }
            "length" => {
                let (measure, ends) = arguments::length(word)?;
                return Ok(Self::Length(measure, ends));
            }
            "range" => return arguments::range(word).map(Self::Range),
            "inner" => return GardeRule::all(word).map(Self::Inner),
            "if" => return condition(word),
            "pattern" => return arguments::one(word, "pattern(\"^[a-z]+$\")").map(Self::Pattern),
            "prefix" => return Self::affix(Affix::Prefix, word),
            "suffix" => return Self::affix(Affix::Suffix, word),
            "contains" => return Self::affix(Affix::Contains, word),
            "matches" => return arguments::one(word, "matches(other_field)").map(Self::Matches),
            "custom" => {
                return arguments::one(word, "custom(path::to::function)").map(Self::Custom);
            }
            "skip" => Self::Skip,
            "ascii" => Self::Ascii,
            "alphanumeric" => Self::Alphanumeric,
            "required" => Self::Required,
            "email" => Self::Format(Format::Email),
            "url" => Self::Format(Format::Url),
            "ip" => Self::Format(Format::Ip),
            "ipv4" => Self::Format(Format::Ipv4),
            "ipv6" => Self::Format(Format::Ipv6),
            "credit_card" => Self::Format(Format::CreditCard),
            "phone_number" => Self::Format(Format::PhoneNumber),
            _ => return Err(unknown(&word.name)),
        };
        match word.rest {
            Some(rest) => {
                let name = &word.name;
                let help = format!("write `{name}` alone");
                Err(Rejection::new(
                    rest,
                    format!("`{name}` has arguments"),
                    help,
                ))
            }
            None => Ok(rule),
        }
    }

    fn affix(affix: Affix, word: &Word) -> Result<Self, Rejection> {
        let example = format!("{}(\"text\")", word.name);
        arguments::one(word, &example).map(|text| Self::Affix(affix, text))
    }
}

fn unknown(name: &Ident) -> Rejection {
    let message = format!("unknown rule `{name}`");
    let help = match nearest(&RULES, &name.to_string()) {
        Some(rule) => format!("write `{rule}`"),
        None => format!("write one of garde's rules: `{}`", RULES.join("`, `")),
    };
    Rejection::new(name.span(), message, help)
}

/// Parses `if(cond = …, rules…)`.
fn condition(word: &Word) -> Result<RuleKind, Rejection> {
    const EXAMPLE: &str = "if(cond = self.is_gift, length(chars, max = 20))";
    let words = Punctuated::<Word, Token![,]>::parse_terminated;
    let words = arguments::parse(word, words, EXAMPLE)?;
    let (mut condition, mut rules) = (None, Vec::new());
    for word in words {
        match word.value.clone() {
            Some(value) if word.is("cond") => {
                if condition.replace(value).is_some() {
                    return Err(Rejection::new(
                        word.span(),
                        "duplicate argument `cond`",
                        "combine the conditions with `&&`",
                    ));
                }
            }
            _ => rules.push(GardeRule::of(&word)),
        }
    }
    match condition {
        Some(condition) if !rules.is_empty() => Ok(RuleKind::If(condition, rules)),
        condition => {
            let missing = if condition.is_some() {
                "rules"
            } else {
                "`cond`"
            };
            let message = format!("`if` has no {missing}");
            Err(Rejection::new(
                word.span(),
                message,
                format!("write `{EXAMPLE}`"),
            ))
        }
    }
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
        Self {
            rules: words.iter().map(GardeRule::of).collect(),
            is_malformed,
        }
    }
}

impl FieldRules {
    /// Whether garde checks nothing.
    pub(crate) fn is_skipped(&self) -> bool {
        let is_skip = |rule: &GardeRule| matches!(rule.kind, RuleKind::Skip);
        self.rules.is_empty() || self.rules.iter().any(is_skip)
    }
}

/// garde's words on a struct or an enum.
pub(crate) struct ItemRules {
    /// The type of the context; none for `()`.
    pub(crate) context: Option<Type>,
    /// The name under which the rules see the context.
    pub(crate) context_name: Ident,
    /// The span of `transparent`: paths do not name the field.
    pub(crate) transparent: Option<Span>,
    /// Whether fields without a rule are accepted.
    pub(crate) allows_unvalidated: bool,
    /// The rules of the whole value.
    pub(crate) custom: Vec<Expr>,
    /// The mistakes.
    pub(crate) rejections: Vec<Rejection>,
    /// Whether an attribute is malformed, which is reported.
    pub(crate) is_malformed: bool,
}

impl ItemRules {
    pub(super) fn parse(attributes: &[Attribute], diagnostics: &mut Diagnostics) -> Self {
        let (words, is_malformed) = words_of(attributes, "garde", diagnostics);
        let mut item = Self {
            context: None,
            context_name: Ident::new(DEFAULT_CONTEXT_NAME, Span::call_site()),
            transparent: None,
            allows_unvalidated: false,
            custom: Vec::new(),
            rejections: Vec::new(),
            is_malformed,
        };
        for word in &words {
            if let Err(rejection) = item.add(word) {
                item.rejections.push(rejection);
            }
        }
        item
    }

    fn add(&mut self, word: &Word) -> Result<(), Rejection> {
        let name = word.name.to_string();
        let is_duplicate = match name.as_str() {
            "context" => {
                let (context, name) =
                    arguments::parse(word, context_of, "context(Limits as limits)")?;
                if let Some(name) = name {
                    self.context_name = name;
                }
                self.context.replace(context).is_some()
            }
            "transparent" => self.transparent.replace(word.span()).is_some(),
            "allow_unvalidated" => std::mem::replace(&mut self.allows_unvalidated, true),
            "custom" => {
                self.custom
                    .push(arguments::one(word, "custom(path::to::function)")?);
                false
            }
            _ => {
                let message = format!("unknown word `{name}` in `garde` on a type");
                let help = "write `context(…)`, `custom(…)`, `transparent` or `allow_unvalidated`; \
                            rules are on the fields";
                return Err(Rejection::new(word.span(), message, help));
            }
        };
        if is_duplicate {
            let message = format!("duplicate word `{name}`");
            return Err(Rejection::new(
                word.span(),
                message,
                format!("remove one `{name}`"),
            ));
        }
        Ok(())
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
mod tests;
