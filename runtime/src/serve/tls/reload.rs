//! The configuration in use, and its replacement when the files change.

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{Context, SHA256};
use rustls::server::ServerConfig;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use crate::routing::Transport;
use crate::serve::telemetry;
use crate::serve::tls::config::{self, TlsTexts};
use crate::serve::tls::error::TlsError;
use crate::serve::tls::{ClientCertificates, Pem, Tls};

/// The time for which changed files must stay the same: a tool may write them one after another.
const SETTLE_TIME: Duration = Duration::from_secs(1);

/// The source of a configuration.
#[derive(Clone, Debug)]
pub(in crate::serve) enum TlsSource {
    Pem(Tls),
    Config(Arc<ServerConfig>),
}

/// The configuration for new connections.
#[derive(Debug)]
pub(in crate::serve) struct Reloader {
    sender: watch::Sender<Arc<ServerConfig>>,
    /// `None` if nothing can change.
    files: Option<(Tls, Digest)>,
    verifies_issuer: bool,
}

/// The hash of all files, or the text of the error.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Digest {
    Hash([u8; 32]),
    Unreadable(String),
}

impl TlsSource {
    /// Reads and checks everything.
    pub(in crate::serve) async fn load(self) -> Result<Reloader, TlsError> {
        let verifies_issuer = matches!(
            &self,
            Self::Pem(tls) if matches!(tls.clients, ClientCertificates::Issued { .. })
        );
        let (config, files) = match self {
            Self::Config(config) => (config::check(&config)?, None),
            Self::Pem(tls) => {
                let (tls, texts) = read(tls).await;
                let texts = texts?;
                tls.key.warn_if_readable_by_all();
                let config = tls.configure(&texts)?;
                let digest = Digest::of(&Ok(texts));
                (config, tls.has_files().then_some((tls, digest)))
            }
        };
        Ok(Reloader {
            sender: watch::Sender::new(Arc::new(config)),
            files,
            verifies_issuer,
        })
    }

    /// Describes the certificate of the server.
    pub(in crate::serve) fn summary(&self) -> String {
        match self {
            Self::Config(_) => self.transport().to_string(),
            Self::Pem(tls) => format!("{}, with {}", self.transport(), tls.certificate),
        }
    }

    pub(in crate::serve) fn transport(&self) -> Transport {
        match self {
            Self::Config(_) => Transport::CustomTls,
            Self::Pem(_) => Transport::Tls,
        }
    }

    /// Describes the certificates of clients, if the server requests them.
    pub(in crate::serve) fn client_certificates(&self) -> Option<String> {
        let Self::Pem(tls) = self else {
            return None;
        };
        match &tls.clients {
            ClientCertificates::None => None,
            ClientCertificates::Issued {
                authorities,
                is_required,
            } => {
                let necessity = if *is_required { "required" } else { "optional" };
                let lists = &tls.revocation_lists;
                let lists: Vec<_> = lists.iter().map(ToString::to_string).collect();
                let revocation = if lists.is_empty() {
                    String::new()
                } else {
                    format!(", and not in the revocation lists in {}", lists.join(", "))
                };
                Some(format!(
                    "certificates of clients are {necessity}, by the authorities in {authorities}{revocation}"
                ))
            }
            ClientCertificates::Any => {
                Some("certificates of clients are optional, and need no authority".to_owned())
            }
        }
    }
}

impl Tls {
    fn has_files(&self) -> bool {
        let authorities = match &self.clients {
            ClientCertificates::Issued { authorities, .. } => Some(authorities),
            ClientCertificates::None | ClientCertificates::Any => None,
        };
        let all = [Some(&self.certificate), Some(&self.key), authorities];
        let mut all = all.into_iter().flatten().chain(&self.revocation_lists);
        all.any(Pem::is_file)
    }
}

impl Reloader {
    /// Returns the configuration in use.
    pub(in crate::serve) fn subscribe(&self) -> watch::Receiver<Arc<ServerConfig>> {
        self.sender.subscribe()
    }

    /// Returns whether certificates of clients have an issuer that the server trusts.
    pub(in crate::serve) fn verifies_issuer(&self) -> bool {
        self.verifies_issuer
    }

    /// Replaces the configuration when the files change. `hangup` asks for a look at once.
    pub(in crate::serve) async fn run(mut self, hangup: &Notify) -> Infallible {
        let Some((mut tls, mut known)) = self.files.take() else {
            return pending().await;
        };
        loop {
            let is_requested = timeout(tls.reload_interval, hangup.notified())
                .await
                .is_ok();
            let mut texts;
            (tls, texts) = read(tls).await;
            let mut digest = Digest::of(&texts);
            if digest == known && !is_requested {
                continue;
            }
            // until two looks find the same
            loop {
                tokio::time::sleep(SETTLE_TIME).await;
                let previous = digest;
                (tls, texts) = read(tls).await;
                digest = Digest::of(&texts);
                if digest == previous {
                    break;
                }
            }
            known = digest;
            tls.key.warn_if_readable_by_all();
            match texts.and_then(|texts| tls.configure(&texts)) {
                Ok(config) => {
                    self.sender.send_replace(Arc::new(config));
                    telemetry::tls_reloaded();
                }
                Err(error) => telemetry::tls_reload_failed(&error),
            }
        }
    }
}

/// Reads the files on a thread that may block.
async fn read(tls: Tls) -> (Tls, Result<TlsTexts, TlsError>) {
    let copy = tls.clone();
    let texts = tokio::task::spawn_blocking(move || copy.read()).await;
    // the runtime is shutting down
    let canceled = |_| {
        Err(TlsError::Configuration(rustls::Error::General(
            "the runtime is shutting down".to_owned(),
        )))
    };
    (tls, texts.unwrap_or_else(canceled))
}

impl Digest {
    fn of(texts: &Result<TlsTexts, TlsError>) -> Self {
        let texts = match texts {
            Ok(texts) => texts,
            Err(error) => return Self::Unreadable(error.to_string()),
        };
        let mut context = Context::new(&SHA256);
        let all = [
            Some(&texts.certificate),
            Some(&texts.key),
            texts.authorities.as_ref(),
        ];
        for pem in all.into_iter().flatten().chain(&texts.revocation_lists) {
            context.update(&(pem.text.len() as u64).to_be_bytes());
            context.update(&pem.text);
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(context.finish().as_ref());
        Self::Hash(hash)
    }
}
