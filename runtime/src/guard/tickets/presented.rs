//! The ticket in a request: it is taken out before code of the API sees the request.

use std::any::TypeId;

use axum::extract::OriginalUri;
use axum::http::header::AUTHORIZATION;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, Request, Uri};
use percent_encoding::percent_decode_str;

use crate::guard::tickets::store::Target;
use crate::guard::tickets::{Ticket, TicketRefusal, TicketStore};
use crate::secret::Secret;

/// The query parameter of a ticket.
pub(crate) const TICKET_PARAMETER: &str = "ticket";

/// The name of the parameter, as it is compared.
const PARAMETER: &[u8] = TICKET_PARAMETER.as_bytes();

/// The tickets of a request, after they were taken out of it.
///
/// An `Api` with layers takes them out before its layers run, and hands them to the guard in an extension.
#[derive(Clone)]
struct Presented {
    /// `None` if there are several.
    ticket: Option<Secret>,
    /// The parameters as the client wrote them.
    parameters: Secret,
}

impl TicketStore {
    /// Puts the token that obtained the ticket into the request, in place of the ticket.
    ///
    /// Returns whether the request had a ticket.
    ///
    /// # Errors
    ///
    /// Returns the refusal if there are several credentials, or if the ticket does not authenticate this
    /// request.
    pub(crate) fn redeem_in<B>(
        &self,
        request: &mut Request<B>,
        handler: TypeId,
    ) -> Result<bool, TicketRefusal> {
        let Some(presented) = take(request, |_| true) else {
            return Ok(false);
        };
        let ticket = presented.ticket.ok_or(TicketRefusal::SeveralCredentials)?;
        if request.headers().contains_key(AUTHORIZATION) {
            return Err(TicketRefusal::SeveralCredentials);
        }
        let original: Option<&OriginalUri> = request.extensions().get();
        let target = Target {
            handler,
            method: request.method(),
            path: original.map_or(request.uri(), |original| original).path(),
        };
        let token = self.redeem(ticket.expose(), &target)?;
        let header = [b"Bearer ", token.expose()].concat();
        // never an error: the token comes from such a header
        let mut header = HeaderValue::try_from(header).map_err(|_| TicketRefusal::Unknown)?;
        header.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, header);
        Ok(true)
    }
}

/// Moves tickets from the URL into an extension that only the guard reads, before layers see the request.
///
/// A value that is not a ticket stays, and the guard decides.
pub(crate) fn hide_tickets<B>(request: &mut Request<B>) {
    if let Some(presented) = take(request, Ticket::is_well_formed) {
        request.extensions_mut().insert(presented);
    }
}

/// Puts hidden values back into the URL, for a handler that accepts no tickets: there, `ticket` is a parameter like
/// any other.
pub(crate) fn restore_tickets<B>(request: &mut Request<B>) {
    let hidden: Option<Presented> = request.extensions_mut().remove();
    let Some(Ok(parameters)) = hidden
        .as_ref()
        .map(|hidden| str::from_utf8(hidden.parameters.expose()))
    else {
        return;
    };
    add_parameters(request.uri_mut(), parameters);
    if let Some(OriginalUri(original)) = request.extensions_mut().get_mut() {
        add_parameters(original, parameters);
    }
}

/// Takes every ticket out of the request, with those that were taken out before.
fn take<B>(request: &mut Request<B>, is_ticket: fn(&[u8]) -> bool) -> Option<Presented> {
    let hidden: Option<Presented> = request.extensions_mut().remove();
    let found = take_parameters(request.uri_mut(), is_ticket);
    if let Some(OriginalUri(original)) = request.extensions_mut().get_mut() {
        // the same ticket: axum keeps the URL as it was before nesting
        take_parameters(original, is_ticket);
    }
    match (hidden, found) {
        (None, presented) | (presented, None) => presented,
        (Some(hidden), Some(_)) => Some(Presented {
            ticket: None,
            ..hidden
        }),
    }
}

/// Removes the parameter from the query, and leaves the other parameters unchanged.
fn take_parameters(uri: &mut Uri, is_ticket: fn(&[u8]) -> bool) -> Option<Presented> {
    let query = uri.query()?;
    let mut tickets = Vec::new();
    let mut taken = Vec::new();
    let mut others = Vec::new();
    for parameter in query.split('&') {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value: Vec<u8> = percent_decode_str(value).collect();
        if percent_decode_str(name).eq(PARAMETER.iter().copied()) && is_ticket(&value) {
            tickets.push(Secret::new(value));
            taken.push(parameter);
        } else {
            others.push(parameter);
        }
    }
    let ticket = tickets.pop()?;
    let presented = Presented {
        ticket: tickets.is_empty().then_some(ticket),
        parameters: Secret::new(taken.join("&")),
    };
    let path = uri.path();
    let rest = if others.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", others.join("&"))
    };
    *uri = with_path_and_query(uri, &rest);
    Some(presented)
}

/// Appends parameters to the query.
fn add_parameters(uri: &mut Uri, parameters: &str) {
    let path_and_query = match uri.query() {
        None => format!("{}?{parameters}", uri.path()),
        Some(query) => format!("{}?{query}&{parameters}", uri.path()),
    };
    *uri = with_path_and_query(uri, &path_and_query);
}

/// Replaces the path and the query, which are a part of a valid URL.
fn with_path_and_query(uri: &Uri, path_and_query: &str) -> Uri {
    let mut parts = uri.clone().into_parts();
    let path_and_query = path_and_query.parse();
    parts.path_and_query = Some(path_and_query.unwrap_or(PathAndQuery::from_static("/")));
    Uri::from_parts(parts).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICKET: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN-_0";

    /// Takes the tickets of a URL; returns their number, at most 2, and the rest of the URL.
    fn taken(uri: &str, is_ticket: fn(&[u8]) -> bool) -> (usize, String) {
        let mut request = Request::get(uri).body(()).unwrap();
        let count = match take(&mut request, is_ticket) {
            None => 0,
            Some(presented) if presented.ticket.is_some() => 1,
            Some(_) => 2,
        };
        (count, request.uri().to_string())
    }

    #[test]
    fn parameter_is_removed_and_others_stay_unchanged() {
        for (uri, count, rest) in [
            ("/", 0, "/"),
            ("/?", 0, "/?"),
            ("/?a=1", 0, "/?a=1"),
            ("/?ticket=x", 1, "/"),
            ("/a?ticket=x&b=%26", 1, "/a?b=%26"),
            ("/a?b=1&ticket=x", 1, "/a?b=1"),
            ("/a?b=1&ticket=x&&c", 1, "/a?b=1&&c"),
            ("/a?ticket", 1, "/a"),
            ("/a?ticket=", 1, "/a"),
            ("/a?ticket=x=y", 1, "/a"),
            ("/a?%74icket=x", 1, "/a"),
            ("/a?%74%69cke%54=x", 0, "/a?%74%69cke%54=x"),
            ("/a?ticket=x&ticket=x", 2, "/a"),
            ("/a?ticket=x&b=2&tick%65t=y&ticket", 2, "/a?b=2"),
            ("/a?Ticket=x", 0, "/a?Ticket=x"),
            ("/a?tickets=x", 0, "/a?tickets=x"),
            ("/a?ticket%00=x", 0, "/a?ticket%00=x"),
            ("/a?+ticket=x", 0, "/a?+ticket=x"),
            ("/a?ticket%3Dx", 0, "/a?ticket%3Dx"),
            ("/a?b=ticket=x", 0, "/a?b=ticket=x"),
            (
                "http://host.example:1/a?ticket=x",
                1,
                "http://host.example:1/a",
            ),
        ] {
            assert_eq!(taken(uri, |_| true), (count, rest.to_owned()), "{uri}");
        }
    }

    #[test]
    fn only_well_formed_tickets_are_hidden_from_layers() {
        let well_formed = Ticket::is_well_formed;
        let encoded = TICKET.replace('-', "%2D");
        for (uri, count, rest) in [
            (format!("/?ticket={TICKET}"), 1, "/"),
            (format!("/?ticket={encoded}"), 1, "/"),
            (format!("/?ticket={TICKET}&ticket={TICKET}"), 2, "/"),
            (
                format!("/?ticket=short&ticket={TICKET}"),
                1,
                "/?ticket=short",
            ),
            ("/?ticket=short".to_owned(), 0, "/?ticket=short"),
        ] {
            assert_eq!(taken(&uri, well_formed), (count, rest.to_owned()), "{uri}");
        }
    }

    #[test]
    fn hidden_ticket_beside_another_is_several() {
        let uri = format!("/?ticket=short&ticket={TICKET}");
        let mut request = Request::get(uri).body(()).unwrap();
        hide_tickets(&mut request);
        assert_eq!(request.uri(), "/?ticket=short");
        assert!(matches!(
            take(&mut request, |_| true),
            Some(Presented { ticket: None, .. })
        ));
        assert!(take(&mut request, |_| true).is_none());
    }

    #[test]
    fn hidden_ticket_is_taken_once() {
        let mut request = Request::get(format!("/?a=1&ticket={TICKET}"))
            .body(())
            .unwrap();
        let original = OriginalUri(format!("/v1?a=1&ticket={TICKET}").parse().unwrap());
        request.extensions_mut().insert(original);
        hide_tickets(&mut request);
        let OriginalUri(original) = request.extensions().get().unwrap();
        assert_eq!(
            (request.uri().to_string(), original.to_string()),
            ("/?a=1".into(), "/v1?a=1".into())
        );
        let ticket = take(&mut request, |_| true).unwrap().ticket.unwrap();
        assert_eq!(ticket.expose(), TICKET.as_bytes());
        assert!(take(&mut request, |_| true).is_none());
    }

    #[test]
    fn hidden_tickets_are_restored_as_the_client_wrote_them() {
        let encoded = TICKET.replace('-', "%2D");
        for (query, restored) in [
            ("a=1".to_owned(), "a=1".to_owned()),
            (format!("ticket={TICKET}"), format!("ticket={TICKET}")),
            (
                format!("%74icket={encoded}&a=%26"),
                format!("a=%26&%74icket={encoded}"),
            ),
            (
                format!("ticket={TICKET}&ticket=short&ticket={encoded}"),
                format!("ticket=short&ticket={TICKET}&ticket={encoded}"),
            ),
        ] {
            for origin in ["", "http://host.example:1"] {
                let mut request = Request::get(format!("{origin}/a?{query}"))
                    .body(())
                    .unwrap();
                let original = OriginalUri(format!("{origin}/v1/a?{query}").parse().unwrap());
                request.extensions_mut().insert(original);
                hide_tickets(&mut request);
                restore_tickets(&mut request);
                restore_tickets(&mut request);
                let OriginalUri(original) = request.extensions().get().unwrap();
                assert_eq!(
                    (request.uri().to_string(), original.to_string()),
                    (
                        format!("{origin}/a?{restored}"),
                        format!("{origin}/v1/a?{restored}")
                    )
                );
            }
        }
    }
}
