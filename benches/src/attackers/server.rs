//! The process of the server.

use std::io::{self, Write};

use palisade::Pem;
use tokio::runtime;
use tokio::sync::oneshot;

use crate::outcome::Outcome;
use crate::tls::api;
use crate::tls::identity::Identity;

/// Serves with all defaults until the standard input ends. Prints the address and the certificate.
pub(crate) fn run(out: &mut impl Write) -> Outcome<()> {
    let identity = Identity::generate()?;
    let (stop, stopped) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = io::stdin().read_line(&mut String::new());
        let _: Result<(), ()> = stop.send(());
    });
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let certificate = Pem::text(identity.certificate.clone());
        let server = palisade::serve(api::build().await?).tls(certificate, Pem::text(identity.key));
        let bound = server.bind("127.0.0.1:0").await?;
        write!(out, "{}\n{}", bound.local_addr(), identity.certificate)?;
        out.flush()?;
        let stop = async {
            let _ = stopped.await;
        };
        Ok(bound.run_until(stop).await?)
    })
}
