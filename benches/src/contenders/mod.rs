//! Who is compared: the same handler behind one guard each.
//!
//! Each has the same key set, and checks signature, issuer, audience, expiry and scope;
//! [`check()`] makes sure of it before anything is measured.

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

/// A router with its guard, if it has one.
#[derive(Clone)]
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) router: Router,
}

/// What a contender is to the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// No guard at all: what the others are measured against.
    Bare,
    Peer,
    Palisade,
}

/// The names, in the order of [`all`].
pub(crate) const BARE: &str = "bare axum";
pub(crate) const HANDWRITTEN: &str = "hand-written, `jsonwebtoken::decode`";
pub(crate) const OAUTH_RESOURCE_SERVER: &str = "`oauth-resource-server` 0.4.1";
pub(crate) const HUSKARL: &str = "`huskarl-axum` 0.1.0";
pub(crate) const PALISADE: &str = "Palisade";

pub(crate) const INTROSPECTING: &str = "Palisade, an opaque token that was introspected";

/// Builds every contender anew: none has seen a token yet.
pub(crate) async fn all() -> Outcome<Vec<Contender>> {
    Ok(vec![
        Contender::new(BARE, Kind::Bare, bare::router()),
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

/// The hand-written guard alone.
pub(crate) fn handwritten() -> Outcome<Contender> {
    Ok(Contender::new(
        HANDWRITTEN,
        Kind::Peer,
        handwritten::router()?,
    ))
}

/// Palisade alone, having seen no token.
pub(crate) async fn palisade() -> Outcome<Contender> {
    Ok(Contender::new(
        PALISADE,
        Kind::Palisade,
        palisade::router().await?,
    ))
}

/// Bare axum, and Palisade where the issuer's tokens are opaque.
pub(crate) async fn introspecting() -> Outcome<[Contender; 2]> {
    let router = palisade::introspecting(endpoint::start()?).await?;
    let guarded = Contender::new(INTROSPECTING, Kind::Palisade, router);
    let bare = Contender::new(BARE, Kind::Bare, bare::router());
    Ok([bare, guarded])
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
    async fn each_accepts_what_is_good_and_refuses_what_is_not() {
        for contender in all().await.unwrap() {
            for algorithm in ALGORITHMS {
                check(&contender, algorithm).await.unwrap();
            }
        }
    }

    #[tokio::test]
    async fn a_guard_that_lets_everything_through_is_found_out() {
        let open = Contender::new("open", Kind::Peer, bare::router());
        let found = check(&open, ALGORITHMS[0]).await.unwrap_err().to_string();
        assert!(found.starts_with("open answers 200"), "{found}");
    }
}
