//! The checks of a field: its rules, in the order in which garde applies them.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Expr, LitStr, Member, Path, Type};

use crate::diagnostics::Diagnostics;
use crate::model::input::bounds::Unit;
use crate::model::input::pattern::reject_invalid;
use crate::model::input::rules::InputNames;
use crate::parse::{
    Affix, Ends, FieldRules, Format, GardeRule, ItemRules, Measure, Pattern, Rejection, RuleKind,
};

/// The checks of a value and of its items.
#[derive(Default)]
pub(crate) struct Checks {
    pub(crate) custom: Vec<Expr>,
    pub(crate) rules: Vec<Check>,
    /// The checks under each condition of `if(…)`.
    pub(crate) conditional: Vec<(Expr, Checks)>,
    /// The checks of each item.
    pub(crate) inner: Option<Box<InnerChecks>>,
}

/// The checks of each item, with the span of `inner`.
pub(crate) struct InnerChecks {
    pub(crate) span: Span,
    pub(crate) checks: Checks,
}

impl Checks {
    /// The checks of each item, after an `inner` at `span`.
    fn inner(&mut self, span: Span) -> &mut Self {
        let new = || {
            let checks = Self::default();
            Box::new(InnerChecks { span, checks })
        };
        &mut self.inner.get_or_insert_with(new).checks
    }
}

/// One rule, with the span of its name.
pub(crate) struct Check {
    pub(crate) span: Span,
    pub(crate) kind: CheckKind,
}

pub(crate) enum CheckKind {
    Required,
    Ascii,
    Alphanumeric,
    Format(TextFormat),
    Length {
        unit: Unit,
        min: Option<Expr>,
        max: Option<Expr>,
    },
    Matches(Path),
    Range {
        min: Option<Expr>,
        max: Option<Expr>,
    },
    Contains(Expr),
    Prefix(Expr),
    Suffix(Expr),
    Pattern(LitStr),
    Matcher(Expr),
}

/// A format that garde checks, in the order of its checks.
#[derive(Clone, Copy)]
pub(crate) enum TextFormat {
    Email,
    Url,
    Ip,
    Ipv4,
    Ipv6,
    CreditCard,
    PhoneNumber,
}

impl CheckKind {
    /// Returns the check of a single value, if the rule is one.
    fn of(rule: &RuleKind) -> Option<Self> {
        Some(match rule {
            RuleKind::Required => CheckKind::Required,
            RuleKind::Ascii => CheckKind::Ascii,
            RuleKind::Alphanumeric => CheckKind::Alphanumeric,
            RuleKind::Format(format) => CheckKind::Format(text_format(*format)),
            RuleKind::Length(measure, Ends { min, max }) => CheckKind::Length {
                unit: Unit::of(*measure),
                min: min.clone(),
                max: max.clone(),
            },
            RuleKind::Range(Ends { min, max }) => CheckKind::Range {
                min: min.clone(),
                max: max.clone(),
            },
            RuleKind::Matches(path) => CheckKind::Matches(path.clone()),
            RuleKind::Affix(Affix::Contains, text) => CheckKind::Contains(text.clone()),
            RuleKind::Affix(Affix::Prefix, text) => CheckKind::Prefix(text.clone()),
            RuleKind::Affix(Affix::Suffix, text) => CheckKind::Suffix(text.clone()),
            RuleKind::Pattern(Pattern::Literal(text)) => CheckKind::Pattern(text.clone()),
            RuleKind::Pattern(Pattern::Value(matcher)) => CheckKind::Matcher(matcher.clone()),
            RuleKind::Skip
            | RuleKind::Dive(_)
            | RuleKind::Adapt(_)
            | RuleKind::Label
            | RuleKind::Inner(_)
            | RuleKind::If(..)
            | RuleKind::Custom(_)
            | RuleKind::Rejected(_) => return None,
        })
    }

    /// The position of the rule in garde's order. A value can have one rule of each kind.
    fn position(&self) -> usize {
        match self {
            Self::Required => 0,
            Self::Ascii => 1,
            Self::Alphanumeric => 2,
            Self::Format(format) => 3 + *format as usize,
            Self::Length { unit, .. } => 10 + *unit as usize,
            Self::Matches(_) => 15,
            Self::Range { .. } => 16,
            Self::Contains(_) => 17,
            Self::Prefix(_) => 18,
            Self::Suffix(_) => 19,
            Self::Pattern(_) | Self::Matcher(_) => 20,
        }
    }
}

impl Checks {
    pub(crate) fn is_empty(&self) -> bool {
        self.custom.is_empty() && self.rules.is_empty() && self.conditional.is_empty()
    }

    /// Returns the checks of the bounds that the proof relies on: of each length and range that always
    /// applies, with its constant ends.
    pub(super) fn of_bounds(field: &FieldRules, input: &InputNames) -> Self {
        let is_adapter = |rule: &GardeRule| matches!(rule.kind, RuleKind::Adapt(_));
        let mut checks = Self::default();
        // an adapter replaces the checks, so that the field has no bound
        if !field.rules.iter().any(is_adapter) {
            checks.add_bounds(&field.rules, input);
        }
        checks
    }

    fn add_bounds(&mut self, rules: &[GardeRule], input: &InputNames) {
        // an end that depends on the input is no bound, and the other one is
        let constant = |ends: &Ends| {
            let is_constant = |end: &&Expr| input.find(end).is_none();
            let min = ends.min.as_ref().filter(is_constant).cloned();
            let max = ends.max.as_ref().filter(is_constant).cloned();
            (min.is_some() || max.is_some()).then_some((min, max))
        };
        for rule in rules {
            let kind = match &rule.kind {
                RuleKind::Length(Measure::Graphemes(_), _) => None,
                RuleKind::Length(measure, ends) => {
                    let unit = Unit::of(*measure);
                    constant(ends).map(|(min, max)| CheckKind::Length { unit, min, max })
                }
                RuleKind::Range(ends) => {
                    constant(ends).map(|(min, max)| CheckKind::Range { min, max })
                }
                RuleKind::Inner(inside) => {
                    self.inner(rule.span).add_bounds(inside, input);
                    None
                }
                _ => None,
            };
            self.rules.extend(kind.map(|kind| Check {
                span: rule.span,
                kind,
            }));
        }
    }
}

/// The checks of a field by `Validate`.
pub(crate) struct FieldChecks {
    pub(crate) member: Member,
    pub(crate) ty: Type,
    /// Whether nothing is checked.
    pub(crate) is_skipped: bool,
    /// `dive`, with the context of the nested rules if it is another one.
    pub(crate) dive: Option<(Span, Option<Expr>)>,
    /// The module that replaces garde's checks.
    pub(crate) adapter: Option<Path>,
    pub(crate) checks: Checks,
}

impl FieldChecks {
    /// Checks the rules of a field. Both derives report the same errors, of which rustc shows one.
    pub(super) fn of(
        member: &Member,
        ty: &Type,
        garde: &FieldRules,
        item: &ItemRules,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let mut reader = Reader {
            field: Self {
                member: member.clone(),
                ty: ty.clone(),
                is_skipped: false,
                dive: None,
                adapter: None,
                checks: Checks::default(),
            },
            skip: None,
            rejections: Vec::new(),
        };
        let mut checks = Checks::default();
        reader.read(&garde.rules, &mut checks, true);
        reader.field.checks = checks;
        let is_rejected = !reader.rejections.is_empty();
        for Rejection {
            span,
            message,
            help,
        } in &reader.rejections
        {
            diagnostics.error(*span, message, help);
        }
        if garde.is_malformed || is_rejected || reject_invalid(&garde.rules, diagnostics) {
            return None;
        }
        reader.finish(item, diagnostics)
    }
}

struct Reader {
    field: FieldChecks,
    skip: Option<Span>,
    rejections: Vec<Rejection>,
}

impl Reader {
    fn read(&mut self, rules: &[GardeRule], checks: &mut Checks, is_field: bool) {
        for rule in rules {
            if let Err(rejection) = self.read_rule(rule, checks, is_field) {
                self.rejections.push(rejection);
            }
        }
        checks.rules.sort_by_key(|check| check.kind.position());
    }

    fn read_rule(
        &mut self,
        rule: &GardeRule,
        checks: &mut Checks,
        is_field: bool,
    ) -> Result<(), Rejection> {
        let span = rule.span;
        let of_field = |name: &str, is_new: bool| {
            if !is_field {
                let message = format!("`{name}` is inside another rule");
                let help = format!("write `{name}` directly in `#[garde(…)]`, or remove it");
                Err(Rejection::new(span, message, help))
            } else if is_new {
                Ok(())
            } else {
                Err(duplicate(span, name))
            }
        };
        let kind = match &rule.kind {
            RuleKind::Rejected(Rejection {
                span,
                message,
                help,
            }) => {
                return Err(Rejection::new(*span, message, help));
            }
            RuleKind::Skip => return of_field("skip", self.skip.replace(span).is_none()),
            RuleKind::Dive(context) => {
                let dive = (span, context.clone());
                return of_field("dive", self.field.dive.replace(dive).is_none());
            }
            RuleKind::Adapt(path) => {
                return of_field("adapt", self.field.adapter.replace(path.clone()).is_none());
            }
            RuleKind::Custom(function) => {
                checks.custom.push(function.clone());
                return Ok(());
            }
            RuleKind::Inner(inside) => {
                self.read(inside, checks.inner(span), false);
                return Ok(());
            }
            RuleKind::If(condition, inside) => {
                let mut conditional = Checks::default();
                self.read(inside, &mut conditional, false);
                checks.conditional.push((condition.clone(), conditional));
                return Ok(());
            }
            rule => CheckKind::of(rule),
        };
        let Some(kind) = kind else {
            return Ok(());
        };
        let position = kind.position();
        let mut others = checks.rules.iter();
        if others.any(|other| other.kind.position() == position) {
            return Err(Rejection::new(
                span,
                "the rule is a duplicate",
                "remove one of the two rules",
            ));
        }
        checks.rules.push(Check { span, kind });
        Ok(())
    }

    /// Checks that the rules of a field can be combined.
    fn finish(self, item: &ItemRules, diagnostics: &mut Diagnostics) -> Option<FieldChecks> {
        let Self {
            mut field, skip, ..
        } = self;
        let has_checks =
            field.dive.is_some() || !field.checks.is_empty() || field.checks.inner.is_some();
        if let Some(skip) = skip
            && has_checks
        {
            let help = "remove `skip`, or the other rules";
            diagnostics.error(skip, "`skip` is beside other rules", help);
            return None;
        }
        if let Some((dive, _)) = field.dive
            && has_inner(&field.checks)
        {
            let help = "remove `dive` if the items are text or numbers, or `inner(…)` if they derive `SecureInput`";
            diagnostics.error(dive, "`dive` is beside `inner`", help);
            return None;
        }
        if !has_checks && skip.is_none() && !item.allows_unvalidated {
            let help = "write a rule such as `#[garde(length(chars, max = 64))]`, `#[garde(range(min = 1, max = 100))]` \
                        or `#[garde(dive)]`; `#[garde(skip)]` if parsing is the check";
            diagnostics.error(field.ty.span(), "the field has no rule", help);
            return None;
        }
        field.is_skipped = !has_checks;
        Some(field)
    }
}

fn has_inner(checks: &Checks) -> bool {
    let conditional = &checks.conditional;
    checks.inner.is_some() || conditional.iter().any(|(_, checks)| has_inner(checks))
}

fn duplicate(span: Span, name: &str) -> Rejection {
    Rejection::new(
        span,
        format!("duplicate rule `{name}`"),
        format!("remove one `{name}`"),
    )
}

fn text_format(format: Format) -> TextFormat {
    match format {
        Format::Email => TextFormat::Email,
        Format::Url => TextFormat::Url,
        Format::Ip => TextFormat::Ip,
        Format::Ipv4 => TextFormat::Ipv4,
        Format::Ipv6 => TextFormat::Ipv6,
        Format::CreditCard => TextFormat::CreditCard,
        Format::PhoneNumber => TextFormat::PhoneNumber,
    }
}
