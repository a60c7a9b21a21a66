//! What garde's rules on a field say about its size.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Expr;

use crate::parse::InputWord;

/// Every word of garde that may stand on a field.
const KNOWN: &[&str] = &[
    "skip",
    "adapt",
    "rename",
    "code",
    "dive",
    "required",
    "ascii",
    "alphanumeric",
    "email",
    "url",
    "ip",
    "ipv4",
    "ipv6",
    "credit_card",
    "phone_number",
    "length",
    "matches",
    "range",
    "contains",
    "prefix",
    "suffix",
    "pattern",
    "custom",
    "inner",
    "if",
];

/// What is known of one rule; what was written but does not count, with where.
#[derive(Clone, Copy)]
pub(crate) enum Mark {
    Written,
    Missing,
    Conditional(Span),
    Adapted(Span),
    Endless(Span),
    Graphemes(Span),
    Variable(Span),
}

impl Mark {
    /// Where a rule was written that does not count.
    fn span(self) -> Option<Span> {
        match self {
            Self::Written | Self::Missing => None,
            Self::Conditional(span)
            | Self::Adapted(span)
            | Self::Endless(span)
            | Self::Graphemes(span)
            | Self::Variable(span) => Some(span),
        }
    }

    /// Keeps what counts, else what was written first.
    fn add(&mut self, other: Self) {
        match (*self, other) {
            (_, Self::Written) => *self = Self::Written,
            (Self::Missing, _) => *self = other,
            _ => {}
        }
    }

    /// The same, where rules count for nothing.
    fn instead(self, mark: impl Fn(Span) -> Self, span: Span) -> Self {
        match self {
            Self::Missing => Self::Missing,
            _ => mark(span),
        }
    }
}

/// The rules of a value, and of its items.
pub(crate) struct Rules {
    pub(crate) length: Mark,
    pub(crate) range: Mark,
    pub(crate) dive: bool,
    pub(crate) items: Option<Box<Rules>>,
    /// The largest lengths that were written as constants.
    pub(crate) maxima: Vec<Expr>,
}

impl Rules {
    /// Reads a field's words; `context` is the name under which they see a context.
    pub(crate) fn read(words: &[InputWord], context: &str) -> Self {
        let mut rules = Self::none();
        for word in words {
            rules.read_word(word, context);
        }
        if let Some(adapt) = words.iter().find(|word| word.is("adapt")) {
            rules.weaken(&Mark::Adapted, adapt.span());
        }
        rules
    }

    fn none() -> Self {
        Self {
            length: Mark::Missing,
            range: Mark::Missing,
            dive: false,
            items: None,
            maxima: Vec::new(),
        }
    }

    fn read_word(&mut self, word: &InputWord, context: &str) {
        match word.name.to_string().as_str() {
            "dive" => self.dive = true,
            "length" => {
                let (mark, max) = length(word, context);
                self.length.add(mark);
                self.maxima.extend(max);
            }
            "range" => self.range.add(range(word, context)),
            "inner" => {
                let mut inner = Self::none();
                for word in word.words() {
                    inner.read_word(&word, context);
                }
                self.merge_items(inner);
            }
            "if" => {
                let mut conditional = Self::none();
                for inside in word.words().iter().filter(|inside| !inside.is("cond")) {
                    conditional.read_word(inside, context);
                }
                conditional.weaken(&Mark::Conditional, word.span());
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

    /// Marks every rule as one that does not count; nor does how long it allows.
    fn weaken(&mut self, mark: &dyn Fn(Span) -> Mark, span: Span) {
        self.length = self.length.instead(mark, span);
        self.range = self.range.instead(mark, span);
        self.maxima.clear();
        if let Some(items) = &mut self.items {
            items.weaken(mark, span);
        }
    }

    /// Where a rule was written that does not count, nor another in its place.
    pub(crate) fn discounted(&self) -> Option<Span> {
        let items = self.items.as_ref().and_then(|items| items.discounted());
        self.length.span().or(self.range.span()).or(items)
    }

    /// The largest lengths of the value and its items.
    pub(crate) fn all_maxima(&self) -> Vec<&Expr> {
        let mut all: Vec<_> = self.maxima.iter().collect();
        if let Some(items) = &self.items {
            all.extend(items.all_maxima());
        }
        all
    }
}

/// Whether garde refuses these words itself, and so implements nothing.
pub(crate) fn garde_refuses(words: &[InputWord]) -> bool {
    let unknown = words
        .iter()
        .any(|word| !KNOWN.contains(&word.name.to_string().as_str()));
    let has = |name| words.iter().any(|word| word.is(name));
    // garde takes a name and a code beside `skip`, and nothing else
    let ruled = words
        .iter()
        .any(|word| !["skip", "rename", "code"].iter().any(|name| word.is(name)));
    unknown || (has("skip") && ruled) || (has("dive") && has("inner"))
}

fn length(word: &InputWord, context: &str) -> (Mark, Option<Expr>) {
    let arguments = word.words();
    let end = arguments
        .iter()
        .find(|argument| argument.is("max") || argument.is("equal"));
    let Some(max) = end.and_then(|end| end.value.as_ref()) else {
        return (Mark::Endless(word.span()), None);
    };
    if let Some(graphemes) = arguments.iter().find(|argument| argument.is("graphemes")) {
        return (Mark::Graphemes(graphemes.span()), None);
    }
    match variable(max.to_token_stream(), context) {
        Some(span) => (Mark::Variable(span), None),
        None => (Mark::Written, Some(max.clone())),
    }
}

fn range(word: &InputWord, context: &str) -> Mark {
    let arguments = word.words();
    let value = |name: &str| {
        let argument = arguments.iter().find(|argument| argument.is(name))?;
        argument.value.as_ref()
    };
    let ends = match (value("equal"), value("min"), value("max")) {
        (Some(equal), _, _) => vec![equal],
        (None, Some(min), Some(max)) => vec![min, max],
        _ => return Mark::Endless(word.span()),
    };
    let mut ends = ends.into_iter();
    match ends.find_map(|end| variable(end.to_token_stream(), context)) {
        Some(span) => Mark::Variable(span),
        None => Mark::Written,
    }
}

/// Where an expression reads the value itself or its context.
pub(super) fn variable(tokens: TokenStream, context: &str) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(name) if name == "self" || name == context => Some(name.span()),
        TokenTree::Group(group) => variable(group.stream(), context),
        _ => None,
    })
}
