use super::{Ours, y};

pub(crate) struct X(y::Y, Ours);
