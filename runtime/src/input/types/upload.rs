//! `Upload`: a file of a form, whose type says what it may be and how large.

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
use crate::input::types::file_name::{FileName, FileNameError};

/// The media types that a file may be labelled as.
pub trait MediaTypes {
    /// Each as `type/subtype` in lower case, without parameters. An empty list, or one with a wildcard,
    /// does not build (`cargo check` does not look).
    const ACCEPTED: &'static [&'static str];
}

/// A file of a [`Multipart`](crate::input::Multipart) form: labelled as one of `M`, of at most `MAX` bytes.
///
/// It is a field that needs no rule: `#[garde(skip)]`. `MAX` is 1 B to 1 GiB; the whole form has to
/// fit into the handler's `body_limit` as well. A file without a label counts as `text/plain`
/// ([RFC 7578 §4.4]). Only a [`Multipart`](crate::input::Multipart) form holds files: in any other input the
/// field is refused.
///
/// # Security
///
/// The label is the client's word. Whoever serves the content again says
/// [`media_type`](Self::media_type), which is one of `M`'s, and `nosniff`; whoever opens it checks it with
/// a rule, as in the example. Do not build paths from a [`FileName`].
///
/// `Debug` prints the media type and the length alone.
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
/// fn begins_like_png(upload: &Upload<Png, 65_536>, (): &()) -> Result<(), garde::Error> {
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
///     #[garde(custom(begins_like_png))]
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

/// Why a file is no [`Upload`]. Its text is what the client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UploadError {
    /// It is not labelled as one of these.
    MediaType(&'static [&'static str]),
    /// It has more than so many bytes.
    Length {
        /// The most bytes.
        max: usize,
    },
    /// Its name is none that may be told.
    FileName(FileNameError),
}

impl<M: MediaTypes, const MAX: usize> Upload<M, MAX> {
    /// A file as a form would hold it, for tests.
    ///
    /// # Errors
    ///
    /// [`UploadError`] where a form that holds it is refused.
    pub fn new(
        media_type: &str,
        content: impl Into<Bytes>,
        file_name: Option<&str>,
    ) -> Result<Self, UploadError> {
        let content = content.into();
        Ok(Self {
            media_type: Self::accept(media_type)?,
            content: Self::fit(&content).map(|()| content)?,
            file_name: file_name.map(FileName::parse).transpose()?,
            accepted: PhantomData,
        })
    }

    /// What it is labelled as: one of `M`'s.
    pub fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// What is in it.
    pub fn content(&self) -> &Bytes {
        &self.content
    }

    /// What is in it, taken out.
    pub fn into_content(self) -> Bytes {
        self.content
    }

    /// What the client calls it.
    pub fn file_name(&self) -> Option<&FileName> {
        self.file_name.as_ref()
    }

    /// The media type of the list that a label names.
    fn accept(label: &str) -> Result<&'static str, UploadError> {
        const {
            assert!(
                are_media_types(M::ACCEPTED),
                "`ACCEPTED` must list media types"
            );
        };
        let accepted = M::ACCEPTED.iter().copied();
        let mut fitting = accepted.filter(|accepted| media_type::fits(label, accepted));
        fitting.next().ok_or(UploadError::MediaType(M::ACCEPTED))
    }

    fn fit(content: &[u8]) -> Result<(), UploadError> {
        const { assert!(MAX >= 1 && MAX <= 1 << 30, "`MAX` is not 1 B to 1 GiB") };
        if content.len() > MAX {
            return Err(UploadError::Length { max: MAX });
        }
        Ok(())
    }
}

/// Whether there is any, and each is `type/subtype` in lower case.
const fn are_media_types(mut accepted: &[&str]) -> bool {
    if accepted.is_empty() {
        return false;
    }
    while let [media_type, rest @ ..] = accepted {
        let (mut text, mut slashes) = (media_type.as_bytes(), 0);
        if matches!(text, [] | [b'/', ..] | [.., b'/']) {
            return false;
        }
        while let [byte, rest @ ..] = text {
            match byte {
                b'/' => slashes += 1,
                b'a'..=b'z'
                | b'0'..=b'9'
                | b'!'
                | b'#'
                | b'$'
                | b'&'
                | b'-'
                | b'^'
                | b'_'
                | b'.'
                | b'+' => {}
                _ => return false,
            }
            text = rest;
        }
        if slashes != 1 {
            return false;
        }
        accepted = rest;
    }
    true
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
    #[cfg(feature = "schemas")]
    fn schema(_: &mut schemars::SchemaGenerator, _: &schema::Bounds) -> schemars::Schema {
        schema::file(M::ACCEPTED, MAX)
    }
}

impl<'de, M: MediaTypes, const MAX: usize> Deserialize<'de> for Upload<M, MAX> {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        decoder.deserialize_newtype_struct(FILE, Reads(PhantomData))
    }
}

/// Reads the pieces of a file in the order in which they are refused.
struct Reads<M, const MAX: usize>(PhantomData<fn() -> M>);

impl<'de, M: MediaTypes, const MAX: usize> Visitor<'de> for Reads<M, MAX> {
    type Value = Upload<M, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a file")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut file: A) -> Result<Self::Value, A::Error> {
        let label: Option<Cow<'de, str>> = file.next_element()?;
        let media_type = Upload::<M, MAX>::accept(&label.unwrap_or_default()).map_err(refuse)?;
        let content = file.next_element_seed(Content(Upload::<M, MAX>::fit))?;
        let name: Option<Cow<'de, str>> = file.next_element()?;
        let file_name = name.map(|name| FileName::parse(&name)).transpose();
        Ok(Upload {
            media_type,
            content: content.unwrap_or_default(),
            file_name: file_name.map_err(|error| refuse(error.into()))?,
            accepted: PhantomData,
        })
    }
}

/// Bytes that are looked at before they are copied.
struct Content(fn(&[u8]) -> Result<(), UploadError>);

impl<'de> DeserializeSeed<'de> for Content {
    type Value = Bytes;

    fn deserialize<D: Deserializer<'de>>(self, decoder: D) -> Result<Bytes, D::Error> {
        decoder.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Content {
    type Value = Bytes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E: Error>(self, content: &[u8]) -> Result<Bytes, E> {
        (self.0)(content).map_err(refuse)?;
        Ok(Bytes::copy_from_slice(content))
    }
}

fn refuse<E: Error>(error: UploadError) -> E {
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
                let list = format!("must be a file labelled as {}", accepted.join(" or "));
                f.write_str(if list.len() <= MAX_BYTES {
                    &list
                } else {
                    "must be a file labelled as a media type that is taken here"
                })
            }
            Self::Length { max } => write!(f, "must be a file of at most {max} bytes"),
            Self::FileName(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for UploadError {}

#[cfg(test)]
mod tests;
