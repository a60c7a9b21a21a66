//! The schemas of dates and times.

use schemars::{Schema, json_schema};
use serde_json::json;

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

/// Returns the schema of a text in a notation.
///
/// `date` and `date-time` are formats of JSON Schema, which requires an offset of a time. The others are in
/// the registry of `OpenAPI`.
pub(crate) fn written(notation: Notation) -> Schema {
    let (format, pattern) = match notation {
        Notation::Date => ("date", format!("^{DATE}$")),
        Notation::Time => ("time-local", format!("^{TIME}$")),
        Notation::DateTime => ("date-time-local", format!("^{DATE}T{TIME}$")),
        Notation::Timestamp => ("date-time", format!("^{DATE}T{TIME}{OFFSET}$")),
    };
    let mut schema = parsed(format, Some(&pattern));
    if let Notation::Timestamp = notation {
        let out_of_range = json_schema!({ "pattern": OUT_OF_RANGE });
        schema.insert("not".to_owned(), json!(out_of_range));
    }
    schema
}
