//! The quickstart: an orders API with an embedded issuer, in one process.
//!
//! `cargo run` serves the API over HTTPS, with a certificate that it generates, and prints `curl` commands that trust it.
//! `cargo run -- --http` does the same over plain HTTP. `--listen ADDR` replaces the address of both. `cargo run -- --demo` sends
//! the same requests and fails unless each response has the expected status.

#![expect(clippy::print_stdout, reason = "a command-line program")]

use std::error::Error;
use std::process::ExitCode;

use palisade::testing::{EmbeddedIssuer, ServedIssuer};
use palisade::{Api, ResourceServer};
use palisade_examples::certificate::DevelopmentCertificate;
use palisade_examples::demo::{self, DemoRequest};
use palisade_examples::orders::{Store, routes};

const AUDIENCE: &str = "https://orders.example";

const USAGE: &str = "usage: cargo run [-- [--http] [--listen ADDR] | -- --demo]";

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let issuer = EmbeddedIssuer::serve().await?;
    let api = protect(&issuer).await?;
    match arguments.as_slice() {
        [] => serve_https(api, &issuer, "127.0.0.1:8443").await?,
        ["--listen", address] => serve_https(api, &issuer, address).await?,
        ["--http"] => serve_http(api, &issuer, "127.0.0.1:8080").await?,
        ["--http", "--listen", address] => serve_http(api, &issuer, address).await?,
        ["--demo"] => return run_demo(api, &issuer).await,
        _ => return Err(USAGE.into()),
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve_https(api: Api, issuer: &ServedIssuer, address: &str) -> Result<(), Box<dyn Error>> {
    println!("{}", api.inventory());
    let certificate = DevelopmentCertificate::generate()?;
    let server = palisade::serve(api).tls_with(certificate.tls());
    let bound = server.bind(address).await?;
    let port = bound.local_addr().port();
    // not earlier, because another quickstart may have the port
    let trust = format!(" --cacert '{}'", certificate.write(port)?.display());
    let base = format!("https://localhost:{port}");
    println!("listening on https://{}\n", bound.local_addr());
    print_curl_commands(&base, &trust, &demo::requests(issuer, AUDIENCE));
    bound.run().await?;
    Ok(())
}

async fn serve_http(api: Api, issuer: &ServedIssuer, address: &str) -> Result<(), Box<dyn Error>> {
    println!("{}", api.inventory());
    let bound = palisade::serve(api).bind(address).await?;
    let base = format!("http://{}", bound.local_addr());
    println!("listening on {base}\n");
    print_curl_commands(&base, "", &demo::requests(issuer, AUDIENCE));
    bound.run().await?;
    Ok(())
}

async fn run_demo(api: Api, issuer: &ServedIssuer) -> Result<ExitCode, Box<dyn Error>> {
    println!("{}", api.inventory());
    let bound = palisade::serve(api).bind("127.0.0.1:0").await?;
    let base = format!("http://{}", bound.local_addr());
    println!("listening on {base}\n");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(bound.run_until(async {
        let _ = stopped.await;
    }));
    let as_expected = demo::run(&base, &demo::requests(issuer, AUDIENCE)).await?;
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

fn print_curl_commands(base: &str, trust: &str, requests: &[DemoRequest]) {
    for request in requests {
        println!(
            "# {} → {}\n{}\n",
            request.title,
            request.expected.as_u16(),
            request.curl(base, trust)
        );
    }
    println!("the tokens are valid for five minutes; press Ctrl-C to stop");
}
