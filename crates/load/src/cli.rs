//! The command line.

use std::{
    fs,
    io::{self, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use clap::{Args, Parser, Subcommand};

use crate::{
    bench::{self, Work},
    drive::Schedule,
    house::House,
    provider::{self, Behaviour, Provider, Rotation},
    report::Report,
    run::{self, Limits, Plan, ProviderPlan, Target},
};

/// Puts a Stagedoor under the load of thousands of people.
#[derive(Debug, Parser)]
#[command(name = "stagedoor-load", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the configuration and the catalog of a server for this load.
    Prepare(PrepareArgs),
    /// Be the provider, until ended: for servers that are there before a run.
    Provider(ProviderArgs),
    /// Sign everyone in, let hours pass, call the roll, report.
    ///
    /// The exit code is 0 when no session was lost and nothing else was wrong,
    /// 1 when something was, 2 when there was no run.
    Run(RunArgs),
    /// Ask a server that runs for one thing after the other, as fast as it
    /// answers, and say what each costs it.
    ///
    /// The exit code is 2 when a single request failed.
    Bench(BenchArgs),
}

#[derive(Debug, Args)]
struct HouseArgs {
    /// Where configuration, catalog, database and log are.
    #[arg(long, default_value = "target/load")]
    directory: PathBuf,

    /// How many people there are.
    #[arg(long, default_value_t = 1_000)]
    people: u32,

    /// Where the provider of the run listens.
    #[arg(long, default_value = "127.0.0.1:9411")]
    provider: SocketAddr,

    /// Its id in auth.providers; Backstage's own OpenID provider is `oidc`.
    #[arg(long, default_value = "load")]
    provider_id: String,

    /// The database, as a postgres:// URL; else SQLite in the directory.
    #[arg(long)]
    database: Option<String>,

    /// The server's port; any that is free unless one is given.
    #[arg(long)]
    port: Option<u16>,

    /// backend.baseUrl, where it is not the server's own port.
    #[arg(long)]
    base_url: Option<String>,
}

#[derive(Debug, Args)]
struct ProviderArgs {
    /// Where it listens.
    #[arg(long, default_value = "127.0.0.1:9411")]
    provider: SocketAddr,

    #[command(flatten)]
    behaviour: BehaviourArgs,
}

#[derive(Debug, Args)]
struct BehaviourArgs {
    /// What happens to a refresh token that is used.
    #[arg(long, value_enum, default_value_t = Rotation::Strict)]
    rotation: Rotation,

    /// Give no ID token when refreshing.
    #[arg(long)]
    no_id_token_on_refresh: bool,

    /// How many milliseconds the token endpoint takes at least.
    #[arg(long, default_value_t = 0)]
    provider_delay: u64,
}

#[derive(Debug, Args)]
struct PrepareArgs {
    #[command(flatten)]
    house: HouseArgs,
}

#[derive(Debug, Args)]
struct RunArgs {
    #[command(flatten)]
    house: HouseArgs,

    /// Start this stagedoor binary, and end it afterwards; else one is
    /// expected to run at --base-url.
    #[arg(long)]
    server: Option<PathBuf>,

    /// The process whose memory is watched, where it was not started here.
    #[arg(long)]
    pid: Option<u32>,

    /// How many people do something at a time.
    #[arg(long, default_value_t = 16)]
    concurrency: usize,

    /// How many seconds an hour takes; 0 refreshes as fast as it goes.
    #[arg(long, default_value_t = 10.0)]
    hour: f64,

    /// For how many seconds hours pass.
    #[arg(long, default_value_t = 30.0)]
    duration: f64,

    /// How many of a hundred people sign in anew each hour.
    #[arg(long, default_value_t = 5)]
    anew: u64,

    /// A provider of an earlier command is there, and none is started.
    #[arg(long)]
    provider_runs: bool,

    #[command(flatten)]
    behaviour: BehaviourArgs,

    /// Somebody breaks things meanwhile: requests may fail, sessions may not
    /// be lost.
    #[arg(long)]
    faults: bool,

    /// How many seconds someone tries before giving up.
    #[arg(long, default_value_t = 60)]
    patience: u64,

    /// Fail when the server's memory grows by more MiB after warming up.
    #[arg(long)]
    max_growth: Option<f64>,

    /// Fail when a session adds more bytes to the server's memory.
    #[arg(long)]
    max_bytes_per_session: Option<f64>,

    /// Write the report as JSON too.
    #[arg(long)]
    report: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct BenchArgs {
    /// backend.baseUrl
    #[arg(long)]
    base_url: String,

    /// The server's process, whose CPU time and memory are looked at.
    #[arg(long)]
    pid: u32,

    /// The provider's id in auth.providers.
    #[arg(long, default_value = "load")]
    provider_id: String,

    /// How many people there are.
    #[arg(long, default_value_t = 200)]
    people: u32,

    /// These alone.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Work>,

    /// Where there are several, on so many connections alone.
    #[arg(long)]
    connections: Option<usize>,

    /// For how many seconds each is measured.
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,

    /// For how many seconds it goes before.
    #[arg(long, default_value_t = 2.0)]
    warm_up: f64,

    /// How many requests it takes at least to be warm.
    #[arg(long, default_value_t = 1_000)]
    warm_up_requests: u64,

    /// Write the figures as JSON too.
    #[arg(long)]
    report: Option<PathBuf>,
}

/// What can be wrong before anything runs.
#[derive(Debug, thiserror::Error)]
enum ArgsError {
    #[error("no port is free: {0}")]
    NoPort(#[source] io::Error),
    #[error("--server starts a server, --base-url names one that runs: give one of the two")]
    NoTarget,
    #[error("{0} is no number of seconds")]
    Seconds(f64),
}

/// Runs the command that the process was started with.
pub(crate) async fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Prepare(args) => prepare(args),
        Command::Provider(args) => provide(args).await,
        Command::Run(args) => load(args).await,
        Command::Bench(args) => bench(args).await,
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("stagedoor-load: {error}");
        ExitCode::from(2)
    })
}

type Failure = Box<dyn std::error::Error>;

fn prepare(args: PrepareArgs) -> Result<ExitCode, Failure> {
    let path = args.house.house()?.prepare()?;
    writeln!(io::stdout(), "{}", path.display())?;
    Ok(ExitCode::SUCCESS)
}

async fn provide(args: ProviderArgs) -> Result<ExitCode, Failure> {
    let _provider = Provider::start(args.provider, args.behaviour.into()).await?;
    writeln!(io::stdout(), "{}", provider::issuer(args.provider))?;
    tokio::signal::ctrl_c().await?;
    Ok(ExitCode::SUCCESS)
}

async fn load(args: RunArgs) -> Result<ExitCode, Failure> {
    let file = args.report.clone();
    let report = run::run(args.plan()?).await?;
    write!(io::stdout(), "{report}")?;
    if let Some(file) = file {
        fs::write(file, serde_json::to_vec_pretty(&report)?)?;
    }
    Ok(verdict(&report))
}

async fn bench(args: BenchArgs) -> Result<ExitCode, Failure> {
    let plan = bench::Plan {
        duration: seconds(args.seconds)?,
        warm_up: seconds(args.warm_up)?,
        warm_up_requests: args.warm_up_requests,
        base_url: args.base_url,
        pid: args.pid,
        provider_id: args.provider_id,
        people: args.people,
        only: args.only,
        connections: args.connections,
    };
    let figures = bench::run(&plan).await?;
    if let Some(file) = args.report {
        fs::write(file, serde_json::to_vec_pretty(&figures)?)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn verdict(report: &Report) -> ExitCode {
    ExitCode::from(u8::from(!report.problems.is_empty()))
}

impl HouseArgs {
    fn house(&self) -> Result<House, ArgsError> {
        let port = match self.port {
            Some(port) => port,
            None => free_port().map_err(ArgsError::NoPort)?,
        };
        let own = || format!("http://localhost:{port}");
        Ok(House {
            directory: self.directory.clone(),
            people: self.people,
            port,
            base_url: self.base_url.clone().unwrap_or_else(own),
            provider: self.provider,
            provider_id: self.provider_id.clone(),
            database: self.database.clone(),
        })
    }
}

impl From<BehaviourArgs> for Behaviour {
    fn from(args: BehaviourArgs) -> Self {
        Self {
            rotation: args.rotation,
            id_token_on_refresh: !args.no_id_token_on_refresh,
            delay: Duration::from_millis(args.provider_delay),
        }
    }
}

impl RunArgs {
    fn plan(self) -> Result<Plan, ArgsError> {
        let target = match (self.server, self.house.base_url.clone()) {
            (Some(binary), _) => Target::Own {
                binary,
                house: self.house.house()?,
            },
            (None, Some(base_url)) => Target::Running {
                base_url,
                pid: self.pid,
            },
            (None, None) => return Err(ArgsError::NoTarget),
        };
        Ok(Plan {
            target,
            people: self.house.people,
            provider_id: self.house.provider_id.clone(),
            concurrency: self.concurrency,
            schedule: Schedule {
                hour: seconds(self.hour)?,
                duration: seconds(self.duration)?,
                anew_percent: self.anew,
            },
            provider: if self.provider_runs {
                ProviderPlan::Running
            } else {
                ProviderPlan::Own(self.house.provider, self.behaviour.into())
            },
            patience: Duration::from_secs(self.patience),
            limits: Limits {
                faults: self.faults,
                growth_mib: self.max_growth,
                bytes_per_session: self.max_bytes_per_session,
            },
        })
    }
}

fn seconds(number: f64) -> Result<Duration, ArgsError> {
    Duration::try_from_secs_f64(number).map_err(|_| ArgsError::Seconds(number))
}

/// A port that was free a moment ago.
fn free_port() -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}
