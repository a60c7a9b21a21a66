//! Parses an input type and the attributes on it, its variants and its fields.

mod attributes;

pub(crate) use self::attributes::{Attributes, InputWord, On, RawInput};
