//! `range` on the dates and times of other crates, for which garde does not implement it.

use std::fmt::{self, Display};

use garde::rules::range::{self, Bounds, OutOfBounds};

use crate::input::contract::rule::IsNumber;
use crate::input::contract::rule::sealed::Compares;

/// The comparison of dates and times by their order.
pub enum ByOrder {}

/// A value that garde compares; garde also writes the message.
#[derive(PartialEq, PartialOrd)]
struct Ordered<'v, T>(&'v T);

/// An end of a range, if it has one.
#[derive(Clone, Copy)]
struct End<T>(Option<T>);

impl<T: Display> Display for End<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|end| end.fmt(f))
    }
}

impl<T: PartialOrd + Copy + Display> Bounds for Ordered<'_, T> {
    type Size = End<T>;

    const MIN: End<T> = End(None);
    const MAX: End<T> = End(None);

    fn validate_bounds(&self, min: End<T>, max: End<T>) -> Result<(), OutOfBounds> {
        if min.0.is_some_and(|min| *self.0 < min) {
            return Err(OutOfBounds::Lower);
        }
        if max.0.is_some_and(|max| *self.0 > max) {
            return Err(OutOfBounds::Upper);
        }
        Ok(())
    }
}

macro_rules! ordered {
    ($($feature:literal $ty:ty;)*) => {$(
        #[cfg(feature = $feature)]
        impl Compares<$ty, ByOrder> for $ty {}
        #[cfg(feature = $feature)]
        #[diagnostic::do_not_recommend]
        impl IsNumber<$ty, ByOrder> for $ty {
            #[inline]
            fn check_range(&self, (min, max): (Option<$ty>, Option<$ty>)) -> garde::Result {
                range::apply(&Ordered(self), (Some(End(min)), Some(End(max))))
            }
        }
    )*};
}

ordered! {
    "chrono" chrono::NaiveDate;
    "chrono" chrono::NaiveTime;
    "chrono" chrono::NaiveDateTime;
    "chrono" chrono::DateTime<chrono::FixedOffset>;
    "chrono" chrono::DateTime<chrono::Utc>;
    "jiff" jiff::civil::Date;
    "jiff" jiff::civil::Time;
    "jiff" jiff::civil::DateTime;
    "jiff" jiff::Timestamp;
    "time" time::Date;
    "time" time::Time;
    "time" time::PrimitiveDateTime;
    "time" time::OffsetDateTime;
    "time" time::UtcDateTime;
}

/// An absent value is in every range.
impl<T: Compares<T, ByOrder>> Compares<T, ByOrder> for Option<T> {}
#[diagnostic::do_not_recommend]
impl<T: IsNumber<T, ByOrder>> IsNumber<T, ByOrder> for Option<T> {
    #[inline]
    fn check_range(&self, ends: (Option<T>, Option<T>)) -> garde::Result {
        self.as_ref()
            .map_or(Ok(()), |value| value.check_range(ends))
    }
}
