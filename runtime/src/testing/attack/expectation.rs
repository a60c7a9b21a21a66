//! Attacks as the callers whom the test does not expect a route to admit.

use crate::evidence::AttackClass;
use crate::testing::attack::access::{Alternative, Expected, Grant, Implications};
use crate::testing::attack::engine::{IsRefused, RouteAttack};

impl RouteAttack<'_> {
    /// Attacks with the sets of scopes and roles that the test does not expect to suffice.
    ///
    /// If a declaration accepts a set that the test does not expect, it accepts a smallest such set, which is one of its
    /// alternatives. The other sets find mistakes of code around the declaration.
    pub(super) async fn expectation(&mut self, is_refused: IsRefused<'_>) {
        let expected = self.attack.expected(&self.target.name());
        let Some(expected) = expected.and_then(Expected::alternatives) else {
            return;
        };
        let implications = Implications::of(self.attack.api.api().inventory());
        let expected = implications.apply(expected);
        let declared = self.target.alternatives.iter().flatten();
        let mut grants: Vec<Grant> = declared.map(Alternative::grant).collect();
        grants.push(Grant::default());
        for set in expected.iter().map(Alternative::grant) {
            grants.extend(set.scopes.iter().map(|scope| set.without_scope(scope)));
            grants.extend(set.roles.iter().map(|role| set.without_role(role)));
            grants.extend(set.narrower(&implications));
        }
        grants.push(self.unexpected(&expected));
        let mut tried = Vec::new();
        for less in grants {
            if less.satisfies(&expected) || tried.contains(&less) {
                continue;
            }
            let description =
                format!("a token with {less}, which the test does not expect to suffice");
            self.attempt_less(AttackClass::Expectation, &description, &less, is_refused)
                .await;
            tried.push(less);
        }
    }

    /// Returns every scope and role that satisfies no part of what the test expects.
    fn unexpected(&self, expected: &[Alternative]) -> Grant {
        let mut others = self.everything();
        let is_expected_scope = |scope: &String| {
            let mut held = expected.iter().flat_map(|set| &set.scopes);
            held.any(|held| held.includes(scope))
        };
        let is_expected_role = |role: &String| expected.iter().any(|set| set.roles.contains(role));
        others.scopes.retain(|scope| !is_expected_scope(scope));
        others.roles.retain(|role| !is_expected_role(role));
        others
    }

    /// Attacks with the session of a login, if the test does not expect one to suffice.
    pub(super) async fn session_expectation(&mut self, is_refused: IsRefused<'_>) {
        let expected = self.attack.expected(&self.target.name());
        let is_expected = expected.is_none_or(Expected::admits_session);
        if is_expected {
            return;
        }
        let Some(browser) = self.new_browser(AttackClass::Expectation).await else {
            return;
        };
        let request = browser.request_from_page(&self.base);
        let description = "a session, which the test does not expect to suffice";
        self.attempt(AttackClass::Expectation, description, &request, is_refused)
            .await;
    }
}
