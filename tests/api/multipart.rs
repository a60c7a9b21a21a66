//! Forms with files: limits and errors of their parts.

use palisade::input::{MediaTypes, Multipart, Upload};
use palisade::policy::Limits;
use palisade::prelude::*;
use palisade::testing::{MultipartForm, TestApi};

use crate::support::errors;

struct Pictures;

impl MediaTypes for Pictures {
    const ACCEPTED: &'static [&'static str] = &["image/png", "image/jpeg"];
}

const MAX: usize = 1024;

/// Text in the forms that no response may echo.
const CANARY: &str = "hunter2";

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Report {
    #[garde(length(chars, min = 1, max = 20))]
    short_title: String,
    #[garde(range(min = 1, max = 5))]
    urgency: Option<u8>,
    #[garde(length(max = 2))]
    #[serde(default)]
    photos: Vec<Upload<Pictures, MAX>>,
    #[garde(length(max = 200), inner(length(chars, max = 4)))]
    #[serde(default, alias = "tag")]
    tags: Vec<String>,
    #[garde(inner(custom(|avatar: &Upload<Pictures, MAX>, (): &()| {
        let is_png = avatar.content().starts_with(b"\x89PNG");
        is_png.then_some(()).ok_or(garde::Error::new("must be a PNG"))
    })))]
    avatar: Option<Upload<Pictures, MAX>>,
}

fn describe(report: &Report) -> String {
    assert!((1..=20).contains(&report.short_title.chars().count()));
    assert!(report.photos.len() <= 2 && report.tags.len() <= 200);
    let photos = report.photos.iter().map(|photo| {
        let name = photo.file_name().map(ToString::to_string);
        format!("{name:?} {} {}", photo.media_type(), photo.content().len())
    });
    let photos: Vec<_> = photos.collect();
    let urgency = report.urgency;
    format!("{} {urgency:?} {}", report.short_title, photos.join(", "))
}

#[secured(scopes = "reports:write")]
async fn file_report(Valid(Multipart(report)): Valid<Multipart<Report>>) -> String {
    describe(&report)
}

#[secured(scopes = "reports:write", part_limit = 120, body_limit = "1 MiB")]
async fn file_long_report(Valid(Multipart(report)): Valid<Multipart<Report>>) -> String {
    describe(&report)
}

#[secured(scopes = "reports:write", part_limit = 2)]
async fn file_short_report(Valid(Multipart(report)): Valid<Multipart<Report>>) -> String {
    describe(&report)
}

#[secured(scopes = "reports:write")]
async fn optional_report(report: Option<Valid<Multipart<Report>>>) -> String {
    report.map_or_else(
        || "absent".to_owned(),
        |Valid(Multipart(report))| describe(&report),
    )
}

pub(crate) fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/usual", post(file_report))
        .route("/long", post(file_long_report))
        .route("/short", post(file_short_report))
        .route("/optional", post(optional_report))
}

fn form_with_title() -> MultipartForm {
    MultipartForm::new().text("shortTitle", "a window")
}

#[tokio::test]
async fn form_with_files_reaches_the_handler() {
    let api = TestApi::new(routes()).await;
    let form = form_with_title()
        .text("urgency", "3")
        .file("photos", "front \"1\".png", "image/png", b"\x89PNG\r\n--")
        .file("photos", "b.jpg", "image/jpeg", &[0; MAX]);
    let send = |path| {
        let caller = api.caller("alice").scopes("reports:write");
        caller.post(path).multipart(form.clone()).send()
    };
    let expected = "a window Some(3) Some(\"front \\\"1\\\".png\") image/png 8, \
                    Some(\"b.jpg\") image/jpeg 1024";
    for path in ["/usual", "/optional"] {
        let response = send(path).await;
        assert_eq!(
            (response.status().as_u16(), &*response.text()),
            (200, expected)
        );
    }
    let anonymous = api
        .anonymous()
        .post("/usual")
        .multipart(form.clone())
        .send();
    assert_eq!(anonymous.await.status(), 401);
}

/// A form, and the status, pointer and detail of its only error.
type InvalidForm = (MultipartForm, u16, &'static str, &'static str);

/// Asserts that each form is rejected without an echo of its content.
async fn assert_rejected(forms: impl IntoIterator<Item = InvalidForm>) {
    let api = TestApi::new(routes()).await;
    for (form, status, pointer, detail) in forms {
        let caller = api.caller("alice").scopes("reports:write");
        let response = caller.post("/usual").multipart(form).send().await;
        assert_eq!(response.status(), status, "{pointer}: {}", response.text());
        assert!(!response.text().contains(CANARY), "{}", response.text());
        let problem = response.json();
        assert_eq!(errors(&problem), [(pointer.to_owned(), detail.to_owned())]);
    }
}

#[tokio::test]
async fn invalid_text_part_is_reported_with_its_name() {
    assert_rejected([
        (MultipartForm::new(), 422, "shortTitle", "is missing"),
        (
            form_with_title().text("urgency", "6"),
            422,
            "urgency",
            "must be at most 5",
        ),
        (
            form_with_title().text("tags", "a").text("tags", CANARY),
            422,
            "tags/1",
            "must have a length of at most 4",
        ),
        (
            form_with_title().text("tag", CANARY),
            422,
            "tag/0",
            "must have a length of at most 4",
        ),
        (
            form_with_title().text(CANARY, CANARY),
            422,
            "",
            "has an unknown parameter",
        ),
        (
            form_with_title().text("shortTitle", CANARY),
            422,
            "shortTitle",
            "must appear only once",
        ),
    ])
    .await;
}

#[tokio::test]
async fn invalid_file_part_is_reported_with_its_name() {
    let png =
        |form: MultipartForm, name, length| form.file(name, "a.png", "image/png", &vec![7; length]);
    assert_rejected([
        (
            (0..3).fold(form_with_title(), |form, _| png(form, "photos", 1)),
            422,
            "photos",
            "must have a length of at most 2",
        ),
        (
            png(png(form_with_title(), "photos", MAX), "photos", MAX + 1),
            422,
            "photos/1",
            "must be a file with at most 1024 bytes",
        ),
        (
            form_with_title().file("photos", "a", "text/html", CANARY.as_bytes()),
            422,
            "photos/0",
            "must be a file of type image/png or image/jpeg",
        ),
        (
            png(form_with_title(), "avatar", 4),
            422,
            "avatar",
            "must be a PNG",
        ),
        (
            form_with_title().text("photos", CANARY),
            422,
            "photos/0",
            "must be a file of type image/png or image/jpeg",
        ),
        (
            form_with_title().file("photos", "a\\b", "image/png", b""),
            400,
            "",
            "has a part without a valid `Content-Disposition`",
        ),
    ])
    .await;
}

#[tokio::test]
async fn body_that_is_not_multipart_returns_415_with_accept() {
    let api = TestApi::new(routes()).await;
    for media_type in [
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/mixed; boundary=x",
    ] {
        let caller = api.caller("alice").scopes("reports:write");
        let response = caller.post("/usual").body("--x--", media_type).send().await;
        assert_eq!(response.status(), 415, "{media_type}");
        assert_eq!(response.header("accept"), Some("multipart/form-data"));
        assert!(
            response.text().contains("with a boundary"),
            "{}",
            response.text()
        );
    }
    let coded = api
        .caller("alice")
        .scopes("reports:write")
        .post("/usual")
        .multipart(form_with_title())
        .header("content-encoding", "gzip");
    assert_eq!(coded.send().await.status(), 415);
}

#[tokio::test]
async fn optional_form_is_absent_only_without_type_and_body() {
    let api = TestApi::new(routes()).await;
    let post = || {
        api.caller("alice")
            .scopes("reports:write")
            .post("/optional")
    };
    assert_eq!(post().send().await.text(), "absent");
    assert_eq!(post().body("x", "text/plain").send().await.status(), 415);
    assert_eq!(
        post().multipart(MultipartForm::new()).send().await.status(),
        422
    );
}

/// At −1, 0 and +1 of the default limit, a raised and a reduced one.
#[tokio::test]
async fn parts_over_limit_return_400() {
    let api = TestApi::new(routes()).await;
    for (path, limit) in [("/usual", 100), ("/long", 120), ("/short", 2)] {
        for (parts, status) in [(limit - 1, 200), (limit, 200), (limit + 1, 400)] {
            let form = (1..parts).fold(form_with_title(), |form, _| form.text("tags", "a"));
            let caller = api.caller("alice").scopes("reports:write");
            let response = caller.post(path).multipart(form).send().await;
            assert_eq!(
                response.status(),
                status,
                "{path} {parts}: {}",
                response.text()
            );
            if status == 400 {
                let problem: serde_json::Value = response.json();
                let detail = format!("must have at most {limit} parts");
                assert_eq!(errors(&problem), [(String::new(), detail)]);
                assert_eq!(problem["errors"][0]["rule"], "parts");
            }
        }
    }
}

/// All parts together are limited by the body limit, whatever the limit of each part.
#[tokio::test]
async fn parts_together_over_body_limit_return_413() {
    let api = TestApi::new(routes()).await;
    for (path, status) in [("/usual", 413), ("/long", 422)] {
        let form = form_with_title().file("photos", "a", "image/png", &vec![0; 64 * 1024]);
        let caller = api.caller("alice").scopes("reports:write");
        let response = caller.post(path).multipart(form).send().await;
        assert_eq!(response.status(), status, "{path}");
    }
}

#[test]
fn inventory_shows_the_part_limit() {
    let routes = routes();
    let limits: Vec<_> = routes
        .inventory()
        .iter()
        .map(|route| route.limits().part_limit)
        .collect();
    assert_eq!(limits, [Limits::DEFAULT.part_limit, 120, 2, 100]);
    let table = routes.inventory().to_string();
    assert!(
        table.contains("body_limit = \"1 MiB\", part_limit = 120"),
        "{table}"
    );
}
