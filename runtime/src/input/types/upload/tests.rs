//! Files and their types.

use super::*;

struct Pictures;

impl MediaTypes for Pictures {
    const ACCEPTED: &'static [&'static str] = &["image/png", "image/jpeg"];
}

type Picture = Upload<Pictures, 4>;

#[test]
fn file_of_other_media_type_is_rejected() {
    for (content_type, media_type) in [
        ("image/png", Some("image/png")),
        ("IMAGE/JPEG", Some("image/jpeg")),
        ("image/png;charset=utf-8", Some("image/png")),
        ("", None),
        ("image/gif", None),
        ("image/png2", None),
        ("image/png, image/jpeg", None),
        ("image/png; a=b", None),
        ("image", None),
        ("*/*", None),
    ] {
        let upload = Picture::new(content_type, Bytes::new(), None);
        let expected = media_type.ok_or(UploadError::MediaType(Pictures::ACCEPTED));
        assert_eq!(
            upload.map(|upload| upload.media_type()),
            expected,
            "{content_type}"
        );
    }
}

#[test]
fn file_over_max_bytes_is_rejected() {
    for (length, is_valid) in [(0, true), (3, true), (4, true), (5, false)] {
        let upload = Picture::new("image/png", vec![7; length], None);
        let expected = if is_valid {
            Ok(Bytes::from(vec![7; length]))
        } else {
            Err(UploadError::Length { max: 4 })
        };
        assert_eq!(upload.map(Upload::into_content), expected, "{length}");
    }
}

#[test]
fn invalid_file_name_is_rejected() {
    let name = |name| {
        Picture::new("image/png", Bytes::new(), name)
            .map(|upload| upload.file_name().map(ToString::to_string))
    };
    assert_eq!(name(None), Ok(None));
    assert_eq!(name(Some("a.png")), Ok(Some("a.png".to_owned())));
    assert_eq!(name(Some("../a.png")), Err(FileNameError::Character.into()));
}

#[test]
fn list_without_valid_media_types_is_rejected() {
    assert!(are_media_types(&["image/png"]));
    assert!(are_media_types(&[
        "image/svg+xml",
        "application/vnd.ms-excel.12"
    ]));
    for list in [
        &[][..],
        &[""],
        &["image"],
        &["/png"],
        &["image/"],
        &["image/*"],
        &["*/*"],
        &["Image/png"],
        &["image/png; q=1"],
        &["image/png/x"],
        &["image/png", ""],
    ] {
        assert!(!are_media_types(list), "{list:?}");
    }
}

#[test]
fn long_list_is_not_in_message() {
    let message = |list: &'static [&'static str]| UploadError::MediaType(list).to_string();
    assert_eq!(
        message(Pictures::ACCEPTED),
        "must be a file of type image/png or image/jpeg"
    );
    assert_eq!(
        message(&["application/octet-stream"; 10]),
        "must be a file of an accepted media type"
    );
}

#[test]
fn debug_shows_media_type_and_length_only() {
    let upload = Picture::new("image/png", "hunt", Some("hunter2")).unwrap();
    let debug = format!("{upload:?}");
    assert_eq!(debug, "Upload { media_type: \"image/png\", length: 4, .. }");
}

/// Other deserializers must not construct a file from their data.
#[test]
fn file_in_json_is_rejected() {
    for json in ["[\"image/png\", [1], \"a\"]", "\"x\"", "{}", "null"] {
        assert!(serde_json::from_str::<Picture>(json).is_err(), "{json}");
    }
}
