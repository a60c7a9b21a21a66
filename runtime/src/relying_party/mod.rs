//! The relying party: an application that logs people in, calls other APIs, and stores tokens sealed.

pub use crate::seal::{SealingKey, SealingKeyError, SealingKeys};
