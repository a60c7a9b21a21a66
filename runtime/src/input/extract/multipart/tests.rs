//! Forms decoded into structs.

use axum::body::Body;
use axum::extract::FromRequest;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use garde::Validate;
use serde::Deserialize;

use super::*;
use crate::input::decode::media_type::MULTIPART;
use crate::input::shape::Shape;
use crate::input::types::{MediaTypes, Upload};

struct Pictures;

impl MediaTypes for Pictures {
    const ACCEPTED: &'static [&'static str] = &["image/png"];
}

struct Texts;

impl MediaTypes for Texts {
    const ACCEPTED: &'static [&'static str] = &["text/plain"];
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Report {
    title: Option<String>,
    count: Option<u8>,
    #[serde(rename = "on/off")]
    switch: Option<bool>,
    tags: Vec<String>,
    photo: Option<Upload<Pictures, 4>>,
    photos: Vec<Upload<Pictures, 4>>,
    log: Option<Upload<Texts, 4>>,
    pair: Option<(u8, u8)>,
}

/// The parameters, further header lines, and content of a part.
type RawPart<'a> = (&'a str, &'a str, &'a [u8]);

fn read(parts: &[RawPart<'_>]) -> Result<Report, InputError> {
    let mut body = Vec::new();
    for (parameters, lines, content) in parts {
        let header = format!("--x\r\nContent-Disposition: form-data; {parameters}{lines}\r\n\r\n");
        body.extend_from_slice(header.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--x--\r\n");
    let content_type = HeaderValue::from_static("multipart/form-data; boundary=x");
    let boundary = Boundary::of(&HeaderMap::from_iter([(CONTENT_TYPE, content_type)]))?;
    decode(&body, &boundary, 100, &Shape::Fields(&[])).map(|(report, _)| report)
}

const PNG: &str = "\r\nContent-Type: image/png";

/// Returns the status, the name, the rule and the message.
fn rejected(parts: &[RawPart<'_>]) -> (u16, String, String, String) {
    let (status, violation) = match read(parts) {
        Err(InputError::Malformed(InputLocation::Form, violation)) => (400, violation),
        Err(InputError::TypeMismatch(InputLocation::Form, violation)) => (422, violation),
        other => panic!("{other:?}"),
    };
    let text = str::to_owned;
    (
        status,
        text(violation.pointer()),
        text(violation.rule()),
        text(violation.detail()),
    )
}

fn error(status: u16, name: &str, rule: &str, detail: &str) -> (u16, String, String, String) {
    (status, name.into(), rule.into(), detail.into())
}

#[test]
fn texts_and_files_are_decoded_by_name() {
    let report = read(&[
        ("name=title", "", "Tāmaki\r\n".as_bytes()),
        (
            "name=\"count\"",
            "\r\nContent-Type: text/plain; charset=UTF-8",
            b"7",
        ),
        ("name=\"on/off\"", "", b"true"),
        ("name=photo; filename=\"a.png\"", PNG, b"\0\r\n\xff"),
        ("name=log; filename=\"a.log\"", "", b"x"),
    ])
    .unwrap();
    assert_eq!(report.title.as_deref(), Some("Tāmaki\r\n"));
    assert_eq!((report.count, report.switch), (Some(7), Some(true)));
    let photo = report.photo.unwrap();
    assert_eq!(photo.content(), &b"\0\r\n\xff"[..]);
    assert_eq!(photo.media_type(), "image/png");
    assert_eq!(photo.file_name().unwrap().as_str(), "a.png");
    assert_eq!(report.log.unwrap().media_type(), "text/plain");
}

/// Java clients send such media types.
#[test]
fn ascii_text_in_compatible_charset_is_decoded() {
    for media_type in [
        "text/plain; charset=ISO-8859-1",
        "text/plain;charset=\"us-ascii\"",
    ] {
        let lines = format!("\r\nContent-Type: {media_type}");
        let report = read(&[("name=title", &lines, b"x~")]).unwrap();
        assert_eq!(report.title.as_deref(), Some("x~"), "{media_type}");
        for text in [&b"\xe9"[..], "é".as_bytes()] {
            assert_eq!(
                rejected(&[("name=title", &lines, text)]).0,
                422,
                "{media_type}"
            );
        }
    }
}

#[test]
fn list_collects_all_parts_with_its_name_in_order() {
    let report = read(&[
        ("name=tags", "", b"a"),
        ("name=photos; filename=1", PNG, b"1"),
        ("name=pair", "", b"7"),
        ("name=tags", "", b"b"),
        ("name=photos", PNG, b"2"),
        ("name=pair", "", b"8"),
    ])
    .unwrap();
    assert_eq!(report.tags, ["a", "b"]);
    let contents: Vec<_> = report.photos.iter().map(Upload::content).collect();
    assert_eq!(contents, [&b"1"[..], b"2"]);
    assert_eq!(report.pair, Some((7, 8)));
}

/// Programs disagree about which of two values counts (HTTP parameter pollution, CWE-235).
#[test]
fn duplicate_part_for_single_value_is_rejected() {
    let duplicate = |name| error(422, name, "unique", "must appear only once");
    let title = ("name=title", "", &b"a"[..]);
    assert_eq!(rejected(&[title, title]), duplicate("title"));
    let photo = ("name=photo; filename=a", PNG, &b"a"[..]);
    assert_eq!(rejected(&[photo, photo]), duplicate("photo"));
    assert_eq!(
        rejected(&[photo, ("name=photo", PNG, b"a")]),
        duplicate("photo")
    );
}

#[test]
fn empty_file_input_is_absent() {
    let binary = "\r\nContent-Type: application/octet-stream";
    let empty = |name: &'static str| (name, binary, &b""[..]);
    let report = read(&[
        empty("name=photo; filename=\"\""),
        empty("name=photos; filename=\"\""),
    ])
    .unwrap();
    assert!(report.photo.is_none() && report.photos.is_empty());
    let named = error(
        422,
        "photo",
        "format",
        "must have a file name with 1 to 255 bytes",
    );
    assert_eq!(rejected(&[("name=photo; filename=\"\"", PNG, b"x")]), named);
    let unknown = error(422, "", "unknown", "has an unknown parameter");
    assert_eq!(rejected(&[empty("name=hunter2; filename=\"\"")]), unknown);
}

#[test]
fn file_of_other_type_size_or_name_is_rejected() {
    let other_type = error(422, "photo", "format", "must be a file of type image/png");
    let gif = "\r\nContent-Type: image/gif";
    assert_eq!(
        rejected(&[("name=photo; filename=a", gif, b"x")]),
        other_type
    );
    assert_eq!(
        rejected(&[("name=photo; filename=a", "", b"x")]),
        other_type
    );
    assert_eq!(
        rejected(&[("name=photo; filename=a", PNG, b"12345")]),
        error(
            422,
            "photo",
            "format",
            "must be a file with at most 4 bytes"
        )
    );
    assert_eq!(
        rejected(&[("name=photos", PNG, b"1"), ("name=photos", PNG, b"12345")]),
        error(
            422,
            "photos/1",
            "format",
            "must be a file with at most 4 bytes"
        )
    );
    let (status, name, _, detail) = rejected(&[("name=photo; filename=\"../a\"", PNG, b"x")]);
    assert_eq!((status, &*name), (422, "photo"));
    assert!(
        detail.starts_with("must have a file name without `/`"),
        "{detail}"
    );
}

#[test]
fn text_part_with_file_name_or_other_media_type_is_rejected() {
    let detail = "must be text, not a file, with the media type `text/plain` or none";
    let text = error(422, "title", "type", detail);
    assert_eq!(rejected(&[("name=title; filename=a", "", b"x")]), text);
    assert_eq!(rejected(&[("name=title", PNG, b"x")]), text);
    let latin = "\r\nContent-Type: text/plain; charset=iso-8859-1";
    assert_eq!(rejected(&[("name=title", latin, b"\xe9")]), text);
    let utf7 = "\r\nContent-Type: text/plain; charset=utf-7";
    assert_eq!(rejected(&[("name=title", utf7, b"x")]), text);
    assert_eq!(
        rejected(&[("name=title", "", b"\xff")]),
        error(
            400,
            "title",
            "encoding",
            "contains characters that are not allowed"
        )
    );
    assert_eq!(
        rejected(&[("name=count", "", b"+7")]),
        error(422, "count", "type", "must be an integer")
    );
    assert_eq!(
        rejected(&[("name=tags", "", b"a"), ("name=tags", "", b"\xff")]).1,
        "tags/1"
    );
    assert_eq!(
        rejected(&[("name=pair", "", b"1")]),
        error(422, "pair", "items", "has the wrong number of items")
    );
}

/// CWE-915: only declared fields are decoded.
#[test]
fn unknown_part_is_rejected_without_echoing_its_name() {
    for parameters in ["name=hunter2", "name=\"\"", "name=Title", "name=_charset_"] {
        assert_eq!(
            rejected(&[(parameters, "", b"x")]),
            error(422, "", "unknown", "has an unknown parameter"),
            "{parameters}"
        );
    }
}

#[derive(Debug, Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Counted {
    #[garde(range(max = 9))]
    count: u8,
}

async fn count(request: Request) -> Result<Option<u8>, InputError> {
    let counted =
        <Option<Valid<Multipart<Counted>>> as FromRequest<()>>::from_request(request, &()).await?;
    Ok(counted.map(|Valid(Multipart(counted))| counted.count))
}

#[tokio::test]
async fn form_is_absent_only_if_empty() {
    let form = "--x\r\nContent-Disposition: form-data; name=count\r\n\r\n7\r\n--x--";
    let request = |body: &'static str| Request::new(Body::from(body));
    assert_eq!(count(request("")).await, Ok(None));
    let no_type = InputError::MediaType(&[MULTIPART]);
    assert_eq!(count(request(form)).await, Err(no_type));
    let typed = |body: &'static str| {
        let typed = Request::post("/").header(CONTENT_TYPE, "multipart/form-data; boundary=x");
        typed.body(Body::from(body)).unwrap()
    };
    assert_eq!(count(typed(form)).await, Ok(Some(7)));
    assert_eq!(count(typed("")).await, Ok(None));
}
