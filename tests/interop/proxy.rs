//! Reverse proxies of Debian, in front of `orders`.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::identity::Identity;
use crate::process::Process;
use crate::unused_address::unused_address;

/// A reverse proxy, as its documentation configures it for an API with keep-alive connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proxy {
    /// Reads the whole request before it sends it.
    Nginx,
    /// Sends the request while it reads it.
    UnbufferedNginx,
    Haproxy,
}

impl Proxy {
    /// Checks that the program is installed.
    ///
    /// # Errors
    ///
    /// Returns a text that names the missing program.
    pub(crate) fn find(self) -> Result<(), String> {
        let program = self.program();
        match Command::new(program).arg("-v").output() {
            Ok(output) if output.status.success() => Ok(()),
            _ => Err(format!("`{program}` is not installed")),
        }
    }

    /// Starts the proxy in front of the server at a URL, `http://ADDRESS` or `https://ADDRESS`.
    ///
    /// With an identity, the proxy offers HTTP/2 to clients, and trusts a server with the same certificate: nginx over
    /// HTTP/1.1, and `HAProxy` over HTTP/2.
    pub(crate) fn start(self, server: &str, identity: Option<&Identity>) -> Process {
        let (_, server) = server.split_once("://").unwrap();
        let address = unused_address();
        let directory = directory();
        let file = directory.join("proxy.conf");
        let mut command = Command::new(self.program());
        let configuration = match self {
            Self::Nginx => nginx(address, server, &directory, "on", identity),
            Self::UnbufferedNginx => nginx(address, server, &directory, "off", identity),
            Self::Haproxy => haproxy(address, server, identity),
        };
        fs::write(&file, configuration).unwrap();
        match self {
            // the log file before the configuration is read is one of the system
            Self::Nginx | Self::UnbufferedNginx => command.args(["-e", "stderr", "-c"]).arg(&file),
            Self::Haproxy => command.args(["-db", "-f"]).arg(&file),
        };
        let scheme = identity.map_or("http", |_| "https");
        Process::start_at(&mut command, scheme, address)
    }

    fn program(self) -> &'static str {
        match self {
            // Debian installs servers outside of the path of users
            Self::Nginx | Self::UnbufferedNginx => "/usr/sbin/nginx",
            Self::Haproxy => "/usr/sbin/haproxy",
        }
    }
}

fn nginx(
    address: SocketAddr,
    server: &str,
    directory: &Path,
    buffering: &str,
    identity: Option<&Identity>,
) -> String {
    let directory = directory.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|part| format!("{part}_temp_path {directory}/{part};\n"))
        .concat();
    let (scheme, listen, tls) = match identity {
        None => ("http", "", String::new()),
        Some(identity) => {
            let certificate = identity.certificate_file();
            let (certificate, key) = (certificate.display(), identity.key_file());
            let tls = format!(
                "ssl_certificate {certificate};
                 ssl_certificate_key {};
                 proxy_ssl_trusted_certificate {certificate};
                 proxy_ssl_verify on;
                 proxy_ssl_name localhost;
                 proxy_ssl_protocols TLSv1.2 TLSv1.3;",
                key.display()
            );
            ("https", "ssl http2", tls)
        }
    };
    format!(
        "daemon off;
         master_process off;
         pid {directory}/nginx.pid;
         error_log stderr;
         events {{ worker_connections 64; }}
         http {{
             access_log off;
             {temporary}
             client_max_body_size 0;
             upstream orders {{ server {server}; keepalive 4; }}
             server {{
                 listen {address} {listen};
                 {tls}
                 location / {{
                     proxy_pass {scheme}://orders;
                     proxy_http_version 1.1;
                     proxy_set_header Connection '';
                     proxy_request_buffering {buffering};
                 }}
             }}
         }}"
    )
}

fn haproxy(address: SocketAddr, server: &str, identity: Option<&Identity>) -> String {
    let (front, back) = match identity {
        None => (String::new(), String::new()),
        Some(identity) => {
            let (joint, certificate) = (identity.joint_file(), identity.certificate_file());
            (
                format!("ssl crt {} alpn h2,http/1.1", joint.display()),
                format!(
                    "ssl verify required verifyhost localhost ca-file {} alpn h2",
                    certificate.display()
                ),
            )
        }
    };
    format!(
        "global
    maxconn 64
defaults
    mode http
    timeout connect 5s
    timeout client 10s
    timeout server 10s
    http-reuse always
frontend public
    bind {address} {front}
    default_backend orders
backend orders
    server orders {server} {back}
"
    )
}

/// Creates an empty directory.
fn directory() -> PathBuf {
    static DIRECTORIES: AtomicUsize = AtomicUsize::new(0);
    let number = DIRECTORIES.fetch_add(1, Ordering::Relaxed);
    let name = format!("proxy-{}-{number}", std::process::id());
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir(&directory).unwrap();
    directory
}
