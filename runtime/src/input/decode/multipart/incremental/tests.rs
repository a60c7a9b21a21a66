//! Agreement with the parser of whole forms, for every division into chunks.

use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::input::decode::multipart::split::split;

fn boundary() -> Boundary {
    let content_type = HeaderValue::from_static("multipart/form-data; boundary=x-y");
    Boundary::of(&HeaderMap::from_iter([(CONTENT_TYPE, content_type)])).unwrap()
}

type OwnedPart = (String, Option<String>, Option<String>, Vec<u8>);

/// Returns the parts of a form that arrives in these chunks, or the rule that it breaks.
fn parts(chunks: &[&[u8]], max: usize) -> Result<Vec<OwnedPart>, String> {
    let mut parser = IncrementalSplit::new(&boundary(), max);
    let mut parts: Vec<OwnedPart> = Vec::new();
    let mut is_open = false;
    for chunk in chunks.iter().map(Some).chain([None]) {
        match chunk {
            Some(chunk) => parser.push(chunk),
            None => parser.finish(),
        }
        while let Some(event) = parser
            .next()
            .map_err(|violation| violation.rule().to_owned())?
        {
            match event {
                SplitEvent::Part {
                    name,
                    file_name,
                    media_type,
                } => {
                    assert!(!is_open);
                    is_open = true;
                    let text = |text: &str| text.to_owned();
                    parts.push((
                        name.to_owned(),
                        file_name.map(text),
                        media_type.map(text),
                        Vec::new(),
                    ));
                }
                SplitEvent::Content(content) => {
                    assert!(is_open && !content.is_empty());
                    parts.last_mut().unwrap().3.extend_from_slice(content);
                }
                SplitEvent::End => {
                    assert!(is_open);
                    is_open = false;
                }
            }
        }
        // at most the chunk, a header, and a part of a boundary
        let rest = chunk.map_or(0, |chunk| chunk.len());
        assert!(parser.rest().len() <= MAX_BYTES + 80 + rest);
    }
    assert!(!is_open);
    Ok(parts)
}

fn expected(body: &[u8], max: usize) -> Result<Vec<OwnedPart>, String> {
    let parts = split(body, &boundary(), max).map_err(|violation| violation.rule().to_owned())?;
    let text = |text: &str| text.to_owned();
    let parts = parts.into_iter().map(|part| {
        (
            part.name.to_owned(),
            part.file_name.map(text),
            part.media_type.map(text),
            part.content.to_vec(),
        )
    });
    Ok(parts.collect())
}

/// Compares both parsers, whole, byte by byte, and at each single cut.
fn compare(body: &[u8], max: usize) -> Result<Vec<OwnedPart>, String> {
    let expected = expected(body, max);
    let text = String::from_utf8_lossy(body);
    assert_eq!(parts(&[body], max), expected, "{text:?}");
    let bytes: Vec<_> = body.chunks(1).collect();
    assert_eq!(parts(&bytes, max), expected, "{text:?}");
    for cut in 0..=body.len() {
        let (before, after) = body.split_at(cut);
        assert_eq!(parts(&[before, after], max), expected, "{cut} {text:?}");
    }
    expected
}

const HEADER: &str = "Content-Disposition: form-data; name=a";

#[test]
fn well_formed_forms_are_read_in_chunks() {
    for (body, count) in [
        ("--x-y--", 0),
        ("--x-y--\r\n", 0),
        ("--x-y\r\nH\r\n\r\n\r\n--x-y--", 1),
        ("--x-y\r\nH\r\n\r\n1\r\n--x-y--\r\n", 1),
        ("--x-y\r\nH\r\n\r\n\r\n\r\n--x-y--\r\n", 1),
        (
            "--x-y\r\nH\r\n\r\n\r\n--x-\r\n-x-y\r\r\n--x-y\r\nH\r\n\r\n2\r\n--x-y--",
            2,
        ),
        (
            "--x-y\r\nH; filename=b\r\nContent-Type: image/png\r\n\r\n\r\n\r\n\r\n--x-y--",
            1,
        ),
    ] {
        let body = body.replace('H', HEADER);
        let parts = compare(body.as_bytes(), 100).unwrap();
        assert_eq!(parts.len(), count, "{body:?}");
    }
}

#[test]
fn malformed_forms_are_rejected_in_chunks() {
    for body in [
        "",
        "-",
        "--x-",
        "--x-y",
        "--x-y-",
        "--x-y\r",
        "--x-y\r\n",
        "--x-y \r\n",
        "\r\n--x-y--",
        "a--x-y--",
        "--x-y--\r",
        "--x-y--a",
        "--x-y--\r\n\r\n",
        "--x-y--\r\na",
        "--x-y\n",
        "--x-y\r\n--x-y--",
        "--x-y\r\n\r\n--x-y--",
        "--x-y\r\n\r\n1\r\n--x-y--",
        "--x-y\r\nH",
        "--x-y\r\nH\r\n",
        "--x-y\r\nH\r\n\r\n",
        "--x-y\r\nH\r\n--x-y--",
        "--x-y\r\nH\r\n\r\n--x-y--",
        "--x-y\r\nH\r\n\r\n--x-y\r\n--x-y--",
        "--x-y\r\nH\r\n\r\n1",
        "--x-y\r\nH\r\n\r\n1\r\n--x-y",
        "--x-y\r\nH\r\n\r\n1\r\n--x-ya",
        "--x-y\r\nH\r\n\r\n1\r\n--x-y\r\n",
        "--x-y\r\nH\n\n1\r\n--x-y--",
        "--x-y\r\nX: y\r\n\r\n1\r\n--x-y--",
    ] {
        let body = body.replace('H', HEADER);
        assert_eq!(
            compare(body.as_bytes(), 100),
            Err("syntax".to_owned()),
            "{body:?}"
        );
    }
}

#[test]
fn more_parts_than_allowed_are_rejected_before_their_content() {
    let part = format!("--x-y\r\n{HEADER}\r\n\r\n1\r\n");
    for (count, is_allowed) in [(0, true), (1, true), (2, true), (3, false)] {
        let body = part.repeat(count) + "--x-y--";
        let result = compare(body.as_bytes(), 2);
        assert_eq!(
            result.map(|parts| parts.len()),
            if is_allowed {
                Ok(count)
            } else {
                Err("parts".to_owned())
            }
        );
    }
    let mut parser = IncrementalSplit::new(&boundary(), 0);
    parser.push(b"--x-y\r\n");
    assert!(parser.next().is_err());
}

#[test]
fn header_over_limit_is_rejected_before_it_ends() {
    for (len, is_allowed) in [
        (MAX_BYTES - 1, true),
        (MAX_BYTES, true),
        (MAX_BYTES + 1, false),
    ] {
        let name = "a".repeat(len - HEADER.len() + 1);
        let body = format!("--x-y\r\n{HEADER}\r\n\r\n1\r\n--x-y--")
            .replace("name=a", &format!("name={name}"));
        let result = parts(&[body.as_bytes()], 9);
        assert_eq!(result, expected(body.as_bytes(), 9), "{len}");
        assert_eq!(result.is_ok(), is_allowed, "{len}");
    }
    let mut parser = IncrementalSplit::new(&boundary(), 9);
    parser.push(b"--x-y\r\nX: ");
    let mut result = parser.next().map(|event| event.is_none());
    for _ in 0..3 {
        parser.push(&[b'a'; 1000]);
        result = parser.next().map(|event| event.is_none());
    }
    assert!(result.is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn random_forms_are_the_same_in_random_chunks(
        fragments in proptest::collection::vec(0..12_usize, 0..24),
        cuts in proptest::collection::vec(any::<Index>(), 0..6),
        max in 0..4_usize,
    ) {
        let part = format!("\r\n{HEADER}\r\n\r\n");
        let fragments = fragments.iter().map(|fragment| match fragment {
            0 => "\r\n",
            1 => "--x-y",
            2 => "\r\n--x-y",
            3 => "--",
            4 => "-",
            5 => "\r",
            6 => "1",
            7 => HEADER,
            8 => "\r\n\r\n",
            9 => "\r\n--x-y--",
            10 => "\n",
            _ => &part,
        });
        let body: String = ["--x-y"].into_iter().chain(fragments).collect();
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
        cuts.extend([0, body.len()]);
        cuts.sort_unstable();
        let chunks: Vec<_> = cuts.windows(2).map(|cut| &body.as_bytes()[cut[0]..cut[1]]).collect();
        prop_assert_eq!(parts(&chunks, max), expected(body.as_bytes(), max), "{:?}", body);
    }
}
