//! Files, as their types take them.

use super::*;

struct Pictures;

impl MediaTypes for Pictures {
    const ACCEPTED: &'static [&'static str] = &["image/png", "image/jpeg"];
}

type Picture = Upload<Pictures, 4>;

#[test]
fn a_file_is_labelled_as_one_of_the_list() {
    for (label, media_type) in [
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
        let upload = Picture::new(label, Bytes::new(), None);
        let expected = media_type.ok_or(UploadError::MediaType(Pictures::ACCEPTED));
        assert_eq!(
            upload.map(|upload| upload.media_type()),
            expected,
            "{label}"
        );
    }
}

#[test]
fn a_file_has_at_most_so_many_bytes() {
    for (length, fits) in [(0, true), (3, true), (4, true), (5, false)] {
        let upload = Picture::new("image/png", vec![7; length], None);
        let expected = if fits {
            Ok(Bytes::from(vec![7; length]))
        } else {
            Err(UploadError::Length { max: 4 })
        };
        assert_eq!(upload.map(Upload::into_content), expected, "{length}");
    }
}

#[test]
fn a_files_name_is_checked() {
    let name = |name| {
        Picture::new("image/png", Bytes::new(), name)
            .map(|upload| upload.file_name().map(ToString::to_string))
    };
    assert_eq!(name(None), Ok(None));
    assert_eq!(name(Some("a.png")), Ok(Some("a.png".to_owned())));
    assert_eq!(name(Some("../a.png")), Err(FileNameError::Character.into()));
}

#[test]
fn a_list_has_media_types_and_is_not_empty() {
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
fn what_is_told_is_short() {
    let told = |list: &'static [&'static str]| UploadError::MediaType(list).to_string();
    assert_eq!(
        told(Pictures::ACCEPTED),
        "must be a file labelled as image/png or image/jpeg"
    );
    assert_eq!(
        told(&["application/octet-stream"; 10]),
        "must be a file labelled as a media type that is taken here"
    );
}

#[test]
fn nothing_of_a_file_is_logged() {
    let upload = Picture::new("image/png", "hunt", Some("hunter2")).unwrap();
    let told = format!("{upload:?}");
    assert_eq!(told, "Upload { media_type: \"image/png\", length: 4, .. }");
}

/// No other decoder makes one up from what it has.
#[test]
fn json_holds_no_files() {
    for json in ["[\"image/png\", [1], \"a\"]", "\"x\"", "{}", "null"] {
        assert!(serde_json::from_str::<Picture>(json).is_err(), "{json}");
    }
}
