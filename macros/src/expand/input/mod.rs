//! Expands an input type to its proof, its checks and its schema.

mod checks;
mod fields;
mod item;
mod proof;
mod scalar;
mod schema;
mod validation;

pub(crate) use self::item::{fallback, input};
pub(crate) use self::scalar::scalar;
pub(crate) use self::validation::validation;
