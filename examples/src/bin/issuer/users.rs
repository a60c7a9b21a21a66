//! The users for development.

/// A user.
pub(crate) struct User {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) email: &'static str,
}

pub(crate) const USERS: [User; 3] = [
    User {
        id: "alice",
        name: "Alice Rangi",
        email: "alice@example.govt.nz",
    },
    User {
        id: "bob",
        name: "Bob Tane",
        email: "bob@example.govt.nz",
    },
    User {
        id: "carol",
        name: "Carol Smith",
        email: "carol@example.govt.nz",
    },
];

/// Returns the user with an identifier.
pub(crate) fn find(id: &str) -> Option<&'static User> {
    USERS.iter().find(|user| user.id == id)
}
