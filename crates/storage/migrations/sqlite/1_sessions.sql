-- Times are milliseconds since 1970-01-01T00:00:00Z.
CREATE TABLE stagedoor_sessions (
    id               BLOB    NOT NULL PRIMARY KEY,
    secret_hash      BLOB    NOT NULL,
    provider         TEXT    NOT NULL,
    environment      TEXT    NOT NULL,
    subject          TEXT    NOT NULL,
    provider_session TEXT,
    user_entity_ref  TEXT,
    sealed_tokens    BLOB    NOT NULL,
    created_at       INTEGER NOT NULL,
    refreshed_at     INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    lease_id         BLOB,
    lease_until      INTEGER
) STRICT;

CREATE INDEX stagedoor_sessions_expires_at ON stagedoor_sessions (expires_at);
CREATE INDEX stagedoor_sessions_subject ON stagedoor_sessions (provider, environment, subject);
CREATE INDEX stagedoor_sessions_provider_session
    ON stagedoor_sessions (provider, environment, provider_session)
    WHERE provider_session IS NOT NULL;
CREATE INDEX stagedoor_sessions_user
    ON stagedoor_sessions (user_entity_ref, created_at)
    WHERE user_entity_ref IS NOT NULL;

CREATE TABLE stagedoor_used_flows (
    flow       BLOB    NOT NULL PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX stagedoor_used_flows_expires_at ON stagedoor_used_flows (expires_at);

-- The shape of Backstage's signing_keys and user_info, for a database that
-- holds no Backstage: see src/shared.rs.
CREATE TABLE stagedoor_signing_keys (
    kid        VARCHAR(255) NOT NULL PRIMARY KEY,
    created_at DATETIME     NOT NULL DEFAULT CURRENT_TIMESTAMP,
    key        TEXT         NOT NULL
);

CREATE TABLE stagedoor_user_info (
    user_entity_ref VARCHAR(255) NOT NULL PRIMARY KEY,
    user_info       TEXT         NOT NULL,
    updated_at      DATETIME     NOT NULL,
    created_at      DATETIME     NOT NULL DEFAULT CURRENT_TIMESTAMP
);
