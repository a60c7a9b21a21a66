//! The schemas of types of other crates: dates and times, decimal numbers, URLs.

use schemars::{Schema, json_schema};
use serde_json::json;

use crate::input::schema::bounds::{Bounds, comment};
use crate::input::schema::values::parsed;
use crate::input::shape::notation::Notation;

/// Matches a day that exists, in the years 0000 to 9999.
const DATE: &str = "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])\
    |(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))\
    |(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)";

const TIME: &str = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?";

const OFFSET: &str = "(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])";

/// Matches the start of a text whose date is out of range with an offset.
const OUT_OF_RANGE: &str = "^(?:0000-01-01|9999-12-(?:29|3[01]))";

/// Matches a decimal number of any number of digits, but not `-0`.
const DECIMAL: &str =
    r"^(?:0(?:\.0+)?|-?(?:[1-9][0-9]*(?:\.[0-9]+)?|0\.0*[1-9][0-9]*))(?:[eE][+-]?[0-9]{1,3})?$";

/// Matches a URL with a host and without credentials; not every host and path is valid.
const URL: &str = concat!(
    r"^[Hh][Tt][Tt][Pp][Ss]?://",
    r"(?:[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*|\[[0-9A-Fa-f:.]+\])(?::[1-9][0-9]{0,4})?",
    r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?",
    r"(?:\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?\[\]-]|%[0-9A-Fa-f]{2})*)?",
    r"(?:#(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?$",
);

/// The double beside the largest decimal number, which no double represents: 2 to the power of 96.
const DECIMAL_MAX: f64 = 79_228_162_514_264_337_593_543_950_336.0;

/// Returns the schema of a value in a notation.
///
/// `date` and `date-time` are formats of JSON Schema, which requires an offset of a time. The others are in
/// the registry of `OpenAPI`.
pub(crate) fn written(notation: Notation, bounds: &Bounds) -> Schema {
    let (format, pattern) = match notation {
        Notation::Date => ("date", format!("^{DATE}$")),
        Notation::Time => ("time-local", format!("^{TIME}$")),
        Notation::DateTime => ("date-time-local", format!("^{DATE}T{TIME}$")),
        Notation::Timestamp => ("date-time", format!("^{DATE}T{TIME}{OFFSET}$")),
        Notation::Decimal => return decimal(bounds),
        Notation::Url => return url(),
    };
    let mut schema = parsed(format, Some(&pattern));
    if let Notation::Timestamp = notation {
        let out_of_range = json_schema!({ "pattern": OUT_OF_RANGE });
        schema.insert("not".to_owned(), json!(out_of_range));
    }
    schema
}

/// Returns the schema of a decimal number, which is a number or a text. A range applies to both, and JSON
/// Schema can only express that of a number.
fn decimal(bounds: &Bounds) -> Schema {
    let mut schema = json_schema!({
        "type": ["number", "string"],
        "format": "decimal",
        "pattern": DECIMAL,
        "minimum": -DECIMAL_MAX,
        "maximum": DECIMAL_MAX,
    });
    comment(
        &mut schema,
        "a number or a text of at most 28 digits, within the same range",
    );
    bounds.bound_number(&mut schema);
    schema
}

fn url() -> Schema {
    let mut schema = parsed("uri", Some(URL));
    schema.insert("maxLength".to_owned(), 2048.into());
    comment(&mut schema, "checked by parsing");
    schema
}
