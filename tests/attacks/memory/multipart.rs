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

/// Forms of about `size` bytes, none of which is a valid report.
fn shapes(size: usize) -> Vec<(&'static str, String)> {
    let long = || repeated("a", size);
    let parts = |part: &str| repeated(part, size) + END;
    // the rest is in the contents
    let thousand = |name: &str, content: &str| {
        let content = repeated(content, (size / 1000).max(content.len()));
        numbered(size, |n| {
            if n < 1000 {
                text(name, &content)
            } else {
                String::new()
            }
        })
    };
    let fields = |count: usize| "X-A: b\r\n".repeat(count);
    let headers = |fields: &str| {
        format!("--b\r\n{fields}Content-Disposition: form-data; name=title\r\n\r\nx\r\n")
    };
    vec![
        ("tiny unknown parts", parts(&text("a", ""))),
        (
            "distinct unknown parts",
            numbered(size, |n| text(&format!("{n:x}"), "")) + END,
        ),
        ("tiny parts of a list", parts(&text("tags", ""))),
        (
            "tiny parts of a list of numbers",
            parts(&text("numbers", "4")),
        ),
        (
            "a thousand parts of a list",
            limited(size, |_| text("tags", "x")),
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
            "a thousand long parts of a list",
            thousand("tags", "x") + END,
        ),
        (
            "pairs of parts",
            limited(size, |n| text(&(n / 2).to_string(), "")),
        ),
        ("duplicates of a declared name", parts(&text("title", ""))),
        ("empty file inputs", {
            let empty = part("name=picture; filename=\"\"", "");
            limited(size - 100, |_| empty.clone()).replace(END, "") + &text("title", "x") + END
        }),
        ("long unknown name", text(&long(), "") + END),
        (
            "long quoted name",
            part(&format!("name=\"{}\"", long()), "") + END,
        ),
        ("names of 1,900 bytes", {
            numbered(size, |n| text(&format!("{n}{}", "a".repeat(1900)), "")) + END
        }),
        (
            "header of many fields",
            headers(&repeated("X-A: b\r\n", size)) + END,
        ),
        ("headers of 14 fields", parts(&headers(&fields(14)))),
        (
            "long header field",
            headers(&format!("X-A: {}\r\n", long())) + END,
        ),
        (
            "part without a blank line",
            format!("--b\r\n{}\r\n", long()) + END,
        ),
        (
            "header of line breaks",
            format!("--b\r\n{}", repeated("\r\n", size)) + END,
        ),
        ("long text", text("title", &long()) + END),
        ("long number", text("numbers", &repeated("9", size)) + END),
        (
            "text that is not UTF-8",
            text("title", "\u{e9}") + &text("tags", &long()) + END,
        ),
        ("file over its limit", {
            let head = "--b\r\nContent-Disposition: form-data; name=picture; filename=p";
            format!(
                "{head}\r\nContent-Type: image/png\r\n\r\n{}\r\n{END}",
                long()
            )
        }),
        ("file of another type", {
            part("name=picture; filename=p", &long()) + END
        }),
        ("too many files", {
            let head = "--b\r\nContent-Disposition: form-data; name=pictures; filename=p";
            let content = repeated("a", size / 3);
            let file = format!("{head}\r\nContent-Type: image/png\r\n\r\n{content}\r\n");
            file.repeat(3) + END
        }),
        ("files, then an unknown part", {
            let head = "--b\r\nContent-Disposition: form-data; name=pictures; filename=p";
            let content = repeated("a", size / 2);
            let file = format!("{head}\r\nContent-Type: image/png\r\n\r\n{content}\r\n");
            file.repeat(2) + &text("hunter2", "") + END
        }),
        (
            "no final boundary",
            repeated(&text("tags", "a-"), size.min(50_000)),
        ),
        (
            "data after the final boundary",
            text("title", "-") + END + &long(),
        ),
        ("preamble", long() + &text("title", "-") + END),
        ("boundaries only", repeated("--b\r\n", size)),
        (
            "almost boundaries",
            text("title", &repeated("\r\n--", size)) + END,
        ),
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
