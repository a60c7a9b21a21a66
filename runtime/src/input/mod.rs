//! What comes in: decoded strictly, then checked by its type's rules.

mod secure_input;
mod shape;
mod valid;
mod violation;

pub use self::secure_input::{Scalar, SecureInput};
pub use self::shape::{Field, Shape};
pub use self::valid::Valid;
pub use self::violation::Violation;
