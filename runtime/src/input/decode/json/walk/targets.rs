//! The paths of garde for which a walk looks up the pointers.

use garde::error::{Kind, Path};

use crate::input::decode::error::{Segment, pointer_of};
use crate::input::shape::position::Position;

/// The targets of a walk: paths of garde.
pub(super) struct Targets<'p> {
    targets: Vec<Target<'p>>,
    missing: usize,
}

/// A path that garde reports, and its pointer once it is found.
struct Target<'p> {
    components: Vec<(Kind, &'p str)>,
    pointer: Option<String>,
}

impl<'p> Targets<'p> {
    pub(super) fn new(paths: &[&'p Path]) -> Self {
        Self {
            targets: paths.iter().map(|path| Target::new(path)).collect(),
            missing: paths.len(),
        }
    }

    /// Returns the indices of all targets.
    pub(super) fn all(&self) -> Vec<usize> {
        (0..self.targets.len()).collect()
    }

    /// Returns whether every pointer is found.
    pub(super) fn are_found(&self) -> bool {
        self.missing == 0
    }

    /// Returns those of the targets whose component at `depth` is this index.
    pub(super) fn in_item(&self, inside: &[usize], depth: usize, index: usize) -> Vec<usize> {
        self.filter(inside, |target| target.index(depth) == Some(index))
    }

    /// Returns those of the targets whose component at `depth` is this name.
    pub(super) fn in_field(&self, inside: &[usize], depth: usize, name: &str) -> Vec<usize> {
        self.filter(inside, |target| target.name(depth) == Some(name))
    }

    /// Returns the smallest index at `depth` from `start` on, or the largest number.
    pub(super) fn next_index(&self, inside: &[usize], depth: usize, start: usize) -> usize {
        let targets = inside.iter().filter_map(|at| self.targets.get(*at));
        let indices = targets.filter_map(|target| target.index(depth));
        let next = indices.filter(|index| *index >= start).min();
        next.unwrap_or(usize::MAX)
    }

    /// Ends the pointers of targets at a value, of which no child contains them.
    pub(super) fn end(
        &mut self,
        inside: &[usize],
        depth: usize,
        path: &[Segment],
        position: Position,
    ) {
        for at in inside {
            if let Some(target) = self.targets.get_mut(*at)
                && target.pointer.is_none()
            {
                let mut pointer = pointer_of(path);
                let rest = target.components.iter().skip(depth);
                position.append_to(&mut pointer, rest.copied());
                target.pointer = Some(pointer);
                self.missing = self.missing.saturating_sub(1);
            }
        }
    }

    /// Returns the pointers, in the order of the paths.
    pub(super) fn into_pointers(self) -> Vec<String> {
        let targets = self.targets.into_iter();
        targets
            .map(|target| target.pointer.unwrap_or_default())
            .collect()
    }

    fn filter(&self, inside: &[usize], contains: impl Fn(&Target<'_>) -> bool) -> Vec<usize> {
        let is_inside = |at: &usize| {
            let target = self.targets.get(*at);
            target.is_some_and(|target| target.pointer.is_none() && contains(target))
        };
        inside.iter().copied().filter(is_inside).collect()
    }
}

impl<'p> Target<'p> {
    fn new(path: &'p Path) -> Self {
        let components = path.__iter().rev();
        let components = components.filter(|(kind, _)| *kind != Kind::None);
        Self {
            components: components
                .map(|(kind, name)| (kind, name.as_str()))
                .collect(),
            pointer: None,
        }
    }

    fn name(&self, depth: usize) -> Option<&str> {
        self.components.get(depth).map(|(_, name)| *name)
    }

    fn index(&self, depth: usize) -> Option<usize> {
        let (kind, index) = self.components.get(depth)?;
        (*kind == Kind::Index).then(|| index.parse().ok()).flatten()
    }
}
