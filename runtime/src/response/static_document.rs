//! Documents that are the same for every request, with validators ([RFC 9110 §8.8]).
//!
//! [RFC 9110 §8.8]: https://www.rfc-editor.org/rfc/rfc9110#section-8.8

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue,
    IF_NONE_MATCH,
};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The time for which caches may use a document without a request, in seconds.
const FRESH: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// The number of bytes of the hash in an entity tag.
const TAG_BYTES: usize = 16;

/// A document with its header fields.
#[derive(Clone, Debug)]
pub(crate) struct StaticDocument {
    content: Bytes,
    media_type: HeaderValue,
    tag: HeaderValue,
    policy: Option<HeaderValue>,
}

impl StaticDocument {
    pub(crate) fn new(content: impl Into<Bytes>, media_type: &'static str) -> Self {
        let content = content.into();
        let hash = digest(&SHA256, &content);
        let hash = hash.as_ref().get(..TAG_BYTES).unwrap_or_default();
        let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(hash));
        Self {
            content,
            media_type: HeaderValue::from_static(media_type),
            // never an error: the alphabet is ASCII
            tag: HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\"")),
            policy: None,
        }
    }

    /// Sets the `Content-Security-Policy` of a page.
    pub(crate) fn with_policy(self, policy: &'static str) -> Self {
        Self {
            policy: Some(HeaderValue::from_static(policy)),
            ..self
        }
    }

    /// Returns the document, or 304 if the client has it.
    pub(crate) fn respond(&self, request: &HeaderMap) -> Response {
        let is_known = self.is_known(request);
        let mut response = if is_known {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response
        } else {
            Response::new(Body::from(self.content.clone()))
        };
        let headers = response.headers_mut();
        headers.insert(ETAG, self.tag.clone());
        headers.insert(CACHE_CONTROL, FRESH);
        if is_known {
            return response;
        }
        headers.insert(CONTENT_TYPE, self.media_type.clone());
        if let Some(policy) = &self.policy {
            headers.insert(CONTENT_SECURITY_POLICY, policy.clone());
        }
        response
    }

    /// Returns whether `If-None-Match` has the tag, by weak comparison ([RFC 9110 §13.1.2]).
    ///
    /// [RFC 9110 §13.1.2]: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
    fn is_known(&self, request: &HeaderMap) -> bool {
        let fields = request.get_all(IF_NONE_MATCH).iter();
        let mut tags = fields.flat_map(|field| field.as_bytes().split(|byte| *byte == b','));
        tags.any(|tag| {
            let tag = tag.trim_ascii();
            tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == self.tag.as_bytes()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(document: &StaticDocument, fields: &[&str]) -> u16 {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(IF_NONE_MATCH, HeaderValue::try_from(*field).unwrap());
        }
        document.respond(&headers).status().as_u16()
    }

    #[test]
    fn known_document_is_not_sent_again() {
        let document = StaticDocument::new("text", "text/plain");
        let other = StaticDocument::new("texts", "text/plain");
        assert_ne!(document.tag, other.tag);
        let tag = document.tag.to_str().unwrap();
        for fields in [
            &[tag][..],
            &["*"],
            &[&format!("W/{tag}")],
            &[&format!("\"a\", {tag}")],
            &["\"a\"", tag],
        ] {
            assert_eq!(status(&document, fields), 304, "{fields:?}");
            let is_any = fields == ["*"];
            assert_eq!(status(&other, fields), if is_any { 304 } else { 200 });
        }
        for fields in [
            &[][..],
            &[""],
            &["\"\""],
            &[&tag[1..]],
            &[&tag.to_lowercase()],
        ] {
            assert_eq!(status(&document, fields), 200, "{fields:?}");
        }
    }

    #[test]
    fn unchanged_document_has_the_same_validators() {
        let document = StaticDocument::new("text", "text/plain").with_policy("default-src 'none'");
        let response = document.respond(&HeaderMap::new());
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, response.headers()[ETAG].clone());
        let unchanged = document.respond(&headers);
        for name in [ETAG, CACHE_CONTROL] {
            assert_eq!(response.headers()[&name], unchanged.headers()[&name]);
        }
        assert!(!unchanged.headers().contains_key(CONTENT_TYPE));
    }
}
