//! Files of forms that are on disk beyond a size: sizes, limits, and what is left behind.

mod interrupted;
mod storage;

use std::fmt::Write as _;
use std::fs;
use std::path::Path as FilePath;
use std::sync::Arc;

use palisade::input::{InputError, InputLocation, MediaTypes, Multipart, SpooledFile, Upload};
use palisade::prelude::*;
use palisade::testing::{MultipartForm, TestApi, TestResponse};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::AsyncReadExt;

use crate::support::errors;

struct Video;

impl MediaTypes for Video {
    const ACCEPTED: &'static [&'static str] = &["video/mp4", "video/webm"];
}

const MEMORY: usize = 1000;
const MAX: usize = 300_000;

type File = SpooledFile<Video, MAX, MEMORY>;

/// A rule that checks the content, of which it sees the beginning.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "garde passes a reference to the context"
)]
fn is_not_text(file: &File, (): &()) -> garde::Result {
    let is_text = file.head().starts_with(b"text");
    (!is_text)
        .then_some(())
        .ok_or(garde::Error::new("must be a video"))
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Film {
    #[garde(inner(custom(is_not_text)))]
    video: Option<File>,
    #[garde(length(max = 2))]
    clips: Vec<File>,
    #[garde(skip)]
    preview: Option<Upload<Video, 100>>,
    #[garde(inner(length(chars, max = 5)))]
    title: Option<String>,
}

/// Describes each file, after it has read its content.
async fn describe(film: Film) -> String {
    let mut text = film.title.unwrap_or_default();
    for file in film.video.into_iter().chain(film.clips) {
        let (media_type, on_disk, len) = (file.media_type(), file.is_on_disk(), file.len());
        let mut content = Vec::new();
        let mut reader = file.into_reader();
        reader.read_to_end(&mut content).await.unwrap();
        assert_eq!(u64::try_from(content.len()).unwrap(), len);
        let is_same = content.windows(2).all(|pair| pair[0] == pair[1]);
        write!(text, " {media_type} {len} {on_disk} {is_same}").unwrap();
    }
    text
}

#[secured(scopes = "films:write", body_limit = "1 MiB")]
async fn upload(Valid(Multipart(film)): Valid<Multipart<Film>>) -> String {
    describe(film).await
}

#[public(
    reason = "a test",
    body_limit = "350 KiB",
    body_timeout = "60 s",
    body_idle_timeout = "5 s",
    part_limit = 4
)]
async fn publish(Valid(Multipart(film)): Valid<Multipart<Film>>) -> String {
    describe(film).await
}

#[public(reason = "a test", body_limit = "1 MiB")]
async fn optional(film: Option<Valid<Multipart<Film>>>) -> String {
    match film {
        Some(Valid(Multipart(film))) => describe(film).await,
        None => "none".to_owned(),
    }
}

/// Counts the open files of its directory, while it has a form.
#[public(reason = "a test", body_limit = "1 MiB")]
async fn count(
    State(directory): State<Directory>,
    Valid(Multipart(film)): Valid<Multipart<Film>>,
) -> String {
    let during = open_files(directory.0.path());
    drop(film);
    format!("{during} {}", open_files(directory.0.path()))
}

/// The directory of a test; the server has it as its own.
#[derive(Clone)]
struct Directory(Arc<TempDir>);

/// Returns the number of open files below a directory that have no name.
fn open_files(directory: &FilePath) -> usize {
    assert_eq!(fs::read_dir(directory).unwrap().count(), 0);
    let links = fs::read_dir("/proc/self/fd").unwrap();
    let targets = links.filter_map(|link| fs::read_link(link.unwrap().path()).ok());
    targets
        .filter(|target| target.starts_with(directory))
        .count()
}

struct Test {
    api: TestApi,
    directory: Directory,
}

async fn test() -> Test {
    with_limit(1 << 30).await
}

async fn with_limit(limit: u64) -> Test {
    let directory = Directory(Arc::new(tempfile::tempdir().unwrap()));
    let routes = SecureRouter::new()
        .route("/upload", post(upload))
        .route("/publish", post(publish))
        .route("/optional", post(optional))
        .route("/count", post(count))
        .with_state(directory.clone());
    let path = directory.0.path().to_owned();
    let api = TestApi::with_server(routes, |server| {
        server.spool_directory(path).spool_limit(limit)
    });
    Test {
        api: api.await,
        directory,
    }
}

impl Test {
    async fn send(&self, path: &str, form: MultipartForm) -> TestResponse {
        let request = self.api.anonymous().post(path);
        let response = request.multipart(form).send().await;
        assert_eq!(self.open_files(), 0);
        response
    }

    fn open_files(&self) -> usize {
        open_files(self.directory.0.path())
    }
}

const MP4: &str = "video/mp4";

fn form(name: &str, len: usize) -> MultipartForm {
    add(MultipartForm::new(), name, len)
}

fn add(form: MultipartForm, name: &str, len: usize) -> MultipartForm {
    form.file(name, "a.mp4", MP4, &vec![7; len])
}

#[tokio::test]
async fn file_over_the_size_in_memory_is_on_disk() {
    let test = test().await;
    for (len, on_disk) in [
        (0, false),
        (MEMORY - 1, false),
        (MEMORY, false),
        (MEMORY + 1, true),
        (65_535, true),
        (65_536, true),
        (65_537, true),
        (MAX - 1, true),
        (MAX, true),
    ] {
        for path in ["/publish", "/optional"] {
            let response = test.send(path, form("video", len)).await;
            let expected = format!(" video/mp4 {len} {on_disk} true");
            assert_eq!(response.text(), expected, "{path}");
        }
        let response = test.send("/count", form("video", len)).await;
        assert_eq!(response.text(), format!("{} 0", usize::from(on_disk)));
    }
}

#[tokio::test]
async fn two_files_are_stored_beside_each_other() {
    let test = test().await;
    for (lens, expected) in [
        ([10, 20], " video/mp4 10 false true video/mp4 20 false true"),
        (
            [10, 2000],
            " video/mp4 10 false true video/mp4 2000 true true",
        ),
        (
            [90_000, 1001],
            " video/mp4 90000 true true video/mp4 1001 true true",
        ),
    ] {
        for names in [["video", "clips"], ["clips", "clips"]] {
            let form = add(form(names[0], lens[0]), names[1], lens[1]);
            assert_eq!(test.send("/publish", form.clone()).await.text(), expected);
            let on_disk = lens.iter().filter(|len| **len > MEMORY).count();
            let counted = test.send("/count", form).await;
            assert_eq!(counted.text(), format!("{on_disk} 0"));
        }
    }
}

#[tokio::test]
async fn file_that_breaks_a_rule_of_its_type_is_rejected_and_removed() {
    let test = test().await;
    let file = |name: &str, media_type: &str, len| {
        let content = vec![7; len];
        MultipartForm::new().file("video", name, media_type, &content)
    };
    let media_types = "must be a file of type video/mp4 or video/webm";
    let size = "must be a file with at most 300000 bytes";
    for (form, pointer, detail) in [
        (form("video", MAX + 1), "video", size),
        (form("clips", MAX + 1), "clips/0", size),
        (add(form("clips", 5000), "clips", MAX + 1), "clips/1", size),
        (file("a", "image/png", 5000), "video", media_types),
        (file("a", "video/*", 5000), "video", media_types),
        (
            file("a", "video/mp4; codecs=avc1", 5000),
            "video",
            media_types,
        ),
        (
            form("preview", 101),
            "preview",
            "must be a file with at most 100 bytes",
        ),
    ] {
        let response = test.send("/upload", form.clone()).await;
        assert_eq!(response.status(), 401);
        let response = test.send("/optional", form).await;
        assert_eq!(response.status(), 422, "{pointer}");
        let problem: Value = response.json();
        assert_eq!(errors(&problem), [(pointer.to_owned(), detail.to_owned())]);
    }
    let names = ["../../etc/passwd", "a/b", "C:\\a", "..", "a\u{202e}b"];
    for name in names {
        let response = test.send("/optional", file(name, MP4, 5000)).await;
        let status = response.status().as_u16();
        assert_eq!(
            status,
            if name.contains('\\') { 400 } else { 422 },
            "{name}"
        );
    }
}

/// Files that were stored already are removed, whatever is wrong after them.
#[tokio::test]
async fn later_part_that_is_wrong_removes_stored_files() {
    let test = test().await;
    let stored = || form("video", 5000);
    for (form, status) in [
        (stored().text("title", "too long"), 422),
        (stored().text("hunter2", "unknown"), 422),
        (stored().text("clips", "a text"), 422),
        (stored().text("video", "a text"), 422),
        (add(stored(), "video", 5000), 422),
        (
            add(
                add(add(stored(), "clips", 5000), "clips", 5000),
                "clips",
                5000,
            ),
            422,
        ),
        (stored().text("title", "a").text("title", "b"), 422),
        (
            stored()
                .text("title", "a")
                .text("a", "b")
                .text("c", "d")
                .text("e", "f"),
            400,
        ),
        (add(form("video", MAX), "clips", 60_000), 413),
        (
            MultipartForm::new().file("video", "a", MP4, &[&b"text"[..], &[0; 5000]].concat()),
            422,
        ),
    ] {
        let response = test.send("/publish", form).await;
        assert_eq!(response.status(), status, "{}", response.text());
        assert!(!response.text().contains("hunter2"));
        assert!(
            !response
                .text()
                .contains(test.directory.0.path().to_str().unwrap())
        );
    }
}

fn assert_unavailable(response: &TestResponse, directory: &FilePath) {
    assert_eq!(response.status(), 503, "{}", response.text());
    assert_eq!(
        response.header("content-type"),
        Some("application/problem+json")
    );
    let problem: Value = response.json();
    let problem_type = problem["type"].as_str().unwrap();
    assert!(problem_type.ends_with("#storage-unavailable"), "{problem}");
    let text = response.text();
    for secret in [directory.to_str().unwrap(), "os error", "No space", "limit"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn handler_with_a_stored_file_runs_in_a_unit_test() {
    let video = File::new(MP4, [7; 2000], Some("a.mp4")).unwrap();
    let film = Film {
        video: Some(video),
        clips: Vec::new(),
        preview: None,
        title: None,
    };
    let text = publish().unguarded(Valid(Multipart(film))).await;
    assert_eq!(text, " video/mp4 2000 false true");
    assert_eq!(
        InputError::StorageUnavailable.to_string(),
        "the files of the form cannot be stored at present"
    );
}

#[test]
fn inventory_lists_a_form_with_files() {
    let routes: SecureRouter = SecureRouter::new().route("/publish", post(publish));
    let inventory = routes.inventory();
    let route = &inventory.routes()[0];
    let inputs: Vec<_> = route.inputs().collect();
    let [input] = inputs.as_slice() else {
        panic!("{inputs:?}")
    };
    assert_eq!(input.location(), InputLocation::Form);
    assert_eq!(input.media_types(), ["multipart/form-data"]);
    assert_eq!(route.exceptions().count(), 0);
    let schema = serde_json::to_value(input.schema().unwrap()).unwrap();
    let video = &schema["properties"]["clips"]["items"];
    let video = if video.is_object() {
        video.clone()
    } else {
        schema.clone()
    };
    assert!(
        video
            .to_string()
            .contains(r#""contentMediaType":"video/webm""#),
        "{schema}"
    );
}
