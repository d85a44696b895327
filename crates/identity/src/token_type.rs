//! The kinds of Backstage token (`tokenTypes` of `plugin-auth-node`).

/// The `typ` of a token for a user's requests.
pub(crate) const USER: &str = "vnd.backstage.user";
/// The `typ` of a token that only says who the user is.
pub(crate) const LIMITED_USER: &str = "vnd.backstage.limited-user";
/// The `typ` of a token one plugin's backend shows another.
pub(crate) const PLUGIN: &str = "vnd.backstage.plugin";
/// The `aud` of user tokens.
pub(crate) const USER_AUDIENCE: &str = "backstage";
