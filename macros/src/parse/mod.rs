//! Tokens to raw nouns: where each value was written, and nothing of what it means.

mod attribute;
mod handler;
mod input;
mod leaf;
mod limits;
mod recovery;
mod requirement;
mod slot;
mod vocabulary;
mod word;

pub(crate) use self::attribute::{Kind as AttributeKind, RawAttribute};
pub(crate) use self::handler::RawHandler;
pub(crate) use self::input::{Attributes, InputWord, On, RawInput};
pub(crate) use self::leaf::Leaf;
pub(crate) use self::limits::RawLimits;
pub(crate) use self::requirement::{Combinator, RawRequirement};
pub(crate) use self::slot::Slot;
pub(crate) use self::vocabulary::{RawScope, RawVocabulary};
