//! The statements both databases understand, so that the two can't drift
//! apart. Times are milliseconds since the epoch.

macro_rules! session_columns {
    () => {
        "id, secret_hash, provider, environment, subject, provider_session, \
         user_entity_ref, sealed_tokens, created_at, refreshed_at, expires_at"
    };
}

/// The eleven columns, in their order.
pub(crate) const INSERT_SESSION: &str = concat!(
    "INSERT INTO stagedoor_sessions (",
    session_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING"
);

/// To be followed by `WHERE`.
pub(crate) const SELECT_SESSIONS: &str =
    concat!("SELECT ", session_columns!(), " FROM stagedoor_sessions");

/// `now`.
pub(crate) const COUNT_SESSIONS: &str =
    "SELECT count(*) AS rows FROM stagedoor_sessions WHERE expires_at > $1";

/// `id, now`.
pub(crate) const SESSION: &str = concat!(
    "SELECT ",
    session_columns!(),
    " FROM stagedoor_sessions WHERE id = $1 AND expires_at > $2"
);

macro_rules! lease_session {
    () => {
        "UPDATE stagedoor_sessions SET lease_id = $3, lease_until = $4 \
         WHERE id = $1 AND expires_at > $2 \
         AND (lease_until IS NULL OR lease_until <= $2 OR lease_until > $4 + ($4 - $2))"
    };
}

/// `id, now, lease, until`. One statement, so that of all nodes that try at
/// once exactly one changes a row. A lease that lasts more than twice as long as
/// it could was made before the clock was put back.
pub(crate) const LEASE_SESSION: &str = lease_session!();

/// The same, which answers with the session.
pub(crate) const LEASE_SESSION_RETURNING: &str =
    concat!(lease_session!(), " RETURNING ", session_columns!());

/// `id, lease, until`.
pub(crate) const RENEW_LEASE: &str = "UPDATE stagedoor_sessions \
     SET lease_until = $3 WHERE id = $1 AND lease_id = $2";

/// `id, lease, tokens, refreshed_at, expires_at`. A lease that ran out but that
/// nobody else took is still the caller's.
pub(crate) const COMMIT_REFRESH: &str = "UPDATE stagedoor_sessions \
     SET sealed_tokens = $3, refreshed_at = $4, expires_at = $5, \
         lease_id = NULL, lease_until = NULL \
     WHERE id = $1 AND lease_id = $2";

/// The same, `subject, sid`. A statement of its own: SQLite writes the index of a
/// column that is set, whether its value changes or not.
pub(crate) const COMMIT_REFRESH_OF: &str = "UPDATE stagedoor_sessions \
     SET sealed_tokens = $3, refreshed_at = $4, expires_at = $5, \
         subject = coalesce($6, subject), provider_session = coalesce($7, provider_session), \
         lease_id = NULL, lease_until = NULL \
     WHERE id = $1 AND lease_id = $2";

/// `id, user`.
pub(crate) const SET_SESSION_USER: &str =
    "UPDATE stagedoor_sessions SET user_entity_ref = $2 WHERE id = $1";

/// `id, lease`.
pub(crate) const RELEASE_LEASE: &str = "UPDATE stagedoor_sessions \
     SET lease_id = NULL, lease_until = NULL WHERE id = $1 AND lease_id = $2";

/// `id`.
pub(crate) const DELETE_SESSION: &str = "DELETE FROM stagedoor_sessions WHERE id = $1";

/// `id, before, after`. What a refresh has written meanwhile is not overwritten.
pub(crate) const REPLACE_SEALED_TOKENS: &str =
    "UPDATE stagedoor_sessions SET sealed_tokens = $3 WHERE id = $1 AND sealed_tokens = $2";

/// `provider, environment, sid`.
pub(crate) const DELETE_SESSIONS_OF_PROVIDER_SESSION: &str = "DELETE FROM stagedoor_sessions \
     WHERE provider = $1 AND environment = $2 AND provider_session = $3";

/// `provider, environment, sub`.
pub(crate) const DELETE_SESSIONS_OF_SUBJECT: &str = "DELETE FROM stagedoor_sessions \
     WHERE provider = $1 AND environment = $2 AND subject = $3";

/// `provider, environment, sid, sub`. A session that knows no `sid` may be the
/// one that is meant. Two questions, so that each has its index: with `OR` every
/// session of the provider would be looked at.
pub(crate) const DELETE_SESSIONS_LOGGED_OUT: &str = "DELETE FROM stagedoor_sessions \
     WHERE id IN (SELECT id FROM stagedoor_sessions \
         WHERE provider = $1 AND environment = $2 AND provider_session = $3 \
         UNION ALL SELECT id FROM stagedoor_sessions \
         WHERE provider = $1 AND environment = $2 AND subject = $4 AND provider_session IS NULL)";

/// `flow, expires_at`.
pub(crate) const USE_FLOW: &str = "INSERT INTO stagedoor_used_flows (flow, expires_at) \
     VALUES ($1, $2) ON CONFLICT (flow) DO NOTHING";

/// `flow, now`. Writes in any case.
pub(crate) const TRY_A_WRITE: &str = "INSERT INTO stagedoor_used_flows (flow, expires_at) \
     VALUES ($1, $2) ON CONFLICT (flow) DO UPDATE SET expires_at = excluded.expires_at";
