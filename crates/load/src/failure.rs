//! Why something did not succeed.

/// Why something did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// No connection, or it broke.
    #[error("no answer")]
    NoAnswer,
    /// 503: not now. The answer should say when to try again.
    #[error("503{}", if *.retry_after { "" } else { " without Retry-After" })]
    Shed {
        /// Whether it says so.
        retry_after: bool,
    },
    /// An error that says it passes: the session is still there.
    #[error("{0} (passes)")]
    Passing(String),
    /// Refused for good; for a refresh, the session is lost.
    #[error("refused: {0}")]
    Refused(String),
    /// Any other status.
    #[error("status {0}")]
    Status(u16),
    /// An answer that is none, or somebody else's.
    #[error("a wrong answer to {0}")]
    Wrong(&'static str),
}
