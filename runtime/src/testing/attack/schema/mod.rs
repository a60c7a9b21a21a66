//! Values from the JSON Schemas of input types: one that is accepted, those with the parts that it lacks, its other forms, and
//! those that break one bound.

mod encoding;
mod mutation;
mod other_values;
mod pattern;
mod position;
mod synthesis;
mod validate;
mod variation;

pub(super) use self::encoding::Encoding;
pub(super) use self::mutation::{Mutation, MutationKind, mutations};
pub(super) use self::other_values::other_values;
pub(super) use self::position::{Position, alternatives};
pub(super) use self::synthesis::{Members, synthesize};
pub(super) use self::validate::is_valid;
pub(super) use self::variation::{Variation, variations};
