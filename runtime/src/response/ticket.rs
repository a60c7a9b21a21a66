//! The responses to a request for a ticket.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::guard::{Ticket, TicketError};
use crate::response::Problem;

/// The number of seconds after which some tickets have expired.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("5");

#[derive(Serialize)]
struct TicketBody<'a> {
    ticket: &'a str,
    /// In seconds, rounded down.
    expires_in: u64,
}

impl IntoResponse for Ticket {
    fn into_response(self) -> Response {
        Json(TicketBody {
            ticket: self.expose(),
            expires_in: self.lifetime().as_secs(),
        })
        .into_response()
    }
}

impl IntoResponse for TicketError {
    fn into_response(self) -> Response {
        let problem = |status| Problem::new(status).detail(self.to_string());
        match self {
            Self::AuthenticatedByTicket => problem(StatusCode::FORBIDDEN).into_response(),
            Self::Exhausted => {
                let mut response = problem(StatusCode::SERVICE_UNAVAILABLE).into_response();
                response
                    .headers_mut()
                    .insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
                response
            }
            Self::NotMounted | Self::MalformedPath | Self::NoRandomness => {
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_of_a_ticket_is_a_response_with_its_status() {
        for (error, status, retry_after) in [
            (TicketError::AuthenticatedByTicket, 403, None),
            (TicketError::Exhausted, 503, Some("5")),
            (TicketError::NotMounted, 500, None),
            (TicketError::MalformedPath, 500, None),
            (TicketError::NoRandomness, 500, None),
        ] {
            let response = error.into_response();
            let found = response.headers().get(RETRY_AFTER);
            assert_eq!(
                (response.status().as_u16(), found.map(HeaderValue::as_bytes)),
                (status, retry_after.map(str::as_bytes)),
                "{error:?}"
            );
        }
    }
}
