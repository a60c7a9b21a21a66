//! `within`: a rule for the range of any ordered type.

use std::fmt::{Display, Write as _};
use std::ops::{Bound, RangeBounds};

use garde::error::Error;

/// Returns a custom rule that requires a value within a range, for types to which `range` does not apply.
///
/// Write `range(min = …, max = …)` on numbers, decimal numbers and dates: a schema contains it. This rule applies to every
/// ordered type with `Display`, such as a scalar of the API, and can exclude the end. The message for the client
/// contains the ends of the range as `Display` writes them.
///
/// # Examples
///
/// ```
/// use jiff::civil::{Date, date};
/// use palisade::input::within;
/// use palisade::prelude::*;
///
/// const FIRST: Date = date(2026, 1, 1);
/// const END: Date = date(2027, 1, 1);
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Leave {
///     #[garde(custom(within(FIRST..END)))]
///     from: Date,
///     #[garde(inner(custom(within(FIRST..))))]
///     until: Option<Date>,
/// }
/// ```
pub fn within<T, R, C>(range: R) -> impl FnOnce(&T, &C) -> garde::Result
where
    T: PartialOrd + Display,
    R: RangeBounds<T>,
{
    move |value, _| {
        if range.contains(value) {
            return Ok(());
        }
        Err(Error::new(requirement(
            range.start_bound(),
            range.end_bound(),
        )))
    }
}

fn requirement<T: Display>(start: Bound<&T>, end: Bound<&T>) -> String {
    let mut text = String::from("must be");
    let mut and = "";
    let ends = [
        (start, "at least", "greater than"),
        (end, "at most", "less than"),
    ];
    for (bound, included, excluded) in ends {
        let written = match bound {
            Bound::Included(end) => write!(text, "{and} {included} {end}"),
            Bound::Excluded(end) => write!(text, "{and} {excluded} {end}"),
            Bound::Unbounded => continue,
        };
        if written.is_ok() {
            and = " and";
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(range: impl RangeBounds<u8>, value: u8) -> Option<String> {
        within(range)(&value, &())
            .err()
            .map(|error| error.to_string())
    }

    #[test]
    fn value_outside_range_names_its_ends() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(message(2..=4, 1), text("must be at least 2 and at most 4"));
        assert_eq!(message(2..=4, 5), text("must be at least 2 and at most 4"));
        assert_eq!(message(2..4, 4), text("must be at least 2 and less than 4"));
        assert_eq!(message(2.., 1), text("must be at least 2"));
        assert_eq!(message(..2, 2), text("must be less than 2"));
        assert_eq!(message(..=2, 3), text("must be at most 2"));
        let after = (Bound::Excluded(2), Bound::Unbounded);
        assert_eq!(message(after, 2), text("must be greater than 2"));
    }

    #[test]
    fn value_inside_range_is_accepted() {
        for value in [2, 3, 4] {
            assert_eq!(message(2..=4, value), None);
        }
        assert_eq!(message(2..4, 3), None);
        assert_eq!(message(.., 3), None);
    }
}
