//! Expands an input type to its proof, its checks and its schema.

mod checks;
mod fields;
mod item;
mod proof;
mod schema;

pub(crate) use self::item::{fallback, input};
