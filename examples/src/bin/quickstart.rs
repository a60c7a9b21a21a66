//! The quickstart: an orders API with an embedded issuer, and nothing outside this process.
//!
//! `cargo run` serves it and prints calls to paste; `cargo run -- --demo` makes the
//! calls itself and fails where one does not end as declared.

#![expect(clippy::print_stdout, reason = "a program that talks to its terminal")]

use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;

use palisade::testing::{EmbeddedIssuer, ServedIssuer};
use palisade::{Api, ResourceServer};
use palisade_examples::demo::{self, Call};
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
    let calls = demo::calls(&issuer, AUDIENCE);
    let base = format!("http://{}", bound.local_addr());
    println!("listening on {base}\n");
    if !demo {
        print_curl_lines(&base, &calls);
        bound.run().await?;
        return Ok(ExitCode::SUCCESS);
    }
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(bound.run_until(async {
        let _ = stopped.await;
    }));
    let as_declared = demo::run(&base, &calls).await?;
    let _ = stop.send(());
    server.await??;
    Ok(if as_declared {
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

fn print_curl_lines(base: &str, calls: &[Call]) {
    for call in calls {
        println!(
            "# {} → {}\n{}\n",
            call.what,
            call.expected.as_u16(),
            call.curl(base)
        );
    }
    println!("the tokens are good for five minutes; Ctrl-C stops");
}
