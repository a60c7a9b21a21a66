//! The text of lock files: its form, and malformed files.

use crate::input::Identifier;
use crate::lock::Lock;
use crate::prelude::*;
use crate::secured;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(skip)]
    sku: Identifier<64>,
    #[serde(rename = "a/~ \u{202e}\n\"b")]
    #[garde(range(min = 1, max = 100))]
    quantity: u32,
}

#[secured(scopes = any("admin", all("orders:write", "orders:delete")))]
async fn create(Valid(Json(_)): Valid<Json<NewOrder>>) {}

#[secured(authenticated)]
async fn show(Path(_): Path<u32>) {}

fn lock() -> Lock {
    let routes: SecureRouter = SecureRouter::new()
        .route("/orders/{id}", get(show))
        .route("/orders", post(create));
    Lock::of(routes.inventory())
}

const LIMITS: &str = "body_limit=65536B body_timeout=30000ms body_idle_timeout=30000ms timeout=30000ms \
    header_limit=100 parameter_limit=256 part_limit=100";

#[test]
fn file_has_one_sorted_block_for_each_route() {
    let expected = format!(
        r#"# Which callers each route admits, and which input it accepts; a test compares it with the code.
# `PALISADE_LOCK=update cargo test` rewrites this file. Review its changes like code.
version 2

POST /orders
  access any(admin, all(orders:delete, orders:write))
  limits {LIMITS}
  input body "application/json"
    . {{"additionalProperties":false,"required":["a/~ \u202e\n\"b","sku"],"type":["object"]}}
    "/a~1~0 \u202e\u000a\"b" {{"maximum":100,"minimum":1,"type":["integer"]}}
    /sku {{"maxLength":64,"minLength":1,"pattern":"^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$","type":["string"]}}

GET /orders/{{id}}
  access authenticated
  limits {LIMITS}
  input path
    . {{"maximum":4294967295,"minimum":0,"type":["integer"]}}
"#
    );
    let lock = lock();
    assert_eq!(lock.to_string(), expected);
    assert_eq!(expected.parse::<Lock>(), Ok(lock));
}

#[test]
fn comments_empty_lines_order_and_line_endings_do_not_matter() {
    let lock = lock();
    let text = lock.to_string();
    let blocks: Vec<&str> = text.split("\n\n").collect();
    let reordered = [blocks[0], "# reviewed in spring\n", blocks[2], blocks[1]].join("\n");
    assert_eq!(reordered.parse::<Lock>(), Ok(lock.clone()));
    assert_eq!(
        format!("\u{feff}{text}").parse::<Lock>().as_ref(),
        Ok(&lock)
    );
    assert_eq!(text.replace('\n', "\r\n").parse::<Lock>(), Ok(lock));
}

/// Returns the error of the file after a change.
fn error_after(change: impl Fn(&str) -> String) -> String {
    let text = lock().to_string();
    let changed = change(&text);
    assert_ne!(text, changed);
    changed.parse::<Lock>().unwrap_err().to_string()
}

#[test]
fn malformed_file_is_an_error_with_its_line() {
    type Change = fn(&str) -> String;
    let cases: [(Change, &str); 23] = [
        (|_| String::new(), "line 1: missing `version 2`"),
        (
            |text| text.replace("version 2\n", ""),
            "line 4: missing `version 2`",
        ),
        (
            |text| text.replace("version 2", "version 3"),
            "line 3: unknown version `3`, expected `1` to `2`",
        ),
        (
            |text| text.replace("version 2", "version 02"),
            "line 3: unknown version `02`, expected `1` to `2`",
        ),
        (
            |text| text.replace("version 2", "version 2\n  more"),
            "line 4: unknown line",
        ),
        (
            |text| text.replace("POST /orders\n", "<<<<<<< HEAD\nPOST /orders\n"),
            "line 5: unresolved merge conflict",
        ),
        (
            |text| text.replace("POST /orders\n", "=======\nPOST /orders\n"),
            "line 5: unresolved merge conflict",
        ),
        (
            |text| format!("{text}>>>>>>> branch\n"),
            "line 18: unresolved merge conflict",
        ),
        (
            |text| format!("{text}||||||| base\n"),
            "line 18: unresolved merge conflict",
        ),
        (
            |text| text.replace("POST /orders", "post /orders"),
            "line 5: unknown line",
        ),
        (
            |text| text.replace("POST /orders", "POST orders"),
            "line 5: unknown line",
        ),
        (
            |text| text.replace("POST /orders", "GET /orders/{other}"),
            "line 13: duplicate of an earlier line",
        ),
        (
            |text| text.replace("  access authenticated\n", ""),
            "line 13: the block that starts here has no `access`",
        ),
        (
            |text| text.replace("  access authenticated", "  access all()"),
            "line 14: malformed `access`",
        ),
        (
            |text| {
                text.replace(
                    "  access authenticated",
                    "  access authenticated\n  access public",
                )
            },
            "line 15: duplicate of an earlier line",
        ),
        (
            |text| text.replacen("body_limit=65536B ", "", 1),
            "line 7: malformed `limits`",
        ),
        (
            |text| text.replacen("body_limit=65536B", "body_limit=64KiB", 1),
            "line 7: malformed `limits`",
        ),
        (
            |text| text.replacen("body_limit=65536B", "body_limit=99999999999999999999B", 1),
            "line 7: malformed `limits`",
        ),
        (
            |text| text.replacen("body_limit=65536B", "body_limit=+1B", 1),
            "line 7: malformed `limits`",
        ),
        (
            |text| text.replace("    /sku {", "    /sku {{"),
            "line 11: malformed `input`",
        ),
        (
            |text| text.replace("    /sku {", "    /sku/deeper {"),
            "line 11: malformed `input`",
        ),
        (
            |text| text.replace("  access authenticated", "   access authenticated"),
            "line 14: unknown line",
        ),
        (
            |text| text.replace("  access authenticated", "\taccess authenticated"),
            "line 14: unknown line",
        ),
    ];
    for (change, expected) in cases {
        assert_eq!(error_after(change), expected);
    }
}

/// A file that ends early never has less than it says.
#[test]
fn truncated_file_is_an_error_or_lacks_whole_blocks() {
    let lock = lock();
    let text = lock.to_string();
    for (end, _) in text.char_indices() {
        let Ok(truncated) = text[..end].parse::<Lock>() else {
            continue;
        };
        if end + 1 < text.len() {
            assert!(
                !truncated.compare(&lock).is_unchanged(),
                "{end}: {}",
                &text[..end]
            );
        }
    }
}
