//! Raw nouns to checked declarations; collects every mistake, emits no tokens.

mod handler;
mod input;
mod leaf;
mod vocabulary;

pub(crate) use self::handler::{Access, Declaration, Handler, Limits, Requirement};
pub(crate) use self::input::{
    Bound, Field, Form, Head, Input, Kind, Limit, RuleStatus, Rules, Tagging, Unit, Variant,
};
pub(crate) use self::vocabulary::{ScopeConstant, Vocabulary};
