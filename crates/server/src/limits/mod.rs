//! What is not taken on: too much from one client, too much at once, and
//! requests that are too large.

mod aggregate;
mod body;
mod in_flight;
mod rate;
mod size;
mod turned_away;

pub use in_flight::InFlight;
pub use rate::{RateLimit, RateLimits};

pub(crate) use body::read_body;
pub(crate) use in_flight::admit;
pub(crate) use rate::limit_rate;
pub(crate) use size::limit_size;
pub(crate) use turned_away::for_people;
