//! The rules that a compile error of Palisade names.
//!
//! Every check of a declaration is a trait, and its name is the rule. When a rule is broken, rustc
//! points at your own code and names the trait: look it up here for the reason and the fix.

pub use crate::input::rules::*;
