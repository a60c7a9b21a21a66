//! The sealer of authorization requests, which wait in the form of a page.

use zeroize::Zeroizing;

use crate::relying_party::vault::{RecordId, TokenVault, VaultError};
use crate::seal::{Purpose, Sealer, SealingKey, SealingKeys};
use crate::secret::Secret;

/// The purpose of sealed authorization requests.
const REQUEST: Purpose = Purpose::new("authorization request");

/// Returns the sealer of authorization requests, whose key the vault keeps for every process.
///
/// # Errors
///
/// Returns an error if the vault is unavailable, or if its key is of another format.
pub(super) async fn open(vault: &TokenVault, issuer: &str) -> Result<Sealer, VaultError> {
    let key = key(vault, issuer).await?;
    let sealer = SealingKeys::from(key).sealer(REQUEST);
    sealer.map_err(|_| VaultError::UnknownFormat)
}

async fn key(vault: &TokenVault, issuer: &str) -> Result<SealingKey, VaultError> {
    let id = RecordId::new(issuer, issuer, "sealing key").map_err(|_| VaultError::TooLong)?;
    let mut bytes = Zeroizing::new([0; 32]);
    aws_lc_rs::rand::fill(bytes.as_mut_slice()).map_err(|_| VaultError::NoRandomBytes)?;
    let new = Secret::new(bytes.to_vec());
    let bytes = match vault.write(&id, None, &new, None).await {
        Ok(_) => new,
        Err(VaultError::Conflict) => {
            let record = vault.read(&id).await?.ok_or(VaultError::Conflict)?;
            record.value().clone()
        }
        Err(error) => return Err(error),
    };
    SealingKey::from_bytes(bytes.expose()).map_err(|_| VaultError::UnknownFormat)
}
