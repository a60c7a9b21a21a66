//! The parts between the boundaries of a form.

use memchr::memmem::{self, Finder};

use crate::input::contract::Violation;
use crate::input::decode::multipart::boundary::Boundary;
use crate::input::decode::multipart::head;

/// One part, as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub(super) name: &'a str,
    /// What the client calls the file; a part without it is a text.
    pub(super) file_name: Option<&'a str>,
    pub(super) media_type: Option<&'a str>,
    pub(super) content: &'a [u8],
}

/// Splits a body strictly: what the grammar of [RFC 2046 §5.1.1] lets stand around parts, a
/// preamble, an epilogue, blanks behind a boundary, is no form's.
///
/// [RFC 2046 §5.1.1]: https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1
pub(super) fn split<'a>(
    body: &'a [u8],
    boundary: &Boundary,
    most: usize,
) -> Result<Vec<Part<'a>>, Violation> {
    let delimiter = Finder::new(boundary.delimiter());
    let mut rest = body
        .strip_prefix(boundary.opening())
        .ok_or_else(|| malformed("does not begin with its boundary"))?;
    let mut parts = Vec::new();
    loop {
        if let Some(end) = rest.strip_prefix(b"--") {
            return match end {
                b"" | b"\r\n" => Ok(parts),
                _ => Err(malformed("goes on after its last boundary")),
            };
        }
        if !rest.starts_with(b"\r\n") {
            return Err(malformed("has a boundary with something behind it"));
        }
        if parts.len() == most {
            let detail = format!("has more than {most} parts");
            return Err(Violation::new("", "parts", detail));
        }
        let (part, behind) = delimiter
            .find(rest)
            .and_then(|end| rest.split_at_checked(end))
            .ok_or_else(|| malformed("ends before its last boundary"))?;
        parts.push(read(part)?);
        rest = behind
            .strip_prefix(boundary.delimiter())
            .unwrap_or_default();
    }
}

/// The head and the content of what stands between two boundaries, the first one's line end
/// included.
fn read(part: &[u8]) -> Result<Part<'_>, Violation> {
    let blank_line = memmem::find(part, b"\r\n\r\n");
    let (head, content) = blank_line
        .and_then(|end| Some((part.get(2..end)?, part.get(end + 4..)?)))
        .ok_or_else(|| malformed("has a part without a head"))?;
    head::read(head)
        .map(|head| Part {
            name: head.name,
            file_name: head.file_name,
            media_type: head.media_type,
            content,
        })
        .map_err(malformed)
}

fn malformed(detail: &'static str) -> Violation {
    Violation::new("", "syntax", detail)
}

#[cfg(test)]
mod tests;
