//! The checks of a field: its rules, in the order in which garde applies them.

use proc_macro2::Span;
use syn::Expr;

use crate::model::input::bounds::Unit;
use crate::model::input::rules::InputNames;
use crate::parse::{Ends, FieldRules, GardeRule, Measure, RuleKind};

/// The checks of a value and of its items.
#[derive(Default)]
pub(crate) struct Checks {
    pub(crate) rules: Vec<Check>,
    pub(crate) inner: Option<Box<Checks>>,
}

/// One rule, with the span of its name.
pub(crate) struct Check {
    pub(crate) span: Span,
    pub(crate) kind: CheckKind,
}

pub(crate) enum CheckKind {
    Length {
        unit: Unit,
        min: Option<Expr>,
        max: Option<Expr>,
    },
    Range {
        min: Option<Expr>,
        max: Option<Expr>,
    },
}

impl Checks {
    /// Returns the checks of the bounds that the proof relies on: of each length and range that always
    /// applies and that has constant ends only.
    pub(super) fn of_bounds(field: &FieldRules, input: &InputNames) -> Self {
        let is_adapter = |rule: &GardeRule| matches!(rule.kind, RuleKind::Adapt);
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
                    let inner = self.inner.get_or_insert_default();
                    inner.add_bounds(inside, input);
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
