//! One suite for every database: each test is an `async fn` over a [`Fixture`]
//! and runs on SQLite in memory, SQLite in a file and PostgreSQL, or, where it
//! needs to reopen or to look inside, on the latter two.
//!
//! [`Fixture`]: fixture::Fixture

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy allows these in #[test] functions, but not in what they share"
)]

macro_rules! on_database {
    ($database:ident: $($test:ident)+) => {
        mod $database {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    if let Some(fixture) = crate::fixture::Fixture::$database().await {
                        super::$test(fixture).await;
                    }
                }
            )+
        }
    };
}

macro_rules! on_every_database {
    ($($test:ident),+ $(,)?) => {
        on_database!(memory: $($test)+);
        on_database!(file: $($test)+);
        on_database!(postgres: $($test)+);
    };
}

macro_rules! on_lasting_databases {
    ($($test:ident),+ $(,)?) => {
        on_database!(file: $($test)+);
        on_database!(postgres: $($test)+);
    };
}

mod backstage;
mod backstage_plugin_keys;
mod cluster;
mod corrupt;
mod expiry;
mod explained;
mod fixture;
mod inspecting;
mod keys;
mod kill;
mod leases;
mod managing;
mod opening;
mod plugin_keys;
mod postgres_only;
mod postgres_plans;
mod provider_logout;
mod sessions;
mod sqlite_only;
mod user_info;
