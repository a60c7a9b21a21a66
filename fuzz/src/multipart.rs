//! A form with files, read by `multer`, which forgives much of what ours refuses.

use std::convert::Infallible;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::body::Bytes;
use futures_util::stream;
use garde::Validate;
use palisade::SecureInput;
use palisade::input::{FileName, InputError, MediaTypes, Multipart, Upload};
use serde::Deserialize;

use crate::verdict::{extract, posted};
use crate::vocabulary;

const LABEL: &str = "multipart/form-data; boundary=b";

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

/// One part as `multer` reads it.
#[derive(Debug)]
struct Part {
    name: String,
    file_name: Option<String>,
    label: Option<String>,
    content: Bytes,
}

/// A form that is taken means what it means to `multer`, and holds to its rules; what is
/// refused is told in our words.
pub fn multipart(body: &[u8]) {
    match extract::<Multipart<Report>, _>(posted(LABEL, body)) {
        Ok(Multipart(report)) => {
            let parts = read(body).expect("what is taken is a form to others as well");
            assert!(parts.len() <= 100);
            assert!(report.holds(), "{report:?}");
            report.assert_made_of(parts);
        }
        Err(InputError::Malformed(_, violation) | InputError::TypeMismatch(_, violation)) => {
            vocabulary::check(&violation);
        }
        Err(InputError::Invalid(_, violations)) => violations.iter().for_each(vocabulary::check),
        Err(other) => panic!("{other:?} is no fault of this input"),
    }
}

impl Report {
    fn holds(&self) -> bool {
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

    /// Panics where a part is missing, or one is there that was not sent.
    fn assert_made_of(&self, mut parts: Vec<Part>) {
        let known = ["title", "count", "tags", "photo", "photos"];
        let is_left_empty =
            |part: &Part| part.file_name.as_deref() == Some("") && part.content.is_empty();
        parts.retain(|part| !is_left_empty(part) || !known.contains(&part.name.as_str()));
        let mut take = |name: &str| -> Vec<Part> {
            let (taken, left) = std::mem::take(&mut parts)
                .into_iter()
                .partition(|part| part.name == name);
            parts = left;
            taken
        };
        let mut texts = |name: &str| -> Vec<String> {
            let text = |part: Part| String::from_utf8(part.content.to_vec()).expect("text");
            take(name).into_iter().map(text).collect()
        };
        assert_eq!(Vec::from_iter(self.title.clone()), texts("title"));
        let count = self.count.map(|count| count.to_string());
        assert_eq!(Vec::from_iter(count), texts("count"));
        assert_eq!(self.tags, texts("tags"));
        assert_same(self.photo.as_slice(), &take("photo"));
        assert_same(&self.photos, &take("photos"));
        assert!(parts.is_empty(), "{parts:?}");
    }
}

fn assert_same(photos: &[Picture], parts: &[Part]) {
    assert_eq!(photos.len(), parts.len());
    for (photo, part) in photos.iter().zip(parts) {
        assert_eq!(photo.content(), &part.content);
        let name = part.file_name.as_ref();
        let name = name.map(|name| name.replace("%22", "\""));
        assert_eq!(photo.file_name().map(FileName::as_str), name.as_deref());
        let label = part.label.as_deref().unwrap_or("text/plain");
        assert_eq!(photo.media_type(), label);
    }
}

/// The parts, where `multer` finds no fault.
fn read(body: &[u8]) -> Option<Vec<Part>> {
    let whole = stream::iter([Ok::<_, Infallible>(Bytes::copy_from_slice(body))]);
    let mut reading = pin!(async {
        let mut form = multer::Multipart::new(whole, "b");
        let mut parts = Vec::new();
        while let Some(field) = form.next_field().await? {
            let label = field.content_type();
            parts.push(Part {
                name: field.name().unwrap_or_default().to_owned(),
                file_name: field.file_name().map(str::to_owned),
                label: label.map(|label| label.essence_str().to_owned()),
                content: field.bytes().await?,
            });
        }
        Ok::<_, multer::Error>(parts)
    });
    let mut context = Context::from_waker(Waker::noop());
    match reading.as_mut().poll(&mut context) {
        Poll::Ready(parts) => parts.ok(),
        Poll::Pending => panic!("a form waits for a body that is there"),
    }
}
