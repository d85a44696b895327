//! What a person sees: the sign-in page, notices, the popup's last page, and
//! the files these pages load.
//!
//! Every page works under a content security policy without inline script or
//! style, except for the one script of [`frame_page`] and of [`repost_page`],
//! which are allowed by their hash. Nothing here knows requests or responses:
//! text goes in, HTML comes out.

mod accent;
mod assets;
mod client;
mod codes;
mod explain;
mod frame;
mod icons;
mod look;
mod module;
mod notice;
mod onward;
mod repost;
mod script;
mod shrink;
mod sign_in;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use accent::accent_sheet;
pub(crate) use assets::assets;
pub(crate) use client::{ClientWay, client_page};
pub(crate) use codes::is_known;
pub(crate) use explain::explain;
pub(crate) use frame::frame_page;
pub(crate) use icons::{drawing, icon_path};
pub(crate) use look::Look;
pub(crate) use module::browser_module;
pub(crate) use notice::{NoticePage, notice_page};
pub(crate) use onward::{onward_page, onward_page_of_route};
pub(crate) use repost::repost_page;
pub(crate) use sign_in::{Failure, LanguageLink, ProviderButton, SignInPage, sign_in_page};
pub(crate) use words::{COOKIE as LANGUAGE_COOKIE, Fill, LANGUAGES, Words, words_for, words_named};
