//! Checked declarations to tokens; reads no attributes and cannot fail.

mod input;

pub(crate) use self::input::{fallback, input};
