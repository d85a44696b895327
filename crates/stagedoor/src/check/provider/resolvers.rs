//! `signIn.resolvers`: whether anyone can become a Backstage user.

use stagedoor_config::Resolver;

use crate::check::Finding;

const CHECK: &str = "resolvers";

pub(super) fn check(resolvers: &[Resolver]) -> Finding {
    if resolvers.is_empty() {
        return Finding::warning(
            CHECK,
            "there are none: the provider gives access tokens, but nobody can sign in to Backstage with it",
            "add signIn.resolvers, such as emailMatchingUserEntityProfileEmail",
        );
    }
    let names: Vec<_> = resolvers.iter().map(Resolver::name).collect();
    Finding::ok(CHECK, names.join(", then "))
}
