//! Bodies in chunks, whose size the client chooses.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use http_body::{Body as HttpBody, Frame};
use palisade::input::PlainText;
use palisade::prelude::*;

use super::{Attack, request};

#[derive(Deserialize, Validate, SecureInput)]
#[serde(transparent)]
struct Note {
    #[garde(length(chars, max = 100))]
    text: String,
}

#[public(reason = "a test", body_limit = "1 MiB")]
async fn note(Valid(PlainText(note)): Valid<PlainText<Note>>) -> String {
    note.text
}

/// A body of unknown length whose chunks all have the same size.
struct Chunks {
    rest: Bytes,
    size: usize,
}

impl HttpBody for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let size = self.size.min(self.rest.len());
        let chunk = self.rest.split_to(size);
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }
}

#[test]
fn rejected_body_in_chunks_takes_at_most_eight_times_its_size() {
    let mut attack = Attack::new(SecureRouter::new().route("/", post(note)));
    for size in [64 << 10, 1 << 20, (1 << 20) + 1] {
        for chunk in [1, 2, 16, 1_000, size / 2, size] {
            let rest = Bytes::from(vec![b'a'; size]);
            let body = Body::new(Chunks { rest, size: chunk });
            let shape = format!("chunks of {chunk} bytes");
            attack.reject(&shape, size, request("/", "text/plain", body));
        }
    }
    attack.finish();
}
