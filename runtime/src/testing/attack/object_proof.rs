//! The objects that the attacks prove something about.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;

use crate::evidence::AttackClass;
use crate::path_parts::path_parts;
use crate::testing::attack::engine::RouteAttack;
use crate::testing::attack::kit::{Attack, Object, ObjectAttack, is_below};

impl Attack<'_> {
    /// Describes the objects whose attacks prove nothing on any route, of those that were attacked.
    ///
    /// Before, the owners delete their objects at the routes that delete, those below others first: without access by its owner, a
    /// refusal says nothing.
    pub(super) async fn unproven_objects(&self, finished: &mut [RouteAttack<'_>]) -> Vec<String> {
        let mut order: Vec<usize> = (0..finished.len()).collect();
        let depth = |at: &usize| {
            let route = finished.get(*at);
            route.map_or(0, |route| path_parts(&route.target.path).count())
        };
        order.sort_by_key(|at| std::cmp::Reverse(depth(at)));
        for at in order {
            if let Some(route) = finished.get_mut(at) {
                route.delete_own().await;
            }
        }
        let exist = any_of(finished.iter().map(|route| &route.objects));
        let opposed = any_of(finished.iter().map(|route| &route.opposed));
        let objects = self.objects.iter().enumerate();
        let unproven = objects.filter(|(at, _)| exist.get(at) == Some(&false));
        let describe = |(at, object): (usize, &Object)| {
            let Object { path, owner, id } = object;
            let reason = if opposed.get(&at) == Some(&false) {
                let other = if owner == "bob" { "alice" } else { "bob" };
                format!(
                    "there is no other owner, who could be refused; add one, such as `.object(\"{path}\", \"{other}\", \"…\")`"
                )
            } else {
                "its owner has no access to it on any attacked route".to_owned()
            };
            format!("`{id}` of {owner} at `{path}` proves nothing: {reason}")
        };
        unproven.map(describe).collect()
    }
}

/// Returns whether one of the routes has the value `true` for each object of any.
fn any_of<'m>(routes: impl Iterator<Item = &'m BTreeMap<usize, bool>>) -> BTreeMap<usize, bool> {
    let mut all: BTreeMap<usize, bool> = BTreeMap::new();
    for (at, value) in routes.flatten() {
        *all.entry(*at).or_default() |= value;
    }
    all
}

impl<'e> RouteAttack<'e> {
    /// Returns the objects of the route, without those above another one of the same owner: each request names both.
    pub(super) fn own_objects(&self) -> Vec<(usize, &'e Object)> {
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

    /// Returns whether the route deletes an object: an owner who does leaves nothing for the attacks after it.
    pub(super) fn deletes(&self, object: &Object) -> bool {
        self.target.method == Method::DELETE && is_below(&object.path, &self.target.path)
    }

    /// Deletes the attacked objects that the route deletes, as their owners.
    async fn delete_own(&mut self) {
        let objects = self.own_objects().into_iter();
        let deleted = objects
            .filter(|(at, object)| self.opposed.get(at) == Some(&true) && self.deletes(object));
        let deleted: Vec<_> = deleted.collect();
        if deleted.is_empty() {
            return;
        }
        if let Some(ways) = self.first_way() {
            self.access_own(&deleted, &ways).await;
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
}
