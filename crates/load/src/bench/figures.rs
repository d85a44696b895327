//! What came out of a phase.

use std::{
    fmt::{self, Display},
    time::Duration,
};

use serde::Serialize;

use super::work::Work;
use crate::measure::Summary;

/// One phase.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Figures {
    work: Work,
    connections: usize,
    requests: u64,
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    /// The server's CPU time, of all its threads, in user and system.
    cpu_ms_per_request: f64,
    /// How many processors the server kept busy.
    server_cpus: f64,
    /// How many this program did; near the machine's, it is too slow.
    load_cpus: f64,
    /// Resident memory after it.
    rss_mib: f64,
    /// The most that ever was resident up to now.
    peak_mib: f64,
    #[serde(skip)]
    time: Duration,
}

impl Figures {
    pub(super) fn of(work: Work, connections: usize, time: Duration, summary: &Summary) -> Self {
        Self {
            work,
            connections,
            requests: summary.succeeded,
            per_second: summary.per_second,
            p50_ms: summary.p50_ms,
            p99_ms: summary.p99_ms,
            max_ms: summary.max_ms,
            cpu_ms_per_request: 0.0,
            server_cpus: 0.0,
            load_cpus: 0.0,
            rss_mib: 0.0,
            peak_mib: 0.0,
            time,
        }
    }

    pub(super) fn with_cpu(mut self, server_ms: u64, load_ms: u64) -> Self {
        let elapsed_ms = self.time.as_secs_f64() * 1_000.0;
        self.cpu_ms_per_request = float(server_ms) / float(self.requests.max(1));
        self.server_cpus = float(server_ms) / elapsed_ms;
        self.load_cpus = float(load_ms) / elapsed_ms;
        self
    }

    pub(super) fn with_memory(mut self, rss_kib: u64, peak_kib: u64) -> Self {
        self.rss_mib = float(rss_kib) / 1024.0;
        self.peak_mib = float(peak_kib) / 1024.0;
        self
    }
}

#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn float(number: u64) -> f64 {
    number as f64
}

impl Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<8} at {:>2} {:>7.0}/s  p50 {:>7.2}  p99 {:>7.2} ms  CPU {:>6.3} ms a request  \
             busy: server {:.2}, load {:.2}  memory {:.1} MiB, at most {:.1}",
            format!("{:?}", self.work),
            self.connections,
            self.per_second,
            self.p50_ms,
            self.p99_ms,
            self.cpu_ms_per_request,
            self.server_cpus,
            self.load_cpus,
            self.rss_mib,
            self.peak_mib,
        )
    }
}
