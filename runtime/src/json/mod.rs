//! Strict JSON for keys, metadata and tokens: no duplicate members, bounded depth, no trailing data. `text` writes JSON.
//!
//! Parsers differ in which of two duplicate members they use, and an attacker can exploit the
//! difference ([RFC 7515 §4], [§10.12]). Here a duplicate at any depth is an error. The features of
//! `serde_json`, which any crate of a build can enable, change nothing.
//!
//! [RFC 7515 §4]: https://www.rfc-editor.org/rfc/rfc7515#section-4
//! [§10.12]: https://www.rfc-editor.org/rfc/rfc7515#section-10.12

mod document;
mod exact;
mod ignored;
mod member_names;
mod number;
mod problem;
mod string;
#[cfg(feature = "schemas")]
mod text;
mod value;

pub(crate) use self::document::{is_well_formed, parse, read};
pub(crate) use self::exact::{ExactObject, ExactValue};
pub(crate) use self::ignored::{Ignored, IgnoredObject, IgnoredStrings, Presence};
pub(crate) use self::member_names::MemberNames;
#[cfg(test)]
pub(crate) use self::number::tests as number_tests;
pub(crate) use self::number::{MapStart, is_reserved};
pub(crate) use self::problem::describe;
pub(crate) use self::string::StringSeed;
#[cfg(feature = "schemas")]
pub(crate) use self::text::to_text;
