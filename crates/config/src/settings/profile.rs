//! `auth.providers.<id>.<environment>.profile`, ours.

use stagedoor_claims::{ClaimPath, ProfileClaims};

use super::claim_path::claim_paths;
use crate::reading::{Field, Section};

const KEYS: [&str; 4] = ["displayName", "email", "emailVerified", "picture"];

/// Which claims the profile is made of, and what `dangerouslyTrustUnverifiedEmail`
/// says of the address in it.
pub(super) fn read_profile(environment: &Section<'_>) -> ProfileClaims {
    let section = environment.section("profile");
    section.refuse_unknown(&KEYS, &[]);
    let email = section.get("email");
    let paths = |key| section.get(key).as_ref().and_then(claim_paths);
    let usual = ProfileClaims::default();
    let profile = ProfileClaims {
        email: email.as_ref().and_then(claim_paths).unwrap_or(usual.email),
        email_verified: paths("emailVerified"),
        trust_unverified_email: environment
            .get("dangerouslyTrustUnverifiedEmail")
            .and_then(|field| field.boolean())
            .unwrap_or(usual.trust_unverified_email),
        display_name: paths("displayName").unwrap_or(usual.display_name),
        picture: paths("picture").unwrap_or(usual.picture),
    };
    if let Some(email) = email.filter(|_| !section.mentions("emailVerified")) {
        warn_of_unverifiable(&email, &profile);
    }
    profile
}

/// `email_verified` speaks of the claim `email` only.
fn warn_of_unverifiable(email: &Field<'_>, profile: &ProfileClaims) {
    let verifiable = profile.email.contains(&ClaimPath::EMAIL);
    if !verifiable && !profile.trust_unverified_email {
        let message =
            "no address from here will be believed: `email_verified` speaks of the claim `email`";
        email.warn(email.problem(message).with_help(
            "name the claim that says that this one is verified as `emailVerified`, or set \
             `dangerouslyTrustUnverifiedEmail: true` if the provider lets nobody choose their own",
        ));
    }
}
