//! Which tables hold keys and user info: Backstage's or ours.
//!
//! Backstage keeps them in `signing_keys` and `user_info` (contract §9), and the
//! keys of plugin tokens in `backstage_backend_public_keys__keys` (§10). Where
//! those exist, we read and write them, so that both can serve side by side.
//!
//! Where they don't, making them would trap the operator: Backstage's
//! migrations run `CREATE TABLE signing_keys` without asking, so a Backstage
//! that later starts on such a database dies with "already exists"; and its
//! record of migrations is not ours to write. So on a database without a
//! Backstage the same rows live in `stagedoor_signing_keys`,
//! `stagedoor_plugin_keys` and `stagedoor_user_info`. Whenever keys or user info
//! are asked for, a look tells whether Backstage has made its tables meanwhile;
//! from then on they are used and what we held is moved there. No restart, no
//! setting, either may be first.
//!
//! The tables are looked at apart, and by their columns: a Backstage older
//! than July 2025 has a `user_info` of another shape, or none; it shares its
//! keys, and we keep our user info to ourselves until it is upgraded.

use std::sync::atomic::{AtomicBool, Ordering};

/// What is known of Backstage's tables. They never go away again, so a table
/// once seen is not looked for twice.
#[derive(Debug, Default)]
pub(crate) struct SharedTables {
    signing_keys: AtomicBool,
    plugin_keys: AtomicBool,
    user_info: AtomicBool,
}

/// Which of Backstage's tables are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) signing_keys: bool,
    pub(crate) plugin_keys: bool,
    pub(crate) user_info: bool,
}

impl SharedTables {
    /// What has been seen up to now.
    pub(crate) fn seen(&self) -> Seen {
        Seen {
            signing_keys: self.signing_keys.load(Ordering::Acquire),
            plugin_keys: self.plugin_keys.load(Ordering::Acquire),
            user_info: self.user_info.load(Ordering::Acquire),
        }
    }

    /// Backstage's `signing_keys` is used from now on.
    pub(crate) fn use_signing_keys(&self) {
        if !self.signing_keys.swap(true, Ordering::AcqRel) {
            tracing::info!("sharing the table signing_keys with Backstage");
        }
    }

    /// Backstage's `backstage_backend_public_keys__keys` is used from now on.
    pub(crate) fn use_plugin_keys(&self) {
        if !self.plugin_keys.swap(true, Ordering::AcqRel) {
            tracing::info!("sharing the table backstage_backend_public_keys__keys with Backstage");
        }
    }

    /// Backstage's `user_info` is used from now on.
    pub(crate) fn use_user_info(&self) {
        if !self.user_info.swap(true, Ordering::AcqRel) {
            tracing::info!("sharing the table user_info with Backstage");
        }
    }
}

impl Seen {
    pub(crate) const NONE: Self = Self {
        signing_keys: false,
        plugin_keys: false,
        user_info: false,
    };

    pub(crate) const ALL: Self = Self {
        signing_keys: true,
        plugin_keys: true,
        user_info: true,
    };
}
