//! The essence of a media type ([RFC 9110 §8.3.1]).
//!
//! [RFC 9110 §8.3.1]: https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1

/// Returns the type and subtype, without parameters.
pub(super) fn essence(media_type: &[u8]) -> &[u8] {
    let essence = media_type.split(|byte| *byte == b';').next();
    essence.unwrap_or_default().trim_ascii()
}
