//! The MCP server for your own issuer.
//!
//! ```text
//! mcp --listen 127.0.0.1:8080 --issuer URL --resource URL [--allow-loopback-http] [--tls-cert FILE --tls-key FILE]
//! ```
//!
//! `--resource` is the URL of the endpoint as clients type it, with the path `/mcp`. It is the audience of the tokens, the
//! name in the metadata (RFC 9728), and the host that requests must name; on loopback, `127.0.0.1`, `[::1]` and `localhost` are
//! accepted with every port. `--allow-loopback-http` allows both URLs to have the scheme `http` and a loopback address.
//!
//! The program prints `listening on http://ADDR` or `listening on https://ADDR` when it is ready, then the inventory, and logs
//! every decision as one line of JSON on standard error.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program"
)]

use std::error::Error;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use lexopt::prelude::*;
use palisade::resource_server::ProtectedResource;
use palisade::{Issuer, ResourceServer};
use palisade_mcp_example::orders;
use palisade_mcp_example::site::Site;

const USAGE: &str = "mcp --listen ADDR --issuer URL --resource URL [--allow-loopback-http] \
     [--tls-cert FILE --tls-key FILE]";

/// The command line.
struct Options {
    listen: SocketAddr,
    issuer: String,
    resource: String,
    allow_loopback_http: bool,
    tls: Option<(PathBuf, PathBuf)>,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .json()
        .with_writer(std::io::stderr)
        .init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mcp: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let options = Options::parse(std::env::args_os())?;
    let mut resource = ProtectedResource::new(&options.resource).name("Orders");
    let mut issuer = Issuer::new(&options.issuer);
    if options.allow_loopback_http {
        resource = resource.allow_loopback_http();
        issuer = issuer.allow_loopback_http();
    }
    let server = ResourceServer::builder().resource(resource).trust(issuer);
    let server = server.build().await?;
    let site = Site::of(&options.resource)?;
    let routes = orders::routes().with_state(orders::shop(&site));
    let api = orders::at_site(routes.protect(server), &site);
    let inventory = api.inventory().to_string();
    let mut server = palisade::serve(api);
    let mut scheme = "http";
    if let Some((certificate, key)) = options.tls {
        server = server.tls(certificate, key);
        scheme = "https";
    }
    let bound = server.bind(options.listen).await?;
    println!(
        "listening on {scheme}://{}\n\n{inventory}",
        bound.local_addr()
    );
    bound.run().await?;
    Ok(())
}

impl Options {
    fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, lexopt::Error> {
        let (mut listen, mut issuer, mut resource) = (None, None, None);
        let (mut certificate, mut key) = (None, None);
        let mut allow_loopback_http = false;
        let mut parser = lexopt::Parser::from_iter(args);
        while let Some(arg) = parser.next()? {
            match arg {
                Long("listen") => listen = Some(parser.value()?.parse()?),
                Long("issuer") => issuer = Some(parser.value()?.string()?),
                Long("resource") => resource = Some(parser.value()?.string()?),
                Long("allow-loopback-http") => allow_loopback_http = true,
                Long("tls-cert") => certificate = Some(PathBuf::from(parser.value()?)),
                Long("tls-key") => key = Some(PathBuf::from(parser.value()?)),
                other => return Err(other.unexpected()),
            }
        }
        if certificate.is_some() != key.is_some() {
            return Err("`--tls-cert` and `--tls-key` must be used together".into());
        }
        Ok(Self {
            listen: listen.ok_or("`--listen` is missing; usage: ".to_owned() + USAGE)?,
            issuer: issuer.ok_or("`--issuer` is missing; usage: ".to_owned() + USAGE)?,
            resource: resource.ok_or("`--resource` is missing; usage: ".to_owned() + USAGE)?,
            allow_loopback_http,
            tls: certificate.zip(key),
        })
    }
}
