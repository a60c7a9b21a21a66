//! The media types that a client accepts ([RFC 9110 §12.5.1]).
//!
//! [RFC 9110 §12.5.1]: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1

use axum::http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::response::media_type::essence;
use crate::response::{Problem, ProblemType};

/// The media types that the client of a safe request accepts, unless it accepts all.
pub(crate) struct Acceptable {
    fields: Vec<HeaderValue>,
}

/// A media range of `Accept`, and its quality.
struct MediaRange<'a> {
    main: &'a [u8],
    sub: &'a [u8],
    is_refused: bool,
}

impl Acceptable {
    /// Reads `Accept` of a GET or HEAD request.
    ///
    /// A handler with another method has had its effect before its media type is known.
    pub(crate) fn of(method: &Method, headers: &HeaderMap) -> Option<Self> {
        if method != Method::GET && method != Method::HEAD {
            return None;
        }
        let accepts_all = |value: &HeaderValue| value.as_bytes() == b"*/*";
        if headers.get(ACCEPT).is_none_or(accepts_all) {
            return None;
        }
        let fields = headers.get_all(ACCEPT).iter().cloned().collect();
        Some(Self { fields })
    }

    /// Returns whether a range of the fields is this media type itself.
    #[cfg(feature = "relying-party")]
    pub(crate) fn names(&self, media_type: &str) -> bool {
        let (main, sub) = split(media_type.as_bytes());
        let items = self.fields.iter();
        let mut items = items.flat_map(|field| field.as_bytes().split(|byte| *byte == b','));
        items.any(|item| {
            let range = MediaRange::parse(item);
            range.is_some_and(|range| {
                range.precedence_for(main, sub) == Some(2) && !range.is_refused
            })
        })
    }

    /// Replaces a successful response by 406 if the client accepts no such media type.
    pub(crate) fn check(&self, response: &mut Response) {
        if !response.status().is_success() {
            return;
        }
        let media_type = response
            .headers()
            .get(CONTENT_TYPE)
            .map(HeaderValue::to_str);
        if let Some(Ok(media_type)) = media_type
            && !self.accepts(media_type)
        {
            *response = not_acceptable(media_type);
        }
    }

    /// Returns whether a range of the fields includes the media type; a malformed field accepts all.
    ///
    /// Parameters are ignored, so that `charset=utf-8` and versions of a media type accept it.
    fn accepts(&self, media_type: &str) -> bool {
        let (main, sub) = split(essence(media_type.as_bytes()));
        let mut best: Option<(u8, bool)> = None;
        let mut has_range = false;
        for field in &self.fields {
            for item in field.as_bytes().split(|byte| *byte == b',') {
                if item.trim_ascii().is_empty() {
                    continue;
                }
                let Some(range) = MediaRange::parse(item) else {
                    return true;
                };
                has_range = true;
                let Some(precedence) = range.precedence_for(main, sub) else {
                    continue;
                };
                let is_better = best.is_none_or(|(other, _)| precedence > other);
                let is_same = best.is_some_and(|(other, _)| precedence == other);
                if is_better || is_same && !range.is_refused {
                    best = Some((precedence, !range.is_refused));
                }
            }
        }
        !has_range || best.is_some_and(|(_, is_accepted)| is_accepted)
    }
}

impl<'a> MediaRange<'a> {
    /// Parses `type/subtype;parameter=value;q=0.5`, or returns `None` if it is malformed.
    fn parse(item: &'a [u8]) -> Option<Self> {
        // the comma of a quoted parameter has split it
        if item.contains(&b'"') {
            return None;
        }
        let (main, sub) = split(essence(item));
        if main.is_empty() || sub.is_empty() || (main == b"*" && sub != b"*") {
            return None;
        }
        let is_refused = item
            .split(|byte| *byte == b';')
            .skip(1)
            .any(is_zero_quality);
        Some(Self {
            main,
            sub,
            is_refused,
        })
    }

    /// Returns how specific the range is if it includes the media type.
    fn precedence_for(&self, main: &[u8], sub: &[u8]) -> Option<u8> {
        if self.main == b"*" {
            return Some(0);
        }
        if !self.main.eq_ignore_ascii_case(main) {
            return None;
        }
        if self.sub == b"*" {
            return Some(1);
        }
        self.sub.eq_ignore_ascii_case(sub).then_some(2)
    }
}

/// Splits a media type at the slash.
fn split(essence: &[u8]) -> (&[u8], &[u8]) {
    let slash = essence.iter().position(|byte| *byte == b'/');
    match slash.and_then(|slash| essence.split_at_checked(slash)) {
        Some((main, rest)) => (main, rest.get(1..).unwrap_or_default()),
        None => (essence, b""),
    }
}

/// Whether a parameter is `q=0`, with up to three zeros after a dot.
fn is_zero_quality(parameter: &[u8]) -> bool {
    let parameter = parameter.trim_ascii();
    let value = parameter
        .strip_prefix(b"q=")
        .or_else(|| parameter.strip_prefix(b"Q="));
    matches!(value, Some(b"0" | b"0." | b"0.0" | b"0.00" | b"0.000"))
}

/// Returns 406 with the media type of the response, which is not the client's text.
fn not_acceptable(media_type: &str) -> Response {
    let essence = essence(media_type.as_bytes());
    let available = String::from_utf8_lossy(essence);
    Problem::new(StatusCode::NOT_ACCEPTABLE)
        .with_type(ProblemType::NOT_ACCEPTABLE)
        .detail("the client accepts no media type of this endpoint")
        .member("available", [available])
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(fields: &[&'static str], media_type: &str) -> bool {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(ACCEPT, HeaderValue::from_static(field));
        }
        let acceptable = Acceptable::of(&Method::GET, &headers);
        acceptable.is_none_or(|acceptable| acceptable.accepts(media_type))
    }

    #[test]
    fn range_that_includes_the_media_type_accepts_it() {
        for fields in [
            &[][..],
            &["*/*"],
            &["application/json"],
            &["Application/JSON"],
            &["application/*"],
            &["text/html, application/json;q=0.1"],
            &["text/html", "application/json"],
            &["text/html,,application/json"],
            &["application/json; charset=utf-8"],
            &["application/json;version=2;q=0.5"],
            &["application/json;q=0.001"],
            &["application/json;q=0, application/json;v=1"],
            &["application/*;q=0, application/json"],
            &["*/*;q=0, application/json"],
            &["text/html, */*;q=0.1"],
            &["*/* ; q=0.8"],
        ] {
            assert!(accepts(fields, "application/json"), "{fields:?}");
            assert!(
                accepts(fields, "application/json; charset=utf-8"),
                "{fields:?}"
            );
        }
    }

    #[test]
    fn media_type_outside_every_range_is_not_accepted() {
        for fields in [
            &["text/html"][..],
            &["text/*", "image/png"],
            &["application/jso"],
            &["application/jsonx"],
            &["application/problem+json"],
            &["application/json;q=0"],
            &["application/json; Q=0.000"],
            &["application/json;q=0, */*"],
            &["application/*;q=0, */*;q=0.5"],
            &["*/*;q=0"],
        ] {
            assert!(!accepts(fields, "application/json"), "{fields:?}");
        }
    }

    #[test]
    fn malformed_field_accepts_everything() {
        for field in [
            "json",
            "/",
            "application/",
            "*",
            "*/json",
            "text/html;a=\"b,c\"",
            "a b",
        ] {
            assert!(accepts(&[field], "application/json"), "{field}");
        }
        let empty = accepts(&[""], "application/json");
        assert!(empty, "an empty field has no range");
    }

    #[test]
    fn only_safe_methods_are_checked() {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("text/html"));
        for (method, is_checked) in [
            (Method::GET, true),
            (Method::HEAD, true),
            (Method::POST, false),
            (Method::PUT, false),
            (Method::OPTIONS, false),
        ] {
            let acceptable = Acceptable::of(&method, &headers);
            assert_eq!(acceptable.is_some(), is_checked, "{method}");
        }
    }
}
