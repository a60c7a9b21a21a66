//! Sends the attacks and records their outcomes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Instant;

use tokio::time::timeout;

use crate::evidence::{AttackClass, AttackResults, RouteResults};
use crate::routing::Route;
use crate::testing::attack::access::Grant;
use crate::testing::attack::browser::Browser;
use crate::testing::attack::forge::{Forge, SUBJECT};
use crate::testing::attack::kit::Attack;
use crate::testing::attack::part::Parts;
use crate::testing::attack::report::AttackReport;
use crate::testing::attack::request::{AttackRequest, Outcome};
use crate::testing::attack::target::Target;
use crate::testing::or_panic;

/// The requests and the time that are left.
struct Budget {
    requests: AtomicU32,
    /// Whether a limit was reached.
    is_exhausted: AtomicBool,
    started_at: Instant,
}

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
    /// The objects that were attacked, by position, and whether this route shows that they exist.
    pub(super) objects: BTreeMap<usize, bool>,
    results: RouteResults,
    budget: &'e Budget,
}

/// Decides whether an attack was refused.
pub(super) type IsRefused<'r> = &'r dyn Fn(&Outcome) -> bool;

impl Attack<'_> {
    /// Sends the attacks, and prints a line for each route on standard error.
    ///
    /// The order is that of the inventory. Handlers run only for requests that must be accepted: one for each set of scopes and
    /// roles of a route, and those for objects.
    ///
    /// # Panics
    ///
    /// Panics if the test names a route that the API does not have.
    pub async fn run(self) -> AttackReport {
        or_panic(self.check_names(), "the attack has a mistake");
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
    let budget = Budget {
        requests: AtomicU32::new(0),
        is_exhausted: AtomicBool::new(false),
        started_at: Instant::now(),
    };
    let (targets, mut uncovered) = (attack.targets(), Vec::new());
    let mut routes = Vec::new();
    let mut objects: BTreeMap<usize, bool> = BTreeMap::new();
    for (at, target) in targets.iter().enumerate() {
        match RouteAttack::begin(attack, &router, &budget, target).await {
            Err(reason) => uncovered.push((target.name(), reason)),
            Ok(mut route) => {
                route.run().await;
                for (at, exists) in route.objects {
                    *objects.entry(at).or_default() |= exists;
                }
                routes.push(route.results);
            }
        }
        let (total, sent) = (targets.len(), budget.requests.load(Ordering::Relaxed));
        eprintln!(
            "attack {}/{total} {}: {sent} requests so far",
            at + 1,
            target.name()
        );
    }
    let mut unused_excuses = Vec::new();
    for (name, class, reason) in &attack.excuses {
        let mut is_used = false;
        for route in &mut routes {
            let path = Some(route.path()).filter(|path| !path.is_empty());
            let is_named = *name == format!("{} {}", route.method(), path.unwrap_or("/"));
            let admitted = route
                .class(*class)
                .is_some_and(|results| !results.admitted().is_empty());
            if is_named && admitted {
                is_used = true;
                route.add(*class, |results| results.excuse_admissions(reason));
            }
        }
        if !is_used {
            unused_excuses.push((name.clone(), *class));
        }
    }
    AttackReport {
        results: AttackResults::new(routes),
        uncovered,
        skipped: attack.skipped.clone(),
        is_incomplete: budget.is_exhausted.load(Ordering::Relaxed),
        unused_excuses,
        unproven_objects: attack.unproven(&objects),
    }
}

impl<'e> RouteAttack<'e> {
    /// Finds a request that the route accepts.
    ///
    /// # Errors
    ///
    /// Returns the reason if none is found.
    async fn begin(
        attack: &'e Attack<'e>,
        router: &'e axum::Router,
        budget: &'e Budget,
        target: &'e Target<'e>,
    ) -> Result<Self, String> {
        let forge = Forge::new(attack.api);
        let browser = if target.admits_session() {
            Some(Browser::log_in(attack.api, SUBJECT).await?)
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
                budget.requests.fetch_add(1, Ordering::Relaxed);
                let Some(outcome) = request.send(router).await else {
                    refusal = format!("`{}` is no valid target", request.target);
                    continue;
                };
                if target.admits(&outcome) {
                    let grant = grant.clone();
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
                        grant,
                        browser,
                        objects: BTreeMap::new(),
                        budget,
                    });
                }
                let reason = outcome
                    .record
                    .decided
                    .map_or("not decided by the API's guard", |decided| decided.reason);
                refusal = format!(
                    "the API answers the request that should be accepted with status {} ({reason}); state one with `sample`",
                    outcome.status
                );
            }
        }
        Err(refusal)
    }

    async fn run(&mut self) {
        if self.target.accepts_only_sessions() {
            self.report_objects_of_sessions();
        } else {
            self.objects().await;
            self.tokens().await;
        }
        if let Some(browser) = self.browser.clone() {
            self.sessions(&browser).await;
        }
        if self.target.route.is_some_and(Route::accepts_tickets) {
            self.tickets().await;
        }
        self.protocol().await;
        self.input().await;
        self.slow_body().await;
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
        if self.budget.requests.load(Ordering::Relaxed) >= self.attack.request_limit {
            self.exhausted(class, "the request limit was reached");
            return None;
        }
        if self.budget.started_at.elapsed() >= self.attack.time_limit {
            self.exhausted(class, "the time limit was reached");
            return None;
        }
        self.budget.requests.fetch_add(1, Ordering::Relaxed);
        let left = self
            .attack
            .time_limit
            .saturating_sub(self.budget.started_at.elapsed());
        if let Ok(outcome) = timeout(left, request.send(self.router)).await {
            return outcome;
        }
        self.exhausted(class, "a request was not answered within the time limit");
        None
    }

    fn exhausted(&mut self, class: AttackClass, reason: &str) {
        self.budget.is_exhausted.store(true, Ordering::Relaxed);
        self.not_covered(class, reason);
    }

    /// Sends an attack and records whether it was refused.
    pub(super) async fn attempt(
        &mut self,
        class: AttackClass,
        description: &str,
        request: &AttackRequest,
        is_refused: IsRefused<'_>,
    ) {
        if let Some(outcome) = self.send(class, request).await {
            let refused = is_refused(&outcome);
            self.record(class, description, &outcome, refused);
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

impl Target<'_> {
    /// Returns whether a request was accepted: the handler ran, or an undeclared route succeeded.
    pub(super) fn admits(&self, outcome: &Outcome) -> bool {
        match self.route {
            Some(_) => outcome.record.reached_handler() && self.is_handler(outcome.record.handler),
            None => outcome.is_success(),
        }
    }
}

impl Outcome {
    /// Returns whether no handler ran and the status is one of these.
    pub(super) fn is_refused_with(&self, statuses: &[u16]) -> bool {
        !self.record.reached_handler() && statuses.contains(&self.status)
    }

    /// Returns whether no handler ran, and the status is that of a client's error.
    pub(super) fn is_refused(&self) -> bool {
        !self.record.reached_handler() && (400..500).contains(&self.status)
    }
}
