//! Parses an access attribute and the function below it.

mod attribute;
mod function;
mod grant_kind;
mod keyword;
mod limits;
mod next;
mod requirement;
mod surroundings;

pub(crate) use self::attribute::{Kind as AttributeKind, RawAttribute};
pub(crate) use self::function::RawHandler;
pub(crate) use self::grant_kind::GrantKind;
pub(crate) use self::keyword::Keyword;
pub(crate) use self::limits::RawLimits;
pub(crate) use self::next::RawNext;
pub(crate) use self::requirement::{Combinator, RawRequirement};
pub(crate) use self::surroundings::Surroundings;
