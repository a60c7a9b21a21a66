//! Checks raw attributes and builds the model; reports every mistake, emits no tokens.

mod grant;
mod handler;
mod implication;
mod input;
mod vocabulary;

pub(crate) use self::handler::{Access, Declaration, Handler, Limits, Requirement, WrongHandler};
pub(crate) use self::input::{
    Bound, Check, CheckKind, Checks, Content, Field, FieldChecks, Form, Head, Input, Kind, Limit,
    RuleStatus, Rules, Scalar, Tagging, TextFormat, Unit, Validation, ValidationKind, Variant,
    VariantChecks,
};
pub(crate) use self::vocabulary::{ScopeConstant, Vocabulary};
