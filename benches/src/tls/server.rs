//! The servers that are compared, each on its own thread.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use axum::Router;
use axum_server::tls_rustls::{RustlsConfig, from_tcp_rustls};
use palisade::Api;
use rustls::ServerConfig;
use tokio::runtime;
use tokio::sync::oneshot;

use crate::outcome::Outcome;
use crate::usage;

/// An API or a router behind a listener.
pub(crate) enum Service {
    Palisade(Box<Api>),
    AxumServer(Router),
}

/// A running server.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// The directory of its thread in `/proc`.
    thread: PathBuf,
    /// Ends the thread when dropped.
    _stop: oneshot::Sender<()>,
}

impl Server {
    /// Starts a server on a thread with a current-thread runtime.
    pub(crate) fn start(service: Service, config: Arc<ServerConfig>) -> Outcome<Self> {
        let (stop, stopped) = oneshot::channel::<()>();
        let (started, starting) = mpsc::channel();
        thread::spawn(move || {
            let thread = fs::read_link("/proc/thread-self");
            let thread = thread.map(|link| Path::new("/proc").join(link));
            let runtime = runtime::Builder::new_current_thread().enable_all().build();
            let (Ok(thread), Ok(runtime)) = (thread, runtime) else {
                return;
            };
            // the other end of the channel reports a server that does not start, and the client one that fails later
            let _: Outcome<()> = runtime.block_on(async {
                match service {
                    Service::Palisade(api) => {
                        let server = palisade::serve(*api).tls_config(config);
                        let bound = server.bind("127.0.0.1:0").await?;
                        started.send((bound.local_addr(), thread))?;
                        let stop = async {
                            let _ = stopped.await;
                        };
                        bound.run_until(stop).await?;
                    }
                    Service::AxumServer(router) => {
                        let listener = TcpListener::bind("127.0.0.1:0")?;
                        let address = listener.local_addr()?;
                        let config = RustlsConfig::from_config(config);
                        let server = from_tcp_rustls(listener, config)?;
                        started.send((address, thread))?;
                        // `palisade::serve` gives handlers the address of the client, too
                        let service = router.into_make_service_with_connect_info::<SocketAddr>();
                        tokio::select! {
                            served = server.serve(service) => served?,
                            _ = stopped => {}
                        }
                    }
                }
                Ok(())
            });
        });
        let (address, thread) = starting.recv()?;
        Ok(Self {
            address,
            thread,
            _stop: stop,
        })
    }

    /// Returns the CPU time that the server has used.
    pub(crate) fn cpu_time(&self) -> Outcome<Duration> {
        usage::cpu_time_of(&self.thread)
    }
}
