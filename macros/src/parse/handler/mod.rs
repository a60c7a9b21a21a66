//! Parses an access attribute and the function below it.

mod attribute;
mod function;
mod leaf;
mod limits;
mod requirement;
mod word;

pub(crate) use self::attribute::{Kind as AttributeKind, RawAttribute};
pub(crate) use self::function::RawHandler;
pub(crate) use self::leaf::Leaf;
pub(crate) use self::limits::RawLimits;
pub(crate) use self::requirement::{Combinator, RawRequirement};
