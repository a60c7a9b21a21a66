//! The rules that a compile error of Palisade names.
//!
//! Every check of a declaration is a trait, and its name is the rule. When a rule is broken, rustc
//! points at your own code and names the trait: look it up here for the reason and the fix. You
//! implement none of these traits yourself; [`TrustedExtractor`](crate::TrustedExtractor) and
//! [`InputExtractor`](crate::input::InputExtractor) are the ways to add an extractor, and
//! [`Scalar`](crate::input::Scalar) is the way to add a type that needs no rule.

pub use crate::input::rules::*;
pub use crate::resource_server::rules::*;
pub use crate::routing::rules::*;
