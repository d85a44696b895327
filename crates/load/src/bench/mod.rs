//! The cost of each kind of request: one after the other is asked as fast as it
//! is answered, and the server's CPU time is looked at before and after.

mod asking;
mod error;
mod figures;
mod work;

use std::time::{Duration, Instant};

pub(crate) use error::BenchError;
pub(crate) use figures::Figures;
pub(crate) use work::Work;

use crate::{
    browser::Browser,
    cookies::Cookies,
    drive::{Crowd, Schedule},
    failure::Failure,
    measure::{Kind, Measurements},
    people::Person,
    process,
};
use asking::Asking;

/// How long someone tries before a phase is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is measured, on how many connections. First what warms a server up that
/// compiles itself while it runs.
const PHASES: [(Work, usize); 7] = [
    (Work::Refresh, 64),
    (Work::Refresh, 16),
    (Work::Refresh, 1),
    (Work::SignIn, 16),
    (Work::Start, 16),
    (Work::Jwks, 16),
    (Work::Userinfo, 16),
];

/// What is done to a server that runs.
#[derive(Debug)]
pub(crate) struct Plan {
    /// `backend.baseUrl`
    pub(crate) base_url: String,
    /// The server's process.
    pub(crate) pid: u32,
    /// The provider's id in `auth.providers`.
    pub(crate) provider_id: String,
    pub(crate) people: u32,
    /// These alone; everything when empty.
    pub(crate) only: Vec<Work>,
    /// On so many connections alone.
    pub(crate) connections: Option<usize>,
    /// How long each phase is measured.
    pub(crate) duration: Duration,
    /// How long it goes before, at least.
    pub(crate) warm_up: Duration,
    /// How many requests are answered before, at least.
    pub(crate) warm_up_requests: u64,
}

/// One phase after the other.
///
/// # Errors
/// [`BenchError`]: also when a single request failed.
pub(crate) async fn run(plan: &Plan) -> Result<Vec<Figures>, BenchError> {
    // Whoever can't get in would try until patience is at its end, a hundred times.
    let browser = Browser::new(&plan.base_url, &plan.provider_id, 1)?;
    let token = token(&browser).await?;
    let mut all = Vec::new();
    for (work, connections) in PHASES {
        let asked = plan.only.is_empty() || plan.only.contains(&work);
        if asked && plan.connections.is_none_or(|only| only == connections) {
            let figures = Phase {
                plan,
                token: &token,
                work,
                connections,
            }
            .run()
            .await?;
            eprintln!("{figures}");
            all.push(figures);
        }
    }
    Ok(all)
}

struct Phase<'a> {
    plan: &'a Plan,
    /// Somebody's Backstage token.
    token: &'a str,
    work: Work,
    connections: usize,
}

impl Phase<'_> {
    async fn run(&self) -> Result<Figures, BenchError> {
        let (plan, connections) = (self.plan, self.connections);
        let browser = Browser::new(&plan.base_url, &plan.provider_id, connections)?;
        match self.work {
            Work::Refresh => self.crowd(browser, Kind::Refresh, 0).await,
            Work::SignIn => self.crowd(browser, Kind::SignIn, 100).await,
            Work::Start => self.ask(Kind::Start, &browser.start_url(), 302, None).await,
            Work::Jwks => {
                let url = format!("{}/api/auth/.well-known/jwks.json", plan.base_url);
                self.ask(Kind::Jwks, &url, 200, None).await
            }
            Work::Userinfo => {
                let url = format!("{}/api/auth/v1/userinfo", plan.base_url);
                self.ask(Kind::Userinfo, &url, 200, Some(self.token)).await
            }
        }
    }

    /// Everyone signs in, and then refreshes, or signs in anew.
    async fn crowd(
        &self,
        browser: Browser,
        kind: Kind,
        anew_percent: u64,
    ) -> Result<Figures, BenchError> {
        let crowd = Crowd::new(browser, self.plan.people, self.connections, PATIENCE);
        let before = Measurements::shared();
        crowd.sign_everyone_in(&before).await;
        self.nothing_failed(&before)?;
        if crowd.given_up() > 0 {
            return Err(BenchError::Slow(PATIENCE));
        }
        let schedule = |duration| Schedule {
            hour: Duration::ZERO,
            duration,
            anew_percent,
        };
        self.measure(kind, async |duration, measured| {
            crowd.refresh_by(schedule(duration), measured).await;
        })
        .await
    }

    /// The same request, again and again.
    async fn ask(
        &self,
        kind: Kind,
        url: &str,
        status: u16,
        token: Option<&str>,
    ) -> Result<Figures, BenchError> {
        let asking = Asking::new(url, status, token)?;
        self.measure(kind, async |duration, measured| {
            asking
                .go_on(kind, self.connections, duration, measured)
                .await;
        })
        .await
    }

    /// Goes for the time of warming up, and then for that which counts.
    async fn measure(
        &self,
        kind: Kind,
        go: impl AsyncFn(Duration, &std::sync::Arc<Measurements>),
    ) -> Result<Figures, BenchError> {
        let warming_up = Measurements::shared();
        while warming_up.succeeded(kind) < self.plan.warm_up_requests.max(1) {
            go(self.plan.warm_up, &warming_up).await;
            self.nothing_failed(&warming_up)?;
        }
        let measured = Measurements::shared();
        let before = process::usage(self.plan.pid)?;
        let own_before = process::usage(std::process::id())?;
        let began = Instant::now();
        go(self.plan.duration, &measured).await;
        let time = began.elapsed();
        let after = process::usage(self.plan.pid)?;
        let own_after = process::usage(std::process::id())?;
        self.nothing_failed(&measured)?;
        let summaries = measured.summaries(time);
        let summary = summaries.iter().find(|summary| summary.kind == kind);
        let summary = summary.ok_or(BenchError::Nothing(self.work))?;
        Ok(Figures::of(self.work, self.connections, time, summary)
            .with_cpu(
                after.cpu_ms.saturating_sub(before.cpu_ms),
                own_after.cpu_ms.saturating_sub(own_before.cpu_ms),
            )
            .with_memory(after.rss_kib, process::peak_kib(self.plan.pid)?))
    }

    fn nothing_failed(&self, measured: &Measurements) -> Result<(), BenchError> {
        match measured.first_failure() {
            None => Ok(()),
            Some((failure, times)) => Err(BenchError::Failed {
                work: self.work,
                connections: self.connections,
                failure,
                times,
            }),
        }
    }
}

/// A Backstage token, of a sign-in.
async fn token(browser: &Browser) -> Result<String, BenchError> {
    let mut cookies = Cookies::default();
    let session = browser
        .sign_in(Person(0), &mut cookies, &Measurements::default())
        .await
        .map_err(BenchError::NotIn)?;
    let token = session.token().map(str::to_owned);
    token.ok_or(BenchError::NotIn(Failure::Wrong("/handler/frame")))
}
