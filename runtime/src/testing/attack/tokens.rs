//! Attacks on authentication and authorization.

use std::collections::BTreeSet;

use axum::http::Method;

use crate::evidence::AttackClass;
use crate::guard::TICKET_PARAMETER;
use crate::testing::attack::access::{Alternative, Grant};
use crate::testing::attack::engine::RouteAttack;
use crate::testing::attack::forge::{SUBJECT, attacker, with_bearer};
use crate::testing::attack::request::Outcome;

/// The length of a ticket in the query.
const TICKET_LEN: usize = 43;

fn is_unauthenticated(outcome: &Outcome) -> bool {
    let has_challenge = outcome.status != 401 || outcome.challenge.is_some();
    outcome.is_refused_with(&[400, 401]) && has_challenge
}

fn is_forbidden(outcome: &Outcome) -> bool {
    outcome.is_refused_with(&[403])
}

fn is_foreign(outcome: &Outcome) -> bool {
    outcome.is_refused_with(&[401, 403])
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
        self.expectation(&grant).await;
    }

    /// Attacks a route that accepts a ticket in the query instead of a token.
    pub(super) async fn tickets(&mut self) {
        let class = AttackClass::BrokenToken;
        let token = self.grant.as_ref();
        let token = token.map(|grant| self.forge.token(SUBJECT, grant).sign());
        let unknown = "A".repeat(TICKET_LEN);
        for (description, value) in [
            ("a ticket that was never issued", Some(unknown.clone())),
            ("a ticket that is too short", Some("A".to_owned())),
            ("an empty ticket", Some(String::new())),
            (
                "two tickets",
                Some(format!("{unknown}&{TICKET_PARAMETER}={unknown}")),
            ),
            ("a valid token as a ticket", token),
        ] {
            let Some(value) = value else { continue };
            let mut request = self.base.clone();
            let separator = if request.target.contains('?') {
                '&'
            } else {
                '?'
            };
            request.target = format!("{}{separator}{TICKET_PARAMETER}={value}", request.target);
            self.attempt(class, description, &request, &is_unauthenticated)
                .await;
        }
        self.not_covered(class, "a ticket that was used, or is for another route");
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
            let needed = alternatives
                .first()
                .map(Alternative::grant)
                .unwrap_or_default();
            let description = format!("no token, although the test expects a token with {needed}");
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

    /// Attacks with each scope and role left out.
    async fn missing(&mut self) {
        let Some(sets) = self.target.alternatives.clone() else {
            return;
        };
        let mut tried: Vec<Grant> = Vec::new();
        for set in &sets {
            let grant = set.grant();
            let class = if grant.scopes.is_empty() {
                AttackClass::MissingRole
            } else {
                AttackClass::MissingScope
            };
            if !tried.contains(&grant) && !self.is_admitted(class, &grant).await {
                self.not_covered(class, &format!("a token with {grant} is not admitted"));
            }
            tried.push(grant);
        }
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
            let changed = Self::changed(&grant);
            for (class, less) in scopes.chain(roles).chain(nothing).chain(changed) {
                if less.satisfies(&sets) || tried.contains(&less) {
                    continue;
                }
                let request = self.forge.authorize(&self.base, SUBJECT, &less);
                let description = format!("a token with {less}");
                self.attempt(class, &description, &request, &is_forbidden)
                    .await;
                tried.push(less);
            }
        }
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

    /// Attacks with tokens of issuers that are not trusted, or not for this route.
    async fn issuers(&mut self, grant: &Grant) {
        let class = AttackClass::OtherIssuer;
        let foreign = self.forge.token_of(attacker(), SUBJECT, grant).sign();
        let request = with_bearer(&self.base, &foreign);
        self.attempt(
            class,
            "a token of an issuer that is not trusted",
            &request,
            &is_foreign,
        )
        .await;
        let name = self.target.name();
        let everything = self.everything();
        for (issuer, routes) in &self.attack.issuers {
            if routes.contains(&name) {
                continue;
            }
            let token = self.forge.token_of(issuer, SUBJECT, &everything).sign();
            let request = with_bearer(&self.base, &token);
            let description = format!("a token of {} with every scope and role", issuer.url());
            self.attempt(class, &description, &request, &is_foreign)
                .await;
        }
        let own = self.attack.api.issuer().url();
        for other in self.attack.api.api().inventory().issuers() {
            let is_known = |(issuer, _): &(crate::testing::EmbeddedIssuer, Vec<String>)| {
                issuer.url() == other.issuer()
            };
            if other.issuer() != own && !self.attack.issuers.iter().any(is_known) {
                self.not_covered(
                    class,
                    &format!("tokens of {}: pass it to `issuer`", other.issuer()),
                );
            }
        }
    }

    /// Returns every scope and role of the API's declarations.
    fn everything(&self) -> Grant {
        let (mut scopes, mut roles) = (BTreeSet::new(), BTreeSet::new());
        for route in self.attack.api.api().inventory().routes() {
            let sets = Alternative::of_access(&route.declaration().access);
            for set in sets.unwrap_or_default() {
                let grant = set.grant();
                scopes.extend(grant.scopes);
                roles.extend(grant.roles);
            }
        }
        let sets = self.target.alternatives.iter().flatten();
        for grant in sets.map(Alternative::grant) {
            scopes.extend(grant.scopes);
            roles.extend(grant.roles);
        }
        Grant {
            scopes: scopes.into_iter().collect(),
            roles: roles.into_iter().collect(),
        }
    }

    /// Attacks with the sets of scopes and roles that the test does not expect to suffice.
    ///
    /// If a declaration accepts a set that the test does not expect, it accepts a smallest such set, which is one of its
    /// alternatives.
    async fn expectation(&mut self, grant: &Grant) {
        let name = self.target.name();
        let expected = self
            .attack
            .expected(&name)
            .and_then(|expected| expected.alternatives());
        let Some(expected) = expected.map(<[_]>::to_vec) else {
            return;
        };
        let class = AttackClass::Expectation;
        let declared = self
            .target
            .alternatives
            .iter()
            .flatten()
            .map(Alternative::grant);
        let mut grants: Vec<Grant> = declared.chain([Grant::default()]).collect();
        for set in expected.iter().map(Alternative::grant) {
            grants.extend(set.scopes.iter().map(|scope| set.without_scope(scope)));
            grants.extend(set.roles.iter().map(|role| set.without_role(role)));
        }
        // everything that the expectation does not name
        let mut others = self.everything();
        let named: Vec<Grant> = expected.iter().map(Alternative::grant).collect();
        others
            .scopes
            .retain(|scope| !named.iter().any(|set| set.scopes.contains(scope)));
        others
            .roles
            .retain(|role| !named.iter().any(|set| set.roles.contains(role)));
        grants.push(others);
        let mut tried = Vec::new();
        for less in grants {
            if less.satisfies(&expected) || tried.contains(&less) {
                continue;
            }
            let request = self.forge.authorize(&self.base, SUBJECT, &less);
            let description =
                format!("a token with {less}, which the test does not expect to suffice");
            self.attempt(class, &description, &request, &is_forbidden)
                .await;
            tried.push(less);
        }
        if !grant.satisfies(&expected) && tried.is_empty() {
            self.not_covered(class, "no token is unexpected");
        }
    }
}
