//! The cookie of a session.

use http::header::{HeaderMap, HeaderValue};

use crate::cookies::pairs;
use crate::session::error::SessionRefusal;
use crate::session::id::SessionId;

/// The name of the cookie.
///
/// A browser accepts the prefix `__Host-` only with `Secure`, `Path=/` and without `Domain` (RFC 6265bis §4.1.3.2), so
/// that no other host of the domain, and no page without TLS, can set the cookie.
pub(crate) const SESSION_COOKIE: &str = "__Host-session";

/// Finds the identifier in the `Cookie` fields; HTTP/2 may send several (RFC 9113 §8.2.3).
///
/// # Errors
///
/// Returns an error if there is no cookie with the name, or more than one: programs disagree about which of them
/// counts.
pub(super) fn find(headers: &HeaderMap) -> Result<SessionId, SessionRefusal> {
    let mut values = pairs(headers).filter(|(name, _)| *name == SESSION_COOKIE.as_bytes());
    let (_, value) = values.next().ok_or(SessionRefusal::Missing)?;
    if values.next().is_some() {
        return Err(SessionRefusal::Malformed);
    }
    SessionId::parse(value).ok_or(SessionRefusal::Malformed)
}

/// Returns the `Set-Cookie` value that stores an identifier until the browser ends its own session.
pub(super) fn set(id: &SessionId) -> HeaderValue {
    sensitive(format!(
        "{SESSION_COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax",
        *id.text()
    ))
}

/// Returns the `Set-Cookie` value that removes the cookie.
pub(super) fn remove() -> HeaderValue {
    sensitive(format!(
        "{SESSION_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
    ))
}

fn sensitive(text: String) -> HeaderValue {
    // never an error: the text is ASCII
    let mut value = HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use http::header::COOKIE;

    use super::*;

    fn headers(fields: &[&str]) -> HeaderMap {
        fields
            .iter()
            .map(|field| (COOKIE, HeaderValue::from_str(field).unwrap()))
            .collect()
    }

    fn outcome(fields: &[&str]) -> Result<(), SessionRefusal> {
        find(&headers(fields)).map(drop)
    }

    #[test]
    fn identifier_is_found_among_other_cookies() {
        let id = SessionId::random().unwrap();
        let pair = format!("{SESSION_COOKIE}={}", *id.text());
        for fields in [
            vec![pair.clone()],
            vec![format!("theme=dark; {pair}; a")],
            vec!["session=1".to_owned(), format!("{pair};b=c")],
        ] {
            let fields: Vec<_> = fields.iter().map(String::as_str).collect();
            assert_eq!(
                find(&headers(&fields)).map(|found| found.key()).ok(),
                Some(id.key())
            );
        }
    }

    #[test]
    fn absent_and_similar_names_are_missing() {
        for fields in [
            &[][..],
            &[""],
            &["session=AAAA"],
            &["__host-session=AAAA"],
            &["__Host-session2=AAAA"],
            &["__Host-session"],
            &["x__Host-session=AAAA"],
        ] {
            assert_eq!(outcome(fields), Err(SessionRefusal::Missing), "{fields:?}");
        }
    }

    #[test]
    fn second_cookie_of_the_name_is_malformed() {
        let pair = format!("{SESSION_COOKIE}={}", *SessionId::random().unwrap().text());
        let twice = format!("{pair}; {pair}");
        let spaced = format!("{pair}; __Host-session =x");
        for fields in [&[twice.as_str()][..], &[&pair, &pair], &[&spaced]] {
            assert_eq!(
                outcome(fields),
                Err(SessionRefusal::Malformed),
                "{fields:?}"
            );
        }
        assert_eq!(
            outcome(&["__Host-session=short"]),
            Err(SessionRefusal::Malformed)
        );
    }

    #[test]
    fn cookie_is_never_readable_by_scripts_nor_sent_without_tls() {
        let set = set(&SessionId::random().unwrap());
        assert!(set.is_sensitive());
        for value in [set, remove()] {
            let text = value.to_str().unwrap();
            for attribute in ["; Path=/;", "; Secure;", "; HttpOnly;", "; SameSite=Lax"] {
                assert!(text.contains(attribute), "{text}");
            }
            assert!(!text.contains("Domain"), "{text}");
        }
    }
}
