//! `Valid<Form<T>>`: a body with the parameters of a form.
//!
//! It always reads the body. axum's `Form` reads the query of a `GET` request, so the client could
//! choose where the input comes from.

use axum::extract::Form;

use crate::input::contract::check::check_named;
use crate::input::contract::{ContextFrom, Decoded, InputError, InputLocation, SecureInput};
use crate::input::decode::{media_type, urlencoded};
use crate::input::extract::valid::{ExtractFromBody, Valid, valid_body, via_body};
use crate::policy::Limits;

valid_body!(Form: &[media_type::FORM], decode_and_check);

fn decode_and_check<T, S>(text: &[u8], limits: Limits, state: &S) -> Result<T, InputError>
where
    T: SecureInput,
    T::Context: ContextFrom<S>,
{
    let max = limits.parameter_limit;
    let (Decoded(value), excess) = urlencoded::decode(text, InputLocation::Form, max, T::shape())?;
    check_named(value, excess, InputLocation::Form, state, || {
        urlencoded::raw_names(text, max, T::shape())
    })
}
