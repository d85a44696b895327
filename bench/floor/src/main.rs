//! What a refresh costs at least: two signatures of the Backstage token, one
//! verification of the ID token, two exchanges with the provider, one row read
//! and written. Each is done with the library that Stagedoor does it with, and
//! nothing around it. Beside it, what a refresh costs in a Stagedoor process.

mod cpu;
mod floor;
mod load;
mod provider;
mod row;
mod tokens;

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use clap::Parser;

use floor::{Floor, Part};

/// Measures the floor, and a refresh as a multiple of it.
#[derive(Debug, Parser)]
#[command(name = "stagedoor-floor", version, max_term_width = 100)]
struct Cli {
    /// The load program: its provider, and its refreshes.
    #[arg(long, default_value = "target/release/stagedoor-load")]
    load: PathBuf,

    /// The server whose refreshes are measured; none for the floor alone.
    #[arg(long)]
    server: Option<PathBuf>,

    /// How many refreshes are under way at a time, there and here.
    #[arg(long, default_value_t = 16)]
    at_once: usize,

    /// How many rounds each part of the floor is measured for.
    #[arg(long, default_value_t = 4_000)]
    rounds: usize,

    /// For how many seconds the server is measured.
    #[arg(long, default_value_t = 10)]
    seconds: u32,

    /// How often everything is measured; the least disturbed counts.
    #[arg(long, default_value_t = 3)]
    times: usize,

    /// Fail when a refresh costs more than so many times the floor.
    #[arg(long)]
    at_most: Option<f64>,
}

/// What can go wrong: all of it ends the program.
type Failure = Box<dyn std::error::Error>;

// One thread: what several add is not the floor's.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Cli::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("stagedoor-floor: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run(cli: &Cli) -> Result<bool, Failure> {
    let floor = least_of_parts(cli).await?;
    let mut out = io::stdout();
    writeln!(out, "CPU of the process, {} at a time:\n", cli.at_once)?;
    for (part, time) in &floor {
        writeln!(out, "{:<56} {:>8.1} µs", part.describe(), micros(*time))?;
    }
    let Some(server) = &cli.server else {
        return Ok(true);
    };
    let mut least: Option<load::Costs> = None;
    for _ in 0..cli.times {
        let costs = load::costs(&cli.load, server, cli.at_once, cli.seconds).await?;
        least = Some(least.map_or(costs, |before| before.least(costs)));
    }
    let (Some(costs), Some((_, all))) = (least, floor.last()) else {
        return Ok(true);
    };
    let multiple = costs.refresh_ms * 1_000.0 / micros(*all);
    let (refresh, sign_in) = (costs.refresh_ms * 1_000.0, costs.sign_in_ms * 1_000.0);
    writeln!(out, "\n{:<56} {refresh:>8.1} µs", "a refresh in the server")?;
    writeln!(out, "{:<56} {:>8.1}", "times the floor", multiple)?;
    writeln!(
        out,
        "{:<56} {sign_in:>8.1} µs",
        "a sign-in (start and callback) in the server"
    )?;
    Ok(cli.at_most.is_none_or(|most| multiple <= most))
}

/// The least that each part took.
async fn least_of_parts(cli: &Cli) -> Result<Vec<(Part, Duration)>, Failure> {
    let provider = provider::Provider::start(&cli.load).await?;
    let floor = Floor::new(&provider, cli.at_once).await?;
    let mut least: Vec<_> = Part::ALL.map(|part| (part, Duration::MAX)).into();
    for _ in 0..cli.times {
        for (part, time) in &mut least {
            *time = floor.cost(*part, cli.rounds).await?.min(*time);
        }
    }
    Ok(least)
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
