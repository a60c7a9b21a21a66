//! Bodies, and the parts that stand in them.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};

use super::*;

fn boundary() -> Boundary {
    let label = HeaderValue::from_static("multipart/form-data; boundary=b");
    Boundary::of(&HeaderMap::from_iter([(CONTENT_TYPE, label)])).unwrap()
}

/// The names and contents of the parts, or what is wrong.
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

const HEAD: &str = "Content-Disposition: form-data; name=a";

#[test]
fn what_stands_between_boundaries_are_the_parts() {
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
        let mut body = format!("--b\r\n{HEAD}\r\n\r\n").into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--b\r\n{HEAD}\r\n\r\ny\r\n--b--\r\n").as_bytes());
        let expected = vec![("a".to_owned(), content.to_vec()), ("a".into(), vec![b'y'])];
        assert_eq!(parts(&body), Ok(expected), "{content:?}");
    }
}

/// What stands outside of parts is seen by some readers and not by others.
#[test]
fn nothing_stands_outside_of_parts() {
    let begins = Err("does not begin with its boundary".to_owned());
    let behind = Err("has a boundary with something behind it".to_owned());
    let after = Err("goes on after its last boundary".to_owned());
    let part = format!("{HEAD}\r\n\r\nx\r\n");
    for (body, expected) in [
        (String::new(), &begins),
        (format!("preamble\r\n--b\r\n{part}--b--"), &begins),
        (format!("\r\n--b\r\n{part}--b--"), &begins),
        (format!("--c\r\n{part}--c--"), &begins),
        (format!("--B\r\n{part}--B--"), &begins),
        (format!("--b \r\n{part}--b--"), &behind),
        (format!("--bc\r\n{part}--bc--"), &behind),
        (format!("--b\n{part}--b--"), &behind),
        (format!("--b\r\n{part}--b \r\n{part}--b--"), &behind),
        (format!("--b\r\n{part}--b"), &behind),
        (format!("--b\r\n{part}--b-"), &behind),
        (format!("--b\r\n{part}--b-- "), &after),
        (format!("--b\r\n{part}--b--\r\n\r\n"), &after),
        (format!("--b\r\n{part}--b--\r\n--b\r\n{part}--b--"), &after),
    ] {
        assert_eq!(&parts(body.as_bytes()), expected, "{body:?}");
    }
}

#[test]
fn a_form_that_breaks_off_is_refused() {
    let body = format!("--b\r\n{HEAD}\r\n\r\nx\r\n--b--");
    assert!(parts(body.as_bytes()).is_ok());
    for length in 0..body.len() {
        assert!(parts(&body.as_bytes()[..length]).is_err(), "{length}");
    }
    let ends = Err("ends before its last boundary".to_owned());
    assert_eq!(parts(format!("--b\r\n{HEAD}\r\n\r\nx").as_bytes()), ends);
}

#[test]
fn a_part_has_a_head_and_a_blank_line() {
    let headless = Err("has a part without a head".to_owned());
    for part in ["\r\nx", "\r\n\r\nx", "x", &format!("{HEAD}\r\n"), HEAD] {
        let body = format!("--b\r\n{part}\r\n--b--");
        assert_eq!(parts(body.as_bytes()), headless, "{part:?}");
    }
}

/// A boundary that reads like a field's name must not hide in a head.
#[test]
fn a_boundary_ends_a_part_wherever_it_stands() {
    let label = HeaderValue::from_static("multipart/form-data; boundary=\"b:c\"");
    let boundary = Boundary::of(&HeaderMap::from_iter([(CONTENT_TYPE, label)])).unwrap();
    for content in ["--b:c\r\n\r\nx", "\r\n--b:c", "\r\n--b:cx"] {
        let body = format!("--b:c\r\n{HEAD}\r\n{content}\r\n--b:c--");
        let refused = split(body.as_bytes(), &boundary, 100).unwrap_err();
        assert_eq!(refused.detail(), "has a part without a head", "{content:?}");
    }
}

#[test]
fn no_more_parts_are_looked_at_than_may_be() {
    for most in [1, 100, 1_000] {
        let count = |count: usize| {
            let body = format!("--b\r\n{HEAD}\r\n\r\nx\r\n").repeat(count) + "--b--";
            split(body.as_bytes(), &boundary(), most).map(|parts| parts.len())
        };
        assert_eq!(count(most - 1), Ok(most - 1));
        assert_eq!(count(most), Ok(most));
        let detail = format!("has more than {most} parts");
        assert_eq!(count(most + 1), Err(Violation::new("", "parts", detail)));
    }
}
