//! Which room stands on which: the one table of layers.
//!
//! A room imports rooms of its own layer and below. A new room gets its line here.

/// The layers of one crate.
pub(crate) struct Layers {
    /// The directory of the crate's root file.
    pub(crate) directory: &'static str,
    /// Every room with its layer; `lib` is the root file.
    rooms: &'static [(&'static str, u8)],
    /// Imports within one layer that are refused all the same: who, whom.
    never: &'static [(&'static str, &'static str)],
}

const TABLE: [Layers; 2] = [
    Layers {
        directory: "runtime/src",
        rooms: &[
            ("claims", 0),
            ("clock", 0),
            ("https", 0),
            ("json", 0),
            ("secret", 0),
            ("text", 0),
            ("discovery", 1),
            ("keys", 1),
            ("token", 2),
            ("policy", 3),
            ("resource_server", 4),
            ("audit", 5),
            ("guard", 5),
            ("input", 5),
            ("response", 6),
            ("routing", 7),
            ("serve", 8),
            ("report", 8),
            ("openapi", 8),
            ("relying_party", 8),
            ("authorization_server", 8),
            ("testing", 9),
            ("danger", 9),
            ("fuzzing", 9),
            ("private", 9),
            ("prelude", 9),
            ("lib", 9),
        ],
        never: &[("input", "guard")],
    },
    Layers {
        directory: "macros/src",
        rooms: &[
            ("diagnostics", 0),
            ("symbol", 0),
            ("parse", 1),
            ("model", 2),
            ("expand", 3),
            ("lib", 4),
        ],
        never: &[],
    },
];

/// The layers of the crate in a directory, where it has any.
pub(crate) fn of(directory: &str) -> Option<&'static Layers> {
    TABLE.iter().find(|layers| layers.directory == directory)
}

impl Layers {
    /// The layer of a room.
    pub(crate) fn layer(&self, room: &str) -> Option<u8> {
        self.rooms
            .iter()
            .find(|(name, _)| *name == room)
            .map(|(_, layer)| *layer)
    }

    /// Whether a room may import another.
    pub(crate) fn allow(&self, who: &str, whom: &str) -> bool {
        who == whom || (self.layer(who) >= self.layer(whom) && !self.never.contains(&(who, whom)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_point_down_or_sideways() {
        let runtime = of("runtime/src").unwrap();
        assert!(runtime.allow("response", "token"));
        assert!(runtime.allow("clock", "claims"));
        assert!(runtime.allow("guard", "input"));
        assert!(!runtime.allow("token", "response"));
        assert!(!runtime.allow("response", "lib"));
    }

    #[test]
    fn input_never_imports_the_guard() {
        assert!(!of("runtime/src").unwrap().allow("input", "guard"));
    }

    #[test]
    fn the_stages_of_the_macros_go_one_way() {
        let macros = of("macros/src").unwrap();
        for (early, late) in [("parse", "model"), ("parse", "expand"), ("model", "expand")] {
            assert!(!macros.allow(early, late), "{early} {late}");
            assert!(macros.allow(late, early), "{late} {early}");
        }
    }

    #[test]
    fn no_room_has_two_layers() {
        for layers in &TABLE {
            for (at, (room, _)) in layers.rooms.iter().enumerate() {
                let mut later = layers.rooms.iter().skip(at + 1);
                assert!(later.all(|(other, _)| other != room), "{room}");
            }
        }
    }
}
