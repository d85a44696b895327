//! The one way out: HTTP to the provider.

mod answer;
mod client;
mod settings;

pub(crate) use answer::Answer;
pub(crate) use client::FormRequest;
pub use client::HttpClient;
pub use settings::{HttpSettings, HttpSetupError};

const JSON: &str = "application/json";
