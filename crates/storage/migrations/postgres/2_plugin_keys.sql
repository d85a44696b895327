-- The shape of Backstage's backstage_backend_public_keys__keys, for a database
-- that holds no Backstage: see src/shared.rs.
CREATE TABLE stagedoor_plugin_keys (
    id         VARCHAR(255) NOT NULL PRIMARY KEY,
    key        TEXT         NOT NULL,
    expires_at VARCHAR(255) NOT NULL
);
