//! The signals that stop a server, or make it look at its files.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::sync::Arc;

use tokio::sync::Notify;

/// Returns a future that completes when the process receives a signal to stop.
#[cfg(unix)]
pub(super) fn signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Returns a future that completes when the process receives a signal to stop.
#[cfg(not(unix))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "only the version for unix can fail"
)]
pub(super) fn signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// Returns a future that notifies `hangup` whenever the process receives SIGHUP, and never completes.
#[cfg(all(unix, feature = "tls"))]
pub(super) fn hangups(hangup: Arc<Notify>) -> io::Result<impl Future<Output = Infallible>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut signal = signal(SignalKind::hangup())?;
    Ok(async move {
        while signal.recv().await.is_some() {
            hangup.notify_one();
        }
        pending().await
    })
}

/// Returns a future that never completes: without TLS or Unix, there is nothing to look at, or no SIGHUP.
#[cfg(not(all(unix, feature = "tls")))]
#[expect(
    clippy::unnecessary_wraps,
    clippy::needless_pass_by_value,
    reason = "as on Unix with TLS"
)]
pub(super) fn hangups(_: Arc<Notify>) -> io::Result<impl Future<Output = Infallible>> {
    Ok(pending())
}
