//! Multipart forms of many parts, long headers, and large files.

use palisade::input::{MediaTypes, Multipart, Upload};
use palisade::prelude::*;

use super::{Attack, SIZES, numbered, repeated, request};

struct Png;

impl MediaTypes for Png {
    const ACCEPTED: &'static [&'static str] = &["image/png"];
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Report {
    #[garde(length(bytes, max = 100), ascii, contains("-"))]
    title: Option<String>,
    #[garde(length(max = 3), inner(length(bytes, max = 3), contains("-")))]
    #[serde(default)]
    tags: Vec<String>,
    #[garde(length(max = 3), inner(range(max = 3)))]
    #[serde(default)]
    numbers: Vec<u128>,
    #[garde(skip)]
    picture: Option<Upload<Png, { 1 << 10 }>>,
    #[garde(length(max = 2))]
    #[serde(default)]
    pictures: Vec<Upload<Png, { 16 << 20 }>>,
}

#[public(reason = "a test", body_limit = "16 MiB", part_limit = 1000)]
async fn report(Valid(Multipart(report)): Valid<Multipart<Report>>) -> String {
    let sizes = report
        .pictures
        .iter()
        .map(|picture| picture.content().len());
    let size: usize = sizes.sum();
    let picture = report.picture.map_or(0, |picture| picture.content().len());
    let title = report.title.unwrap_or_default();
    let (tags, numbers) = (report.tags.len(), report.numbers.len());
    format!("{title}{tags}{numbers}{picture}{size}")
}

const MEDIA_TYPE: &str = "multipart/form-data; boundary=b";

const END: &str = "--b--\r\n";

fn part(parameters: &str, content: &str) -> String {
    format!("--b\r\nContent-Disposition: form-data; {parameters}\r\n\r\n{content}\r\n")
}

fn text(name: &str, content: &str) -> String {
    part(&format!("name={name}"), content)
}

type Shape = (&'static str, String);

/// Forms of about `size` bytes, none of which is a valid report.
fn shapes(size: usize) -> Vec<Shape> {
    let groups = [many_parts, long_headers, long_contents, files, malformed];
    groups.iter().flat_map(|shapes| shapes(size)).collect()
}

fn many_parts(size: usize) -> Vec<Shape> {
    let parts = |part: &str| repeated(part, size) + END;
    let empty_file = part("name=picture; filename=\"\"", "");
    let item = repeated("x", size / 1000);
    vec![
        ("tiny unknown parts", parts(&text("a", ""))),
        ("tiny parts of a list", parts(&text("tags", ""))),
        (
            "tiny parts of a list of numbers",
            parts(&text("numbers", "4")),
        ),
        ("duplicates of a declared name", parts(&text("title", ""))),
        (
            "distinct unknown parts",
            numbered(size, |n| text(&format!("{n:x}"), "")) + END,
        ),
        (
            "a thousand parts of a list",
            limited(size, |_| text("tags", "x")),
        ),
        (
            "a thousand long parts of a list",
            limited(size, |_| text("tags", &item)),
        ),
        (
            "a thousand numbers",
            limited(size, |_| text("numbers", "9")),
        ),
        (
            "a thousand unknown parts",
            limited(size, |n| text(&n.to_string(), "")),
        ),
        (
            "pairs of parts",
            limited(size, |n| text(&(n / 2).to_string(), "")),
        ),
        (
            "empty file inputs",
            limited(size, |n| match n {
                0 => text("title", "x"),
                _ => empty_file.clone(),
            }),
        ),
    ]
}

fn long_headers(size: usize) -> Vec<Shape> {
    let long = repeated("a", size);
    let with_fields = |fields: &str| {
        format!("--b\r\n{fields}Content-Disposition: form-data; name=title\r\n\r\nx\r\n")
    };
    let fourteen = with_fields(&"X-A: b\r\n".repeat(14));
    vec![
        ("long unknown name", text(&long, "") + END),
        (
            "long quoted name",
            part(&format!("name=\"{long}\""), "") + END,
        ),
        (
            "names of 1,900 bytes",
            numbered(size, |n| text(&format!("{n}{}", "a".repeat(1900)), "")) + END,
        ),
        (
            "header of many fields",
            with_fields(&repeated("X-A: b\r\n", size)) + END,
        ),
        ("headers of 14 fields", repeated(&fourteen, size) + END),
        (
            "long header field",
            with_fields(&format!("X-A: {long}\r\n")) + END,
        ),
        (
            "part without a blank line",
            format!("--b\r\n{long}\r\n{END}"),
        ),
        (
            "header of line breaks",
            format!("--b\r\n{}{END}", repeated("\r\n", size)),
        ),
    ]
}

fn long_contents(size: usize) -> Vec<Shape> {
    let long = repeated("a", size);
    vec![
        ("long text", text("title", &long) + END),
        ("long number", text("numbers", &repeated("9", size)) + END),
        (
            "multi-byte text",
            text("title", &repeated("\u{e9}", size)) + END,
        ),
        (
            "almost boundaries",
            text("title", &repeated("\r\n--", size)) + END,
        ),
    ]
}

fn files(size: usize) -> Vec<Shape> {
    let file = |name: &str, size: usize| {
        let content = repeated("a", size);
        format!(
            "--b\r\nContent-Disposition: form-data; name={name}; filename=p\r\n\
             Content-Type: image/png\r\n\r\n{content}\r\n"
        )
    };
    let other_type = part("name=picture; filename=p", &repeated("a", size));
    let (half, third) = (file("pictures", size / 2), file("pictures", size / 3));
    vec![
        ("file over its limit", file("picture", size) + END),
        ("file of another type", other_type + END),
        ("too many files", third.repeat(3) + END),
        (
            "files, then an unknown part",
            half.repeat(2) + &text("hunter2", "") + END,
        ),
    ]
}

fn malformed(size: usize) -> Vec<Shape> {
    let long = repeated("a", size);
    let valid = text("title", "-");
    vec![
        (
            "no final boundary",
            repeated(&text("tags", "a-"), size.min(50_000)),
        ),
        (
            "data after the final boundary",
            format!("{valid}{END}{long}"),
        ),
        ("preamble", format!("{long}{valid}{END}")),
        ("boundaries only", repeated("--b\r\n", size)),
        ("nothing but line breaks", repeated("\r\n", size)),
    ]
}

/// Returns a form of at most a thousand parts and at most `size` bytes.
fn limited(size: usize, part: impl Fn(usize) -> String) -> String {
    let parts = (0..1000).map(part);
    let mut form = String::new();
    for part in parts {
        if form.len() + part.len() > size {
            break;
        }
        form.push_str(&part);
    }
    form + END
}

#[test]
fn rejected_multipart_form_takes_at_most_eight_times_its_size() {
    let mut attack = Attack::new(SecureRouter::new().route("/", post(report)));
    for size in SIZES {
        for (shape, form) in shapes(size) {
            attack.reject(shape, form.len(), request("/", MEDIA_TYPE, form));
        }
    }
    attack.finish();
}
