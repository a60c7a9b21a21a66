//! Raw nouns to checked declarations; collects every mistake, emits no tokens.

mod attributes;
mod body_limit;
mod declaration;
mod handler;
mod requirement;
mod runtime;
mod signature;
mod vocabulary;

pub(crate) use self::attributes::Attributes;
pub(crate) use self::declaration::{Access, Declaration};
pub(crate) use self::handler::Handler;
pub(crate) use self::requirement::{Requirement, ScopeName};
pub(crate) use self::runtime::Runtime;
pub(crate) use self::signature::may_be_nested;
pub(crate) use self::vocabulary::{Entry, Vocabulary};
