//! Attacks on the objects of other callers.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;

use crate::evidence::AttackClass;
use crate::testing::attack::access::{Alternative, Grant};
use crate::testing::attack::engine::RouteAttack;
use crate::testing::attack::kit::{Attack, Object, ObjectAttack, is_below};
use crate::testing::attack::part::parameters;
use crate::testing::attack::request::{AttackRequest, Outcome};

impl Attack<'_> {
    /// Describes the objects whose attacks prove nothing on any route, of those that were attacked.
    pub(super) fn unproven(&self, attacked: &BTreeMap<usize, bool>) -> Vec<String> {
        let objects = self.objects.iter().enumerate();
        let unproven = objects.filter(|(at, _)| attacked.get(at) == Some(&false));
        let describe = |(_, object): (usize, &Object)| {
            let Object { path, owner, id } = object;
            format!("`{id}` of {owner} at `{path}`")
        };
        unproven.map(describe).collect()
    }
}

/// A request of an owner to the object of another one.
struct ForeignAccess {
    description: String,
    request: AttackRequest,
    attack: ObjectAttack,
    /// Whether it names an object of the owner who sends it above: there, a `PUT` may create an object.
    is_below_own: bool,
}

impl Object {
    /// Returns whether the path of another object is above this one.
    fn is_below(&self, other: &Self) -> bool {
        is_below(&self.path, &other.path) && !is_below(&other.path, &self.path)
    }

    /// Returns whether the paths and the ids are the same. The owners may differ.
    fn has_id_of(&self, other: &Self) -> bool {
        let has_same_path = is_below(&self.path, &other.path) && is_below(&other.path, &self.path);
        has_same_path && self.id == other.id
    }
}

impl<'e> RouteAttack<'e> {
    /// Accesses each object as each other owner, then as its own.
    ///
    /// The attacks come first, because an owner's request may delete the object. Without access by its owner, a refusal says
    /// nothing: the object may not exist.
    pub(super) async fn objects(&mut self) {
        let class = AttackClass::OtherOwner;
        let objects = self.own_objects();
        for (at, _) in &objects {
            self.objects.entry(*at).or_default();
        }
        if objects.is_empty() || self.target.alternatives.is_none() {
            return;
        }
        let grants = self.grants();
        if grants.is_empty() {
            return;
        }
        let owners = objects.iter().map(|(_, object)| object.owner.as_str());
        let mut owners: Vec<&str> = owners.collect();
        owners.sort_unstable();
        owners.dedup();
        if owners.len() < 2 {
            self.not_covered(class, "objects of two owners are needed");
            return;
        }
        let attacks = self.send_foreign(&objects, &owners, &grants).await;
        if let Some(grant) = grants.first() {
            // an owner who deletes the object leaves nothing for the routes after this one
            let deletes = |object: &Object| {
                self.target.method == Method::DELETE && is_below(&object.path, &self.target.path)
            };
            let kept: Vec<_> = objects
                .into_iter()
                .filter(|(_, object)| !deletes(object))
                .collect();
            self.access_own(&kept, grant).await;
        }
        for (access, outcome) in attacks {
            let refused = matches!(outcome.status, 403 | 404);
            self.record(class, &access.description, &outcome, refused);
            let creates = self.target.method == Method::PUT && access.is_below_own;
            if creates && outcome.is_success() {
                self.creations.push(access.description);
            }
        }
    }

    /// Sends the requests of each owner to the objects of the others.
    async fn send_foreign(
        &mut self,
        objects: &[(usize, &Object)],
        owners: &[&str],
        grants: &[Grant],
    ) -> Vec<(ForeignAccess, Outcome)> {
        let mut attacks = Vec::new();
        for (at, object) in objects {
            for owner in owners.iter().filter(|owner| **owner != object.owner) {
                for grant in grants {
                    for access in self.foreign(object, owner, grant) {
                        let class = AttackClass::OtherOwner;
                        let Some(outcome) = self.send(class, &access.request).await else {
                            continue;
                        };
                        let attack = self.attacked.entry(*at).or_insert(access.attack);
                        *attack = access.attack.max(*attack);
                        attacks.push((access, outcome));
                    }
                }
            }
        }
        attacks
    }

    /// Returns the objects of the route, without those above another one of the same owner: each request names both.
    fn own_objects(&self) -> Vec<(usize, &'e Object)> {
        let is_of_route = |object: &Object| is_below(&self.target.path, &object.path);
        let all = || self.attack.objects.iter().filter(|one| is_of_route(one));
        let has_below = |object: &Object| {
            all().any(|other| other.owner == object.owner && other.is_below(object))
        };
        let objects = self.attack.objects.iter().enumerate();
        objects
            .filter(|(_, object)| is_of_route(object) && !has_below(object))
            .collect()
    }

    /// Deletes the objects that no other route shows to exist, as their owners; a refusal of other owners proves nothing without it.
    ///
    /// It runs after the attacks on every route.
    pub(super) async fn delete_own(&mut self, exist: &mut BTreeMap<usize, bool>) {
        let attack = self.attack;
        let is_unproven =
            |at: &usize| self.objects.contains_key(at) && exist.get(at) == Some(&false);
        let objects = attack.objects.iter().enumerate();
        let unproven: Vec<_> = objects.filter(|(at, _)| is_unproven(at)).collect();
        let grants = self.grants();
        let Some(grant) = grants
            .first()
            .filter(|_| self.target.method == Method::DELETE)
        else {
            return;
        };
        self.access_own(&unproven, grant).await;
        for (at, exists) in &self.objects {
            *exist.entry(*at).or_default() |= exists;
        }
    }

    /// Accesses each object as its owner, and reports those that the owner cannot access.
    async fn access_own(&mut self, objects: &[(usize, &Object)], grant: &Grant) {
        let class = AttackClass::OtherOwner;
        for (at, object) in objects {
            let mut refused = None;
            for request in self.accesses(object, &object.owner, grant) {
                let Some(outcome) = self.send(class, &request).await else {
                    continue;
                };
                *self.objects.entry(*at).or_default() |= outcome.is_success();
                refused = Some(outcome.status).filter(|_| !outcome.is_success());
                if refused.is_none() {
                    break;
                }
            }
            if let Some(status) = refused {
                let Object { owner, id, .. } = object;
                let reason = format!("{owner} has no access to `{id}` (status {status})");
                self.not_covered(class, &reason);
            }
        }
    }

    /// Returns the paths of the objects that other owners tried to access on the route.
    pub(super) fn attacked_paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        for (object, attack) in self.attacked() {
            match attack {
                ObjectAttack::Itself => paths.push(object.path.clone()),
                ObjectAttack::Above => {
                    let above = self.above(object, &object.owner).into_iter();
                    paths.extend(above.map(|above| above.path.clone()));
                }
            }
        }
        paths
    }

    /// Describes the objects that each attack tried below an object of their own owner only.
    ///
    /// A request below an object of the attacker is one for another object, if both owners have an object of this id.
    pub(super) fn uncrossed_objects(&self) -> Vec<String> {
        let of = |part| -> BTreeSet<&str> {
            let attacked = self.attacked().filter(|(_, attack)| *attack == part);
            attacked.map(|(object, _)| object.path.as_str()).collect()
        };
        let (above, themselves) = (of(ObjectAttack::Above), of(ObjectAttack::Itself));
        let describe = |path: &&str| {
            format!(
                "no object at `{path}` is tried below the object of another owner; name an object above for each owner, and one here with an id that no other owner has"
            )
        };
        above.difference(&themselves).map(describe).collect()
    }

    fn attacked(&self) -> impl Iterator<Item = (&'e Object, ObjectAttack)> {
        let all = self.attack.objects.iter().enumerate();
        all.filter_map(|(at, object)| Some((object, *self.attacked.get(&at)?)))
    }

    /// Reports the objects of a route that sessions reach: the kit has no sessions for their owners.
    pub(super) fn report_objects_of_sessions(&mut self) {
        let mut objects = self.attack.objects.iter();
        if objects.any(|object| is_below(&self.target.path, &object.path)) {
            self.not_covered(AttackClass::OtherOwner, "sessions of the owners");
        }
    }

    /// Returns the smallest grants of the declaration, without those of callers who may access every object.
    fn grants(&self) -> Vec<Grant> {
        let overseers = &self.attack.overseers;
        let is_overseer = |grant: &Grant| {
            overseers
                .iter()
                .any(|name| grant.scopes.contains(name) || grant.roles.contains(name))
        };
        let sets = self.target.alternatives.iter().flatten();
        sets.map(Alternative::grant)
            .filter(|grant| !is_overseer(grant))
            .collect()
    }

    /// Returns the requests of another owner to an object: as its own sends them, then below each object of the other owner.
    ///
    /// If the other owner has an object of the same id, the latter would be requests to this one.
    fn foreign(&self, object: &Object, owner: &str, grant: &Grant) -> Vec<ForeignAccess> {
        let Object { id, owner: own, .. } = object;
        let description = format!("{owner} accesses `{id}` of {own}");
        let attack = if self.above(object, own).is_empty() {
            ObjectAttack::Itself
        } else {
            ObjectAttack::Above
        };
        let accesses = self.accesses(object, owner, grant).into_iter();
        let mut all: Vec<_> = accesses
            .map(|request| ForeignAccess {
                description: description.clone(),
                request,
                attack,
                is_below_own: false,
            })
            .collect();
        let mut objects = self.attack.objects.iter();
        if !objects.any(|other| other.owner == owner && other.has_id_of(object)) {
            for above in self.above(object, owner) {
                all.push(ForeignAccess {
                    description: format!("{description} below `{}`", above.id),
                    request: self.access(object, Some(above), owner, grant),
                    attack: ObjectAttack::Itself,
                    is_below_own: true,
                });
            }
        }
        all
    }

    /// Returns the requests to an object, one for each object of its owner above it.
    fn accesses(&self, object: &Object, subject: &str, grant: &Grant) -> Vec<AttackRequest> {
        let above = self.above(object, &object.owner);
        if above.is_empty() {
            return vec![self.access(object, None, subject, grant)];
        }
        let below = |above| self.access(object, Some(above), subject, grant);
        above.into_iter().map(below).collect()
    }

    /// Returns the objects of an owner above another object.
    fn above(&self, object: &Object, owner: &str) -> Vec<&'e Object> {
        let all = self.attack.objects.iter();
        all.filter(|other| other.owner == owner && object.is_below(other))
            .collect()
    }

    fn access(
        &self,
        object: &Object,
        above: Option<&Object>,
        subject: &str,
        grant: &Grant,
    ) -> AttackRequest {
        let path = &self.target.path;
        let names = parameters(path);
        let mut parts = self.parts.clone();
        for object in above.into_iter().chain([object]) {
            // the route may have another name for the same parameter
            let at = parameters(&object.path).len().saturating_sub(1);
            let name = names.get(at).copied().unwrap_or_default();
            parts = parts.with_parameter(path, name, &object.id);
        }
        self.forge
            .authorize(&self.target.request(&parts), subject, grant)
    }
}
