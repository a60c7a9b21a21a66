//! The quickstart: an orders API with an embedded issuer, in one process.
//!
//! `cargo run` serves the API and prints `curl` commands. `cargo run -- --demo` sends the
//! same requests and fails unless each response has the expected status.

#![expect(clippy::print_stdout, reason = "a command-line program")]

use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;

use palisade::testing::{EmbeddedIssuer, ServedIssuer};
use palisade::{Api, ResourceServer};
use palisade_examples::demo::{self, DemoRequest};
use palisade_examples::orders::{Store, routes};

const AUDIENCE: &str = "https://orders.example";

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let demo = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [flag] if flag == "--demo" => true,
        _ => return Err("usage: cargo run [-- --demo]".into()),
    };
    let issuer = EmbeddedIssuer::serve().await?;
    let api = protect(&issuer).await?;
    println!("{}", api.inventory());
    let address: SocketAddr = if demo {
        "127.0.0.1:0"
    } else {
        "127.0.0.1:8080"
    }
    .parse()?;
    let bound = palisade::serve(api).bind(address).await?;
    let requests = demo::requests(&issuer, AUDIENCE);
    let base = format!("http://{}", bound.local_addr());
    println!("listening on {base}\n");
    if !demo {
        print_curl_commands(&base, &requests);
        bound.run().await?;
        return Ok(ExitCode::SUCCESS);
    }
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(bound.run_until(async {
        let _ = stopped.await;
    }));
    let as_expected = demo::run(&base, &requests).await?;
    let _ = stop.send(());
    server.await??;
    Ok(if as_expected {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn protect(issuer: &ServedIssuer) -> Result<Api, Box<dyn Error>> {
    let server = ResourceServer::builder()
        .trust(issuer.discovered(AUDIENCE))
        .realm("orders")
        .build()
        .await?;
    Ok(routes().with_state(Store::default()).protect(server))
}

fn print_curl_commands(base: &str, requests: &[DemoRequest]) {
    for request in requests {
        println!(
            "# {} → {}\n{}\n",
            request.title,
            request.expected.as_u16(),
            request.curl(base)
        );
    }
    println!("the tokens are valid for five minutes; press Ctrl-C to stop");
}
