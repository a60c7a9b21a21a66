//! `MediaTypes`: the accepted media types of a file or of a streamed body.

/// The accepted media types of an [`Upload`](crate::input::Upload) or of a
/// [`StreamedBody`](crate::input::StreamedBody).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not list media types",
    label = "not a list of media types",
    note = "help: write `impl palisade::input::MediaTypes for {Self} {{ const ACCEPTED: &'static [&'static str] = &[\"image/png\"]; }}`"
)]
pub trait MediaTypes {
    /// The media types, each as `type/subtype` in lower case without parameters.
    ///
    /// An empty list or a wildcard does not compile (`cargo check` does not notice it in an `Upload`).
    const ACCEPTED: &'static [&'static str];
}

/// Returns whether a list is not empty and each element is `type/subtype` in lower case.
pub(super) const fn are_media_types(mut accepted: &[&str]) -> bool {
    if accepted.is_empty() {
        return false;
    }
    while let [media_type, rest @ ..] = accepted {
        let (mut text, mut slashes) = (media_type.as_bytes(), 0);
        if matches!(text, [] | [b'/', ..] | [.., b'/']) {
            return false;
        }
        while let [byte, rest @ ..] = text {
            match byte {
                b'/' => slashes += 1,
                b'a'..=b'z'
                | b'0'..=b'9'
                | b'!'
                | b'#'
                | b'$'
                | b'&'
                | b'-'
                | b'^'
                | b'_'
                | b'.'
                | b'+' => {}
                _ => return false,
            }
            text = rest;
        }
        if slashes != 1 {
            return false;
        }
        accepted = rest;
    }
    true
}

/// Returns whether a list has only media types whose content no other extractor checks.
pub(crate) const fn are_streamed_types(accepted: &[&str]) -> bool {
    let mut rest = accepted;
    while let [media_type, others @ ..] = rest {
        if has_own_extractor(media_type) {
            return false;
        }
        rest = others;
    }
    are_media_types(accepted)
}

/// Returns whether an extractor of this crate checks the content of bodies with a media type.
const fn has_own_extractor(media_type: &str) -> bool {
    matches!(
        media_type.as_bytes(),
        b"application/json"
            | b"application/x-www-form-urlencoded"
            | [.., b'+', b'j', b's', b'o', b'n']
            | [
                b'm',
                b'u',
                b'l',
                b't',
                b'i',
                b'p',
                b'a',
                b'r',
                b't',
                b'/',
                ..
            ]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_with_their_own_extractor_are_not_streamed() {
        for list in [
            &["video/mp4"][..],
            &[
                "video/mp4",
                "text/csv",
                "application/x-ndjson",
                "text/plain",
            ],
            &["application/json-seq"],
        ] {
            assert!(are_streamed_types(list), "{list:?}");
        }
        for list in [
            &[][..],
            &["*/*"],
            &["video/*"],
            &["Video/mp4"],
            &["video/mp4; codecs=avc1"],
            &["video/mp4", "application/json"],
            &["application/problem+json", "video/mp4"],
            &["application/x-www-form-urlencoded"],
            &["multipart/form-data"],
            &["multipart/mixed"],
        ] {
            assert!(!are_streamed_types(list), "{list:?}");
        }
    }
}
