//! Request bodies that are unread when the response is ready.
//!
//! A short rest is read and discarded, so that the connection stays usable; otherwise the response announces the
//! close, and `linger` then closes in stages.

use std::sync::Arc;

use axum::response::Response;
use http::Version;
use http_body::Body as _;

use crate::routing::{Rest, discard, discard_within};
use crate::serve::linger::ConnectionState;
use crate::serve::received_body::ReceivedBody;

/// Discards what the handler has left unread, or announces in the response that the connection closes.
///
/// An HTTP/2 connection stays usable in any case. When the body is dropped, hyper resets the stream (RFC 9113 §8.1),
/// which some clients report as an error even after the whole response. Within the limits of the request and of the
/// connection, the body is therefore read to its end. This is also true after `Expect: 100-continue`, because hyper sends
/// no `100 Continue` in HTTP/2.
pub(super) fn settle(
    rest: &Rest<ReceivedBody>,
    version: Version,
    response: &mut Response,
    connection: &Arc<ConnectionState>,
) {
    let Some(unread) = rest.take() else {
        return;
    };
    if version == Version::HTTP_2 {
        connection.set_unread();
        let mut body = unread.body;
        if body.size_hint().lower() > connection.unread_limit() {
            connection.allow_dropped_body();
            return;
        }
        let connection = Arc::clone(connection);
        tokio::spawn(async move {
            let spend = |bytes| connection.spend_unread(bytes);
            let reading = discard_within(&mut body, connection.unread_limit(), spend);
            connection.bounded(reading).await;
            if !body.is_end_stream() {
                connection.allow_dropped_body();
            }
        });
        return;
    }
    if unread.keeps_alive(response, connection.unread_limit()) {
        tokio::spawn(discard_for_next_request(
            unread.body,
            Arc::clone(connection),
        ));
    } else {
        connection.set_unread();
    }
}

/// Reads a body to its end, so that the connection can carry the next request. If the client is too slow, the
/// connection is closed.
async fn discard_for_next_request(body: ReceivedBody, connection: Arc<ConnectionState>) {
    // the connection is not idle
    let _active = connection.activity().request();
    let reading = discard(body, connection.unread_limit());
    if connection.bounded(reading).await != Some(true) {
        connection.forbid_linger();
    }
}
