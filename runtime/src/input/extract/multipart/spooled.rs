//! A form with files that are stored while it is read.
//!
//! A file is checked against the rules of its type before its bytes are stored: its media type, its name, its
//! size, and the number of files under its name. All other parts stay in memory.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::Extensions;
use http_body_util::{BodyExt as _, Limited};

use crate::input::contract::check::check_named;
use crate::input::contract::{
    ContextFrom, Decoded, InputError, InputLocation, SecureInput, Violation,
};
use crate::input::decode::media_type;
use crate::input::decode::multipart::{
    Boundary, IncrementalSplit, SplitEvent, StoredPart, decode_stored, stored_names,
};
use crate::input::extract::body::{self, limits};
use crate::input::shape::position::Repeat;
use crate::input::shape::{Field, FileRules, Shape};
use crate::input::types::{FileName, UploadError, check_media_type};
use crate::policy::Limits;
use crate::spool::{Spool, SpoolError, SpoolWriter, Stored, append};

/// The temporary files of the server, in the request's extensions if the server configures them.
///
/// Other crates cannot name this type, so no layer can choose the directory.
#[derive(Clone)]
pub(crate) struct RequestSpool(pub(crate) Arc<Spool>);

/// The maximum size of all parts together that are not stored, in bytes.
const MAX_MEMORY: usize = 1 << 20;

/// Returns whether a form has files that may be stored.
pub(super) fn has_files(shape: &'static Shape) -> bool {
    let mut members = shape.members().iter();
    members.any(|member| member.files().is_some())
}

/// Reads, decodes and checks a form; returns `None` if the body is empty.
pub(super) async fn read<T, S>(
    request: Request,
    boundary: Boundary,
    state: &S,
) -> Result<Option<T>, InputError>
where
    T: SecureInput,
    T::Context: ContextFrom<S>,
{
    let limits = limits(request.extensions());
    let shape = T::shape();
    body::require_declared_length(request.headers(), limits.body_limit)?;
    let form = Form::new(shape, spool(request.extensions()));
    let Some(form) = form.read(request.into_body(), &boundary, &limits).await? else {
        return Ok(None);
    };
    let Form { parts, files, .. } = form;
    let (Decoded(value), excess) = decode_stored(&parts, files, shape)?;
    let names = || Some(stored_names(&parts, shape));
    check_named(value, excess, InputLocation::Form, state, names).map(Some)
}

fn spool(extensions: &Extensions) -> Arc<Spool> {
    match extensions.get() {
        Some(RequestSpool(spool)) => Arc::clone(spool),
        None => Spool::shared(),
    }
}

/// The parts of a form so far.
struct Form {
    shape: &'static Shape,
    spool: Arc<Spool>,
    parts: Vec<StoredPart>,
    files: Vec<Stored>,
    /// The bytes that parts in memory may still have.
    memory: usize,
    /// The file that the last part is, once it has content.
    writer: Option<SpoolWriter>,
}

impl Form {
    fn new(shape: &'static Shape, spool: Arc<Spool>) -> Self {
        Self {
            shape,
            spool,
            parts: Vec::new(),
            files: Vec::new(),
            memory: MAX_MEMORY,
            writer: None,
        }
    }

    /// Reads a body to its end; returns `None` if it is empty.
    async fn read(
        mut self,
        body: Body,
        boundary: &Boundary,
        limits: &Limits,
    ) -> Result<Option<Self>, InputError> {
        let mut body = Limited::new(body, limits.body_limit);
        let mut split = IncrementalSplit::new(boundary, limits.part_limit);
        let mut is_empty = true;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| body::read_error(&*error, limits.body_limit))?;
            let Ok(chunk) = frame.into_data() else {
                continue;
            };
            is_empty &= chunk.is_empty();
            split.push(&chunk);
            drop(chunk);
            self.add_all(&mut split).await?;
        }
        if is_empty {
            return Ok(None);
        }
        split.finish();
        self.add_all(&mut split).await?;
        Ok(Some(self))
    }

    async fn add_all(&mut self, split: &mut IncrementalSplit) -> Result<(), InputError> {
        while let Some(event) = split.next().map_err(malformed)? {
            match event {
                SplitEvent::Part {
                    name,
                    file_name,
                    media_type,
                } => self.parts.push(StoredPart {
                    name: name.to_owned(),
                    file_name: file_name.map(str::to_owned),
                    media_type: media_type.map(str::to_owned),
                    content: Vec::new(),
                    stored: None,
                }),
                SplitEvent::Content(content) => self.add_content(content).await?,
                SplitEvent::End => self.end_part().await?,
            }
        }
        Ok(())
    }

    async fn add_content(&mut self, content: &[u8]) -> Result<(), InputError> {
        let Some(part) = self.parts.last_mut() else {
            return Ok(());
        };
        let files = self.shape.member(&part.name).and_then(Field::files);
        let Some((rules, repeat)) = files else {
            self.memory = self.memory.checked_sub(content.len()).ok_or_else(|| {
                let detail = format!("must have at most {MAX_MEMORY} bytes outside its files");
                malformed(Violation::new("", "size", detail))
            })?;
            append(&mut part.content, content, MAX_MEMORY);
            return Ok(());
        };
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => self.begin_file(rules, repeat)?,
        };
        let writer = self.writer.insert(writer);
        let len = writer.len().saturating_add(as_u64(content.len()));
        if len > as_u64(rules.max) {
            let length = UploadError::Length { max: rules.max };
            return Err(self.rejected(repeat, length));
        }
        writer
            .write(content)
            .await
            .map_err(|error| unavailable(&error))
    }

    /// Checks a file that has content.
    fn begin_file(&self, rules: &FileRules, repeat: Repeat) -> Result<SpoolWriter, InputError> {
        if let Some(part) = self.parts.last() {
            let before = self.files_before();
            if let Some(field) = self.field_with_file_under_alias() {
                return Err(StoredPart::duplicate_of(field));
            }
            match repeat {
                Repeat::Never if before > 0 => return Err(part.duplicate(self.shape)),
                Repeat::AtMost(max) if before >= max => {
                    let name = part.declared_name(self.shape);
                    let violation = Violation::too_many(name, max);
                    return Err(InputError::Invalid(InputLocation::Form, vec![violation]));
                }
                Repeat::Never | Repeat::AtMost(_) => {}
            }
            // the default of RFC 7578 §4.4
            let media_type = part.media_type.as_deref().unwrap_or(media_type::TEXT);
            check_media_type(media_type, rules.accepted)
                .map_err(|error| self.rejected(repeat, error))?;
            if let Some(name) = &part.file_name {
                FileName::parse(name).map_err(|error| self.rejected(repeat, error.into()))?;
            }
        }
        Ok(SpoolWriter::new(Arc::clone(&self.spool), rules.max_memory))
    }

    async fn end_part(&mut self) -> Result<(), InputError> {
        if let Some(writer) = self.writer.take() {
            let stored = writer.finish().await.map_err(|error| unavailable(&error))?;
            if let Some(part) = self.parts.last_mut() {
                part.stored = Some(self.files.len());
                self.files.push(stored);
            }
        }
        Ok(())
    }

    /// Returns the number of files with content under the name of the last part.
    fn files_before(&self) -> usize {
        let Some((part, before)) = self.parts.split_last() else {
            return 0;
        };
        let same = before.iter().filter(|before| before.name == part.name);
        same.filter(|before| before.stored.is_some()).count()
    }

    /// Returns the field of the last part, if a file with content is under another name of it.
    ///
    /// Otherwise the limits of a field would apply to each of its names.
    fn field_with_file_under_alias(&self) -> Option<&'static Field> {
        let (part, before) = self.parts.split_last()?;
        let field = self.shape.member(&part.name)?;
        let mut before = before.iter().filter(|before| before.stored.is_some());
        let is_alias = |name: &str| name != part.name && field.names.contains(&name);
        before.any(|before| is_alias(&before.name)).then_some(field)
    }

    /// Returns the error of the last part, which breaks a rule of its type.
    fn rejected(&self, repeat: Repeat, error: UploadError) -> InputError {
        let index = match repeat {
            Repeat::Never => None,
            Repeat::AtMost(_) => Some(self.files_before()),
        };
        match self.parts.last() {
            Some(part) => part.rejected(self.shape, index, error),
            None => InputError::HandlerMismatch,
        }
    }
}

fn malformed(violation: Violation) -> InputError {
    InputError::Malformed(InputLocation::Form, violation)
}

/// Returns the error of an empty body where a form is required.
pub(super) fn no_form() -> InputError {
    let detail = "does not start with the boundary";
    malformed(Violation::new("", "syntax", detail))
}

/// Reports the reason to the operator, and none to the client.
fn unavailable(error: &SpoolError) -> InputError {
    error.emit();
    InputError::StorageUnavailable
}

fn as_u64(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
