//! How a session is told of.

use std::{error::Error, fmt::Write};

use anstyle::Style;
use serde_json::{Value, json};
use stagedoor_client::auth::{AuthError, BackstageIdentityResponse, OAuth2Session};

use super::{AccountError, place::Place};

/// The Backstage token of a session.
pub(super) fn identity<'a>(
    session: &'a OAuth2Session,
    place: &Place,
) -> Result<&'a BackstageIdentityResponse, AccountError> {
    let identity = session.backstage_identity.as_ref();
    identity.ok_or_else(|| AccountError::NoIdentity(place.base_url().to_owned()))
}

/// For programs.
pub(super) fn as_json(session: &OAuth2Session, place: &Place) -> Result<Value, AccountError> {
    let identity = identity(session, place)?;
    Ok(json!({
        "url": place.base_url(),
        "userEntityRef": identity.identity.user_entity_ref,
        "ownershipEntityRefs": identity.identity.ownership_entity_refs,
        "profile": session.profile,
        "expiresAt": identity.expires_at,
    }))
}

/// For people.
pub(super) fn as_text(session: &OAuth2Session, place: &Place) -> Result<String, AccountError> {
    const BOLD: Style = Style::new().bold();
    let identity = identity(session, place)?;
    let user = &identity.identity.user_entity_ref;
    let mut text = format!("{BOLD}{user}{BOLD:#}");
    let profile = &session.profile;
    let known = [&profile.display_name, &profile.email];
    let known: Vec<_> = known
        .into_iter()
        .flatten()
        .map(|text| plain(text))
        .collect();
    if !known.is_empty() {
        let _ = write!(text, " ({})", known.join(", "));
    }
    let _ = writeln!(text, "\n  at {}", place.base_url());
    let groups = identity.identity.ownership_entity_refs.iter();
    for group in groups.filter(|group| *group != user) {
        let _ = writeln!(text, "  through {group}");
    }
    Ok(text)
}

/// A name from elsewhere can't say anything to the terminal.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// The error with its causes, of which each says more.
pub(super) fn whole(error: &AuthError) -> String {
    let mut text = plain(&error.to_string());
    let mut cause = match error {
        AuthError::Connection(source) => source.source(),
        AuthError::Local { source, .. } => source.source(),
        _ => None,
    };
    while let Some(error) = cause {
        let said = plain(&error.to_string());
        if !text.contains(&said) {
            let _ = write!(text, ": {said}");
        }
        cause = error.source();
    }
    text
}
