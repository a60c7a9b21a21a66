//! Streams of bodies that are larger than the memory for them.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use allocation_counter::measure;
use axum::body::{Body, Bytes};
use http_body::{Body as HttpBody, Frame};
use http_body_util::BodyExt as _;
use palisade::input::{InputError, MediaTypes, StreamedBody};
use palisade::prelude::*;
use tower::ServiceExt as _;

use super::{Attack, request};

struct Video;

impl MediaTypes for Video {
    const ACCEPTED: &'static [&'static str] = &["video/mp4"];
}

#[public(reason = "a test", body_limit = "100 MiB")]
async fn upload(Valid(mut video): Valid<StreamedBody<Video>>) -> Result<String, InputError> {
    let mut size = 0;
    while let Some(chunk) = video.next_chunk().await? {
        size += chunk.len();
    }
    Ok(size.to_string())
}

/// A body of unknown length whose chunks are allocated when they are read.
struct Source {
    left: usize,
    chunk: usize,
}

impl HttpBody for Source {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let size = self.chunk.min(self.left);
        self.left -= size;
        Poll::Ready(Some(Ok(Frame::data(vec![7; size].into()))))
    }
}

const MIB: usize = 1 << 20;

#[test]
fn stream_of_100_mib_takes_less_than_one_mib() {
    let attack = Attack::new(SecureRouter::new().route("/", post(upload)));
    for (size, chunk, expected) in [
        (100 * MIB, 64 << 10, 200),
        (100 * MIB, 1_000, 200),
        (100 * MIB + 1, 64 << 10, 413),
        (200 * MIB, 256 << 10, 413),
    ] {
        let service = attack.api.router();
        let body = Body::new(Source { left: size, chunk });
        let mut status = None;
        let peak = measure(|| {
            let request = request("/", "video/mp4", body);
            status = Some(attack.runtime.block_on(async {
                let response = service.oneshot(request).await.unwrap();
                let (head, body) = response.into_parts();
                body.collect().await.unwrap();
                head.status.as_u16()
            }));
        });
        assert_eq!(status, Some(expected), "{size} bytes in chunks of {chunk}");
        let peak = usize::try_from(peak.bytes_max).unwrap();
        assert!(peak < MIB, "{size} bytes in chunks of {chunk} take {peak}");
    }
}
