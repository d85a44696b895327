//! How many connections the operating system lets us hold.

use crate::serve::RESERVE;

/// For the database, files and listeners.
const OTHERS: u64 = 128;

/// As many of `connections` as there are file descriptors for, when each of
/// `requests` may call a provider meanwhile. The limit of this process is
/// raised as far as it may be; what is still missing is said in the log.
#[must_use]
pub fn connections_within_limits(connections: usize, requests: usize) -> usize {
    let Some(descriptors) = raised(needed(connections as u64, requests as u64)) else {
        return connections;
    };
    let most = affordable(descriptors, requests as u64);
    if most >= connections as u64 {
        return connections;
    }
    tracing::warn!(
        descriptors,
        connections = most,
        wanted = connections,
        "the limit of open files is too low for as many connections as stagedoor.limits.connections allows: raise it (ulimit -n, LimitNOFILE=)"
    );
    usize::try_from(most).unwrap_or(connections)
}

fn needed(connections: u64, requests: u64) -> u64 {
    connections + connections.min(requests) + RESERVE as u64 + OTHERS
}

/// How many connections `descriptors` are enough for.
fn affordable(descriptors: u64, requests: u64) -> u64 {
    let left = descriptors.saturating_sub(RESERVE as u64 + OTHERS);
    left.saturating_sub(requests).max(left / 2).max(1)
}

/// The limit, raised to `needed` where that is allowed; `None` has none.
#[cfg(unix)]
fn raised(needed: u64) -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    let current = limit.current?;
    if current >= needed {
        return Some(current);
    }
    let wanted = limit.maximum.map_or(needed, |maximum| needed.min(maximum));
    let raised = Rlimit {
        current: Some(wanted),
        maximum: limit.maximum,
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => Some(wanted),
        Err(error) => {
            tracing::debug!(%error, "the limit of open files could not be raised");
            Some(current)
        }
    }
}

#[cfg(not(unix))]
fn raised(_: u64) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_affordable_is_within_the_limit() {
        for descriptors in [1_u64, 64, 256, 1_024, 4_096, 65_536] {
            for requests in [1_u64, 100, 1_024, 5_000] {
                let connections = affordable(descriptors, requests);
                assert!(connections >= 1);
                assert!(
                    connections == 1 || needed(connections, requests) <= descriptors,
                    "{descriptors} {requests}: {connections}"
                );
            }
        }
    }

    #[test]
    fn what_is_needed_is_affordable() {
        for (connections, requests) in [(4_096, 1_024), (10, 1_024), (1, 1)] {
            assert!(affordable(needed(connections, requests), requests) >= connections);
        }
    }
}
