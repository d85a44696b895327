//! What can go wrong with tokens and keys.

use stagedoor_storage::StorageError;

/// Why a token was not issued or not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The claims don't make a token.
    #[error(transparent)]
    Issue(#[from] stagedoor_identity::IssueError),
    /// The token is not one of ours, or not any more.
    #[error("Invalid token")]
    Refused(#[from] stagedoor_identity::TokenError),
    /// A signing key could not be made or read.
    #[error(transparent)]
    Key(#[from] stagedoor_identity::KeyError),
    /// Keys or user info could not be read or written.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The static key store has no key.
    #[error("auth.keyStore.static.keys is empty")]
    NoStaticKey,
}
