//! From a provider's claims to a profile (contract §7).

use stagedoor_identity::Profile;
use stagedoor_oidc::Claims;

/// Which e-mail addresses of a provider may be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EmailPolicy {
    /// Only with `email_verified: true`, as Backstage.
    #[default]
    VerifiedOnly,
    /// Also when the provider never says so: `dangerouslyTrustUnverifiedEmail`.
    /// An explicit `email_verified: false` is still honoured.
    TrustUnlessDenied,
}

/// The profile that `userinfo` describes.
#[must_use]
pub fn profile_of(userinfo: &Claims, emails: EmailPolicy) -> Profile {
    let verified = match (userinfo.bool("email_verified"), emails) {
        (Some(verified), _) => verified,
        (None, EmailPolicy::TrustUnlessDenied) => true,
        (None, EmailPolicy::VerifiedOnly) => false,
    };
    let text = |claim: &str| userinfo.str(claim).map(str::to_owned);
    Profile {
        email: text("email").filter(|_| verified),
        display_name: text("name"),
        picture: text("picture"),
    }
}
