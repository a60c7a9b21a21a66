//! A multipart form with files, compared with the lenient `multer`.

use std::convert::Infallible;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::body::Bytes;
use futures_util::stream;
use garde::Validate;
use palisade::SecureInput;
use palisade::input::{FileName, InputError, MediaTypes, Multipart, Upload};
use serde::Deserialize;

use crate::outcome::{extract, post};
use crate::vocabulary;

const CONTENT_TYPE: &str = "multipart/form-data; boundary=b";

#[derive(Debug)]
struct Pictures;

impl MediaTypes for Pictures {
    const ACCEPTED: &'static [&'static str] = &["image/png", "text/plain"];
}

const MAX: usize = 16;

type Picture = Upload<Pictures, MAX>;

#[derive(Debug, Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Report {
    #[garde(length(chars, max = 8))]
    title: Option<String>,
    #[garde(range(max = 100))]
    count: Option<u8>,
    #[garde(length(max = 3), inner(length(bytes, max = 4)))]
    #[serde(default)]
    tags: Vec<String>,
    #[garde(skip)]
    photo: Option<Picture>,
    #[garde(length(max = 2))]
    #[serde(default)]
    photos: Vec<Picture>,
}

/// A part as `multer` returns it.
#[derive(Debug)]
struct Part {
    name: String,
    file_name: Option<String>,
    content_type: Option<String>,
    content: Bytes,
}

/// Checks that an accepted form has the parts that `multer` returns and satisfies its rules.
///
/// Violations of a rejected form contain known words only.
pub fn multipart(body: &[u8]) {
    match extract::<Multipart<Report>, _>(post(CONTENT_TYPE, body)) {
        Ok(Multipart(report)) => {
            let parts = read(body).expect("`multer` parses every accepted form");
            assert!(parts.len() <= 100);
            assert!(report.satisfies_rules(), "{report:?}");
            report.assert_same_parts(parts);
        }
        Err(InputError::Malformed(_, violation) | InputError::TypeMismatch(_, violation)) => {
            vocabulary::check(&violation);
        }
        Err(InputError::Invalid(_, violations)) => violations.iter().for_each(vocabulary::check),
        Err(other) => panic!("unexpected error: {other:?}"),
    }
}

impl Report {
    fn satisfies_rules(&self) -> bool {
        self.title
            .as_ref()
            .is_none_or(|title| title.chars().count() <= 8)
            && self.count.is_none_or(|count| count <= 100)
            && self.tags.len() <= 3
            && self.tags.iter().all(|tag| tag.len() <= 4)
            && self.photos.len() <= 2
            && self.photos.iter().chain(&self.photo).all(|photo| {
                photo.content().len() <= MAX && Pictures::ACCEPTED.contains(&photo.media_type())
            })
    }

    /// Panics if a part is missing, or if the report has one that `multer` did not return.
    fn assert_same_parts(&self, mut parts: Vec<Part>) {
        let declared = ["title", "count", "tags", "photo", "photos"];
        let is_empty_file_input =
            |part: &Part| part.file_name.as_deref() == Some("") && part.content.is_empty();
        parts.retain(|part| !is_empty_file_input(part) || !declared.contains(&part.name.as_str()));
        // an empty text of an `Option` is absent
        let optional = ["title", "count", "photo"];
        let is_empty_text = |part: &Part| part.file_name.is_none() && part.content.is_empty();
        parts.retain(|part| !is_empty_text(part) || !optional.contains(&part.name.as_str()));
        let mut take = |name: &str| -> Vec<Part> {
            let (matching, others) = std::mem::take(&mut parts)
                .into_iter()
                .partition(|part| part.name == name);
            parts = others;
            matching
        };
        let mut texts = |name: &str| -> Vec<String> {
            let text = |part: Part| String::from_utf8(part.content.to_vec()).expect("text");
            take(name).into_iter().map(text).collect()
        };
        assert_eq!(Vec::from_iter(self.title.clone()), texts("title"));
        let count = self.count.map(|count| count.to_string());
        assert_eq!(Vec::from_iter(count), texts("count"));
        assert_eq!(self.tags, texts("tags"));
        assert_same_files(self.photo.as_slice(), &take("photo"));
        assert_same_files(&self.photos, &take("photos"));
        assert!(parts.is_empty(), "{parts:?}");
    }
}

fn assert_same_files(photos: &[Picture], parts: &[Part]) {
    assert_eq!(photos.len(), parts.len());
    for (photo, part) in photos.iter().zip(parts) {
        assert_eq!(photo.content(), &part.content);
        let name = part.file_name.as_ref();
        let name = name.map(|name| name.replace("%22", "\""));
        assert_eq!(photo.file_name().map(FileName::as_str), name.as_deref());
        let content_type = part.content_type.as_deref().unwrap_or("text/plain");
        assert_eq!(photo.media_type(), content_type);
    }
}

/// Returns the parts, or `None` if `multer` rejects the form.
fn read(body: &[u8]) -> Option<Vec<Part>> {
    let whole = stream::iter([Ok::<_, Infallible>(Bytes::copy_from_slice(body))]);
    let mut reading = pin!(async {
        let mut form = multer::Multipart::new(whole, "b");
        let mut parts = Vec::new();
        while let Some(field) = form.next_field().await? {
            let content_type = field.content_type();
            parts.push(Part {
                name: field.name().unwrap_or_default().to_owned(),
                file_name: field.file_name().map(str::to_owned),
                content_type: content_type.map(|value| value.essence_str().to_owned()),
                content: field.bytes().await?,
            });
        }
        Ok::<_, multer::Error>(parts)
    });
    let mut context = Context::from_waker(Waker::noop());
    match reading.as_mut().poll(&mut context) {
        Poll::Ready(parts) => parts.ok(),
        Poll::Pending => panic!("`multer` waits although the whole body is in memory"),
    }
}
