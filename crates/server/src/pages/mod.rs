//! What a person sees: the sign-in page, notices, the popup's last page, and
//! the files these pages load.
//!
//! Every page works under a content security policy without inline script or
//! style, except for the one script of [`frame_page`] and of [`repost_page`],
//! which are allowed by their hash. Nothing here knows requests or responses:
//! text goes in, HTML comes out.

mod assets;
mod frame;
mod notice;
mod onward;
mod repost;
mod script;
mod sign_in;

#[cfg(test)]
mod tests;

pub(crate) use assets::assets;
pub(crate) use frame::frame_page;
pub(crate) use notice::{NoticePage, notice_page};
pub(crate) use onward::onward_page;
pub(crate) use repost::repost_page;
pub(crate) use sign_in::{ProviderButton, SignInPage, sign_in_page};
