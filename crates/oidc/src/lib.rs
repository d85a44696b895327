//! An OpenID Connect relying party: discovery, code flow, refresh, userinfo, logout, and every check the specifications ask for
