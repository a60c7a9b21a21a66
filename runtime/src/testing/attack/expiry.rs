//! Tokens that expire after the API has admitted them.

use std::time::Duration;

use axum::http::Method;

use crate::evidence::AttackClass;
use crate::resource_server::IssuerSummary;
use crate::testing::attack::engine::RouteAttack;
use crate::testing::attack::forge::{SUBJECT, with_bearer};
use crate::testing::attack::kit::Attack;
use crate::testing::attack::request::AttackRequest;
use crate::testing::attack::tokens::is_unauthenticated;

const CLASS: AttackClass = AttackClass::BrokenToken;

const DESCRIPTION: &str = "a token that has expired since the API admitted it";

/// The lifetime of the tokens.
const LIFETIME: Duration = Duration::from_mins(1);

impl Attack<'_> {
    /// Moves the clock of the test beyond the lifetime of the tokens, and returns whether the server uses this clock.
    pub(super) fn expire_tokens(&self) -> bool {
        let issuers = self.api.api().inventory().issuers().iter();
        let skew = issuers
            .map(IssuerSummary::clock_skew)
            .max()
            .unwrap_or_default();
        let clock = self.api.server().clock();
        let before = clock.now();
        self.api.clock().advance(LIFETIME + skew);
        clock.now().since(before) >= LIFETIME + skew
    }
}

impl RouteAttack<'_> {
    /// Sends requests with tokens that expire soon, as callers of this attack only and as owners of objects.
    ///
    /// An earlier request may have locked the caller of the other attacks out, and a cache may have only successful responses.
    pub(super) async fn use_expiring_tokens(&mut self, number: usize) {
        let Some(grant) = self.grant.clone() else {
            return;
        };
        let token = |route: &Self, subject: &str| {
            let token = route.forge.token(subject, &grant);
            token.lifetime(LIFETIME).sign()
        };
        let subject = format!("{SUBJECT}-{number}");
        let request = with_bearer(&self.base, &token(self, &subject));
        let Some(outcome) = self.send(CLASS, &request).await else {
            return;
        };
        if self.target.admits(&outcome) {
            self.expiring.push(request);
        } else {
            let reason = format!(
                "{DESCRIPTION}: it is refused before (status {})",
                outcome.status
            );
            self.not_covered(CLASS, &reason);
        }
        if !matches!(self.target.method, Method::GET | Method::HEAD) {
            return;
        }
        let mut objects = self.own_objects().into_iter();
        let Some((_, object)) = objects.find(|(at, _)| self.objects.get(at) == Some(&true)) else {
            return;
        };
        let token = token(self, &object.owner);
        for request in self.accesses(object, &self.parts) {
            let request = with_bearer(&request, &token);
            let outcome = self.send(CLASS, &request).await;
            if outcome.is_some_and(|outcome| outcome.is_success()) {
                self.expiring.push(request);
            }
        }
    }

    /// Sends the same requests again.
    pub(super) async fn send_expired_tokens(&mut self) {
        let requests: Vec<AttackRequest> = std::mem::take(&mut self.expiring);
        for request in requests {
            self.attempt(CLASS, DESCRIPTION, &request, &is_unauthenticated)
                .await;
        }
    }

    /// Reports that the tokens do not expire in the test.
    pub(super) fn report_unexpired_tokens(&mut self) {
        if !self.expiring.is_empty() {
            let reason = format!("{DESCRIPTION}: the server has another clock than the test");
            self.not_covered(CLASS, &reason);
        }
    }
}
