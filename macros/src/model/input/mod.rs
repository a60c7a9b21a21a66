//! Checks an input type: the rules of its fields and their names in a request.

mod bounds;
mod checks;
mod fields;
mod item;
mod names;
mod pattern;
mod rules;
mod scalar;
mod serde;
mod validation;
mod variants;

pub(crate) use self::bounds::{Bound, Limit, Unit};
pub(crate) use self::checks::{Check, CheckKind, Checks, FieldChecks, TextFormat};
pub(crate) use self::fields::{Content, Field, Form, Head};
pub(crate) use self::item::{Input, Kind};
pub(crate) use self::rules::{RuleStatus, Rules};
pub(crate) use self::scalar::Scalar;
pub(crate) use self::validation::{Validation, ValidationKind, VariantChecks};
pub(crate) use self::variants::{Tagging, Variant};
