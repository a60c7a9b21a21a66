//! Files that cannot be stored, and where they are stored.

use std::fs;
use std::process::Command;
use std::sync::Arc;

use palisade::input::Multipart;
use palisade::prelude::*;
use palisade::testing::{EmbeddedIssuer, TestApi};
use palisade::{ConfigError, ResourceServer};
use palisade_tests::Log;

use super::{Directory, Film, MAX, MEMORY, assert_unavailable, form, optional, test, with_limit};

#[tokio::test]
async fn removed_directory_returns_503_and_an_event_with_the_reason() {
    let test = test().await;
    let path = test.directory.0.path();
    fs::remove_dir(path).unwrap();
    let (log, _guard) = Log::capture();
    let request = || test.api.anonymous().post("/optional");
    let response = request().multipart(form("video", MEMORY + 1)).send().await;
    assert_unavailable(&response, path);
    let events = log.take("palisade::spool");
    let [event] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(event["level"], "ERROR");
    assert_eq!(event["fields"]["event"], "spool_failed");
    let error = event["fields"]["error"].as_str().unwrap();
    assert!(error.contains("No such file or directory"), "{error}");
    // a file in memory needs no directory
    let response = request().multipart(form("video", MEMORY)).send().await;
    assert_eq!(response.status(), 200);
    fs::create_dir(path).unwrap();
    let response = request().multipart(form("video", MEMORY + 1)).send().await;
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn files_over_the_limit_of_the_server_return_503() {
    let test = with_limit(10_000).await;
    let (log, _guard) = Log::capture();
    for (len, status) in [(9_999, 200), (10_000, 200), (10_001, 503), (MEMORY, 200)] {
        let response = test.send("/optional", form("video", len)).await;
        assert_eq!(response.status(), status, "{len}");
    }
    let events = log.take("palisade::spool");
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(
        events[0]["fields"]["error"],
        "the limit of 10000 bytes on disk is reached"
    );
}

/// A process whose files have at most a few kilobytes: a write fails as on a full disk.
#[cfg(unix)]
#[test]
fn full_disk_returns_503() {
    let program = std::env::current_exe().unwrap();
    let child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 32; exec \"$0\" \"$@\""])
        .arg(program)
        .args([
            "--exact",
            "spooled_files::storage::form_on_a_full_disk",
            "--nocapture",
        ])
        .env(FULL_DISK, "1")
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{output}");
    assert!(output.contains("the disk was full"), "{output}");
}

/// Set in the process with a full disk.
const FULL_DISK: &str = "PALISADE_TEST_FULL_DISK";

/// Runs in the process of [`full_disk_returns_503`] only.
#[tokio::test]
async fn form_on_a_full_disk() {
    if std::env::var_os(FULL_DISK).is_none() {
        return;
    }
    let test = test().await;
    for (len, is_stored) in [(2000, true), (MAX, false), (2000, true)] {
        let response = test.send("/optional", form("video", len)).await;
        if is_stored {
            assert_eq!(response.status(), 200);
        } else {
            assert_unavailable(&response, test.directory.0.path());
            println!("the disk was full");
        }
    }
}

#[tokio::test]
async fn directory_without_write_access_is_a_configuration_error() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    for path in [directory.path().join("missing"), file, "/proc".into()] {
        let issuer = EmbeddedIssuer::new("https://issuer.test");
        let server = ResourceServer::builder()
            .trust(issuer.issuer("api"))
            .spool_directory(&path);
        let error = server.build().await.unwrap_err();
        assert!(
            matches!(error, ConfigError::SpoolDirectory { .. }),
            "{error}"
        );
        let sentence = format!(
            "no file can be created in `{}`: create the directory, and let the user of this process write to it",
            path.display()
        );
        assert_eq!(error.to_string(), sentence);
    }
    let issuer = EmbeddedIssuer::new("https://issuer.test");
    let server = ResourceServer::builder().trust(issuer.issuer("api"));
    assert!(
        server
            .spool_directory(directory.path())
            .build()
            .await
            .is_ok()
    );
}

/// Without a configured directory, the system's is used.
#[tokio::test]
async fn server_without_a_directory_stores_files() {
    let routes = SecureRouter::new().route("/optional", post(optional));
    let api = TestApi::new(routes).await;
    let request = api.anonymous().post("/optional");
    let response = request.multipart(form("video", 5000)).send().await;
    assert_eq!(response.text(), " video/mp4 5000 true true");
}

#[tokio::test]
async fn file_is_saved_under_a_name_of_the_server() {
    #[public(reason = "a test", body_limit = "1 MiB")]
    async fn save(
        State(directory): State<Directory>,
        Valid(Multipart(film)): Valid<Multipart<Film>>,
    ) -> Result<String, StatusCode> {
        let video = film.video.ok_or(StatusCode::NOT_FOUND)?;
        let saved = video.save_as(directory.0.path().join("1")).await;
        saved.map_err(|_| StatusCode::CONFLICT)?;
        Ok("saved".to_owned())
    }
    let directory = Directory(Arc::new(tempfile::tempdir().unwrap()));
    let routes = SecureRouter::new().route("/", post(save));
    let api = TestApi::new(routes.with_state(directory.clone())).await;
    for (len, status) in [(5000, 200), (5000, 409), (10, 409)] {
        let request = api.anonymous().post("/").multipart(form("video", len));
        assert_eq!(request.send().await.status(), status);
    }
    let saved = fs::read(directory.0.path().join("1")).unwrap();
    assert_eq!(saved, [7; 5000]);
}
