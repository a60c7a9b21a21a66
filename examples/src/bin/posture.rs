//! Reports where a provider of logins and tokens falls short of the standard.
//!
//! ```text
//! posture URL [--json] [--allow-loopback-http]
//! ```
//!
//! It reads the metadata document of the issuer URL and prints a line for each finding, or JSON. The exit status is 0
//! if the provider does not fall short, 1 if it does, and 2 if the document cannot be read.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program"
)]

use std::error::Error;
use std::ffi::OsString;
use std::process::ExitCode;

use lexopt::prelude::*;
use palisade::relying_party::{Posture, posture};

const USAGE: &str = "posture URL [--json] [--allow-loopback-http]";

/// The exit status if the provider falls short.
const FALLS_SHORT: u8 = 1;

/// The exit status if the document cannot be read, or the command line is wrong.
const NOT_READ: u8 = 2;

/// The command line.
struct Options {
    issuer: String,
    json: bool,
    allow_loopback_http: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(posture) if posture.falls_short() => ExitCode::from(FALLS_SHORT),
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("posture: {error}");
            ExitCode::from(NOT_READ)
        }
    }
}

async fn run() -> Result<Posture, Box<dyn Error>> {
    let options = Options::parse(std::env::args_os())?;
    let posture = posture(&options.issuer, options.allow_loopback_http).await?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&posture)?);
    } else {
        println!("{posture}");
    }
    Ok(posture)
}

impl Options {
    fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, lexopt::Error> {
        let (mut issuer, mut json, mut allow_loopback_http) = (None, false, false);
        let mut parser = lexopt::Parser::from_iter(args);
        while let Some(arg) = parser.next()? {
            match arg {
                Long("json") => json = true,
                Long("allow-loopback-http") => allow_loopback_http = true,
                Value(url) if issuer.is_none() => issuer = Some(url.string()?),
                other => return Err(other.unexpected()),
            }
        }
        Ok(Self {
            issuer: issuer.ok_or("the URL is missing; usage: ".to_owned() + USAGE)?,
            json,
            allow_loopback_http,
        })
    }
}
