//! What is done to messages, so that they are hardly valid any more.

use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::BoxedStrategy;

use crate::hostile::messages::{CANARY, Message};

/// What is done to the bytes of a message.
#[derive(Clone, Debug)]
enum Change {
    Set(Index, u8),
    Cut(Index),
    Insert(Index, &'static str),
    /// A part of it once more, elsewhere.
    Repeat(Index, Index, Index),
    /// So many of the first, then of the second, around it or in its place.
    Nest(usize, &'static str, &'static str),
}

/// What decoders stumble over.
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
    /// Changes what comes after the first `keep` bytes.
    fn apply(&self, bytes: &mut Vec<u8>, keep: usize) {
        let keep = keep.min(bytes.len());
        let len = bytes.len() - keep;
        let place = |at: &Index| keep + at.index(len + 1);
        match self {
            Self::Set(at, byte) => {
                let at = place(at);
                bytes.splice(at..bytes.len().min(at + 1), [*byte]);
            }
            Self::Cut(at) => bytes.truncate(place(at)),
            Self::Insert(at, token) => {
                let at = place(at);
                bytes.splice(at..at, token.bytes());
            }
            Self::Repeat(from, to, at) => {
                let (from, to) = (place(from), place(to));
                let part = bytes[from.min(to)..from.max(to)].to_vec();
                let at = place(at);
                bytes.splice(at..at, part);
            }
            Self::Nest(depth, open, close) => {
                bytes.splice(keep..keep, open.repeat(*depth).bytes());
                bytes.extend(close.repeat(*depth).bytes());
            }
        }
    }
}

/// Where something is changed.
#[derive(Clone, Debug)]
enum Part {
    /// The body, or where there is none the end of the target.
    Content,
    Target,
    /// The value of a header field.
    Value(Index),
    /// A header field once more.
    Again(Index),
    /// Another label, no label, a second one; a coding.
    Label(&'static str),
    NoLabel,
    SecondLabel(&'static str),
    Coding(&'static str),
}

const LABELS: &[&str] = &[
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
        1 => any::<Index>().prop_map(Part::Again),
        1 => select(LABELS).prop_map(Part::Label),
        1 => Just(Part::NoLabel),
        1 => select(LABELS).prop_map(Part::SecondLabel),
        1 => select(&["gzip", "identity", "identity, br", "hunter2"][..]).prop_map(Part::Coding),
    ]
}

/// The messages, each changed in up to three places.
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
            Part::Value(_) | Part::Again(_) if self.fields.is_empty() => {}
            Part::Value(at) => {
                let at = at.index(self.fields.len());
                change.apply(&mut self.fields[at].1, 0);
            }
            Part::Again(at) => {
                let field = self.fields[at.index(self.fields.len())].clone();
                self.fields.push(field);
            }
            Part::Label(label) => {
                self.fields.retain(|(name, _)| *name != CONTENT_TYPE);
                self.fields.push((CONTENT_TYPE, label.as_bytes().to_vec()));
            }
            Part::NoLabel => self.fields.retain(|(name, _)| *name != CONTENT_TYPE),
            Part::SecondLabel(label) => self.fields.push((CONTENT_TYPE, label.as_bytes().to_vec())),
            Part::Coding(coding) => self
                .fields
                .push((CONTENT_ENCODING, coding.as_bytes().to_vec())),
        }
    }
}
