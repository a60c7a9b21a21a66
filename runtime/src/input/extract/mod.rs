//! One extractor for each part of a request, which reads, decodes and checks it.
//!
//! This folder imports all other folders of `input`. The room `response` turns its errors into HTTP,
//! and `routing` runs the extractors.

mod body;
mod body_wait;
mod cookies;
mod custom;
mod form;
mod headers;
mod json;
mod merge_patch;
mod multipart;
mod path;
mod plain;
mod query;
mod streamed_body;
mod timed_body;
#[cfg(feature = "typed-header")]
mod typed_header;
mod valid;

pub(crate) use self::body::RequestLimits;
pub(crate) use self::body_wait::BodyWait;
pub use self::cookies::Cookies;
pub(crate) use self::custom::check_extracted;
pub use self::custom::{CustomRejection, InputExtractor};
pub use self::headers::Headers;
pub use self::merge_patch::MergePatch;
pub use self::multipart::Multipart;
#[cfg(feature = "spool")]
pub(crate) use self::multipart::spooled::RequestSpool;
pub(crate) use self::path::{path_error, path_scalars};
pub use self::plain::{BinaryBody, PlainText};
pub use self::streamed_body::StreamedBody;
pub(crate) use self::timed_body::{BodyTimeout, TimedBody};
#[cfg(feature = "typed-header")]
pub(crate) use self::typed_header::header_error;
pub use self::valid::Valid;
pub(crate) use self::valid::{ExtractFromBody, ExtractFromHead};
