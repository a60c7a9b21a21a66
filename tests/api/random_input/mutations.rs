//! Mutations that make messages invalid.

use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::BoxedStrategy;

use crate::random_input::messages::{CANARY, Message};

/// A change of bytes.
#[derive(Clone, Debug)]
enum Change {
    Set(Index, u8),
    Cut(Index),
    Insert(Index, &'static str),
    /// Copies a range to another position.
    Repeat(Index, Index, Index),
    /// Inserts this many opening tokens at the start, and closing tokens at the end.
    Nest(usize, &'static str, &'static str),
}

/// Tokens that are difficult for decoders.
const TOKENS: &[&str] = &[
    "\0",
    "\r\n--b",
    "\r\n\r\n",
    "\r\n",
    "; name=title",
    "\u{feff}",
    "\u{202e}",
    "\u{1f600}",
    "\\ud800",
    "\\u0000",
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "&",
    "=",
    ";",
    "%",
    "%00",
    "%ff",
    "%C3",
    "+",
    "/",
    "?",
    "#",
    " ",
    "1e999",
    "99999999999999999999999999999999999999999",
    "-",
    "e",
    "null",
    CANARY,
];

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    let nests = select(
        &[
            ("[", "]"),
            ("{\"a\":", "}"),
            ("{\"next\":", "}"),
            ("{\"lines\":[", "]}"),
        ][..],
    );
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        at().prop_map(Change::Cut),
        (at(), select(TOKENS)).prop_map(|(at, token)| Change::Insert(at, token)),
        (at(), at(), at()).prop_map(|(from, to, at)| Change::Repeat(from, to, at)),
        (1_usize..2000, nests).prop_map(|(depth, (open, close))| Change::Nest(depth, open, close)),
    ]
}

impl Change {
    /// Changes the bytes after the first `keep`.
    fn apply(&self, bytes: &mut Vec<u8>, keep: usize) {
        let keep = keep.min(bytes.len());
        let len = bytes.len() - keep;
        let position = |at: &Index| keep + at.index(len + 1);
        match self {
            Self::Set(at, byte) => {
                let at = position(at);
                bytes.splice(at..bytes.len().min(at + 1), [*byte]);
            }
            Self::Cut(at) => bytes.truncate(position(at)),
            Self::Insert(at, token) => {
                let at = position(at);
                bytes.splice(at..at, token.bytes());
            }
            Self::Repeat(from, to, at) => {
                let (from, to) = (position(from), position(to));
                let part = bytes[from.min(to)..from.max(to)].to_vec();
                let at = position(at);
                bytes.splice(at..at, part);
            }
            Self::Nest(depth, open, close) => {
                bytes.splice(keep..keep, open.repeat(*depth).bytes());
                bytes.extend(close.repeat(*depth).bytes());
            }
        }
    }
}

/// The part of a message that is changed.
#[derive(Clone, Debug)]
enum Part {
    /// The body, or the end of the target if there is no body.
    Content,
    Target,
    /// The value of a header field.
    Value(Index),
    /// Duplicates a header field.
    Duplicate(Index),
    /// Replaces `Content-Type`.
    ContentType(&'static str),
    /// Removes `Content-Type`.
    NoContentType,
    /// Adds a second `Content-Type`.
    SecondContentType(&'static str),
    /// Adds `Content-Encoding`.
    ContentEncoding(&'static str),
}

const CONTENT_TYPES: &[&str] = &[
    "application/json",
    "application/json; charset=utf-16",
    "application/jsonp",
    "text/plain",
    "text/html",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=hunter2",
    "",
    "hunter2",
];

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        12 => Just(Part::Content),
        2 => Just(Part::Target),
        4 => any::<Index>().prop_map(Part::Value),
        1 => any::<Index>().prop_map(Part::Duplicate),
        1 => select(CONTENT_TYPES).prop_map(Part::ContentType),
        1 => Just(Part::NoContentType),
        1 => select(CONTENT_TYPES).prop_map(Part::SecondContentType),
        1 => select(&["gzip", "identity", "identity, br", "hunter2"][..]).prop_map(Part::ContentEncoding),
    ]
}

/// Changes each message up to three times.
pub(super) fn mutated(messages: BoxedStrategy<Message>) -> impl Strategy<Value = Message> {
    let changes = vec((part(), change()), 1..4);
    (messages, changes).prop_map(|(mut message, changes)| {
        for (part, change) in changes {
            message.change(&part, &change);
        }
        message
    })
}

impl Message {
    fn change(&mut self, part: &Part, change: &Change) {
        match part {
            Part::Content if self.method == "POST" => change.apply(&mut self.body, 0),
            Part::Content => change.apply(&mut self.target, self.fixed),
            Part::Target => change.apply(&mut self.target, 1),
            Part::Value(_) | Part::Duplicate(_) if self.fields.is_empty() => {}
            Part::Value(at) => {
                let at = at.index(self.fields.len());
                change.apply(&mut self.fields[at].1, 0);
            }
            Part::Duplicate(at) => {
                let field = self.fields[at.index(self.fields.len())].clone();
                self.fields.push(field);
            }
            Part::ContentType(content_type) => {
                self.fields.retain(|(name, _)| *name != CONTENT_TYPE);
                self.fields
                    .push((CONTENT_TYPE, content_type.as_bytes().to_vec()));
            }
            Part::NoContentType => self.fields.retain(|(name, _)| *name != CONTENT_TYPE),
            Part::SecondContentType(content_type) => self
                .fields
                .push((CONTENT_TYPE, content_type.as_bytes().to_vec())),
            Part::ContentEncoding(coding) => self
                .fields
                .push((CONTENT_ENCODING, coding.as_bytes().to_vec())),
        }
    }
}
