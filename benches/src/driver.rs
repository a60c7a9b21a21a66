//! Calls routers on the current thread, without a socket.

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use tokio::runtime::{self, Runtime};
use tower::Service;

use crate::outcome::Outcome;

/// A current-thread runtime.
pub(crate) struct Driver {
    runtime: Runtime,
}

impl Driver {
    pub(crate) fn new() -> Outcome<Self> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(Self { runtime })
    }

    /// Runs a future to completion, without measuring it.
    pub(crate) fn wait<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// Sends the requests one after another, and returns the elapsed time.
    ///
    /// # Errors
    ///
    /// Returns an error if a response does not have the status `expected`.
    pub(crate) fn batch(
        &self,
        router: &mut Router,
        requests: Vec<Request>,
        expected: StatusCode,
    ) -> Outcome<Duration> {
        self.runtime.block_on(async {
            let start = Instant::now();
            let mut unexpected = 0;
            for request in requests {
                // an axum router is always ready
                let response = router.call(request).await?;
                unexpected += usize::from(response.status() != expected);
            }
            let elapsed = start.elapsed();
            if unexpected > 0 {
                return Err(format!("{unexpected} responses are not {expected}").into());
            }
            Ok(elapsed)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::request;

    #[test]
    fn unexpected_status_is_an_error() {
        let driver = Driver::new().unwrap();
        let requests = || vec![request("token").unwrap(), request("token").unwrap()];
        let mut router = Router::new();
        driver
            .batch(&mut router, requests(), StatusCode::NOT_FOUND)
            .unwrap();
        let error = driver
            .batch(&mut router, requests(), StatusCode::OK)
            .unwrap_err();
        assert_eq!(error.to_string(), "2 responses are not 200 OK");
    }
}
