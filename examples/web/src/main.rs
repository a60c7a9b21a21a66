//! A web application that logs people in, and shows them their orders.
//!
//! ```text
//! web --listen 127.0.0.1:8081 --issuer URL --client-id ID [--client-secret-file FILE | --private-key FILE] --api URL
//!     [--resource URI] [--post-logout-redirect-uri URI] [--allow-loopback-http] [--data DIR]
//! ```
//!
//! Register the redirect URI `http://127.0.0.1:8081/callback` with the provider, and for back-channel logout
//! `http://127.0.0.1:8081/backchannel-logout`. The client authenticates with the secret in the file, or with a JWT that the private
//! key (PEM, P-256) signs; without either, it is a public client.
//!
//! `--api` is the URL of the API `orders`, and the resource for which the provider issues access tokens (RFC 8707), unless
//! `--resource` names another one. `--allow-loopback-http` allows `http` to loopback for the provider and the API.
//!
//! With `--data`, the tokens are in a vault in that directory, beside its key; otherwise they are in memory. Sessions are in
//! memory always, and end when the program does.
//!
//! The program prints `listening on http://ADDR` when it is ready.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program"
)]

use std::error::Error;
use std::process::ExitCode;

use palisade::SystemClock;
use palisade_web_example::{Options, api};

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .json()
        .with_writer(std::io::stderr)
        .init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("web: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  caused by: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let options = Options::parse(std::env::args_os())?;
    let api = api(&options, SystemClock).await?;
    let bound = palisade::serve(api).bind(options.listen).await?;
    let address = bound.local_addr();
    let running = bound.run();
    println!("listening on http://{address}");
    running.await?;
    Ok(())
}
