//! Raw nouns to checked declarations; collects every mistake, emits no tokens.

mod declaration;
mod handler;
mod input;
mod input_names;
mod input_rules;
mod input_serde;
mod leaf;
mod limits;
mod quantity;
mod requirement;
mod vocabulary;

pub(crate) use self::declaration::{Access, Declaration};
pub(crate) use self::handler::Handler;
pub(crate) use self::input::{Field, Head, Input, Kind};
pub(crate) use self::input_rules::{Mark, Rules};
pub(crate) use self::limits::Limits;
pub(crate) use self::requirement::Requirement;
pub(crate) use self::vocabulary::{ScopeConstant, Vocabulary};
