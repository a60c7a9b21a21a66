//! What the derive makes of each kind of type, from text to answer.

mod adjacent;
mod enums;
mod generics;
mod maps;
mod names;

use serde::de::DeserializeOwned;

use crate::input::contract::check::check;
use crate::input::contract::{InputError, InputLocation, SecureInput};
use crate::input::decode::json;

/// Places and rules of what is wrong; the status first.
type Refusal = (u16, Vec<(String, String)>);

fn judge<T>(text: &str) -> Result<T, Refusal>
where
    T: SecureInput<Context = ()> + DeserializeOwned,
{
    let text = text.as_bytes();
    let outcome = json::decode::<T>(text, T::shape())
        .and_then(|value| check(value, InputLocation::Body, &(), || json::sent(text)));
    outcome.map_err(|error| {
        let (status, violations) = match error {
            InputError::Malformed(_, violation) => (400, vec![violation]),
            InputError::TypeMismatch(_, violation) => (422, vec![violation]),
            InputError::Invalid(_, violations) => (422, violations),
            other => panic!("{other:?}"),
        };
        let places = violations
            .iter()
            .map(|violation| (violation.pointer().to_owned(), violation.rule().to_owned()));
        (status, places.collect())
    })
}

/// The only thing that is wrong, as (status, pointer, rule).
fn fault<T>(text: &str) -> (u16, String, String)
where
    T: SecureInput<Context = ()> + DeserializeOwned,
{
    let Err((status, places)) = judge::<T>(text) else {
        return (200, String::new(), String::new());
    };
    assert_eq!(places.len(), 1, "{text}: {places:?}");
    let (pointer, rule) = places[0].clone();
    (status, pointer, rule)
}

#[track_caller]
fn assert_faults<T>(cases: &[(&str, u16, &str, &str)])
where
    T: SecureInput<Context = ()> + DeserializeOwned,
{
    for (text, status, pointer, rule) in cases {
        let expected = (*status, (*pointer).to_owned(), (*rule).to_owned());
        assert_eq!(fault::<T>(text), expected, "{text}");
    }
}

#[track_caller]
fn assert_accepted<T>(texts: &[&str])
where
    T: SecureInput<Context = ()> + DeserializeOwned,
{
    for text in texts {
        assert!(
            judge::<T>(text).is_ok(),
            "{text}: {:?}",
            judge::<T>(text).err()
        );
    }
}
