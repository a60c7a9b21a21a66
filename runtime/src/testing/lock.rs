//! The test that compares an API with its lock file.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::lock::{Comparison, Lock, LockFileError};
use crate::routing::Inventory;

/// The variable that rewrites the file.
const VARIABLE: &str = "PALISADE_LOCK";

/// The name of the file beside `Cargo.lock`.
const FILE: &str = "palisade.lock";

/// Compares an API with `palisade.lock` beside `Cargo.lock`, and fails the test if a caller or an input is treated
/// differently.
///
/// The file is committed, and its changes are reviewed. `PALISADE_LOCK=update cargo test` creates or rewrites it.
/// The comparison is [by logic](Lock::compare): renaming a handler or a type and moving a route between modules
/// does not change it. A change to the stronger fails the test too, because a later return to the weaker form
/// would otherwise go unnoticed.
///
/// A file of an older version is compared too; one change says which facts it lacks.
///
/// The inventory of a [`SecureRouter`](crate::SecureRouter::inventory) has no issuers, and that of an
/// [`Api`](crate::Api::inventory) has. For several APIs in one workspace, use [`assert_lock_at`].
///
/// # Panics
///
/// Panics with one sentence for each change; if the file is missing or malformed; and if the variable has another
/// value.
///
/// # Examples
///
/// ```no_run
/// use palisade::prelude::*;
/// use palisade::testing::assert_lock;
///
/// # #[secured(scopes = "orders:read")]
/// # async fn list_orders() {}
/// fn routes() -> SecureRouter {
///     SecureRouter::new().route("/orders", get(list_orders))
/// }
///
/// #[test]
/// fn access_is_as_locked() {
///     assert_lock(routes().inventory());
/// }
/// # fn main() {}
/// ```
#[track_caller]
pub fn assert_lock(inventory: &Inventory) {
    let package = package();
    let workspace = package
        .ancestors()
        .find(|folder| folder.join("Cargo.lock").is_file());
    report(check(
        &workspace.unwrap_or(&package).join(FILE),
        inventory,
        Mode::of_environment(),
    ));
}

/// Compares an API with the lock file at `path`, which is relative to the package.
///
/// It is like [`assert_lock`], for the APIs of a workspace that has several.
///
/// # Panics
///
/// Panics like [`assert_lock`].
#[track_caller]
pub fn assert_lock_at(path: impl AsRef<Path>, inventory: &Inventory) {
    report(check(
        &package().join(path),
        inventory,
        Mode::of_environment(),
    ));
}

/// The folder of the package under test; Cargo sets it for tests.
fn package() -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR").map_or_else(PathBuf::new, PathBuf::from)
}

/// The task of the test, by the variable.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Mode {
    Compare,
    Update,
    Unknown(String),
}

impl Mode {
    fn of_environment() -> Self {
        env::var_os(VARIABLE).map_or(Self::Compare, |value| Self::of(&value.to_string_lossy()))
    }

    fn of(value: &str) -> Self {
        match value {
            "" => Self::Compare,
            "update" => Self::Update,
            other => Self::Unknown(other.to_owned()),
        }
    }
}

/// The reason why the test fails.
#[derive(Debug)]
enum Failure {
    File(LockFileError),
    Variable(String),
    Changed(PathBuf, Comparison),
}

fn check(path: &Path, inventory: &Inventory, mode: Mode) -> Result<(), Failure> {
    let current = Lock::of(inventory);
    match mode {
        Mode::Unknown(value) => return Err(Failure::Variable(value)),
        Mode::Update => return current.write(path).map_err(Failure::File),
        Mode::Compare => {}
    }
    let comparison = Lock::read(path).map_err(Failure::File)?.compare(&current);
    if comparison.is_unchanged() {
        Ok(())
    } else {
        Err(Failure::Changed(path.to_owned(), comparison))
    }
}

#[track_caller]
#[expect(
    clippy::panic,
    reason = "test support: the test must fail with these sentences"
)]
fn report(result: Result<(), Failure>) {
    if let Err(failure) = result {
        panic!("{failure}");
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error @ LockFileError::Io(_, cause)) => write!(f, "{error}: {cause}"),
            Self::File(error) => error.fmt(f),
            Self::Variable(value) => {
                write!(f, "`{VARIABLE}` is {value:?}; the only value is `update`")
            }
            Self::Changed(path, comparison) => write!(
                f,
                "the API differs from `{}`:\n\n{comparison}\n\nif these changes are intended, run the test with \
                 `{VARIABLE}=update` and commit the file",
                path.display()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;
    use crate::{public, secured};

    #[secured(scopes = all("orders:read", "orders:list"))]
    async fn list() {}

    #[secured(scopes = "orders:read")]
    async fn list_less() {}

    #[public(reason = "liveness probe")]
    async fn health() {}

    fn routes() -> SecureRouter {
        SecureRouter::new()
            .route("/orders", get(list))
            .route("/health", get(health))
    }

    fn message(result: Result<(), Failure>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn missing_file_is_an_error_that_says_how_to_create_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let text = message(check(&path, routes().inventory(), Mode::Compare));
        assert!(
            text.contains("run the test with `PALISADE_LOCK=update`"),
            "{text}"
        );
        assert!(!path.exists());
    }

    #[test]
    fn update_creates_and_replaces_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let router = routes();
        for stale in [None, Some("not a lock"), Some("<<<<<<< ours")] {
            if let Some(stale) = stale {
                std::fs::write(&path, stale).unwrap();
                assert!(check(&path, router.inventory(), Mode::Compare).is_err());
            }
            check(&path, router.inventory(), Mode::Update).unwrap();
            check(&path, router.inventory(), Mode::Compare).unwrap();
            let files = std::fs::read_dir(folder.path()).unwrap().count();
            assert_eq!(files, 1, "no temporary file is left");
        }
    }

    #[test]
    fn change_fails_with_its_sentence_and_the_way_to_accept_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        check(&path, routes().inventory(), Mode::Update).unwrap();
        let changed: SecureRouter = SecureRouter::new()
            .route("/health", get(health))
            .route("/orders", get(list_less));
        let text = message(check(&path, changed.inventory(), Mode::Compare));
        let sentence =
            "\n\nweaker: `GET /orders`: a caller with only `orders:read` is now admitted\n\n";
        assert!(text.contains(sentence), "{text}");
        assert!(text.contains("PALISADE_LOCK=update"), "{text}");
    }

    #[test]
    fn unknown_value_of_the_variable_is_an_error() {
        assert_eq!(Mode::of("update"), Mode::Update);
        assert_eq!(Mode::of(""), Mode::Compare);
        for value in ["1", "Update", "update ", "check", "overwrite"] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(FILE);
            let text = message(check(&path, routes().inventory(), Mode::of(value)));
            assert!(text.contains("the only value is `update`"), "{text}");
            assert!(!path.exists());
        }
    }

    #[test]
    fn unwritable_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join(FILE);
        let text = message(check(&path, routes().inventory(), Mode::Update));
        assert!(text.starts_with("cannot read or write"), "{text}");
    }
}
