//! A whole run: provider, server, everyone, report.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinHandle,
};

use crate::{
    browser::Browser,
    drive::{Crowd, Schedule},
    house::House,
    measure::Measurements,
    process,
    provider::{Behaviour, Provider, ProviderError},
    report::{Memory, Phase, PhaseName, Report, Sample},
    server::{Server, ServerError},
};

const SAMPLE_EVERY: Duration = Duration::from_millis(250);

/// Who is put under load.
#[derive(Debug)]
pub(crate) enum Target {
    /// A server that is started, and ended, by this run.
    Own {
        /// The binary.
        binary: PathBuf,
        /// Its configuration.
        house: House,
    },
    /// One that is there, or several behind one name.
    Running {
        /// `backend.baseUrl`
        base_url: String,
        /// Whose memory is looked at.
        pid: Option<u32>,
    },
}

/// What is done to it.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) target: Target,
    pub(crate) people: u32,
    /// The provider's id in `auth.providers`.
    pub(crate) provider_id: String,
    pub(crate) concurrency: usize,
    pub(crate) schedule: Schedule,
    pub(crate) provider: ProviderPlan,
    /// How long someone tries before giving up.
    pub(crate) patience: Duration,
    pub(crate) limits: Limits,
}

/// Where people sign in.
#[derive(Debug)]
pub(crate) enum ProviderPlan {
    /// At a provider that is started, and ended, by this run.
    Own(SocketAddr, Behaviour),
    /// At one that is there.
    Running,
}

/// What has to hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Whether requests may fail while somebody breaks things; sessions may
    /// not be lost even then.
    pub(crate) faults: bool,
    pub(crate) growth_mib: Option<f64>,
    pub(crate) bytes_per_session: Option<f64>,
}

/// Why there was no run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error(transparent)]
    Server(#[from] ServerError),
    #[error("the configuration cannot be written: {0}")]
    Prepare(#[source] std::io::Error),
    #[error("no HTTP client: {0}")]
    Client(#[from] reqwest::Error),
    #[error("signals cannot be listened to: {0}")]
    Signal(#[source] std::io::Error),
}

/// Runs it. SIGTERM or SIGINT ends the load early; the roll call is made.
///
/// # Errors
/// When it can't begin.
pub(crate) async fn run(plan: Plan) -> Result<Report, RunError> {
    let provider = match plan.provider {
        ProviderPlan::Own(address, behaviour) => Some(Provider::start(address, behaviour).await?),
        ProviderPlan::Running => None,
    };
    let (base_url, pid, _server) = open(plan.target).await?;
    let browser = Browser::new(&base_url, &plan.provider_id, plan.concurrency)?;
    let crowd = Crowd::new(browser, plan.people, plan.concurrency, plan.patience);
    let _stopping = stop_by_signal(crowd.clone())?;
    let stage = Stage::new(crowd.clone(), pid);

    let mut phases = vec![
        stage
            .act(PhaseName::SignIns, async |measured| {
                crowd.sign_everyone_in(measured).await;
                Duration::ZERO
            })
            .await,
    ];
    if !plan.schedule.duration.is_zero() {
        let hours = stage.act(PhaseName::Hours, async |measured| {
            crowd.refresh_by(plan.schedule, measured).await
        });
        phases.push(hours.await);
    }
    let roll_call = stage.act(PhaseName::RollCall, async |measured| {
        crowd.call_the_roll(measured).await;
        Duration::ZERO
    });
    phases.push(roll_call.await);

    let mut report = Report {
        people: plan.people,
        concurrency: plan.concurrency,
        phases,
        provider: provider.as_ref().map(Provider::asked),
        memory: Memory::of(&stage.samples()),
        lost: crowd.lost(),
        given_up: crowd.given_up(),
        problems: Vec::new(),
    };
    report.problems = plan.limits.problems(&report);
    Ok(report)
}

async fn open(target: Target) -> Result<(String, Option<u32>, Option<Server>), RunError> {
    match target {
        Target::Own { binary, house } => {
            let config = house.prepare().map_err(RunError::Prepare)?;
            let server = Server::start(&binary, &config, &house.base_url).await?;
            Ok((house.base_url, server.pid(), Some(server)))
        }
        Target::Running { base_url, pid } => Ok((base_url, pid, None)),
    }
}

fn stop_by_signal(crowd: Arc<Crowd>) -> Result<Aborted, RunError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(RunError::Signal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(RunError::Signal)?;
    Ok(Aborted(tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        crowd.stop();
    })))
}

/// A task that ends with its owner.
struct Aborted(JoinHandle<()>);

impl Drop for Aborted {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Where phases happen, and the server is watched.
struct Stage {
    crowd: Arc<Crowd>,
    pid: Option<u32>,
    began: Instant,
    samples: Arc<Mutex<Vec<Sample>>>,
}

impl Stage {
    fn new(crowd: Arc<Crowd>, pid: Option<u32>) -> Self {
        Self {
            crowd,
            pid,
            began: Instant::now(),
            samples: Arc::default(),
        }
    }

    async fn act(
        &self,
        name: PhaseName,
        act: impl AsyncFnOnce(&Arc<Measurements>) -> Duration,
    ) -> Phase {
        eprintln!("{name:?}");
        let watching = self.watch(name);
        let measured = Arc::new(Measurements::default());
        let cpu_before = self.cpu_ms();
        let began = Instant::now();
        let behind = act(&measured).await;
        let time = began.elapsed();
        let cpu_ms = self
            .cpu_ms()
            .zip(cpu_before)
            .map(|(after, before)| after.saturating_sub(before));
        drop(watching);
        Phase::of(name, &measured, time, behind, cpu_ms)
    }

    fn cpu_ms(&self) -> Option<u64> {
        Some(process::usage(self.pid?).ok()?.cpu_ms)
    }

    fn watch(&self, phase: PhaseName) -> Option<Aborted> {
        let pid = self.pid?;
        let (crowd, began, samples) = (self.crowd.clone(), self.began, self.samples.clone());
        Some(Aborted(tokio::spawn(async move {
            let mut ticks = tokio::time::interval(SAMPLE_EVERY);
            loop {
                ticks.tick().await;
                let Ok(usage) = process::usage(pid) else {
                    return;
                };
                let seconds = began.elapsed().as_secs_f64();
                let sample = Sample::of(seconds, phase, crowd.sessions(), usage);
                let mut samples = samples.lock().unwrap_or_else(PoisonError::into_inner);
                samples.push(sample);
            }
        })))
    }

    fn samples(&self) -> Vec<Sample> {
        let samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        samples.clone()
    }
}

impl Limits {
    fn problems(&self, report: &Report) -> Vec<String> {
        let mut problems = Vec::new();
        for (why, sessions) in &report.lost {
            problems.push(format!("{sessions} sessions were lost: {why}"));
        }
        if report.given_up > 0 {
            problems.push(format!("{} people never got in", report.given_up));
        }
        if !self.faults {
            let requests = report.phases.iter().flat_map(|phase| &phase.requests);
            for summary in requests {
                for (failure, times) in &summary.failures {
                    problems.push(format!("{:?}: {failure}, {times} times", summary.kind));
                }
            }
        }
        if let Some(memory) = &report.memory {
            let bounds = [
                (
                    "MiB of growth after warming up",
                    memory.growth_after_warm_up_mib,
                    self.growth_mib,
                ),
                (
                    "bytes of memory a session",
                    memory.bytes_per_session,
                    self.bytes_per_session,
                ),
            ];
            for (what, is, bound) in bounds {
                if let Some(most) = bound.filter(|most| is > *most) {
                    problems.push(format!("{is:.1} {what}, at most {most} are allowed"));
                }
            }
        }
        problems
    }
}
