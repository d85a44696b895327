//! From a provider's claims to a profile (contract §7).

use stagedoor_claims::ProfileClaims;
use stagedoor_identity::Profile;
use stagedoor_oidc::Claims;

/// The profile that `userinfo` describes, made of the claims that `from` names.
/// An e-mail address is in it only if it may be believed.
#[must_use]
pub fn profile_of(userinfo: &Claims, from: &ProfileClaims) -> Profile {
    let claims = userinfo.as_value();
    let email = from.email(claims).filter(|address| address.is_believed);
    Profile {
        email: email.map(|address| address.text.to_owned()),
        display_name: from.display_name(claims).map(str::to_owned),
        picture: from.picture(claims).map(str::to_owned),
    }
}
