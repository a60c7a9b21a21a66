//! The program of the README's section "Use it in a project", except for its address.
//!
//! A test compares the text, and runs the program with the development issuer.

use palisade::prelude::*;

#[public(reason = "liveness probe, reveals nothing")]
async fn health() -> &'static str {
    "ok"
}

#[secured(scopes = "orders:read")]
async fn show_order(Path(number): Path<u32>) -> String {
    format!("order {number}")
}

fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/health", get(health))
        .route("/orders/{number}", get(show_order))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let issuer = match std::env::var("DEV_ISSUER") {
        // in debug builds only: an issuer of this machine, see below
        Ok(url) if cfg!(debug_assertions) => Issuer::new(url).allow_loopback_http(),
        _ => Issuer::new("https://login.example.govt.nz"),
    };
    let server = ResourceServer::builder()
        .trust(issuer.audience("https://orders.example.govt.nz"))
        .build() // fetches the issuer's keys; a configuration error ends the program here
        .await?;
    palisade::serve(routes().protect(server))
        .listen(std::env::var("LISTEN")?)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use palisade::testing::TestApi;

    use super::*;

    #[tokio::test]
    async fn order_needs_the_scope() {
        let api = TestApi::new(routes()).await; // signs real tokens; the guard has no bypass
        let alice = |scopes| api.caller("alice").scopes(scopes).get("/orders/7").send();
        assert_eq!(alice("orders:write").await.status(), StatusCode::FORBIDDEN);
        assert_eq!(alice("orders:read").await.status(), StatusCode::OK);
    }
}
