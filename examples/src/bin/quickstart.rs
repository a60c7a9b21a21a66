//! The quickstart: an orders API with an embedded issuer, in one process.
//!
//! `cargo run` serves the API over HTTPS, with a certificate that it generates, and prints `curl` commands that trust it. It also
//! serves a page that describes the API at `/docs`, and writes the security report and the other documents to files.
//! `cargo run -- --http` does the same over plain HTTP. `--listen ADDR` replaces the address of both. `cargo run -- --explain` serves
//! plain HTTP, and prints the steps of each request through the guard on standard error. `cargo run -- --demo` sends the same
//! requests and fails unless each response has the expected status.

#![expect(clippy::print_stdout, reason = "a command-line program")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use palisade::testing::{EmbeddedIssuer, ServedIssuer};
use palisade::{Api, ResourceServer, Server};
use palisade_examples::certificate::{DevelopmentCertificate, output_folder};
use palisade_examples::demo::{self, DemoRequest};
use palisade_examples::documents;
use palisade_examples::orders::{Store, described, routes};

const AUDIENCE: &str = "https://orders.example";

const USAGE: &str = "usage: cargo run [-- [--http | --explain] [--listen ADDR] | -- --demo]";

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
        ["--explain"] => serve_http(explained(api), &issuer, "127.0.0.1:8080").await?,
        ["--explain", "--listen", address] => {
            serve_http(explained(api), &issuer, address).await?;
        }
        ["--demo"] => return run_demo(api, &issuer).await,
        _ => return Err(USAGE.into()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the steps of each request, and why it is refused. The server then starts on loopback only.
#[expect(clippy::print_stderr, reason = "a command-line program")]
fn explained(api: Api) -> Api {
    api.explain(|explanation| eprintln!("{explanation}\n"))
}

async fn serve_https(api: Api, issuer: &ServedIssuer, address: &str) -> Result<(), Box<dyn Error>> {
    println!("{}", api.inventory());
    let certificate = DevelopmentCertificate::generate()?;
    let configured = || palisade::serve(api.clone()).tls_with(certificate.tls());
    let bound = configured().bind(address).await?;
    let port = bound.local_addr().port();
    // not earlier, because another quickstart may have the port
    let documents = write_documents(&api, &configured(), port)?;
    let trust = format!(" --cacert '{}'", certificate.write(port)?.display());
    let base = format!("https://localhost:{port}");
    println!("listening on https://{}\n", bound.local_addr());
    print_curl_commands(&base, &trust, &demo::requests(issuer, AUDIENCE));
    print_documents(&base, &documents);
    bound.run().await?;
    Ok(())
}

async fn serve_http(api: Api, issuer: &ServedIssuer, address: &str) -> Result<(), Box<dyn Error>> {
    println!("{}", api.inventory());
    let bound = palisade::serve(api.clone()).bind(address).await?;
    let documents = write_documents(
        &api,
        &palisade::serve(api.clone()),
        bound.local_addr().port(),
    )?;
    let base = format!("http://{}", bound.local_addr());
    println!("listening on {base}\n");
    print_curl_commands(&base, "", &demo::requests(issuer, AUDIENCE));
    print_documents(&base, &documents);
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
    Ok(described(
        routes().with_state(Store::default()).protect(server),
    ))
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
}

/// Writes the documents of the API to a folder for its port, and returns the folder.
fn write_documents(api: &Api, server: &Server, port: u16) -> std::io::Result<PathBuf> {
    let folder = output_folder()?.join(format!("documents-{port}"));
    documents::write(api, server, None, &folder)?;
    Ok(folder)
}

fn print_documents(base: &str, folder: &Path) {
    let file = |name: &str| folder.join(name).display().to_string();
    println!("# documents from the declarations");
    println!("description of the API:  {base}/docs");
    println!("security report:         {}", file("report.html"));
    println!("inventory:               {}", file("inventory.json"));
    println!("lock file:               {}\n", file("palisade.lock"));
    println!("the tokens are valid for five minutes; press Ctrl-C to stop");
}

#[cfg(test)]
#[path = "../../../tests/schemas/openapi/validity.rs"]
mod validity;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn description_of_the_quickstart_is_valid() {
        let issuer = EmbeddedIssuer::serve().await.unwrap();
        let api = protect(&issuer).await.unwrap();
        let document = validity::document(&api);
        let operations = document["paths"].as_object().unwrap();
        assert!(operations.contains_key("/orders"), "{operations:?}");
        // the issuer serves both documents, and discovery uses that of OpenID Connect
        let schemes = document["components"]["securitySchemes"].as_object();
        let kinds = schemes.unwrap().values().map(|scheme| &scheme["type"]);
        assert_eq!(kinds.collect::<Vec<_>>(), ["openIdConnect"]);
    }
}
