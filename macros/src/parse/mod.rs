//! Parses tokens into raw attributes and items, with their spans; checks no meaning.

mod handler;
mod input;
mod nearest;
mod recovery;
mod slot;
mod vocabulary;

pub(crate) use self::handler::{
    AttributeKind, Combinator, GrantKind, Keyword, RawAttribute, RawHandler, RawLimits, RawNext,
    RawRequirement, Surroundings,
};
pub(crate) use self::input::{
    Affix, BodyTypes, Ends, FieldRules, Format, GardeRule, ItemRules, Measure, Pattern, Position,
    RawData, RawField, RawFields, RawInput, RawVariant, Rejection, RuleKind, SerdeKind, SerdeWord,
    SerdeWords, Style,
};
pub(crate) use self::nearest::nearest;
pub(crate) use self::slot::Slot;
pub(crate) use self::vocabulary::{RawScope, RawVocabulary};
