//! Imports in circles, for architecture.test.mjs. Nothing compiles this.

mod a;
mod b;
mod c;
mod d;
mod e;
mod f;
mod g;
mod h;

pub use d::D;
pub use e::{E, fine as well};

pub struct Root;
