//! The temporary files of a server, as configured.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tokio::task::spawn_blocking;

use crate::resource_server::error::ConfigError;
use crate::spool::Spool;

/// Returns the temporary files of the server, if they are configured, after a test of the directory.
pub(super) async fn spool(
    directory: Option<&Path>,
    limit: Option<u64>,
) -> Result<Option<Arc<Spool>>, ConfigError> {
    if directory.is_none() && limit.is_none() {
        return Ok(None);
    }
    let spool = Arc::new(Spool::new(directory.map(Path::to_owned), limit));
    if let Some(path) = directory {
        let checked = Arc::clone(&spool);
        let checked = spawn_blocking(move || checked.check()).await;
        checked
            .unwrap_or_else(|error| Err(io::Error::other(error)))
            .map_err(|source| ConfigError::SpoolDirectory {
                path: path.display().to_string(),
                source,
            })?;
    }
    Ok(Some(spool))
}
