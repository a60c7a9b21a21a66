//! The results of attacks on an API, as a file: the attack kit writes them, the security report reads them.
//!
//! A result is evidence, so a file is read strictly: an unknown member, a count that does not add up, or a second entry
//! for one route is an error, and nothing of the file is used.

mod attack_class;
mod class_results;
mod error;
mod object_path;
mod results;
mod token_settings;

pub use self::attack_class::AttackClass;
#[cfg(feature = "report")]
pub(crate) use self::class_results::endpoint;
pub use self::class_results::{Admission, ClassResults, RefusalCount, RouteResults};
pub use self::error::EvidenceError;
pub(crate) use self::object_path::is_below;
#[cfg(feature = "report")]
pub(crate) use self::object_path::{is_same, parameters};
pub use self::results::AttackResults;
#[cfg(any(feature = "attack", test))]
pub(crate) use self::results::TriedIssuers;
#[cfg(feature = "report")]
pub(crate) use self::results::{day_number, is_date};
pub(crate) use self::token_settings::TokenSettings;

#[cfg(test)]
mod tests;
