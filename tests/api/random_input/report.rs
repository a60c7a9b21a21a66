//! A form with files, with its rules repeated in plain Rust.

use palisade::input::{MediaTypes, Upload};
use palisade::prelude::*;

pub(super) struct Pictures;

impl MediaTypes for Pictures {
    const ACCEPTED: &'static [&'static str] = &["image/png", "text/plain"];
}

type Picture = Upload<Pictures, 8>;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub(super) struct Report {
    #[garde(length(chars, min = 1, max = 8))]
    title: String,
    #[garde(range(max = 100))]
    count: Option<u8>,
    #[garde(length(max = 2), inner(length(bytes, max = 4)))]
    #[serde(default)]
    tags: Vec<String>,
    #[garde(skip)]
    photo: Option<Picture>,
    #[garde(length(max = 2))]
    #[serde(default)]
    photos: Vec<Picture>,
}

impl Report {
    pub(super) fn is_valid(&self) -> bool {
        (1..=8).contains(&self.title.chars().count())
            && self.count.is_none_or(|count| count <= 100)
            && self.tags.len() <= 2
            && self.tags.iter().all(|tag| tag.len() <= 4)
            && self.photos.len() <= 2
            && self.photos.iter().chain(&self.photo).all(is_picture)
    }
}

fn is_picture(photo: &Picture) -> bool {
    let is_name = |name: &str| !name.is_empty() && !name.contains(['/', '\\', '\r', '\n', '\0']);
    photo.content().len() <= 8
        && Pictures::ACCEPTED.contains(&photo.media_type())
        && photo.file_name().is_none_or(|name| is_name(name.as_str()))
}
