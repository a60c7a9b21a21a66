//! Raw nouns to checked declarations; collects every mistake, emits no tokens.

mod declaration;
mod handler;
mod input;
mod input_bounds;
mod input_fields;
mod input_names;
mod input_pattern;
mod input_rules;
mod input_serde;
mod input_variants;
mod leaf;
mod limits;
mod quantity;
mod requirement;
mod vocabulary;

pub(crate) use self::declaration::{Access, Declaration};
pub(crate) use self::handler::Handler;
pub(crate) use self::input::{Input, Kind};
pub(crate) use self::input_bounds::{Bound, Limit};
pub(crate) use self::input_fields::{Field, Form, Head};
pub(crate) use self::input_rules::{Mark, Rules};
pub(crate) use self::input_variants::{Tagging, Variant};
pub(crate) use self::limits::Limits;
pub(crate) use self::requirement::Requirement;
pub(crate) use self::vocabulary::{ScopeConstant, Vocabulary};
