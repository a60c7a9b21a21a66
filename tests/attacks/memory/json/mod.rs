//! JSON of many small values, of few long ones, and of many violations.

mod enums;
mod lists;
mod maps;
mod texts;

use palisade::prelude::*;

use super::{Attack, SIZES, repeated, request};

type Shape = (String, String);

fn attack(sizes: &[usize], path: &str, shapes: fn(usize) -> Vec<Shape>) {
    let routes = SecureRouter::new()
        .route("/lists", post(lists::lists))
        .route("/maps", post(maps::maps))
        .route("/enums", post(enums::enums));
    let mut attack = Attack::new(routes);
    for size in sizes {
        for (shape, text) in shapes(*size) {
            let mut broken = text.clone();
            broken.pop();
            for (end, body) in [
                ("", text),
                (", truncated", broken.clone()),
                (", malformed", broken + "x"),
            ] {
                let shape = format!("{path}: {shape}{end}");
                attack.reject(&shape, body.len(), request(path, "application/json", body));
            }
        }
    }
    attack.finish();
}

/// Debug builds decode slowly, so only the first test uses the largest size.
const SMALL: [usize; 1] = [SIZES[0]];

#[test]
fn rejected_lists_take_at_most_eight_times_their_size() {
    attack(&SMALL, "/lists", lists::shapes);
}

#[test]
fn rejected_long_values_take_at_most_eight_times_their_size() {
    attack(&SMALL, "/lists", texts::shapes);
}

#[test]
fn rejected_maps_take_at_most_eight_times_their_size() {
    attack(&SMALL, "/maps", maps::shapes);
}

#[test]
fn rejected_enums_take_at_most_eight_times_their_size() {
    attack(&SMALL, "/enums", enums::shapes);
}

/// The factor does not grow with the size.
#[test]
fn rejected_large_body_takes_at_most_eight_times_its_size() {
    let few = |size| {
        let items = |name, item: &str| {
            let items = repeated(&format!("{item},"), size);
            (
                format!("{name} of {item}"),
                format!("{{\"{name}\":[{items}{item}]}}"),
            )
        };
        vec![
            items("tags", "\"\""),
            items("bytes", "0"),
            items("nodes", "{}"),
            items("many", "\"aaaaaaaaaaaaaaaaaaaaaaaa\""),
        ]
    };
    attack(&SIZES, "/lists", few);
}

/// The list is as large as its count allows, but the text is malformed.
#[test]
fn malformed_list_of_large_values_takes_at_most_eight_times_its_size() {
    let mut attack = Attack::new(SecureRouter::new().route("/", post(lists::chains)));
    for size in SMALL {
        let text = lists::of_chains(size);
        for end in ["x", ",", "]", ",01]"] {
            let body = text.trim_end_matches(']').to_owned() + end + end;
            let shape = format!("values behind pointers, then {end}");
            attack.reject(&shape, body.len(), request("/", "application/json", body));
        }
    }
    attack.finish();
}
