//! Ready-made input types, bounded by being parsed.
//!
//! Each rejects invalid text while it is decoded, so a field of the type needs no rule. Clients see the
//! messages of their errors. This folder imports `decode`; `extract` imports it.

mod email_address;
mod file_name;
mod identifier;
#[cfg(feature = "text")]
mod line;
mod map;
mod media_types;
mod page;
mod patch;
#[cfg(feature = "relying-party")]
mod return_to;
#[cfg(feature = "schemas")]
mod schemas;
#[cfg(feature = "spool")]
mod spooled_file;
mod textual;
mod upload;

pub use self::email_address::{EmailAddress, EmailAddressError};
pub use self::file_name::{FileName, FileNameError};
pub use self::identifier::{Identifier, IdentifierError};
#[cfg(feature = "text")]
pub use self::line::{Line, LineError};
pub use self::map::Map;
pub use self::media_types::MediaTypes;
pub(crate) use self::media_types::are_streamed_types;
pub use self::page::{PageNumber, PageRequest, PageSize};
pub use self::patch::Patch;
#[cfg(feature = "relying-party")]
pub use self::return_to::{ReturnTo, ReturnToError};
#[cfg(feature = "spool")]
pub use self::spooled_file::SpooledFile;
#[cfg(feature = "spool")]
pub(crate) use self::upload::check_media_type;
pub use self::upload::{Upload, UploadError};
