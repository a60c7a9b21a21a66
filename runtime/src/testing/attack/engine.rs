//! Sends the attacks and records their outcomes.

use std::collections::BTreeMap;

use crate::evidence::{AttackClass, AttackResults, RouteResults, TriedIssuers};
use crate::routing::Route;
use crate::testing::attack::access::Grant;
use crate::testing::attack::browser::Browser;
use crate::testing::attack::budget::Budget;
use crate::testing::attack::forge::{Forge, SUBJECT};
use crate::testing::attack::kit::{Attack, ObjectAttack};
use crate::testing::attack::part::Parts;
use crate::testing::attack::report::AttackReport;
use crate::testing::attack::request::{AttackRequest, Outcome};
use crate::testing::attack::target::Target;
use crate::testing::or_panic;

/// The attack on one route.
pub(super) struct RouteAttack<'e> {
    pub(super) attack: &'e Attack<'e>,
    pub(super) target: &'e Target<'e>,
    pub(super) forge: Forge<'e>,
    pub(super) router: &'e axum::Router,
    /// The parts of a request that the route accepts.
    pub(super) parts: Parts,
    /// The same request, without a token.
    pub(super) base: AttackRequest,
    /// The scopes and roles with which the route accepts `base`; `None` if the route is public or accepts only sessions.
    pub(super) grant: Option<Grant>,
    /// A browser with a session, if the route accepts one.
    pub(super) browser: Option<Browser>,
    /// The objects of the route, by position, and whether this route shows that they exist.
    pub(super) objects: BTreeMap<usize, bool>,
    /// The objects to which another owner sent a request, by position.
    pub(super) attacked: BTreeMap<usize, ObjectAttack>,
    /// The objects of the route, by position, and whether it has one of another owner.
    pub(super) opposed: BTreeMap<usize, bool>,
    /// The admitted requests with a token that expires before the last attack.
    pub(super) expiring: Vec<AttackRequest>,
    /// The admitted attacks with `PUT` that may have created an object of their own caller.
    pub(super) creations: Vec<String>,
    /// The other issuers whose tokens were sent, by position, and whether one was valid.
    pub(super) issuers: BTreeMap<usize, bool>,
    /// Every target of the attack.
    pub(super) targets: &'e [Target<'e>],
    pub(super) budget: &'e Budget,
    results: RouteResults,
}

/// Decides whether an attack was refused.
pub(super) type IsRefused<'r> = &'r dyn Fn(&Outcome) -> bool;

impl Attack<'_> {
    /// Sends the attacks, and prints a line for each route on standard error.
    ///
    /// The order is that of the inventory. Handlers run only for requests that must be accepted: one for each set of scopes and
    /// roles of a route, one for each scope that implies a required one, one for each member, item, entry and alternative that the
    /// first request lacks, those for sessions, tickets, other issuers and objects, one whose token then expires, and the first one
    /// again after a refusal that may have locked its caller out.
    ///
    /// At the end, the owners of objects delete them, and the clock of the [`TestApi`](crate::testing::TestApi) is later than before.
    ///
    /// # Panics
    ///
    /// Panics if the test names a route that the API does not have, or has a skip or an excuse without a reason.
    pub async fn run(self) -> AttackReport {
        let checked = self.check_names().and_then(|()| self.check_reasons());
        or_panic(checked, "the attack has a mistake");
        run(&self).await
    }
}

/// Attacks every route.
#[expect(
    clippy::print_stderr,
    reason = "the progress of a test, which the harness captures"
)]
async fn run(attack: &Attack<'_>) -> AttackReport {
    let router = attack.api.router();
    let budget = Budget::new(attack.request_limit, attack.time_limit);
    let (targets, mut uncovered) = (attack.targets(), Vec::new());
    let mut finished: Vec<RouteAttack<'_>> = Vec::new();
    for (at, target) in targets.iter().enumerate() {
        match RouteAttack::begin(attack, &router, &budget, &targets, target).await {
            Err(reason) => uncovered.push((target.name(), reason)),
            Ok(mut route) => {
                route.run().await;
                finished.push(route);
            }
        }
        let (number, total, name) = (at + 1, targets.len(), target.name());
        let sent = budget.sent();
        eprintln!("attack {number}/{total} {name}: {sent} requests so far");
    }
    for (at, route) in finished.iter_mut().enumerate() {
        route.use_expiring_tokens(at).await;
    }
    let unproven_objects = attack.unproven_objects(&mut finished).await;
    expire(attack, &mut finished).await;
    let (issuers, invalid_issuers) = check_issuers(attack, &mut finished);
    let (mut creations, mut uncrossed_objects) = (Vec::new(), Vec::new());
    for route in &finished {
        let named = |sentence| (route.results.name(), sentence);
        creations.extend(route.creations.iter().cloned().map(named));
        uncrossed_objects.extend(route.uncrossed_objects().into_iter().map(named));
    }
    let mut routes: Vec<RouteResults> = finished
        .into_iter()
        .map(RouteAttack::into_results)
        .collect();
    AttackReport {
        unused_excuses: attack.excuse_admissions(&mut routes),
        results: AttackResults::new(routes).with_issuers(issuers),
        uncovered,
        skipped: attack.skipped.clone(),
        is_incomplete: budget.is_exhausted(),
        unproven_objects,
        uncrossed_objects,
        creations,
        invalid_issuers,
    }
}

/// Attacks with tokens that expire after their first use.
///
/// It moves the clock, and is therefore the last attack.
async fn expire(attack: &Attack<'_>, finished: &mut [RouteAttack<'_>]) {
    if finished.iter().all(|route| route.expiring.is_empty()) {
        return;
    }
    let are_expired = attack.expire_tokens();
    for route in finished {
        if are_expired {
            route.send_expired_tokens().await;
        } else {
            route.report_unexpired_tokens();
        }
    }
}

/// Returns the issuers with a valid token at the API, and describes those without one, after each route that refused one has
/// reported it.
fn check_issuers(
    attack: &Attack<'_>,
    finished: &mut [RouteAttack<'_>],
) -> (TriedIssuers, Vec<String>) {
    let mut valid: BTreeMap<usize, bool> = BTreeMap::new();
    for (at, is_valid) in finished.iter().flat_map(|route| &route.issuers) {
        *valid.entry(*at).or_default() |= is_valid;
    }
    let invalid = attack.invalid_issuers(&valid);
    for route in finished {
        route.report_invalid_issuers(&invalid);
    }
    let described = invalid.iter().filter_map(|at| attack.invalid_issuer(*at));
    (attack.tried_issuers(&invalid), described.collect())
}

impl<'e> RouteAttack<'e> {
    /// Finds a request that the route accepts.
    ///
    /// # Errors
    ///
    /// Returns the reason if none is found, or if a limit of the attack is reached.
    async fn begin(
        attack: &'e Attack<'e>,
        router: &'e axum::Router,
        budget: &'e Budget,
        targets: &'e [Target<'e>],
        target: &'e Target<'e>,
    ) -> Result<Self, String> {
        let forge = Forge::new(attack.api);
        let browser = if target.admits_session() {
            Some(budget.spend(Browser::log_in(attack.api, SUBJECT)).await??)
        } else {
            None
        };
        let grants: Vec<Option<Grant>> = match &target.alternatives {
            _ if target.accepts_only_sessions() => vec![None],
            None => vec![None],
            Some(sets) => sets.iter().map(|set| Some(set.grant())).collect(),
        };
        if grants.is_empty() {
            return Err("no token satisfies the declaration".to_owned());
        }
        let mut refusal = String::new();
        for parts in target.candidates()? {
            let base = target.request(&parts);
            for grant in &grants {
                let request = match (grant, &browser) {
                    (Some(grant), _) => forge.authorize(&base, SUBJECT, grant),
                    (None, Some(browser)) => browser.request_from_page(&base),
                    (None, None) => base.clone(),
                };
                let Some(outcome) = budget.spend(request.send(router)).await? else {
                    refusal = format!("`{}` is no valid target", request.target);
                    continue;
                };
                if target.admits(&outcome) {
                    return Ok(Self {
                        results: RouteResults::new(target.method_name(), &target.path)
                            .selected_by(target.selection())
                            .declared_as(target.digest()),
                        attack,
                        target,
                        forge,
                        router,
                        parts,
                        base,
                        grant: grant.clone(),
                        browser,
                        objects: BTreeMap::new(),
                        attacked: BTreeMap::new(),
                        opposed: BTreeMap::new(),
                        expiring: Vec::new(),
                        creations: Vec::new(),
                        issuers: BTreeMap::new(),
                        targets,
                        budget,
                    });
                }
                refusal = describe_refusal(target, &outcome);
            }
        }
        Err(refusal)
    }

    /// Finds a request that another route accepts.
    ///
    /// # Errors
    ///
    /// Returns the reason if none is found, or if a limit of the attack is reached.
    pub(super) async fn begin_other(&self, target: &'e Target<'e>) -> Result<Self, String> {
        Self::begin(self.attack, self.router, self.budget, self.targets, target).await
    }

    async fn run(&mut self) {
        if self.target.accepts_only_sessions() {
            self.expectation(&Outcome::is_refused_session).await;
        } else {
            self.objects().await;
            self.tokens().await;
        }
        if self.browser.is_some() {
            self.report_objects_of_sessions();
            self.sessions().await;
        }
        if self.target.route.is_some_and(Route::accepts_tickets) {
            self.tickets().await;
        }
        self.protocol().await;
        self.input().await;
        self.slow_body().await;
    }

    fn into_results(self) -> RouteResults {
        let has_expectation = self.results.class(AttackClass::Expectation).is_some();
        let objects = self.attacked_paths();
        self.results
            .with_expectation(has_expectation)
            .with_objects(objects)
    }

    /// Returns the request that the route accepts, with its token.
    pub(super) fn accepted(&self) -> AttackRequest {
        self.authorized(&self.base)
    }

    /// Returns a request with a token that the route accepts.
    pub(super) fn authorized(&self, request: &AttackRequest) -> AttackRequest {
        match (&self.grant, &self.browser) {
            (Some(grant), _) => self.forge.authorize(request, SUBJECT, grant),
            (None, Some(browser)) => browser.request_from_page(request),
            (None, None) => request.clone(),
        }
    }

    /// Sends a request; `None` if it cannot be sent, or if the limits of the attack are reached.
    pub(super) async fn send(
        &mut self,
        class: AttackClass,
        request: &AttackRequest,
    ) -> Option<Outcome> {
        match self.budget.spend(request.send(self.router)).await {
            Ok(outcome) => outcome,
            Err(reason) => {
                self.not_covered(class, reason);
                None
            }
        }
    }

    /// Sends a request with a credential that the route accepts; `None` if it cannot be sent, or if the guard accepts no credential.
    ///
    /// The handler may have ended the session or revoked the token of an earlier request. The refusal of such a credential
    /// says nothing about the rest of the request, so that it is sent again with a new one.
    pub(super) async fn send_accepted(
        &mut self,
        class: AttackClass,
        request: &AttackRequest,
    ) -> Option<Outcome> {
        let outcome = self.send(class, &self.authorized(request)).await?;
        if !self.target.refuses_credential(&outcome) {
            return Some(outcome);
        }
        if let Err(reason) = self.begin_session().await {
            self.not_covered(class, &reason);
            return None;
        }
        let outcome = self.send(class, &self.authorized(request)).await?;
        if self.target.refuses_credential(&outcome) {
            self.no_credential(class, outcome.status);
            return None;
        }
        Some(outcome)
    }

    /// Records that attacks of a class were not sent with a credential that the guard accepts.
    pub(super) fn no_credential(&mut self, class: AttackClass, status: u16) {
        let reason =
            format!("the API accepts no new credential after an earlier request (status {status})");
        self.not_covered(class, &reason);
    }

    /// Begins a new session, if the route accepts one.
    ///
    /// # Errors
    ///
    /// Returns the reason if the login fails, or if a limit of the attack is reached.
    pub(super) async fn begin_session(&mut self) -> Result<(), String> {
        if self.browser.is_some() {
            let login = Browser::log_in(self.attack.api, SUBJECT);
            self.browser = Some(self.budget.spend(login).await??);
        }
        Ok(())
    }

    /// Returns whether a limit of the attack was reached.
    pub(super) fn is_exhausted(&self) -> bool {
        self.budget.is_exhausted()
    }

    /// Sends an attack and records whether it was refused.
    pub(super) async fn attempt(
        &mut self,
        class: AttackClass,
        description: &str,
        request: &AttackRequest,
        is_refused: IsRefused<'_>,
    ) {
        let outcome = self.send(class, request).await;
        self.record_sent(class, description, outcome, is_refused);
    }

    /// Sends an attack with a credential that the route accepts, and records whether it was refused.
    pub(super) async fn attempt_accepted(
        &mut self,
        class: AttackClass,
        description: &str,
        request: &AttackRequest,
        is_refused: IsRefused<'_>,
    ) {
        let outcome = self.send_accepted(class, request).await;
        self.record_sent(class, description, outcome, is_refused);
    }

    /// Records whether an attack was refused, if it was sent.
    fn record_sent(
        &mut self,
        class: AttackClass,
        description: &str,
        outcome: Option<Outcome>,
        is_refused: IsRefused<'_>,
    ) {
        if let Some(outcome) = outcome {
            let refused = is_refused(&outcome);
            self.record(class, description, &outcome, refused);
        }
    }

    /// Sends an attack on the input with a credential that the route accepts, and records whether its input was refused.
    pub(super) async fn attempt_input(
        &mut self,
        class: AttackClass,
        description: &str,
        request: &AttackRequest,
    ) {
        let Some(outcome) = self.send_accepted(class, request).await else {
            return;
        };
        if outcome.is_refused_input() {
            self.record(class, description, &outcome, true);
        } else if outcome.is_refused_otherwise() {
            let reason = format!(
                "{description}: the API answers with status {}, but not because of the input",
                outcome.status
            );
            self.not_covered(class, &reason);
        } else {
            self.record(class, description, &outcome, false);
        }
    }

    /// Records the outcome of an attack.
    pub(super) fn record(
        &mut self,
        class: AttackClass,
        description: &str,
        outcome: &Outcome,
        refused: bool,
    ) {
        self.results.add(class, |results| {
            if refused {
                results.add_refusal(outcome.status, outcome.challenge.as_deref());
            } else {
                results.add_admission(description.to_owned(), outcome.status);
            }
        });
    }

    /// Records an attack without any response.
    pub(super) fn record_silence(&mut self, class: AttackClass, description: &str) {
        let description = format!("{description}, without any response");
        self.results
            .add(class, |results| results.add_admission(description, 0));
    }

    /// Records that attacks of a class were not sent.
    pub(super) fn not_covered(&mut self, class: AttackClass, reason: &str) {
        self.results
            .add(class, |results| results.add_not_covered(reason.to_owned()));
    }
}

/// Describes the response to the request that a route should accept.
fn describe_refusal(target: &Target<'_>, outcome: &Outcome) -> String {
    if target.route.is_none() {
        return format!(
            "the inventory has no such route, and the API answers with status {}; correct the method in upper case and the path, or, if another router serves it, state a request that it accepts with `sample`",
            outcome.status
        );
    }
    let decided = outcome.record.decided;
    let reason = decided.map_or("not decided by the API's guard", |decided| decided.reason);
    format!(
        "the API answers the request that should be accepted with status {} ({reason}); state one with `sample`",
        outcome.status
    )
}
