//! Raw nouns to checked declarations; collects every mistake, emits no tokens.

mod input;
mod input_names;
mod input_rules;
mod input_serde;

pub(crate) use self::input::{Field, Head, Input, Kind};
pub(crate) use self::input_rules::{Mark, Rules};
