//! The JSON Schemas of the types in this folder.

#[cfg(feature = "text")]
use std::sync::LazyLock;

use schemars::{Schema, json_schema};

use crate::input::schema::{Bounds, Described, Members, integer};
use crate::input::types::email_address::{EmailAddress, MAX_ADDRESS, MAX_LOCAL};
use crate::input::types::identifier::Identifier;
#[cfg(feature = "text")]
use crate::input::types::line::{Line, MAX_DECOMPOSED};
#[cfg(feature = "relying-party")]
use crate::input::types::return_to::{self, ReturnTo};
use crate::input::types::textual::TextSchema;
#[cfg(feature = "text")]
use crate::text::{is_blank, is_forbidden_in_line};

impl<const MAX: usize> TextSchema for Identifier<MAX> {
    fn text_schema() -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": MAX,
            "pattern": "^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$",
        })
    }
}

impl TextSchema for EmailAddress {
    fn text_schema() -> Schema {
        let label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
        json_schema!({
            "type": "string",
            "format": "email",
            "maxLength": MAX_ADDRESS,
            "pattern": format!(
                r"^[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~\-]{{1,{MAX_LOCAL}}}@{label}(?:\.{label})*$"
            ),
        })
    }
}

/// The pattern has the characters and empty segments; `$comment` has the rules that it cannot express.
#[cfg(feature = "relying-party")]
impl TextSchema for ReturnTo {
    fn text_schema() -> Schema {
        let character = r"A-Za-z0-9._~!$&'()*+,;=@%\-";
        json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": return_to::MAX_LEN,
            "pattern": format!(
                r"^/(?:[{character}]+(?:/[{character}:]+)*/?)?(?:\?[{character}:/?]*)?$"
            ),
            "$comment": "a path of this application, without dot segments and encoded delimiters",
        })
    }
}

/// The schema accepts every spelling that normalizes to a line.
#[cfg(feature = "text")]
impl<const MAX: usize> TextSchema for Line<MAX> {
    fn text_schema() -> Schema {
        static LINE: LazyLock<String> =
            LazyLock::new(|| format!("^[^{}]+$", class(is_forbidden_in_line)));
        static VISIBLE: LazyLock<String> = LazyLock::new(|| format!("[^{}]", class(is_blank)));
        json_schema!({
            "type": "string",
            "maxLength": MAX * MAX_DECOMPOSED,
            "pattern": *LINE,
            "allOf": [{ "pattern": *VISIBLE }],
            "$comment": format!("at most {MAX} characters in normalization form C"),
        })
    }
}

pub(super) fn page_number() -> Schema {
    integer("uint32", 1_u32, u32::MAX, &Bounds::default())
}

pub(super) fn page_size(max: u32) -> Schema {
    integer("uint32", 1_u32, max, &Bounds::default())
}

/// Returns the schema of both parameters with their defaults.
pub(super) fn page_request(max: u32, default_size: u32) -> Schema {
    let parameter = |mut schema: Schema, default: u32| {
        schema.insert("default".to_owned(), default.into());
        Described::present(schema)
    };
    Members::new()
        .member(&["page"], true, parameter(page_number(), 1))
        .member(&["per_page"], true, parameter(page_size(max), default_size))
        .object()
}

/// Returns the characters that satisfy a predicate, as the content of a character class.
#[cfg(feature = "text")]
fn class(is_in_class: fn(char) -> bool) -> String {
    let mut class = String::new();
    let mut rest = ('\0'..=char::MAX).peekable();
    while let Some(first) = rest.find(|character| is_in_class(*character)) {
        let mut last = first;
        while let Some(next) = rest.next_if(|next| is_in_class(*next)) {
            last = next;
        }
        let [first, last] = [first, last].map(|bound| format!(r"\u{{{:X}}}", u32::from(bound)));
        class.extend([first.as_str(), "-", &last]);
    }
    class
}
