//! Chunks, the end of a stream, and its errors.

use std::collections::VecDeque;

use super::*;

struct Video;

impl MediaTypes for Video {
    const ACCEPTED: &'static [&'static str] = &["video/mp4", "video/webm"];
}

type Stream = StreamedBody<Video>;

/// A body of these frames; `None` is a read error, after which the body continues.
struct Frames(VecDeque<Option<Frame<Bytes>>>);

impl HttpBody for Frames {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let frame = self.0.pop_front();
        let error = || std::io::ErrorKind::UnexpectedEof.into();
        Poll::Ready(frame.map(|frame| frame.ok_or_else(error)))
    }
}

fn data(text: &'static str) -> Frame<Bytes> {
    Frame::data(text.into())
}

fn stream<const N: usize>(frames: [Option<Frame<Bytes>>; N], limit: usize) -> Stream {
    let body = Body::new(Frames(frames.into()));
    Stream::new("video/mp4", body, limit).unwrap()
}

#[tokio::test]
async fn empty_chunks_and_trailers_are_skipped() {
    let trailers = Some(Frame::trailers(http::HeaderMap::new()));
    let mut stream = stream(
        [
            Some(data("")),
            Some(data("ab")),
            Some(data("")),
            Some(data("c")),
            trailers,
        ],
        3,
    );
    assert_eq!(stream.next_chunk().await, Ok(Some("ab".into())));
    assert_eq!(stream.next_chunk().await, Ok(Some("c".into())));
    for _ in 0..3 {
        assert_eq!(stream.next_chunk().await, Ok(None));
    }
}

#[tokio::test]
async fn stream_over_limit_is_too_large() {
    for (limit, is_within) in [(4, false), (5, true), (6, true)] {
        let mut stream = stream([Some(data("abc")), Some(data("de"))], limit);
        assert_eq!(stream.next_chunk().await, Ok(Some("abc".into())));
        let second = stream.next_chunk().await;
        if is_within {
            assert_eq!(second, Ok(Some("de".into())));
            assert_eq!(stream.next_chunk().await, Ok(None));
        } else {
            assert_eq!(second, Err(InputError::TooLarge(limit)));
        }
    }
}

/// A truncated body never ends as a complete one does.
#[tokio::test]
async fn error_of_a_stream_repeats() {
    let mut stream = stream([Some(data("a")), None, Some(data("b"))], 9);
    assert_eq!(stream.next_chunk().await, Ok(Some("a".into())));
    for _ in 0..3 {
        assert_eq!(stream.next_chunk().await, Err(InputError::Incomplete));
    }
}

#[tokio::test]
async fn body_of_a_stream_ends_after_its_error() {
    let mut stream = stream([Some(data("a")), None, Some(data("b"))], 9);
    let mut next = async || poll_fn(|context| Pin::new(&mut stream).poll_frame(context)).await;
    let chunk = next().await.unwrap().unwrap().into_data();
    assert_eq!(chunk.unwrap(), "a");
    assert_eq!(next().await.unwrap().unwrap_err(), InputError::Incomplete);
    assert!(next().await.is_none());
    assert!(stream.is_end_stream());
}

#[test]
fn size_hint_includes_the_first_chunk() {
    let mut stream = Stream::new("video/mp4", "abcd", 9).unwrap();
    assert_eq!(stream.size_hint().exact(), Some(4));
    stream.first = Some("xy".into());
    assert_eq!(stream.size_hint().exact(), Some(6));
    assert!(!stream.is_end_stream());
    let empty = Stream::new("video/mp4", Body::empty(), 9).unwrap();
    assert!(empty.is_end_stream());
}

#[test]
fn stream_of_other_media_type_is_rejected() {
    for (content_type, expected) in [
        ("video/mp4", Some("video/mp4")),
        ("VIDEO/WebM;", Some("video/webm")),
        ("video/mp4; charset=utf-8", Some("video/mp4")),
        ("video/mp4; codecs=avc1", None),
        ("video/*", None),
        ("image/png", None),
        ("", None),
    ] {
        let stream = Stream::new(content_type, Body::empty(), 9);
        let found = stream.map(|stream| stream.media_type());
        let expected = expected.ok_or(InputError::MediaType(Video::ACCEPTED));
        assert_eq!(found, expected, "{content_type}");
    }
}

#[test]
fn debug_shows_only_the_media_type() {
    let stream = Stream::new("video/mp4", "secret", 9).unwrap();
    let debug = format!("{stream:?}");
    assert_eq!(debug, "StreamedBody { media_type: \"video/mp4\", .. }");
}
