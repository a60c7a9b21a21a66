//! The parts of a multipart form whose body arrives in chunks.
//!
//! It accepts the forms that [`split`](super::split) accepts, and keeps only the bytes that may be a part of a
//! boundary or a header.

use memchr::memmem::{self, Finder};

use crate::input::contract::Violation;
use crate::input::decode::multipart::boundary::Boundary;
use crate::input::decode::multipart::header::{self, MAX_BYTES};
use crate::input::decode::multipart::split::malformed;

/// A form that arrives in chunks.
pub(crate) struct IncrementalSplit {
    delimiter: Finder<'static>,
    /// The delimiter without its line break.
    opening: Vec<u8>,
    /// The bytes from `start` on are not read yet.
    buffer: Vec<u8>,
    start: usize,
    is_complete: bool,
    state: State,
    /// The number of parts that may follow.
    left: usize,
    max: usize,
}

#[derive(Clone, Copy)]
enum State {
    Opening,
    AfterBoundary,
    Header,
    Content,
    Epilogue,
}

/// The next event of a form.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SplitEvent<'a> {
    /// A part begins.
    Part {
        name: &'a str,
        file_name: Option<&'a str>,
        media_type: Option<&'a str>,
    },
    /// The next bytes of the part.
    Content(&'a [u8]),
    /// The part is complete.
    End,
}

/// A step of the parser: the bytes that it consumes, and the event.
enum Step {
    /// More bytes are needed.
    Wait,
    Skip(usize, State),
    Part(usize),
    Content(usize),
    End(usize),
}

impl IncrementalSplit {
    /// Starts a form with at most `max` parts.
    pub(crate) fn new(boundary: &Boundary, max: usize) -> Self {
        Self {
            delimiter: Finder::new(boundary.delimiter()).into_owned(),
            opening: boundary.opening().to_vec(),
            buffer: Vec::new(),
            start: 0,
            is_complete: false,
            state: State::Opening,
            left: max,
            max,
        }
    }

    /// Adds the next bytes of the body, after all events before them.
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        self.buffer.drain(..self.start);
        self.start = 0;
        self.buffer.extend_from_slice(chunk);
    }

    /// Ends the body.
    pub(crate) fn finish(&mut self) {
        self.is_complete = true;
    }

    /// Returns the next event, or `None` if more bytes are needed or the form has ended.
    ///
    /// # Errors
    ///
    /// Returns a violation without input if the form is malformed or has too many parts.
    pub(crate) fn next(&mut self) -> Result<Option<SplitEvent<'_>>, Violation> {
        loop {
            let step = match self.state {
                State::Opening => self.opening(),
                State::AfterBoundary => self.after_boundary(),
                State::Header => self.header(),
                State::Content => self.content(),
                State::Epilogue => self.epilogue(),
            }?;
            let start = self.start;
            match step {
                Step::Wait => return Ok(None),
                Step::Skip(len, state) => {
                    self.start += len;
                    self.state = state;
                }
                Step::Part(len) => {
                    self.start += len + BLANK_LINE.len();
                    self.state = State::Content;
                    let header = self.buffer.get(start + LINE_BREAK.len()..start + len);
                    let header = header::read(header.unwrap_or_default()).map_err(malformed)?;
                    return Ok(Some(SplitEvent::Part {
                        name: header.name,
                        file_name: header.file_name,
                        media_type: header.media_type,
                    }));
                }
                Step::Content(len) => {
                    self.start += len;
                    let content = self.buffer.get(start..start + len);
                    return Ok(Some(SplitEvent::Content(content.unwrap_or_default())));
                }
                Step::End(len) => {
                    self.start += len;
                    self.state = State::AfterBoundary;
                    return Ok(Some(SplitEvent::End));
                }
            }
        }
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    fn opening(&self) -> Result<Step, Violation> {
        let rest = self.rest();
        if rest.starts_with(&self.opening) {
            return Ok(Step::Skip(self.opening.len(), State::AfterBoundary));
        }
        self.wait_if(
            self.opening.starts_with(rest),
            "does not start with the boundary",
        )
    }

    fn after_boundary(&mut self) -> Result<Step, Violation> {
        let rest = self.rest();
        if rest.starts_with(b"--") {
            return Ok(Step::Skip(2, State::Epilogue));
        }
        if !rest.starts_with(LINE_BREAK) {
            let may_follow = LINE_BREAK.starts_with(rest) || b"--".starts_with(rest);
            return self.wait_if(may_follow, "has a boundary without a line break after it");
        }
        let Some(left) = self.left.checked_sub(1) else {
            let detail = format!("must have at most {} parts", self.max);
            return Err(Violation::new("", "parts", detail));
        };
        self.left = left;
        // the line break may belong to the next delimiter
        Ok(Step::Skip(0, State::Header))
    }

    fn header(&self) -> Result<Step, Violation> {
        let rest = self.rest();
        let delimiter = self.delimiter.find(rest);
        let Some(end) = memmem::find(rest, BLANK_LINE) else {
            if delimiter.is_some() {
                return Err(malformed(NO_HEADER));
            }
            if rest.len() > LINE_BREAK.len() + MAX_BYTES + BLANK_LINE.len() {
                return Err(malformed("has a part whose header is too large"));
            }
            return self.wait_if(true, NO_END);
        };
        // the second line break of the blank line may belong to the delimiter
        let last = end + LINE_BREAK.len();
        if end == 0 || delimiter.is_some_and(|delimiter| delimiter <= last) {
            return Err(malformed(NO_HEADER));
        }
        if rest.len() < last + self.delimiter.needle().len() {
            return self.wait_if(true, NO_END);
        }
        Ok(Step::Part(end))
    }

    fn content(&self) -> Result<Step, Violation> {
        let rest = self.rest();
        let delimiter = self.delimiter.needle();
        match self.delimiter.find(rest) {
            Some(0) => Ok(Step::End(delimiter.len())),
            Some(end) => Ok(Step::Content(end)),
            None => match rest.len().checked_sub(delimiter.len() - 1) {
                Some(len @ 1..) => Ok(Step::Content(len)),
                _ => self.wait_if(true, NO_END),
            },
        }
    }

    fn epilogue(&self) -> Result<Step, Violation> {
        let rest = self.rest();
        if rest.is_empty() || rest == LINE_BREAK {
            return Ok(Step::Wait);
        }
        self.wait_if(
            LINE_BREAK.starts_with(rest),
            "has data after the final boundary",
        )
    }

    /// Waits for more bytes, if they may come and may help.
    fn wait_if(&self, may_help: bool, detail: &'static str) -> Result<Step, Violation> {
        if may_help && !self.is_complete {
            Ok(Step::Wait)
        } else {
            Err(malformed(detail))
        }
    }
}

const LINE_BREAK: &[u8] = b"\r\n";
const BLANK_LINE: &[u8] = b"\r\n\r\n";
const NO_HEADER: &str = "has a part without a header";
const NO_END: &str = "ends before the final boundary";

#[cfg(test)]
mod tests;
