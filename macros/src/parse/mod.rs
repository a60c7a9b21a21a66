//! Tokens to raw nouns: where each value was written, and nothing of what it means.

mod input;
mod slot;

pub(crate) use self::input::{Attributes, InputWord, On, RawInput};
pub(crate) use self::slot::Slot;
