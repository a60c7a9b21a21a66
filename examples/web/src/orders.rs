//! The API `orders`, called with the token of the person who has logged in.

use std::error::Error;

use axum::http::{Request, StatusCode};
use palisade::Problem;
use palisade::relying_party::{ApiClient, ApiClientError, Login, LoginTokens, TokenSourceError};
use serde::Deserialize;

use crate::options::origin;

/// The API.
#[derive(Clone)]
pub(crate) struct OrdersApi {
    origin: String,
    /// The path of the orders.
    path: String,
    tokens: LoginTokens,
}

/// An order of a response; other members are ignored.
#[derive(Deserialize)]
pub(crate) struct Order {
    pub(crate) sku: String,
    pub(crate) quantity: u64,
    pub(crate) status: String,
    pub(crate) note: Option<String>,
}

impl OrdersApi {
    /// Creates a client of the API at a URL.
    pub(crate) fn new(url: &str, tokens: LoginTokens) -> Result<Self, Box<dyn Error>> {
        let origin = origin(url)?;
        let base = url.strip_prefix(&origin).unwrap_or_default();
        Ok(Self {
            path: format!("{}/orders", base.trim_end_matches('/')),
            origin,
            tokens,
        })
    }

    /// Requests the orders.
    pub(crate) async fn list(&self, login: &Login) -> Result<Vec<Order>, Problem> {
        let tokens = self.tokens.of(login).map_err(|error| refused(&error))?;
        let client = ApiClient::builder(&self.origin, tokens).build();
        let client = client.map_err(|error| failed(&error))?;
        let request = Request::get(&self.path).body(Vec::new());
        let request = request.map_err(|error| unavailable(&error))?;
        let response = client.send(request).await;
        let response = response.map_err(|error| failed(&error))?;
        if response.status() != StatusCode::OK {
            let problem = Problem::new(StatusCode::BAD_GATEWAY);
            return Err(problem.detail("the orders are not available"));
        }
        serde_json::from_slice(response.body()).map_err(|error| unavailable(&error))
    }
}

fn failed(error: &ApiClientError) -> Problem {
    match error {
        ApiClientError::Token(error) => refused(error),
        ApiClientError::StepUp(_) => {
            let problem = Problem::new(StatusCode::FORBIDDEN);
            problem.detail("you have no access to the orders")
        }
        error => unavailable(error),
    }
}

fn refused(error: &TokenSourceError) -> Problem {
    match error {
        TokenSourceError::Ended => {
            let problem = Problem::new(StatusCode::FORBIDDEN);
            problem.detail("your access to the orders has ended; log in again")
        }
        error => unavailable(error),
    }
}

/// Reports the cause, which the page does not show.
#[expect(clippy::print_stderr, reason = "a command-line program")]
fn unavailable(error: &dyn Error) -> Problem {
    eprintln!("web: the orders are not available: {error}");
    Problem::new(StatusCode::BAD_GATEWAY).detail("the orders are not available")
}
