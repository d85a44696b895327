//! `stagedoor.nativeClients`: programs on people's own machines that may ask
//! them to sign in.

use crate::reading::{Field, Section};

/// Longer names make addresses too long.
const LONGEST: usize = 64;

/// A program that may ask people to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NativeClient {
    /// Its `client_id`, the key under `stagedoor.nativeClients`.
    pub id: String,
    /// `title`: what people read of it; the id unless it is set.
    pub title: String,
}

impl NativeClient {
    pub(super) fn read_all(stagedoor: &Section<'_>) -> Vec<Self> {
        let clients = stagedoor.section("nativeClients");
        clients.fields().filter_map(|field| read(&field)).collect()
    }
}

fn read(field: &Field<'_>) -> Option<NativeClient> {
    let id = field.key;
    let is_id = (1..=LONGEST).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if !is_id {
        let problem = field.problem(format!("{id:?} can't be a client_id"));
        let help = "use letters, digits, '-', '_' and '.', 64 of them at most";
        return field.error(problem.with_help(help));
    }
    let client = field.section()?;
    client.warn_of_typos(&["title"], &[]);
    let title = match client.get("title") {
        Some(title) => title.string()?,
        None => id.to_owned(),
    };
    Some(NativeClient {
        id: id.to_owned(),
        title,
    })
}
