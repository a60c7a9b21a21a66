//! Attacks on the objects of other callers.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;

use crate::evidence::AttackClass;
use crate::testing::attack::engine::RouteAttack;
use crate::testing::attack::forge::with_bearer;
use crate::testing::attack::kit::{Object, is_below};
use crate::testing::attack::object_requests::{ForeignAccess, Way, Ways};
use crate::testing::attack::request::{AttackRequest, Outcome};

const CLASS: AttackClass = AttackClass::OtherOwner;

/// An access of another owner that was sent.
struct Sent {
    access: ForeignAccess,
    /// The position of the object.
    at: usize,
    way: Way,
    outcome: Outcome,
}

/// An access of an owner without side effects, which was admitted before the attacks.
struct Watch {
    /// The position of the object.
    at: usize,
    route: String,
    request: AttackRequest,
}

/// The outcome of the same access by the owner of the object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Control {
    Admitted,
    /// The handler answers, but not with a refusal: 409, for example. A refusal of others then comes from its check.
    Answered(u16),
    Refused(u16),
}

impl Control {
    fn of(outcome: &Outcome) -> Self {
        match outcome.status {
            _ if outcome.is_success() => Self::Admitted,
            status @ (401 | 403 | 404 | 500..) => Self::Refused(status),
            status if outcome.record.reached_handler() => Self::Answered(status),
            status => Self::Refused(status),
        }
    }
}

impl<'e> RouteAttack<'e> {
    /// Accesses each object as each other owner, then as its own.
    ///
    /// The attacks come first, because an owner's request may delete the object. Without access by its owner, a refusal says
    /// nothing: the object may not exist.
    pub(super) async fn objects(&mut self) {
        let objects = self.own_objects();
        for (at, _) in &objects {
            self.objects.entry(*at).or_default();
        }
        if objects.is_empty() || self.target.alternatives.is_none() {
            return;
        }
        let Some(ways) = self.ways() else {
            return;
        };
        let owners = objects.iter().map(|(_, object)| object.owner.as_str());
        let mut owners: Vec<&str> = owners.collect();
        owners.sort_unstable();
        owners.dedup();
        let is_opposed = owners.len() > 1;
        self.opposed
            .extend(objects.iter().map(|(at, _)| (*at, is_opposed)));
        if !is_opposed {
            self.not_covered(CLASS, "objects of two owners are needed");
            return;
        }
        let (sent, effects) = self.send_foreign(&objects, &owners, &ways).await;
        let of_issuers = self.send_same_subjects(&objects, &ways).await;
        let kept: Vec<_> = objects
            .into_iter()
            .filter(|(_, object)| !self.deletes(object))
            .collect();
        self.access_own(&kept, &ways).await;
        let controls = self.controls(&kept, &ways, &sent).await;
        for access in sent {
            self.record_foreign(access, &ways, &controls);
        }
        for (description, outcome) in of_issuers {
            self.record(CLASS, &description, &outcome, is_refused(&outcome));
        }
        for (description, outcome) in effects {
            self.record(CLASS, &description, &outcome, false);
        }
    }

    /// Sends the requests of each owner to the objects of the others, in one way after the other.
    ///
    /// After one that succeeds, the others of the same owner to the same object show nothing more, and neither do those to an object
    /// whose owner has lost it.
    async fn send_foreign(
        &mut self,
        objects: &[(usize, &'e Object)],
        owners: &[&str],
        ways: &Ways,
    ) -> (Vec<Sent>, Vec<(String, Outcome)>) {
        let mut watches = self.watches(objects).await;
        let (mut sent, mut effects) = (Vec::new(), Vec::new());
        let foreign = |(at, object): &(usize, &'e Object)| {
            let (at, object) = (*at, *object);
            let others = owners.iter().filter(move |owner| **owner != object.owner);
            others.map(move |owner| (at, object, *owner))
        };
        let mut open: Vec<(usize, &Object, &str)> = objects.iter().flat_map(foreign).collect();
        for way in ways.all() {
            let mut admitted = BTreeSet::new();
            for (at, object, owner) in &open {
                for access in self.foreign(object, owner, ways, way) {
                    let Some(outcome) = self.send(CLASS, &access.request).await else {
                        continue;
                    };
                    if way.has_other_parts() && outcome.is_refused_input() {
                        continue;
                    }
                    let attack = self.attacked.entry(*at).or_insert(access.attack);
                    *attack = access.attack.max(*attack);
                    if outcome.is_success() {
                        // such a request may have its effect
                        watches.retain(|watch| watch.at != *at);
                        if !self.excuses(&access.description) {
                            admitted.insert((*at, *owner));
                        }
                    }
                    sent.push(Sent {
                        access,
                        at: *at,
                        way,
                        outcome,
                    });
                }
            }
            let lost = self.lost(&watches, &ways.difference(way)).await;
            watches.retain(|watch| !lost.iter().any(|(at, ..)| *at == watch.at));
            open.retain(|(at, _, owner)| {
                !admitted.contains(&(*at, *owner)) && !lost.iter().any(|(lost, ..)| lost == at)
            });
            let lost = lost.into_iter();
            effects.extend(lost.map(|(_, description, outcome)| (description, outcome)));
        }
        (sent, effects)
    }

    /// Returns whether the test excuses an attack of this class on the route.
    fn excuses(&self, description: &str) -> bool {
        let name = self.target.name();
        let mut excuses = self.attack.excuses.iter();
        excuses.any(|excuse| excuse.accepts(&name, CLASS, description))
    }

    /// Sends a request to each object as the subject of its owner at each other issuer that the route admits: another caller.
    async fn send_same_subjects(
        &mut self,
        objects: &[(usize, &Object)],
        ways: &Ways,
    ) -> Vec<(String, Outcome)> {
        let (attack, name, grant) = (self.attack, self.target.name(), ways.every_grant());
        let own = attack.api.issuer().url();
        let issuers = attack.issuers.iter();
        let admitted = issuers.filter(|(_, routes)| routes.contains(&name));
        let mut sent = Vec::new();
        for (issuer, _) in admitted {
            let url = issuer.url();
            for (_, object) in objects {
                let Object { owner, id, .. } = object;
                let token = self.forge.token_of(issuer, owner, &grant).sign();
                for request in self.accesses(object, &self.parts) {
                    let request = with_bearer(&request, &token);
                    let Some(outcome) = self.send(CLASS, &request).await else {
                        continue;
                    };
                    if self.target.refuses_credential(&outcome) {
                        let status = outcome.status;
                        let reason = format!(
                            "{owner} of {url}: the guard refuses its token (status {status})"
                        );
                        self.not_covered(CLASS, &reason);
                        continue;
                    }
                    let description =
                        format!("{owner} of {url} accesses `{id}` of {owner} of {own}");
                    sent.push((description, outcome));
                }
            }
        }
        sent
    }

    /// Returns the accesses of the owners that have no side effects and are admitted; none if the route has no side effects itself.
    async fn watches(&mut self, objects: &[(usize, &Object)]) -> Vec<Watch> {
        let mut watches = Vec::new();
        if is_safe(&self.target.method) {
            return watches;
        }
        for target in self.targets {
            let is_of = |object: &Object| is_below(&target.path, &object.path);
            let is_watch =
                is_safe(&target.method) && !target.is_fallback() && target.alternatives.is_some();
            if !is_watch || !objects.iter().any(|(_, object)| is_of(object)) {
                continue;
            }
            let Ok(route) = self.begin_other(target).await else {
                continue;
            };
            let Some(ways) = route.first_way() else {
                continue;
            };
            for (at, object) in objects.iter().filter(|(_, object)| is_of(object)) {
                for request in route.own(object, &ways, Way::FIRST) {
                    let outcome = self.send(CLASS, &request).await;
                    if outcome.is_some_and(|outcome| outcome.is_success()) {
                        let (at, route) = (*at, target.name());
                        watches.push(Watch { at, route, request });
                        break;
                    }
                }
            }
        }
        watches
    }

    /// Returns the objects whose owner is refused now, although each request of another owner was refused, with a description.
    async fn lost(&mut self, watches: &[Watch], difference: &str) -> Vec<(usize, String, Outcome)> {
        let attack = self.attack;
        let mut lost = Vec::new();
        for Watch { at, route, request } in watches {
            let Some(object) = attack.objects.get(*at) else {
                continue;
            };
            let Some(outcome) = self.send(CLASS, request).await else {
                continue;
            };
            let Object { owner, id, .. } = object;
            let description = format!(
                "{owner} has lost access to `{id}` at `{route}` after the requests of other owners"
            );
            match outcome.status {
                _ if outcome.is_success() => {}
                // the API locks its callers out
                status @ (401 | 429 | 503) => {
                    let reason = format!("whether {description} (status {status})");
                    self.not_covered(CLASS, &reason);
                }
                _ => lost.push((*at, format!("{description}{difference}"), outcome)),
            }
        }
        lost
    }

    /// Accesses each object as its owner, and reports those that the owner cannot access.
    pub(super) async fn access_own(&mut self, objects: &[(usize, &Object)], ways: &Ways) {
        for (at, object) in objects {
            let requests = self.own(object, ways, Way::FIRST);
            let Some(outcome) = self.best(requests).await else {
                continue;
            };
            *self.objects.entry(*at).or_default() |= outcome.is_success();
            if !outcome.is_success() {
                let Object { owner, id, .. } = object;
                let reason = format!(
                    "{owner} has no access to `{id}` (status {})",
                    outcome.status
                );
                self.not_covered(CLASS, &reason);
            }
        }
    }

    /// Sends requests until one succeeds, and returns the last outcome.
    async fn best(&mut self, requests: Vec<AttackRequest>) -> Option<Outcome> {
        let mut last = None;
        for request in requests {
            last = self.send(CLASS, &request).await.or(last);
            if last.as_ref().is_some_and(Outcome::is_success) {
                break;
            }
        }
        last
    }

    /// Accesses each object as its owner in each other way that other owners tried.
    async fn controls(
        &mut self,
        objects: &[(usize, &Object)],
        ways: &Ways,
        sent: &[Sent],
    ) -> BTreeMap<(usize, Way), Control> {
        let tried = |at: usize| {
            let sent = sent.iter().filter(move |one| one.at == at);
            sent.flat_map(|one| one.way.controls())
        };
        let mut controls = BTreeMap::new();
        for (at, object) in objects {
            let tried: BTreeSet<Way> = tried(*at).collect();
            for way in tried {
                let requests = self.own(object, ways, way);
                if let Some(outcome) = self.best(requests).await {
                    controls.insert((*at, way), Control::of(&outcome));
                }
            }
        }
        controls
    }

    /// Records the outcome of an attack, if it proves something.
    fn record_foreign(
        &mut self,
        sent: Sent,
        ways: &Ways,
        controls: &BTreeMap<(usize, Way), Control>,
    ) {
        let attack = self.attack;
        let Sent {
            access,
            at,
            way,
            outcome,
        } = sent;
        let ForeignAccess {
            description,
            is_below_own,
            ..
        } = access;
        let refused = is_refused(&outcome);
        let Some(object) = attack.objects.get(at) else {
            return;
        };
        // an owner deletes an object once, so that there is only the first way
        let of_way = |way| controls.get(&(at, way)).map(|control| (way, *control));
        let all: Vec<_> = way.controls().filter_map(of_way).collect();
        let failed = all.iter().find(|(_, control)| match control {
            Control::Admitted => false,
            Control::Answered(_) => !refused,
            Control::Refused(_) => true,
        });
        let is_unproven = failed.is_some() || (!refused && all.is_empty() && way != Way::FIRST);
        if is_unproven && !outcome.is_success() {
            let (way, status) = match failed {
                Some((way, Control::Answered(status) | Control::Refused(status))) => {
                    (*way, *status)
                }
                _ => (way, outcome.status),
            };
            self.report_unproven(object, ways, way, status);
            return;
        }
        self.record(CLASS, &description, &outcome, refused);
        if self.target.method == Method::PUT && is_below_own && outcome.is_success() {
            self.creations.push(description);
        }
    }

    /// Reports that the owner has no access to its object in one of the ways.
    fn report_unproven(&mut self, object: &Object, ways: &Ways, way: Way, status: u16) {
        let Object { owner, id, .. } = object;
        let difference = ways.difference(way);
        let edit = if way.has_other_parts() {
            "; state a value that it accepts in a further `sample`"
        } else {
            ""
        };
        let reason = format!("{owner} has no access to `{id}`{difference} (status {status}){edit}");
        self.not_covered(CLASS, &reason);
    }
}

fn is_refused(outcome: &Outcome) -> bool {
    matches!(outcome.status, 403 | 404)
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}
