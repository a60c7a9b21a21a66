//! The documents of the orders API: its OpenAPI description, the security report, the inventory and the lock file.

use std::fs;
use std::io;
use std::path::Path;

use palisade::evidence::AttackResults;
use palisade::lock::Lock;
use palisade::openapi::Document;
use palisade::report::{Report, Statement, Topic};
use palisade::routing::Inventory;
use palisade::{Api, Server};

use crate::orders::info;

/// Returns the security report of the orders API.
pub fn report(inventory: &Inventory, results: Option<AttackResults>) -> Report<'_> {
    let report = statements()
        .into_iter()
        .fold(Report::new("Orders API", inventory), Report::statement);
    match results {
        Some(results) => report.attack_results(results),
        None => report,
    }
}

/// The facts that no code knows. A real API has other owners, and keeps the dates current.
pub(crate) fn statements() -> [Statement; 11] {
    const DATE: &str = "2026-11-29";
    let platform = |topic, text| Statement::new(topic, text).by("platform team").on(DATE);
    let shop = |topic, text| Statement::new(topic, text).by("shop team").on(DATE);
    [
        shop(
            Topic::SeparationOfDuties,
            "Administrators have separate accounts, which hold no orders; the scope `admin` is for these accounts only.",
        ),
        shop(
            Topic::Objects("/orders/{id}"),
            "An order belongs to the shop, not to its caller: the staff and the programs with a scope of the route work on every order.",
        ),
        shop(
            Topic::SecurityFixes,
            "Each issue is fixed with a test that failed before, and its root cause is in the commit.",
        ),
        platform(
            Topic::TlsTermination,
            "The program terminates TLS itself with `--tls-cert`; plain HTTP is used behind the named proxies only.",
        ),
        platform(
            Topic::AllowedGrants,
            "The authorization server allows the authorization code, refresh token and client credentials grants only.",
        ),
        platform(
            Topic::RedirectUris,
            "Redirect URIs are registered for each client and compared byte by byte.",
        ),
        shop(
            Topic::IdTokens,
            "The web shop consumes ID tokens and validates them with `palisade::relying_party`.",
        ),
        platform(
            Topic::Clock,
            "The hosts follow the NTP servers of the data center; the platform team is alerted at 5 s of difference.",
        ),
        shop(
            Topic::RequestedScopes,
            "The web shop requests `orders:read` and `orders:write`; the back office requests `admin` when needed.",
        ),
        shop(
            Topic::StoredTokens,
            "The web shop keeps tokens in a sealed vault on its host; browsers have none.",
        ),
        platform(
            Topic::Pkce,
            "Each client uses PKCE with S256, and the authorization server demands it.",
        ),
    ]
}

/// Writes every document of an API and its server into a folder, and creates the folder.
///
/// # Errors
///
/// Returns an error if a file cannot be written.
pub fn write(
    api: &Api,
    server: &Server,
    results: Option<AttackResults>,
    folder: &Path,
) -> io::Result<()> {
    let inventory = server.inventory();
    let report = report(&inventory, results);
    fs::create_dir_all(folder)?;
    for (name, content) in [
        ("openapi.json", Document::new(api, info()).to_json()),
        ("report.html", report.to_html()),
        ("report.md", report.to_markdown()),
        ("report.json", report.to_json()),
        ("inventory.json", inventory.to_json()),
        ("palisade.lock", Lock::of(&inventory).to_string()),
    ] {
        fs::write(folder.join(name), content)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use palisade::testing::assert_lock;

    use crate::orders::routes;

    /// The quickstart and the program `orders` serve these routes; the issuer depends on the command line.
    #[test]
    fn orders_api_is_as_locked() {
        assert_lock(routes().inventory());
    }
}
