//! What can go wrong between APIs.

use std::{fmt, sync::Arc};

/// What a factory that may fail fails with.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The ids of APIs, each a dependency of the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain(pub Vec<String>);

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, id) in self.0.iter().enumerate() {
            let arrow = if index == 0 { "" } else { " → " };
            write!(f, "{arrow}{id}")?;
        }
        Ok(())
    }
}

/// Why APIs can't be registered or built.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// The id is not one.
    #[error(
        "API id {id:?} must consist of words with dots between them, each of letters, \
         digits and dashes and beginning with a letter"
    )]
    InvalidId {
        /// The id.
        id: String,
    },
    /// APIs depend on each other in a circle.
    #[error("Circular dependency of api factory for apiRef{{{}}}: {chain}", first(.chain))]
    CircularDependency {
        /// The circle; its last is its first.
        chain: Chain,
    },
    /// Nobody builds what an API depends on.
    #[error(
        "No API factory available for dependency apiRef{{{}}} of dependent apiRef{{{}}}: {chain}",
        last(.chain, 0), last(.chain, 1)
    )]
    MissingDependency {
        /// From an API that nothing depends on, to the missing one.
        chain: Chain,
    },
    /// One id, two interfaces.
    #[error("apiRef{{{id}}} is for {asked}, the registered factory builds {built}")]
    WrongInterface {
        /// The id.
        id: String,
        /// The interface of the ref at hand.
        asked: &'static str,
        /// The interface of the factory.
        built: &'static str,
    },
    /// Nobody builds it.
    #[error("No implementation available for apiRef{{{id}}}")]
    NotRegistered {
        /// The id.
        id: String,
    },
    /// The factory failed. It is asked again next time.
    #[error("apiRef{{{id}}} could not be built: {source}")]
    Factory {
        /// The id.
        id: String,
        /// What the factory says.
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
}

fn first(chain: &Chain) -> &str {
    chain.0.first().map_or("", String::as_str)
}

fn last(chain: &Chain, before: usize) -> &str {
    chain.0.iter().rev().nth(before).map_or("", String::as_str)
}
