//! How garde's rules bound the size of a field: the input of the proof.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, Member};

use crate::parse::{Ends, FieldRules, GardeRule, ItemRules, Measure, RawFields, RuleKind};

/// The status of one rule on a field; a rule that does not bound the field has its span.
#[derive(Clone, Copy)]
pub(crate) enum RuleStatus {
    /// The rule always applies, with constant limits.
    Applied,
    /// So does a length in a unit of text.
    AppliedToText,
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
            Self::Applied | Self::AppliedToText | Self::Missing => None,
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
            (Self::Applied, _) => {}
            (_, Self::AppliedToText) | (Self::Missing, _) => *self = other,
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
    /// Reads a field's rules.
    pub(super) fn of(field: &FieldRules, input: &InputNames) -> Self {
        let mut rules = Self::none();
        rules.add_all(&field.rules, input);
        let adapter = |rule: &&GardeRule| matches!(rule.kind, RuleKind::Adapt(_));
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

    fn add_all(&mut self, rules: &[GardeRule], input: &InputNames) {
        for rule in rules {
            self.add(rule, input);
        }
    }

    fn add(&mut self, rule: &GardeRule, input: &InputNames) {
        match &rule.kind {
            RuleKind::Dive(_) => self.dive = true,
            RuleKind::Length(measure, ends) => {
                let (status, max) = length(rule.span, *measure, ends, input);
                self.length.add(status);
                self.maxima.extend(max);
            }
            RuleKind::Range(ends) => self.range.add(range(rule.span, ends, input)),
            RuleKind::Inner(inside) => {
                let mut items = Self::none();
                items.add_all(inside, input);
                self.merge_items(items);
            }
            RuleKind::If(_, inside) => {
                let mut conditional = Self::none();
                conditional.add_all(inside, input);
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

fn length(
    span: Span,
    measure: Measure,
    ends: &Ends,
    input: &InputNames,
) -> (RuleStatus, Option<Expr>) {
    let Some(max) = &ends.max else {
        return (RuleStatus::OpenEnded(span), None);
    };
    if let Measure::Graphemes(span) = measure {
        return (RuleStatus::InGraphemes(span), None);
    }
    if let Some(span) = input.find(max) {
        return (RuleStatus::NotConstant(span), None);
    }
    let status = match measure {
        Measure::Simple => RuleStatus::Applied,
        _ => RuleStatus::AppliedToText,
    };
    (status, Some(max.clone()))
}

fn range(span: Span, ends: &Ends, input: &InputNames) -> RuleStatus {
    let (Some(min), Some(max)) = (&ends.min, &ends.max) else {
        return RuleStatus::OpenEnded(span);
    };
    match input.find(min).or_else(|| input.find(max)) {
        Some(span) => RuleStatus::NotConstant(span),
        None => RuleStatus::Applied,
    }
}

/// The names under which the rules on a field see input: the value, its fields and the context.
///
/// A limit that reads one of them is no bound. A limit that reads input under another name does not
/// compile, because bounds are evaluated in a `const` block.
pub(super) struct InputNames(Vec<String>);

impl InputNames {
    /// `Validate` makes each field with rules a variable of its name, or of `_0` for the first of a
    /// tuple.
    pub(super) fn of(fields: &RawFields, item: &ItemRules) -> Self {
        let fields = fields
            .fields
            .iter()
            .filter(|field| !field.garde.is_skipped());
        let names = fields.map(|field| match &field.member {
            Member::Named(name) => name.to_string(),
            Member::Unnamed(index) => format!("_{}", index.index),
        });
        let others = ["self".to_owned(), item.context_name.to_string()];
        Self(names.chain(others).collect())
    }

    /// Returns where an expression reads input.
    pub(super) fn find(&self, limit: &Expr) -> Option<Span> {
        self.find_in(limit.to_token_stream())
    }

    fn find_in(&self, tokens: TokenStream) -> Option<Span> {
        let tokens: Vec<_> = tokens.into_iter().collect();
        tokens
            .iter()
            .enumerate()
            .find_map(|(at, token)| match token {
                TokenTree::Ident(name) if self.has(name) && is_variable(&tokens, at) => {
                    Some(name.span())
                }
                TokenTree::Group(group) => self.find_in(group.stream()),
                _ => None,
            })
    }

    fn has(&self, name: &Ident) -> bool {
        let name = name.to_string();
        // the variables of generated code
        name.starts_with("__garde") || name.starts_with("__palisade") || self.0.contains(&name)
    }
}

/// Whether a name is neither a part of a path nor a member of a value.
fn is_variable(tokens: &[TokenTree], at: usize) -> bool {
    let is_punct = |at: Option<usize>, expected: char| {
        let token = at.and_then(|at| tokens.get(at));
        matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == expected)
    };
    let before = |distance| at.checked_sub(distance);
    // `..` is a range, and its end a variable
    let is_member = is_punct(before(1), '.') && !is_punct(before(2), '.');
    let is_in_path = is_punct(before(1), ':') || is_punct(Some(at + 1), ':');
    !is_member && !is_in_path
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn finds(limit: &str) -> bool {
        let names = InputNames(
            ["self", "context", "most", "_0"]
                .map(str::to_owned)
                .to_vec(),
        );
        names.find(&syn::parse_str(limit).unwrap()).is_some()
    }

    #[test]
    fn limit_that_reads_input_is_found() {
        for limit in [
            "self.most",
            "*most as f64",
            "{ *most }",
            "context.most",
            "*_0",
            "f(*most)",
            "[1, 2, *most][0]",
            "if *most > 3 { 4 } else { 5 }",
            "(0..*most).end",
            "__garde_binding.len()",
            "__palisade_value.len()",
        ] {
            assert!(finds(limit), "{limit}");
        }
    }

    #[test]
    fn limit_that_names_a_constant_is_not_found() {
        for limit in [
            "MAX",
            "Self::MAX",
            "LIMITS.most",
            "limits::most",
            "most::MAX",
            "1 << 4",
        ] {
            assert!(!finds(limit), "{limit}");
        }
    }

    #[test]
    fn fields_of_a_tuple_are_named_by_their_index() {
        let item: syn::DeriveInput = parse_quote!(
            struct Triple(#[garde(ascii)] u8, #[garde(ascii)] u8, #[garde(skip)] u8);
        );
        let mut diagnostics = crate::diagnostics::Diagnostics::default();
        let raw = crate::parse::RawInput::parse(item, &mut diagnostics);
        assert!(diagnostics.into_messages().is_empty());
        let crate::parse::RawData::Struct(fields) = raw.data else {
            panic!("not a struct");
        };
        let names = InputNames::of(&fields, &raw.garde);
        assert!(names.find(&parse_quote!(*_1)).is_some());
        assert!(names.find(&parse_quote!(*_2)).is_none());
    }
}
