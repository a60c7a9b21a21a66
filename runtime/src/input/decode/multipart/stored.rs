//! A form whose files were stored while it was read.
//!
//! serde cannot pass a file on. While a form is decoded, its files are therefore kept by index for the
//! current thread, and [`SpooledFile`](crate::input::SpooledFile) takes them.

use std::cell::RefCell;

use serde::de::{DeserializeOwned, Error, Unexpected};
use serde_json::Value;

use crate::input::contract::{InputError, Violation};
use crate::input::decode::error::{DecodeError, ErrorKind, Segment};
use crate::input::decode::expectation::Expectation;
use crate::input::decode::multipart::split::Part;
use crate::input::decode::multipart::{declared_names, decode_parts, input_error};
use crate::input::shape::position::declared_name;
use crate::input::shape::{Field, Shape};
use crate::spool::Stored;

thread_local! {
    static STORED: RefCell<Vec<Option<Stored>>> = const { RefCell::new(Vec::new()) };
}

/// A part with its content, or the index of its file.
pub(crate) struct StoredPart {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    pub(crate) media_type: Option<String>,
    pub(crate) content: Vec<u8>,
    pub(crate) stored: Option<usize>,
}

/// Decodes a form into a struct, as [`decode`](super::decode) does, with the files of its parts.
pub(crate) fn decode_stored<T: DeserializeOwned>(
    parts: &[StoredPart],
    files: Vec<Stored>,
    shape: &'static Shape,
) -> Result<(T, Vec<Violation>), InputError> {
    let _scope = Scope::enter(files);
    let parts = parts.iter().map(|part| Part {
        name: &part.name,
        file_name: part.file_name.as_deref(),
        media_type: part.media_type.as_deref(),
        content: &part.content,
        stored: part.stored,
    });
    decode_parts(parts.collect(), shape)
}

/// Takes a file of the form that this thread decodes; returns `None` if it was taken before.
pub(crate) fn take_stored(index: usize) -> Option<Stored> {
    STORED.with_borrow_mut(|files| files.get_mut(index).and_then(Option::take))
}

/// The files of the form that this thread decodes, until it is dropped.
struct Scope(Vec<Option<Stored>>);

impl Scope {
    fn enter(files: Vec<Stored>) -> Self {
        Self(STORED.replace(files.into_iter().map(Some).collect()))
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        drop(STORED.replace(std::mem::take(&mut self.0)));
    }
}

impl StoredPart {
    /// Returns the error of a file that breaks a requirement of its type; `index` is its position in a list.
    pub(crate) fn rejected(
        &self,
        shape: &'static Shape,
        index: Option<usize>,
        requirement: impl std::fmt::Display,
    ) -> InputError {
        let error =
            DecodeError::invalid_value(Unexpected::Other("file"), &Expectation(requirement));
        let error = match index {
            Some(index) => error.within(Segment::Index(index)),
            None => error,
        };
        self.error(shape, error)
    }

    /// Returns the error of a second file under a name that has one.
    pub(crate) fn duplicate(&self, shape: &'static Shape) -> InputError {
        self.error(shape, DecodeError::new(ErrorKind::Duplicate))
    }

    /// Returns the error of a file under a second name of its field, which serde reports under the first.
    pub(crate) fn duplicate_of(field: &'static Field) -> InputError {
        let name = field.names.first().copied().unwrap_or_default();
        input_error(&DecodeError::new(ErrorKind::Duplicate).within(Segment::Name(name)))
    }

    /// Returns the name as the type declares it.
    pub(crate) fn declared_name(&self, shape: &'static Shape) -> &'static str {
        let member = shape.member(&self.name);
        member.map_or("", |member| declared_name(member.names, &self.name))
    }

    fn error(&self, shape: &'static Shape, error: DecodeError) -> InputError {
        input_error(&error.within(Segment::Name(self.declared_name(shape))))
    }
}

/// Returns the declared names of parts, as [`raw_names`](super::raw_names) does.
pub(crate) fn stored_names(parts: &[StoredPart], shape: &'static Shape) -> Value {
    let names = parts.iter().map(|part| part.name.as_str());
    declared_names(names, shape)
}
