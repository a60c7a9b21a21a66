//! Parses an input type and every attribute on it, its variants and its fields, once.

mod arguments;
mod garde;
mod item;
mod media_types;
mod secure;
mod serde;
mod word;

pub(crate) use self::arguments::{Ends, Measure, Pattern, Rejection};
pub(crate) use self::garde::{Affix, FieldRules, Format, GardeRule, ItemRules, RuleKind};
pub(crate) use self::item::{RawData, RawField, RawFields, RawInput, RawVariant, Style};
pub(crate) use self::media_types::BodyTypes;
pub(crate) use self::secure::Position;
pub(crate) use self::serde::{SerdeKind, SerdeWord, SerdeWords};
