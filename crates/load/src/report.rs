//! What came out, for people and for programs.

use std::{
    collections::BTreeMap,
    fmt::{self, Display},
    time::Duration,
};

use serde::Serialize;

use crate::{
    growth::slope,
    measure::{Kind, Measurements, Summary},
    process::Usage,
    provider::Asked,
};

/// What a part of the run was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PhaseName {
    /// Everyone signs in.
    SignIns,
    /// Hours pass.
    Hours,
    /// Everyone is asked once more.
    RollCall,
}

/// A part of the run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Phase {
    pub(crate) name: PhaseName,
    pub(crate) seconds: f64,
    /// How far it fell behind its schedule at most.
    pub(crate) behind_seconds: f64,
    pub(crate) requests: Vec<Summary>,
    /// The server's CPU time per request that succeeded.
    pub(crate) cpu_ms_per_request: Option<f64>,
}

/// The server's memory at a moment.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Sample {
    pub(crate) seconds: f64,
    pub(crate) phase: PhaseName,
    pub(crate) sessions: u64,
    pub(crate) rss_mib: f64,
    pub(crate) anonymous_mib: f64,
}

/// How the server's memory went. All of it is memory that is not shared with
/// a file, unless it says otherwise.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Memory {
    pub(crate) rss_at_start_mib: f64,
    pub(crate) rss_after_sign_ins_mib: f64,
    pub(crate) rss_at_end_mib: f64,
    pub(crate) rss_most_mib: f64,
    /// What each further session added while people signed in, without the
    /// first half, which warms up.
    pub(crate) bytes_per_session: f64,
    /// How it grew in the second half of the hours.
    pub(crate) mib_per_minute: f64,
    /// From the end of the first fifth of the hours to their end.
    pub(crate) growth_after_warm_up_mib: f64,
    pub(crate) samples: Vec<Sample>,
}

/// Everything.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    pub(crate) people: u32,
    pub(crate) concurrency: usize,
    pub(crate) phases: Vec<Phase>,
    /// What its provider was asked, where the run had one of its own.
    pub(crate) provider: Option<Asked>,
    pub(crate) memory: Option<Memory>,
    /// Sessions that were answered and then no more, by the reason.
    pub(crate) lost: BTreeMap<String, u64>,
    /// People who never got in.
    pub(crate) given_up: u64,
    /// What was not as it has to be; empty when all is well.
    pub(crate) problems: Vec<String>,
}

impl Phase {
    /// Sums up what was measured in `time`.
    pub(crate) fn of(
        name: PhaseName,
        measured: &Measurements,
        time: Duration,
        behind: Duration,
        cpu_ms: Option<u64>,
    ) -> Self {
        let requests = measured.summaries(time);
        let answered: u64 = requests
            .iter()
            .filter(|summary| summary.kind != Kind::SignIn)
            .map(|summary| summary.succeeded)
            .sum();
        Self {
            name,
            seconds: time.as_secs_f64(),
            behind_seconds: behind.as_secs_f64(),
            requests,
            cpu_ms_per_request: cpu_ms.map(|cpu| float(cpu) / float(answered.max(1))),
        }
    }
}

impl Sample {
    /// Of a server that takes `usage`.
    pub(crate) fn of(seconds: f64, phase: PhaseName, sessions: u64, usage: Usage) -> Self {
        Self {
            seconds,
            phase,
            sessions,
            rss_mib: float(usage.rss_kib) / 1024.0,
            anonymous_mib: float(usage.anonymous_kib) / 1024.0,
        }
    }
}

/// At most this many samples are reported.
const SHOWN_SAMPLES: usize = 240;

impl Memory {
    /// Looks at how it went; `None` without samples.
    pub(crate) fn of(samples: &[Sample]) -> Option<Self> {
        let (first, last) = (samples.first()?, samples.last()?);
        let of = |phase| -> Vec<Sample> {
            let those = samples.iter().filter(|sample| sample.phase == phase);
            those.copied().collect()
        };
        let (sign_ins, hours) = (of(PhaseName::SignIns), of(PhaseName::Hours));
        let per_session: Vec<_> = later_part(&sign_ins, 2)
            .iter()
            .map(|sample| (float(sample.sessions), sample.anonymous_mib))
            .collect();
        let per_minute: Vec<_> = later_part(&hours, 2)
            .iter()
            .map(|sample| (sample.seconds / 60.0, sample.anonymous_mib))
            .collect();
        let warm = later_part(&hours, 5);
        let growth = match (warm.first(), warm.last()) {
            (Some(first), Some(last)) => last.anonymous_mib - first.anonymous_mib,
            _ => 0.0,
        };
        Some(Self {
            rss_at_start_mib: first.rss_mib,
            rss_after_sign_ins_mib: sign_ins.last().unwrap_or(first).rss_mib,
            rss_at_end_mib: last.rss_mib,
            rss_most_mib: samples
                .iter()
                .fold(0.0, |most, sample| sample.rss_mib.max(most)),
            bytes_per_session: slope(&per_session) * 1024.0 * 1024.0,
            mib_per_minute: slope(&per_minute),
            growth_after_warm_up_mib: growth,
            samples: thinned(samples),
        })
    }
}

/// What is left without the first `1/part`.
fn later_part(samples: &[Sample], part: usize) -> &[Sample] {
    samples.get(samples.len() / part..).unwrap_or_default()
}

fn thinned(samples: &[Sample]) -> Vec<Sample> {
    let step = samples.len().div_ceil(SHOWN_SAMPLES).max(1);
    samples.iter().step_by(step).copied().collect()
}

#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn float(number: u64) -> f64 {
    number as f64
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} people, {} at a time", self.people, self.concurrency)?;
        for phase in &self.phases {
            write!(f, "\n{:?}, {:.1} s", phase.name, phase.seconds)?;
            if phase.behind_seconds > 0.0 {
                write!(f, ", at most {:.2} s behind schedule", phase.behind_seconds)?;
            }
            if let Some(cpu) = phase.cpu_ms_per_request {
                write!(f, ", {cpu:.2} ms of CPU a request")?;
            }
            writeln!(f)?;
            for summary in &phase.requests {
                write_summary(f, summary)?;
            }
        }
        if let Some(memory) = &self.memory {
            write!(f, "\n{memory}")?;
        }
        if let Some(Asked {
            codes,
            refreshes,
            reused,
            refused,
        }) = self.provider
        {
            writeln!(
                f,
                "\nprovider: {codes} codes, {refreshes} refreshes, {reused} reused tokens, {refused} refused"
            )?;
        }
        writeln!(
            f,
            "lost sessions: {:?}; never got in: {}",
            self.lost, self.given_up
        )?;
        for problem in &self.problems {
            writeln!(f, "PROBLEM: {problem}")?;
        }
        Ok(())
    }
}

fn write_summary(f: &mut fmt::Formatter<'_>, summary: &Summary) -> fmt::Result {
    write!(
        f,
        "  {:<9} {:>8} ok {:>7.1}/s  p50 {:>7.2}  p95 {:>7.2}  p99 {:>7.2}  max {:>8.1} ms",
        format!("{:?}", summary.kind),
        summary.succeeded,
        summary.per_second,
        summary.p50_ms,
        summary.p95_ms,
        summary.p99_ms,
        summary.max_ms,
    )?;
    if summary.shed > 0 {
        write!(f, "  shed {}", summary.shed)?;
    }
    for (failure, times) in &summary.failures {
        write!(f, "  {failure}: {times}")?;
    }
    writeln!(f)
}

impl Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "resident: {:.1} MiB at the start, {:.1} after the sign-ins, {:.1} at the end, {:.1} at most",
            self.rss_at_start_mib,
            self.rss_after_sign_ins_mib,
            self.rss_at_end_mib,
            self.rss_most_mib,
        )?;
        writeln!(
            f,
            "growth: {:.0} bytes a session, {:.3} MiB a minute, {:.1} MiB after warming up",
            self.bytes_per_session, self.mib_per_minute, self.growth_after_warm_up_mib,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(seconds: u32, phase: PhaseName, sessions: u64, mib: f64) -> Sample {
        Sample {
            seconds: f64::from(seconds),
            phase,
            sessions,
            rss_mib: mib + 20.0,
            anonymous_mib: mib,
        }
    }

    #[test]
    fn growth_is_told_from_warming_up() {
        let mut samples: Vec<_> = (0..20)
            .map(|n| {
                sample(
                    n,
                    PhaseName::SignIns,
                    u64::from(n) * 1024,
                    10.0 + f64::from(n),
                )
            })
            .collect();
        samples.extend((20..80).map(|n| sample(n, PhaseName::Hours, 20_000, 40.0)));
        let memory = Memory::of(&samples).unwrap();
        assert!((memory.bytes_per_session - 1024.0).abs() < 1.0);
        assert!(memory.mib_per_minute.abs() < 1e-6);
        assert!(memory.growth_after_warm_up_mib.abs() < 1e-6);
        assert!((memory.rss_at_start_mib - 30.0).abs() < 1e-6);
    }
}
