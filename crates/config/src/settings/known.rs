//! What the code around the configuration adds to it.

/// Names that were registered in code, so that a configuration may use them.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Names of custom sign-in resolvers. They go before built-in ones of the
    /// same name.
    pub resolvers: Vec<String>,
    /// Ids of providers that are OIDC providers even if their block does not
    /// hold `metadataUrl`.
    pub providers: Vec<String>,
}
