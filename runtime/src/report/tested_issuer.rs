//! The settings of the trusted issuers, compared with those of the attacked one.
//!
//! The attacks with broken tokens are against the issuer of a test. They say nothing about an issuer with other settings.

use std::time::Duration;

use crate::evidence::{AttackClass, AttackResults, RouteResults, TokenSettings};
use crate::report::proof::accepts_tokens;
use crate::report::text::duration;
use crate::resource_server::IssuerSummary;
use crate::routing::Inventory;

/// Returns the settings of the issuer whose broken tokens were sent; `None` if the results do not record them.
fn attacked(results: &AttackResults) -> Option<&TokenSettings> {
    results.issuers()?.settings.as_ref()
}

/// Returns whether attacks with broken tokens are evidence for an API that accepts tokens.
fn is_compared(inventory: &Inventory, results: &AttackResults) -> bool {
    let mut routes = results.routes().iter();
    let has_attacks = |route: &RouteResults| route.class(AttackClass::BrokenToken).is_some();
    accepts_tokens(inventory) && routes.any(has_attacks)
}

/// Returns the gap of results that do not record the settings.
pub(super) fn settings_gap(inventory: &Inventory, results: &AttackResults) -> Option<String> {
    let is_needed = !inventory.issuers().is_empty() && is_compared(inventory, results);
    (is_needed && attacked(results).is_none()).then(|| {
        "the attack results do not record the settings of the attacked issuer, so that they are no evidence for a line about tokens; run the attacks again"
            .to_owned()
    })
}

/// Returns the reasons for which attacks with broken tokens are no proof for the trusted issuers, one sentence each.
pub(super) fn differences(inventory: &Inventory, results: &AttackResults) -> Vec<String> {
    if !is_compared(inventory, results) {
        return Vec::new();
    }
    let issuers = inventory.issuers();
    if issuers.is_empty() {
        return vec![
            "the report knows no issuer that it could compare with the attacked one".to_owned(),
        ];
    }
    let Some(attacked) = attacked(results) else {
        return vec!["the settings of the attacked issuer are unknown".to_owned()];
    };
    let of_issuers = issuers
        .iter()
        .flat_map(|issuer| of_issuer(issuer, attacked));
    let mut differences: Vec<String> = of_issuers.collect();
    if !differences.is_empty() {
        let edit = "attack a test API whose issuer has the settings of production (`TestApi::with_issuer`)";
        differences.push(edit.to_owned());
    }
    differences
}

fn of_issuer(issuer: &IssuerSummary, attacked: &TokenSettings) -> Vec<String> {
    let (url, own) = (issuer.issuer(), issuer.token_settings());
    let pairs = in_words(&own).into_iter().zip(in_words(attacked));
    let differ = pairs.filter(|(own, attacked)| own != attacked);
    let settings = differ.map(|(own, attacked)| {
        format!("the attacks were against an issuer with {attacked}; {url} has {own}")
    });
    let more = own.relaxations.difference(&attacked.relaxations);
    let more = more.map(|text| format!("the attacked issuer lacks a relaxation of {url}: {text}"));
    let fewer = attacked.relaxations.difference(&own.relaxations);
    let fewer =
        fewer.map(|text| format!("the attacked issuer has a relaxation that {url} lacks: {text}"));
    settings.chain(more).chain(fewer).collect()
}

/// Returns each setting as the object of `an issuer with`.
fn in_words(settings: &TokenSettings) -> [String; 7] {
    let time = |millis: u64| duration(Duration::from_millis(millis));
    let algorithms: Vec<&str> = settings.algorithms.iter().map(String::as_str).collect();
    [
        format!("validation by {}", settings.validation),
        if algorithms.is_empty() {
            "no algorithm, because JWTs are rejected".to_owned()
        } else {
            format!("the algorithms {}", algorithms.join(", "))
        },
        format!("a clock skew of {}", time(settings.clock_skew_ms)),
        format!(
            "a token lifetime of up to {}",
            time(settings.max_lifetime_ms)
        ),
        format!("roles in the claim {}", settings.roles_claim),
        format!("tokens of up to {} bytes", settings.token_limit),
        match settings.introspection_cache_ms {
            None => "no introspection".to_owned(),
            Some(0) => "introspection without a cache".to_owned(),
            Some(millis) => format!(
                "introspection responses that are cached for {}",
                time(millis)
            ),
        },
    ]
}
