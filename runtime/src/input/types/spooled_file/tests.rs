//! Files that are created for tests, and input without files.

use super::*;
use crate::input::types::file_name::FileNameError;

struct Texts;

impl MediaTypes for Texts {
    const ACCEPTED: &'static [&'static str] = &["text/plain", "text/csv"];
}

type File = SpooledFile<Texts, 4, 2>;

#[test]
fn file_is_checked_as_in_a_form() {
    let file = File::new("TEXT/CSV", "a,b", Some("a.csv")).unwrap();
    assert_eq!(file.media_type(), "text/csv");
    assert_eq!(file.file_name().unwrap().as_str(), "a.csv");
    assert_eq!((file.len(), file.is_empty()), (3, false));
    assert_eq!((file.head(), file.is_on_disk()), (&b"a,b"[..], false));
    assert!(File::new("text/csv", "", None).unwrap().is_empty());
    for (media_type, content, name, error) in [
        (
            "text/html",
            "a",
            None,
            UploadError::MediaType(Texts::ACCEPTED),
        ),
        ("text/csv", "abcde", None, UploadError::Length { max: 4 }),
        (
            "text/csv",
            "a",
            Some("../a"),
            FileNameError::Character.into(),
        ),
    ] {
        assert_eq!(File::new(media_type, content, name).unwrap_err(), error);
    }
}

#[test]
fn debug_shows_neither_content_nor_name() {
    let file = File::new("text/csv", "a,b", Some("hunter2")).unwrap();
    let debug = format!("{file:?}");
    assert_eq!(
        debug,
        "SpooledFile { media_type: \"text/csv\", length: 3, .. }"
    );
}

#[test]
fn file_in_json_is_rejected() {
    for json in ["\"a\"", "7", "[\"text/csv\", 0]", "{}", "null"] {
        assert!(serde_json::from_str::<File>(json).is_err(), "{json}");
    }
}
