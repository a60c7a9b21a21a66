//! Forms with files: each part bounded, counted, and answered by its place.

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

fn told(report: &Report) -> String {
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
    told(&report)
}

#[secured(scopes = "reports:write", part_limit = 120, body_limit = "1 MiB")]
async fn file_long_report(Valid(Multipart(report)): Valid<Multipart<Report>>) -> String {
    told(&report)
}

#[secured(scopes = "reports:write", part_limit = 2)]
async fn file_short_report(Valid(Multipart(report)): Valid<Multipart<Report>>) -> String {
    told(&report)
}

#[secured(scopes = "reports:write")]
async fn perhaps(report: Option<Valid<Multipart<Report>>>) -> String {
    report.map_or_else(
        || "absent".to_owned(),
        |Valid(Multipart(report))| told(&report),
    )
}

fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/usual", post(file_report))
        .route("/long", post(file_long_report))
        .route("/short", post(file_short_report))
        .route("/perhaps", post(perhaps))
}

fn titled() -> MultipartForm {
    MultipartForm::new().text("shortTitle", "a window")
}

#[tokio::test]
async fn a_form_with_files_reaches_its_handler() {
    let api = TestApi::new(routes()).await;
    let form = titled()
        .text("urgency", "3")
        .file("photos", "front \"1\".png", "image/png", b"\x89PNG\r\n--")
        .file("photos", "b.jpg", "image/jpeg", &[0; MAX]);
    let send = |path| {
        let caller = api.caller("alice").scopes("reports:write");
        caller.post(path).multipart(form.clone()).send()
    };
    let expected = "a window Some(3) Some(\"front \\\"1\\\".png\") image/png 8, \
                    Some(\"b.jpg\") image/jpeg 1024";
    for path in ["/usual", "/perhaps"] {
        let answer = send(path).await;
        assert_eq!((answer.status().as_u16(), &*answer.text()), (200, expected));
    }
    let anonymous = api
        .anonymous()
        .post("/usual")
        .multipart(form.clone())
        .send();
    assert_eq!(anonymous.await.status(), 401);
}

#[tokio::test]
async fn what_a_part_breaks_is_told_at_its_name() {
    let api = TestApi::new(routes()).await;
    let png =
        |form: MultipartForm, name, length| form.file(name, "a.png", "image/png", &vec![7; length]);
    let canary = "hunter2";
    let cases = [
        (MultipartForm::new(), 422, "shortTitle", "is missing"),
        (
            titled().text("urgency", "6"),
            422,
            "urgency",
            "must be at most 5",
        ),
        (
            titled().text("tags", "a").text("tags", canary),
            422,
            "tags/1",
            "must have a length of at most 4",
        ),
        (
            titled().text("tag", canary),
            422,
            "tag/0",
            "must have a length of at most 4",
        ),
        (
            (0..3).fold(titled(), |form, _| png(form, "photos", 1)),
            422,
            "photos",
            "must have a length of at most 2",
        ),
        (
            png(png(titled(), "photos", MAX), "photos", MAX + 1),
            422,
            "photos/1",
            "must be a file of at most 1024 bytes",
        ),
        (
            titled().file("photos", "a", "text/html", canary.as_bytes()),
            422,
            "photos/0",
            "must be a file labelled as image/png or image/jpeg",
        ),
        (png(titled(), "avatar", 4), 422, "avatar", "must be a PNG"),
        (
            titled().text("photos", canary),
            422,
            "photos/0",
            "must be a file labelled as image/png or image/jpeg",
        ),
        (
            titled().text(canary, canary),
            422,
            "",
            "has a parameter that is not known here",
        ),
        (
            titled().text("shortTitle", canary),
            422,
            "shortTitle",
            "is there twice",
        ),
        (
            titled().file("photos", "a\\b", "image/png", b""),
            400,
            "",
            "has a part without a well-formed `Content-Disposition`",
        ),
    ];
    for (form, status, pointer, detail) in cases {
        let caller = api.caller("alice").scopes("reports:write");
        let answer = caller.post("/usual").multipart(form).send().await;
        assert_eq!(answer.status(), status, "{pointer}: {}", answer.text());
        assert!(!answer.text().contains(canary), "{}", answer.text());
        let problem = answer.json();
        assert_eq!(errors(&problem), [(pointer.to_owned(), detail.to_owned())]);
    }
}

#[tokio::test]
async fn what_is_no_form_with_parts_is_415_and_says_what_is_taken() {
    let api = TestApi::new(routes()).await;
    for label in [
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/mixed; boundary=x",
    ] {
        let caller = api.caller("alice").scopes("reports:write");
        let answer = caller.post("/usual").body("--x--", label).send().await;
        assert_eq!(answer.status(), 415, "{label}");
        assert_eq!(answer.header("accept"), Some("multipart/form-data"));
        assert!(
            answer.text().contains("with its boundary"),
            "{}",
            answer.text()
        );
    }
    let coded = api
        .caller("alice")
        .scopes("reports:write")
        .post("/usual")
        .multipart(titled())
        .header("content-encoding", "gzip");
    assert_eq!(coded.send().await.status(), 415);
}

#[tokio::test]
async fn an_absent_form_has_neither_label_nor_byte() {
    let api = TestApi::new(routes()).await;
    let post = || api.caller("alice").scopes("reports:write").post("/perhaps");
    assert_eq!(post().send().await.text(), "absent");
    assert_eq!(post().body("x", "text/plain").send().await.status(), 415);
    assert_eq!(
        post().multipart(MultipartForm::new()).send().await.status(),
        422
    );
}

/// At t−1, t and t+1: the default, one above it and one below.
#[tokio::test]
async fn more_parts_than_declared_are_400() {
    let api = TestApi::new(routes()).await;
    for (path, limit) in [("/usual", 100), ("/long", 120), ("/short", 2)] {
        for (parts, status) in [(limit - 1, 200), (limit, 200), (limit + 1, 400)] {
            let form = (1..parts).fold(titled(), |form, _| form.text("tags", "a"));
            let caller = api.caller("alice").scopes("reports:write");
            let answer = caller.post(path).multipart(form).send().await;
            assert_eq!(answer.status(), status, "{path} {parts}: {}", answer.text());
            if status == 400 {
                let problem: serde_json::Value = answer.json();
                let detail = format!("has more than {limit} parts");
                assert_eq!(errors(&problem), [(String::new(), detail)]);
                assert_eq!(problem["errors"][0]["rule"], "parts");
            }
        }
    }
}

/// The total of all parts is the body, whatever each of them may have.
#[tokio::test]
async fn all_parts_together_have_the_bodys_limit() {
    let api = TestApi::new(routes()).await;
    for (path, status) in [("/usual", 413), ("/long", 422)] {
        let form = titled().file("photos", "a", "image/png", &vec![0; 64 * 1024]);
        let caller = api.caller("alice").scopes("reports:write");
        let answer = caller.post(path).multipart(form).send().await;
        assert_eq!(answer.status(), status, "{path}");
    }
}

#[test]
fn the_inventory_has_the_part_limit() {
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
