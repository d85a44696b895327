//! The connections that are written down for a database.

use crate::reading::{Field, Section};

/// The connection of all plugins, and that of `auth` over it.
pub(super) struct Connections<'a> {
    pub(super) database: Section<'a>,
    pub(super) plugin: Section<'a>,
    /// Lower first.
    pub(super) connections: Vec<Field<'a>>,
}
