//! Forms as a struct takes them.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use garde::Validate;
use serde::Deserialize;

use super::*;
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

/// A part: its parameters, its further lines, its content.
type Sent<'a> = (&'a str, &'a str, &'a [u8]);

fn read(parts: &[Sent<'_>]) -> Result<Report, InputError> {
    let mut body = Vec::new();
    for (parameters, lines, content) in parts {
        let head = format!("--x\r\nContent-Disposition: form-data; {parameters}{lines}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--x--\r\n");
    let label = HeaderValue::from_static("multipart/form-data; boundary=x");
    let boundary = Boundary::of(&HeaderMap::from_iter([(CONTENT_TYPE, label)]))?;
    decode(&body, &boundary, 100)
}

const PNG: &str = "\r\nContent-Type: image/png";

/// The status that answers it, where, by which rule, and the words.
fn refused(parts: &[Sent<'_>]) -> (u16, String, String, String) {
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

fn fault(status: u16, at: &str, rule: &str, detail: &str) -> (u16, String, String, String) {
    (status, at.into(), rule.into(), detail.into())
}

#[test]
fn a_struct_takes_texts_and_files_by_name() {
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

/// Java's clients label texts so.
#[test]
fn a_text_of_ascii_reads_the_same_in_each_charset_that_has_it() {
    for label in [
        "text/plain; charset=ISO-8859-1",
        "text/plain;charset=\"us-ascii\"",
    ] {
        let lines = format!("\r\nContent-Type: {label}");
        let report = read(&[("name=title", &lines, b"x~")]).unwrap();
        assert_eq!(report.title.as_deref(), Some("x~"), "{label}");
        for unfit in [&b"\xe9"[..], "é".as_bytes()] {
            assert_eq!(refused(&[("name=title", &lines, unfit)]).0, 422, "{label}");
        }
    }
}

#[test]
fn a_list_takes_every_part_of_its_name_in_order() {
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

/// Which of two counts differs between programs (HTTP parameter pollution, CWE-235).
#[test]
fn what_is_no_list_is_there_once() {
    let twice = |at| fault(422, at, "unique", "is there twice");
    let title = ("name=title", "", &b"a"[..]);
    assert_eq!(refused(&[title, title]), twice("title"));
    let photo = ("name=photo; filename=a", PNG, &b"a"[..]);
    assert_eq!(refused(&[photo, photo]), twice("photo"));
    assert_eq!(refused(&[photo, ("name=photo", PNG, b"a")]), twice("photo"));
}

#[test]
fn a_file_input_that_was_left_empty_is_absent() {
    let octets = "\r\nContent-Type: application/octet-stream";
    let empty = |name: &'static str| (name, octets, &b""[..]);
    let report = read(&[
        empty("name=photo; filename=\"\""),
        empty("name=photos; filename=\"\""),
    ])
    .unwrap();
    assert!(report.photo.is_none() && report.photos.is_empty());
    let named = fault(
        422,
        "photo",
        "format",
        "must have a file name of 1 to 255 bytes",
    );
    assert_eq!(refused(&[("name=photo; filename=\"\"", PNG, b"x")]), named);
    let unknown = fault(422, "", "unknown", "has a parameter that is not known here");
    assert_eq!(refused(&[empty("name=hunter2; filename=\"\"")]), unknown);
}

#[test]
fn a_file_is_what_its_type_says() {
    let labelled = fault(
        422,
        "photo",
        "format",
        "must be a file labelled as image/png",
    );
    let gif = "\r\nContent-Type: image/gif";
    assert_eq!(refused(&[("name=photo; filename=a", gif, b"x")]), labelled);
    assert_eq!(refused(&[("name=photo; filename=a", "", b"x")]), labelled);
    assert_eq!(
        refused(&[("name=photo; filename=a", PNG, b"12345")]),
        fault(422, "photo", "format", "must be a file of at most 4 bytes")
    );
    assert_eq!(
        refused(&[("name=photos", PNG, b"1"), ("name=photos", PNG, b"12345")]),
        fault(
            422,
            "photos/1",
            "format",
            "must be a file of at most 4 bytes"
        )
    );
    let (status, at, _, detail) = refused(&[("name=photo; filename=\"../a\"", PNG, b"x")]);
    assert_eq!((status, &*at), (422, "photo"));
    assert!(
        detail.starts_with("must have a file name without `/`"),
        "{detail}"
    );
}

#[test]
fn a_text_is_no_file_and_nothing_but_text() {
    let told = "must be a text: no file, and labelled `text/plain` or not at all";
    let text = fault(422, "title", "type", told);
    assert_eq!(refused(&[("name=title; filename=a", "", b"x")]), text);
    assert_eq!(refused(&[("name=title", PNG, b"x")]), text);
    let latin = "\r\nContent-Type: text/plain; charset=iso-8859-1";
    assert_eq!(refused(&[("name=title", latin, b"\xe9")]), text);
    let utf7 = "\r\nContent-Type: text/plain; charset=utf-7";
    assert_eq!(refused(&[("name=title", utf7, b"x")]), text);
    assert_eq!(
        refused(&[("name=title", "", b"\xff")]),
        fault(
            400,
            "title",
            "encoding",
            "has characters that may not stand here"
        )
    );
    assert_eq!(
        refused(&[("name=count", "", b"+7")]),
        fault(422, "count", "type", "must be a whole number")
    );
    assert_eq!(
        refused(&[("name=tags", "", b"a"), ("name=tags", "", b"\xff")]).1,
        "tags/1"
    );
    assert_eq!(
        refused(&[("name=pair", "", b"1")]),
        fault(422, "pair", "items", "has the wrong number of items")
    );
}

/// CWE-915: what the struct does not name does not come in.
#[test]
fn a_part_of_another_name_is_refused_without_telling_it() {
    for parameters in ["name=hunter2", "name=\"\"", "name=Title", "name=_charset_"] {
        assert_eq!(
            refused(&[(parameters, "", b"x")]),
            fault(422, "", "unknown", "has a parameter that is not known here"),
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
async fn a_form_without_label_is_absent_only_where_it_has_no_byte() {
    let form = "--x\r\nContent-Disposition: form-data; name=count\r\n\r\n7\r\n--x--";
    let request = |body: &'static str| Request::new(Body::from(body));
    assert_eq!(count(request("")).await, Ok(None));
    let unlabelled = InputError::MediaType(media_type::MULTIPART);
    assert_eq!(count(request(form)).await, Err(unlabelled));
    let labelled = Request::post("/").header(CONTENT_TYPE, "multipart/form-data; boundary=x");
    let labelled = labelled.body(Body::from(form)).unwrap();
    assert_eq!(count(labelled).await, Ok(Some(7)));
}
