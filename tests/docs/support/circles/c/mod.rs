//! A room: x and y are its children.

mod x;
mod y;

pub(crate) use x::X;

pub(crate) struct Ours;
