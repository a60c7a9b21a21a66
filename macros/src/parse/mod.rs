//! Tokens to raw nouns: where each value was written, and nothing of what it means.

mod slot;

pub(crate) use self::slot::Slot;
