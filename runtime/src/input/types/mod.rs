//! Types that are bounded by being parsed, for what most APIs take in.
//!
//! Each refuses, while it is decoded, everything that it does not stand for; what a
//! handler holds needs no further check. They stand on [`Scalar`](crate::input::Scalar),
//! and answers tell the words of their errors.

mod email_address;
mod identifier;
#[cfg(feature = "text")]
mod line;
mod page;
#[cfg(feature = "schemas")]
mod schemas;
mod textual;

pub use self::email_address::{EmailAddress, EmailAddressError};
pub use self::identifier::{Identifier, IdentifierError};
#[cfg(feature = "text")]
pub use self::line::{Line, LineError};
pub use self::page::{PageNumber, PageRequest, PageSize};
