//! Why a value did not decode: a kind of fault and a place, never the input itself.
//!
//! serde's own messages quote what came in (``unknown field `x` ``, `invalid type:
//! string "secret"`), so every decoder of this crate fails with a [`Fault`], which
//! keeps the kind and drops the text, but for what a type's author says that a value
//! [must be](super::expectation). The place is collected while the fault travels outward;
//! decoding that succeeds pays nothing for it.

use std::borrow::Cow;
use std::fmt::{self, Display};

use serde::de::{Error, Expected, Unexpected};

use crate::input::contract::Violation;
use crate::input::decode::expectation;
use crate::input::shape::pointer::bare;

/// A value's fault and where it is; boxed, so that results stay small.
#[derive(Debug)]
pub(crate) struct Fault(Box<Inner>);

#[derive(Debug)]
struct Inner {
    what: What,
    wanted: Option<Wanted>,
    /// What the type's author says that the value must be.
    expected: Option<Box<str>>,
    /// Innermost first.
    path: Vec<Segment>,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The decoder beneath failed; its own error says how.
    Unread,
    /// Another type than wanted.
    Type,
    /// The decoder beneath took a part of a value for the whole.
    Cut,
    /// The right type, an impossible value.
    Value,
    /// Refused by the type's own parser.
    Form,
    /// Too few or too many items.
    Length,
    /// This member has to be there and is not.
    Missing(&'static str),
    /// A member that nothing knows.
    Unknown,
    /// This member is there twice.
    Twice,
    /// A member whose name only the client knows is there twice.
    Repeats,
    /// Bytes that are not the text that belongs there.
    Text,
    /// Arrays and objects within each other, more levels than allowed.
    Deep,
    /// None of the values of an enumeration.
    Variant(&'static [&'static str]),
}

/// What a type asked its decoder for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Anything,
    Boolean,
    Whole,
    Number,
    Character,
    Text,
    Null,
    Array,
    Object,
    Choice,
    /// A part of a form that is no file.
    TextPart,
    /// Text where only one value can stand, as in a query.
    Single,
}

/// One step of the way to the fault; names come from types, never from the input.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Segment {
    Name(&'static str),
    Index(usize),
}

/// The most values of an enumeration that a detail lists.
const MAX_LISTED: usize = 16;

impl Fault {
    pub(crate) fn new(what: What) -> Self {
        Self(Box::new(Inner {
            what,
            wanted: None,
            expected: None,
            path: Vec::new(),
        }))
    }

    /// Says what was wanted there; the first to say it, which is the innermost, is right.
    pub(crate) fn wanted(mut self, wanted: Wanted) -> Self {
        self.0.wanted.get_or_insert(wanted);
        self
    }

    /// Puts a step before the way so far.
    pub(crate) fn within(mut self, segment: Segment) -> Self {
        self.0.path.push(segment);
        self
    }

    /// Puts a member before the way so far; a name that no type declares is the client's own,
    /// is not echoed, and the way below it says nothing without it.
    pub(crate) fn below(mut self, names: &'static [&'static str], name: &str) -> Self {
        if let Some(segment) = declared(names, name) {
            return self.within(segment);
        }
        self.0.path.clear();
        self
    }

    /// The fault of a member's name that its map cannot hold.
    pub(crate) fn of_name(mut self) -> Self {
        self.0.what = What::Unknown;
        self.0.expected = None;
        self
    }

    pub(crate) fn what(&self) -> What {
        self.0.what
    }

    /// What is wrong with a body, at a JSON Pointer.
    pub(crate) fn in_body(&self) -> Violation {
        Violation::new(self.pointer(), self.rule(), self.detail())
    }

    /// What is wrong with a query, form or path, at the parameter's name.
    pub(crate) fn in_parameters(&self) -> Violation {
        let (name, detail) = match (self.0.what, self.0.path.last()) {
            (What::Missing(name), _) => (name, "is missing".into()),
            (_, Some(Segment::Name(_))) => return self.in_body().at(bare(&self.pointer())),
            (What::Unknown, _) => ("", "has a parameter that is not known here".into()),
            (What::Repeats, _) => ("", "has a parameter twice".into()),
            _ => ("", self.detail()),
        };
        Violation::new(name, self.rule(), detail)
    }

    /// What is wrong with the parameter of this name.
    pub(crate) fn in_parameter(&self, name: &str) -> Violation {
        Violation::new(name, self.rule(), self.detail())
    }

    /// The first step of the way.
    pub(crate) fn outermost(&self) -> Option<Segment> {
        self.0.path.last().copied()
    }

    /// Which rule is broken, by its name in PROBLEMS.md.
    fn rule(&self) -> &'static str {
        match (self.0.what, self.0.wanted) {
            (What::Unread | What::Type, Some(Wanted::Single)) => "single",
            (What::Unread | What::Type | What::Cut, _) => "type",
            (What::Value, Some(Wanted::Whole | Wanted::Number)) => "range",
            (What::Value | What::Form, _) => "format",
            (What::Length, _) => "items",
            (What::Missing(_), _) => "required",
            (What::Unknown, _) => "unknown",
            (What::Twice | What::Repeats, _) => "unique",
            (What::Deep, _) => "depth",
            (What::Text, _) => "encoding",
            (What::Variant(_), _) => "enum",
        }
    }

    /// The place in the words of [RFC 6901](https://www.rfc-editor.org/rfc/rfc6901).
    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for segment in self.0.path.iter().rev() {
            pointer.push('/');
            match segment {
                Segment::Name(name) => {
                    pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
                }
                Segment::Index(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }

    /// What is wrong, in words that the API's authors chose.
    fn detail(&self) -> Cow<'static, str> {
        if let Some(expected) = &self.0.expected {
            return Cow::Owned(String::from(&**expected));
        }
        let fixed = match self.0.what {
            What::Unread | What::Type | What::Cut => self.0.wanted.map_or(FORM, Wanted::detail),
            What::Value => match self.0.wanted {
                Some(Wanted::Whole | Wanted::Number) => "is a number out of range",
                _ => FORM,
            },
            What::Form => FORM,
            What::Length => "has the wrong number of items",
            What::Missing(name) => return Cow::Owned(format!("lacks the member `{name}`")),
            What::Unknown => "has a member that is not known here",
            What::Twice => "is there twice",
            What::Repeats => "has a member twice",
            What::Deep => "is nested too deeply",
            What::Text => "has characters that may not stand here",
            What::Variant(known) if (1..=MAX_LISTED).contains(&known.len()) => {
                return Cow::Owned(format!("must be one of: {}", known.join(", ")));
            }
            What::Variant(_) => Wanted::Choice.detail(),
        };
        Cow::Borrowed(fixed)
    }
}

pub(crate) const FORM: &str = "does not have the form that is expected here";

impl Wanted {
    fn detail(self) -> &'static str {
        match self {
            Self::Anything => FORM,
            Self::Boolean => "must be `true` or `false`",
            Self::Whole => "must be a whole number",
            Self::Number => "must be a number",
            Self::Character => "must be a single character",
            Self::Text => "must be a string",
            Self::Null => "must be null",
            Self::Array => "must be an array",
            Self::Object => "must be an object",
            Self::Choice => "must be one of the values that are known here",
            Self::TextPart => "must be a text: no file, and labelled `text/plain` or not at all",
            Self::Single => "cannot be given here: only one value can",
        }
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail())
    }
}

impl std::error::Error for Fault {}

impl Error for Fault {
    fn custom<T: Display>(_: T) -> Self {
        Self::new(What::Form)
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new(What::Type)
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let mut fault = Self::new(What::Value);
        fault.0.expected = expectation::told(expected);
        fault.0.wanted = match unexpected {
            Unexpected::Unsigned(_) | Unexpected::Signed(_) => Some(Wanted::Whole),
            Unexpected::Float(_) => Some(Wanted::Number),
            _ => None,
        };
        fault
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self::new(What::Length)
    }

    fn unknown_variant(_: &str, known: &'static [&'static str]) -> Self {
        Self::new(What::Variant(known))
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::new(What::Unknown)
    }

    fn missing_field(name: &'static str) -> Self {
        Self::new(What::Missing(name))
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::new(What::Twice).within(Segment::Name(name))
    }
}

/// The name as its type spells it, so that no text of the input is carried on.
pub(crate) fn declared(names: &'static [&'static str], name: &str) -> Option<Segment> {
    names
        .iter()
        .find(|known| **known == name)
        .map(|known| Segment::Name(known))
}

#[cfg(test)]
mod tests;
