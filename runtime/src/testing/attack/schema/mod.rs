//! Values from the JSON Schemas of input types: one that is accepted, and those that break one bound.

mod mutation;
mod pattern;
mod synthesis;
mod validate;

pub(super) use self::mutation::{Encoding, MutationKind, mutations};
pub(super) use self::synthesis::{Members, synthesize};
