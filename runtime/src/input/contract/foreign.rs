//! Types of other crates that need no rule: `decode` checks the notation of their text.

#[cfg(feature = "schemas")]
use schemars::{Schema, SchemaGenerator};

use crate::input::contract::bounded::Bounded;
use crate::input::contract::scalar::ScalarContract;
#[cfg(feature = "schemas")]
use crate::input::schema::{self, Bounds};
use crate::input::shape::Nested;
use crate::input::shape::notation::Notation;

macro_rules! written {
    ($($feature:literal $ty:ty => $notation:ident;)*) => {$(
        #[cfg(feature = $feature)]
        impl<Rules> Bounded<Rules> for $ty {
            const NESTED: Nested = Nested::Written(Notation::$notation);

            #[cfg(feature = "schemas")]
            fn schema(_: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
                schema::written(Notation::$notation, bounds)
            }
        }
        #[cfg(feature = $feature)]
        #[diagnostic::do_not_recommend]
        impl ScalarContract for $ty {}
    )*};
}

written! {
    "chrono" chrono::NaiveDate => Date;
    "chrono" chrono::NaiveTime => Time;
    "chrono" chrono::NaiveDateTime => DateTime;
    "chrono" chrono::DateTime<chrono::FixedOffset> => Timestamp;
    "chrono" chrono::DateTime<chrono::Utc> => Timestamp;
    "jiff" jiff::civil::Date => Date;
    "jiff" jiff::civil::Time => Time;
    "jiff" jiff::civil::DateTime => DateTime;
    "jiff" jiff::Timestamp => Timestamp;
    "rust_decimal" rust_decimal::Decimal => Decimal;
    "time" time::Date => Date;
    "time" time::Time => Time;
    "time" time::PrimitiveDateTime => DateTime;
    "time" time::OffsetDateTime => Timestamp;
    "time" time::UtcDateTime => Timestamp;
    "url" url::Url => Url;
}
