//! The way from a declared handler to rmcp.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, COOKIE};
use axum::http::request::Parts;
use palisade::Shutdown;
use palisade::prelude::*;
use rmcp::ServerHandler;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use crate::site::Site;

/// A server of rmcp behind declared handlers.
pub struct Gateway<S> {
    service: StreamableHttpService<S, NeverSessionManager>,
}

impl<S> Clone for Gateway<S> {
    fn clone(&self) -> Self {
        Self {
            service: self.service.clone(),
        }
    }
}

impl<S: ServerHandler + Clone> Gateway<S> {
    /// Creates the gateway to a server.
    pub fn new(server: S, site: &Site) -> Self {
        let config = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_json_response(true)
            .with_stateless_protocol_metadata_required(true)
            .with_allowed_hosts(&site.hosts)
            .with_allowed_origins(&site.origins)
            .enforce_origin_validation();
        let service = StreamableHttpService::new(
            move || Ok(server.clone()),
            NeverSessionManager::default().into(),
            config,
        );
        Self { service }
    }

    /// Passes a message to rmcp, and ends the response when the token expires or the server shuts down.
    ///
    /// rmcp gets the message that Palisade has decoded, serialized again, and not the bytes of the client, which
    /// another parser could read in another way.
    ///
    /// Tools find the [`Caller`] in the extensions of the request. They do not see the token, which is for this server
    /// and must not be sent to another (MCP, "Token Passthrough").
    pub async fn call(
        &self,
        caller: Caller,
        shutdown: Shutdown,
        mut parts: Parts,
        message: impl Serialize,
    ) -> Response {
        let Ok(body) = serde_json::to_vec(&message) else {
            return Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response();
        };
        for field in [AUTHORIZATION, COOKIE, CONTENT_LENGTH] {
            parts.headers.remove(field);
        }
        parts.extensions.insert(caller.clone());
        let request = Request::from_parts(parts, Body::from(body));
        self.service.handle(request).await.map(|body| {
            let stream = caller.until_expired(Body::new(body).into_data_stream());
            Body::from_stream(shutdown.until_begun(stream))
        })
    }
}
