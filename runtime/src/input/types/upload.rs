//! `Upload`: a file of a form, with a limited size and a set of media types.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::marker::PhantomData;

use axum::body::Bytes;
use serde::de::{DeserializeSeed, Error, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use crate::input::contract::Bounded;
use crate::input::decode::expectation::{Expectation, MAX_BYTES};
use crate::input::decode::media_type;
use crate::input::decode::multipart::FILE;
#[cfg(feature = "schemas")]
use crate::input::schema;
use crate::input::shape::Nested;
use crate::input::types::file_name::{FileName, FileNameError};
use crate::input::types::media_types::{MediaTypes, are_media_types};

/// A file of a [`Multipart`](crate::input::Multipart) form, with a media type in `M` and at most `MAX`
/// bytes.
///
/// A field of this type needs no rule: `#[garde(skip)]`. `MAX` is between 1 B and 1 GiB, and the
/// handler's `body_limit` applies to the whole form. A file without a media type is `text/plain`
/// ([RFC 7578 §4.4]). Only [`Multipart`](crate::input::Multipart) forms have files: in other input, the
/// field is rejected.
///
/// # Security
///
/// The client declares the media type, and the content may differ. To serve the file, use
/// [`media_type`](Self::media_type), which is one of `M`, with `nosniff`. To process it, check the
/// content with a rule, as in the example. Do not build paths from a [`FileName`].
///
/// `Debug` shows only the media type and the length.
///
/// # Examples
///
/// ```
/// use palisade::input::{MediaTypes, Upload};
/// use palisade::prelude::*;
///
/// struct Png;
///
/// impl MediaTypes for Png {
///     const ACCEPTED: &'static [&'static str] = &["image/png"];
/// }
///
/// fn is_png(upload: &Upload<Png, 65_536>, (): &()) -> Result<(), garde::Error> {
///     if upload.content().starts_with(b"\x89PNG\r\n\x1a\n") {
///         Ok(())
///     } else {
///         Err(garde::Error::new("must be a PNG"))
///     }
/// }
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Avatar {
///     #[garde(custom(is_png))]
///     picture: Upload<Png, 65_536>,
/// }
/// ```
///
/// [RFC 7578 §4.4]: https://www.rfc-editor.org/rfc/rfc7578#section-4.4
pub struct Upload<M, const MAX: usize> {
    media_type: &'static str,
    content: Bytes,
    file_name: Option<FileName>,
    accepted: PhantomData<fn() -> M>,
}

/// The reason why a file is not an [`Upload`]; clients see its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UploadError {
    /// The media type is not one of these.
    MediaType(&'static [&'static str]),
    /// The file has more than `max` bytes.
    Length {
        /// The maximum number of bytes.
        max: usize,
    },
    /// The name is not a valid [`FileName`].
    FileName(FileNameError),
}

impl<M: MediaTypes, const MAX: usize> Upload<M, MAX> {
    /// Creates an upload as a form would, for tests.
    ///
    /// # Errors
    ///
    /// Returns [`UploadError`] if a form with this file would be rejected.
    pub fn new(
        media_type: &str,
        content: impl Into<Bytes>,
        file_name: Option<&str>,
    ) -> Result<Self, UploadError> {
        let content = content.into();
        Ok(Self {
            media_type: Self::check_media_type(media_type)?,
            content: Self::check_length(&content).map(|()| content)?,
            file_name: file_name.map(FileName::parse).transpose()?,
            accepted: PhantomData,
        })
    }

    /// Returns the media type: one of `M`.
    pub fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// Returns the content.
    pub fn content(&self) -> &Bytes {
        &self.content
    }

    /// Returns the content by value.
    pub fn into_content(self) -> Bytes {
        self.content
    }

    /// Returns the name that the client gives the file.
    pub fn file_name(&self) -> Option<&FileName> {
        self.file_name.as_ref()
    }

    fn check_media_type(content_type: &str) -> Result<&'static str, UploadError> {
        const {
            assert!(
                are_media_types(M::ACCEPTED),
                "`ACCEPTED` must list media types"
            );
        };
        check_media_type(content_type, M::ACCEPTED)
    }

    fn check_length(content: &[u8]) -> Result<(), UploadError> {
        const {
            assert!(
                MAX >= 1 && MAX <= 1 << 30,
                "`MAX` must be between 1 B and 1 GiB"
            );
        };
        if content.len() > MAX {
            return Err(UploadError::Length { max: MAX });
        }
        Ok(())
    }
}

impl<M, const MAX: usize> Clone for Upload<M, MAX> {
    fn clone(&self) -> Self {
        Self {
            media_type: self.media_type,
            content: self.content.clone(),
            file_name: self.file_name.clone(),
            accepted: PhantomData,
        }
    }
}

impl<M, const MAX: usize> fmt::Debug for Upload<M, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("media_type", &self.media_type)
            .field("length", &self.content.len())
            .finish_non_exhaustive()
    }
}

impl<M: MediaTypes, const MAX: usize, Rules> Bounded<Rules> for Upload<M, MAX> {
    const NESTED: Nested = Nested::Leaf;

    #[cfg(feature = "schemas")]
    fn schema(_: &mut schemars::SchemaGenerator, _: &schema::Bounds) -> schemars::Schema {
        schema::file(M::ACCEPTED, MAX)
    }
}

impl<'de, M: MediaTypes, const MAX: usize> Deserialize<'de> for Upload<M, MAX> {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        decoder.deserialize_newtype_struct(FILE, FileVisitor(PhantomData))
    }
}

/// Reads and checks the elements of a file in order: media type, content, name.
struct FileVisitor<M, const MAX: usize>(PhantomData<fn() -> M>);

impl<'de, M: MediaTypes, const MAX: usize> Visitor<'de> for FileVisitor<M, MAX> {
    type Value = Upload<M, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a file")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut file: A) -> Result<Self::Value, A::Error> {
        let media_type: Option<Cow<'de, str>> = file.next_element()?;
        let media_type = Upload::<M, MAX>::check_media_type(&media_type.unwrap_or_default())
            .map_err(rejected)?;
        let content = file.next_element_seed(ContentSeed(Upload::<M, MAX>::check_length))?;
        let name: Option<Cow<'de, str>> = file.next_element()?;
        let file_name = name.map(|name| FileName::parse(&name)).transpose();
        Ok(Upload {
            media_type,
            content: content.unwrap_or_default(),
            file_name: file_name.map_err(|error| rejected(error.into()))?,
            accepted: PhantomData,
        })
    }
}

/// Checks bytes before it copies them.
struct ContentSeed(fn(&[u8]) -> Result<(), UploadError>);

impl<'de> DeserializeSeed<'de> for ContentSeed {
    type Value = Bytes;

    fn deserialize<D: Deserializer<'de>>(self, decoder: D) -> Result<Bytes, D::Error> {
        decoder.deserialize_bytes(self)
    }
}

impl Visitor<'_> for ContentSeed {
    type Value = Bytes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E: Error>(self, content: &[u8]) -> Result<Bytes, E> {
        (self.0)(content).map_err(rejected)?;
        Ok(Bytes::copy_from_slice(content))
    }
}

/// Returns the accepted media type that equals a `Content-Type`.
pub(crate) fn check_media_type(
    content_type: &str,
    accepted: &'static [&'static str],
) -> Result<&'static str, UploadError> {
    let each = accepted.iter().copied();
    let mut matching = each.filter(|accepted| media_type::matches(content_type, accepted));
    matching.next().ok_or(UploadError::MediaType(accepted))
}

pub(crate) fn rejected<E: Error>(error: UploadError) -> E {
    E::invalid_value(Unexpected::Other("file"), &Expectation(error))
}

impl From<FileNameError> for UploadError {
    fn from(error: FileNameError) -> Self {
        Self::FileName(error)
    }
}

impl Display for UploadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MediaType(accepted) => {
                let list = format!("must be a file of type {}", accepted.join(" or "));
                f.write_str(if list.len() <= MAX_BYTES {
                    &list
                } else {
                    "must be a file of an accepted media type"
                })
            }
            Self::Length { max } => write!(f, "must be a file with at most {max} bytes"),
            Self::FileName(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for UploadError {}

#[cfg(test)]
mod tests;
