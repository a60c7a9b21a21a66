//! Bodies and their parts.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};

use super::*;

fn boundary() -> Boundary {
    let content_type = HeaderValue::from_static("multipart/form-data; boundary=b");
    Boundary::of(&HeaderMap::from_iter([(CONTENT_TYPE, content_type)])).unwrap()
}

/// Returns the names and contents of the parts, or the message.
fn parts(body: &[u8]) -> Result<Vec<(String, Vec<u8>)>, String> {
    let parts = split(body, &boundary(), 100);
    let named = |part: Part<'_>| (part.name.to_owned(), part.content.to_vec());
    parts
        .map(|parts| parts.into_iter().map(named).collect())
        .map_err(|violation| {
            assert_eq!((violation.pointer(), violation.rule()), ("", "syntax"));
            violation.detail().to_owned()
        })
}

const HEADER: &str = "Content-Disposition: form-data; name=a";

#[test]
fn parts_are_split_at_boundaries() {
    assert_eq!(parts(b"--b--"), Ok(Vec::new()));
    assert_eq!(parts(b"--b--\r\n"), Ok(Vec::new()));
    for content in [
        &b""[..],
        b"x",
        b"\r\n",
        b"\r\n\r\n",
        b"\r\n--",
        b"x--b",
        b"--c--",
        b"\r\n--c--",
        b"\n--b--",
        b"\0\xff",
        b"\r\r\n",
    ] {
        let mut body = format!("--b\r\n{HEADER}\r\n\r\n").into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--b\r\n{HEADER}\r\n\r\ny\r\n--b--\r\n").as_bytes());
        let expected = vec![("a".to_owned(), content.to_vec()), ("a".into(), vec![b'y'])];
        assert_eq!(parts(&body), Ok(expected), "{content:?}");
    }
}

/// Some parsers see data outside of the parts, others ignore it.
#[test]
fn data_outside_of_parts_is_rejected() {
    let start = Err("does not start with the boundary".to_owned());
    let no_break = Err("has a boundary without a line break after it".to_owned());
    let after = Err("has data after the final boundary".to_owned());
    let part = format!("{HEADER}\r\n\r\nx\r\n");
    for (body, expected) in [
        (String::new(), &start),
        (format!("preamble\r\n--b\r\n{part}--b--"), &start),
        (format!("\r\n--b\r\n{part}--b--"), &start),
        (format!("--c\r\n{part}--c--"), &start),
        (format!("--B\r\n{part}--B--"), &start),
        (format!("--b \r\n{part}--b--"), &no_break),
        (format!("--bc\r\n{part}--bc--"), &no_break),
        (format!("--b\n{part}--b--"), &no_break),
        (format!("--b\r\n{part}--b \r\n{part}--b--"), &no_break),
        (format!("--b\r\n{part}--b"), &no_break),
        (format!("--b\r\n{part}--b-"), &no_break),
        (format!("--b\r\n{part}--b-- "), &after),
        (format!("--b\r\n{part}--b--\r\n\r\n"), &after),
        (format!("--b\r\n{part}--b--\r\n--b\r\n{part}--b--"), &after),
    ] {
        assert_eq!(&parts(body.as_bytes()), expected, "{body:?}");
    }
}

#[test]
fn truncated_form_is_rejected() {
    let body = format!("--b\r\n{HEADER}\r\n\r\nx\r\n--b--");
    assert!(parts(body.as_bytes()).is_ok());
    for length in 0..body.len() {
        assert!(parts(&body.as_bytes()[..length]).is_err(), "{length}");
    }
    let ends = Err("ends before the final boundary".to_owned());
    assert_eq!(parts(format!("--b\r\n{HEADER}\r\n\r\nx").as_bytes()), ends);
}

#[test]
fn part_without_header_or_blank_line_is_rejected() {
    let no_header = Err("has a part without a header".to_owned());
    for part in ["\r\nx", "\r\n\r\nx", "x", &format!("{HEADER}\r\n"), HEADER] {
        let body = format!("--b\r\n{part}\r\n--b--");
        assert_eq!(parts(body.as_bytes()), no_header, "{part:?}");
    }
}

/// A boundary that looks like a field name must not hide in a header.
#[test]
fn boundary_ends_part_even_in_header() {
    let content_type = HeaderValue::from_static("multipart/form-data; boundary=\"b:c\"");
    let boundary = Boundary::of(&HeaderMap::from_iter([(CONTENT_TYPE, content_type)])).unwrap();
    for content in ["--b:c\r\n\r\nx", "\r\n--b:c", "\r\n--b:cx"] {
        let body = format!("--b:c\r\n{HEADER}\r\n{content}\r\n--b:c--");
        let rejected = split(body.as_bytes(), &boundary, 100).unwrap_err();
        assert_eq!(
            rejected.detail(),
            "has a part without a header",
            "{content:?}"
        );
    }
}

#[test]
fn parts_over_limit_are_rejected() {
    for max in [1, 100, 1_000] {
        let count = |count: usize| {
            let body = format!("--b\r\n{HEADER}\r\n\r\nx\r\n").repeat(count) + "--b--";
            split(body.as_bytes(), &boundary(), max).map(|parts| parts.len())
        };
        assert_eq!(count(max - 1), Ok(max - 1));
        assert_eq!(count(max), Ok(max));
        let detail = format!("must have at most {max} parts");
        assert_eq!(count(max + 1), Err(Violation::new("", "parts", detail)));
    }
}
