//! Stored tokens, sealed anew: after that an older `auth.session.secret` is
//! needed no more.

use stagedoor_ambient::{Clock, Entropy};
use stagedoor_storage::{SessionFilter, SessionPlace, SessionRecord, Storage};

use super::{Place, SessionTokens};
use crate::{Keychain, SignInError};

/// How many sessions are read at a time.
const BATCH: u32 = 100;
/// How often all sessions are gone through: what running servers change
/// meanwhile is looked at again.
const PASSES: usize = 5;

/// What came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Sessions that were sealed anew.
    pub resealed: u64,
    /// Sessions that were sealed with the first secret already.
    pub already: u64,
    /// Sessions that no secret opens: they are of no use to anyone.
    pub unreadable: u64,
    /// Sessions that were changed under our hands each time, and are sealed
    /// with an older secret still: a server runs that has it first.
    pub left: u64,
}

/// Seals the tokens of every session with the keychain's first secret. Safe
/// beside running servers: what a refresh has written meanwhile stays.
///
/// # Errors
/// When the database refuses, or without randomness; what was done before
/// stays done.
pub async fn reseal_sessions(
    storage: &dyn Storage,
    keychain: &Keychain,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<Resealed, SignInError> {
    let (mut resealed, mut passes) = (0, 0);
    loop {
        let found = reseal_once(storage, keychain, clock, entropy).await?;
        resealed += found.resealed;
        passes += 1;
        let is_settled = found.resealed == 0 && found.left == 0;
        if is_settled || passes == PASSES {
            let sealed_so_now = found.already + found.resealed;
            return Ok(Resealed {
                resealed,
                // Some of those may have ended meanwhile.
                already: sealed_so_now.saturating_sub(resealed),
                ..found
            });
        }
    }
}

async fn reseal_once(
    storage: &dyn Storage,
    keychain: &Keychain,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<Resealed, SignInError> {
    let all = SessionFilter::default();
    let mut outcome = Resealed::default();
    let mut place = None;
    loop {
        let page = storage.sessions(&all, clock.now(), place.as_ref(), BATCH);
        let page = page.await?;
        let Some(last) = page.last() else {
            return Ok(outcome);
        };
        place = Some(SessionPlace {
            created_at: last.created_at,
            id: last.id,
        });
        for session in &page {
            *reseal(storage, keychain, entropy, session, &mut outcome).await? += 1;
        }
    }
}

/// Which of the counts it adds to.
async fn reseal<'o>(
    storage: &dyn Storage,
    keychain: &Keychain,
    entropy: &dyn Entropy,
    session: &SessionRecord,
    outcome: &'o mut Resealed,
) -> Result<&'o mut u64, SignInError> {
    let before = &session.sealed_tokens;
    if Place::is_as_today(keychain, before) {
        return Ok(&mut outcome.already);
    }
    let Ok(tokens) = SessionTokens::open(keychain, session) else {
        return Ok(&mut outcome.unreadable);
    };
    let after = tokens.seal(keychain, &Place::of(session), entropy)?;
    let replaced = storage.replace_sealed_tokens(session.id, before, &after);
    Ok(if replaced.await? {
        &mut outcome.resealed
    } else {
        &mut outcome.left
    })
}
