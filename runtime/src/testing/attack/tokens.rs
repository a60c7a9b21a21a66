//! Attacks on authentication and authorization.

use axum::http::Method;

use crate::evidence::AttackClass;
use crate::testing::attack::access::{Alternative, Grant, Implications};
use crate::testing::attack::engine::{IsRefused, RouteAttack};
use crate::testing::attack::forge::SUBJECT;
use crate::testing::attack::request::Outcome;

pub(super) fn is_unauthenticated(outcome: &Outcome) -> bool {
    let has_challenge = outcome.status != 401 || outcome.challenge.is_some();
    outcome.is_refused_with(&[400, 401]) && has_challenge
}

pub(super) fn is_forbidden(outcome: &Outcome) -> bool {
    outcome.is_refused_with(&[403])
}

impl RouteAttack<'_> {
    pub(super) async fn tokens(&mut self) {
        let name = self.target.name();
        let expected = self.attack.expected(&name);
        let is_expected_public = expected.is_some_and(|expected| expected.alternatives().is_none());
        let Some(grant) = self.grant.clone() else {
            self.public(is_expected_public).await;
            return;
        };
        let base = self.base.clone();
        self.attempt(AttackClass::NoToken, "no token", &base, &is_unauthenticated)
            .await;
        for (description, request) in self.forge.broken(&base, &grant) {
            self.attempt(
                AttackClass::BrokenToken,
                &description,
                &request,
                &is_unauthenticated,
            )
            .await;
        }
        self.missing().await;
        self.issuers(&grant).await;
        self.expectation(&is_forbidden).await;
    }

    /// Attacks a public route: it must not change anything, unless the test expects it to be public.
    async fn public(&mut self, is_expected: bool) {
        let is_safe = matches!(
            self.target.method,
            Method::GET | Method::HEAD | Method::OPTIONS
        );
        let name = self.target.name();
        let request = self.base.clone();
        if let Some(alternatives) = self
            .attack
            .expected(&name)
            .and_then(|expected| expected.alternatives())
        {
            let needed = alternatives.first().map_or_else(
                || "a session".to_owned(),
                |set| format!("a token with {}", set.grant()),
            );
            let description = format!("no token, although the test expects {needed}");
            self.attempt(
                AttackClass::Expectation,
                &description,
                &request,
                &is_unauthenticated,
            )
            .await;
        } else if !is_safe && !is_expected {
            let description = "no token, and the method is not safe; if that is intended, expect `Expected::public()`";
            self.attempt(
                AttackClass::NoToken,
                description,
                &request,
                &is_unauthenticated,
            )
            .await;
        }
    }

    /// Attacks with each scope and role left out, and with narrower ones.
    async fn missing(&mut self) {
        let Some(sets) = self.target.alternatives.clone() else {
            return;
        };
        let mut tried = self.admitted(&sets).await;
        let implications = Implications::of(self.attack.api.api().inventory());
        for set in &sets {
            let grant = set.grant();
            let scopes = grant
                .scopes
                .iter()
                .map(|scope| (AttackClass::MissingScope, grant.without_scope(scope)));
            let roles = grant
                .roles
                .iter()
                .map(|role| (AttackClass::MissingRole, grant.without_role(role)));
            let nothing = [(AttackClass::MissingScope, Grant::default())];
            let narrower = grant.narrower(&implications).into_iter();
            let narrower = narrower.map(|less| (AttackClass::MissingScope, less));
            let changed = Self::changed(&grant);
            let all = scopes
                .chain(roles)
                .chain(nothing)
                .chain(narrower)
                .chain(changed);
            for (class, less) in all {
                if less.satisfies(&sets) || tried.contains(&less) {
                    continue;
                }
                let description = format!("a token with {less}");
                self.attempt_less(class, &description, &less, &is_forbidden)
                    .await;
                tried.push(less);
            }
        }
    }

    /// Sends each grant that must be admitted, and reports those that are not; returns all.
    async fn admitted(&mut self, sets: &[Alternative]) -> Vec<Grant> {
        let mut tried: Vec<Grant> = Vec::new();
        for set in sets {
            let grant = set.grant();
            let class = if grant.scopes.is_empty() {
                AttackClass::MissingRole
            } else {
                AttackClass::MissingScope
            };
            let broader = set.broader_grants().into_iter();
            let broader =
                broader.map(|broader| (broader, ", although its scope implies the required one"));
            for (grant, remark) in [(grant, "")].into_iter().chain(broader) {
                if !tried.contains(&grant) && !self.is_admitted(class, &grant).await {
                    let reason = format!("a token with {grant} is not admitted{remark}");
                    self.not_covered(class, &reason);
                }
                tried.push(grant);
            }
        }
        tried
    }

    /// Returns the grant with names that are nearly those that are required.
    fn changed(grant: &Grant) -> Vec<(AttackClass, Grant)> {
        let variants = |name: &str| {
            let changed_case = if name.chars().any(char::is_lowercase) {
                name.to_uppercase()
            } else {
                name.to_lowercase()
            };
            [
                changed_case,
                format!("{name}x"),
                name.chars().skip(1).collect(),
            ]
        };
        let mut all = Vec::new();
        for scope in &grant.scopes {
            for variant in variants(scope)
                .into_iter()
                .filter(|variant| !variant.is_empty())
            {
                let mut other = grant.without_scope(scope);
                other.scopes.push(variant);
                all.push((AttackClass::MissingScope, other));
            }
            // a scope is no role
            let mut other = grant.without_scope(scope);
            other.roles.push(scope.clone());
            all.push((AttackClass::MissingScope, other));
        }
        for role in &grant.roles {
            for variant in variants(role)
                .into_iter()
                .filter(|variant| !variant.is_empty())
            {
                let mut other = grant.without_role(role);
                other.roles.push(variant);
                all.push((AttackClass::MissingRole, other));
            }
        }
        all
    }

    async fn is_admitted(&mut self, class: AttackClass, grant: &Grant) -> bool {
        let request = self.forge.authorize(&self.base, SUBJECT, grant);
        let outcome = self.send(class, &request).await;
        outcome.is_some_and(|outcome| self.target.admits(&outcome))
    }

    /// Sends a token that lacks something, and records whether it was refused.
    ///
    /// A route that locks its caller out after an earlier request refuses every token, with 401 or 503. That says nothing about a token
    /// that the declaration refuses. One that it accepts is admitted before the caller is locked out, whatever the status is now.
    pub(super) async fn attempt_less(
        &mut self,
        class: AttackClass,
        description: &str,
        less: &Grant,
        is_refused: IsRefused<'_>,
    ) {
        let request = self.forge.authorize(&self.base, SUBJECT, less);
        let Some(outcome) = self.send(class, &request).await else {
            return;
        };
        let refused = is_refused(&outcome);
        let declared = self.target.alternatives.as_ref();
        let is_declared = declared.is_some_and(|sets| less.satisfies(sets));
        let may_be_locked_out =
            !refused && !is_declared && self.target.refuses_credential(&outcome);
        if may_be_locked_out && self.refuses_own_caller(class).await {
            let reason = format!(
                "the route refuses its own caller, too, after an earlier request (status {}); let the server of the test lock no caller out",
                outcome.status
            );
            self.not_covered(class, &reason);
            return;
        }
        self.record(class, description, &outcome, refused);
    }

    /// Returns whether the guard now refuses the credential of the request that the route accepted.
    async fn refuses_own_caller(&mut self, class: AttackClass) -> bool {
        let request = self.accepted();
        let outcome = self.send(class, &request).await;
        outcome.is_some_and(|outcome| self.target.refuses_credential(&outcome))
    }
}
