//! Expands an input type to its proof, its checks and its schema.

mod checks;
mod fields;
mod item;
mod proof;
mod scalar;
mod schema;

pub(crate) use self::item::{fallback, input};
pub(crate) use self::scalar::scalar;
