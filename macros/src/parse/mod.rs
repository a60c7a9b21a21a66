//! Tokens to raw nouns: where each value was written, and nothing of what it means.

mod handler;
mod input;
mod recovery;
mod slot;
mod vocabulary;

pub(crate) use self::handler::{
    AttributeKind, Combinator, Leaf, RawAttribute, RawHandler, RawLimits, RawRequirement,
};
pub(crate) use self::input::{Attributes, InputWord, On, RawInput};
pub(crate) use self::slot::Slot;
pub(crate) use self::vocabulary::{RawScope, RawVocabulary};
