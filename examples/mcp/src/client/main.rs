//! An MCP client that logs in with Palisade.
//!
//! ```text
//! mcp-client URL [--tool NAME [--arguments JSON]] [--issuer URL]
//!     [--client-id ID [--client-secret-file FILE | --private-key FILE] [--client-credentials]]
//!     [--client-metadata-url URL] [--callback ADDR] [--allow-loopback-http]
//! ```
//!
//! The client lists the tools of the server at the URL, and calls one. It needs no configuration: the server's challenge names
//! its metadata, and that the authorization server, at which a person grants access in the browser. The client prints the
//! page to open, and waits for the response at `http://ADDR/callback` (by default, on a free port of 127.0.0.1). A demand for
//! more scopes is answered once for each request.
//!
//! The authorization server knows the client by `--client-id`, whose registration belongs to one `--issuer`; or by the URL of its
//! metadata document, if it accepts those; otherwise the client registers itself. With `--client-credentials`, the client acts for
//! itself, and no browser is needed. The tokens are in memory.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program"
)]

mod authorization;
mod browser;
mod connection;
mod message;
mod options;

use std::error::Error;
use std::process::ExitCode;

use serde_json::{Map, Value};

use crate::connection::Connection;
use crate::options::Options;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mcp-client: {error}");
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
    let mut options = Options::parse(std::env::args_os())?;
    let call = options.call.take();
    let mut connection = Connection::new(options).await?;
    let result = connection.request("tools/list", None, Map::new()).await?;
    let tools = result.get("tools").and_then(Value::as_array);
    for tool in tools.map_or(&[][..], Vec::as_slice) {
        if let Some(name) = tool.get("name").and_then(Value::as_str) {
            println!("tool {name}");
        }
    }
    if let Some((name, arguments)) = call {
        let params = [
            ("name".to_owned(), name.clone().into()),
            ("arguments".to_owned(), arguments),
        ];
        let result = connection.request("tools/call", Some(&name), params.into_iter().collect());
        println!("{}", result.await?.get("content").unwrap_or(&Value::Null));
    }
    Ok(())
}
