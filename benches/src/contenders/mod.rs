//! The contenders: the same handler behind different guards.
//!
//! Each has the same key set, and checks signature, issuer, audience, expiry and scope. [`check()`] verifies
//! this before the measurement.

mod bare;
mod check;
mod endpoint;
mod handler;
pub(crate) mod handwritten;
mod huskarl;
mod oauth_resource_server;
mod palisade;

use axum::Router;

pub(crate) use self::check::{check, check_opaque};
use crate::outcome::Outcome;

/// A router with its guard, if any.
#[derive(Clone)]
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) router: Router,
}

/// The role of a contender in the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// No guard; the baseline of all others.
    Bare,
    /// No guard, and the header fields of Palisade's response.
    BareWithHeaders,
    Peer,
    Palisade,
}

/// The names of the contenders, in the order of [`all`].
pub(crate) const BARE: &str = "bare axum";
pub(crate) const BARE_WITH_HEADERS: &str = "bare axum with the same headers";
pub(crate) const HANDWRITTEN: &str = "hand-written, `jsonwebtoken::decode`";
pub(crate) const OAUTH_RESOURCE_SERVER: &str = "`oauth-resource-server` 0.4.1";
pub(crate) const HUSKARL: &str = "`huskarl-axum` 0.1.0";
pub(crate) const PALISADE: &str = "Palisade";

pub(crate) const INTROSPECTING: &str = "Palisade, introspected opaque token";

/// Builds new contenders, whose caches are empty.
pub(crate) async fn all() -> Outcome<Vec<Contender>> {
    Ok(vec![
        Contender::new(BARE, Kind::Bare, bare::router()),
        Contender::new(
            BARE_WITH_HEADERS,
            Kind::BareWithHeaders,
            bare::with_headers(),
        ),
        handwritten()?,
        Contender::new(
            OAUTH_RESOURCE_SERVER,
            Kind::Peer,
            oauth_resource_server::router()?,
        ),
        Contender::new(HUSKARL, Kind::Peer, huskarl::router().await?),
        palisade().await?,
    ])
}

/// Builds the hand-written guard alone.
pub(crate) fn handwritten() -> Outcome<Contender> {
    Ok(Contender::new(
        HANDWRITTEN,
        Kind::Peer,
        handwritten::router()?,
    ))
}

/// Builds Palisade alone, with an empty cache.
pub(crate) async fn palisade() -> Outcome<Contender> {
    Ok(Contender::new(
        PALISADE,
        Kind::Palisade,
        palisade::router().await?,
    ))
}

/// Builds bare axum, and Palisade with an issuer of opaque tokens.
pub(crate) async fn introspecting() -> Outcome<[Contender; 2]> {
    let router = palisade::introspecting(endpoint::start()?).await?;
    let guarded = Contender::new(INTROSPECTING, Kind::Palisade, router);
    let bare = Contender::new(BARE, Kind::Bare, bare::router());
    Ok([bare, guarded])
}

impl Kind {
    /// Whether requests need a token.
    pub(crate) fn is_guarded(self) -> bool {
        matches!(self, Self::Peer | Self::Palisade)
    }
}

impl Contender {
    fn new(name: &'static str, kind: Kind, router: Router) -> Self {
        Self { name, kind, router }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::ALGORITHMS;

    #[tokio::test]
    async fn every_contender_accepts_valid_tokens_and_rejects_invalid_ones() {
        for contender in all().await.unwrap() {
            for algorithm in ALGORITHMS {
                check(&contender, algorithm).await.unwrap();
            }
        }
    }

    #[tokio::test]
    async fn open_guard_fails_the_check() {
        let open = Contender::new("open", Kind::Peer, bare::router());
        let error = check(&open, ALGORITHMS[0]).await.unwrap_err().to_string();
        assert!(
            error.starts_with("open answers a wrong signature with 200"),
            "{error}"
        );
    }
}
