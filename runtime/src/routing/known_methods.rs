//! The request methods that Palisade knows, and those that `any` routes.

use axum::http::Method;
use axum::routing::MethodFilter;

/// The methods of RFC 9110 §9.3, and PATCH of RFC 5789; `any` routes those marked `true`.
///
/// A client can send any token as a method, so `any` admits a closed list. TRACE echoes the request
/// with its credentials, and CONNECT opens a tunnel (RFC 9110 §9.3.6 and §9.3.8); a route has
/// them only by name.
const KNOWN: [(Method, MethodFilter, bool); 9] = [
    (Method::GET, MethodFilter::GET, true),
    (Method::HEAD, MethodFilter::HEAD, true),
    (Method::PUT, MethodFilter::PUT, true),
    (Method::POST, MethodFilter::POST, true),
    (Method::PATCH, MethodFilter::PATCH, true),
    (Method::OPTIONS, MethodFilter::OPTIONS, true),
    (Method::DELETE, MethodFilter::DELETE, true),
    (Method::TRACE, MethodFilter::TRACE, false),
    (Method::CONNECT, MethodFilter::CONNECT, false),
];

/// Returns whether the method is a known one; another one is text that the client chooses.
pub(super) fn is_known(method: &Method) -> bool {
    KNOWN.iter().any(|(known, ..)| known == method)
}

/// Returns the methods that `any` routes, as the value of `Allow`.
pub(super) fn allow_any() -> String {
    let in_any = KNOWN.iter().filter(|(_, _, in_any)| *in_any);
    let names: Vec<&str> = in_any.map(|(method, ..)| method.as_str()).collect();
    names.join(",")
}

/// Returns the methods in a filter.
pub(super) fn in_filter(filter: MethodFilter) -> impl Iterator<Item = Method> {
    KNOWN
        .into_iter()
        .filter(move |(_, single, _)| filter.or(*single) == filter)
        .map(|(method, ..)| method)
}

/// Returns the methods that `any` routes beside the handlers of single methods; `None` if these
/// leave no method.
///
/// A `GET` handler serves `HEAD` too, as in axum.
pub(super) fn any_beside(named: Option<MethodFilter>) -> Option<MethodFilter> {
    let named = named.map(|named| {
        if named.or(MethodFilter::GET) == named {
            named.or(MethodFilter::HEAD)
        } else {
            named
        }
    });
    KNOWN
        .into_iter()
        .filter(|(_, _, in_any)| *in_any)
        .map(|(_, single, _)| single)
        .filter(|single| named.is_none_or(|named| named.or(*single) != named))
        .reduce(MethodFilter::or)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(filter: Option<MethodFilter>) -> Vec<String> {
        let methods = filter.into_iter().flat_map(in_filter);
        methods.map(|method| method.to_string()).collect()
    }

    #[test]
    fn any_has_neither_trace_nor_connect() {
        assert_eq!(
            names(any_beside(None)),
            ["GET", "HEAD", "PUT", "POST", "PATCH", "OPTIONS", "DELETE"]
        );
    }

    #[test]
    fn any_leaves_named_methods_to_their_handlers() {
        let beside = |named| names(any_beside(Some(named)));
        assert_eq!(
            beside(MethodFilter::GET),
            ["PUT", "POST", "PATCH", "OPTIONS", "DELETE"]
        );
        assert_eq!(
            beside(MethodFilter::HEAD.or(MethodFilter::TRACE)),
            ["GET", "PUT", "POST", "PATCH", "OPTIONS", "DELETE"]
        );
        let every = any_beside(None).unwrap();
        assert!(any_beside(Some(every)).is_none());
    }

    #[test]
    fn only_registered_spellings_are_known() {
        assert!(is_known(&Method::GET) && is_known(&Method::CONNECT));
        for other in ["get", "EVIL", "GETS", "PROPFIND", "G!"] {
            assert!(
                !is_known(&Method::from_bytes(other.as_bytes()).unwrap()),
                "{other}"
            );
        }
    }
}
