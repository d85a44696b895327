//! The heart: providers, authenticators, resolvers, and the flows start, callback, refresh, logout. No web framework, no SQL
