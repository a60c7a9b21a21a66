//! Requests to the server, with access that is obtained when the server demands it.

use std::error::Error;

use axum::http::StatusCode;
use palisade::relying_party::{ApiClient, ApiClientError, TokenSourceError};
use serde_json::{Map, Value};

use crate::authorization::Authorization;
use crate::message;
use crate::options::Options;

/// The maximum number of times that a request obtains access: a server must not send a person to the browser forever.
const MAX_ATTEMPTS: usize = 2;

/// A server, and the access to it.
pub(crate) struct Connection {
    authorization: Authorization,
    client: Option<ApiClient>,
    last_id: u64,
}

impl Connection {
    pub(crate) async fn new(options: Options) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            authorization: Authorization::new(options).await?,
            client: None,
            last_id: 0,
        })
    }

    /// Sends a request, and returns its result.
    pub(crate) async fn request(
        &mut self,
        method: &str,
        name: Option<&str>,
        params: Map<String, Value>,
    ) -> Result<Value, Box<dyn Error>> {
        self.last_id += 1;
        let url = &self.authorization.options().url;
        let request = message::request(url, self.last_id, method, name, params)?;
        let mut attempts = 0;
        loop {
            if let Some(client) = &self.client {
                match client.send(request.clone()).await {
                    // the server accepts no token of the authorization server: it may have changed to another one
                    Ok(response) if response.status() == StatusCode::UNAUTHORIZED => {}
                    Ok(response) => return message::result(&response, self.last_id),
                    Err(ApiClientError::Token(TokenSourceError::Ended)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            if attempts == MAX_ATTEMPTS {
                return Err("the server refuses the tokens of its own authorization server".into());
            }
            attempts += 1;
            self.client = Some(self.authorization.obtain(request.clone()).await?);
        }
    }
}
