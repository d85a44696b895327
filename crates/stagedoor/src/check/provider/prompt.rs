//! `prompt`: whether people are let to the provider's login page.

use stagedoor_config::Prompt;

use crate::check::Finding;

pub(super) fn check(prompt: &Prompt) -> Option<Finding> {
    (*prompt == Prompt::None).then(|| {
        Finding::warning(
            "prompt",
            "prompt=none is sent, as Backstage does: who has no session at the provider is refused instead of asked to log in",
            "set prompt: auto",
        )
    })
}
