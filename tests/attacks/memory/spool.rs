//! Forms whose files are larger than the memory for them.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use allocation_counter::measure;
use axum::body::{Body, Bytes};
use http_body::{Body as HttpBody, Frame};
use http_body_util::BodyExt as _;
use palisade::input::{MediaTypes, Multipart, SpooledFile};
use palisade::prelude::*;
use tower::ServiceExt as _;

use super::{Attack, request};

struct Video;

impl MediaTypes for Video {
    const ACCEPTED: &'static [&'static str] = &["video/mp4"];
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Film {
    #[garde(skip)]
    video: Option<SpooledFile<Video, { 100 << 20 }>>,
    #[garde(length(max = 9))]
    clips: Vec<SpooledFile<Video, { 100 << 20 }>>,
    #[garde(inner(length(bytes, max = 9)))]
    title: Option<String>,
}

#[public(reason = "a test", body_limit = "110 MiB")]
async fn upload(Valid(Multipart(film)): Valid<Multipart<Film>>) -> String {
    let sizes = film.video.iter().chain(&film.clips).map(SpooledFile::len);
    format!("{:?} {}", film.title, sizes.sum::<u64>())
}

/// A form of parts, whose contents are allocated when they are read.
struct Source {
    parts: VecDeque<(&'static str, usize)>,
    has_header: bool,
    chunk: usize,
}

impl HttpBody for Source {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let chunk = self.chunk;
        let has_header = self.has_header;
        let data = match self.parts.front_mut() {
            None => return Poll::Ready(None),
            Some((header, _)) if !has_header => {
                let header = *header;
                self.has_header = true;
                Bytes::from_static(header.as_bytes())
            }
            Some((_, 0)) => {
                self.parts.pop_front();
                self.has_header = false;
                let end: &[u8] = if self.parts.is_empty() {
                    b"\r\n--b--"
                } else {
                    b"\r\n"
                };
                Bytes::from_static(end)
            }
            Some((_, left)) => {
                let size = chunk.min(*left);
                *left -= size;
                vec![7; size].into()
            }
        };
        Poll::Ready(Some(Ok(Frame::data(data))))
    }
}

const MIB: usize = 1 << 20;

const VIDEO: &str = "--b\r\nContent-Disposition: form-data; name=video; filename=a\r\nContent-Type: video/mp4\r\n\r\n";
const CLIP: &str = "--b\r\nContent-Disposition: form-data; name=clips; filename=a\r\nContent-Type: video/mp4\r\n\r\n";
const TEXT: &str = "--b\r\nContent-Disposition: form-data; name=title\r\n\r\n";
const UNKNOWN: &str = "--b\r\nContent-Disposition: form-data; name=hunter2\r\n\r\n";
const HEADERLESS: &str = "--b\r\n";

#[test]
fn form_with_a_file_of_100_mib_takes_less_than_two_mib() {
    let attack = Attack::new(SecureRouter::new().route("/", post(upload)));
    for (parts, chunk, expected) in [
        (vec![(VIDEO, 100 * MIB)], 64 << 10, 200),
        (vec![(VIDEO, 100 * MIB)], 1_000, 200),
        (
            vec![
                (CLIP, 20 * MIB),
                (VIDEO, 60 * MIB),
                (TEXT, 9),
                (CLIP, 20 * MIB),
            ],
            64 << 10,
            200,
        ),
        (vec![(CLIP, 64 << 10); 9], 16 << 10, 200),
        (vec![(CLIP, 64 << 10); 10], 16 << 10, 422),
        (vec![(VIDEO, 100 * MIB + 1)], 64 << 10, 422),
        (vec![(VIDEO, 100 * MIB), (CLIP, 100 * MIB)], 64 << 10, 413),
        (vec![(VIDEO, 100 * MIB), (UNKNOWN, 5)], 64 << 10, 422),
        (vec![(VIDEO, MIB), (UNKNOWN, 100 * MIB)], 64 << 10, 400),
        (vec![(TEXT, 100 * MIB)], 64 << 10, 400),
        (vec![(HEADERLESS, 100 * MIB)], 64 << 10, 400),
    ] {
        let service = attack.api.router();
        let case = format!("{parts:?} in chunks of {chunk}");
        let body = Body::new(Source {
            parts: parts.into(),
            has_header: false,
            chunk,
        });
        let mut status = None;
        let peak = measure(|| {
            let request = request("/", "multipart/form-data; boundary=b", body);
            status = Some(attack.runtime.block_on(async {
                let response = service.oneshot(request).await.unwrap();
                let (head, body) = response.into_parts();
                body.collect().await.unwrap();
                head.status.as_u16()
            }));
        });
        assert_eq!(status, Some(expected), "{case}");
        let peak = usize::try_from(peak.bytes_max).unwrap();
        assert!(peak < 2 * MIB, "{case} take {peak}");
    }
}
