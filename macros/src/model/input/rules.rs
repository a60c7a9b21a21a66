//! How garde's rules bound the size of a field: the input of the proof.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Expr;

use crate::parse::{Ends, FieldRules, GardeRule, Measure, RuleKind};

/// The status of one rule on a field; a rule that does not bound the field has its span.
#[derive(Clone, Copy)]
pub(crate) enum RuleStatus {
    /// The rule always applies, with constant limits.
    Applied,
    Missing,
    /// It is inside `if(…)`.
    Conditional(Span),
    /// `adapt(…)` replaces its check.
    Adapted(Span),
    /// It has no `max`; a range may also have no `min`.
    OpenEnded(Span),
    /// It counts graphemes, which have no largest size.
    InGraphemes(Span),
    /// Its limit depends on the input.
    NotConstant(Span),
}

impl RuleStatus {
    /// Returns the span of a rule that does not bound the field.
    fn span(self) -> Option<Span> {
        match self {
            Self::Applied | Self::Missing => None,
            Self::Conditional(span)
            | Self::Adapted(span)
            | Self::OpenEnded(span)
            | Self::InGraphemes(span)
            | Self::NotConstant(span) => Some(span),
        }
    }

    /// Keeps a rule that bounds the field, else the first one.
    fn add(&mut self, other: Self) {
        match (*self, other) {
            (_, Self::Applied) => *self = Self::Applied,
            (Self::Missing, _) => *self = other,
            _ => {}
        }
    }

    fn weaken(&mut self, status: fn(Span) -> Self, span: Span) {
        if !matches!(self, Self::Missing) {
            *self = status(span);
        }
    }
}

/// The rules of a value and of its items.
pub(crate) struct Rules {
    pub(crate) length: RuleStatus,
    pub(crate) range: RuleStatus,
    pub(crate) dive: bool,
    pub(crate) items: Option<Box<Rules>>,
    /// The largest lengths, all of them constants.
    pub(crate) maxima: Vec<Expr>,
}

impl Rules {
    /// Reads a field's rules; `context` is the name under which they see the context.
    pub(super) fn of(field: &FieldRules, context: &str) -> Self {
        let mut rules = Self::none();
        rules.add_all(&field.rules, context);
        let adapter = |rule: &&GardeRule| matches!(rule.kind, RuleKind::Adapt);
        if let Some(adapter) = field.rules.iter().find(adapter) {
            rules.weaken(RuleStatus::Adapted, adapter.span);
        }
        rules
    }

    fn none() -> Self {
        Self {
            length: RuleStatus::Missing,
            range: RuleStatus::Missing,
            dive: false,
            items: None,
            maxima: Vec::new(),
        }
    }

    fn add_all(&mut self, rules: &[GardeRule], context: &str) {
        for rule in rules {
            self.add(rule, context);
        }
    }

    fn add(&mut self, rule: &GardeRule, context: &str) {
        match &rule.kind {
            RuleKind::Dive => self.dive = true,
            RuleKind::Length(measure, ends) => {
                let (status, max) = length(rule.span, *measure, ends, context);
                self.length.add(status);
                self.maxima.extend(max);
            }
            RuleKind::Range(ends) => self.range.add(range(rule.span, ends, context)),
            RuleKind::Inner(inside) => {
                let mut items = Self::none();
                items.add_all(inside, context);
                self.merge_items(items);
            }
            RuleKind::If(inside) => {
                let mut conditional = Self::none();
                conditional.add_all(inside, context);
                conditional.weaken(RuleStatus::Conditional, rule.span);
                self.merge(conditional);
            }
            _ => {}
        }
    }

    fn merge(&mut self, other: Self) {
        self.length.add(other.length);
        self.range.add(other.range);
        self.maxima.extend(other.maxima);
        if let Some(items) = other.items {
            self.merge_items(*items);
        }
    }

    fn merge_items(&mut self, items: Self) {
        match &mut self.items {
            Some(own) => own.merge(items),
            None => self.items = Some(Box::new(items)),
        }
    }

    /// Gives every rule a status under which it does not bound the field.
    fn weaken(&mut self, status: fn(Span) -> RuleStatus, span: Span) {
        self.length.weaken(status, span);
        self.range.weaken(status, span);
        self.maxima.clear();
        if let Some(items) = &mut self.items {
            items.weaken(status, span);
        }
    }

    /// Returns the span of the first rule that does not bound the field.
    pub(crate) fn ineffective(&self) -> Option<Span> {
        let items = self.items.as_ref().and_then(|items| items.ineffective());
        self.length.span().or(self.range.span()).or(items)
    }

    /// Returns the largest lengths of the value and of its items.
    pub(crate) fn all_maxima(&self) -> Vec<&Expr> {
        let mut all: Vec<_> = self.maxima.iter().collect();
        if let Some(items) = &self.items {
            all.extend(items.all_maxima());
        }
        all
    }
}

fn length(span: Span, measure: Measure, ends: &Ends, context: &str) -> (RuleStatus, Option<Expr>) {
    let Some(max) = &ends.max else {
        return (RuleStatus::OpenEnded(span), None);
    };
    if let Measure::Graphemes(span) = measure {
        return (RuleStatus::InGraphemes(span), None);
    }
    match input_in(max, context) {
        Some(span) => (RuleStatus::NotConstant(span), None),
        None => (RuleStatus::Applied, Some(max.clone())),
    }
}

fn range(span: Span, ends: &Ends, context: &str) -> RuleStatus {
    let (Some(min), Some(max)) = (&ends.min, &ends.max) else {
        return RuleStatus::OpenEnded(span);
    };
    match input_in(min, context).or_else(|| input_in(max, context)) {
        Some(span) => RuleStatus::NotConstant(span),
        None => RuleStatus::Applied,
    }
}

/// Returns where an expression reads the value itself or the context.
pub(super) fn input_in(limit: &Expr, context: &str) -> Option<Span> {
    fn find(tokens: TokenStream, context: &str) -> Option<Span> {
        tokens.into_iter().find_map(|token| match token {
            TokenTree::Ident(name) if name == "self" || name == context => Some(name.span()),
            TokenTree::Group(group) => find(group.stream(), context),
            _ => None,
        })
    }
    find(limit.to_token_stream(), context)
}
