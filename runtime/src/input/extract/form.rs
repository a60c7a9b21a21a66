//! `Valid<Form<T>>`: a body of a form's parameters.
//!
//! A form is always the body: axum's own `Form` reads the query of a `GET`, so that the method,
//! which the client chooses, would decide where input comes from.

use axum::extract::Form;
use serde::de::DeserializeOwned;

use crate::input::contract::check::check;
use crate::input::contract::{ContextFrom, InputError, InputLocation, SecureInput};
use crate::input::decode::{media_type, urlencoded};
use crate::input::extract::valid::{Valid, valid_body};
use crate::policy::Limits;

valid_body!(Form: media_type::FORM, judge);

fn judge<T, S>(text: &[u8], limits: Limits, state: &S) -> Result<T, InputError>
where
    T: SecureInput + DeserializeOwned,
    T::Context: ContextFrom<S>,
{
    let value = urlencoded::decode(text, InputLocation::Form, limits.parameter_limit)?;
    check(value, InputLocation::Form, state, || urlencoded::sent(text))
}
