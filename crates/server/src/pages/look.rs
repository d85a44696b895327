//! What all pages have in common.

use stagedoor_signin::Svg;

use super::words::Words;

/// The language of a page, and how the operator wants it to look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look<'a> {
    /// The language.
    pub(crate) words: &'static Words,
    /// What people sign in to.
    pub(crate) title: &'a str,
    /// In place of our mark.
    pub(crate) logo: Option<&'a Svg>,
    /// In place of our blue.
    pub(crate) accent: Option<[u8; 3]>,
}
