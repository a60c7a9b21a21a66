//! Attacks with tokens of issuers that are not trusted, or not for a route.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{AttackClass, TriedIssuers};
use crate::resource_server::IssuerSummary;
use crate::steps::Step;
use crate::testing::attack::access::{Alternative, Grant, Implications};
use crate::testing::attack::engine::RouteAttack;
use crate::testing::attack::forge::{SUBJECT, attacker, with_bearer};
use crate::testing::attack::kit::Attack;
use crate::testing::attack::request::Outcome;

const CLASS: AttackClass = AttackClass::OtherIssuer;

fn is_foreign(outcome: &Outcome) -> bool {
    outcome.is_refused_with(&[401, 403])
}

impl Attack<'_> {
    /// Returns the issuers without a valid token at the API, by position.
    pub(super) fn invalid_issuers(&self, valid: &BTreeMap<usize, bool>) -> BTreeSet<usize> {
        let all = 0..self.issuers.len();
        all.filter(|at| valid.get(at) != Some(&true)).collect()
    }

    /// Returns the issuers of which a token is valid at the API, with the settings of the one whose broken tokens were sent.
    pub(super) fn tried_issuers(&self, invalid: &BTreeSet<usize>) -> TriedIssuers {
        let all = self.issuers.iter().enumerate();
        let valid = all.filter(|(at, _)| !invalid.contains(at));
        let further: BTreeSet<String> = valid
            .map(|(_, (issuer, _))| issuer.url().to_owned())
            .collect();
        let test = self.api.issuer().url();
        let mut trusted = self.api.api().inventory().issuers().iter();
        let own = trusted.find(|issuer| issuer.issuer() == test);
        TriedIssuers {
            test: test.to_owned(),
            further: further.into_iter().collect(),
            settings: own.map(IssuerSummary::token_settings),
        }
    }

    /// Describes an issuer of which no token is valid at the API.
    pub(super) fn invalid_issuer(&self, at: usize) -> Option<String> {
        let (issuer, _) = self.issuers.get(at)?;
        Some(format!(
            "no token of {} is valid at the API, so a refusal means nothing; pass the `EmbeddedIssuer` whose URL and keys the server trusts to `issuer`",
            issuer.url()
        ))
    }
}

impl RouteAttack<'_> {
    pub(super) async fn issuers(&mut self, grant: &Grant) {
        let foreign = self.forge.token_of(attacker(), SUBJECT, grant).sign();
        let request = with_bearer(&self.base, &foreign);
        let description = "a token of an issuer that is not trusted";
        self.attempt(CLASS, description, &request, &is_foreign)
            .await;
        let (name, everything) = (self.target.name(), self.everything());
        for (at, (issuer, routes)) in self.attack.issuers.iter().enumerate() {
            let token = self.forge.token_of(issuer, SUBJECT, &everything).sign();
            let request = with_bearer(&self.base, &token);
            let Some(outcome) = self.send(CLASS, &request).await else {
                continue;
            };
            let is_admitted = self.target.admits(&outcome);
            // the guard looks at the scopes and roles of valid tokens only
            let is_valid = is_admitted || outcome.record.steps.contains(&Step::Requirement);
            *self.issuers.entry(at).or_default() |= is_valid;
            let url = issuer.url();
            if !routes.contains(&name) {
                let description = format!("a token of {url} with every scope and role");
                let refused = is_foreign(&outcome);
                self.record(CLASS, &description, &outcome, refused);
            } else if !is_admitted {
                let status = outcome.status;
                let reason = format!(
                    "a token of {url} is not admitted (status {status}), although the test names the route; remove it from `issuer`, or let the issuer grant what the route requires"
                );
                self.not_covered(CLASS, &reason);
            }
        }
        self.report_other_issuers();
    }

    /// Reports the trusted issuers whose tokens the test does not give.
    fn report_other_issuers(&mut self) {
        let attack = self.attack;
        let own = attack.api.issuer().url();
        for other in attack.api.api().inventory().issuers() {
            let mut given = attack.issuers.iter();
            let is_given = given.any(|(issuer, _)| issuer.url() == other.issuer());
            if other.issuer() != own && !is_given {
                let reason = format!("tokens of {}: pass it to `issuer`", other.issuer());
                self.not_covered(CLASS, &reason);
            }
        }
    }

    /// Reports an issuer of which no token is valid at the API, if this route refused one.
    pub(super) fn report_invalid_issuers(&mut self, invalid: &BTreeSet<usize>) {
        let attack = self.attack;
        let sent: Vec<usize> = self.issuers.keys().copied().collect();
        for at in sent.into_iter().filter(|at| invalid.contains(at)) {
            if let Some(reason) = attack.invalid_issuer(at) {
                self.not_covered(CLASS, &reason);
            }
        }
    }

    /// Returns every scope and role of the API's declarations, and the scopes that imply them.
    pub(super) fn everything(&self) -> Grant {
        let inventory = self.attack.api.api().inventory();
        let implications = Implications::of(inventory);
        let mut scopes: BTreeSet<String> = implications.scopes().map(str::to_owned).collect();
        let mut roles = BTreeSet::new();
        let declared = inventory.routes().iter();
        let declared =
            declared.filter_map(|route| Alternative::of_access(&route.declaration().access));
        let own = self.target.alternatives.iter().flatten().cloned();
        for grant in declared.flatten().chain(own).map(|set| set.grant()) {
            scopes.extend(grant.scopes);
            roles.extend(grant.roles);
        }
        Grant {
            scopes: scopes.into_iter().collect(),
            roles: roles.into_iter().collect(),
        }
    }
}
