//! The value of an `InputExtractor` has rules.

use palisade::input::InputExtractor;

struct RawBody(axum::body::Bytes);

impl InputExtractor for RawBody {
    const ACCEPTS: &'static str = "any bytes";
}

fn main() {}
