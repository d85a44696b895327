//! An OpenID provider for demonstrations and tests; never for production
