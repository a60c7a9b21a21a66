//! Agreement with forms in memory: the same forms are accepted, with the same errors.

use axum::extract::FromRequest;
use axum::http::header::CONTENT_TYPE;
use garde::Validate;
use serde::Deserialize;

use super::*;
use crate::input::extract::body::RequestLimits;
use crate::input::types::{MediaTypes, SpooledFile, Upload};
use crate::input::{Multipart, Valid};

struct Pictures;

impl MediaTypes for Pictures {
    const ACCEPTED: &'static [&'static str] = &["image/png"];
}

struct Texts;

impl MediaTypes for Texts {
    const ACCEPTED: &'static [&'static str] = &["text/plain"];
}

/// The same form, with files in memory and with files that are stored from their third byte on.
macro_rules! reports {
    ($($name:ident: $picture:ty, $text:ty;)*) => {$(
        #[derive(Debug, Deserialize, Validate, crate::SecureInput)]
        #[serde(deny_unknown_fields)]
        struct $name {
            #[garde(length(bytes, max = 4))]
            title: Option<String>,
            #[garde(inner(range(max = 9)))]
            count: Option<u8>,
            #[garde(skip)]
            photo: Option<$picture>,
            #[garde(length(max = 2))]
            #[serde(alias = "more")]
            photos: Vec<$picture>,
            #[garde(skip)]
            log: Option<$text>,
        }

        impl $name {
            fn describe(&self) -> String {
                let Self { title, count, photo, photos, log } = self;
                let names = photos.iter().map(|photo| photo.file_name().map(ToString::to_string));
                let names: Vec<_> = names.collect();
                format!("{title:?} {count:?} {photo:?} {photos:?} {names:?} {log:?}").replace("Upload", "SpooledFile")
            }
        }
    )*};
}

reports! {
    InMemory: Upload<Pictures, 4>, Upload<Texts, 4>;
    Spooled: SpooledFile<Pictures, 4, 2>, SpooledFile<Texts, 4, 2>;
}

fn request(body: Body) -> Request {
    let mut request = Request::post("/")
        .header(CONTENT_TYPE, "multipart/form-data; boundary=x")
        .body(body)
        .unwrap();
    let limits = Limits {
        body_limit: 3 << 20,
        part_limit: 6,
        ..Limits::DEFAULT
    };
    request.extensions_mut().insert(RequestLimits(limits));
    request
}

/// Returns the description or the error of both.
async fn both(body: &[u8]) -> [Result<String, InputError>; 2] {
    let request = || request(Body::from(body.to_vec()));
    let memory = Valid::<Multipart<InMemory>>::from_request(request(), &()).await;
    let spooled = Valid::<Multipart<Spooled>>::from_request(request(), &()).await;
    [
        memory.map(|Valid(Multipart(form))| form.describe()),
        spooled.map(|Valid(Multipart(form))| form.describe()),
    ]
}

/// The parameters, further header lines, and content of a part.
type RawPart<'a> = (&'a str, &'a str, &'a [u8]);

fn form(parts: &[RawPart<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (parameters, lines, content) in parts {
        let header = format!("--x\r\nContent-Disposition: form-data; {parameters}{lines}\r\n\r\n");
        body.extend_from_slice(header.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--x--\r\n");
    body
}

const PNG: &str = "\r\nContent-Type: image/png";
const GIF: &str = "\r\nContent-Type: image/gif";
const BINARY: &str = "\r\nContent-Type: application/octet-stream";

#[tokio::test]
async fn valid_forms_are_the_same_in_memory_and_on_disk() {
    let cases: &[&[RawPart<'_>]] = &[
        &[],
        &[("name=title", "", b"abc"), ("name=count", "", b"7")],
        &[("name=photo; filename=a", PNG, b"")],
        &[("name=photo; filename=a", PNG, b"12")],
        &[("name=photo; filename=a", PNG, b"123")],
        &[("name=photo; filename=a", PNG, b"1234")],
        &[("name=photo", PNG, b"\r\n\r\n"), ("name=title", "", b"x")],
        &[("name=log; filename=a", "", b"abc")],
        &[
            ("name=photos; filename=1", PNG, b"1"),
            ("name=photo; filename=b", PNG, b"1234"),
            ("name=photos; filename=2", PNG, b"123"),
        ],
        &[
            ("name=photos; filename=\"\"", BINARY, b""),
            ("name=photo; filename=\"\"", BINARY, b""),
            ("name=photos; filename=c", PNG, b"123"),
        ],
        &[
            ("name=more; filename=c", PNG, b"123"),
            ("name=more; filename=d", PNG, b"1"),
        ],
    ];
    for parts in cases {
        let [memory, spooled] = both(&form(parts)).await;
        assert!(memory.is_ok(), "{parts:?} {memory:?}");
        assert_eq!(spooled, memory, "{parts:?}");
    }
}

#[tokio::test]
async fn invalid_forms_have_the_same_error_in_memory_and_on_disk() {
    let photo: RawPart<'_> = ("name=photo; filename=a", PNG, b"123");
    let photos: RawPart<'_> = ("name=photos; filename=a", PNG, b"123");
    let title: RawPart<'_> = ("name=title", "", b"ab");
    let cases: &[&[RawPart<'_>]] = &[
        &[title, title],
        &[("name=title", "", b"12345")],
        &[("name=title", "", b"\xff")],
        &[("name=title; filename=a", "", b"ab")],
        &[("name=count", "", b"10"), photo],
        &[("name=count", "", b"x"), photo],
        &[photo, photo],
        &[photo, ("name=photo", PNG, b"1")],
        &[photo, ("name=photo; filename=b", PNG, b"")],
        &[("name=photo; filename=a", GIF, b"1")],
        &[("name=photo; filename=a", GIF, b"")],
        &[("name=photo; filename=a", "", b"1")],
        &[("name=photo; filename=a", PNG, b"12345")],
        &[("name=photo; filename=a", PNG, b"1234567890")],
        &[("name=photo; filename=\"../a\"", PNG, b"1")],
        &[("name=photo; filename=\"../a\"", PNG, b"")],
        &[("name=photo; filename=\"\"", PNG, b"1")],
        &[("name=photo; filename=\"\"", GIF, b"1")],
        &[photos, photos, photos],
        &[photos, ("name=photos", PNG, b"12345")],
        &[photos, ("name=photos", GIF, b"123")],
        &[photos, ("name=more", PNG, b"123")],
        &[("name=log; filename=a", PNG, b"1")],
        &[photo, ("name=hunter2", "", b"1")],
        &[photo, ("name=hunter2; filename=a", PNG, b"1")],
        &[photo, ("name=Photo; filename=\"\"", BINARY, b"")],
        &[
            title,
            photo,
            photos,
            photos,
            ("name=log", "", b"x"),
            ("name=count", "", b"1"),
            title,
        ],
    ];
    for parts in cases {
        let [memory, spooled] = both(&form(parts)).await;
        assert!(memory.is_err(), "{parts:?} {memory:?}");
        assert_eq!(spooled, memory, "{parts:?}");
        assert!(!format!("{spooled:?}").contains("hunter2"));
    }
}

/// A file that is too large is rejected before the rest of the form is read, malformed or not.
#[tokio::test]
async fn malformed_forms_are_rejected_in_memory_and_on_disk() {
    let valid = form(&[("name=photo; filename=a", PNG, b"123")]);
    for len in 0..valid.len() - 2 {
        let (before, after) = valid.split_at(len);
        for body in [
            before,
            &valid[valid.len() - len..],
            &[before, b"\r", after].concat(),
        ] {
            let [memory, spooled] = both(body).await;
            let text = String::from_utf8_lossy(body);
            match spooled {
                Ok(_) | Err(InputError::Malformed(..)) => {
                    assert_eq!(spooled.is_ok(), memory.is_ok(), "{text:?}");
                }
                Err(error) => {
                    let is_rejected = matches!(error, InputError::TypeMismatch(..));
                    assert!(is_rejected && memory.is_err(), "{text:?} {error:?}");
                }
            }
        }
    }
}

/// Nothing is stored for a file that the form rejects in any case, and a second name of a field does not double
/// its limit.
#[tokio::test]
async fn file_that_the_form_rejects_is_rejected_before_its_end() {
    let photo: RawPart<'_> = ("name=photo; filename=a", PNG, b"123");
    let photos: RawPart<'_> = ("name=photos; filename=a", PNG, b"123");
    let more: RawPart<'_> = ("name=more; filename=a", PNG, b"123");
    let cases: &[&[RawPart<'_>]] = &[
        &[photo, photo],
        &[photos, photos, photos],
        &[photos, more],
        &[more, photos],
        &[more, photo, more, more],
        &[("name=photo; filename=\"../a\"", PNG, b"123")],
        &[photos, ("name=photos; filename=\"a/b\"", PNG, b"123")],
        &[("name=photo; filename=a", GIF, b"123")],
        &[("name=photo; filename=a", PNG, b"123456789")],
    ];
    for parts in cases {
        let complete = form(parts);
        let [memory, spooled] = both(&complete).await;
        assert!(memory.is_err(), "{parts:?} {memory:?}");
        assert_eq!(spooled, memory, "{parts:?}");
        // the rest of the form has not arrived, and may have any size
        let end = b"--x--\r\n".len();
        let [_, spooled] = both(&complete[..complete.len() - end]).await;
        assert_eq!(spooled, memory, "{parts:?}");
    }
}

#[tokio::test]
async fn spooled_form_is_absent_only_if_empty() {
    let extract = async |body: &[u8]| {
        let request = request(Body::from(body.to_vec()));
        let form =
            <Option<Valid<Multipart<Spooled>>> as FromRequest<()>>::from_request(request, &());
        form.await.map(|form| form.is_some())
    };
    assert_eq!(extract(b"").await, Ok(false));
    assert_eq!(extract(&form(&[])).await, Ok(true));
    assert!(extract(b"x").await.is_err());
    let unlabeled = Request::new(Body::empty());
    let form = <Option<Valid<Multipart<Spooled>>> as FromRequest<()>>::from_request(unlabeled, &());
    assert!(form.await.unwrap().is_none());
}

/// Text is bounded by rules that are checked after it was read.
#[tokio::test]
async fn parts_outside_the_files_have_at_most_one_mib() {
    for (len, rule) in [(MAX_MEMORY, "Invalid"), (MAX_MEMORY + 1, "Malformed")] {
        for half in [len, len / 2] {
            let (first, second) = (vec![b'a'; half], vec![b'b'; len - half]);
            let parts = [("name=title", "", &*first), ("name=count", "", &*second)];
            let parts = if second.is_empty() {
                &parts[..1]
            } else {
                &parts
            };
            let [_, spooled] = both(&form(parts)).await;
            let error = spooled.unwrap_err();
            let is_over =
                matches!(&error, InputError::Malformed(_, violation) if violation.rule() == "size");
            assert_eq!(is_over, rule == "Malformed", "{len} {error:?}");
        }
    }
}

/// A value of the API that deserializes a file twice does not get the file of another field.
#[tokio::test]
async fn stored_file_is_taken_once_and_only_while_its_form_is_decoded() {
    assert!(crate::input::decode::multipart::take_stored(0).is_none());
    let [_, spooled] = both(&form(&[("name=photo; filename=a", PNG, b"123")])).await;
    assert!(spooled.is_ok());
    assert!(crate::input::decode::multipart::take_stored(0).is_none());
}
