//! What a process takes, as Linux tells it.

use std::{fs, io};

/// The kernel's unit of CPU time in `/proc`: 100 a second on every Linux.
const TICK_MS: u64 = 10;
const PAGE_KIB: u64 = 4;

/// A moment of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Memory that is resident and not shared with a file: what it grew by.
    pub(crate) anonymous_kib: u64,
    /// All resident memory.
    pub(crate) rss_kib: u64,
    /// CPU time since its start, user and system.
    pub(crate) cpu_ms: u64,
}

/// What the process `pid` takes now.
///
/// # Errors
/// When it is gone.
pub(crate) fn usage(pid: u32) -> io::Result<Usage> {
    let statm = fs::read_to_string(format!("/proc/{pid}/statm"))?;
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let unreadable = || io::Error::from(io::ErrorKind::InvalidData);
    let (rss, shared) = pages(&statm).ok_or_else(unreadable)?;
    Ok(Usage {
        anonymous_kib: rss.saturating_sub(shared) * PAGE_KIB,
        rss_kib: rss * PAGE_KIB,
        cpu_ms: ticks(&stat).ok_or_else(unreadable)? * TICK_MS,
    })
}

/// The most memory that was ever resident (`VmHWM`), in KiB.
///
/// # Errors
/// When it is gone.
pub(crate) fn peak_kib(pid: u32) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    high_water_mark(&status).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))
}

fn high_water_mark(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn pages(statm: &str) -> Option<(u64, u64)> {
    let mut fields = statm.split_whitespace().skip(1);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// utime and stime, fields 14 and 15. The name, field 2, may hold anything.
fn ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_name_with_anything_in_it_is_stepped_over() {
        let stat = "4711 (a b) c) S 1 2 3 4 5 6 7 8 9 10 70 30 0 0 20 0";
        assert_eq!(ticks(stat), Some(100));
        assert_eq!(pages("100 60 20 5 0 40 0"), Some((60, 20)));
    }

    #[test]
    fn this_process_takes_something() {
        let usage = usage(std::process::id()).unwrap();
        assert!(usage.rss_kib > 0 && usage.anonymous_kib <= usage.rss_kib);
        assert!(peak_kib(std::process::id()).unwrap() >= usage.rss_kib);
    }
}
