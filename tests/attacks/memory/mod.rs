//! Input that takes many times its size in memory before it is rejected (CWE-400, CWE-770).
//!
//! A rejected request takes at most [`MAX_FACTOR`] times its size, whatever its shape.

mod chunks;
mod form;
mod head;
mod json;
mod multipart;
mod spool;
mod stream;
mod text;

use std::fmt::Write as _;

use allocation_counter::measure;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use palisade::SecureRouter;
use palisade::testing::TestApi;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;

/// The peak memory of a rejected request, as a multiple of its size.
const MAX_FACTOR: usize = 8;

/// The sizes of hostile bodies.
const SIZES: [usize; 3] = [64 << 10, 1 << 20, 16 << 20];

/// Sends hostile requests to routes, and measures each.
struct Attack {
    runtime: Runtime,
    api: TestApi,
    /// Every shape that takes too much memory.
    failures: String,
}

impl Attack {
    fn new(routes: SecureRouter) -> Self {
        // allocations are counted by thread
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let api = runtime.block_on(TestApi::new(routes));
        Self {
            runtime,
            api,
            failures: String::new(),
        }
    }

    /// Sends a request of `size` bytes, which must be rejected within the limit.
    fn reject(&mut self, shape: &str, size: usize, request: Request<Body>) {
        let status = self.send(shape, size, request);
        let is_rejected = [400, 413, 422].contains(&status.as_u16());
        assert!(is_rejected, "{shape}, {size} bytes: {status}");
    }

    /// Sends a request of `size` bytes, whose outcome is not checked, only its memory.
    fn send(&mut self, shape: &str, size: usize, request: Request<Body>) -> StatusCode {
        let service = self.api.router();
        let mut status = None;
        let peak = measure(|| {
            let response = self.runtime.block_on(async {
                let response = service.oneshot(request).await.unwrap();
                let (parts, body) = response.into_parts();
                body.collect().await.unwrap();
                parts
            });
            status = Some(response.status);
        });
        // the request was allocated before
        let peak = size + usize::try_from(peak.bytes_max).unwrap();
        if peak > MAX_FACTOR * size {
            writeln!(self.failures, "{shape}: {size} bytes take {peak}").unwrap();
        }
        status.unwrap()
    }

    #[track_caller]
    fn finish(self) {
        assert!(self.failures.is_empty(), "\n{}", self.failures);
    }
}

/// Creates a request with a body.
fn request(path: &str, media_type: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::post(path).header(header::CONTENT_TYPE, media_type);
    request.body(body.into()).unwrap()
}

/// Repeats `item` until the text has about `size` bytes.
fn repeated(item: &str, size: usize) -> String {
    item.repeat(size / item.len())
}

/// Repeats items that contain their number until the text has about `size` bytes.
fn numbered(size: usize, item: impl Fn(usize) -> String) -> String {
    let mut text = String::with_capacity(size);
    for n in 0.. {
        let item = item(n);
        if text.len() + item.len() > size {
            break;
        }
        text.push_str(&item);
    }
    text
}
