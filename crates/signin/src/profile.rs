//! From a provider's claims to a profile (contract §7).

use serde_json::Value;
use stagedoor_identity::Profile;
use stagedoor_oidc::Claims;

/// Which e-mail addresses of a provider may be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EmailPolicy {
    /// Only with `email_verified: true`, as Backstage.
    #[default]
    VerifiedOnly,
    /// Also when the provider never says so: `dangerouslyTrustUnverifiedEmail`.
    /// Where it does say something, that is honoured.
    TrustUnlessDenied,
}

/// The profile that `userinfo` describes.
#[must_use]
pub fn profile_of(userinfo: &Claims, emails: EmailPolicy) -> Profile {
    let verified = match (userinfo.get("email_verified"), emails) {
        (Some(Value::Bool(verified)), _) => *verified,
        // As text, some providers send it.
        (Some(said), EmailPolicy::TrustUnlessDenied) => said == "true",
        (None, EmailPolicy::TrustUnlessDenied) => true,
        (_, EmailPolicy::VerifiedOnly) => false,
    };
    let text = |claim: &str| userinfo.str(claim).map(str::to_owned);
    Profile {
        email: text("email").filter(|_| verified),
        display_name: text("name"),
        picture: text("picture"),
    }
}
