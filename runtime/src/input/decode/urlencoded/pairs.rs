//! The names and values of parameters, escaped.

use std::borrow::Cow;

use percent_encoding::percent_decode;

use crate::input::decode::error::{DecodeError, ErrorKind};

/// The name of the violated rule, and the message.
pub(super) type Malformed = (&'static str, Cow<'static, str>);

/// The names and values of the parameters, not unescaped, up to a limit.
#[derive(Clone)]
pub(super) struct Pairs<'a> {
    /// The rest of the text; `None` after its last parameter.
    rest: Option<&'a [u8]>,
    /// The number of parameters so far.
    count: usize,
    max: usize,
}

impl<'a> Pairs<'a> {
    pub(super) fn new(text: &'a [u8], max: usize) -> Self {
        Self {
            rest: Some(text),
            count: 0,
            max,
        }
    }

    /// Checks the encoding of the remaining parameters, and their number.
    pub(super) fn check(self) -> Result<(), Malformed> {
        let mut buffer = Vec::new();
        for pair in self {
            let (name, value) = pair?;
            for text in [name, value] {
                buffer.clear();
                unescape_into(&mut buffer, text)?;
            }
        }
        Ok(())
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = Result<(&'a [u8], &'a [u8]), Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let pair = loop {
            let (pair, rest) = split_once(self.rest?, b'&');
            self.rest = rest;
            if !pair.is_empty() {
                break pair;
            }
        };
        if self.count == self.max {
            let detail = format!("must have at most {} parameters", self.max);
            return Some(Err(("parameters", detail.into())));
        }
        self.count += 1;
        let (name, value) = split_once(pair, b'=');
        Some(Ok((name, value.unwrap_or_default())))
    }
}

/// Splits a text at the first `separator`, if it has one.
fn split_once(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    let end = memchr::memchr(separator, text);
    match end.and_then(|end| text.split_at_checked(end)) {
        Some((before, rest)) => (before, rest.get(1..)),
        None => (text, None),
    }
}

/// Decodes `+` and `%XX`; rejects a `%` without two hexadecimal digits after it.
pub(super) fn unescape(text: &[u8]) -> Result<Cow<'_, str>, Malformed> {
    if memchr::memchr2(b'%', b'+', text).is_none() {
        return str::from_utf8(text).map(Cow::Borrowed).map_err(not_utf8);
    }
    let mut bytes = Vec::with_capacity(text.len());
    unescape_into(&mut bytes, text)?;
    String::from_utf8(bytes).map(Cow::Owned).map_err(not_utf8)
}

/// Appends the unescaped text to an empty buffer.
fn unescape_into(buffer: &mut Vec<u8>, text: &[u8]) -> Result<(), Malformed> {
    let mut after_percent = text.split(|byte| *byte == b'%').skip(1);
    if !after_percent.all(|rest| {
        rest.get(..2)
            .is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    }) {
        return Err(("encoding", "has a malformed percent-encoding".into()));
    }
    buffer.reserve(text.len());
    for (index, words) in text.split(|byte| *byte == b'+').enumerate() {
        if index > 0 {
            buffer.push(b' ');
        }
        buffer.extend(percent_decode(words));
    }
    str::from_utf8(buffer).map(|_| ()).map_err(not_utf8)
}

/// Ends decoding; the check of the whole text then reports the reason.
pub(super) fn malformed(_: Malformed) -> DecodeError {
    DecodeError::new(ErrorKind::Encoding)
}

fn not_utf8<E>(_: E) -> Malformed {
    ("encoding", "is not valid UTF-8".into())
}
