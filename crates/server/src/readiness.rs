//! How everything fares that this service depends on.

use std::time::Duration;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use metrics::gauge;
use serde_json::{Value, json};

use crate::AppState;

/// How long the database may take before it counts as away.
const PATIENCE: Duration = Duration::from_secs(2);

/// How the dependencies fare: of each, what is wrong with it.
pub(crate) struct Readiness {
    database: Option<String>,
    keys: Option<String>,
    catalog: Option<String>,
    changes: u64,
    configuration: Option<String>,
    providers: Vec<ProviderReadiness>,
}

struct ProviderReadiness {
    id: String,
    environment: String,
    problem: Option<String>,
}

impl Readiness {
    pub(crate) async fn of(state: &AppState) -> Self {
        let sign_in = &state.sign_in;
        let ring = sign_in.tokens().keys();
        let keys = async { ring.published().await };
        let (database, keys) = tokio::join!(
            tokio::time::timeout(PATIENCE, sign_in.check_storage()),
            tokio::time::timeout(PATIENCE, keys),
        );
        let late = || Some(format!("no answer within {} s", PATIENCE.as_secs()));
        Self {
            database: database.map_or_else(|_| late(), |it| it.err().map(|error| error.detail())),
            keys: match keys {
                Ok(answer) => answer.err().map(|error| error.to_string()),
                // A slow database: it is known by which keys tokens are verified.
                Err(_) if ring.has_published() => None,
                Err(_) => late(),
            },
            catalog: sign_in.catalog_problem(),
            changes: state.configuration.changes(),
            configuration: state.configuration.problem(),
            providers: providers(state),
        }
    }

    /// For anybody: how each fares, and no word of why. Text of the
    /// configuration, names of hosts and what they answered are for operators.
    pub(crate) fn for_anybody(&self) -> Response {
        let providers = self.providers.iter().map(|provider| {
            json!({
                "id": provider.id,
                "environment": provider.environment,
                "available": provider.problem.is_none(),
            })
        });
        self.answer(json!({
            "status": word(&self.not_ready(), "error"),
            "database": word(&self.database, "unavailable"),
            "keys": word(&self.keys, "unavailable"),
            "catalog": word(&self.catalog, "unavailable"),
            "configuration": {
                "changes": self.changes,
                "status": word(&self.configuration, "refused"),
            },
            "providers": providers.collect::<Vec<_>>(),
        }))
    }

    /// For operators, on the port of the metrics: what is wrong, too.
    pub(crate) fn for_operators(&self) -> Response {
        let one = |problem: &Option<String>, bad: &str| json!({ "status": word(problem, bad), "problem": problem });
        let providers = self.providers.iter().map(|provider| {
            json!({
                "id": provider.id,
                "environment": provider.environment,
                "status": word(&provider.problem, "unavailable"),
                "problem": provider.problem,
            })
        });
        self.answer(json!({
            "status": word(&self.not_ready(), "error"),
            "database": one(&self.database, "unavailable"),
            "keys": one(&self.keys, "unavailable"),
            "catalog": one(&self.catalog, "unavailable"),
            "configuration": {
                "changes": self.changes,
                "status": word(&self.configuration, "refused"),
                "problem": self.configuration,
            },
            "providers": providers.collect::<Vec<_>>(),
        }))
    }

    /// For Prometheus.
    pub(crate) fn tell(&self) {
        gauge!("stagedoor_ready").set(flag(&self.not_ready()));
        for (dependency, problem) in [
            ("database", &self.database),
            ("keys", &self.keys),
            ("catalog", &self.catalog),
        ] {
            gauge!("stagedoor_dependency_available", "dependency" => dependency).set(flag(problem));
        }
    }

    /// What takes this node out of rotation: what another node might do better.
    /// Without the catalog or a provider, sessions and other providers go on.
    fn not_ready(&self) -> Option<String> {
        self.database.clone().or_else(|| self.keys.clone())
    }

    fn answer(&self, body: Value) -> Response {
        let status = match self.not_ready() {
            None => StatusCode::OK,
            Some(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        (status, Json(body)).into_response()
    }
}

fn providers(state: &AppState) -> Vec<ProviderReadiness> {
    let live = state.sign_in.live();
    let providers = live.providers.iter().map(|provider| ProviderReadiness {
        id: provider.id.clone(),
        environment: provider.environment.clone(),
        problem: provider.problem(),
    });
    providers.collect()
}

fn flag(problem: &Option<String>) -> f64 {
    f64::from(u8::from(problem.is_none()))
}

fn word<'a>(problem: &Option<String>, bad: &'a str) -> &'a str {
    match problem {
        None => "ok",
        Some(_) => bad,
    }
}
