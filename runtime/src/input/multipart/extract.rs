//! `Valid<Multipart<T>>` as an extractor of axum's.

use axum::extract::{FromRequest, OptionalFromRequest, Request};
use serde::de::DeserializeOwned;

use crate::input::check::check;
use crate::input::limits::limits;
use crate::input::multipart::boundary::Boundary;
use crate::input::multipart::{Multipart, decode, sent};
use crate::input::{ContextFrom, InputError, InputLocation, SecureInput, Valid, body, media_type};

impl<T, S> FromRequest<S> for Valid<Multipart<T>>
where
    T: SecureInput + DeserializeOwned + Send,
    T::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = InputError;

    async fn from_request(request: Request, state: &S) -> Result<Self, InputError> {
        let boundary = Boundary::of(request.headers())?;
        let most = limits(request.extensions()).part_limit;
        let body = body::collect(request).await?;
        let value = decode(&body, &boundary, most)?;
        check(value, InputLocation::Form, state, || sent(&body, &boundary))
            .map(|value| Self(Multipart(value)))
    }
}

/// Absent is no `Content-Type` and no byte of body.
impl<T, S> OptionalFromRequest<S> for Valid<Multipart<T>>
where
    T: SecureInput + DeserializeOwned + Send,
    T::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = InputError;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, InputError> {
        if media_type::is_labelled(request.headers()) {
            return <Self as FromRequest<S>>::from_request(request, state)
                .await
                .map(Some);
        }
        body::read_nothing(request, media_type::MULTIPART).await?;
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::header::CONTENT_TYPE;
    use garde::Validate;
    use serde::Deserialize;

    use super::*;
    use crate::SecureInput;

    #[derive(Debug, Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Report {
        #[garde(range(max = 9))]
        count: u8,
    }

    async fn count(request: Request) -> Result<Option<u8>, InputError> {
        let report =
            <Option<Valid<Multipart<Report>>> as FromRequest<()>>::from_request(request, &())
                .await?;
        Ok(report.map(|Valid(Multipart(report))| report.count))
    }

    #[tokio::test]
    async fn a_form_without_label_is_absent_only_where_it_has_no_byte() {
        let form = "--x\r\nContent-Disposition: form-data; name=count\r\n\r\n7\r\n--x--";
        let request = |body: &'static str| Request::new(Body::from(body));
        assert_eq!(count(request("")).await, Ok(None));
        let unlabelled = InputError::MediaType(media_type::MULTIPART);
        assert_eq!(count(request(form)).await, Err(unlabelled));
        let labelled = Request::post("/").header(CONTENT_TYPE, "multipart/form-data; boundary=x");
        let labelled = labelled.body(Body::from(form)).unwrap();
        assert_eq!(count(labelled).await, Ok(Some(7)));
    }
}
