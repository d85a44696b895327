//! Sign-in for Backstage in one binary
