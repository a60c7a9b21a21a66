//! The arguments of a declared handler: which types are allowed, and how each is extracted.
//!
//! `rules` has the traits that rustc names, `kinds` what each type is to them, `facts` what a route
//! knows afterwards. `endpoint` extracts the arguments with them.

mod custom_extraction;
mod exceptions;
pub(super) mod extraction;
pub(crate) mod extractor;
pub(super) mod facts;
mod from_guard;
pub(super) mod kinds;
pub(super) mod login_rules;
mod request_id;
pub(super) mod rules;
pub(crate) mod shutdown;
#[cfg(feature = "typed-header")]
pub(super) mod typed_header;
#[cfg(feature = "ws")]
pub(crate) mod upgrade;
