//! A `Caller` asked for where no guard stood: a fault of the API, not of the request.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::guard::NoCaller;
use crate::response::Problem;

impl IntoResponse for NoCaller {
    fn into_response(self) -> Response {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response()
    }
}
