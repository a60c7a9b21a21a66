//! Calls routers in this thread, without a socket.

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use tokio::runtime::{self, Runtime};
use tower::Service;

use crate::outcome::Outcome;

/// A thread's own runtime.
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

    /// Waits for something that is not measured.
    pub(crate) fn wait<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// Answers the requests one after the other, and says how long that took.
    ///
    /// # Errors
    ///
    /// Where an answer has another status than `expected`.
    pub(crate) fn batch(
        &self,
        router: &mut Router,
        requests: Vec<Request>,
        expected: StatusCode,
    ) -> Outcome<Duration> {
        self.runtime.block_on(async {
            let begin = Instant::now();
            let mut others = 0;
            for request in requests {
                // An axum router is always ready.
                let response = router.call(request).await?;
                others += usize::from(response.status() != expected);
            }
            let took = begin.elapsed();
            if others > 0 {
                return Err(format!("{others} answers are not {expected}").into());
            }
            Ok(took)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::request;

    #[test]
    fn another_status_than_expected_is_an_error() {
        let driver = Driver::new().unwrap();
        let requests = || vec![request("token").unwrap(), request("token").unwrap()];
        let mut router = Router::new();
        driver
            .batch(&mut router, requests(), StatusCode::NOT_FOUND)
            .unwrap();
        let error = driver
            .batch(&mut router, requests(), StatusCode::OK)
            .unwrap_err();
        assert_eq!(error.to_string(), "2 answers are not 200 OK");
    }
}
