//! The parts between the boundaries of a multipart form.

use memchr::memmem::{self, Finder};

use crate::input::contract::Violation;
use crate::input::decode::multipart::boundary::Boundary;
use crate::input::decode::multipart::header;

/// One part, not yet decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub(super) name: &'a str,
    /// The client's name for a file; a part without it is text.
    pub(super) file_name: Option<&'a str>,
    pub(super) media_type: Option<&'a str>,
    pub(super) content: &'a [u8],
    /// The index of a file's content that was stored while the form was read.
    pub(super) stored: Option<usize>,
}

/// Splits a body into at most `max` parts.
///
/// The grammar of [RFC 2046 §5.1.1] allows a preamble, an epilogue, and whitespace after a boundary.
/// Forms need none of them, and parsers disagree about them, so they are rejected.
///
/// # Errors
///
/// Returns a violation without input if the form is malformed or has more parts.
///
/// [RFC 2046 §5.1.1]: https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1
pub(super) fn split<'a>(
    body: &'a [u8],
    boundary: &Boundary,
    max: usize,
) -> Result<Vec<Part<'a>>, Violation> {
    let delimiter = Finder::new(boundary.delimiter());
    let mut rest = body
        .strip_prefix(boundary.opening())
        .ok_or_else(|| malformed("does not start with the boundary"))?;
    let mut parts = Vec::new();
    loop {
        if let Some(end) = rest.strip_prefix(b"--") {
            return match end {
                b"" | b"\r\n" => Ok(parts),
                _ => Err(malformed("has data after the final boundary")),
            };
        }
        if !rest.starts_with(b"\r\n") {
            return Err(malformed("has a boundary without a line break after it"));
        }
        if parts.len() == max {
            let detail = format!("must have at most {max} parts");
            return Err(Violation::new("", "parts", detail));
        }
        let (part, after) = delimiter
            .find(rest)
            .and_then(|end| rest.split_at_checked(end))
            .ok_or_else(|| malformed("ends before the final boundary"))?;
        parts.push(read(part)?);
        rest = after.strip_prefix(boundary.delimiter()).unwrap_or_default();
    }
}

/// Reads a part, which starts with the line break after its boundary.
fn read(part: &[u8]) -> Result<Part<'_>, Violation> {
    let blank_line = memmem::find(part, b"\r\n\r\n");
    let (header, content) = blank_line
        .and_then(|end| Some((part.get(2..end)?, part.get(end + 4..)?)))
        .ok_or_else(|| malformed("has a part without a header"))?;
    header::read(header)
        .map(|header| Part {
            name: header.name,
            file_name: header.file_name,
            media_type: header.media_type,
            content,
            stored: None,
        })
        .map_err(malformed)
}

pub(super) fn malformed(detail: &'static str) -> Violation {
    Violation::new("", "syntax", detail)
}

#[cfg(test)]
mod tests;
