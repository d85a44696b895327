//! Settings → a number by which nodes with different ones are found.

use std::hash::{DefaultHasher, Hash, Hasher};

use stagedoor_config::Settings;

/// A gauge of Prometheus holds no more without rounding.
const BITS: u32 = 53;

/// Tells apart what a change of the configuration replaces while running. Of
/// secrets nothing goes in: their debug text is the same for all.
pub(crate) fn fingerprint(settings: &Settings) -> u64 {
    let mut hasher = DefaultHasher::new();
    let backend = &settings.backend;
    let replaced = (
        &settings.app,
        &backend.base_url,
        &backend.cors,
        &settings.auth,
    );
    format!("{replaced:?}").hash(&mut hasher);
    hasher.finish() >> (u64::BITS - BITS)
}

#[cfg(test)]
mod tests {
    use stagedoor_config::{Environment, Known, load_str};

    use super::*;

    fn of(change: &str, secret: &str) -> u64 {
        let yaml = format!(
            "app: {{baseUrl: 'http://localhost:3000'}}
backend: {{baseUrl: 'http://localhost:7007'}}
auth:
  providers:
    one: {{development: {{metadataUrl: 'https://idp.example/{change}', clientId: a, clientSecret: {secret}}}}}
    two: {{development: {{metadataUrl: 'https://idp.example/two', clientId: a, clientSecret: {secret}}}}}
"
        );
        let loaded = load_str(&yaml, &Environment::default(), &Known::default());
        fingerprint(&loaded.unwrap().settings)
    }

    #[test]
    fn it_is_that_of_the_configuration_and_of_no_secret() {
        assert_eq!(of("a", "one-secret"), of("a", "one-secret"));
        assert_eq!(of("a", "one-secret"), of("a", "another"));
        assert_ne!(of("a", "one-secret"), of("b", "one-secret"));
        assert!(of("a", "one-secret") < 1 << BITS);
    }
}
