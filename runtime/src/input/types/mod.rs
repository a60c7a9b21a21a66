//! Types that are bounded by being parsed, for what most APIs take in.
//!
//! Each refuses, while it is decoded, everything that it does not stand for; what a
//! handler holds needs no further check. They stand on [`Scalar`](crate::input::Scalar),
//! and answers tell the words of their errors. Before it comes `decode`, after it `extract`.

mod email_address;
mod file_name;
mod identifier;
#[cfg(feature = "text")]
mod line;
mod map;
mod page;
#[cfg(feature = "schemas")]
mod schemas;
mod textual;
mod upload;

pub use self::email_address::{EmailAddress, EmailAddressError};
pub use self::file_name::{FileName, FileNameError};
pub use self::identifier::{Identifier, IdentifierError};
#[cfg(feature = "text")]
pub use self::line::{Line, LineError};
pub use self::map::Map;
pub use self::page::{PageNumber, PageRequest, PageSize};
pub use self::upload::{MediaTypes, Upload, UploadError};
