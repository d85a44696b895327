//! What the backend writes to its log, as long as one test lasts.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    subscriber::DefaultGuard,
};
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt as _};

/// One line: its fields by name, the message under `message`.
pub(crate) type Line = BTreeMap<String, String>;

/// The lines written so far. Each test has a thread, and so a log, of its own.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Line>>>);

impl Log {
    /// Listens on this thread until the guard is dropped.
    pub(crate) fn listen() -> (Self, DefaultGuard) {
        let log = Self::default();
        let subscriber = tracing_subscriber::registry().with(log.clone());
        (log, tracing::subscriber::set_default(subscriber))
    }

    pub(crate) fn lines(&self) -> Vec<Line> {
        self.0.lock().unwrap().clone()
    }

    /// What the auditor reads of `event`: the reasons given.
    pub(crate) fn reasons(&self, event: &str) -> Vec<String> {
        let of_event = |line: &Line| line.get("event").is_some_and(|it| it == event);
        let lines = self.lines().into_iter().filter(of_event);
        lines.filter_map(|mut line| line.remove("reason")).collect()
    }

    /// The codes of all warnings.
    pub(crate) fn codes(&self) -> Vec<String> {
        let lines = self.lines().into_iter();
        lines.filter_map(|mut line| line.remove("code")).collect()
    }
}

impl<S: Subscriber> Layer<S> for Log {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        // The tests' own browser and providers speak here too.
        let theirs = ["stagedoor_demo_idp", "hyper", "reqwest", "rustls"];
        *metadata.level() <= Level::DEBUG
            && !theirs
                .iter()
                .any(|name| metadata.target().starts_with(name))
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Fields(Line::new());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }
}

struct Fields(Line);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}
