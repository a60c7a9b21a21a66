//! The audit view of a server's settings.

use crate::serve::settings::Settings;
#[cfg(unix)]
use crate::serve::socket_file::OWNER_ONLY;

impl Settings {
    /// Describes how clients connect, one sentence each, and lists the limits.
    pub(super) fn summary(&self) -> Vec<String> {
        let mut lines = vec![self.transport()];
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            lines.extend(tls.client_certificates());
        }
        if self.proxies.is_configured() {
            let networks = self.proxies.networks().iter();
            let networks: Vec<String> = networks.map(ToString::to_string).collect();
            lines.push(format!(
                "forwarded header fields and `X-Request-Id` are believed from {}",
                if networks.is_empty() {
                    "every peer of the Unix socket".to_owned()
                } else {
                    networks.join(", ")
                }
            ));
        }
        #[cfg(unix)]
        if self.socket_mode != OWNER_ONLY {
            lines.push(format!(
                "the Unix socket has the mode 0o{:o}",
                self.socket_mode
            ));
        }
        for path in &self.probes {
            lines.push(format!("`{path}` is served beyond `request_limit`"));
        }
        lines.extend(self.limits.to_string().lines().map(str::to_owned));
        lines
    }

    fn transport(&self) -> String {
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            return tls.summary();
        }
        let addresses = if self.proxies.is_configured() {
            "for proxies and processes of this host"
        } else {
            "on loopback or a Unix socket"
        };
        format!("plain HTTP, {addresses}")
    }
}
