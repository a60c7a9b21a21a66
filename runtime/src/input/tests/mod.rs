//! Input types of every kind, from JSON text to violations.

mod adjacent;
mod counts;
mod dates;
mod dates_inside;
mod decimals;
mod decimals_inside;
mod enums;
mod generics;
mod hand_written;
mod maps;
mod names;
mod pointers;
mod recursive;
mod shapes;
mod tagged_counts;
mod urls;

use serde::de::DeserializeOwned;

use crate::input::contract::check::check_decoded;
use crate::input::contract::{InputError, InputLocation, SecureInput};
use crate::input::decode::json::{self, DecodedJson};

/// A status, and the pointer and rule of each violation.
type Rejected = (u16, Vec<(String, String)>);

fn decode_and_check<T>(text: &str) -> Result<T, Rejected>
where
    T: SecureInput<Context = ()> + DeserializeOwned,
{
    let text = text.as_bytes();
    let outcome = json::decode::<T>(text, T::shape()).and_then(|decoded| {
        let DecodedJson { value, excess } = decoded;
        check_decoded(value, excess, InputLocation::Body, &(), |paths| {
            json::pointers(text, T::shape(), paths)
        })
    });
    outcome.map_err(|error| {
        let (status, violations) = match error {
            InputError::Malformed(_, violation) => (400, vec![violation]),
            InputError::TypeMismatch(_, violation) => (422, vec![violation]),
            InputError::Invalid(_, violations) => (422, violations),
            other => panic!("{other:?}"),
        };
        let violations = violations
            .iter()
            .map(|violation| (violation.pointer().to_owned(), violation.rule().to_owned()));
        (status, violations.collect())
    })
}

/// Returns the status, pointer and rule of the only violation.
fn error<T>(text: &str) -> (u16, String, String)
where
    T: SecureInput<Context = ()> + DeserializeOwned,
{
    let Err((status, violations)) = decode_and_check::<T>(text) else {
        return (200, String::new(), String::new());
    };
    assert_eq!(violations.len(), 1, "{text}: {violations:?}");
    let (pointer, rule) = violations[0].clone();
    (status, pointer, rule)
}

#[track_caller]
fn assert_errors<T>(cases: &[(&str, u16, &str, &str)])
where
    T: SecureInput<Context = ()> + DeserializeOwned,
{
    for (text, status, pointer, rule) in cases {
        let expected = (*status, (*pointer).to_owned(), (*rule).to_owned());
        assert_eq!(error::<T>(text), expected, "{text}");
    }
}

#[track_caller]
fn assert_accepted<T>(texts: &[&str])
where
    T: SecureInput<Context = ()> + DeserializeOwned,
{
    for text in texts {
        assert!(
            decode_and_check::<T>(text).is_ok(),
            "{text}: {:?}",
            decode_and_check::<T>(text).err()
        );
    }
}
