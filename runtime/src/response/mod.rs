//! From a decision to HTTP: the only room that names status codes.
//!
//! Refusals become challenges and problem details; what a foreign extractor
//! answered is replaced, so that no text of a library or of the caller goes out.

mod challenge;
mod foreign;
mod headers;
mod input;
mod no_caller;
mod problem;
mod problem_type;
mod refusal;
mod rewrite;
mod routes;

#[cfg(fuzzing)]
pub(crate) use self::challenge::Challenge;
pub(crate) use self::foreign::unify;
pub(crate) use self::headers::{harden, harden_secured};
pub use self::problem::Problem;
pub use self::problem_type::ProblemType;
pub(crate) use self::refusal::refuse;
pub(crate) use self::rewrite::rewrite;
pub(crate) use self::routes::{method_not_allowed, not_found};
