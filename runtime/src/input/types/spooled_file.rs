//! `SpooledFile`: a file of a form, on disk beyond a size.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::path::Path;

use serde::de::{DeserializeSeed, Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::input::contract::Bounded;
use crate::input::decode::multipart::{FILE, take_stored};
#[cfg(feature = "schemas")]
use crate::input::schema;
use crate::input::shape::{FileRules, Nested};
use crate::input::types::file_name::FileName;
use crate::input::types::media_types::{MediaTypes, are_media_types};
use crate::input::types::upload::{UploadError, check_media_type, rejected};
use crate::spool::{SpooledReader, Stored};

/// A file of a [`Multipart`](crate::input::Multipart) form, with a media type in `M` and at most `MAX` bytes, of
/// which more than `MEMORY` are on disk.
///
/// A field of this type, of its `Option` or of a `Vec` of it needs no rule: `#[garde(skip)]`, or the count of the
/// `Vec`. `MAX` is between 1 B and 1 GiB, and `MEMORY` between 0 B and 16 MiB, by default 64 KiB. A form with such
/// a field is read in chunks: a file that is too large, or of another type, is rejected at its first byte that is.
/// All texts of such a form together have at most 1 MiB, and so have its parts of other types than text.
///
/// # Temporary files
///
/// A file beyond `MEMORY` is in the server's
/// [`spool_directory`](crate::resource_server::Builder::spool_directory), by default the system's. It has mode 0600
/// and no name that another program could open: the operating system removes it when the value is dropped, when
/// the request is rejected or canceled, and after a crash. All files of a server together have at most
/// [`spool_limit`](crate::resource_server::Builder::spool_limit) bytes. If a file cannot be written, the response
/// is 503 ([`InputError::StorageUnavailable`](crate::input::InputError::StorageUnavailable)), and the event
/// `spool_failed` has the reason.
///
/// # Security
///
/// The client declares the media type, and the content may differ. A rule can check the first 4096 bytes, by
/// [`head`](Self::head); the rest is checked by the handler, while it reads. Never build a path from a [`FileName`].
///
/// The directory must not be in memory (`tmpfs`): many systems have such a `/tmp`.
///
/// `Debug` shows only the media type and the length.
///
/// # Examples
///
/// ```
/// use palisade::input::{MediaTypes, Multipart, SpooledFile};
/// use palisade::prelude::*;
///
/// struct Video;
///
/// impl MediaTypes for Video {
///     const ACCEPTED: &'static [&'static str] = &["video/mp4"];
/// }
///
/// type VideoFile = SpooledFile<Video, { 500 << 20 }>; // at most 500 MiB, of which 64 KiB in memory
///
/// fn is_mp4(video: &VideoFile, (): &()) -> garde::Result {
///     if video.head().get(4..8) == Some(b"ftyp") {
///         Ok(())
///     } else {
///         Err(garde::Error::new("must be an MP4 file"))
///     }
/// }
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Film {
///     #[garde(length(chars, min = 1, max = 100))]
///     title: String,
///     #[garde(custom(is_mp4))]
///     video: VideoFile,
/// }
///
/// #[secured(scopes = "films:write", body_limit = "501 MiB", body_timeout = "30 min")]
/// async fn upload_film(Valid(Multipart(film)): Valid<Multipart<Film>>) -> Result<String, StatusCode> {
///     let size = film.video.len();
///     let path = format!("/srv/films/{}", 7); // a name that the server generates
/// #   let path = std::env::temp_dir().join("palisade-doc").join(path);
///     let saved = film.video.save_as(path).await;
///     saved.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
///     Ok(format!("{} with {size} bytes", film.title))
/// }
/// ```
pub struct SpooledFile<M, const MAX: usize, const MEMORY: usize = 65_536> {
    media_type: &'static str,
    content: Stored,
    file_name: Option<FileName>,
    accepted: PhantomData<fn() -> M>,
}

impl<M: MediaTypes, const MAX: usize, const MEMORY: usize> SpooledFile<M, MAX, MEMORY> {
    const RULES: FileRules = {
        assert!(
            are_media_types(M::ACCEPTED),
            "`ACCEPTED` must list media types"
        );
        assert!(
            MAX >= 1 && MAX <= 1 << 30,
            "`MAX` must be between 1 B and 1 GiB"
        );
        assert!(MEMORY <= 1 << 24, "`MEMORY` must be at most 16 MiB");
        FileRules {
            accepted: M::ACCEPTED,
            max: MAX,
            max_memory: MEMORY,
        }
    };

    /// Creates a file in memory as a form would, for tests.
    ///
    /// # Errors
    ///
    /// Returns [`UploadError`] if a form with this file would be rejected.
    pub fn new(
        media_type: &str,
        content: impl Into<Vec<u8>>,
        file_name: Option<&str>,
    ) -> Result<Self, UploadError> {
        Ok(Self {
            media_type: check_media_type(media_type, Self::RULES.accepted)?,
            content: Self::check_length(Stored::in_memory(content.into()))?,
            file_name: file_name.map(FileName::parse).transpose()?,
            accepted: PhantomData,
        })
    }

    fn check_length(content: Stored) -> Result<Stored, UploadError> {
        if usize::try_from(content.len()).is_ok_and(|len| len <= Self::RULES.max) {
            return Ok(content);
        }
        Err(UploadError::Length { max: MAX })
    }
}

impl<M, const MAX: usize, const MEMORY: usize> SpooledFile<M, MAX, MEMORY> {
    /// Returns the media type: one of `M`.
    pub fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// Returns the name that the client gives the file.
    pub fn file_name(&self) -> Option<&FileName> {
        self.file_name.as_ref()
    }

    /// Returns the size in bytes.
    pub fn len(&self) -> u64 {
        self.content.len()
    }

    /// Returns whether the file has no content.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns whether the content is on disk: it has more than `MEMORY` bytes.
    pub fn is_on_disk(&self) -> bool {
        self.content.is_on_disk()
    }

    /// Returns the first bytes, at most 4096, by which a rule can recognize the format.
    pub fn head(&self) -> &[u8] {
        self.content.head()
    }

    /// Returns a reader of the whole content.
    pub fn into_reader(self) -> SpooledReader {
        self.content.into_reader()
    }

    /// Copies the content to a new file, with mode 0600, and waits until it is on the disk.
    ///
    /// After an error, an incomplete copy is removed; a crash may leave one behind. If the future is dropped, the
    /// copy continues.
    ///
    /// # Errors
    ///
    /// Returns an error if a file, directory or link with this path exists, and if the content cannot be
    /// written.
    ///
    /// # Security
    ///
    /// The server generates the path. The name that the client gives the file is text to display.
    pub async fn save_as(self, path: impl AsRef<Path>) -> io::Result<()> {
        self.content.save_as(path.as_ref().to_owned()).await
    }
}

impl<M, const MAX: usize, const MEMORY: usize> fmt::Debug for SpooledFile<M, MAX, MEMORY> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpooledFile")
            .field("media_type", &self.media_type)
            .field("length", &self.content.len())
            .finish_non_exhaustive()
    }
}

impl<M: MediaTypes, const MAX: usize, const MEMORY: usize, Rules> Bounded<Rules>
    for SpooledFile<M, MAX, MEMORY>
{
    const NESTED: Nested = Nested::File(Self::RULES);

    #[cfg(feature = "schemas")]
    fn schema(_: &mut schemars::SchemaGenerator, _: &schema::Bounds) -> schemars::Schema {
        schema::file(M::ACCEPTED, MAX)
    }
}

impl<'de, M: MediaTypes, const MAX: usize, const MEMORY: usize> Deserialize<'de>
    for SpooledFile<M, MAX, MEMORY>
{
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        decoder.deserialize_newtype_struct(FILE, FileVisitor(PhantomData))
    }
}

/// Reads and checks the elements of a file in order: media type, content, name.
struct FileVisitor<M, const MAX: usize, const MEMORY: usize>(PhantomData<fn() -> M>);

impl<'de, M: MediaTypes, const MAX: usize, const MEMORY: usize> Visitor<'de>
    for FileVisitor<M, MAX, MEMORY>
{
    type Value = SpooledFile<M, MAX, MEMORY>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a file")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut file: A) -> Result<Self::Value, A::Error> {
        type File<M, const MAX: usize, const MEMORY: usize> = SpooledFile<M, MAX, MEMORY>;
        let accepted = File::<M, MAX, MEMORY>::RULES.accepted;
        let media_type: Option<Cow<'de, str>> = file.next_element()?;
        let media_type =
            check_media_type(&media_type.unwrap_or_default(), accepted).map_err(rejected)?;
        let content = file.next_element_seed(StoredSeed)?;
        let content = content.unwrap_or_else(|| Stored::in_memory(Vec::new()));
        let content = File::<M, MAX, MEMORY>::check_length(content).map_err(rejected)?;
        let name: Option<Cow<'de, str>> = file.next_element()?;
        let file_name = name.map(|name| FileName::parse(&name)).transpose();
        Ok(SpooledFile {
            media_type,
            content,
            file_name: file_name.map_err(|error| rejected(error.into()))?,
            accepted: PhantomData,
        })
    }
}

/// Takes content that was stored while the form was read, or copies bytes that were not.
struct StoredSeed;

impl<'de> DeserializeSeed<'de> for StoredSeed {
    type Value = Stored;

    fn deserialize<D: Deserializer<'de>>(self, decoder: D) -> Result<Stored, D::Error> {
        decoder.deserialize_bytes(self)
    }
}

impl Visitor<'_> for StoredSeed {
    type Value = Stored;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E: Error>(self, content: &[u8]) -> Result<Stored, E> {
        Ok(Stored::in_memory(content.to_vec()))
    }

    fn visit_u64<E: Error>(self, index: u64) -> Result<Stored, E> {
        let stored = usize::try_from(index).ok().and_then(take_stored);
        stored.ok_or_else(|| E::custom("the content was read before"))
    }
}

#[cfg(test)]
mod tests;
