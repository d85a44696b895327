//! `--as`: whether somebody is let in, the profile they get, and the groups
//! that their claims list.

use serde::Serialize;
use stagedoor_config::ProviderEnvironment;
use stagedoor_identity::{EntityRef, Profile};
use stagedoor_signin::{
    Admission, Condition, GroupClaims, LeftOut, claims::ClaimPath, resolver::SignInInfo,
};

use crate::parts;

/// The longest value shown, in characters.
const LONGEST: usize = 200;

/// What comes before the resolvers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Admitted {
    pub(crate) profile: Profile,
    /// What to do about an address that is not in the profile.
    pub(crate) profile_todo: Option<String>,
    pub(crate) conditions: Vec<ToldCondition>,
    pub(crate) groups: ToldGroups,
}

/// One condition of `signIn.requireClaims` and `signIn.allowedDomains`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToldCondition {
    /// Its key below `signIn`.
    pub(crate) key: String,
    pub(crate) demand: String,
    pub(crate) is_met: bool,
    /// What there is instead.
    pub(crate) instead: Option<String>,
}

/// What `signIn.groupClaims` come to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToldGroups {
    pub(crate) refs: Vec<EntityRef>,
    /// What is listed but left out, and why.
    pub(crate) left_out: Vec<String>,
}

impl Admitted {
    pub(super) fn of(info: &SignInInfo, settings: &ProviderEnvironment) -> Self {
        let admission = parts::admission(settings);
        Self {
            profile: info.profile.clone(),
            profile_todo: email_todo(info, settings),
            conditions: told(&admission, info),
            groups: groups(info, settings),
        }
    }

    /// Whether the resolvers are asked.
    pub(super) fn is_let_in(&self) -> bool {
        self.conditions.iter().all(|condition| condition.is_met)
    }
}

fn told(admission: &Admission, info: &SignInInfo) -> Vec<ToldCondition> {
    let instead = |condition: &Condition| {
        condition.unmet?;
        let claim = condition.claim.as_ref().unwrap_or(&ClaimPath::EMAIL);
        Some(there_is(claim, info))
    };
    admission
        .conditions(info)
        .map(|condition| ToldCondition {
            instead: instead(&condition),
            is_met: condition.unmet.is_none(),
            key: condition.key,
            demand: condition.demand,
        })
        .collect()
}

/// What a claim is, or where it might be.
fn there_is(claim: &ClaimPath, info: &SignInInfo) -> String {
    if let Some(value) = info.claim(claim) {
        return format!("the claim {claim} is {}", shortened(value.to_string()));
    }
    if *claim == ClaimPath::EMAIL {
        return "there is no email that may be believed".to_owned();
    }
    if info.leaves_out(claim) {
        return format!(
            "the provider left the claim {claim} out for being too long: let it send fewer values"
        );
    }
    let id_token = info.result.tokenset.id_token.as_ref();
    if id_token.is_some_and(|token| claim.find(token.claims().as_value()).is_some()) {
        return format!("the claim {claim} is in the ID token only: set claimsFrom: both");
    }
    format!("there is no claim {claim}; {}", names(info))
}

/// The names of the claims there are.
pub(super) fn names(info: &SignInInfo) -> String {
    let claims = info.result.userinfo.as_value().as_object();
    let names: Vec<_> = claims.into_iter().flat_map(|it| it.keys()).collect();
    let names: Vec<_> = names.iter().map(|name| name.as_str()).collect();
    shortened(format!("userinfo has {}", names.join(", ")))
}

/// What to do when there is an address, and it is not believed.
pub(super) fn email_todo(info: &SignInInfo, settings: &ProviderEnvironment) -> Option<String> {
    if info.profile.email.is_some() {
        return None;
    }
    let claims = info.result.userinfo.as_value();
    let Some(address) = settings.profile.email(claims) else {
        return Some("the claims have no email: does the provider give it to this client, or is it another claim (profile.email)?".to_owned());
    };
    debug_assert!(!address.is_believed);
    let denied = claims.get("email_verified") == Some(&serde_json::Value::Bool(false));
    Some(if settings.profile.email_verified.is_some() {
        "none of the claims in profile.emailVerified says that the e-mail address is verified"
    } else if denied {
        "the claims say that the e-mail address is not verified: let it be verified at the provider"
    } else {
        "the claims don't say that the e-mail address is verified (email_verified: true): name the claim that does as profile.emailVerified, or, if the provider never says so but vouches for its addresses, set dangerouslyTrustUnverifiedEmail: true"
    }
    .to_owned())
}

fn groups(info: &SignInInfo, settings: &ProviderEnvironment) -> ToldGroups {
    let mut left_out = Vec::new();
    let claims = GroupClaims::new(settings.sign_in.group_claims.clone());
    let refs = claims.refs(info, |LeftOut { claim, value, why }| {
        let value = value.map_or_else(|| claim.to_string(), ToString::to_string);
        left_out.push(format!("{}: {why}", shortened(value)));
    });
    ToldGroups { refs, left_out }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
